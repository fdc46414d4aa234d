package pattern

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/edge"

	"github.com/closurefix/closurefix/rewrite/flow"
)

// A Part is what a site has of a variable that other statements set, too: the uses that see the value which the
// site assigns, and no other. After the rewrite they have a variable of their own, if they have one. Sites in one block share
// it:
//
//	ctx, cancel := context.WithTimeout(ctx, t)       ctx, cancel := context.WithTimeout(ctx, t)
//	defer cancel()                                   defer cancel()
//	ctx, cancel = watch(ctx)                         ctx, watch := watch(ctx)
//	defer cancel()                                   defer watch.stop()
type Part struct {
	Of    *types.Var   // the variable
	Scope *types.Scope // of the statement of the site

	// Apart is set if := in the statement of the site cannot declare a variable: it would declare another
	// variable anew.
	Apart bool

	// Rest is set if the statement of the site declares the variable: the first statement after it that
	// has another part of the variable, which must be declared there. Defines is set if it can do
	// that with :=.
	Rest    ast.Stmt
	Defines bool
}

// parted gives the site its Part of v, and reports whether there is one. There is none if other uses may see what the site
// assigns to v, its uses may see anything else, or nothing would use what is left of v. sites are those that
// may set v, and parts holds where they do if they may have a Part.
func (s *Site) parted(v *types.Var, sites []*Site, parts map[*ast.Ident]bool) bool {
	if !s.mayPart() {
		return false
	}
	own := ast.Unparen(s.Cleanup).(*ast.Ident)
	var uses []*Use
	var rest []*ast.Ident // what is left of v
	left := false         // whether something uses that
	sees := definitions(s.Facts, v)
	for _, a := range s.Access[v] {
		switch by := sees[a.Ident]; {
		case a.Mode == flow.Write:
			if !parts[a.Ident] {
				rest = append(rest, a.Ident)
			}
		case by == own:
			uses = append(uses, useOf(s.Facts, a.Ident, s.Func))
		case by != nil && !parts[by]:
			left = true
			rest = append(rest, a.Ident)
		}
	}
	if !left {
		return false
	}
	s.Part = &Part{Of: v, Scope: s.Unit.Innermost(s.Stmt.Pos()), Apart: !declares(s, s.Stmt, own)}
	if s.Unit.Info.Defs[own] == types.Object(v) {
		s.Part.Rest, s.Part.Defines = s.rest(v, rest)
	}
	s.Uses, s.Deferred = uses, slices.ContainsFunc(uses, func(u *Use) bool { return u.Deferred })
	s.Shared = false
	if i := slices.IndexFunc(sites, func(t *Site) bool { return t != s && t.Part != nil && t.Part.Of == v && t.Part.Scope == s.Part.Scope }); i >= 0 {
		s.Var = sites[i].Var
		return true
	}
	s.Var = types.NewVar(own.Pos(), v.Pkg(), v.Name(), v.Type())
	s.Var.SetKind(types.LocalVar)
	return true
}

// mayPart reports whether the statement of a site can set a variable of its own in place of another one.
func (s *Site) mayPart() bool {
	_, _, ok := flow.List(s.At(s.Stmt))
	return ok && s.Cleanup != nil && (s.Form == Assigned || s.Form == Declared)
}

// Scope returns the scope of the variable that holds the cleanup.
func (s *Site) Scope() *types.Scope {
	if s.Part != nil {
		return s.Part.Scope
	}
	return s.Var.Parent()
}

// DeclaredAt returns where a var statement declares the variable that holds the cleanup, or one of its own will, or NoPos
// if the statement of the site declares it.
func (s *Site) DeclaredAt() token.Pos {
	for _, set := range s.Nothing {
		if set.Tok == token.DEFINE {
			return set.Pos()
		}
	}
	switch {
	case s.Spec != nil:
		return s.Spec.Pos()
	case s.Part != nil && s.Part.Apart:
		return s.Stmt.Pos()
	}
	return token.NoPos
}

// Named returns the variable that holds the cleanup as identifiers refer to it.
func (s *Site) Named() *types.Var {
	if s.Part != nil {
		return s.Part.Of
	}
	return s.Var
}

// rest returns the first statement after a site, in the same list, in which one of the identifiers is, and whether it can
// declare v with :=. The identifiers are in the order of the source. The type of v may become that of what all of
// them set v to, if the others call it.
func (s *Site) rest(v *types.Var, ids []*ast.Ident) (ast.Stmt, bool) {
	list, i, _ := flow.List(s.At(s.Stmt))
	i = i + 1 + slices.IndexFunc(list[i+1:], func(stmt ast.Stmt) bool { return flow.Within(ids[0], stmt) })
	t := setTo(s.Facts, ids[0])
	if a, ok := list[i].(*ast.AssignStmt); !ok || t == nil || s.At(ids[0]).Parent().Node() != a || !declares(s, a, ids[0]) {
		return list[i], false
	}
	return list[i], types.Identical(t, v.Type()) || !slices.ContainsFunc(ids, func(id *ast.Ident) bool {
		set := setTo(s.Facts, id)
		return set == nil && useOf(s.Facts, id, s.Func).Call == nil || set != nil && !types.Identical(set, t)
	})
}

