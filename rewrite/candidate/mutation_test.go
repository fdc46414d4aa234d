package candidate

import (
	"bytes"
	"flag"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"maps"
	"regexp"
	"slices"
	"testing"

	"github.com/closurefix/closurefix/rewrite/edit"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/same"
)

var mutationsFlag = flag.Int("mutations", 40, "TestMutations tries one mutation in so `many`; 1 is all")

var mutatedFlag = flag.String("mutated", "", "TestMutations looks at cases that match this `regexp`, \"\" for all")

// A mutation is a small change of a rewritten file: a fault that an edit might have.
type mutation struct {
	op       string
	from, to int    // bytes of the rewritten file that go
	text     string // what comes in their place
}

// A mutator collects the mutations of a rewritten file.
type mutator struct {
	text []byte
	fset *token.FileSet
	fn   *ast.FuncDecl // around the node at hand
	all  []mutation
}

// mutations returns all the mutations of a rewritten file that this test knows.
func mutations(text []byte) []mutation {
	m := &mutator{text: text, fset: token.NewFileSet()}
	file, err := parser.ParseFile(m.fset, "", text, parser.SkipObjectResolution)
	if err != nil {
		return nil
	}
	for n := range ast.Preorder(file) {
		if fn, ok := n.(*ast.FuncDecl); ok {
			m.fn = fn
		}
		m.decl(n)
		m.stmt(n)
		m.expr(n)
	}
	return m.all
}

func (m *mutator) pos(p token.Pos) int { return m.fset.PositionFor(p, false).Offset }

func (m *mutator) src(n ast.Node) string { return string(m.text[m.pos(n.Pos()):m.pos(n.End())]) }

func (m *mutator) add(op string, from, to token.Pos, s string) {
	if string(m.text[m.pos(from):m.pos(to)]) != s {
		m.all = append(m.all, mutation{op, m.pos(from), m.pos(to), s})
	}
}

func (m *mutator) replace(op string, n ast.Node, s string) { m.add(op, n.Pos(), n.End(), s) }

func (m *mutator) exchange(op string, a, b ast.Node) {
	if m.src(a) != m.src(b) {
		between := string(m.text[m.pos(a.End()):m.pos(b.Pos())])
		m.add(op, a.Pos(), b.End(), m.src(b)+between+m.src(a))
	}
}

func (m *mutator) stmts(list []ast.Stmt) {
	for i, s := range list {
		m.replace("drop statement", s, ";")
		m.replace("double statement", s, m.src(s)+"\n"+m.src(s))
		if i+1 < len(list) {
			m.exchange("exchange statements", s, list[i+1])
		}
	}
}

func (m *mutator) exprs(list []ast.Expr) {
	for i, e := range list {
		for _, o := range list[i+1:] {
			m.exchange("exchange operands", e, o)
		}
		for _, other := range names(m.fn) {
			if _, ok := e.(*ast.Ident); ok {
				m.replace("another variable", e, other)
			}
			if u, ok := e.(*ast.UnaryExpr); ok && u.Op == token.AND {
				m.replace("another address", e, "&"+other)
			}
		}
		if len(list) > 1 && i+1 < len(list) {
			m.add("drop operand", e.Pos(), list[i+1].Pos(), "")
		}
		m.add("double operand", e.Pos(), e.Pos(), m.src(e)+", ")
	}
	if len(list) == 1 {
		m.replace("drop operand", list[0], "")
	}
}

func (m *mutator) decl(n ast.Node) {
	switch n := n.(type) {
	case *ast.FuncDecl:
		m.add("drop declaration", n.Pos(), n.End(), "")
		for _, list := range []*ast.FieldList{n.Type.Params, n.Type.Results} {
			for i, f := range fieldsOf(list) {
				if i+1 < len(list.List) {
					m.exchange("exchange fields", f, list.List[i+1])
				}
				if m.src(f.Type) == "int" {
					m.replace("another type", f.Type, "int64")
				}
			}
		}
	case *ast.StructType:
		for i, f := range n.Fields.List {
			m.replace("drop field", f, "")
			if i+1 < len(n.Fields.List) {
				m.exchange("exchange types", f.Type, n.Fields.List[i+1].Type)
			}
		}
	}
}

