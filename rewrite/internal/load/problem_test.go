package load

import "testing"

func TestProblemOrder(t *testing.T) {
	cause := Problem{File: "z.go", Line: 1, Text: "expected ')', found '{'"}
	for _, text := range []string{"undefined: z.Parse", "x.Parse undefined (type z.T has no field or method Parse)"} {
		err := sourceError(Config{}, []Problem{{File: "a.go", Line: 1, Text: text}, cause})
		if bad, ok := err.(*SourceError); !ok || bad.Problems[0] != cause {
			t.Errorf("%v\nwant %v first", err, cause)
		}
	}
}
