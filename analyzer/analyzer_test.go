package analyzer_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/closurefix/closurefix/analyzer"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"
)

// An expectation is what the analyzer should do with a package of testdata/src,
// beyond its want comments and goldens.
type expectation struct {
	fixes []string // functions, with "(test)" where the pass holds the in-package tests
	held  []string // beginnings of the reasons for which others have no fix
}

func TestAnalyzer(t *testing.T) {
	if err := analysis.Validate([]*analysis.Analyzer{analyzer.Analyzer}); err != nil {
		t.Fatal(err)
	}
	check(t, analyzer.New(), map[string]*expectation{
		"kinds": {fixes: []string{"(*Conn).openSession", "(*Conn).prepareRead", "startTrace"}},
		"sites": {
			fixes: []string{"(*Conn).prepare (test)"},
			held:  []string{"no fix for (*Conn).prepare here: conn_test.go is not part of this pass"},
		},
		"refused": {held: []string{
			"cannot rewrite (*T).start: an interface requires this method",
			"cannot rewrite asValue: it is used as a value",
			"cannot rewrite unguarded: ",
		}},
		"suppressed": {fixes: []string{"other"}},
		"generated":  {held: []string{"cannot rewrite begin: it is called in generated code"}},
		"ignored":    {held: []string{"cannot rewrite begin: debug.go"}},
		"exported":   {held: []string{"cannot rewrite Begin: it is exported"}},
		"together": {
			fixes: []string{"(*Conn).prepareRead", "(*Conn).prepareWrite"},
			held:  []string{"no fix for (*Conn).prepareToRead here: another fix"},
		},
	})
}

func TestEverything(t *testing.T) {
	a := analyzer.New()
	for _, flag := range []string{"everything", "tests"} {
		if err := a.Flags.Set(flag, "true"); err != nil {
			t.Fatal(err)
		}
	}
	check(t, a, map[string]*expectation{
		"capture":  {fixes: []string{"(*Pool).acquire", "begin"}},
		"testonly": {fixes: []string{"begin"}},
	})
	if got := analyzer.New().Flags.Lookup("everything").Value.String(); got != "false" {
		t.Errorf("another analyzer has -everything=%s", got)
	}
}

// TestMisuse checks that bugs at callers have no fix for drivers that apply all fixes,
// and that some have one for editors.
func TestMisuse(t *testing.T) {
	dir, err := filepath.Abs("../testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range analysistest.Run(t, dir, analyzer.New(), "misuse") {
		for _, d := range r.Action.Diagnostics {
			if len(d.SuggestedFixes) > 0 {
				t.Errorf("a fix that drivers apply unasked: %s", d.Message)
			}
			if len(d.Related) == 0 {
				t.Errorf("nothing explains it: %s", d.Message)
			}
		}
	}
	categories := make(map[string]int)
	for _, r := range analysistest.RunWithSuggestedFixes(t, dir, analyzer.ForEditor(), "misuse") {
		for _, d := range r.Action.Diagnostics {
			categories[d.Category] += len(d.SuggestedFixes)
		}
	}
	// The package is loaded with its tests and without them.
	if want := map[string]int{"eager-argument": 4, "nil-cleanup": 0}; !maps.Equal(categories, want) {
		t.Errorf("fixes by category: %v, want %v", categories, want)
	}
}

// TestBareDriver checks a driver that neither lists the files that build constraints
// exclude nor reads files for a pass.
func TestBareDriver(t *testing.T) {
	a := analyzer.New()
	run := a.Run
	a.Run = func(p *analysis.Pass) (any, error) {
		bare := *p
		bare.IgnoredFiles, bare.ReadFile = nil, nil
		return run(&bare)
	}
	check(t, a, map[string]*expectation{
		"ignored": {held: []string{"cannot rewrite begin: debug.go"}},
		"kinds":   {fixes: []string{"(*Conn).openSession", "(*Conn).prepareRead", "startTrace"}},
	})
}