func (m *mutator) stmt(n ast.Node) {
	switch n := n.(type) {
	case *ast.BlockStmt:
		m.stmts(n.List)
	case *ast.CaseClause:
		m.stmts(n.Body)
	case *ast.ReturnStmt:
		m.exprs(n.Results)
		for _, r := range n.Results {
			if _, ok := r.(*ast.CallExpr); ok {
				m.replace("drop return around call", n, m.src(r))
			}
		}
	case *ast.AssignStmt:
		if len(n.Rhs) == 1 {
			m.replace("drop assignment", n, "_ = "+m.src(n.Rhs[0]))
			if _, ok := n.Rhs[0].(*ast.CallExpr); ok {
				m.replace("drop assignment around call", n, m.src(n.Rhs[0]))
			}
		}
		for i, l := range n.Lhs {
			for _, o := range n.Lhs[i+1:] {
				m.exchange("exchange assigned", l, o)
			}
			m.replace("assign blank", l, "_")
			for _, other := range names(m.fn) {
				m.replace("assign another", l, other)
			}
		}
		switch n.Tok {
		case token.DEFINE:
			m.add("assign for define", n.TokPos, n.TokPos+2, "=")
		case token.ASSIGN:
			m.add("define for assign", n.TokPos, n.TokPos+1, ":=")
		}
	case *ast.IfStmt:
		m.replace("negate", n.Cond, "!("+m.src(n.Cond)+")")
		m.add("drop condition", n.Pos(), n.Body.Pos(), "")
	case *ast.DeferStmt:
		m.replace("drop defer", n, m.src(n.Call))
		m.replace("go for defer", n, "go "+m.src(n.Call))
		m.replace("wrap deferred call", n, "defer func() { "+m.src(n.Call)+" }()")
		if lit, ok := n.Call.Fun.(*ast.FuncLit); ok && len(lit.Body.List) == 1 {
			if x, ok := lit.Body.List[0].(*ast.ExprStmt); ok {
				m.replace("unwrap deferred call", n, "defer "+m.src(x))
			}
		}
	case *ast.GoStmt:
		m.replace("drop go", n, m.src(n.Call))
	case *ast.BranchStmt:
		switch n.Tok {
		case token.BREAK:
			m.replace("continue for break", n, "continue")
		case token.CONTINUE:
			m.replace("break for continue", n, "break")
		}
	}
}

func (m *mutator) expr(n ast.Node) {
	switch n := n.(type) {
	case *ast.CallExpr:
		m.exprs(n.Args)
		if len(n.Args) > 0 && !n.Ellipsis.IsValid() {
			m.add("add dots", n.Args[len(n.Args)-1].End(), n.Args[len(n.Args)-1].End(), "...")
		}
	case *ast.BinaryExpr:
		switch n.Op {
		case token.EQL:
			m.add("negate comparison", n.OpPos, n.OpPos+2, "!=")
		case token.NEQ:
			m.add("negate comparison", n.OpPos, n.OpPos+2, "==")
		}
		m.exchange("exchange sides", n.X, n.Y)
	case *ast.UnaryExpr:
		m.replace("drop operator", n, m.src(n.X))
	case *ast.StarExpr:
		m.replace("drop pointer", n, m.src(n.X))
	case *ast.CompositeLit:
		for i, e := range n.Elts {
			kv, ok := e.(*ast.KeyValueExpr)
			if !ok {
				continue
			}
			m.replace("drop element", kv, "")
			for _, o := range n.Elts[i+1:] {
				if ko, ok := o.(*ast.KeyValueExpr); ok {
					m.exchange("exchange values", kv.Value, ko.Value)
					m.replace("another value", kv.Value, m.src(ko.Value))
				}
			}
		}
	case *ast.SelectorExpr:
		if x, ok := n.X.(*ast.Ident); ok {
			m.replace("drop selector", n, n.Sel.Name)
			for _, other := range names(m.fn) {
				m.replace("select from another", x, other)
			}
		}
	case *ast.Ident:
		switch n.Name {
		case "true":
			m.replace("false for true", n, "false")
		case "false":
			m.replace("true for false", n, "true")
		}
	case *ast.BasicLit:
		switch n.Value {
		case "0":
			m.replace("one for zero", n, "1")
		case "1":
			m.replace("two for one", n, "2")
		case "2":
			m.replace("one for two", n, "1")
		}
	}
}

