package corpus

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A Report has the results for one module.
type Report struct {
	Error string `json:",omitempty"` // the reason if there are no results

	Pruned    int            // packages left out, whole or with their tests
	Free      int            // prepare functions whose cleanup is on the stack
	Found     int            // prepare functions whose cleanup is on the heap
	Rewritten int            // of those
	Left      map[string]int // the others, by the code of the refusal

	// Prepare functions outside tests and generated files that allocate, and
	// whose signature nothing but their callers fixes: no interface methods,
	// no functions that are used as values.
	Hand, HandRewritten int

	// What must be zero.
	TypeErrors, Vet int
	Tested          bool // Tests counts something
	Tests           int  // that fail and did not before
	Comments        int  // lost
	Outside         int  // bytes that differ outside planned statements
	Second          int  // functions that a second run would rewrite
	Allocates       int  // rewritten functions that gain nothing or allocate anew
}

const reportFile = "report.json"

func (r *Report) save(dir string) error {
	data, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, reportFile), append(data, '\n'), 0o666)
}

func loadReport(dir string) (*Report, error) {
	data, err := os.ReadFile(filepath.Join(dir, reportFile))
	if err != nil {
		return nil, err
	}
	r := new(Report)
	if err := json.Unmarshal(data, r); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, reportFile), err)
	}
	return r, nil
}

// add adds the figures of another report.
func (r *Report) add(o *Report) {
	r.Pruned += o.Pruned
	r.Free += o.Free
	r.Found += o.Found
	r.Rewritten += o.Rewritten
	for code, n := range o.Left {
		r.Left[code] += n
	}
	r.Hand += o.Hand
	r.HandRewritten += o.HandRewritten
	r.TypeErrors += o.TypeErrors
	r.Vet += o.Vet
	r.Tested = r.Tested || o.Tested
	r.Tests += o.Tests
	r.Comments += o.Comments
	r.Outside += o.Outside
	r.Second += o.Second
	r.Allocates += o.Allocates
}

// markdown returns the tables: modules, then codes.
func markdown(modules []Module, reports map[string]*Report) string {
	var b strings.Builder
	b.WriteString("| module | packages | found | rewritten | by hand | type errors | vet | tests | comments | bytes | second run | allocate |\n")
	b.WriteString("|---|---|---|---|---|---|---|---|---|---|---|---|\n")
	total := &Report{Left: make(map[string]int)}
	row := func(name, packages string, r *Report) {
		tests := "–"
		if r.Tested {
			tests = fmt.Sprint(r.Tests)
		}
		fmt.Fprintf(&b, "| %s | %s | %d | %d | %d of %d | %d | %d | %s | %d | %d | %d | %d |\n", name, packages, r.Found, r.Rewritten,
			r.HandRewritten, r.Hand, r.TypeErrors, r.Vet, tests, r.Comments, r.Outside, r.Second, r.Allocates)
	}
	for _, m := range modules {
		r := reports[m.Name]
		if r == nil {
			continue
		}
		name, packages := m.Path+"@"+m.Version, "`"+strings.Join(m.Packages, " ")+"`"
		if r.Error != "" {
			fmt.Fprintf(&b, "| %s | %s | not run: %s |\n", name, packages, r.Error)
			continue
		}
		row(name, packages, r)
		total.add(r)
	}
	row("total", "", total)
	share := 0.0
	if total.Hand > 0 {
		share = 100 * float64(total.HandRewritten) / float64(total.Hand)
	}
	fmt.Fprintf(&b, "\nBy hand: %.0f %% rewritten. On the stack already, and left alone: %d functions.\n\n", share, total.Free)
	b.WriteString("| refused as | functions |\n|---|---|\n")
	for _, code := range slices.SortedFunc(maps.Keys(total.Left), func(a, c string) int {
		if d := total.Left[c] - total.Left[a]; d != 0 {
			return d
		}
		return strings.Compare(a, c)
	}) {
		fmt.Fprintf(&b, "| %s | %d |\n", code, total.Left[code])
	}
	return b.String()
}
