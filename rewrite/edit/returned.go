package edit

import (
	"go/ast"
	"slices"
	"strings"
)

// returned edits a statement that returns the results of prepare from a function that keeps its
// func result (see plan.Kept).
func (w *siteWriter) returned() {
	ret, ok := w.sp.Site.Stmt.(*ast.ReturnStmt)
	if !ok || w.Plan.State == nil || len(w.args()) > 0 {
		w.refuse("a caller returns its results directly")
		return
	}
	kept, at := w.sp.Kept, w.sp.Site.Result
	line := w.newline() + w.indent(ret.Pos())
	with := func(operand string) string {
		names := slices.Clone(kept.Names)
		names[at] = operand
		return "return " + strings.Join(names, ", ")
	}
	state, after := kept.Names[at], ""
	if kept.Test {
		test := "!" + state + "." + w.Plan.State.Flag
		switch {
		case w.Plan.State.Shared:
			test = state + " == nil"
		case w.Plan.State.None != "":
			test = state + "." + w.Plan.State.Flag + " == " + w.Plan.State.None
		}
		after = line + "if " + test + " {" + line + "\t" + with("nil") + line + "}"
	}
	w.replace(ret.Pos(), ret.Results[0].Pos(), strings.Join(kept.Names, ", ")+" := ")
	w.replace(ret.End(), ret.End(), after+line+with(state+"."+w.Plan.Finish.Name))
}
