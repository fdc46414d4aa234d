package same

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"testing"
)

// formOne and formTwo are the two forms of a rewrite, on which the tables below make
// their changes: p is the prepare function, f is finish.
const (
	formOne = `package a

type C struct{ n int }

func use(...any) int { return 0 }

func (c *C) p(k int, err *error) (func(int), error) {
	if k == 0 {
		return nil, *new(error)
	}
	done := func(x int) { use(c.n, k, *err, x) }
	if k == 1 {
		defer done(7)
		return nil, *new(error)
	}
	return done, nil
}

func run(c *C, k, other int) (err error) {
	done, err := c.p(k, &err)
	if err != nil {
		return err
	}
	defer done(other)
	use("work")
	return nil
}
`
	formTwo = `package a

func use(...any) int { return 0 }

func p(k int, err *error) (func() error, error) {
	n, m := k+1, k+2
	if k == 0 {
		return nil, *new(error)
	}
	go func() { m++ }()
	return func() error {
		use(n, m, *err)
		return nil
	}, nil
}

func run(k int) (err error) {
	done, err := p(k, &err)
	if done != nil {
		defer done()
	}
	if k > 1 {
		return done()
	}
	f := done
	use(f)
	return nil
}
`
)

// afterOne and afterTwo are formOne and formTwo after a right rewrite.
var (
	afterOne = edited(formOne,
		"p(k int, err *error) (func(int), error)", "p(k int, err *error) error",
		"return nil, *new(error)\n\t}\n\tdone := func(x int) { use(c.n, k, *err, x) }", "return *new(error)\n\t}",
		"defer done(7)\n\t\treturn nil, ", "defer c.f(k, err, 7)\n\t\treturn ",
		"return done, nil\n}", "return nil\n}\n\nfunc (c *C) f(k int, err *error, x int) { use(c.n, k, *err, x) }",
		"done, err := c.p(k, &err)", "err = c.p(k, &err)",
		"defer done(other)", "defer c.f(k, &err, other)")
	afterTwo = edited(formTwo,
		"p(k int, err *error) (func() error, error)", "p(k int) (state, error)",
		"return nil, *new(error)", "return state{}, *new(error)",
		"return func() error {\n\t\tuse(n, m, *err)\n\t\treturn nil\n\t}, nil\n}",
		"return state{n: n, m: &m, live: true}, nil\n}\n\ntype state struct {\n\tn int\n\tm *int\n\tlive bool\n}\n\n"+
			"func (s state) f(err *error) error {\n\tuse(s.n, *s.m, *err)\n\treturn nil\n}",
		"p(k, &err)", "p(k)",
		"if done != nil", "if done.live",
		"defer done()", "defer done.f(&err)",
		"return done()", "return done.f(&err)",
		"f := done\n", "f := func() error { return done.f(&err) }\n")
)

// edited returns text with each old string replaced by the new one that follows it.
func edited(text string, pairs ...string) string {
	for i := 0; i < len(pairs); i += 2 {
		if strings.Count(text, pairs[i]) != 1 {
			panic("not once in the text: " + pairs[i])
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	return text
}

// changeOf type-checks a file and returns the change to another text, with the claims
// of one of the two forms filled in.
func changeOf(t *testing.T, before, after string, claim func(c *Change, captures map[string]*types.Var)) *Change {
	t.Helper()
	u := &Unit{Fset: token.NewFileSet(), Info: &types.Info{
		Types: make(map[ast.Expr]types.TypeAndValue), Defs: make(map[*ast.Ident]types.Object), Uses: make(map[*ast.Ident]types.Object),
		Selections: make(map[*ast.SelectorExpr]*types.Selection), Instances: make(map[*ast.Ident]types.Instance),
		Scopes: make(map[ast.Node]*types.Scope),
	}}
	file, err := parser.ParseFile(u.Fset, "a.go", before, 0)
	if err != nil {
		t.Fatal(err)
	}
	conf := types.Config{Importer: importer.Default()}
	if u.Pkg, err = conf.Check("a", u.Fset, []*ast.File{file}, u.Info); err != nil {
		t.Fatal(err)
	}
	c := &Change{
		Files:    []File{{Unit: u, Before: file, Text: []byte(before), Edits: []Edit{{End: len(before), New: after}}}},
		Literals: make(map[*ast.FuncLit]int),
		Returns:  make(map[*ast.ReturnStmt]int),
	}
	vars := make(map[string]*types.Var)
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == "p" {
			c.Prepare = f
		}
	}
	ast.Inspect(c.Prepare, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			if v, ok := u.Info.Defs[id].(*types.Var); ok {
				vars[v.Name()] = v
			}
		}
		return true
	})
	results := c.Prepare.Type.Results.NumFields()
	var lits int
	ast.Inspect(c.Prepare.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			if n.Type.Params.NumFields()+n.Type.Results.NumFields() > 0 { // not a goroutine's
				lits++
				c.Literals[n] = lits
			}
			return false
		case *ast.ReturnStmt:
			if len(n.Results) == results && types.ExprString(n.Results[0]) != "nil" {
				c.Returns[n] = 1
			} else {
				c.Returns[n] = 0
			}
		case *ast.GoStmt:
			return false
		}
		return true
	})
	c.Held = heldVars(u)
	claim(c, vars)
	return c
}

