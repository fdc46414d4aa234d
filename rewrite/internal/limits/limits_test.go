package limits

import (
	"os"
	"path/filepath"
	"testing"
)

// TestLimits holds that each function of the module, also of its tests, can be read at
// once.
func TestLimits(t *testing.T) {
	found, err := measure(filepath.Join("..", "..", ".."), true)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		if f.lines > mostLines || f.branches > mostBranches {
			t.Errorf("%v, want at most %d lines and %d", f, mostLines, mostBranches)
		}
	}
}

func TestMeasure(t *testing.T) {
	tests := []struct {
		name            string
		source          string
		lines, branches int
	}{
		{"nothing", "func f() {}", 1, 1},
		{"each branch", `func f(a, b bool, c chan int, s []int) {
	if a && b || a {
	} else if b {
	}
	for range s {
	}
	for {
	}
	select {
	case <-c:
	default:
	}
}`, 13, 8},
		{"a literal counts for its function", `func f(a bool) {
	_ = func() {
		if a {
		}
	}
}`, 6, 2},
		{"a switch with branches", `func f(n int, a bool) {
	switch n {
	case 1:
		if a {
		}
	case 2, 3:
	default:
	}
}`, 9, 4},
		{"a switch that is a table", `func f(n int) int {
	switch n {
	case 1:
		return 10
	case 2:
		return 20
	}
	return 0
}`, 9, 2},
		{"the rows of a table", `func f() {
	_ = []int{
		1,
		2,
	}
	_ = []any{
		1, func() {
			println()
		},
	}
}`, 9, 1},
		{"a raw string", "func f() {\n\t_ = `\n\n\n`\n}", 3, 1},
		{"a method of a generic type", "func (*T[P]) f() {}", 1, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "a.go"), []byte("package p\n\ntype T[P any] int\n\n"+test.source+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			found, err := measure(dir, false)
			if err != nil {
				t.Fatal(err)
			}
			if len(found) != 1 {
				t.Fatalf("%d functions, want 1", len(found))
			}
			if f := found[0]; f.lines != test.lines || f.branches != test.branches {
				t.Errorf("%d lines and a complexity of %d, want %d and %d", f.lines, f.branches, test.lines, test.branches)
			}
		})
	}
}
