package rewrite_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/closurefix/closurefix/rewrite/refusal"
)

// TestCodes checks that a case or a script expects each refusal code. For codes that no
// program can cause by itself it checks that the test named here exists.
func TestCodes(t *testing.T) {
	elsewhere := map[refusal.Code]string{
		refusal.InternalError:  "candidate/candidate_test.go:TestFault",
		refusal.CgoFile:        "cgo_test.go:TestCgo",
		refusal.ConfigsDiverge: "run_test.go:TestConfigsDiverge",
		refusal.OutsideModule:  "run_test.go:TestOutsideModule",
		refusal.VerifyFailed:   "run_test.go:TestVerifyIsolates",
	}
	var cases, scripts []byte
	for pattern, into := range map[string]*[]byte{"../testdata/cases/*.txtar": &cases, "../testdata/script/*.txtar": &scripts} {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			*into = append(*into, text...)
		}
	}
	table := refusal.Explanations()
	for i, e := range table {
		if i > 0 && table[i-1].Code >= e.Code {
			t.Errorf("the table is not in order at %s", e.Code)
		}
		if e.Meaning == "" || e.Advice == "" {
			t.Errorf("%s is not explained", e.Code)
		}
		if where, ok := elsewhere[e.Code]; ok {
			file, name, _ := bytes.Cut([]byte(where), []byte(":"))
			text, err := os.ReadFile(string(file))
			if err != nil || !bytes.Contains(text, fmt.Appendf(nil, "func %s(", name)) {
				t.Errorf("%s: there is no test %s", e.Code, where)
			}
			continue
		}
		if !bytes.Contains(cases, fmt.Appendf(nil, " %s\n", e.Code)) && !bytes.Contains(scripts, []byte(e.Code)) {
			t.Errorf("no case wants %s", e.Code)
		}
	}
}
