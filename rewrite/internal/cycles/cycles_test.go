package cycles

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// In these packages no cycle has more files than a reader can hold together.
func TestShort(t *testing.T) {
	const most = 5
	found, err := cycles(filepath.Join("..", ".."), []string{".", "./flow", "./pattern", "./refusal", "./callers", "./plan/...", "./edit", "./same", "./candidate", "./internal/load", "./internal/allocs", "./internal/gen", "../cmd/..."})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range found {
		if len(c.files) > most {
			t.Errorf("%s: a cycle of %d files, want at most %d: %v", c.pkg, len(c.files), most, c.files)
			for _, u := range c.uses {
				t.Log(u)
			}
		}
	}
}

func TestCycles(t *testing.T) {
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(`
-- go.mod --
module example.com/m

go 1.26
-- type.go --
package m

type T[P any] struct{ next *T[P] }
-- method.go --
package m

func (t *T[P]) Next() *T[P] { return third(t) }
-- third.go --
package m

func third[P any](t *T[P]) *T[P] {
	if t.next != nil {
		return t.next.Next()
	}
	return t
}
-- field.go --
package m

var zero T[int]

var _ = zero.next
-- left.go --
package m

const left = 1

var _ = right
-- right.go --
package m

const right = 2 * left
-- alone.go --
package m

func init() {
	left := zero
	third(&left)
	println(left.Next(), 2)
}
-- sub/sub.go --
package sub

import "example.com/m"

var _ m.T[int]
-- sub/other.go --
package sub
`)).Files {
		name := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	found, err := cycles(dir, []string{"./..."})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, c := range found {
		fmt.Fprintln(&b, c.pkg, c.files)
		for _, u := range c.uses {
			fmt.Fprintln(&b, u)
		}
	}
	const want = `example.com/m [left.go right.go]
left.go uses right of right.go
right.go uses left of left.go
example.com/m [method.go third.go]
method.go uses third of third.go
third.go uses Next of method.go
`
	if got := b.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
