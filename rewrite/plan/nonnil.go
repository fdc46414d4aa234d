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
	if madeNonNil(p, v, at) || impliedAt(p, v, at) == flow.No {
		return true
	}
	if usedBeside(p, v, at) {
		return true
	}
	for list, i := range flow.Lists(p.At(at), p.Decl) {
		if slices.ContainsFunc(list[:i], func(s ast.Stmt) bool { return dereferences(p.Unit.Info, s, v) }) {
			return true
		}
	}
	return false
}

// usedBeside reports whether a return statement certainly panics if v is nil, by what it returns beside a cleanup:
//
//	return in.path, func() { in.remove() }, nil
func usedBeside(p *pattern.Prepare, v *types.Var, at ast.Stmt) bool {
	ret, ok := at.(*ast.ReturnStmt)
	if !ok || len(ret.Results) != p.Func.Signature().Results().Len() {
		return false
	}
	beside := slices.Delete(slices.Clone(ret.Results), p.Result, p.Result+1)
	return slices.ContainsFunc(beside, func(e ast.Expr) bool { return dereferences(p.Unit.Info, &ast.ExprStmt{X: e}, v) })
}

// impliedAt returns what the if statements around and before a statement tell about a variable that nothing sets.
func impliedAt(p *pattern.Prepare, v *types.Var, at ast.Stmt) flow.Answer {
	info := p.Unit.Info
	for list, i := range flow.Lists(p.At(at), p.Decl) {
		for _, s := range list[:i] {
			if test, ok := s.(*ast.IfStmt); ok && leaves(info, test.Body) {
				if a := flow.Implied(info, test.Cond, v, false); a != flow.Unknown {
					return a
				}
			}
		}
	}
	for c := range p.At(at).Enclosing() {
		kind := c.ParentEdgeKind()
		if kind == edge.IfStmt_Body || kind == edge.IfStmt_Else {
			if a := flow.Implied(info, c.Parent().Node().(*ast.IfStmt).Cond, v, kind == edge.IfStmt_Body); a != flow.Unknown {
				return a
			}
		}
	}
	return flow.Unknown
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
// what the pointer v points to, or a method of the interface value v, or calls the func v, or a method that needs a receiver.
func dereferences(info *types.Info, s ast.Stmt, v *types.Var) (found bool) {
	is := func(e ast.Expr) bool { return info.Uses[identOf(e)] == types.Object(v) }
	var deferred *ast.CallExpr // a call that panics only after prepare has set its results, and may recover
	var evaluated []ast.Node   // certainly
	if d, ok := s.(*ast.DeferStmt); ok {
		deferred = d.Call
	}
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
			found = e != deferred && (isFunc && is(e.Fun) || calledOn(info, e, v))
		}
		return !found
	}
	for _, n := range evaluated {
		ast.Inspect(n, visit)
	}
	return found
}

// calledOn reports whether a call is one of a method of package sync that panics if its receiver is nil, on
// the pointer v. Put of a sync.Pool returns if it is called with nil.
func calledOn(info *types.Info, call *ast.CallExpr, v *types.Var) bool {
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok || info.Uses[identOf(sel.X)] != types.Object(v) {
		return false
	}
	f, ok := info.Uses[sel.Sel].(*types.Func)
	return ok && slices.Contains([]string{
		"(*sync.Pool).Get", "(*sync.Mutex).Lock", "(*sync.RWMutex).Lock", "(*sync.RWMutex).RLock", "(*sync.WaitGroup).Add",
	}, f.FullName()) && len(info.Selections[sel].Index()) == 1
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
		return notNil(p.Unit.Info, def.Rhs[i], 0) || namesOpened(p, def.Rhs[i], at)
	}
	return notNil(p.Unit.Info, def.Rhs[0], i) || i == 0 && opens(p.Unit.Info, def.Rhs[0]) && succeededAt(p, def, at)
}

// notNil reports whether result i of an expression is certainly not nil, or not an empty string.
func notNil(info *types.Info, e ast.Expr, i int) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.FuncLit:
		return true
	case *ast.UnaryExpr:
		return e.Op == token.AND
	case *ast.BinaryExpr: // dst + ".backup"
		return e.Op == token.ADD && (notEmpty(info, e.X) || notEmpty(info, e.Y))
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
			case "path/filepath.Join", "path.Join":
				return slices.ContainsFunc(e.Args, func(part ast.Expr) bool { return notEmpty(info, part) })
			}
		}
	}
	return false
}

// namesOpened reports whether an expression is the name of a file that has been opened in a local variable, whose error was
// found nil before a later statement. Nothing opens a file without a name.
func namesOpened(p *pattern.Prepare, e ast.Expr, at ast.Stmt) bool {
	info := p.Unit.Info
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return false
	}
	if f, ok := typeutil.Callee(info, call).(*types.Func); !ok || f.FullName() != "(*os.File).Name" {
		return false
	}
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return false
	}
	file, ok := info.Uses[identOf(sel.X)].(*types.Var)
	if !ok || file.Kind() != types.LocalVar || setAfter(p, file) {
		return false
	}
	def, ok := p.Def(file).Parent().Node().(*ast.AssignStmt)
	return ok && len(def.Lhs) == 2 && len(def.Rhs) == 1 && p.Def(file).ParentEdgeIndex() == 0 && opens(info, def.Rhs[0]) && succeededAt(p, def, at)
}

// notEmpty reports whether an operand of + is a string constant with something in it, or adds one to others.
func notEmpty(info *types.Info, e ast.Expr) bool {
	if v := info.Types[e].Value; v != nil {
		b, ok := info.TypeOf(e).Underlying().(*types.Basic)
		return ok && b.Info()&types.IsString != 0 && v.ExactString() != `""`
	}
	return notNil(info, e, 0)
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
