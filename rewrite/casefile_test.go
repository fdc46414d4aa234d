package rewrite_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/txtar"
)

// A moduleCase is a file of testdata/cases, whose README.md describes the format, with the
// result of its run.
type moduleCase struct {
	name   string   // base name of the txtar file, and directory in the batch module
	path   string   // of the txtar file
	story  string   // the comment
	mended []string // comments that the rewrite words anew
	files  map[string][]byte
	after  map[string][]byte // goldens, by name without "after/"
	flags  caseFlags
	wants  []want
	crlf   map[string]bool
	bom    map[string]bool
	result caseResult
}

// caseFlags are the lines of a case's file "flags".
type caseFlags struct {
	all      bool
	exported bool
	tags     string   // build tags of the run
	check    []string // build tags under which the result must build as well
}

// A want is one line of a case's file "want".
type want struct {
	verdict string // rewritten, refused or any
	name    string
	code    string // of a refusal
}

func (w want) String() string {
	return strings.TrimSpace(w.verdict + " " + w.name + " " + w.code)
}

// readCase parses a txtar file. Names of files are slash-separated and relative to the
// case.
func readCase(file string) (*moduleCase, error) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		return nil, err
	}
	c := &moduleCase{
		name:  strings.TrimSuffix(filepath.Base(file), ".txtar"),
		path:  file,
		story: strings.TrimSpace(string(archive.Comment)),
		files: make(map[string][]byte),
		after: make(map[string][]byte),
		crlf:  make(map[string]bool),
		bom:   make(map[string]bool),

		result: newResult(),
	}
	for _, f := range archive.Files {
		switch name, isAfter := strings.CutPrefix(f.Name, "after/"); {
		case isAfter:
			c.after[name] = f.Data
		case f.Name == "flags":
			err = c.readFlags(string(f.Data))
		case f.Name == "want":
			err = c.readWants(string(f.Data))
		case path.Base(f.Name) == "go.mod":
			err = fmt.Errorf("a case is a directory of the module example.com and holds no go.mod")
		default:
			c.files[f.Name] = f.Data
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", file, f.Name, err)
		}
	}
	if c.story == "" || len(c.wants) == 0 {
		return nil, fmt.Errorf("%s: a case needs a comment and a file want", file)
	}
	for name, data := range c.files {
		c.files[name] = c.encode(name, data)
	}
	return c, nil
}

func (c *moduleCase) readFlags(text string) error {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		name, value, _ := strings.Cut(line, "=")
		switch name {
		case "":
		case "-all":
			c.flags.all = true
		case "-exported":
			c.flags.exported = true
		case "-tags":
			c.flags.tags = value
		case "check":
			c.flags.check = append(c.flags.check, value)
		case "crlf":
			c.crlf[value] = true
		case "bom":
			c.bom[value] = true
		default:
			return fmt.Errorf("unknown flag %q", line)
		}
	}
	return nil
}

func (c *moduleCase) readWants(text string) error {
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		switch {
		case len(f) == 0:
		case len(f) == 2 && (f[0] == "rewritten" || f[0] == "any"):
			c.wants = append(c.wants, want{verdict: f[0], name: f[1]})
		case len(f) > 1 && f[0] == "mended": // a comment, without its //
			c.mended = append(c.mended, strings.Join(f[1:], " "))
		case len(f) == 3 && f[0] == "refused":
			c.wants = append(c.wants, want{verdict: f[0], name: f[1], code: f[2]})
		default:
			return fmt.Errorf("want lines are `rewritten NAME`, `refused NAME CODE`, `any NAME` and `mended COMMENT`, not %q", line)
		}
	}
	return nil
}

const byteOrderMark = "\uFEFF"

// encode converts the text of an archive, which has no carriage returns and no byte order
// mark, to the content of the file on disk.
func (c *moduleCase) encode(name string, text []byte) []byte {
	if c.crlf[name] {
		text = bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))
	}
	if c.bom[name] {
		text = append([]byte(byteOrderMark), text...)
	}
	return text
}

// decode is the inverse of encode. It fails if a rewrite removed a carriage return or the
// byte order mark.
func (c *moduleCase) decode(name string, text []byte) ([]byte, error) {
	if c.bom[name] {
		rest, ok := bytes.CutPrefix(text, []byte(byteOrderMark))
		if !ok {
			return nil, fmt.Errorf("%s lost its byte order mark", name)
		}
		text = rest
	}
	if c.crlf[name] {
		if n, m := bytes.Count(text, []byte("\n")), bytes.Count(text, []byte("\r\n")); n != m {
			return nil, fmt.Errorf("%s: %d of %d lines lost their carriage return", name, n-m, n)
		}
		text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	}
	return text, nil
}

// hasTests reports whether the case has test files.
func (c *moduleCase) hasTests() bool {
	for name := range c.files {
		if strings.HasSuffix(name, "_test.go") {
			return true
		}
	}
	return false
}

// isProgram reports whether the root package of the case is a command.
func (c *moduleCase) isProgram() bool {
	_, ok := c.files["main.go"]
	return ok
}

// changed returns the names of the files that the rewrite changed, sorted.
func (c *moduleCase) changed() []string {
	var names []string
	for name, text := range c.result.files {
		if !bytes.Equal(text, c.files[name]) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// update writes the changed files to the archive as the expected files.
func (c *moduleCase) update() error {
	archive, err := txtar.ParseFile(c.path)
	if err != nil {
		return err
	}
	archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool {
		return strings.HasPrefix(f.Name, "after/")
	})
	for _, name := range c.changed() {
		text, err := c.decode(name, c.result.files[name])
		if err != nil {
			return err
		}
		archive.Files = append(archive.Files, txtar.File{Name: "after/" + name, Data: text})
	}
	return os.WriteFile(c.path, txtar.Format(archive), 0o644)
}

// write writes files to dir.
func write(dir string, files map[string][]byte) error {
	for _, name := range slices.Sorted(maps.Keys(files)) {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, files[name], 0o644); err != nil {
			return err
		}
	}
	return nil
}
