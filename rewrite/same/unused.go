package same

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
)

// unused returns an error unless each declaration that goes is of a func type, or of a
// function or variable that does nothing, and no identifier of prepare's package has its name
// after the change.
func (c *Change) unused() error {
	if len(c.Unused) == 0 {
		return nil
	}
	home := c.Files[0].Unit
	names := make(map[string]bool)
	for _, d := range c.Unused {
		id := c.removable(d)
		if id == nil {
			return fmt.Errorf("a declaration is removed")
		}
		names[id.Name] = true
	}
	for _, f := range home.Files {
		after := f
		if i := slices.IndexFunc(c.Files, func(file File) bool { return file.Before == f }); i >= 0 {
			text, at := []byte(nil), 0
			for _, e := range c.Files[i].Edits {
				text, at = append(append(text, c.Files[i].Text[at:e.Start]...), e.New...), e.End
			}
			var err error
			if after, err = parser.ParseFile(token.NewFileSet(), "", append(text, c.Files[i].Text[at:]...), parser.SkipObjectResolution); err != nil {
				return err
			}
		}
		for n := range ast.Preorder(after) {
			if id, ok := n.(*ast.Ident); ok && names[id.Name] {
				return fmt.Errorf("%s is removed, and something has its name", id.Name)
			}
		}
	}
	return nil
}

// removable returns the name that a declaration declares, if its removal has no effect.
func (c *Change) removable(d ast.Decl) *ast.Ident {
	info := c.Files[0].Unit.Info
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil && d.Body != nil && empty(info, &ast.FuncLit{Type: d.Type, Body: d.Body}) {
			return d.Name
		}
	case *ast.GenDecl:
		if len(d.Specs) != 1 {
			return nil
		}
		switch s := d.Specs[0].(type) {
		case *ast.TypeSpec:
			if _, ok := info.TypeOf(s.Name).Underlying().(*types.Signature); ok {
				return s.Name
			}
		case *ast.ValueSpec:
			if len(s.Names) == 1 && len(s.Values) == 1 {
				if lit := literal(info, s.Values[0]); lit != nil && empty(info, lit) {
					return s.Names[0]
				}
			}
		}
	}
	return nil
}
