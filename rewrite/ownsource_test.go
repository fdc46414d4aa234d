package rewrite

import "testing"

func TestReadsOwnSource(t *testing.T) {
	t.Parallel()
	for call, want := range map[string]int{
		`os.ReadFile("m.go")`:                               3,
		`parser.ParseFile(fset, "./m.go", nil, 0)`:          3,
		`filepath.Glob("*.go")`:                             3,
		`parser.ParseDir(fset, ".", nil, 0)`:                3,
		`packages.Load(cfg, ".")`:                           3,
		`os.ReadFile("testdata/m.go")`:                      0,
		`os.ReadFile("m.txt")`:                              0,
		`os.WriteFile("m.go", nil, 0)`:                      0,
		`parser.ParseFile(fset, "", "package m // .go", 0)`: 0,
		`ReadFile("m.go")`:                                  0,
	} {
		if got := readsOwnSource([]byte("package m\n\nvar x, y = " + call + "\n")); got != want {
			t.Errorf("%s: line %d, want %d", call, got, want)
		}
	}
}
