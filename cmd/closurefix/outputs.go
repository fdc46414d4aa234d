package main

import (
	"bytes"

	"github.com/closurefix/closurefix/cmd/closurefix/internal/outfile"
	"github.com/closurefix/closurefix/cmd/closurefix/internal/page"
	"github.com/closurefix/closurefix/cmd/closurefix/internal/report"
	"github.com/closurefix/closurefix/rewrite/bench"
)

// outputs holds the names of the files that the command writes besides the rewrite.
type outputs struct {
	dir   string // the current directory
	page  string // of -report; or ""
	bench string // of -benchout, without the suffix; or ""
}

func (o outputs) pageFile() outfile.File {
	return outfile.File{Dir: o.dir, Name: o.page, Ours: page.Ours}
}

func (o outputs) benchFiles() (old, new outfile.File) {
	return outfile.File{Dir: o.dir, Name: o.bench + ".old.txt"}, outfile.File{Dir: o.dir, Name: o.bench + ".new.txt"}
}

// check returns an error if one of the files could not be written. It is called before
// the work that leads to them.
func (o outputs) check() error {
	var files []outfile.File
	if o.page != "" {
		files = append(files, o.pageFile())
	}
	if o.bench != "" {
		old, new := o.benchFiles()
		files = append(files, old, new)
	}
	for _, f := range files {
		if err := f.Check(); err != nil {
			return err
		}
	}
	return nil
}

// putPage writes the HTML page.
func (o outputs) putPage(r *report.Report) error {
	if o.page == "" {
		return nil
	}
	var b bytes.Buffer
	if err := page.Write(&b, r); err != nil {
		return err
	}
	return o.pageFile().Put(b.Bytes())
}

// putBench writes the results of the benchmarks before and after the rewrite.
func (o outputs) putBench(r *report.Report) error {
	if o.bench == "" || r.Bench == nil {
		return nil
	}
	old, err := bench.Format(r.Bench.Old)
	if err != nil {
		return err
	}
	new, err := bench.Format(r.Bench.New)
	if err != nil {
		return err
	}
	oldFile, newFile := o.benchFiles()
	if err := oldFile.Put(old); err != nil {
		return err
	}
	return newFile.Put(new)
}