// setTo returns the type of what an assignment sets a variable to, or nil.
func setTo(f *flow.Facts, id *ast.Ident) types.Type {
	a, ok := f.At(id).Parent().Node().(*ast.AssignStmt)
	kind, i := f.At(id).ParentEdge()
	if !ok || kind != edge.AssignStmt_Lhs {
		return nil
	}
	if len(a.Lhs) == len(a.Rhs) {
		if f.Unit.Info.Types[a.Rhs[i]].IsNil() {
			return nil
		}
		return f.Unit.Info.TypeOf(a.Rhs[i])
	}
	if t, ok := f.Unit.Info.TypeOf(a.Rhs[0]).(*types.Tuple); ok {
		return t.At(i).Type()
	}
	return nil
}

// declares reports whether a statement that sets a variable declares variables, or could with := declare that
// variable and no other. The others are blank, or := would set them as = does, since they are
// declared in the same block.
func declares(s *Site, stmt ast.Stmt, variable ast.Expr) bool {
	a, ok := stmt.(*ast.AssignStmt)
	if !ok || a.Tok == token.DEFINE {
		return true
	}
	return !slices.ContainsFunc(a.Lhs, func(l ast.Expr) bool {
		id, ok := l.(*ast.Ident)
		if l == variable && ok || ok && id.Name == "_" {
			return false
		}
		return !ok || s.Unit.Info.Uses[id] == nil || s.Unit.Info.Uses[id].Parent() != s.Unit.Innermost(stmt.Pos())
	})
}

// definitions returns the identifier with which a statement sets v, for each one that uses v: what such a use sees
// is what that statement has assigned last, whichever way the function goes. It returns nil if that cannot
// be said of all uses.
//
// The statement is in a list, and the use in a later statement of that list, perhaps deep inside. Nothing
// from the one to the other sets v, so it does not matter how often either runs. A function literal may run at
// any time, so it must be the last statement that sets v, in no loop that keeps v.
func definitions(f *flow.Facts, v *types.Var) map[*ast.Ident]*ast.Ident {
	def, ok := f.Def(v).Node().(*ast.Ident)
	if !ok || v.Kind() != types.LocalVar || f.Jumps() {
		return nil
	}
	fn := flow.Func(f.At(def))
	sets := []*ast.Ident{def}
	for _, a := range f.Access[v] {
		switch {
		case a.Mode == flow.Address, a.Mode == flow.Write && flow.Func(f.At(a.Ident)) != fn:
			return nil
		case a.Mode == flow.Write:
			sets = append(sets, a.Ident)
		}
	}
	by := make(map[ast.Stmt]*ast.Ident) // what a statement of a list sets v with
	for _, id := range sets {
		stmt := flow.Stmt(f.At(id))
		switch stmt.(type) {
		case *ast.AssignStmt, *ast.DeclStmt:
			if _, _, ok := flow.List(f.At(stmt)); ok {
				by[stmt] = id
			}
		}
	}
	sees := make(map[*ast.Ident]*ast.Ident)
	for _, a := range f.Access[v] {
		if a.Mode == flow.Write {
			continue
		}
		id, from, to := definition(f, a.Ident, fn, by)
		again := func(set *ast.Ident) bool { return set != id && from <= set.Pos() && set.Pos() < to }
		if flow.Func(f.At(a.Ident)) != fn && id != nil {
			again = func(set *ast.Ident) bool { return set.Pos() > id.Pos() }
			if loop := flow.Loop(f.At(id), fn); loop != nil && (by[flow.Stmt(f.At(def))] == nil || !flow.Within(def, loop)) {
				return nil
			}
		}
		if id == nil || slices.ContainsFunc(sets, again) {
			return nil
		}
		sees[a.Ident] = id
	}
	return sees
}

// definition returns the identifier with which the last statement before a use sets a variable, among those that are in
// a list with a statement that is, or contains, the use. Otherwise it returns nil. What is set between the
// two positions is set after that, perhaps before the use.
func definition(f *flow.Facts, use *ast.Ident, fn ast.Node, by map[ast.Stmt]*ast.Ident) (id *ast.Ident, from, to token.Pos) {
	for list, i := range flow.Lists(f.At(use), fn) {
		for k := i - 1; k >= 0; k-- {
			if id := by[list[k]]; id != nil {
				if to = list[i].End(); by[list[i]] != nil {
					to = list[i].Pos() // sets it after the use
				}
				return id, list[k].End(), to
			}
		}
	}
	return nil, token.NoPos, token.NoPos
}
