package main

import (
	"bytes"
	"os"

	"github.com/closurefix/closurefix/cmd/closurefix/internal/page"
	"github.com/closurefix/closurefix/rewrite"
)

// page writes the HTML page about a result to a file.
func (p *printer) page(name string, res *rewrite.Result) error {
	var b bytes.Buffer
	if err := page.Write(&b, res, p.dir); err != nil {
		return err
	}
	return os.WriteFile(name, b.Bytes(), 0o644)
}
