package same

import (
	"bytes"
	"go/ast"
	"go/types"
)

// A body is the body of a function, divided between statements.
type body struct {
	cuts  []int                // the offsets at which parts begin, and the end of the last one
	stmts [][]ast.Stmt         // of each part
	named map[*types.Var][]int // the parts that name a variable
}

// body returns the body of a function that calls prepare. A function with many calls is
// compared once for each of the prepare functions, and is divided once.
func (u *Unit) body(file File, d *ast.FuncDecl) *body {
	if b := u.bodies[d]; b != nil {
		return b
	}
	if u.bodies == nil {
		u.bodies = make(map[*ast.FuncDecl]*body)
	}
	b := newBody(file, d)
	u.bodies[d] = b
	return b
}

func newBody(file File, d *ast.FuncDecl) *body {
	b := &body{named: make(map[*types.Var][]int)}
	at := file.Unit.Fset.File(d.Pos())
	b.cuts = []int{at.Offset(d.Body.Lbrace) + 1}
	for i, s := range d.Body.List {
		if i > 0 {
			if n := lineEnd(file.Text[at.Offset(d.Body.List[i-1].End()):at.Offset(s.Pos())]); n > 0 {
				b.cuts = append(b.cuts, at.Offset(d.Body.List[i-1].End())+n)
			}
		}
		k := len(b.cuts) - 1
		if k == len(b.stmts) {
			b.stmts = append(b.stmts, nil)
		}
		b.stmts[k] = append(b.stmts[k], s)
		for id := range idents(s) {
			v := variable(file.Unit.Info, id)
			if list := b.named[v]; v != nil && (len(list) == 0 || list[len(list)-1] != k) {
				b.named[v] = append(list, k)
			}
		}
	}
	b.cuts = append(b.cuts, at.Offset(d.Body.Rbrace))
	return b
}

// lineEnd returns the length of the rest of a line after a statement, with the newline that
// ends the statement, or 0 if something else follows on the line.
func lineEnd(gap []byte) int {
	line, _, found := bytes.Cut(gap, []byte("\n"))
	if rest := bytes.TrimSpace(line); !found || len(rest) > 0 && !bytes.HasPrefix(rest, []byte("//")) {
		return 0
	}
	return len(line) + 1
}
