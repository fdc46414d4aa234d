package allocs

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"strings"
	"testing"

	"github.com/closurefix/closurefix/rewrite/callers"
	"github.com/closurefix/closurefix/rewrite/candidate"
	"github.com/closurefix/closurefix/rewrite/internal/escape"
	"github.com/closurefix/closurefix/rewrite/pattern"
)

const (
	oldText = `package m

func prepare(err *error) func() {
	return func() { *err = nil }
}

func Call() (err error) {
	defer prepare(&err)()
	return nil
}
`
	newText = `package m

func finish(err *error) { *err = nil }

func Call() (err error) {
	defer finish(&err)
	return nil
}
`
)

// file is the name of the only file of a unit.
func file(t *testing.T) string {
	name, err := filepath.Abs("m.go")
	if err != nil {
		t.Fatal(err)
	}
	return name
}

func unitOf(t *testing.T, text string) *pattern.Unit {
	t.Helper()
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, file(t), text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	info := &types.Info{
		Types: make(map[ast.Expr]types.TypeAndValue), Instances: make(map[*ast.Ident]types.Instance),
		Defs: make(map[*ast.Ident]types.Object), Uses: make(map[*ast.Ident]types.Object),
		Implicits: make(map[ast.Node]types.Object), Selections: make(map[*ast.SelectorExpr]*types.Selection),
		FileVersions: make(map[*ast.File]string),
	}
	pkg, err := new(types.Config).Check("m", fset, []*ast.File{f}, info)
	if err != nil {
		t.Fatal(err)
	}
	return &pattern.Unit{Fset: fset, Files: []*ast.File{f}, Pkg: pkg, Info: info, Read: func(string) ([]byte, error) { return []byte(text), nil }}
}

func prepareCandidate(t *testing.T) *candidate.Candidate {
	t.Helper()
	all := candidate.Find(&callers.World{Units: []*pattern.Unit{unitOf(t, oldText)}, All: true})
	if len(all) != 1 || all[0].Plan == nil || all[0].Plan.Finish.Name != "finish" {
		t.Fatalf("candidates: %+v, want that prepare becomes finish", all)
	}
	return all[0]
}

// facts parses output of the compiler with lines "line:col: text".
func facts(t *testing.T, output string) *escape.Facts {
	var b strings.Builder
	for line := range strings.Lines(output) {
		b.WriteString("./m.go:" + line)
	}
	return escape.Parse(b.String(), filepath.Dir(file(t)))
}

