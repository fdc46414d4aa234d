package pattern

import (
	"go/ast"
	"go/types"
	"go/version"
)

// NamedResult reports whether v is a named result of a function around the
// site: a return statement may assign it without naming it.
func (s *Site) NamedResult(v *types.Var) bool {
	found := false
	for n := ast.Node(s.Call); n != nil; n = s.Up[n] {
		var ft *ast.FuncType
		switch n := n.(type) {
		case *ast.FuncLit:
			ft = n.Type
		case *ast.FuncDecl:
			ft = n.Type
		}
		if ft == nil || ft.Results == nil {
			continue
		}
		for _, f := range ft.Results.List {
			for _, id := range f.Names {
				found = found || s.Unit.Info.Defs[id] == v
			}
		}
	}
	return found
}

// OldLoopVar reports whether v is the variable of a loop in a file of a Go
// version before 1.22, where all turns share it (go.dev/blog/loopvar-preview).
func (s *Site) OldLoopVar(v *types.Var) bool { return oldLoopVar(s.Unit, s.File, s.Decl, v) }

// OldLoopVar is Site.OldLoopVar for a variable of the prepare function.
func (p *Prepare) OldLoopVar(v *types.Var) bool { return oldLoopVar(p.Unit, p.File, p.Decl, v) }

func oldLoopVar(u *Unit, file *ast.File, decl ast.Decl, v *types.Var) bool {
	goVersion := u.Info.FileVersions[file]
	if goVersion == "" {
		goVersion = u.Pkg.GoVersion()
	}
	if goVersion == "" || version.Compare(goVersion, "go1.22") >= 0 {
		return false
	}
	found := false
	defines := func(e ast.Expr) {
		id, ok := e.(*ast.Ident)
		found = found || ok && u.Info.Defs[id] == v
	}
	ast.Inspect(decl, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.RangeStmt:
			defines(n.Key)
			defines(n.Value)
		case *ast.ForStmt:
			if init, ok := n.Init.(*ast.AssignStmt); ok {
				for _, l := range init.Lhs {
					defines(l)
				}
			}
		}
		return !found
	})
	return found
}
