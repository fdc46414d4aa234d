package pattern

import (
	"go/ast"
	"go/constant"
	"go/types"
)

// doesNothing reports whether a literal has no effect: it has no statements, or
// only returns nil or another zero value.
func doesNothing(info *types.Info, lit *ast.FuncLit) bool {
	switch len(lit.Body.List) {
	case 0:
		return true
	case 1:
		ret, ok := lit.Body.List[0].(*ast.ReturnStmt)
		if !ok {
			return false
		}
		for _, e := range ret.Results {
			if tv := info.Types[e]; !tv.IsNil() && !isZero(tv.Value) {
				return false
			}
		}
		return len(ret.Results) > 0 || lit.Type.Results == nil
	}
	return false
}

// isZero reports whether the constant v is the zero value of its type. It returns false
// if v is nil.
func isZero(v constant.Value) bool {
	switch {
	case v == nil:
		return false
	case v.Kind() == constant.Bool:
		return !constant.BoolVal(v)
	case v.Kind() == constant.String:
		return constant.StringVal(v) == ""
	}
	return constant.Sign(v) == 0 && v.Kind() != constant.Complex
}
