package misuse

import (
	"fmt"
	"go/ast"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/types/typeutil"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
)

// nilCleanups returns the calls of cleanups in a unit that may be nil and are not tested.
//
// A call is reported if it is in the block that an if statement behind the call of the function enters only with an
// error, and the function returns nil with every error. Another is reported only if all of this holds:
//
//   - the function returns nil with an error that is certainly not nil, or with neither
//     an error nor false;
//   - the cleanup is called or deferred in the statement list of the site, with no branch
//     and no statement that names another result of the call in between;
//   - no test in the caller can imply that the function returns a cleanup: see
//     decidedByCaller.
//
// A deferred nil func panics only if the deferred calls run. They do not run if the
// process ends after an error (log.Fatal).
func (s *search) nilCleanups(u *pattern.Unit) []*Finding {
	var found []*Finding
	for i := 0; ; i++ { // the i-th cleanup of each function
		results := make(map[pattern.Key]int)
		faults := make(map[pattern.Key]nilReturns)
		more := false
		for key, list := range s.prepares {
			if i >= len(list) {
				continue
			}
			more = true
			if n := nilReturnsOf(list[i]); n.failed != nil || n.silent != nil {
				results[key], faults[key] = list[i].Result, n
			}
		}
		if !more {
			return found
		}
		if len(results) == 0 {
			continue
		}
		sites, _ := pattern.References(u, results)
		for key, list := range sites {
			for _, site := range list {
				if flow.Generated(site.File) && !flow.Translated(site.File) {
					continue
				}
				if f := s.nilAtSite(site, s.prepares[key][i], faults[key]); f != nil {
					found = append(found, f)
				}
			}
		}
	}
}

// nilReturns holds a return statement of each kind that returns nil in the cleanup's
// place, or nil if there is none.
type nilReturns struct {
	failed *pattern.Return // returns an error that is certainly not nil, or false
	silent *pattern.Return // returns neither
	other  int             // the index of the error or bool result of failed
}

// nilReturnsOf finds reachable return statements that return nil in place of the cleanup.
func nilReturnsOf(p *pattern.Prepare) nilReturns {
	var n nilReturns
	results := p.Func.Signature().Results()
	for _, r := range p.Returns {
		if r.Idle != pattern.IdleNil || len(r.Stmt.Results) != results.Len() || afterEnd(p, r.Stmt) {
			continue
		}
		tells, certain, at := false, false, -1
		for i := range results.Len() {
			if i == p.Result || !flow.IsError(results.At(i).Type()) && !flow.IsBool(results.At(i).Type()) {
				continue
			}
			tv := p.Unit.Info.Types[r.Stmt.Results[i]]
			if flow.IsError(results.At(i).Type()) && tv.IsNil() || tv.Value != nil && tv.Value.ExactString() == "true" {
				continue
			}
			tells = true
			if fails(p, r, i) {
				certain, at = true, i
			}
		}
		switch {
		case certain && n.failed == nil:
			n.failed, n.other = r, at
		case !tells && n.silent == nil && !slices.ContainsFunc(p.Returns, func(o *pattern.Return) bool { return o.Idle == pattern.Foreign }):
			n.silent = r
		}
	}
	return n
}

// afterEnd reports whether the statement before a return may end the function, as in
// t.Fatal(err); return nil.
func afterEnd(p *pattern.Prepare, ret ast.Stmt) bool {
	list, i, ok := flow.List(p.At(ret))
	return ok && i > 0 && ends(p.Unit.Info, list[i-1]) != goesOn
}

// fails reports whether a return statement certainly returns an error, or false, as
// result i. An error is certain if it is a call of errors.New or fmt.Errorf, or a
// variable that is not nil according to the if statement around the return statement.
func fails(p *pattern.Prepare, r *pattern.Return, i int) bool {
	info := p.Unit.Info
	switch e := ast.Unparen(r.Stmt.Results[i]).(type) {
	case *ast.CallExpr:
		f := typeutil.StaticCallee(info, e)
		return f != nil && (f.FullName() == "errors.New" || f.FullName() == "fmt.Errorf")
	case *ast.Ident:
		v, ok := info.Uses[e].(*types.Var)
		if !ok {
			tv := info.Types[e]
			return tv.Value != nil && tv.Value.ExactString() == "false"
		}
		for c := range p.At(r.Stmt).Enclosing() {
			test, ok := c.Parent().Node().(*ast.IfStmt)
			if !ok || c.ParentEdgeKind() != edge.IfStmt_Body || flow.Implied(info, test.Cond, v, true) != flow.No {
				continue
			}
			return !slices.ContainsFunc(p.Access[v], func(a flow.Access) bool {
				return a.Mode == flow.Address || a.Mode == flow.Write && (a.Lit != nil || flow.Within(a.Ident, test.Body))
			})
		}
	}
	return false
}

