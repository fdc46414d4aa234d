package same

import (
	"fmt"
	"go/ast"
	"go/printer"
	"go/token"
	"go/types"
	"maps"
	"reflect"
	"strings"
)

// A matcher walks a declaration before the change, and what stands in its place
// after it, side by side.
type matcher struct {
	*facts
	unit  *Unit
	was   *token.FileSet // of the nodes before
	fset  *token.FileSet // of the file after
	after *ast.File
	path  []ast.Node // around the node at hand, before
	role  role
	names map[string]bool     // of finish's receiver and parameters
	self  string              // finish's name for the state
	lit   *ast.FuncLit        // the cleanup that finish is compared with
	own   map[*types.Var]bool // those of finish's own variables that are declared at the node at hand
}

type role int

const (
	caller role = iota
	prepare
	finish
)

// differ returns the error that b has become a. Either may be nil.
func (m *matcher) differ(b, a ast.Node, format string, args ...any) error {
	what := fmt.Sprintf(format, args...)
	switch {
	case none(a):
		return fmt.Errorf("%v: %s", m.was.PositionFor(b.Pos(), false), what)
	case none(b):
		return fmt.Errorf("%v of the rewritten file: %s", m.fset.PositionFor(a.Pos(), false), what)
	}
	return fmt.Errorf("%v: %s (line %d of the rewritten file)", m.was.PositionFor(b.Pos(), false), what, m.fset.PositionFor(a.Pos(), false).Line)
}

// source returns a node as gofmt prints it, without comments.
func source(n ast.Node) string {
	if e, ok := n.(ast.Expr); ok {
		n = ast.Unparen(e)
	}
	var b strings.Builder
	if err := printer.Fprint(&b, token.NewFileSet(), n); err != nil {
		return fmt.Sprintf("%T", n) // a part of a declaration
	}
	return strings.ReplaceAll(b.String(), "\t", "")
}

// reads reports whether a node reads like a text, whose lines are not indented.
func reads(n ast.Node, text string) bool { return !none(n) && source(n) == text }

// text returns the first line of a node.
func text(n ast.Node) string {
	line, _, _ := strings.Cut(source(n), "\n")
	return line
}

func none(n ast.Node) bool { return n == nil || reflect.ValueOf(n).IsNil() }

// node compares two nodes.
func (m *matcher) node(b, a ast.Node) error {
	if none(b) && none(a) {
		return nil
	}
	if fb, ok := b.(*ast.FieldList); ok {
		fa, _ := a.(*ast.FieldList)
		if fb.NumFields() == 0 && fa.NumFields() == 0 {
			return nil
		}
	}
	switch {
	case none(b):
		return m.differ(nil, a, "%s is added", text(a))
	case none(a):
		return m.differ(b, nil, "%s is missing", text(b))
	}
	m.path = append(m.path, b)
	defer func() { m.path = m.path[:len(m.path)-1] }()
	switch b.(type) {
	case *ast.AssignStmt, *ast.DeclStmt, *ast.LabeledStmt:
	case ast.Stmt: // what it declares goes with it
		own := m.own
		m.own = maps.Clone(own)
		defer func() { m.own = own }()
	}
	if done, err := m.special(b, a); done {
		return err
	}
	if b, ok := b.(ast.Expr); ok {
		a, ok := a.(ast.Expr)
		if !ok {
			return m.differ(b, a, "an expression has become something else")
		}
		return m.expr(b, a)
	}
	return m.fields(b, a)
}

// special compares two nodes that are not to be the same part by part; done is false if
// they are.
func (m *matcher) special(b, a ast.Node) (done bool, err error) {
	switch b := b.(type) {
	case *ast.ReturnStmt:
		if n, ok := m.Returns[b]; ok && m.role == prepare {
			return true, m.result(b, n, a)
		}
	case *ast.DeferStmt:
		return m.wrapped(b, a)
	case *ast.AssignStmt:
		if own := m.setsOwn(b); own != nil {
			return true, m.assignOwn(b, own, a)
		}
		return m.assign(b, a)
	case *ast.DeclStmt:
		spec := varSpec(b)
		if spec == nil || len(spec.Names) != 1 || !m.taken[spec.Names[0]] || m.handed() {
			return false, nil
		}
		call := ast.Unparen(spec.Values[0]).(*ast.CallExpr)
		return true, m.statement(call, a) // var done = p()
	case *ast.GenDecl:
		return m.declare(b, a)
	case *ast.ValueSpec:
		return m.spec(b, a)
	}
	return false, nil
}

