package rewrite_test

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/closurefix/closurefix/rewrite/internal/gen"
)

var (
	variantsFlag   = flag.Int("variants", 0, "how many `variants` of each use in each slot TestGrammar runs; 0 for a choice of programs, -1 for all")
	constructsFlag = flag.String("constructs", "", "run only the programs of TestGrammar whose name matches this `regexp`")
)

// TestGrammar runs a program for each place where Go's grammar lets an expression
// stand and each use of a cleanup that fits there (package gen has the table), before
// and after a rewrite. They must print the same, and the prepare function must be
// rewritten, unless an exception says why it need not be.
//
//	go test ./rewrite -run TestGrammar -constructs '^ReturnStmt after nil' -variants -1
func TestGrammar(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the go command")
	}
	wanted, err := regexp.Compile(*constructsFlag)
	if err != nil {
		t.Fatal(err)
	}
	variants := *variantsFlag
	if variants < 0 {
		variants = gen.Variants
	}
	constructs := slices.DeleteFunc(gen.Constructs(max(variants, 1)), func(c gen.Construct) bool { return !wanted.MatchString(c.Name()) })
	if len(constructs) == 0 {
		t.Fatalf("no program matches %q", *constructsFlag)
	}
	timings := make(map[string]time.Duration)
	var report grammarReport
	for part := range slices.Chunk(constructs, specimensPerBatch) {
		b := &batch{dir: filepath.Join(t.TempDir(), "batch"), timings: timings}
		for i, c := range part {
			s, err := newConstruct(c, i)
			if err != nil {
				t.Fatal(err)
			}
			b.specimens = append(b.specimens, s)
		}
		if err := b.try(t.Context()); err != nil {
			t.Fatal(err)
		}
		for i, s := range b.specimens {
			judgeConstruct(s, part[i])
			report.add(s, part[i])
		}
	}
	t.Logf("%d programs, %d rewritten", report.programs, report.rewritten)
	for _, name := range slices.Sorted(maps.Keys(timings)) {
		t.Logf("%-14s %v", name, timings[name].Round(time.Millisecond))
	}
	for _, e := range report.excused() {
		t.Log(e)
	}
	for _, f := range report.failures() {
		t.Error(f)
	}
}

// newConstruct makes the i-th program of a batch.
func newConstruct(c gen.Construct, i int) (*specimen, error) {
	s := &specimen{seed: uint64(i), pkg: fmt.Sprint(i / specimensPerPackage), suffix: fmt.Sprint(i), main: fmt.Sprint("Main", i), verdicts: make(map[string]verdict)}
	text, err := c.Text(gen.Form{Package: "batch", Main: s.main, Suffix: s.suffix})
	if err != nil {
		return nil, err
	}
	s.files = []*part{{name: fmt.Sprintf("p%d.go", i), before: text, after: text}}
	return s, nil
}

// judgeConstruct finds fault with verdicts that no exception allows.
func judgeConstruct(s *specimen, c gen.Construct) {
	if len(s.verdicts) == 0 {
		s.blame("missed", "its prepare function is not found")
	}
	for _, name := range slices.Sorted(maps.Keys(s.verdicts)) {
		if v := s.verdicts[name]; !v.rewritten && excuse(c, v.code) == nil {
			s.blame("refused "+v.code, "%s", v.why)
		}
	}
}

// An exception is a refusal that is right.
type exception struct {
	slots string // a regular expression for the names of slots
	use   gen.Use
	shape func(gen.Shape) bool // nil for any
	codes []string
	why   string
}

// exceptions returns the refusals that are right. Where a refusal is not listed, the
// function can be rewritten, and must be.
func exceptions() []exception {
	handed := []string{"call-form", "cleanup-value"}
	return []exception{
		{`^Call arguments`, gen.Pair, nil, handed,
			"The results go straight to parameters: no expression of the cleanup stands there that could become a method value."},
		{`^(Assignment to two (fields|elements|interfaces)|Assignment to the results)$`, gen.Pair, nil, append([]string{"reassigned"}, handed...),
			"The results go straight to fields, elements, interfaces or results: no expression of the cleanup stands there."},
		{`^ForStmt post that assigns two$`, gen.Pair, nil, append([]string{"reassigned", "unguarded-nil"}, handed...),
			"The variable is nil where the loop has not run, and its value, not a call, is used afterwards."},
		{`^(Assignment on a condition|Assignment within a literal|ForStmt post that assigns)$`, gen.Call, nil, []string{"unguarded-nil"},
			"The variable is nil where the assignment has not run, and its value, not a call, is used afterwards."},
		{`^(ReturnStmt of two|FunctionLit results$)`, gen.Pair, nil, append([]string{"other-return"}, handed...),
			"The results are returned as they are, to callers that use the cleanup as a value and nothing else."},
		{`^VarDecl of two$`, gen.Pair, nil, append([]string{"reassigned"}, handed...),
			"A variable of a package keeps its type, which others in the package may rely on, and no expression of the cleanup stands there."},
		{`^SwitchStmt tag func$`, gen.Variable, nil, []string{"nil-test", "cleanup-value"},
			"The cases compare the tag with nil: the test is no expression of its own."},
		{`^SwitchStmt tag func$`, gen.Call, nil, []string{"nil-test", "cleanup-value", "call-form"},
			"The cases compare the tag with nil: the test is no expression of its own."},
		{`.`, gen.Call, takesPointer, handed,
			"The pointer is not part of the state, so that a literal must bind it to the state, for which no variable can be made within an expression."},
	}
}

