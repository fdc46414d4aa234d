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
	Generated int            // prepare functions in generated files, whose cleanup is on the heap
	Found     int            // the others whose cleanup is on the heap
	Rewritten int            // of those
	Left      map[string]int // the others, by the code of the refusal
	Refused   []Refused

	Tested int // packages whose tests were run

	// What must be zero.
	Missed          int // functions that package recall lists, without a finding or reason
	TypeErrors, Vet int
	Tests           int // that fail and did not before
	Comments        int // lost
	Outside         int // bytes that differ outside planned statements
	Second          int // functions that a second run would rewrite
	Allocates       int // rewritten functions that gain nothing or allocate anew
}

// A Refused is a function that was not rewritten.
type Refused struct {
	Name, Code, Text string // Text is the refusal, with positions below the root of the module
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
	r.Generated += o.Generated
	r.Found += o.Found
	r.Rewritten += o.Rewritten
	for code, n := range o.Left {
		r.Left[code] += n
	}
	r.Missed += o.Missed
	r.TypeErrors += o.TypeErrors
	r.Vet += o.Vet
	r.Tested += o.Tested
	r.Tests += o.Tests
	r.Comments += o.Comments
	r.Outside += o.Outside
	r.Second += o.Second
	r.Allocates += o.Allocates
}

// markdown returns the tables: modules, codes, and the refusals of hand-written functions.
func markdown(modules []Module, reports map[string]*Report) string {
	var b, refused strings.Builder
	b.WriteString("| module | functions | rewritten | missed | type errors | vet | tests | comments | bytes | second run | allocate |\n")
	b.WriteString("|---|---|---|---|---|---|---|---|---|---|---|\n")
	total := &Report{Left: make(map[string]int)}
	row := func(name string, r *Report) {
		tests := "–"
		if r.Tested > 0 {
			tests = fmt.Sprintf("%d in %d", r.Tests, r.Tested)
		}
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d | %d | %s | %d | %d | %d | %d |\n", name, r.Found, r.Rewritten, r.Missed,
			r.TypeErrors, r.Vet, tests, r.Comments, r.Outside, r.Second, r.Allocates)
	}
	for _, m := range modules {
		r := reports[m.Name]
		if r == nil {
			continue
		}
		name := m.Path + "@" + m.Version
		if packages := strings.Join(m.Packages, " "); packages != "./..." {
			name += " `" + packages + "`"
		}
		if r.Error != "" {
			fmt.Fprintf(&b, "| %s | not run: %s |\n", name, r.Error)
			continue
		}
		row(name, r)
		total.add(r)
		for _, f := range r.Refused {
			fmt.Fprintf(&refused, "| %s | `%s` | %s |\n", m.Name, f.Code, strings.ReplaceAll(f.Text, "|", "\\|"))
		}
	}
	row("total", total)
	share := 0.0
	if total.Found > 0 {
		share = 100 * float64(total.Rewritten) / float64(total.Found)
	}
	fmt.Fprintf(&b, "\n%.0f %% are rewritten. Left out: %d functions that the compiler keeps on the stack, %d in generated files.\n\n", share, total.Free, total.Generated)
	b.WriteString("| refused as | functions |\n|---|---|\n")
	for _, code := range slices.SortedFunc(maps.Keys(total.Left), func(a, c string) int {
		if d := total.Left[c] - total.Left[a]; d != 0 {
			return d
		}
		return strings.Compare(a, c)
	}) {
		fmt.Fprintf(&b, "| %s | %d |\n", code, total.Left[code])
	}
	fmt.Fprintf(&b, "\n| module | code | refusal |\n|---|---|---|\n%s", refused.String())
	return b.String()
}
