package plan

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ast/edge"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// values returns a refusal if a site uses the cleanup in a way that calls of finish
// cannot replace. Otherwise it returns, for uses as a value that need a conversion, the
// source of the named func type.
func values(p *pattern.Prepare, fs *forwarders) (map[*pattern.Use]string, *refusal.Refusal) {
	convert := make(map[*pattern.Use]string)
	runs := false
	for _, s := range fs.sites {
		switch {
		case s.Form == pattern.Otherwise:
			return nil, refusal.New(p, refusal.CallForm, s.Unit, s.Call.Pos(), "%s", fs.otherwise(s))
		case s.Form == pattern.Returned:
			if !fs.keeps(s) {
				return nil, refusal.New(p, refusal.CallForm, s.Unit, s.Call.Pos(), "%s", fs.otherwise(s))
			}
			continue // its function returns a func as before
		case s.Obstacle != nil && s.Form != pattern.Passed:
			return nil, refusal.New(p, refusal.Reassigned, s.Unit, s.Obstacle.Pos, "its cleanup %s", s.Obstacle.Why)
		}
		for _, u := range s.Uses {
			runs = runs || u.Call != nil || slices.ContainsFunc(fs.later, func(maybe *PossibleForwarder) bool { return maybe.Call.Decl == s.Decl })
			if u.Kind != pattern.Value {
				continue
			}
			if t := valueType(s); !isSignature(t) && !typedPlace(s, u) {
				name := nameAt(s, u, t)
				if name == "" {
					return nil, refusal.New(p, refusal.CleanupValue, s.Unit, u.Expr.Pos(), "its cleanup is used as a value of type %s", types.TypeString(t, types.RelativeTo(s.Unit.Pkg)))
				}
				convert[u] = name
			}
		}
	}
	if !runs {
		for _, s := range fs.sites {
			if s.Obstacle != nil {
				return nil, refusal.New(p, refusal.Reassigned, s.Unit, s.Obstacle.Pos, "its cleanup %s", s.Obstacle.Why)
			}
		}
		return nil, refusal.New(p, refusal.CleanupValue, p.Unit, p.Decl.Name.Pos(), "all callers use its cleanup as a value, which needs an allocation")
	}
	if s, u := mostlyMethods(fs.sites); u != nil {
		return nil, refusal.New(p, refusal.CleanupValue, s.Unit, u.Expr.Pos(), "most callers use its cleanup as a value or call its methods, which needs an allocation")
	}
	switch keep, all, where := keepers(fs); {
	case all == 0:
	case keep == all:
		return nil, refusal.New(p, refusal.NoGain, p.Unit, p.Decl.Name.Pos(), "all callers%s also use its cleanup as a value and would allocate as before", where)
	case p.Func.Exported() && 2*keep >= all:
		return nil, refusal.New(p, refusal.NoGain, p.Unit, p.Decl.Name.Pos(), "%d of its %d callers%s use its cleanup as a value and would allocate as before", keep, all, where)
	}
	return convert, nil
}

// keepers returns how many callers would allocate a value in place of the cleanup, and how many use it, with
// what these callers have in common. Tests do not count if there are others, nor does p()(), for which the compiler may need no closure.
func keepers(fs *forwarders) (keep, all int, where string) {
	inTest := func(s *pattern.Site) bool { return strings.HasSuffix(s.Unit.Filename(s.Call.Pos()), "_test.go") }
	onlyTests := everySite(fs.sites, inTest)
	for _, s := range fs.sites {
		if inTest(s) && !onlyTests {
			where = " outside tests"
			continue
		}
		if s.Form == pattern.Immediate && !s.Deferred || !slices.ContainsFunc(s.Uses, func(u *pattern.Use) bool { return u.Kind != pattern.Discard && u.Kind != pattern.Forward }) {
			continue
		}
		all++
		isValue := slices.ContainsFunc(s.Uses, func(u *pattern.Use) bool { return u.Kind == pattern.Value && !copied(s, u) })
		if isValue && !slices.ContainsFunc(fs.later, func(maybe *PossibleForwarder) bool { return maybe.Call.Decl == s.Decl }) {
			keep++
		}
	}
	return keep, all, where
}