// takesPointer reports whether the cleanup captures a pointer to a variable of the caller.
func takesPointer(h gen.Shape) bool { return h.Capture == gen.PointerCapture }

// excuse returns the exception that allows a refusal, or nil.
func excuse(c gen.Construct, code string) *exception {
	for _, e := range exceptions() {
		if e.covers(c) && slices.Contains(e.codes, code) {
			return &e
		}
	}
	return nil
}

func (e *exception) covers(c gen.Construct) bool {
	return e.use == c.Use && regexp.MustCompile(e.slots).MatchString(c.Slot.Name) && (e.shape == nil || e.shape(c.Shape))
}

// TestExceptions holds that each exception is about some program.
func TestExceptions(t *testing.T) {
	all := gen.Constructs(gen.Variants)
	for _, e := range exceptions() {
		if !slices.ContainsFunc(all, e.covers) {
			t.Errorf("no program has %q in %s: %s", e.use, e.slots, e.why)
		}
	}
}

// A grammarReport says briefly what failed: one program of each kind is shown.
type grammarReport struct {
	programs, rewritten int
	right               map[string]int // refusals that an exception allows
	failed              []failure
}

type failure struct {
	gen.Construct
	what, why   string
	text, after []byte
}

func (r *grammarReport) add(s *specimen, c gen.Construct) {
	r.programs++
	if s.changed() {
		r.rewritten++
	}
	if r.right == nil {
		r.right = make(map[string]int)
	}
	for _, v := range s.verdicts {
		if !v.rewritten {
			if e := excuse(c, v.code); e != nil {
				r.right[v.code+": "+e.why]++
			}
		}
	}
	if s.fault != nil {
		r.failed = append(r.failed, failure{c, s.fault.what, s.fault.why, s.files[0].before, s.files[0].after})
	}
}

func (r *grammarReport) excused() []string {
	var lines []string
	for _, e := range slices.Sorted(maps.Keys(r.right)) {
		lines = append(lines, fmt.Sprintf("%d refused rightly, %s", r.right[e], e))
	}
	return lines
}

// failures returns a message for each kind of failure, with the shortest program
// that has it and the places of the others.
func (r *grammarReport) failures() []string {
	kinds := make(map[string][]failure)
	for _, f := range r.failed {
		kinds[f.what] = append(kinds[f.what], f)
	}
	var messages []string
	for _, what := range slices.Sorted(maps.Keys(kinds)) {
		all := kinds[what]
		first := slices.MinFunc(all, func(f, g failure) int { return cmp.Compare(len(f.text), len(g.text)) })
		var m strings.Builder
		fmt.Fprintf(&m, "%s: %d programs\n%s", what, len(all), places(all))
		fmt.Fprintf(&m, "the shortest is %s, %+v: %s\n%s", first.Name(), first.Shape, first.why, first.text)
		if string(first.after) != string(first.text) {
			fmt.Fprintf(&m, "becomes\n%s", diff("program", first.text, first.after))
		}
		messages = append(messages, m.String())
	}
	return messages
}

// placesShown is how many slots places names for a use.
const placesShown = 10

// places returns a line for each use, with the slots in which it failed.
func places(failed []failure) string {
	slots := make(map[gen.Use][]string)
	for _, f := range failed {
		if names := slots[f.Use]; !slices.Contains(names, f.Slot.Name) {
			slots[f.Use] = append(names, f.Slot.Name)
		}
	}
	var b strings.Builder
	for _, u := range slices.Sorted(maps.Keys(slots)) {
		names := slots[u]
		fmt.Fprintf(&b, "\t%s, in %d slots: %s", u, len(names), strings.Join(names[:min(placesShown, len(names))], "; "))
		if len(names) > placesShown {
			b.WriteString("; …")
		}
		b.WriteString("\n")
	}
	return b.String()
}
