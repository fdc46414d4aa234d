package play

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// TestCases: what the cases of the rewriter expect holds here too, of those that are one
// file without build tags.
func TestCases(t *testing.T) {
	library := standard(t)
	names, err := filepath.Glob(filepath.Join("..", "..", "..", "..", "testdata", "cases", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for i, name := range names {
		if testing.Short() && i%10 != 0 {
			continue
		}
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files := make(map[string]string)
		for _, f := range archive.Files {
			files[f.Name] = string(f.Data)
		}
		text, flags, want, after := files["main.go"], files["flags"], files["want"], files["after/main.go"]
		for _, name := range []string{"main.go", "flags", "want", "after/main.go"} {
			delete(files, name)
		}
		o := Options{All: strings.Contains(flags, "-all"), Exported: strings.Contains(flags, "-exported")}
		if len(files) > 0 || text == "" || strings.Contains(flags, "=") || strings.Contains(text, "import \"C\"") {
			continue
		}
		compared++
		got := Analyze(text, o, library.Importer())
		if got.Problems != nil {
			t.Errorf("%s: %v", name, got.Problems)
			continue
		}
		var found []string
		for _, f := range got.Findings {
			line := "rewritten " + f.Name
			if !f.Rewritten {
				line = "refused " + f.Name + " " + f.Code
			}
			if !slices.Contains(strings.Split(want, "\n"), "any "+f.Name) {
				found = append(found, line)
			}
		}
		expected := slices.DeleteFunc(strings.Split(want, "\n"), func(line string) bool {
			verdict, _, _ := strings.Cut(line, " ")
			return verdict == "" || verdict == "any" || verdict == "mended"
		})
		slices.Sort(found)
		slices.Sort(expected)
		if !slices.Equal(found, expected) {
			t.Errorf("%s: got %q, want %q", filepath.Base(name), found, expected)
		}
		if after != "" && got.New != after {
			t.Errorf("%s: the result is\n%s\nwant\n%s", filepath.Base(name), got.New, after)
		}
	}
	if compared < 10 {
		t.Errorf("only %d cases were compared", compared)
	}
	t.Logf("compared %d cases", compared)
}
