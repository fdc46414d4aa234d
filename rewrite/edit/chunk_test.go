package edit

import (
	"bytes"
	"go/format"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// divided returns a source that imports fmt, if anything.
func divided(name string, text []byte) *source {
	s := &source{name: name, text: text}
	s.cuts, s.inBody = cuts(name, text, map[string]bool{"fmt": true})
	return s
}

// TestChunks holds that the chunks of a file, formatted one by one, are the file as
// gofmt formats it. The files are those of this module and of the cases, with the white
// space at the start of their lines taken away.
func TestChunks(t *testing.T) {
	indent := regexp.MustCompile(`\n[ \t]+`)
	root := filepath.Join("..", "..")
	many, inBody, chunks := 0, 0, 0
	check := func(name string, text []byte) {
		if formatted, err := format.Source(text); err != nil || !bytes.Equal(formatted, text) {
			return
		}
		s := divided(name, text)
		s.clean = true
		if len(s.cuts) > 1 {
			many++
		}
		inBody += len(s.inBody)
		var disordered, alone []byte
		for _, cut := range s.cuts {
			c := s.chunk(cut, cut)
			c.text = indent.ReplaceAll(c.text, []byte("\n"))
			disordered = append(disordered, c.text...)
			if err := s.format(c); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			alone = append(alone, c.text...)
			chunks++
		}
		whole, err := format.Source(disordered)
		if err != nil {
			return // white space at the start of a line is needed in a build constraint
		}
		if !bytes.Equal(alone, whole) {
			t.Errorf("%s: the chunks alone:\n%s\nthe file:\n%s", name, alone, whole)
		}
	}
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		switch {
		case err != nil:
			return err
		case strings.HasSuffix(name, ".go"):
			check(name, text)
		case strings.HasSuffix(name, ".txtar"):
			for _, f := range txtar.Parse(text).Files {
				if strings.HasSuffix(f.Name, ".go") {
					check(name+"/"+f.Name, f.Data)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(many, "files in", chunks, "chunks,", inBody, "of them in a body")
	if many < 500 || chunks < 5000 || inBody < 1000 {
		t.Errorf("%d files were divided into %d chunks, %d of them in a body, want 500, 5000 and 1000", many, chunks, inBody)
	}
}

// Cuts are before declarations that a blank line sets apart, and between statements with
// nothing but a line break or a blank line between them.
func TestCuts(t *testing.T) {
	for _, test := range []string{
		"package p\n\nimport \"fmt\"\n\n|// a is documented.\nfunc a() {}\nfunc b() {}\n\n|var c int\n",
		"package p\n\n|func a() {}\n\n// loose\n\n|func b() {}\n",
		"package p\r\n\r\n|func a() {}\r\n\r\n|func b() {}\r\n",
		"package p\r\n\r\nfunc a() {}\n\nfunc b() {}\n",
		"package p\n\nfunc a() {}\n\n//go:build x\n\nfunc b() {}\n",
		"package p\n\nfunc a( {}\n\nfunc b() {}\n",
		"package p\n\n|func a() {\n\tx := 1\n|\tx++\n|\tgo b()\n|\n\tdefer b()\n|\tif x > 0 {\n\t\tb()\n\t\tb()\n\t}\n|\tb()\n|\tb()\nL:\n\tfor {\n\t}\n\tb()\n}\n",
		"package p\n\n|func a() {\n\tb() // one\n\tb()\n|\tb()\n\tb() // two\n\tb()\n\t// three\n\tb(); b()\n|\tb(\n\t\t1)\n|\tb()\n|\treturn\n}\n",
		"package p\n\nimport \"fmt\"\n\n|func a() {\n\tfmt.Print()\n|\tfmt.Print()\n}\n\n|func b() {\n\tfmt := 1\n\tfmt++\n}\n",
		"package p\r\n\r\n|func a() {\r\n\tb()\r\n\tb()\r\n}\r\n",
		"package p\n\n|const a = `\n\nfunc`\n\n|func b() {}\n",
	} {
		parts := strings.Split(test, "|")
		text := []byte(strings.Join(parts, ""))
		at, want := 0, []int{0}
		for _, p := range parts[:len(parts)-1] {
			at += len(p)
			want = append(want, at)
		}
		if s := divided("p.go", text); !slices.Equal(s.cuts, want) {
			t.Errorf("%q: cuts %v, want %v", text, s.cuts, want)
		}
	}
}

// A statement that goes leaves the blank line around it, and the file is formatted as a whole.
func TestFormatInBody(t *testing.T) {
	text := "package p\n\nfunc a() {\n\tb()\n\tc()\n\n\td()\n\tfor {\n\t}\n}\n"
	c := strings.Index(text, "\tc()")
	for _, test := range []struct {
		splice Edit
		want   string
	}{
		{Edit{Start: c, End: c + 5}, "\n\td()\n"},
		{Edit{Start: c, End: c + 4, New: "e( 1 ) ;f()"}, "\te(1)\n\tf()\n"},
	} {
		s := divided("p.go", []byte(text))
		s.clean = true
		chunks, err := s.divide([]Edit{test.splice})
		if err != nil || len(chunks) != 1 {
			t.Fatalf("%d chunks, error %v", len(chunks), err)
		}
		if err := s.format(chunks[0]); err != nil || string(chunks[0].text) != test.want {
			t.Errorf("%q, error %v, want %q", chunks[0].text, err, test.want)
		}
	}
}

// An edit up to the end of a chunk takes the next one, and one at the start of a chunk that alone.
func TestDivide(t *testing.T) {
	text := "package p\n\nfunc a() {}\n\nfunc b() {}\n\nfunc c() {}\n"
	b, c := strings.Index(text, "func b"), strings.Index(text, "func c")
	for _, test := range []struct {
		name    string
		splices []Edit
		want    []string
	}{
		{"at the start", []Edit{{Start: b, End: b, New: "// b\n"}}, []string{"// b\nfunc b() {}\n\n"}},
		{"up to a border", []Edit{{Start: c - 2, End: c}}, []string{"func b() {}func c() {}\n"}},
		{"two apart", []Edit{{Start: c, End: c, New: "// c\n"}, {Start: 0, End: 0, New: "// p\n"}}, []string{"// p\npackage p\n\n", "// c\nfunc c() {}\n"}},
		{"neighbours", []Edit{{Start: c, End: c, New: "// c\n"}, {Start: b, End: b, New: "// b\n"}}, []string{"// b\nfunc b() {}\n\n// c\nfunc c() {}\n"}},
	} {
		s := divided("p.go", []byte(text))
		chunks, err := s.divide(test.splices)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		var got []string
		for _, c := range chunks {
			got = append(got, string(c.text))
		}
		if strings.Join(got, "|") != strings.Join(test.want, "|") {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

// A name is lost if no chunk uses it any more.
func TestUsedNames(t *testing.T) {
	text := []byte("package p\n\nimport \"fmt\"\n\nfunc a() { fmt.Println(x) }\n\nfunc b() { fmt.Println() }\n\nvar x int\n")
	s := divided("p.go", text)
	a := bytes.Index(text, []byte("fmt.Println(x)"))
	b := bytes.Index(text, []byte("fmt.Println()"))
	for _, test := range []struct {
		splices       []Edit
		before, after bool
	}{
		{nil, false, true},
		{[]Edit{{Start: a, End: a + 14}}, true, true},
		{[]Edit{{Start: b, End: b + 13}}, true, true},
		{[]Edit{{Start: a, End: a + 14}, {Start: b, End: b + 13}}, true, false},
	} {
		chunks, err := s.divide(test.splices)
		if err != nil {
			t.Fatal(err)
		}
		before, after, err := s.usedNames(chunks)
		if err != nil {
			t.Fatal(err)
		}
		if before("fmt") != test.before || after("fmt") != test.after {
			t.Errorf("%v: used before %t, after %t, want %t, %t", test.splices, before("fmt"), after("fmt"), test.before, test.after)
		}
	}
}
