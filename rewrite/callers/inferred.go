package callers

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"strings"

	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// varies refuses if the inferred type of a captured variable may differ between builds.
// The rewrite writes the type out.
//
//	old := current() // an int in fd_unix.go, a syscall.Handle in fd_windows.go
//	return func() { reset(old) }
//
// Such a type comes from a declaration in a file that is not part of every build of
// prepare's file, while another file has a different declaration of that name. Requested
// builds need no such check: the result is type-checked in each.
func varies(w *World, p *pattern.Prepare) *refusal.Refusal {
	for _, c := range p.Captures {
		if c.Class != pattern.Local {
			continue // its type is written in the signature
		}
		t := &typeSource{world: w, p: p, of: c.Var.Type(), seen: make(map[types.Object]bool)}
		t.variable(c.Var)
		if t.other != "" {
			return refusal.New(p, refusal.IgnoredFile, p.Unit, c.Var.Pos(), "the type of %s comes from %s, which %s declares differently",
				c.Var.Name(), t.name, w.ShortName(t.other))
		}
	}
	return nil
}

// A typeSource searches for the declarations that an inferred type comes from.
type typeSource struct {
	world *World
	p     *pattern.Prepare
	of    types.Type
	seen  map[types.Object]bool

	name  string // the name that has different declarations
	other string // the file with the other declaration, or ""
}

// variable searches the expression that gives a variable of prepare its type.
func (t *typeSource) variable(v types.Object) {
	if t.seen[v] {
		return
	}
	t.seen[v] = true
	is := func(e ast.Expr) bool {
		id, ok := e.(*ast.Ident)
		return ok && t.p.Unit.Info.Defs[id] == v
	}
	from := func(lhs, rhs []ast.Expr) {
		for i, l := range lhs {
			switch {
			case !is(l):
			case len(rhs) == len(lhs):
				t.expr(rhs[i])
			case len(rhs) == 1:
				t.expr(rhs[0])
			}
		}
	}
	ast.Inspect(t.p.Decl, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				from(n.Lhs, n.Rhs)
			}
		case *ast.ValueSpec:
			if n.Type == nil {
				for i, name := range n.Names {
					if is(name) && len(n.Values) > 0 {
						t.expr(n.Values[min(i, len(n.Values)-1)])
					}
				}
			}
		case *ast.RangeStmt:
			if n.Tok == token.DEFINE && (is(n.Key) || is(n.Value)) {
				t.expr(n.X)
			}
		}
		return t.other == ""
	})
}

// expr searches the parts of an expression that determine its type.
func (t *typeSource) expr(e ast.Expr) {
	if t.other != "" {
		return
	}
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		t.object(t.p.Unit.Info.Uses[e])
	case *ast.SelectorExpr:
		t.expr(e.X)
		t.object(t.p.Unit.Info.Uses[e.Sel])
	case *ast.CallExpr:
		t.expr(e.Fun)
		// The result types of a builtin or a generic function depend on its operands.
		if t.p.Unit.Info.Types[e.Fun].IsBuiltin() || hasTypeArgs(t.p.Unit.Info, e.Fun) {
			for _, a := range e.Args {
				t.expr(a)
			}
		}
	case *ast.IndexExpr:
		t.expr(e.X)
		if t.p.Unit.Info.Types[e.Index].IsType() {
			t.expr(e.Index)
		}
	case *ast.IndexListExpr:
		t.expr(e.X)
		for _, i := range e.Indices {
			t.expr(i)
		}
	case *ast.SliceExpr:
		t.expr(e.X)
	case *ast.StarExpr:
		t.expr(e.X)
	case *ast.UnaryExpr:
		t.expr(e.X)
	case *ast.BinaryExpr:
		switch e.Op {
		case token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ:
		case token.SHL, token.SHR:
			t.expr(e.X)
		default:
			t.expr(e.X)
			t.expr(e.Y)
		}
	case *ast.CompositeLit:
		t.expr(e.Type)
	case *ast.TypeAssertExpr:
		t.expr(e.Type)
	case *ast.ArrayType:
		t.expr(e.Elt)
	}
}

// hasTypeArgs reports whether a called function has type arguments.
func hasTypeArgs(info *types.Info, fun ast.Expr) bool {
	switch f := ast.Unparen(fun).(type) {
	case *ast.Ident:
		_, ok := info.Instances[f]
		return ok
	case *ast.SelectorExpr:
		_, ok := info.Instances[f.Sel]
		return ok
	case *ast.IndexExpr:
		return true
	case *ast.IndexListExpr:
		return true
	}
	return false
}

