package same

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"reflect"
	"strconv"
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
	lits  int        // function literals among them
	role  role
	names map[string]bool     // of finish's parameters
	state string              // finish's name for the state
	lit   *ast.FuncLit        // the cleanup that finish is compared with
	early bool                // the operands of finish are evaluated before it runs
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
	d := &Difference{What: fmt.Sprintf(format, args...)}
	if !none(b) {
		d.Before = m.was.PositionFor(b.Pos(), false)
	}
	if !none(a) {
		d.After = m.fset.PositionFor(a.Pos(), false)
	}
	return d
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
	if none(b) || none(a) {
		return m.differ(b, a, "%s is %s", kind(b, a), map[bool]string{true: "added", false: "missing"}[none(b)])
	}
	m.path = append(m.path, b)
	defer func() { m.path = m.path[:len(m.path)-1] }()
	switch b := b.(type) {
	case *ast.BlockStmt, *ast.IfStmt, *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt,
		*ast.SelectStmt, *ast.CaseClause, *ast.CommClause:
		defer m.scope()()
	case *ast.FuncLit:
		m.lits++
		defer func() { m.lits-- }()
		defer m.scope()()
	case *ast.ReturnStmt:
		if m.role == prepare && m.lits == 0 {
			return m.result(b, a)
		}
	case *ast.AssignStmt:
		if done, err := m.assign(b, a); done {
			return err
		}
	case *ast.DeclStmt:
		if x, ok := a.(*ast.ExprStmt); ok {
			if s := m.onlyCall(b); s != nil {
				return m.siteCall(s, x.X)
			}
		}
	case *ast.GenDecl:
		if done, err := m.declare(b, a); done {
			return err
		}
	case *ast.ExprStmt:
		if call, ok := ast.Unparen(b.X).(*ast.CallExpr); ok && m.sites[call] != nil {
			if x, ok := a.(*ast.ExprStmt); ok {
				return m.siteCall(m.sites[call], x.X)
			}
		}
	case *ast.DeferStmt:
		if done, err := m.wrapped(b.Call, a); done {
			return err
		}
	case *ast.GoStmt:
		if done, err := m.wrapped(b.Call, a); done {
			return err
		}
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

// scope opens a scope; the function that it returns closes it.
func (m *matcher) scope() func() {
	own := m.own
	m.own = maps.Clone(own)
	return func() { m.own = own }
}

// fields compares two nodes part by part. Positions, comments and parentheses do not
// count.
func (m *matcher) fields(b, a ast.Node) error {
	vb, va := reflect.ValueOf(b).Elem(), reflect.ValueOf(a).Elem()
	if vb.Type() != va.Type() {
		return m.differ(b, a, "%s has become %s", kind(b, nil), kind(a, nil))
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
				return m.differ(b, a, "%s has changed", kind(b, nil))
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
			return m.differ(b, a, "%s had %d parts and has %d", kind(b, nil), fb.Len(), fa.Len())
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
	if fb.Kind() == reflect.String && sameString(fb.String(), fa.String()) || fb.Interface() == fa.Interface() {
		return nil
	}
	return m.differ(b, a, "%v has become %v", fb, fa)
}

// sameString compares the text of names and literals. A string may be quoted in
// another way.
func sameString(b, a string) bool {
	if b == a {
		return true
	}
	sb, err1 := strconv.Unquote(b)
	sa, err2 := strconv.Unquote(a)
	return err1 == nil && err2 == nil && b[0] != '\'' && a[0] != '\'' && sb == sa
}

// kind says what a node is, or what other is if there is no node.
func kind(n, other ast.Node) string {
	if none(n) {
		n = other
	}
	switch n := n.(type) {
	case *ast.Ident:
		return n.Name
	case *ast.CallExpr:
		return "the call " + types.ExprString(n)
	case ast.Expr:
		return types.ExprString(n)
	case *ast.ReturnStmt:
		return "a return"
	case *ast.AssignStmt:
		return "an assignment"
	case *ast.ExprStmt:
		return "the statement " + types.ExprString(n.X)
	case *ast.DeferStmt:
		return "the statement defer " + types.ExprString(n.Call)
	case *ast.IfStmt:
		return "an if statement"
	case *ast.BranchStmt:
		return "a " + n.Tok.String()
	case ast.Stmt:
		return "a statement"
	case ast.Decl:
		return "a declaration"
	}
	return "a part"
}

// expr compares two expressions.
func (m *matcher) expr(b, a ast.Expr) error {
	b, a = ast.Unparen(b), ast.Unparen(a)
	switch b := b.(type) {
	case *ast.CallExpr:
		if s := m.sites[b]; s != nil {
			h := m.holder(b)
			switch {
			case s.stmt != nil || m.isDeferred():
				return m.siteCall(s, a)
			case h == nil:
				return m.differ(b, a, "the cleanup of %s is used in a way that nothing was claimed about", m.Prepare.Name.Name)
			}
			return m.value(h, b, a)
		}
		if h := m.holder(b.Fun); h != nil {
			m.early = m.isDeferred()
			defer func() { m.early = false }()
			return m.finishCall(h, b, a)
		}
	case *ast.BinaryExpr:
		if b.Op == token.EQL || b.Op == token.NEQ {
			x, y := b.X, b.Y
			if m.isNil(x) {
				x, y = y, x
			}
			if h := m.holder(x); h != nil && m.isNil(y) {
				return m.test(h, b, a)
			}
		}
	case *ast.Ident:
		if h := m.holder(b); h != nil {
			if m.takesCleanup(b) {
				now, ok := a.(*ast.Ident)
				if !ok {
					return m.differ(b, a, "%s is not set any more", b.Name)
				}
				return m.named(h, b, now)
			}
			return m.value(h, b, a)
		}
	}
	if m.role == finish {
		if done, err := m.captured(b, a); done {
			return err
		}
	}
	return m.fields(b, a)
}

// takesCleanup reports whether an identifier is what a statement assigns a cleanup to.
func (m *matcher) takesCleanup(id *ast.Ident) bool {
	for _, s := range m.sites {
		if s.stmt != nil && ast.Unparen(s.lhs[m.Result]) == ast.Expr(id) {
			return true
		}
	}
	return false
}

func (m *matcher) isNil(e ast.Expr) bool { return m.unit.Info.Types[e].IsNil() }

// isDeferred reports whether the expression at hand is the call of a defer or go
// statement: its operands are evaluated before it runs.
func (m *matcher) isDeferred() bool {
	if len(m.path) < 2 {
		return false
	}
	switch m.path[len(m.path)-2].(type) {
	case *ast.DeferStmt, *ast.GoStmt:
		return true
	}
	return false
}

// holder returns what e holds a cleanup by, or nil.
func (m *matcher) holder(e ast.Expr) *holder {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		if v, ok := m.unit.Info.ObjectOf(e).(*types.Var); ok {
			return m.holders[v]
		}
	case *ast.CallExpr:
		if s := m.sites[e]; s != nil && m.fn.Signature().Results().Len() == 1 {
			return &holder{sites: []*site{s}, call: e}
		}
	}
	return nil
}
