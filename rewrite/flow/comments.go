package flow

import (
	"go/ast"
	"go/token"
	"sort"
)

// Comments returns the comment groups of a file that have bytes in [from, to), in their
// order. It looks only at these.
func Comments(f *ast.File, from, to token.Pos) []*ast.CommentGroup {
	i := sort.Search(len(f.Comments), func(i int) bool { return from < f.Comments[i].End() })
	n := sort.Search(len(f.Comments)-i, func(n int) bool { return to <= f.Comments[i+n].Pos() })
	return f.Comments[i : i+n]
}
