//go:build unix

package speed

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

// The file is well-formed, and all points have different positions.
func TestPlot(t *testing.T) {
	text := string(plot([]point{{"example.com/small", 12_000, 0.3, 45}, {"example.com/<large>", 4_600_000, 5, 139}}))
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{"small", "&lt;large&gt;", "CPU seconds", "peak MB"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in the drawing", want)
		}
	}
	if n := strings.Count(text, "<circle"); n != 4 {
		t.Errorf("%d points, want 4", n)
	}
}

func TestAxis(t *testing.T) {
	a := axisOf([]float64{0.3, 5}, 100, 0)
	if a.from != -1 || a.to != 1 || a.at(1) != 50 || a.at(10) != 0 {
		t.Errorf("from %g to %g; 1 is at %g, 10 at %g", a.from, a.to, a.at(1), a.at(10))
	}
	if a := axisOf([]float64{100}, 0, 1); a.from != 2 || a.to != 3 {
		t.Errorf("of one value: from %g to %g", a.from, a.to)
	}
}

func TestNumber(t *testing.T) {
	const text = "1 package listed\n12 packages type-checked\nm: 3 packages type-checked\n14 packages type-checked\n"
	for words, want := range map[string]int{"packages? listed": 1, "packages? type-checked": 14, "files? scanned": 0} {
		if got := number(text, words); got != want {
			t.Errorf("%s: %d, want %d", words, got, want)
		}
	}
}
