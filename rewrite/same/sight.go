package same

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
)

// A seen is a set of identifiers.
type seen = map[*ast.Ident]bool

// A sight follows what the uses of a variable may see, through the function that declares it. It adds
// more than there is where it does not know: a loop, switch or label may have set whatever it sets
// somewhere, and a literal sees whatever is set below it.
type sight struct {
	info *types.Info
	v    *types.Var
	sets seen // the identifiers with which statements set the variable
	sees map[*ast.Ident]seen
	lit  seen   // the uses in literals
	bad  string // why nothing is known
}

// divideAll does so for all variables of Split.
func (f *facts) divideAll() error {
	if len(f.Split) == 0 {
		return nil
	}
	done := make(map[*types.Var]bool)
	for _, file := range f.Files {
		for _, i := range f.calling[file.Before] {
			for id := range idents(file.Before.Decls[i]) {
				v := variable(file.Unit.Info, id)
				if !f.Split[v] || done[v] {
					continue
				}
				done[v] = true
				if err := f.divide(file.Unit, file.Before.Decls[i], v); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// divide finds out which uses of a variable see what the calls of prepare assign to it. Every use must see
// one assignment, whichever way the function goes.
func (f *facts) divide(unit *Unit, d ast.Decl, v *types.Var) error {
	s := look(unit.Info, d, v)
	if s.bad != "" {
		return fmt.Errorf("%v: %s %s", unit.Fset.PositionFor(v.Pos(), false), v.Name(), s.bad)
	}
	var rest []*ast.Ident
	for id := range s.sets {
		if f.split[id] == nil {
			rest = append(rest, id)
		} else if unit.Info.Defs[id] == types.Object(v) {
			f.orphan[v] = nil
		}
	}
	for id, sets := range s.sees {
		by := slices.Collect(maps.Keys(sets))
		if len(by) != 1 {
			return fmt.Errorf("%v: %s may hold one of several values", unit.Fset.PositionFor(id.Pos(), false), v.Name())
		}
		if h := f.split[by[0]]; h != nil {
			f.split[id], h.used = h, true
		} else {
			rest = append(rest, id)
		}
	}
	if _, ok := f.orphan[v]; ok && len(rest) > 0 {
		f.orphan[v] = slices.MinFunc(rest, func(a, b *ast.Ident) int { return int(a.Pos() - b.Pos()) })
	}
	return nil
}

// look follows a variable through a declaration.
func look(info *types.Info, d ast.Decl, v *types.Var) *sight {
	s := &sight{info: info, v: v, sets: make(seen), sees: make(map[*ast.Ident]seen), lit: make(seen)}
	fn := functionAround(d, v.Pos())
	if fn == nil || v.Kind() != types.LocalVar {
		s.bad = "is no local variable"
		return s
	}
	s.find(fn)
	s.list(fn.List, nil)
	for id := range s.lit {
		for set := range s.sees[id] {
			if repeats(fn, set.Pos(), v.Pos()) {
				s.bad = "is set in a loop, and used in a literal"
			}
		}
	}
	return s
}

// functionAround returns the body of the innermost function around a position, or nil.
func functionAround(d ast.Decl, at token.Pos) (body *ast.BlockStmt) {
	for n := range ast.Preorder(d) {
		switch n := n.(type) {
		case *ast.FuncDecl:
			body = n.Body
		case *ast.FuncLit:
			if n.Body.Pos() <= at && at < n.Body.End() {
				body = n.Body
			}
		}
	}
	return body
}

// repeats reports whether a loop in the function sets the variable declared at a position again, at another
// position. One that declares it in its head does not count as around it.
func repeats(fn *ast.BlockStmt, set, declared token.Pos) bool {
	for n := range ast.Preorder(fn) {
		var body *ast.BlockStmt
		switch n := n.(type) {
		case *ast.ForStmt:
			body = n.Body
		case *ast.RangeStmt:
			body = n.Body
		default:
			continue
		}
		if n.Pos() <= set && set < n.End() && (declared < body.Pos() || body.End() <= declared) {
			return true
		}
	}
	return false
}

// find collects the identifiers that set the variable.
func (s *sight) find(n ast.Node) {
	hit := func(lit bool, list ...ast.Expr) {
		for _, e := range list {
			if id, ok := ast.Unparen(e).(*ast.Ident); ok && s.info.ObjectOf(id) == types.Object(s.v) {
				s.sets[id] = true
				if lit {
					s.bad = "is set in a literal"
				}
			}
		}
	}
	var visit func(n ast.Node, lit bool)
	visit = func(n ast.Node, lit bool) {
		ast.Inspect(n, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				if !lit {
					visit(n.Body, true)
					return false
				}
			case *ast.AssignStmt:
				hit(lit, n.Lhs...)
			case *ast.RangeStmt:
				hit(lit, n.Key, n.Value)
			case *ast.ValueSpec:
				hit(lit, exprsOf(n.Names)...)
			case *ast.UnaryExpr:
				if n.Op == token.AND && variable(s.info, n.X) == s.v {
					s.bad = "has an address"
				}
			case *ast.BranchStmt:
				if n.Tok == token.GOTO {
					s.bad = "is in a function with a goto"
				}
			}
			return true
		})
	}
	visit(n, false)
}

func union(a, b seen) seen {
	all := maps.Clone(a)
	if all == nil {
		all = make(seen)
	}
	maps.Copy(all, b)
	return all
}

// within returns what a node sets the variable with, anywhere.
func (s *sight) within(n ast.Node) seen {
	in := make(seen)
	for id := range s.sets {
		if n.Pos() <= id.Pos() && id.Pos() < n.End() {
			in[id] = true
		}
	}
	return in
}

// list follows a list of statements, and returns what the variable may hold after it.
func (s *sight) list(list []ast.Stmt, now seen) seen {
	for _, stmt := range list {
		now = s.stmt(stmt, now)
	}
	return now
}

// stmt follows a statement, and returns what the variable may hold after it. The statement may be nil.
func (s *sight) stmt(stmt ast.Stmt, now seen) seen {
	switch n := stmt.(type) {
	case nil:
		return now
	case *ast.BlockStmt:
		return s.list(n.List, now)
	case *ast.IfStmt:
		now = s.stmt(n.Init, now)
		s.uses(n.Cond, now)
		return union(s.list(n.Body.List, now), s.stmt(n.Else, now))
	case *ast.CaseClause:
		for _, e := range n.List {
			s.uses(e, now)
		}
		s.list(n.Body, now)
		return now
	case *ast.CommClause:
		s.list(n.Body, s.stmt(n.Comm, now))
		return now
	case *ast.AssignStmt, *ast.DeclStmt:
		s.uses(n, now)
		if set := s.within(n); len(set) > 0 {
			return set
		}
		return now
	case *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt, *ast.LabeledStmt:
		now = union(now, s.within(n))
		s.inside(n, now)
		return now
	}
	s.uses(stmt, now)
	return now
}

// inside follows the parts of a statement that may run in any order.
func (s *sight) inside(n ast.Stmt, now seen) {
	ast.Inspect(n, func(c ast.Node) bool {
		if c == ast.Node(n) {
			return true
		}
		switch c := c.(type) {
		case ast.Stmt:
			s.stmt(c, now)
		case ast.Expr:
			s.uses(c, now)
		}
		return false
	})
}

// uses records what the uses of the variable within a node see.
func (s *sight) uses(n ast.Node, now seen) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			later := union(now, nil)
			for id := range s.sets {
				if id.Pos() > n.Pos() {
					later[id] = true
				}
			}
			for id := range idents(n.Body) {
				if s.info.Uses[id] == types.Object(s.v) {
					s.sees[id], s.lit[id] = later, true
				}
			}
			return false
		case *ast.Ident:
			if s.info.Uses[n] == types.Object(s.v) && !s.sets[n] {
				s.sees[n] = now
			}
		}
		return true
	})
}