// fields compares two nodes part by part. Positions, comments and parentheses do not
// count.
func (m *matcher) fields(b, a ast.Node) error {
	vb, va := reflect.ValueOf(b).Elem(), reflect.ValueOf(a).Elem()
	if vb.Type() != va.Type() {
		return m.differ(b, a, "%s has become %s", text(b), text(a))
	}
	for i := range vb.NumField() {
		name := vb.Type().Field(i).Name
		if name == "Obj" {
			continue // of the parser, which knows no types
		}
		fb, fa := vb.Field(i), va.Field(i)
		switch x := fb.Interface().(type) {
		case *ast.CommentGroup:
		case token.Pos:
			if (name == "Ellipsis" || name == "Assign") && x.IsValid() != fa.Interface().(token.Pos).IsValid() {
				return m.differ(b, a, "%s has changed", text(b))
			}
		case []ast.Stmt:
			if err := m.list(x, fa.Interface().([]ast.Stmt), nil); err != nil {
				return err
			}
		default:
			if err := m.field(b, a, fb, fa); err != nil {
				return err
			}
		}
	}
	return nil
}

// field compares one part of two nodes.
func (m *matcher) field(b, a ast.Node, fb, fa reflect.Value) error {
	if fb.Kind() == reflect.Slice {
		if fb.Len() != fa.Len() {
			return m.differ(b, a, "%s had %d parts and has %d", text(b), fb.Len(), fa.Len())
		}
		for i := range fb.Len() {
			if err := m.node(fb.Index(i).Interface().(ast.Node), fa.Index(i).Interface().(ast.Node)); err != nil {
				return err
			}
		}
		return nil
	}
	if node := reflect.TypeFor[ast.Node](); fb.Type().Implements(node) {
		nb, _ := fb.Interface().(ast.Node)
		na, _ := fa.Interface().(ast.Node)
		return m.node(nb, na)
	}
	if fb.Interface() == fa.Interface() {
		return nil
	}
	return m.differ(b, a, "%v has become %v", fb, fa)
}

// expr compares two expressions.
func (m *matcher) expr(b, a ast.Expr) error {
	b, a = ast.Unparen(b), ast.Unparen(a)
	switch b := b.(type) {
	case *ast.CallExpr:
		if s := m.sites[b]; s != nil && (s.lhs != nil || m.isStatement()) {
			return m.siteCall(s, a)
		}
		if h := m.holder(b.Fun); h != nil {
			return m.finishCall(h, b, a)
		}
	case *ast.BinaryExpr:
		if h := m.tested(b); h != nil {
			return m.test(h, b, a)
		}
	case *ast.Ident:
		if h := m.holder(b); h != nil && (m.taken[b] || m.isDiscarded(b)) {
			return m.keepsName(h, b, a)
		}
	}
	if h := m.holder(b); h != nil {
		return m.value(h, b, a)
	}
	if m.role == finish {
		if done, err := m.captured(b, a); done {
			return err
		}
	}
	return m.fields(b, a)
}

// holder returns what e has its cleanup from, nil if it is none.
func (m *matcher) holder(e ast.Expr) *holder {
	if call, ok := ast.Unparen(e).(*ast.CallExpr); ok {
		if s := m.sites[call]; s != nil && m.fn.Signature().Results().Len() == 1 {
			return &holder{sites: []*site{s}, call: true}
		}
	}
	return m.holders[variable(m.unit.Info, e)]
}

// parent returns the node around the expression at hand, which may be in parentheses.
func (m *matcher) parent() ast.Node {
	if len(m.path) < 2 {
		return nil
	}
	return m.path[len(m.path)-2]
}

// isStatement reports whether the expression at hand is a statement, or what one
// defers.
func (m *matcher) isStatement() bool {
	switch m.parent().(type) {
	case *ast.ExprStmt, *ast.DeferStmt, *ast.GoStmt:
		return true
	}
	return false
}

// isDiscarded reports whether the expression at hand is assigned to the blank
// identifier.
func (m *matcher) isDiscarded(e ast.Expr) bool {
	s, ok := m.parent().(*ast.AssignStmt)
	if !ok || len(s.Lhs) != 1 || len(s.Rhs) != 1 {
		return false
	}
	for i, r := range s.Rhs {
		if ast.Unparen(r) == e {
			return types.ExprString(s.Lhs[i]) == "_"
		}
	}
	return false
}

func (m *matcher) isNil(e ast.Expr) bool { return m.unit.Info.Types[e].IsNil() }

// exprs compares two lists of expressions.
func (m *matcher) exprs(b, a []ast.Expr) error {
	return m.fields(&ast.ReturnStmt{Results: b}, &ast.ReturnStmt{Results: a})
}

// lookup returns what a name means at a place before the change.
func (m *matcher) lookup(name string, at token.Pos) types.Object {
	scope := m.unit.Pkg.Scope().Innermost(at)
	if scope == nil {
		return nil
	}
	_, obj := scope.LookupParent(name, at)
	return obj
}