// object searches the declaration of an object.
func (t *typeSource) object(obj types.Object) {
	if obj == nil || obj.Pkg() == nil || t.seen[obj] {
		return
	}
	switch obj := obj.(type) {
	case *types.PkgName, *types.Label:
		return
	case *types.TypeName:
		if n, ok := t.of.(*types.Named); ok && n.Obj() == obj {
			return // the rewrite writes this name itself
		}
	case *types.Var:
		if obj.Pkg() == t.p.Unit.Pkg && !obj.IsField() && obj.Parent() != obj.Pkg().Scope() {
			t.variable(obj)
			return
		}
	}
	t.seen[obj] = true
	file := t.p.Unit.Filename(obj.Pos())
	if goroot := build.Default.GOROOT; goroot != "" {
		if rest, ok := strings.CutPrefix(file, "$GOROOT"); ok {
			file = filepath.Join(goroot, rest)
		}
	}
	if file == "" || BuiltWith(t.p.Unit, t.p.Unit.Filename(t.p.Decl.Pos()), file) {
		return
	}
	owner := ownerOf(obj)
	own := t.declaration(file, obj.Name(), owner)
	if own == "" {
		return // without its source, other files cannot be compared
	}
	home := builtFileOf(t.p.Unit, t.p.Unit.Filename(t.p.Decl.Pos()))
	for _, other := range t.beside(obj.Pkg().Path(), file) {
		text, err := t.p.Unit.ReadFile(other)
		if err != nil || !strings.Contains(string(text), obj.Name()) || !together(home, newBuiltFile(other, text)) {
			continue
		}
		if typ := t.declaration(other, obj.Name(), owner); typ != "" && typ != own {
			t.name, t.other = obj.Name(), other
			return
		}
	}
}

// beside returns the files that may declare the names of a package's file differently:
// the excluded files, if the package is a unit, and otherwise all other files of its
// directory.
func (t *typeSource) beside(path, file string) []string {
	for _, u := range t.world.Units {
		if u.Pkg.Path() == path {
			return u.Ignored
		}
	}
	entries, err := os.ReadDir(filepath.Dir(file))
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		if name := e.Name(); strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") && name != filepath.Base(file) {
			names = append(names, filepath.Join(filepath.Dir(file), name))
		}
	}
	return names
}

// ownerOf returns the name of the type that declares a field or method.
func ownerOf(obj types.Object) string {
	switch obj := obj.(type) {
	case *types.Func:
		if recv := obj.Signature().Recv(); recv != nil {
			t := recv.Type()
			if p, ok := t.(*types.Pointer); ok {
				t = p.Elem()
			}
			if n, ok := t.(*types.Named); ok {
				return n.Obj().Name()
			}
		}
	case *types.Var:
		if !obj.IsField() {
			return ""
		}
		for _, name := range obj.Pkg().Scope().Names() {
			tn, ok := obj.Pkg().Scope().Lookup(name).(*types.TypeName)
			if !ok {
				continue
			}
			if s, ok := tn.Type().Underlying().(*types.Struct); ok {
				for f := range s.Fields() {
					if f == obj {
						return name
					}
				}
			}
		}
	}
	return ""
}

// declaration returns the source of the type in a file's declaration of a package-level
// name, or of a field or method of owner. It returns "" if the file does not declare it.
func (t *typeSource) declaration(file, name, owner string) string {
	text, err := t.p.Unit.ReadFile(file)
	if err != nil {
		return ""
	}
	f, _ := parser.ParseFile(token.NewFileSet(), file, text, parser.SkipObjectResolution)
	if f == nil {
		return ""
	}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Name.Name == name && (d.Recv == nil) == (owner == "") && (d.Recv == nil || baseName(d.Recv.List[0].Type) == owner) {
				return "func " + fieldTypes(d.Type.Results)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if found := specText(spec, name, owner); found != "" {
					return found
				}
			}
		}
	}
	return ""
}

// specText is like declaration, for one spec.
func specText(spec ast.Spec, name, owner string) string {
	switch spec := spec.(type) {
	case *ast.ValueSpec:
		for i, id := range spec.Names {
			switch {
			case id.Name != name || owner != "":
			case spec.Type != nil:
				return types.ExprString(spec.Type)
			case i < len(spec.Values):
				if lit, ok := spec.Values[i].(*ast.BasicLit); ok {
					return lit.Kind.String()
				}
				return types.ExprString(spec.Values[i])
			}
		}
	case *ast.TypeSpec:
		if owner == "" && spec.Name.Name == name {
			return types.ExprString(spec.Type)
		}
		s, ok := spec.Type.(*ast.StructType)
		if spec.Name.Name != owner || !ok {
			return ""
		}
		for _, field := range s.Fields.List {
			for _, id := range field.Names {
				if id.Name == name {
					return types.ExprString(field.Type)
				}
			}
		}
	}
	return ""
}
