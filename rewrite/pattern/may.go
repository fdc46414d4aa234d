package pattern

import (
	"go/ast"
	"maps"
	"slices"
	"strings"
)

// May returns the functions of f that may create a func with the type of a cleanup and
// return it. The func may be a literal, the result of a call with a literal as
// argument, or a method value. May needs only syntax, without resolved objects and
// comments, so that a module need not be type-checked as a whole to find its few
// packages with prepare functions. It returns all functions that Find finds, and
// perhaps others.
func May(f *ast.File) []*ast.FuncDecl {
	var found []*ast.FuncDecl
	funcs := funcTypes(f)
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if ok && fn.Body != nil && returnsFunc(fn, funcs) {
			found = append(found, fn)
		}
	}
	return found
}

// MayUse returns, sorted, those of names whose cleanup some declaration of f may defer
// or call. Such a declaration calls the result of a call directly, calls a variable
// that holds it, or returns it. A function that no file uses in this way is not a
// candidate. forwarders are the functions of f that return the cleanup of one of names
// to their own callers. Like May, MayUse needs only syntax, and may return too many.
func MayUse(f *ast.File, names map[string]bool) (used []string, forwarders []*ast.FuncDecl) {
	found := make(map[string]bool)
	for _, d := range f.Decls {
		var node ast.Node = d
		fn, _ := d.(*ast.FuncDecl)
		if fn != nil {
			if fn.Body == nil {
				continue
			}
			node = fn.Body
		}
		u := usesIn(node, names)
		for name := range u.names {
			found[name] = true
		}
		if u.forwards && fn != nil && slices.ContainsFunc(resultTypes(fn, nil), func(t resultType) bool { return t.mayFunc }) {
			forwarders = append(forwarders, fn)
		}
	}
	return slices.Sorted(maps.Keys(found)), forwarders
}

// mayUses holds the uses of cleanups in a declaration.
type mayUses struct {
	names    map[string]bool
	forwards bool
}

// usesIn returns the uses of cleanups in a declaration.
func usesIn(node ast.Node, names map[string]bool) mayUses {
	u := mayUses{names: make(map[string]bool)}
	holders := holdersIn(node, names)
	use := func(list []string) {
		for _, name := range list {
			u.names[name] = true
		}
	}
	for n := range ast.Preorder(node) {
		switch n := n.(type) {
		case *ast.CallExpr:
			use(calleeIn(n.Fun, names))
			use(heldBy(n.Fun, holders))
		case *ast.ReturnStmt:
			var on []string
			for _, e := range n.Results {
				on = slices.Concat(on, calleeIn(e, names), heldBy(e, holders))
			}
			if len(n.Results) == 0 { // of named results
				for _, list := range holders {
					on = append(on, list...)
				}
			}
			use(on)
			u.forwards = u.forwards || len(on) > 0
		}
	}
	return u
}

// holdersIn returns, for each variable, the functions whose results are assigned to it.
func holdersIn(node ast.Node, names map[string]bool) map[string][]string {
	holders := make(map[string][]string)
	hold := func(lhs, rhs []ast.Expr) {
		for i, e := range rhs {
			from := calleeIn(e, names)
			for j, l := range lhs {
				if id, ok := ast.Unparen(l).(*ast.Ident); ok && (len(rhs) == 1 || i == j) {
					holders[id.Name] = append(holders[id.Name], from...)
				}
			}
		}
	}
	for n := range ast.Preorder(node) {
		switch n := n.(type) {
		case *ast.AssignStmt:
			hold(n.Lhs, n.Rhs)
		case *ast.ValueSpec:
			var lhs []ast.Expr
			for _, id := range n.Names {
				lhs = append(lhs, id)
			}
			hold(lhs, n.Values)
		}
	}
	return holders
}

// calleeIn returns the name of the function that e calls, if it is one of names.
func calleeIn(e ast.Expr, names map[string]bool) []string {
	if call, ok := ast.Unparen(e).(*ast.CallExpr); ok {
		if name := calleeName(call.Fun); names[name] {
			return []string{name}
		}
	}
	return nil
}

// heldBy returns the functions whose result the variable e holds.
func heldBy(e ast.Expr, holders map[string][]string) []string {
	if id, ok := ast.Unparen(e).(*ast.Ident); ok {
		return holders[id.Name]
	}
	return nil
}

// calleeName returns the last identifier of a function expression, without type
// arguments.
func calleeName(e ast.Expr) string {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.IndexExpr:
		return calleeName(e.X)
	case *ast.IndexListExpr:
		return calleeName(e.X)
	}
	return ""
}

// MayFunctions returns the variables of f whose values may be function literals that
// Functions finds. Like May, it needs only syntax.
func MayFunctions(f *ast.File) []*ast.Ident {
	var found []*ast.Ident
	funcs := funcTypes(f)
	for _, d := range f.Decls {
		for id, lit := range namedLiterals(d) {
			if lit.Type.Results != nil && returnsFunc(&ast.FuncDecl{Name: id, Type: lit.Type, Body: lit.Body}, funcs) {
				found = append(found, id)
			}
		}
	}
	slices.SortFunc(found, func(a, b *ast.Ident) int { return int(a.Pos() - b.Pos()) })
	return found
}