// names returns up to four names of parameters, receiver and variables of a function.
func names(fn *ast.FuncDecl) []string {
	if fn == nil {
		return nil
	}
	found := make(map[string]bool)
	for _, list := range []*ast.FieldList{fn.Recv, fn.Type.Params, fn.Type.Results} {
		if list != nil {
			for _, f := range list.List {
				for _, id := range f.Names {
					found[id.Name] = true
				}
			}
		}
	}
	ast.Inspect(fn, func(n ast.Node) bool {
		if a, ok := n.(*ast.AssignStmt); ok && a.Tok == token.DEFINE {
			for _, l := range a.Lhs {
				if id, ok := l.(*ast.Ident); ok {
					found[id.Name] = true
				}
			}
		}
		return true
	})
	delete(found, "_")
	all := slices.Sorted(maps.Keys(found))
	return all[:min(4, len(all))]
}

// fieldsOf returns the fields of a list, which may be nil.
func fieldsOf(list *ast.FieldList) []*ast.Field {
	if list == nil {
		return nil
	}
	return list.List
}

// equivalents are the mutations that leave a program what it is, and why. from is the text
// that goes, with the three bytes behind it.
var equivalents = []struct{ op, from, why string }{
	{"exchange statements", `^case \d+:`, "the cases of finish's switch are different constants: their order says nothing"},
	{"drop statement", `^return\n}\n`, "where prepare has no result left, its last return says nothing"},
	{"wrap deferred call", `^defer `, "within prepare a literal reads the operands when it runs, as the closure did; same allows it unless the cleanup calls recover"},
}

func equivalent(text []byte, mu mutation) bool {
	from := text[mu.from:min(mu.to+3, len(text))]
	for _, e := range equivalents {
		if e.op == mu.op && regexp.MustCompile(e.from).Match(from) {
			return true
		}
	}
	return false
}

// TestMutations holds that same alone, without the type checker, catches each fault
// that changes what a program does. The mutations that it tries are spread evenly over
// all of the cases; -mutations 1 tries them all, in half a minute.
func TestMutations(t *testing.T) {
	n, caught := 0, 0
	all := caseCandidates(t)
	chosen := regexp.MustCompile(*mutatedFlag)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if !chosen.MatchString(name) {
			continue
		}
		for _, c := range all[name] {
			change, err := c.change(c.Edits, make(map[*pattern.Unit]*same.Unit))
			if err != nil {
				t.Fatal(err)
			}
			for i, f := range change.Files {
				after := textAfter(t, f)
				for _, mu := range mutations(after) {
					if n++; n%*mutationsFlag != 0 {
						continue
					}
					text := slices.Concat(after[:mu.from], []byte(mu.text), after[mu.to:])
					if _, err := parser.ParseFile(token.NewFileSet(), "", text, parser.SkipObjectResolution); err != nil {
						continue
					}
					mutant := *change
					mutant.Files = slices.Clone(change.Files)
					mutant.Files[i].Edits = []same.Edit{difference(f.Text, text)}
					switch {
					case mutant.Check() != nil:
						caught++
					case sameText(after, text) || equivalent(after, mu):
					default:
						line := 1 + bytes.Count(after[:mu.from], []byte("\n"))
						t.Errorf("%s, %v: line %d: %s is not caught:\n%s\nbecomes\n%s", name, c.Prepare.Key, line, mu.op, after[mu.from:mu.to], mu.text)
					}
				}
			}
		}
	}
	t.Log(caught, "of", n, "mutations tried and caught")
	if caught < n / *mutationsFlag / 2 {
		t.Errorf("most mutations do not parse")
	}
}