func claimOne(c *Change, v map[string]*types.Var) {
	c.Finish, c.Method = "f", true
	c.Captures = []Capture{
		{Var: v["c"], Way: Receiver},
		{Var: v["k"], Way: Argument, Index: 0},
		{Var: v["err"], Way: Argument, Index: 1},
	}
}

func claimTwo(c *Change, v map[string]*types.Var) {
	c.Finish = "f"
	c.Drop = map[int]bool{1: true}
	c.State = State{Type: "state", Live: "live"}
	c.Captures = []Capture{
		{Var: v["n"], Way: Field},
		{Var: v["m"], Way: Field, Address: true},
		{Var: v["err"], Way: Argument, Index: 1},
	}
}

// TestAssigned checks where the operand k of the call of p may be assigned.
func TestAssigned(t *testing.T) {
	for _, test := range []struct{ where, stmt, want string }{
		{"\tuse(\"work\")\n", "k++", ""},
		{"\tuse(\"work\")\n", "go func() { k++ }()", "k may have another value here"},
		{"\tif err != nil", "k = 2", "k may have another value here"},
		{"\tdone, err := ", "k = 2", ""},
		{"\tdone, err := ", "for range 3 { k++ }", ""},
		{"\tdefer done(other)\n", "for range 3 { defer done(k); k++ }", "k may have another value here"},
		{"\tdefer done(other)\n", "goto end; end: k++", "k may have another value here"},
	} {
		now := func(text string) string {
			at := strings.NewReplacer("done, err := ", "err = ", "defer done(other)", "defer c.f(k, &err, other)").Replace(test.where)
			stmt := strings.ReplaceAll(test.stmt, "done(k)", "c.f(k, &err, k)")
			return edited(text, at, stmt+"\n"+at)
		}
		check(t, changeOf(t, edited(formOne, test.where, test.stmt+"\n"+test.where), now(afterOne), claimOne), test.where, test.stmt, test.want)
	}
}

// TestForms checks changes of the two right rewrites. An empty want means that the
// change is as right.
func TestForms(t *testing.T) {
	one := []struct{ old, new, want string }{
		{"", "", ""},
		{`use("work")`, `use(("work"))`, ""},
		{`use("work")`, "use(`work`)", "has become"},
		{`use("work")`, `use("play")`, "has become"},
		{"\tuse(\"work\")\n", "", "has become return"},
		{`use("work")`, "use(\"work\")\n\tuse(\"work\")", "has become"},
		{"err = c.p(k, &err)", "err := c.p(k, &err)", "= has become :="},
		{"err = c.p(k, &err)", "c.p(k, &err)", " has become "},
		{"err = c.p(k, &err)", "_ = c.p(k, &err)", "err has become _"},
		{"err = c.p(k, &err)", "err = c.p(k, err)", "has become"},
		{"err = c.p(k, &err)", "err = c.p(k)", "had 2 parts and has 1"},
		{"defer c.f(k, &err, other)", "defer c.f(other, &err, other)", "k has become other"},
		{"defer c.f(k, &err, other)", "defer c.f(k, err, other)", "has become"},
		{"defer c.f(k, &err, other)", "defer c.f(k, &err, k)", "other has become k"},
		{"defer c.f(k, &err, other)", "c.f(k, &err, other)", " has become "},
		{"defer c.f(k, &err, other)", "defer c.f(&err, k, other)", "has become"},
		{"defer c.f(k, &err, other)", "defer c.g(k, &err, other)", "c.g is called in place of the cleanup"},
		{"defer c.f(k, &err, other)", "defer func() { c.f(k, &err, other) }()", "is called in place of the cleanup"},
		{"if err != nil {\n\t\treturn err\n\t}\n", "", "if err != nil { has become"},
		{"if err != nil", "if err == nil", "!= has become =="},
		{"defer c.f(k, err, 7)", "defer func() { c.f(k, err, 7) }()", "is called in place of the cleanup"},
		{"defer c.f(k, err, 7)", "defer c.f(k, new(error), 7)", "should be err"},
		{"\t\tdefer c.f(k, err, 7)\n", "", "has become return"},
		{"k == 1", "k != 1", "has become"},
		{"(c *C) f(k int", "(c C) f(k int", "has become"},
		{"f(k int, err", "f(k int64, err", "does not stand for k"},
		{"{ use(c.n, k, *err, x) }", "{ use(c.n, x, *err, k) }", "does not stand for k"},
		{"{ use(c.n, k, *err, x) }", "{}", "is missing"},
		{"{ use(c.n, k, *err, x) }", "{ use(c.n, k, *err, x); use(x) }", "is added"},
		{"func use(...any) int { return 0 }", "func use(...any) int { return 1 }", "has changed"},
		{"type C struct{ n int }", "type C struct{ n int }\n\nvar extra int", "has changed"},
	}
	for _, test := range one {
		check(t, changeOf(t, formOne, edit(t, afterOne, test.old, test.new), claimOne), test.old, test.new, test.want)
	}
	two := []struct{ old, new, want string }{
		{"", "", ""},
		{"f := func() error { return done.f(&err) }\n", "f := done.f\n", "cannot replace the cleanup"},
		{"f := func() error { return done.f(&err) }\n", "f := func() error { done.f(&err); return nil }\n", "does not do what done does"},
		{"state{n: n, m: &m, live: true}", "state{n: n, m: &m}", "should be state{n: n, m: &m, live: true}"},
		{"state{n: n, m: &m, live: true}", "state{n: n, m: &m, live: false}", "should be state{n: n, m: &m, live: true}"},
		{"state{n: n, m: &m, live: true}", "state{n: m, m: &m, live: true}", "should be state{n: n, m: &m, live: true}"},
		{"state{n: n, m: &m, live: true}", "state{n: n, m: &n, live: true}", "should be state{n: n, m: &m, live: true}"},
		{"state{n: n, m: &m, live: true}", "state{live: true, m: &m, n: n}", "should be state{n"},
		{"state{n: n, m: &m, live: true}", "state{}", "should be state{n"},
		{"return state{}, *new", "return state{live: true}, *new", "should be state{}"},
		{"if done.live", "if !done.live", "does not test"},
		{"if done.live", "if done.m != nil", "does not test"},
		{"return done.f(&err)\n\t}\n\tf", "done.f(&err)\n\t}\n\tf", " has become "},
		{"defer done.f(&err)", "defer done.f(nil)", "has become"},
		{"use(s.n, *s.m, *err)", "use(s.n, s.m, *err)", "should be dereferenced"},
		{"use(s.n, *s.m, *err)", "use(s.n, *s.n, *err)", "does not stand for m"},
		{"m *int\n", "m int\n", "wrong type"},
		{"\tgo func() { m++ }()\n", "", "has become return"},
		{"done, err := p(k)", "done, err = p(k)", ":= has become ="},
		{"done, err := p(k)", "_, err = p(k)", "not the variable that holds the state"},
	}
	for _, test := range two {
		check(t, changeOf(t, formTwo, edit(t, afterTwo, test.old, test.new), claimTwo), test.old, test.new, test.want)
	}
}

