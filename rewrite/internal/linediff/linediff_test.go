package linediff

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/aymanbagabas/go-udiff"
)

// apply checks that the edits of two texts make one into the other, and returns the
// number of bytes that they replace.
func apply(t *testing.T, before, after string) int {
	t.Helper()
	edits := Edits(before, after)
	got, err := udiff.Apply(before, edits)
	if err != nil || got != after {
		t.Fatalf("the edits of\n%s\nlead to\n%s\nnot\n%s\n%v", before, got, after, err)
	}
	n := 0
	for _, e := range edits {
		n += e.End - e.Start
	}
	return n
}

func TestEdits(t *testing.T) {
	for _, test := range []struct{ before, after string }{
		{"", ""},
		{"", "a\n"},
		{"a\n", ""},
		{"a", "a\n"},
		{"a\nb\n", "b\na\n"},
		{"a\na\n", "a\n"},
		{"a\nb\nc\n", "a\nc\n"},
		{"x\ny\n", "x\r\ny\n"},
	} {
		apply(t, test.before, test.after)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		text := func() string {
			var b strings.Builder
			for range r.IntN(12) {
				b.WriteString(string(rune('a'+r.IntN(6))) + "\n")
			}
			return b.String()
		}
		apply(t, text(), text())
	}
}

// TestMany changes one line of ten, three hundred times: nothing else is replaced.
func TestMany(t *testing.T) {
	var before, after strings.Builder
	changed := 0
	for i := range 3000 {
		line := fmt.Sprintf("\tline(%d)\n", i)
		if i%10 == 0 {
			fmt.Fprintf(&before, "\tdefer done%d()\n", i)
			changed += len(fmt.Sprintf("\tdefer done%d()\n", i))
			fmt.Fprintf(&after, "\tdefer done%d.finish()\n", i)
			continue
		}
		before.WriteString(line)
		after.WriteString(line)
	}
	if n := apply(t, before.String(), after.String()); n != changed {
		t.Errorf("%d bytes are replaced, want %d", n, changed)
	}
}
