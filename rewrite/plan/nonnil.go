package plan

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/types/typeutil"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
)

// nonZero reports whether a variable of prepare, which can be compared with its zero value, is
// certainly not zero at a statement in its scope. It returns false if something assigns the
// variable after its declaration.
func nonZero(p *pattern.Prepare, v *types.Var, at ast.Stmt) bool {
	if !comparedWithZero(v.Type()) || flow.HasGoto(p.Decl) || setAfter(p, v) {
		return false
	}
	if madeNonNil(p, v, at) {
		return true
	}
	info := p.Unit.Info
	for list, i := range flow.Lists(p.At(at), p.Decl) {
		if slices.ContainsFunc(list[:i], func(s ast.Stmt) bool {
			test, ok := s.(*ast.IfStmt)
			return ok && flow.Implied(info, test.Cond, v, false) == flow.No && leaves(info, test.Body) || dereferences(info, s, v)
		}) {
			return true
		}
	}
	for c := range p.At(at).Enclosing() {
		if c.ParentEdgeKind() == edge.IfStmt_Body && flow.Implied(info, c.Parent().Node().(*ast.IfStmt).Cond, v, true) == flow.No {
			return true
		}
	}
	return false
}

// comparedWithZero reports whether values of a type are compared with a zero that is nil, an empty
// string or 0.
func comparedWithZero(t types.Type) bool {
	if spell.IsTypeParam(t) {
		return false
	}
	switch u := t.Underlying().(type) {
	case *types.Pointer, *types.Map, *types.Slice, *types.Chan, *types.Signature, *types.Interface:
		return true
	case *types.Basic:
		return u.Info()&(types.IsString|types.IsInteger) != 0
	}
	return false
}

// setAfter reports whether something may set a variable after its declaration.
func setAfter(p *pattern.Prepare, v *types.Var) bool {
	return slices.ContainsFunc(p.Access[v], func(a flow.Access) bool { return a.Mode != flow.Read })
}

// dereferences reports whether a statement certainly panics if v is nil: it uses a field of
// what the pointer v points to, or a method of the interface value v, or calls the func v.
func dereferences(info *types.Info, s ast.Stmt, v *types.Var) (found bool) {
	is := func(e ast.Expr) bool { return info.Uses[identOf(e)] == types.Object(v) }
	var evaluated []ast.Node // certainly
	switch s := s.(type) {
	case *ast.ExprStmt, *ast.AssignStmt, *ast.IncDecStmt, *ast.SendStmt, *ast.DeferStmt, *ast.ReturnStmt:
		evaluated = []ast.Node{s}
	case *ast.IfStmt:
		if evaluated = []ast.Node{s.Cond}; s.Init != nil {
			evaluated = []ast.Node{s.Init, s.Cond}
		}
	}
	visit := func(n ast.Node) bool {
		e, ok := n.(ast.Expr)
		if !ok || found {
			return !found
		}
		if info.Types[e].Value != nil {
			return false // len(v.array) does not evaluate v
		}
		switch e := e.(type) {
		case *ast.FuncLit:
			return false
		case *ast.BinaryExpr:
			return e.Op != token.LAND && e.Op != token.LOR
		case *ast.StarExpr:
			found = is(e.X)
		case *ast.SelectorExpr:
			sel := info.Selections[e]
			if sel != nil && is(e.X) {
				_, isPtr := info.TypeOf(e.X).Underlying().(*types.Pointer)
				found = isPtr && sel.Kind() == types.FieldVal || types.IsInterface(info.TypeOf(e.X)) && sel.Kind() == types.MethodVal
			}
		case *ast.CallExpr:
			_, isFunc := v.Type().Underlying().(*types.Signature)
			found = isFunc && is(e.Fun)
		}
		return !found
	}
	for _, n := range evaluated {
		ast.Inspect(n, visit)
	}
	return found
}

// madeNonNil reports whether a local variable is declared with a value that is certainly
// not nil at a later statement.
func madeNonNil(p *pattern.Prepare, v *types.Var, at ast.Stmt) bool {
	id := p.Def(v)
	def, ok := id.Parent().Node().(*ast.AssignStmt)
	if !ok {
		return false
	}
	i := id.ParentEdgeIndex()
	if len(def.Rhs) == len(def.Lhs) {
		return notNil(p.Unit.Info, def.Rhs[i], 0)
	}
	return notNil(p.Unit.Info, def.Rhs[0], i) || i == 0 && opens(p.Unit.Info, def.Rhs[0]) && succeededAt(p, def, at)
}

// notNil reports whether result i of an expression is certainly not nil.
func notNil(info *types.Info, e ast.Expr, i int) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.FuncLit:
		return true
	case *ast.UnaryExpr:
		return e.Op == token.AND
	case *ast.CompositeLit:
		_, isMap := info.TypeOf(e).Underlying().(*types.Map)
		return isMap
	case *ast.CallExpr:
		switch f := typeutil.Callee(info, e).(type) {
		case *types.Builtin:
			return f.Name() == "new" || f.Name() == "make"
		case *types.Func:
			switch f.FullName() {
			case "context.WithCancel", "context.WithCancelCause", "context.WithTimeout", "context.WithDeadline", "context.WithTimeoutCause", "context.WithDeadlineCause":
				return i < 2
			case "context.AfterFunc", "context.Background", "time.NewTimer", "time.NewTicker", "time.AfterFunc",
				"net/http/httptest.NewServer", "net/http/httptest.NewTLSServer", "net/http/httptest.NewUnstartedServer", "net.Pipe":
				return true
			}
		}
	}
	return false
}

// opens reports whether e is a call of a function of the standard library that returns either
// something that is open, or its name, or an error.
func opens(info *types.Info, e ast.Expr) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return false
	}
	f, ok := typeutil.Callee(info, call).(*types.Func)
	return ok && slices.Contains([]string{
		"os.MkdirTemp", "os.Open", "os.OpenFile", "os.Create", "os.CreateTemp", "os.OpenRoot",
		"net.Dial", "net.DialTimeout", "net.DialTCP", "net.DialUDP", "net.DialUnix", "(*net.Dialer).Dial", "(*net.Dialer).DialContext", "crypto/tls.Dial",
		"net.Listen", "net.ListenPacket", "net.ListenTCP", "net.ListenUDP", "net.ListenUnix", "(*net.ListenConfig).Listen", "crypto/tls.Listen",
		"archive/zip.OpenReader", "compress/gzip.NewReader", "database/sql.Open", "(*database/sql.DB).Begin", "(*database/sql.DB).BeginTx", "(*database/sql.DB).Conn",
	}, f.FullName())
}