// nilAtSite returns the finding at a site, or nil.
func (s *search) nilAtSite(site *pattern.Site, p *pattern.Prepare, n nilReturns) *Finding {
	if use := failedUse(site, p, n); use != nil {
		f := finding(NilCleanup, site.Facts, use.Call)
		f.Message = fmt.Sprintf("the cleanup that %s returns is nil where its error is not, and is %s there: the call would panic", p.Key, verbOf(use))
		f.Related = []Related{{p.Unit, n.failed.Stmt.Pos(), n.failed.Stmt.End(), p.Key.String() + " returns nil here"}}
		return f
	}
	use := firstUse(site)
	if use == nil || use.Kind != pattern.DeferCall && !pattern.Plain(p.Type()) || site.Obstacle != nil || slices.ContainsFunc(site.Uses, func(u *pattern.Use) bool { return u.Kind == pattern.NilTest }) {
		return nil
	}
	why, ret := "", (*pattern.Return)(nil)
	switch {
	case n.failed != nil && site.Form != pattern.Immediate && !exitsAfter(site, use):
		ret = n.failed
		why = "before the error is checked"
		if flow.IsBool(p.Func.Signature().Results().At(n.other).Type()) {
			why = "before the bool result is checked"
		}
	case n.silent != nil && !decidedByCaller(site, p):
		ret = n.silent
		why = "without a test"
	default:
		return nil
	}
	f := finding(NilCleanup, site.Facts, use.Call)
	f.Message = fmt.Sprintf("the cleanup that %s returns may be nil, and is %s %s: the call would panic", p.Key, verbOf(use), why)
	f.Related = []Related{{p.Unit, ret.Stmt.Pos(), ret.Stmt.End(), p.Key.String() + " returns nil here"}}
	return f
}

func verbOf(u *pattern.Use) string {
	if u.Kind == pattern.DeferCall {
		return "deferred"
	}
	return "called"
}

// failedUse returns a call of the cleanup in the body of the if statement behind a site that is entered only with an
// error, or nil if there is none. No return statement of p returns a cleanup with an error.
func failedUse(site *pattern.Site, p *pattern.Prepare, n nilReturns) *pattern.Use {
	if n.failed == nil || site.Form != pattern.Assigned || site.Shared || site.Obstacle != nil || n.other >= len(site.Lhs) {
		return nil
	}
	info := site.Unit.Info
	id, ok := ast.Unparen(site.Lhs[n.other]).(*ast.Ident)
	if !ok || !flow.IsError(p.Func.Signature().Results().At(n.other).Type()) || slices.ContainsFunc(p.Returns, func(r *pattern.Return) bool {
		return r.Idle != pattern.IdleNil && (n.other >= len(r.Stmt.Results) || !p.Unit.Info.Types[r.Stmt.Results[n.other]].IsNil())
	}) {
		return nil
	}
	err, ok := info.ObjectOf(id).(*types.Var)
	test := testBehind(site)
	if !ok || test == nil || flow.Implied(info, test.Cond, err, true) != flow.No {
		return nil
	}
	for _, u := range site.Uses {
		if u.Lit != nil || u.Call == nil || u.Kind != pattern.Call && u.Kind != pattern.DeferCall {
			continue
		}
		if list, i, ok := flow.List(site.At(u.Stmt)); ok && len(test.Body.List) > 0 && list[0] == test.Body.List[0] &&
			!slices.ContainsFunc(list[:i], func(s ast.Stmt) bool { return ends(info, s) != goesOn || looks(info, s, map[types.Object]bool{}) }) {
			return u
		}
	}
	return nil
}

// testBehind returns the if statement that has a site as its init, or follows it and has none, or nil.
func testBehind(site *pattern.Site) *ast.IfStmt {
	at := site.At(site.Stmt)
	if at.ParentEdgeKind() == edge.IfStmt_Init {
		return at.Parent().Node().(*ast.IfStmt)
	}
	list, i, ok := flow.List(at)
	if !ok || i+1 == len(list) {
		return nil
	}
	if test, ok := list[i+1].(*ast.IfStmt); ok && test.Init == nil {
		return test
	}
	return nil
}

