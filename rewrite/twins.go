package rewrite

import (
	"fmt"
	"go/ast"
	"go/types"

	"github.com/closurefix/closurefix/rewrite/internal/load"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// keepTwins refuses the changes of a function that is declared once for each system, if
// its declaration for some configuration would stay as it is. The declarations must keep
// the same signature, since to callers and readers they are one function. changes are all
// changes of the function.
func keepTwins(views []*load.View, changes []*change) {
	planned := func(file string) bool {
		for _, c := range changes {
			if c.refusal == nil && c.edits[file] != nil {
				return true
			}
		}
		return false
	}
	for again := true; again; { // a refusal may lead to others
		again = false
		for _, c := range changes {
			if c.refusal != nil {
				continue
			}
			for _, v := range views {
				if v.Built[c.pos.Filename] {
					continue
				}
				twin, file := functionIn(v, c.key)
				if twin == nil || planned(file) ||
					signature(twin) != signature(c.first.Prepare.Func) {
					continue
				}
				c.refusal = &refusal.Refusal{
					Code: refusal.ConfigsDiverge, Pos: c.pos, Name: c.key.String(),
					Reason: fmt.Sprintf("%s declares it for %s, where it would stay as it is", v.World.ShortName(file), v.Config),
				}
				again = true
				break
			}
		}
	}
}

// functionIn returns the function with the key in a view, and the file that declares it.
// It returns nil if there is none.
func functionIn(v *load.View, key pattern.Key) (*types.Func, string) {
	for name, f := range v.Syntax {
		u := v.Unit[name]
		if u.Pkg.Path() != key.Pkg {
			continue
		}
		for _, d := range f.Decls {
			fd, ok := d.(*ast.FuncDecl)
			if !ok || fd.Name.Name != key.Name {
				continue
			}
			if fn, ok := u.Info.Defs[fd.Name].(*types.Func); ok && pattern.KeyOf(fn) == key {
				return fn, name
			}
		}
	}
	return nil, ""
}

// signature returns the types of the parameters and results of a function as text, so
// that functions of different configurations can be compared.
func signature(f *types.Func) string {
	text := ""
	for _, tuple := range []*types.Tuple{f.Signature().Params(), f.Signature().Results()} {
		for v := range tuple.Variables() {
			text += types.TypeString(v.Type(), nil) + ","
		}
		text += ";"
	}
	return text
}
