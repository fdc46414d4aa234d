package flow

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
)

// Facts holds the syntax of a top-level declaration and the accesses to its variables.
type Facts struct {
	Unit   *Unit
	File   *ast.File
	Decl   ast.Decl
	Access Accesses // every access to a variable in Decl

	tree
	idents map[string][]*ast.Ident // all identifiers in Decl; nil before anyone asks
}

// Idents returns the identifiers in Decl with a name.
func (f *Facts) Idents(name string) []*ast.Ident {
	if f.idents == nil {
		f.idents = make(map[string][]*ast.Ident)
		for n := range ast.Preorder(f.Decl) {
			if id, ok := n.(*ast.Ident); ok {
				f.idents[id.Name] = append(f.idents[id.Name], id)
			}
		}
	}
	return f.idents[name]
}

// Jumps reports whether Decl contains a goto statement.
func (f *Facts) Jumps() bool { return f.jumps }

// FactsOf returns the facts about a declaration of a file of u.
func FactsOf(u *Unit, file *ast.File, decl ast.Decl) *Facts {
	tree := treeOf(u.Info, file, decl)
	return &Facts{Unit: u, File: file, Decl: decl, Access: accessesIn(u.Info, tree.file), tree: tree}
}

// Def returns the cursor of the identifier that declares a variable of Decl. For any other
// variable, and for that of a type switch, it returns the cursor that At(nil) returns.
func (f *Facts) Def(v *types.Var) inspector.Cursor {
	if c, ok := f.defs[v]; ok {
		return c
	}
	return f.At(nil)
}

// ResultOf returns the function of which v is a named result, as a *ast.FuncDecl or
// *ast.FuncLit, or nil if v is no result. Return statements of that function assign v
// without naming it.
func (f *Facts) ResultOf(v *types.Var) ast.Node {
	if v.Kind() != types.ResultVar {
		return nil
	}
	return Func(f.Def(v))
}

// DeclaredZero reports whether a var statement without a value declares v.
func (f *Facts) DeclaredZero(v *types.Var) bool {
	spec, ok := f.Def(v).Parent().Node().(*ast.ValueSpec)
	return ok && len(spec.Values) == 0
}

// OldLoopVar reports whether v is a loop variable that all iterations share, as in files
// with a Go version before 1.22 (go.dev/blog/loopvar-preview).
func (f *Facts) OldLoopVar(v *types.Var) bool {
	if !f.Unit.Before(f.File, "go1.22") {
		return false
	}
	id := f.Def(v)
	switch id.ParentEdgeKind() {
	case edge.RangeStmt_Key, edge.RangeStmt_Value:
		return true
	case edge.AssignStmt_Lhs:
		return id.Parent().ParentEdgeKind() == edge.ForStmt_Init
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
func Recovers(info *types.Info, lit *ast.FuncLit) bool {
	found := false
	ast.Inspect(lit.Body, func(n ast.Node) bool {
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

// IsBool reports whether the underlying type of t is bool.
func IsBool(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsBoolean != 0
}
