package flow

import (
	"go/ast"
	"go/token"
	"go/types"
	"go/version"
	"slices"
)

// Facts are the syntax of a top-level declaration and the accesses to its
// variables.
type Facts struct {
	Unit   *Unit
	File   *ast.File
	Decl   ast.Decl
	Access Accesses // every access to a variable in Decl

	tree tree
}

// FactsOf returns the facts about a declaration of a file of u.
func FactsOf(u *Unit, file *ast.File, decl ast.Decl) *Facts {
	tree := treeOf(file, decl)
	return &Facts{Unit: u, File: file, Decl: decl, Access: accessesIn(u.Info, tree.file), tree: tree}
}

// ResultOf returns the function of which v is a named result, as a *ast.FuncDecl
// or *ast.FuncLit, or nil if v is no result. Return statements of that function
// assign v without naming it.
func (f *Facts) ResultOf(v *types.Var) ast.Node {
	for n := range ast.Preorder(f.Decl) {
		if t := typeOf(n); t != nil && t.Results != nil {
			for _, field := range t.Results.List {
				if slices.ContainsFunc(field.Names, func(id *ast.Ident) bool { return f.Unit.Info.Defs[id] == types.Object(v) }) {
					return n
				}
			}
		}
	}
	return nil
}

// typeOf returns the type of a declared function or a function literal, and nil
// for any other node.
func typeOf(n ast.Node) *ast.FuncType {
	switch n := n.(type) {
	case *ast.FuncDecl:
		return n.Type
	case *ast.FuncLit:
		return n.Type
	}
	return nil
}

// OldLoopVar reports whether v is a loop variable that all iterations share, as
// in files with a Go version before 1.22 (go.dev/blog/loopvar-preview).
func (f *Facts) OldLoopVar(v *types.Var) bool {
	goVersion := f.Unit.Info.FileVersions[f.File]
	if goVersion == "" {
		goVersion = f.Unit.Pkg.GoVersion()
	}
	if goVersion == "" || version.Compare(goVersion, "go1.22") >= 0 {
		return false
	}
	defines := func(e ast.Expr) bool {
		id, ok := e.(*ast.Ident)
		return ok && f.Unit.Info.Defs[id] == v
	}
	for n := range ast.Preorder(f.Decl) {
		switch n := n.(type) {
		case *ast.RangeStmt:
			if defines(n.Key) || defines(n.Value) {
				return true
			}
		case *ast.ForStmt:
			if init, ok := n.Init.(*ast.AssignStmt); ok && slices.ContainsFunc(init.Lhs, defines) {
				return true
			}
		}
	}
	return false
}

// Sees reports whether the name of obj, written at pos, refers to obj.
func (u *Unit) Sees(pos token.Pos, obj types.Object) bool {
	scope := u.Innermost(pos)
	if scope == nil {
		return false
	}
	_, found := scope.LookupParent(obj.Name(), pos)
	return found == obj
}

// Global reports whether v is declared at package level.
func Global(v *types.Var) bool {
	return v.Pkg() != nil && v.Parent() == v.Pkg().Scope()
}

// HasGoto reports whether n contains a goto statement.
func HasGoto(n ast.Node) bool {
	for n := range ast.Preorder(n) {
		if b, ok := n.(*ast.BranchStmt); ok && b.Tok == token.GOTO {
			return true
		}
	}
	return false
}

// Recovers reports whether a function literal calls recover directly, not only in
// a literal inside it.
func Recovers(info *types.Info, lit *ast.FuncLit) bool { return BodyRecovers(info, lit.Body) }

// BodyRecovers is Recovers for the body of a function.
func BodyRecovers(info *types.Info, body *ast.BlockStmt) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.Ident:
			if b, ok := info.Uses[n].(*types.Builtin); ok && b.Name() == "recover" {
				found = true
			}
		}
		return !found
	})
	return found
}

// IsError reports whether t is the predeclared type error.
func IsError(t types.Type) bool {
	return types.Identical(t, types.Universe.Lookup("error").Type())
}
