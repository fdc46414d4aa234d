package flow

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"sort"
	"sync"
)

// An index holds the files of a unit and the scopes of its declarations, ordered by
// position. It is made when it is first needed.
type index struct {
	once   sync.Once
	files  []*ast.File
	scopes []*types.Scope
}

func (x *index) of(u *Unit) *index {
	x.once.Do(func() {
		x.files = slices.SortedFunc(slices.Values(u.Files), func(a, b *ast.File) int { return cmp.Compare(a.FileStart, b.FileStart) })
		if u.Pkg == nil {
			return
		}
		for file := range u.Pkg.Scope().Children() {
			x.scopes = slices.AppendSeq(x.scopes, file.Children())
		}
		slices.SortFunc(x.scopes, func(a, b *types.Scope) int { return cmp.Compare(a.Pos(), b.Pos()) })
	})
	return x
}

// Innermost returns the innermost scope that contains a position. It is faster than
// types.Scope.Innermost, which searches all declarations of the package.
func (u *Unit) Innermost(pos token.Pos) *types.Scope {
	all := u.index.of(u).scopes
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
