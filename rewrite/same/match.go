package same

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
)

// A matcher is at one place of a declaration before the change, and of what stands in
// its place after it.
type matcher struct {
	*facts
	unit    *Unit
	was     *token.FileSet // of the nodes before
	fset    *token.FileSet // of the file after
	after   *ast.File
	path    []ast.Node // around the node at hand, before
	role    role
	apart   map[*site]bool            // calls of prepare that have become statements before those of the cleanup
	called  map[*holder]string        // the names of callers' variables after the change
	named   map[ast.Expr]string       // the variables in the place of blanks
	brought map[string][]*types.Scope // the blocks to which a new name came
	names   map[string]bool           // of finish's receiver and parameters
	self    string                    // finish's name for the state
	lit     *ast.FuncLit              // the cleanup that finish is compared with
	own     map[*types.Var]bool       // those of finish's own variables that are declared at the node at hand
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
		return fmt.Errorf("%v: %s", m.unit.Fset.PositionFor(b.Pos(), false), what)
	case none(b):
		return fmt.Errorf("%v of the rewritten file: %s", m.fset.PositionFor(a.Pos(), false), what)
	}
	return fmt.Errorf("%v: %s (line %d of the rewritten file)", m.unit.Fset.PositionFor(b.Pos(), false), what, m.fset.PositionFor(a.Pos(), false).Line)
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

func (m *matcher) isNil(e ast.Expr) bool { return m.unit.Info.Types[e].IsNil() }

// lookup returns what a name means at a place before the change.
func (m *matcher) lookup(name string, at token.Pos) types.Object {
	scope := m.unit.Pkg.Scope().Innermost(at)
	if scope == nil {
		return nil
	}
	_, obj := scope.LookupParent(name, at)
	return obj
}

// within reports whether an object is declared in a node of its package.
func (m *matcher) within(obj types.Object, n ast.Node) bool {
	return obj.Pkg() == m.unit.Pkg && n.Pos() <= obj.Pos() && obj.Pos() < n.End()
}

// captureOf returns the capture that an expression is, or nil.
func (m *matcher) captureOf(e ast.Expr) *Capture { return m.capture[variable(m.unit.Info, e)] }

// recovers reports whether a cleanup calls recover, which works only in the function
// that is deferred.
func (m *matcher) recovers() bool {
	found := false
	for lit := range m.Literals {
		ast.Inspect(lit.Body, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				b, ok := m.home.Info.Uses[id].(*types.Builtin)
				found = found || ok && b.Name() == "recover"
			}
			_, inner := n.(*ast.FuncLit)
			return !inner
		})
	}
	return found
}