func edit(t *testing.T, text, old, new string) string {
	t.Helper()
	if old == "" {
		return text
	}
	if strings.Count(text, old) == 0 {
		t.Fatalf("%q is not in the text", old)
	}
	return strings.Replace(text, old, new, 1)
}

func check(t *testing.T, c *Change, old, new, want string) {
	t.Helper()
	err := c.Check()
	switch {
	case err == nil && want != "":
		t.Errorf("%q => %q: no difference, want %q", old, new, want)
	case err != nil && want == "":
		t.Errorf("%q => %q: %v", old, new, err)
	case err != nil && !strings.Contains(err.Error(), want):
		t.Errorf("%q => %q: %v, want %q", old, new, err, want)
	}
}

// heldVars returns the variables that are called done.
func heldVars(u *Unit) map[*types.Var]bool {
	held := make(map[*types.Var]bool)
	for _, obj := range u.Info.Defs {
		if v, ok := obj.(*types.Var); ok && v.Name() == "done" {
			held[v] = true
		}
	}
	return held
}

// TestFree checks that a name of the cleanup that is no captured variable means in finish
// what it meant.
func TestFree(t *testing.T) {
	before := edited(formTwo, "use(n, m, *err)", "use(n, m, *err, s)", "func use(", "var s = 1\n\nfunc use(")
	after := edited(afterTwo, "use(s.n, *s.m, *err)", "use(s.n, *s.m, *err, s)", "func use(", "var s = 1\n\nfunc use(")
	check(t, changeOf(t, before, after, claimTwo), "global", "s", "s would refer to a parameter of f")
	right := edited(after, "func (s state) f", "func (st state) f", "use(s.n, *s.m, *err, s)", "use(st.n, *st.m, *err, s)")
	check(t, changeOf(t, before, right, claimTwo), "global", "st", "")
}

// TestImports checks that imports may go and come, but not change what a name means.
func TestImports(t *testing.T) {
	head := "package a\n\nimport \"unsafe\"\n\nvar size = unsafe.Sizeof(0)\n"
	before := edited(formOne, "package a\n", head)
	after := edited(afterOne, "package a\n", head)
	for _, test := range []struct{ new, want string }{
		{"import \"unsafe\"", ""},
		{"import (\n\t\"os\"\n\t\"unsafe\"\n)", ""},
		{"import unsafe \"os\"", "unsafe refers to another package"},
	} {
		check(t, changeOf(t, before, edit(t, after, "import \"unsafe\"", test.new), claimOne), "import", test.new, test.want)
	}
}
