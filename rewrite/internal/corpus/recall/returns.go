package recall

import (
	"go/ast"
	"go/token"
	"slices"
)

// returns lists what the return statements of a function have at an index of its results,
// each kind once, and reports whether a literal among that, or one that a variable of that
// holds, names something that the function declares. imports has the names of the packages that
// the file imports.
func returns(imports map[string]string, recv *ast.FieldList, t *ast.FuncType, body *ast.BlockStmt, index, results int, named string) (kinds []string, captures bool) {
	own := make(map[string]bool)
	declared(recv, own)
	declared(t.Params, own)
	declared(t.Results, own)
	variables(body, own)
	add := func(kind string) {
		if !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	var value func(e ast.Expr, depth int)
	value = func(e ast.Expr, depth int) {
		switch e := ast.Unparen(e).(type) {
		case *ast.FuncLit:
			if len(e.Body.List) == 0 {
				add("empty literal")
				return
			}
			add("literal")
			captures = captures || names(e, own)
		case *ast.Ident:
			if e.Name == "nil" {
				add("nil")
				return
			}
			bound := assigned(body, e.Name)
			if len(bound) == 0 || depth > 2 {
				add("name " + e.Name)
				return
			}
			for _, v := range bound {
				value(v, depth+1)
			}
		case *ast.CallExpr:
			if len(e.Args) == 1 {
				if lit, ok := ast.Unparen(e.Args[0]).(*ast.FuncLit); ok {
					add("literal in a call of " + lastName(e.Fun))
					captures = captures || names(lit, own)
					return
				}
			}
			add("call of " + lastName(e.Fun))
		case *ast.SelectorExpr:
			if id, ok := e.X.(*ast.Ident); ok && imports[id.Name] != "" && !own[id.Name] {
				add("name " + id.Name + "." + e.Sel.Name)
				return
			}
			add("selector " + e.Sel.Name)
		default:
			add("something else")
		}
	}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			switch {
			case len(n.Results) == results:
				value(n.Results[index], 0)
			case len(n.Results) == 1:
				add("all of a call")
			case named != "" && named != "_":
				value(ast.NewIdent(named), 0)
			}
		}
		return true
	})
	return kinds, captures
}

// declared adds the names of a field list.
func declared(list *ast.FieldList, own map[string]bool) {
	if list == nil {
		return
	}
	for _, f := range list.List {
		for _, id := range f.Names {
			own[id.Name] = true
		}
	}
}

// variables adds the names that statements of a body declare, outside of literals.
func variables(body *ast.BlockStmt, own map[string]bool) {
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				for _, l := range n.Lhs {
					if id, ok := l.(*ast.Ident); ok {
						own[id.Name] = true
					}
				}
			}
		case *ast.RangeStmt:
			for _, l := range []ast.Expr{n.Key, n.Value} {
				if id, ok := l.(*ast.Ident); ok && n.Tok == token.DEFINE {
					own[id.Name] = true
				}
			}
		case *ast.ValueSpec:
			for _, id := range n.Names {
				own[id.Name] = true
			}
		}
		return true
	})
}

// assigned returns what statements of a body assign to a name; nil stands for a value
// that is one of several results of a call.
func assigned(body *ast.BlockStmt, name string) []ast.Expr {
	var values []ast.Expr
	set := func(n int, i int, rhs []ast.Expr) {
		switch {
		case len(rhs) == n:
			values = append(values, rhs[i])
		case len(rhs) == 1:
			values = append(values, rhs[0])
		}
	}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for i, l := range n.Lhs {
				if id, ok := l.(*ast.Ident); ok && id.Name == name {
					set(len(n.Lhs), i, n.Rhs)
				}
			}
		case *ast.ValueSpec:
			for i, id := range n.Names {
				if id.Name == name && len(n.Values) > 0 {
					set(len(n.Names), i, n.Values)
				}
			}
		}
		return true
	})
	return values
}

// names reports whether a literal uses one of the names.
func names(lit *ast.FuncLit, own map[string]bool) bool {
	found := false
	ast.Inspect(lit, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			ast.Inspect(n.X, func(n ast.Node) bool {
				id, ok := n.(*ast.Ident)
				found = found || ok && own[id.Name]
				return !found
			})
			return false
		case *ast.KeyValueExpr:
			ast.Inspect(n.Value, func(n ast.Node) bool {
				id, ok := n.(*ast.Ident)
				found = found || ok && own[id.Name]
				return !found
			})
			return false
		case *ast.Ident:
			found = found || own[n.Name]
		}
		return !found
	})
	return found
}