// funcTypes returns the names of the func types that a file declares.
func funcTypes(f *ast.File) map[string]bool {
	names := make(map[string]bool)
	for _, d := range f.Decls {
		if gen, ok := d.(*ast.GenDecl); ok {
			for _, spec := range gen.Specs {
				if t, ok := spec.(*ast.TypeSpec); ok {
					if _, ok := t.Type.(*ast.FuncType); ok {
						names[t.Name.Name] = true
					}
				}
			}
		}
	}
	return names
}

// returnsFunc reports whether a function may create a func and return it. funcs holds
// the names of func types.
func returnsFunc(fn *ast.FuncDecl, funcs map[string]bool) bool {
	results := resultTypes(fn, funcs)
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
			return false // its return statements belong to the literal
		case *ast.ReturnStmt:
			for i, r := range results {
				switch {
				case !r.mayFunc:
				case len(n.Results) == 0:
					found = found || bound[r.name].holds(r)
				case i < len(n.Results) && len(n.Results) == len(results):
					found = found || made(n.Results[i], bound).holds(r)
				}
			}
		}
		return !found
	})
	return found
}

// A resultType describes one result, as far as syntax tells.
type resultType struct {
	name    string
	mayFunc bool
	certain bool // it is a func type, or has the name of one
}

// A making is the way in which an expression may create a func.
type making int

const (
	nothing  making = iota
	selector        // a method value or a field
	literalFunc
)

// holds reports whether a result may be a func that is created in this way. A selector
// counts only if the result is certainly a func, because most selectors are fields.
func (m making) holds(r resultType) bool {
	return m == literalFunc || m == selector && r.certain
}

// resultTypes describes the results of a function.
func resultTypes(fn *ast.FuncDecl, funcs map[string]bool) []resultType {
	if fn.Type.Results == nil {
		return nil
	}
	var types []resultType
	for _, field := range fn.Type.Results.List {
		t := resultType{mayFunc: mayFunc(field.Type), certain: certainlyFunc(field.Type, funcs)}
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

// mayFunc reports whether t may denote a func type of a cleanup: it is such a type, or a
// name that is not one of Go's common predeclared types.
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

// predeclared reports whether name is one of the predeclared types that functions often
// return. Func types with such a name are not found.
func predeclared(name string) bool {
	switch name {
	case "any", "bool", "byte", "error", "float64", "int", "int32", "int64", "rune", "string", "uint32", "uint64":
		return true
	}
	return false
}

// shaped is the part of Shaped that needs no types.
func shaped(t *ast.FuncType) bool { return t.Results.NumFields() <= 1 }

// certainlyFunc reports whether t is a func type, is one of the named ones, or has a name
// with a suffix that is usual for func types.
func certainlyFunc(t ast.Expr, funcs map[string]bool) bool {
	switch t := ast.Unparen(t).(type) {
	case *ast.FuncType:
		return shaped(t)
	case *ast.Ident, *ast.SelectorExpr:
		name := calleeName(t)
		return funcs[name] || strings.HasSuffix(name, "Func") || strings.HasSuffix(name, "Fn")
	}
	return false
}

// boundNames returns the names that a statement of body sets to an expression that
// creates a func.
func boundNames(body *ast.BlockStmt) map[string]making {
	bound := make(map[string]making)
	set := func(name string, e ast.Expr) {
		bound[name] = max(bound[name], made(e, nil))
	}
	for n := range ast.Preorder(body) {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if len(n.Lhs) == len(n.Rhs) {
				for i, l := range n.Lhs {
					if id, ok := ast.Unparen(l).(*ast.Ident); ok {
						set(id.Name, n.Rhs[i])
					}
				}
			}
		case *ast.ValueSpec:
			if len(n.Names) == len(n.Values) {
				for i, id := range n.Names {
					set(id.Name, n.Values[i])
				}
			}
		}
	}
	return bound
}

// made returns the way in which e creates a func: as a literal with the type of a
// cleanup, perhaps converted or passed to a call, as a selector, or as a name in bound.
func made(e ast.Expr, bound map[string]making) making {
	switch e := e.(type) {
	case *ast.ParenExpr:
		return made(e.X, bound)
	case *ast.CallExpr:
		most := nothing
		for _, arg := range e.Args {
			if m := made(arg, nil); m == literalFunc || len(e.Args) == 1 { // a conversion perhaps
				most = max(most, m)
			}
		}
		return most
	case *ast.FuncLit:
		if shaped(e.Type) {
			return literalFunc
		}
	case *ast.SelectorExpr:
		return selector
	case *ast.Ident:
		return bound[e.Name]
	}
	return nothing
}