// textAfter returns the text of a file after a change.
func textAfter(t *testing.T, f same.File) []byte {
	t.Helper()
	var edits []edit.Edit
	for _, e := range f.Edits {
		edits = append(edits, edit.Edit{Start: e.Start, End: e.End, New: e.New})
	}
	text, err := edit.Apply(f.Text, edits)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// difference returns the shortest edit that turns one text into another.
func difference(before, after []byte) same.Edit {
	start, end := 0, 0 // what is the same
	for start < min(len(before), len(after)) && before[start] == after[start] {
		start++
	}
	for end < min(len(before), len(after))-start && before[len(before)-1-end] == after[len(after)-1-end] {
		end++
	}
	return same.Edit{Start: start, End: len(before) - end, New: string(after[start : len(after)-end])}
}

// sameText reports whether two texts differ in their layout alone.
func sameText(a, b []byte) bool {
	fa, err1 := format.Source(a)
	fb, err2 := format.Source(b)
	return err1 == nil && err2 == nil && bytes.Equal(fa, fb)
}

// alike are the cases in which a program with an edit less, or with two exchanged, does
// the same, and why.
var alike = map[string]string{
	"discarded":              "the variable keeps its name, and is discarded as it was",
	"state-unused-at-site":   "the variable keeps its name, and nothing uses it: the compiler objects, and that is all it changes",
	"name-state-as-captured": "two new names are exchanged, each in its own block",
}

// TestDroppedEdits holds that same catches each single edit that is dropped, doubled, or
// made in the place of the next one, unless that does not change the program's text.
func TestDroppedEdits(t *testing.T) {
	caught := 0
	all := caseCandidates(t)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		for _, c := range all[name] {
			good, err := c.change(c.Edits, make(map[*pattern.Unit]*same.Unit))
			if err != nil {
				t.Fatal(err)
			}
			for i, e := range c.Edits {
				dropped := slices.Delete(slices.Clone(c.Edits), i, i+1)
				doubled := slices.Clone(c.Edits)
				doubled[i].New += e.New
				mutants := map[string][]edit.Edit{"dropped": dropped, "doubled": doubled}
				if i+1 < len(c.Edits) {
					moved := slices.Clone(c.Edits)
					moved[i].New, moved[i+1].New = moved[i+1].New, moved[i].New
					mutants["exchanged with the next"] = moved
				}
				for fault, edits := range mutants {
					mutant, err := c.change(edits, make(map[*pattern.Unit]*same.Unit))
					if err != nil {
						t.Fatal(err)
					}
					if mutant.Check() != nil {
						caught++
						continue
					}
					if alike[name] != "" {
						continue
					}
					for k := range good.Files {
						if !sameProgram(textAfter(t, good.Files[k]), textAfter(t, mutant.Files[k])) {
							t.Errorf("%s, %v: edit %d is %s, which is not caught:\n%s\nbecomes\n%s", name, c.Prepare.Key, i, fault, textAfter(t, good.Files[k]), textAfter(t, mutant.Files[k]))
						}
					}
				}
			}
		}
	}
	t.Log(caught, "faults caught")
	if caught < 1000 {
		t.Errorf("%d faults were caught, want 1000", caught)
	}
}

// sameProgram reports whether two texts differ in layout, comments and imports alone.
func sameProgram(a, b []byte) bool {
	strip := func(text []byte) string {
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, "", text, parser.SkipObjectResolution)
		if err != nil {
			return err.Error()
		}
		var all bytes.Buffer
		for _, d := range file.Decls {
			if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
				continue
			}
			if err := format.Node(&all, fset, d); err != nil {
				return err.Error()
			}
		}
		return regexp.MustCompile(`\s+`).ReplaceAllString(all.String(), " ")
	}
	return strip(a) == strip(b)
}