// copied reports whether a use assigns the cleanup to a local variable. The value may stay on the stack.
func copied(s *pattern.Site, u *pattern.Use) bool {
	switch stmt := flow.Outer(s.At(u.Expr)).Parent().Node().(type) {
	case *ast.ValueSpec:
		return true
	case *ast.AssignStmt:
		return !slices.ContainsFunc(stmt.Lhs, func(e ast.Expr) bool {
			v, ok := s.Unit.Info.ObjectOf(identOf(e)).(*types.Var)
			return !ok || v.Kind() == types.PackageVar
		})
	}
	return false
}

// mostlyMethods returns a use of a cleanup on which a caller calls a method of the named func type, if
// more than half of the sites do so or use the cleanup as a value, else nil.
func mostlyMethods(sites []*pattern.Site) (at *pattern.Site, method *pattern.Use) {
	n := 0
	for _, s := range sites {
		if !slices.ContainsFunc(s.Uses, func(u *pattern.Use) bool { return u.Kind == pattern.Value }) {
			continue
		}
		n++
		for _, u := range s.Uses {
			if flow.Outer(s.At(u.Expr)).ParentEdgeKind() == edge.SelectorExpr_X {
				at, method = s, u
			}
		}
	}
	if 2*n <= len(sites) {
		return nil, nil
	}
	return at, method
}

// otherwise returns a clause that describes an Otherwise site, or a Returned one.
func (fs *forwarders) otherwise(s *pattern.Site) string {
	switch s.At(s.Call).ParentEdgeKind() {
	case edge.ReturnStmt_Results:
		if d, ok := s.Decl.(*ast.FuncDecl); ok && fs.why[d] != "" {
			return d.Name.Name + " returns its results, and cannot change: " + fs.why[d]
		}
		if s.Func != ast.Node(s.Decl) {
			return "a function literal returns its results directly"
		}
		return "a caller returns its results directly, and its own callers only use the cleanup as a value"
	case edge.ValueSpec_Values:
		if s.Func == nil {
			return "package variables are declared with its results"
		}
		return "a caller declares variables of one type with its results"
	case edge.AssignStmt_Rhs:
		return "a caller assigns its results together with other values"
	}
	return "a caller uses its results within a larger expression"
}

// valueType returns the type of the cleanup at a site: that of its variable, which may
// be declared with another type, or that of the result.
func valueType(s *pattern.Site) types.Type {
	if s.Var != nil {
		return s.Var.Type()
	}
	return s.Unit.Info.TypeOf(s.Call)
}

// nameAt returns the source for a named type at a use, or "" if it cannot be written
// there.
func nameAt(s *pattern.Site, u *pattern.Use, t types.Type) string {
	obj := spell.NamedObject(t)
	generic, _ := t.(interface{ TypeArgs() *types.TypeList })
	switch {
	case obj == nil || generic != nil && generic.TypeArgs().Len() > 0:
	case s.Unit.Sees(u.Expr.Pos(), obj):
		return obj.Name()
	case obj.Exported():
		for name, pkg := range importsOf(s) {
			if pkg.Imported() == obj.Pkg() && s.Unit.Sees(u.Expr.Pos(), pkg) {
				return name + "." + obj.Name()
			}
		}
	}
	return ""
}

// importsOf returns the packages that the file of a site imports, by name.
func importsOf(s *pattern.Site) map[string]*types.PkgName {
	imports := make(map[string]*types.PkgName)
	scope := s.Unit.Innermost(s.Call.Pos())
	for scope != nil && scope.Parent() != s.Unit.Pkg.Scope() {
		scope = scope.Parent()
	}
	if scope == nil {
		return imports
	}
	for _, name := range scope.Names() {
		if pkg, ok := scope.Lookup(name).(*types.PkgName); ok {
			imports[name] = pkg
		}
	}
	return imports
}

