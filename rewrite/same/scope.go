package same

import (
	"cmp"
	"go/token"
	"go/types"
	"slices"
	"sort"
)

// innermost returns the innermost scope of a position, as the method of that name of the
// package's scope does, which looks at all declarations before that.
func (u *Unit) innermost(at token.Pos) *types.Scope {
	if u.scopes == nil {
		for file := range u.Pkg.Scope().Children() {
			u.scopes = slices.AppendSeq(u.scopes, file.Children())
		}
		slices.SortFunc(u.scopes, func(a, b *types.Scope) int { return cmp.Compare(a.Pos(), b.Pos()) })
	}
	i := sort.Search(len(u.scopes), func(i int) bool { return u.scopes[i].Pos() > at })
	if i > 0 && u.scopes[i-1].Contains(at) {
		return u.scopes[i-1].Innermost(at)
	}
	for file := range u.Pkg.Scope().Children() {
		if file.Contains(at) {
			return file
		}
	}
	return nil
}
