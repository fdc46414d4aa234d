package gotool

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"

	"github.com/closurefix/closurefix/rewrite/misuse"
	"github.com/closurefix/closurefix/rewrite/pattern"
)

// A unit holds the properties of a package that are needed to tell that it has no
// findings. The go command writes them for unitchecker; see its Config.
type unit struct {
	ID         string
	GoFiles    []string
	VetxOnly   bool   // the package is a dependency: only facts are requested
	VetxOutput string // file for the facts
	Stdout     string // file to write instead of stdout; or ""
	FixArchive string // zip file for the changed files; or ""
}

// answered writes the result for a package without findings, if that can be told without
// its types. Otherwise, and if anything is unusual, it writes nothing and returns false.
// It does not report errors in such a package; the compiler does.
func answered(args []string) bool {
	file, ok := unitFile(args)
	if !ok {
		return false
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return false
	}
	u := new(unit)
	if json.Unmarshal(data, u) != nil || len(u.GoFiles) == 0 {
		return false
	}
	if u.mayFind() {
		if !u.VetxOnly {
			return false
		}
		// The analyzer has no facts, so its result for a dependency is always empty. It must
		// not be cached: the go command uses the same key for the package itself, and would
		// not report its findings.
		u.VetxOutput = ""
	}
	return u.answer(jsonAsked(args)) == nil
}

// unitFile returns the name of the file that describes the package. It is the last
// argument of the go command.
func unitFile(args []string) (name string, ok bool) {
	if len(args) == 0 {
		return "", false
	}
	name = args[len(args)-1]
	return name, strings.HasSuffix(name, ".cfg")
}

func jsonAsked(args []string) bool {
	for _, a := range args {
		if a == "-json" || a == "--json" || a == "-json=true" || a == "--json=true" {
			return true
		}
	}
	return false
}

// answer writes the files that unitchecker writes if there are no findings. The go
// command caches the result only if all of them exist.
func (u *unit) answer(json bool) error {
	if u.VetxOutput != "" {
		if err := os.WriteFile(u.VetxOutput, nil, 0o666); err != nil {
			return err
		}
	}
	if u.FixArchive != "" && !u.VetxOnly {
		if err := emptyArchive(u.FixArchive, u.ID); err != nil {
			return err
		}
	}
	text := ""
	if json && !u.VetxOnly {
		text = "{}\n"
	}
	if u.Stdout == "" {
		_, err := fmt.Print(text)
		return err
	}
	return os.WriteFile(u.Stdout, []byte(text), 0o666)
}

// emptyArchive writes a zip file without entries, with the given comment.
func emptyArchive(name, comment string) error {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	if err := w.SetComment(comment); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return os.WriteFile(name, b.Bytes(), 0o666)
}

// mayFind reports whether the package may have a finding: a function returns a function
// literal that another function may use as a cleanup, or a statement defers a call of a
// func value with an argument. It reads the files, and parses those that contain literals
// or name such a function.
func (u *unit) mayFind() bool {
	texts := make(map[string][]byte)
	parsed := make(map[string]*ast.File)
	names := make(map[string]bool)
	for _, name := range u.GoFiles {
		text, err := os.ReadFile(name)
		if err != nil {
			return true
		}
		if misuse.MayText(text) {
			return true
		}
		texts[name] = text
		if !hasLiteral(text) && !bytes.Contains(text, []byte("CancelFunc")) {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
		if err != nil {
			return true
		}
		parsed[name] = f
		for _, fn := range pattern.May(f) {
			names[fn.Name.Name] = true
		}
		for _, id := range pattern.MayFunctions(f) {
			names[id.Name] = true
		}
	}
	for name, text := range texts {
		f := parsed[name]
		if f == nil {
			if !mentions(text, names) {
				continue
			}
			var err error
			if f, err = parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution); err != nil {
				return true
			}
		}
		if used, _ := pattern.MayUse(f, names); len(used) > 0 {
			return true
		}
	}
	return false
}

// mentions reports whether a text contains one of the names.
func mentions(text []byte, names map[string]bool) bool {
	for name := range names {
		if bytes.Contains(text, []byte(name)) {
			return true
		}
	}
	return false
}

// hasLiteral reports whether the source of a file may contain a function literal: the
// word func followed by a parenthesis that is not a method's receiver.
func hasLiteral(text []byte) bool {
	word := []byte("func")
	for i := 0; ; {
		j := bytes.Index(text[i:], word)
		if j < 0 {
			return false
		}
		start := i + j
		i = start + len(word)
		rest := bytes.TrimLeft(text[i:], " \t\r\n")
		if len(rest) == 0 || rest[0] != '(' && rest[0] != '/' {
			continue // a declared function, or part of another word
		}
		if start == 0 || text[start-1] != '\n' || !isMethod(rest) {
			return true
		}
	}
}

// isMethod reports whether text, the source after the word func, certainly begins with a
// receiver, a name and parameters.
func isMethod(text []byte) bool {
	receiver, rest, ok := bytes.Cut(text, []byte(")"))
	if !ok || bytes.Count(receiver, []byte("(")) != 1 || bytes.Contains(receiver, []byte("/")) {
		return false
	}
	rest = bytes.TrimLeft(rest, " \t")
	i := bytes.IndexAny(rest, "( \t\r\n{[/")
	return i > 0 && rest[i] == '('
}