// TestFault checks that a fault of the analysis becomes part of a diagnostic, with the
// stack, and that the driver and its other analyzers continue.
func TestFault(t *testing.T) {
	const src = `package p

func prepare(n int) func() { return func() { println(n) } }

func run() { defer prepare(1)() }
`
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "p.go", src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	p := &analysis.Pass{Fset: fset, Files: []*ast.File{file}, TypesInfo: &types.Info{
		Types: make(map[ast.Expr]types.TypeAndValue), Defs: make(map[*ast.Ident]types.Object), Uses: make(map[*ast.Ident]types.Object),
		Selections: make(map[*ast.SelectorExpr]*types.Selection), Implicits: make(map[ast.Node]types.Object),
	}}
	if p.Pkg, err = new(types.Config).Check("p", fset, p.Files, p.TypesInfo); err != nil {
		t.Fatal(err)
	}
	run := file.Decls[1].(*ast.FuncDecl).Body
	run.List = append(run.List, nil) // no parser returns this
	var reported []analysis.Diagnostic
	p.Report = func(d analysis.Diagnostic) { reported = append(reported, d) }
	a := analyzer.New()
	if err := a.Flags.Set("everything", "true"); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Run(p); err != nil {
		t.Fatal(err)
	}
	if len(reported) != 2 || len(reported[0].SuggestedFixes) > 0 || !strings.HasPrefix(reported[1].Message, "internal error: ") {
		t.Fatalf("reported %+v, want one diagnostic without a fix, and the fault of the search for misuses", reported)
	}
	const start, frame = "cannot rewrite prepare: internal error: ", "pattern.References"
	if !slices.ContainsFunc(reported[0].Related, func(r analysis.RelatedInformation) bool {
		return strings.HasPrefix(r.Message, start) && strings.Contains(r.Message, frame)
	}) {
		t.Errorf("related %+v, want %q and a stack with %s", reported[0].Related, start, frame)
	}
}

// check runs the analyzer over packages of testdata/src, all loaded at once.
func check(t *testing.T, a *analysis.Analyzer, packages map[string]*expectation) {
	t.Helper()
	dir, err := filepath.Abs("../testdata")
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]*expectation)
	for name := range packages {
		got[name] = new(expectation)
	}
	for _, r := range analysistest.RunWithSuggestedFixes(t, dir, a, slices.Sorted(maps.Keys(packages))...) {
		path, variant, _ := strings.Cut(r.Action.Package.ID, " ")
		found := got[strings.TrimSuffix(path, "_test")]
		for _, d := range r.Action.Diagnostics {
			for _, f := range d.SuggestedFixes {
				name := strings.TrimSuffix(strings.TrimPrefix(f.Message, "Rewrite "), " and its callers without the closure")
				if variant == "["+path+".test]" {
					name += " (test)"
				}
				found.fixes = append(found.fixes, name)
			}
			if len(d.SuggestedFixes) == 0 && d.Category != "nil-cleanup" {
				found.held = append(found.held, d.Related[len(d.Related)-1].Message)
			}
		}
	}
	for name, want := range packages {
		found := got[name]
		slices.Sort(found.fixes)
		slices.Sort(found.held)
		if !slices.Equal(found.fixes, want.fixes) {
			t.Errorf("%s: fixes for %q, want %q", name, found.fixes, want.fixes)
		}
		if !slices.EqualFunc(found.held, want.held, strings.HasPrefix) {
			t.Errorf("%s: held back: %q, want %q", name, found.held, want.held)
		}
	}
}

// TestDiagnostic looks at one diagnostic in full.
func TestDiagnostic(t *testing.T) {
	dir, err := filepath.Abs("../testdata")
	if err != nil {
		t.Fatal(err)
	}
	results := analysistest.Run(t, dir, analyzer.New(), "kinds")
	if len(results) != 1 {
		t.Fatalf("%d passes, want 1", len(results))
	}
	act := results[0].Action
	var got []string
	for _, d := range act.Diagnostics {
		start, end := act.Package.Fset.Position(d.Pos), act.Package.Fset.Position(d.End)
		if start.Line != end.Line || start.Column < len("func x") || end.Column-start.Column < len("x() func()") {
			t.Errorf("%s: the range ends at %s: it is not the signature from the name on", start, end)
		}
		got = append(got, d.Category)
	}
	slices.Sort(got)
	if want := []string{"own-result", "pointer-argument", "result-pointer"}; !slices.Equal(got, want) {
		t.Errorf("categories %q, want %q", got, want)
	}

	got = nil
	for _, info := range act.Diagnostics[0].Related {
		pos := act.Package.Fset.Position(info.Pos)
		got = append(got, fmt.Sprintf("%d:%d %s", pos.Line, pos.Column, info.Message))
	}
	want := []string{
		"19:9 the closure",
		"15:7 it captures c",
		"15:35 it captures err",
		"28:19 (*Conn).prepareRead is called here",
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("related positions\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