// firstUse returns the first use of a cleanup if it is a call or deferred call in the
// statement list of the site, and nothing in between can tell whether the cleanup is nil.
func firstUse(site *pattern.Site) *pattern.Use {
	if len(site.Uses) == 0 || site.Shared {
		return nil
	}
	use := slices.MinFunc(site.Uses, func(a, b *pattern.Use) int { return int(a.Expr.Pos() - b.Expr.Pos()) })
	if use.Lit != nil || use.Call == nil || use.Kind == pattern.GoCall {
		return nil
	}
	if x, ok := use.Stmt.(*ast.ExprStmt); use.Kind == pattern.Call && (!ok || ast.Unparen(x.X) != ast.Expr(use.Call)) {
		return nil
	}
	list, j, ok := flow.List(site.At(use.Stmt))
	if !ok {
		return nil
	}
	if site.Form == pattern.Immediate {
		return use
	}
	i := slices.Index(list, site.Stmt)
	if i < 0 || j <= i || site.Var == nil {
		return nil
	}
	results := make(map[types.Object]bool)
	for _, l := range site.Lhs {
		if id, ok := ast.Unparen(l).(*ast.Ident); ok && l != site.Cleanup {
			results[site.Unit.Info.ObjectOf(id)] = true
		}
	}
	for _, between := range list[i+1 : j] {
		if ends(site.Unit.Info, between) != goesOn || looks(site.Unit.Info, between, results) {
			return nil
		}
	}
	return use
}

// looks reports whether a statement branches, or names one of the results of the call.
func looks(info *types.Info, s ast.Stmt, results map[types.Object]bool) bool {
	for n := range ast.Preorder(s) {
		switch n := n.(type) {
		case *ast.IfStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt, *ast.ForStmt, *ast.RangeStmt, *ast.BranchStmt, *ast.ReturnStmt, *ast.FuncLit:
			return true
		case *ast.Ident:
			if obj := info.Uses[n]; obj != nil && results[obj] {
				return true
			}
		}
	}
	return false
}

// exitsAfter reports whether the statements after a deferred call may end the process
// if the error is not nil, so that the deferred cleanup never runs:
//
//	done, err := open()
//	defer done()
//	if err != nil {
//		log.Fatal(err)
//	}
func exitsAfter(site *pattern.Site, use *pattern.Use) bool {
	if use.Kind != pattern.DeferCall {
		return false
	}
	list, i, ok := flow.List(site.At(use.Stmt))
	if !ok || i+1 == len(list) {
		return false
	}
	exit := func(s ast.Stmt) bool {
		e := ends(site.Unit.Info, s)
		return e == exits || e == mayEnd
	}
	for _, s := range list[i+1:] {
		if test, ok := s.(*ast.IfStmt); ok {
			for n := range ast.Preorder(test) {
				if s, ok := n.(ast.Stmt); ok && exit(s) {
					return true
				}
			}
			return false
		}
		if exit(s) {
			return true
		}
	}
	return false
}

// decidedByCaller reports whether the caller may know that a function which may return
// nil without an error returns a cleanup at this site. It may know if it makes the call
// in a branch, passes a constant or literal, or names before the call something that the
// conditions of the function depend on:
//
//	func (p *Pool) track() func() {         if p.traced {
//		if !p.traced {                          defer p.track()()
//			return nil                      }
//		}
func decidedByCaller(site *pattern.Site, p *pattern.Prepare) bool {
	for c := range site.At(site.Call).Enclosing() {
		if c.Node() == site.Func {
			break
		}
		switch c.Node().(type) {
		case *ast.IfStmt, *ast.CaseClause, *ast.CommClause, *ast.ForStmt, *ast.RangeStmt:
			return true
		}
	}
	for _, arg := range site.Call.Args {
		e := ast.Unparen(arg)
		if u, ok := e.(*ast.UnaryExpr); ok {
			e = ast.Unparen(u.X)
		}
		switch e.(type) {
		case *ast.BasicLit, *ast.FuncLit, *ast.CompositeLit:
			return true
		}
		if tv := site.Unit.Info.Types[arg]; tv.Value != nil || tv.IsNil() {
			return true
		}
	}
	names := make(map[string]bool)
	ast.Inspect(p.Decl.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.IfStmt:
			namesIn(n.Cond, names)
		case *ast.SwitchStmt:
			if n.Tag != nil {
				namesIn(n.Tag, names)
			}
		case *ast.CaseClause:
			for _, e := range n.List {
				namesIn(e, names)
			}
		}
		return true
	})
	for _, arg := range site.Call.Args { // the caller's names for the parameters
		namesIn(arg, names)
	}
	decided := false
	ast.Inspect(site.Decl, func(n ast.Node) bool {
		if n == nil || decided || n.Pos() >= site.Stmt.Pos() {
			return false
		}
		switch n := n.(type) {
		case *ast.IfStmt:
			decided = mentions(n.Cond, names)
		case *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
			decided = true
		}
		return !decided
	})
	return decided
}

// namesIn adds the identifiers in a node to names.
func namesIn(n ast.Node, names map[string]bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && id.Name != "nil" && id.Name != "err" {
			names[id.Name] = true
		}
		return true
	})
}

// mentions reports whether a node contains one of the names.
func mentions(n ast.Node, names map[string]bool) bool {
	for n := range ast.Preorder(n) {
		if id, ok := n.(*ast.Ident); ok && names[id.Name] {
			return true
		}
	}
	return false
}
