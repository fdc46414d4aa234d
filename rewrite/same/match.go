package same

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
)

// A matcher compares one declaration before the change with the declarations that replace
// it. Its fields describe the place that it has reached.
type matcher struct {
	*facts
	unit    *Unit
	file    File
	fset    *token.FileSet    // for positions of nodes after
	after   *ast.File         // the current region after the change
	text    []byte            // the source of after, or of the current run
	start   int               // the offset before the change of what text replaces
	above   int               // how many lines of text are not of the file
	imports []*ast.ImportSpec // of the file after the change
	path    []ast.Node        // from the declaration before the change to the current node
	role    role
	apart   map[*site]bool       // calls of prepare that became a statement, where the cleanup was called at once
	valued  map[*site]string     // the names of new variables for the value, where the cleanup was called at once
	called  map[*holder]string   // the names of callers' variables after the change
	named   map[ast.Expr]string  // the names of new variables, by the blank identifier that each replaces
	brought map[string][]renamed // the variables that get a new name
	defines map[*ast.Ident]bool  // the variables of parts that := declares where = was before
	placed  map[place]string     // the names of the new variables for parts
	anew    map[*types.Var]bool  // the variables that a site declared, and another statement does now
	names   map[string]bool      // the names of finish's receiver and parameters
	self    string               // the name of finish's receiver, if that is the state
	decl    *ast.FuncDecl        // prepare after the change
	outcome string               // the name of its result that is the state or value; "" if it has none
	bound   ast.Expr             // the type of the result that is the receiver of a method value
	lit     *ast.FuncLit         // the cleanup that finish is currently compared with
	own     map[*types.Var]bool  // the variables of finish (Way Own) that are declared so far

	// instead holds statements with a comparison of their own. It returns the number of the
	// statements that replace them.
	instead map[ast.Stmt]func(a []ast.Stmt) (int, error)
}

// A place is a variable of Split and a block in which calls of prepare set it.
type place struct {
	v     *types.Var
	block *types.Scope
}

type role int

const (
	caller role = iota
	prepare
	finish
)

// differ returns an error about the difference between node b before and node a after the
// change. Either may be nil.
func (m *matcher) differ(b, a ast.Node, format string, args ...any) error {
	d := &difference{what: fmt.Sprintf(format, args...)}
	if !none(b) {
		d.before = m.unit.Fset.PositionFor(b.Pos(), false)
	}
	if !none(a) {
		d.after = m.now(a)
	}
	return d
}

// A difference is an error about a place. Many are only tried, so that it finds the line after the change when it
// is printed.
type difference struct {
	what   string
	before token.Position // not valid if there is none
	after  func() token.Position
}

func (d *difference) Error() string {
	switch {
	case d.after == nil:
		return fmt.Sprintf("%v: %s", d.before, d.what)
	case !d.before.IsValid():
		return fmt.Sprintf("%v of the rewritten file: %s", d.after(), d.what)
	}
	return fmt.Sprintf("%v: %s (line %d of the rewritten file)", d.before, d.what, d.after().Line)
}

// holder returns the holder that describes the cleanup e, or nil if e is not a cleanup.
func (m *matcher) holder(e ast.Expr) *holder {
	if call, ok := ast.Unparen(e).(*ast.CallExpr); ok {
		if s := m.sites[call]; s != nil && s.alone {
			return &holder{sites: []*site{s}, call: true}
		}
	}
	if id, ok := ast.Unparen(e).(*ast.Ident); ok && m.split[id] != nil {
		return m.split[id]
	}
	return m.holders[variable(m.unit.Info, e)]
}

// parent returns the node around the current expression and its parentheses.
func (m *matcher) parent() ast.Node {
	if len(m.path) < 2 {
		return nil
	}
	return m.path[len(m.path)-2]
}

// isNil reports whether e is the predeclared nil.
func (m *matcher) isNil(e ast.Expr) bool { return m.unit.Info.Types[e].IsNil() }

// lookup returns the object that a name refers to at a position before the change.
func (m *matcher) lookup(name string, at token.Pos) types.Object {
	scope := m.unit.innermost(at)
	if scope == nil {
		return nil
	}
	_, obj := scope.LookupParent(name, at)
	return obj
}

// within reports whether an object is declared inside a node of its package.
func (m *matcher) within(obj types.Object, n ast.Node) bool {
	return obj.Pkg() == m.unit.Pkg && n.Pos() <= obj.Pos() && obj.Pos() < n.End()
}

// captureOf returns the capture whose variable the expression names, or nil.
func (m *matcher) captureOf(e ast.Expr) *Capture { return m.capture[variable(m.unit.Info, e)] }

// recovers reports whether a cleanup calls recover directly. recover works only in a
// function that is deferred directly.
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