func TestCount(t *testing.T) {
	t.Parallel()
	const (
		literal = "4:9: func literal escapes to heap\n"
		moved   = "7:14: moved to heap: err\n"
		inlined = "8:15: inlining call to prepare\n"
	)
	for _, test := range []struct {
		name, output string
		want         Heap
	}{
		{"closure and variable", literal + moved, Heap{Least: 2, Most: 2}},
		{"closure", literal, Heap{Least: 1, Most: 1}},
		{"inlined, closure on the stack", literal + inlined + "8:15: func literal does not escape\n", Heap{}},
		{"inlined, closure on the heap", literal + inlined + "8:15: func literal escapes to heap\n", Heap{Least: 1, Most: 1}},
		{"nothing said of the closure", moved, Heap{Least: 1, Most: 1, Unclear: true}},
		{"nothing said at all", "", Heap{Unclear: true}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := Count(prepareCandidate(t), facts(t, test.output))
			if got.Least != test.want.Least || got.Most != test.want.Most || got.Unclear != test.want.Unclear {
				t.Errorf("%d to %d allocations, unclear %v; want %+v", got.Least, got.Most, got.Unclear, test.want)
			}
			if len(got.Allocations) != got.Most {
				t.Errorf("allocations %+v, want %d", got.Allocations, got.Most)
			}
			if want := test.want.Most == 0 && !test.want.Unclear; got.OnStack() != want {
				t.Errorf("on the stack: %v", got.OnStack())
			}
		})
	}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	const old = "4:9: func literal escapes to heap\n7:14: moved to heap: err\n"
	for _, test := range []struct {
		name, old, new, want string
		idle                 bool
	}{
		{"both left", old, "5:14: err does not escape\n", "prepare left func literal; Call left err", false},
		{"the variable stays", old, "5:14: moved to heap: err\n", "prepare left func literal; Call stays err", false},
		{"another is new", old, "5:14: moved to heap: err\n6:14: new(int) escapes to heap\n", "prepare left func literal; Call stays err new new(int)", true},
		{"no closure", "7:14: moved to heap: err\n4:9: func literal does not escape\n", "5:14: moved to heap: err\n", "prepare; Call stays err", true},
		{"moved by inlining", "4:9: func literal escapes to heap\n8:15: inlining call to prepare\n8:15: func literal escapes to heap\n", "5:14: err does not escape\n", "prepare left func literal; Call left func literal", false},
		{"nothing said after", old, "", "prepare left func literal; Call left err", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			next := unitOf(t, newText)
			gains, idle := Compare(prepareCandidate(t), facts(t, test.old), facts(t, test.new), func(string) *pattern.Unit { return next })
			var all []string
			for _, g := range gains {
				text := g.Func
				for _, list := range []struct {
					word   string
					allocs []Allocation
				}{{"left", g.Left}, {"stays", g.Stays}, {"new", g.New}} {
					for _, a := range list.allocs {
						text += fmt.Sprintf(" %s %s", list.word, a.What)
					}
				}
				all = append(all, text)
			}
			if got := strings.Join(all, "; "); got != test.want {
				t.Errorf("gains: %s; want %s", got, test.want)
			}
			if idle != test.idle {
				t.Errorf("idle: %v", idle)
			}
		})
	}
}

func TestName(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "m.go", `package m

func F() {}
func (t T) F() {}
func (t *T) F() {}
func (t *T[P, Q]) F() {}
func (t (*(T[P]))) F() {}
var a, b = 1, 2
type T int
`, 0)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"F", "T.F", "(*T).F", "(*T).F", "(*T).F", "var a", "a declaration"} {
		if got := (Function{Decl: f.Decls[i]}).Name(); got != want {
			t.Errorf("%d: %s, want %s", i, got, want)
		}
	}
}

// TestRepeated finds the calls for which a loop that defers them allocates a closure, which the compiler does not report. Each
// number is what testing.AllocsPerRun says of Go 1.26, for one turn of the loop.
func TestRepeated(t *testing.T) {
	t.Parallel()
	const head = "package m\n\nvar n int\n\ntype T struct {\n\tf func()\n\tg func() error\n}\n\nfunc (T) end() {}\n\nfunc plain() {}\n\nfunc result() error { return nil }\n\nfunc with(int) {}\n\n"
	for _, test := range []struct {
		body string
		want int
	}{
		{"for range 3 { defer plain() }", 0},
		{"for range 3 { defer t.f() }", 0},
		{"for range 3 { defer t.end() }", 1},
		{"for i := range 3 { defer with(i) }", 1},
		{"for range 3 { defer with(1) }", 0},
		{"for range 3 { defer result() }", 0},
		{"for range 3 { defer t.g() }", 1},
		{"for range 3 { defer recover() }", 0},
		{"for i := 0; i < 3; i++ { if i > 0 { defer with(i) } }", 1},
		{"for i := range 3 { func() { defer with(i) }() }", 0},
		{"for range 3 { func() { for i := range 3 { defer with(i) } }() }", 1},
		{"for range func() int { defer with(n); return 3 }() {}", 0},
		{"defer with(n)", 0},
	} {
		u := unitOf(t, head+"func F(t T) {\n\t"+test.body+"\n}\n")
		decls := u.Files[0].Decls
		if got := len(repeated(Function{u, decls[len(decls)-1]})); got != test.want {
			t.Errorf("%s: %d, want %d", test.body, got, test.want)
		}
	}
}
