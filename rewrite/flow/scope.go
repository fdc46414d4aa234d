package flow

import (
	"cmp"
	"go/token"
	"go/types"
	"slices"
	"sort"
	"sync"
)

// scopes caches the scopes of the declarations of a package, ordered by position.
type scopes struct {
	once sync.Once
	all  []*types.Scope
}

// Innermost returns the innermost scope that contains a position. The method of that name
// of types.Scope returns the same, and searches all declarations for it each time.
func (u *Unit) Innermost(pos token.Pos) *types.Scope {
	u.scopes.once.Do(func() {
		for file := range u.Pkg.Scope().Children() {
			u.scopes.all = slices.AppendSeq(u.scopes.all, file.Children())
		}
		slices.SortFunc(u.scopes.all, func(a, b *types.Scope) int { return cmp.Compare(a.Pos(), b.Pos()) })
	})
	all := u.scopes.all
	i := sort.Search(len(all), func(i int) bool { return all[i].Pos() > pos })
	if i > 0 && all[i-1].Contains(pos) {
		return all[i-1].Innermost(pos)
	}
	for file := range u.Pkg.Scope().Children() {
		if file.Contains(pos) {
			return file
		}
	}
	return nil
}
