package same

import (
	"go/ast"
	"go/token"
	"reflect"
)

// A part is a pair that is still to be compared: two nodes, or two lists of statements.
type part struct {
	b, a    ast.Node
	byParts bool // compare the fields, even if a rule exists for b; set for nodes made for the comparison

	isList bool
	lb, la []ast.Stmt

	own []*Capture // variables of finish that are declared after this part
}

// byParts returns a part for two nodes whose fields must be equal.
func byParts(b, a ast.Node) []part { return []part{{b: b, a: a, byParts: true}} }

// exprs returns a part for two lists of expressions.
func exprs(b, a []ast.Expr) []part {
	return byParts(&ast.ReturnStmt{Results: b}, &ast.ReturnStmt{Results: a})
}

// parts compares the types and plain fields of two nodes, and returns their child nodes
// as parts. Positions, comments and parentheses do not count.
func (m *matcher) parts(b, a ast.Node) ([]part, error) {
	b, a = bare(b), bare(a)
	vb, va := reflect.ValueOf(b).Elem(), reflect.ValueOf(a).Elem()
	if vb.Type() != va.Type() {
		return nil, m.differ(b, a, "%s has become %s", text(b), text(a))
	}
	var all []part
	for i := range vb.NumField() {
		name := vb.Type().Field(i).Name
		if name == "Obj" {
			continue // objects that the parser resolves
		}
		fb, fa := vb.Field(i), va.Field(i)
		switch x := fb.Interface().(type) {
		case *ast.CommentGroup:
		case token.Pos:
			if (name == "Ellipsis" || name == "Assign") && x.IsValid() != fa.Interface().(token.Pos).IsValid() {
				return nil, m.differ(b, a, "%s has changed", text(b))
			}
		case []ast.Stmt:
			all = append(all, part{isList: true, lb: x, la: fa.Interface().([]ast.Stmt)})
		case ast.Node:
			y, _ := fa.Interface().(ast.Node)
			all = append(all, part{b: x, a: y})
		default:
			switch {
			case fb.Kind() == reflect.Slice:
				if fb.Len() != fa.Len() {
					return nil, m.differ(b, a, "%s had %d parts and has %d", text(b), fb.Len(), fa.Len())
				}
				for i := range fb.Len() {
					all = append(all, part{b: fb.Index(i).Interface().(ast.Node), a: fa.Index(i).Interface().(ast.Node)})
				}
			case fb.Kind() == reflect.Interface: // b has no such child
				y, _ := fa.Interface().(ast.Node)
				all = append(all, part{a: y})
			case fb.Interface() != fa.Interface():
				return nil, m.differ(b, a, "%v has become %v", fb, fa)
			}
		}
	}
	return all, nil
}

// bare removes the parentheses around a node.
func bare(n ast.Node) ast.Node {
	if e, ok := n.(ast.Expr); ok {
		return ast.Unparen(e)
	}
	return n
}

// missing compares two nodes if one or both are nil. done is false if neither is.
func (m *matcher) missing(b, a ast.Node) (done bool, err error) {
	fb, isFields := b.(*ast.FieldList)
	fa, _ := a.(*ast.FieldList)
	switch {
	case none(b) && none(a), isFields && fb.NumFields()+fa.NumFields() == 0:
		return true, nil
	case none(b):
		return true, m.differ(nil, a, "%s is added", text(a))
	case none(a):
		return true, m.differ(b, nil, "%s is missing", text(b))
	}
	return false, nil
}

// equal compares two types or operands that must be equal. They may hold no statements.
func (m *matcher) equal(b, a ast.Node) error {
	if done, err := m.missing(b, a); done {
		return err
	}
	all, err := m.parts(b, a)
	if err != nil {
		return err
	}
	for _, p := range all {
		if len(p.lb)+len(p.la) > 0 {
			return m.differ(b, a, "%s contains statements", text(b))
		}
		if err := m.equal(p.b, p.a); err != nil {
			return err
		}
	}
	return nil
}
