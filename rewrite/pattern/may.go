package pattern

import (
	"go/ast"
	"maps"
	"slices"
)

// May returns the functions of f that may return a function literal in the shape
// of a cleanup, as one of their results. It goes by syntax alone, for its price:
// to parse a module and type-check the dozen packages that may hold a prepare
// function costs a fraction of type-checking them all. It may say yes too often
// and must never say no to what Find finds. f needs neither resolved objects
// nor comments.
func May(f *ast.File) []*ast.FuncDecl {
	var found []*ast.FuncDecl
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if ok && fn.Body != nil && returnsLiteral(fn) {
			found = append(found, fn)
		}
	}
	return found
}

// MayDefer returns those of names that stand in a declaration of f that also holds
// a defer statement, sorted. A function that May returns and that is named in no
// such declaration is no candidate, since no caller defers what it hands out. As
// May, it goes by syntax alone, and may say yes too often.
func MayDefer(f *ast.File, names map[string]bool) []string {
	found := make(map[string]bool)
	for _, d := range f.Decls {
		var node ast.Node = d
		if fn, ok := d.(*ast.FuncDecl); ok {
			if fn.Body == nil {
				continue
			}
			node = fn.Body
		}
		defers := false
		var used []string
		ast.Inspect(node, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.DeferStmt:
				defers = true
			case *ast.Ident:
				if names[n.Name] {
					used = append(used, n.Name)
				}
			}
			return true
		})
		if defers {
			for _, name := range used {
				found[name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

func returnsLiteral(fn *ast.FuncDecl) bool {
	results := resultTypes(fn)
	mayFunc := false
	for _, r := range results {
		mayFunc = mayFunc || r.mayFunc
	}
	if !mayFunc {
		return false
	}
	bound := boundNames(fn.Body)
	found := false
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false // its returns are its own
		case *ast.ReturnStmt:
			for i, r := range results {
				switch {
				case !r.mayFunc:
				case len(n.Results) == 0:
					found = found || bound[r.name]
				case i < len(n.Results) && len(n.Results) == len(results):
					found = found || mayLiteral(n.Results[i], bound)
				}
			}
		}
		return !found
	})
	return found
}

// A resultType is what syntax tells about one result.
type resultType struct {
	name    string
	mayFunc bool
}

func resultTypes(fn *ast.FuncDecl) []resultType {
	if fn.Type.Results == nil {
		return nil
	}
	var types []resultType
	for _, field := range fn.Type.Results.List {
		t := resultType{mayFunc: mayFunc(field.Type)}
		if len(field.Names) == 0 {
			types = append(types, t)
		}
		for _, name := range field.Names {
			t.name = name.Name
			types = append(types, t)
		}
	}
	return types
}

// mayFunc reports whether t can denote a func type in the shape of a cleanup:
// such a type written out, or a name that is not one of Go's own types.
func mayFunc(t ast.Expr) bool {
	switch t := t.(type) {
	case *ast.ParenExpr:
		return mayFunc(t.X)
	case *ast.FuncType:
		return shaped(t)
	case *ast.Ident:
		return !predeclared(t.Name)
	case *ast.SelectorExpr, *ast.IndexExpr, *ast.IndexListExpr:
		return true
	}
	return false
}

// predeclared reports whether name is one of Go's own types that people return
// most. A program that declares such a name anew, as a func type, is not
// looked at.
func predeclared(name string) bool {
	switch name {
	case "any", "bool", "byte", "error", "float64", "int", "int32", "int64", "rune", "string", "uint32", "uint64":
		return true
	}
	return false
}

// shaped is the part of Shaped that needs no types.
func shaped(t *ast.FuncType) bool {
	if t.Results.NumFields() > 1 {
		return false
	}
	if t.Params == nil {
		return true
	}
	for _, p := range t.Params.List {
		x := p.Type
		if star, ok := x.(*ast.StarExpr); ok {
			x = star.X
		}
		switch x.(type) {
		case *ast.ArrayType, *ast.ChanType, *ast.FuncType, *ast.MapType, *ast.StructType:
			return false
		}
	}
	return true
}

// boundNames returns the names that some statement of body sets to a function
// literal.
func boundNames(body *ast.BlockStmt) map[string]bool {
	bound := make(map[string]bool)
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if len(n.Lhs) == len(n.Rhs) {
				for i, l := range n.Lhs {
					if id, ok := ast.Unparen(l).(*ast.Ident); ok && mayLiteral(n.Rhs[i], nil) {
						bound[id.Name] = true
					}
				}
			}
		case *ast.ValueSpec:
			if len(n.Names) == len(n.Values) {
				for i, id := range n.Names {
					if mayLiteral(n.Values[i], nil) {
						bound[id.Name] = true
					}
				}
			}
		}
		return true
	})
	return bound
}

// mayLiteral reports whether e is a function literal in the shape of a
// cleanup, converted perhaps, or one of the names bound to one.
func mayLiteral(e ast.Expr, bound map[string]bool) bool {
	switch e := e.(type) {
	case *ast.ParenExpr:
		return mayLiteral(e.X, bound)
	case *ast.CallExpr:
		return len(e.Args) == 1 && mayLiteral(e.Args[0], nil)
	case *ast.FuncLit:
		return shaped(e.Type)
	case *ast.Ident:
		return bound[e.Name]
	}
	return false
}