func isSignature(t types.Type) bool {
	_, ok := types.Unalias(t).(*types.Signature)
	return ok
}

// typedPlace reports whether a use as a value is assigned to something of a func type,
// so that a literal or nil gets that type. An interface, a new variable and an inferred
// type argument get their types from the value.
func typedPlace(s *pattern.Site, u *pattern.Use) bool {
	t := placeType(s, u)
	if t == nil {
		return false
	}
	_, ok := t.Underlying().(*types.Signature)
	return ok
}

// placeType returns the type of what a value is assigned to, or nil if that gets its
// type from the value.
func placeType(s *pattern.Site, u *pattern.Use) types.Type {
	info := s.Unit.Info
	value := flow.Outer(s.At(u.Expr))
	kind, i := value.ParentEdge()
	switch p := value.Parent().Node().(type) {
	case *ast.ReturnStmt:
		sig := signatureOf(info, flow.Func(value))
		if sig == nil || sig.Results().Len() != len(p.Results) {
			return nil
		}
		return sig.Results().At(i).Type()
	case *ast.AssignStmt:
		if p.Tok != token.ASSIGN || kind != edge.AssignStmt_Rhs || len(p.Lhs) != len(p.Rhs) {
			return nil
		}
		if id := identOf(p.Lhs[i]); id != nil && id.Name == "_" {
			return nil
		}
		return info.TypeOf(p.Lhs[i])
	case *ast.ValueSpec:
		if p.Type != nil {
			return info.TypeOf(p.Type)
		}
	case *ast.CallExpr:
		if kind == edge.CallExpr_Args {
			return argType(info, p, i)
		}
	case *ast.KeyValueExpr:
		if lit, ok := value.Parent().Parent().Node().(*ast.CompositeLit); ok && kind == edge.KeyValueExpr_Value {
			return elementType(info, lit, identOf(p.Key))
		}
	case *ast.CompositeLit:
		if kind == edge.CompositeLit_Elts {
			return elementType(info, p, nil)
		}
	}
	return nil
}

// argType returns the type of the parameter for argument i of a call. It returns nil
// for a conversion, and for generic functions and builtins, whose parameters get their
// types from the arguments.
func argType(info *types.Info, call *ast.CallExpr, i int) types.Type {
	fun := ast.Unparen(call.Fun)
	if tv := info.Types[fun]; tv.IsType() || tv.IsBuiltin() {
		return nil
	}
	switch f := fun.(type) {
	case *ast.IndexExpr, *ast.IndexListExpr:
		return nil
	case *ast.Ident:
		if _, generic := info.Instances[f]; generic {
			return nil
		}
	case *ast.SelectorExpr:
		if _, generic := info.Instances[f.Sel]; generic {
			return nil
		}
	}
	sig, ok := info.TypeOf(fun).Underlying().(*types.Signature)
	if !ok {
		return nil
	}
	n := sig.Params().Len()
	if sig.Variadic() && i >= n-1 {
		slice, ok := sig.Params().At(n - 1).Type().(*types.Slice)
		if !ok || call.Ellipsis.IsValid() {
			return nil
		}
		return slice.Elem()
	}
	if i >= n {
		return nil
	}
	return sig.Params().At(i).Type()
}

// elementType returns the type of an element of a composite literal: of the field that
// key names, or of every element if key is nil.
func elementType(info *types.Info, lit *ast.CompositeLit, key *ast.Ident) types.Type {
	switch t := info.TypeOf(lit).Underlying().(type) {
	case *types.Struct:
		if key != nil {
			if f, ok := info.Uses[key].(*types.Var); ok && f.IsField() {
				return f.Type()
			}
		}
	case *types.Slice:
		return t.Elem()
	case *types.Array:
		return t.Elem()
	case *types.Map:
		return t.Elem()
	}
	return nil
}
