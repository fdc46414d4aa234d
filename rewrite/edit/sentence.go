package edit

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
	"github.com/closurefix/closurefix/rewrite/prose"
)

// sentence returns the doc comment of finish. It says what prepare's doc comment says
// about the cleanup, or what a short body does, or which function finish belongs to.
func (d *declarer) sentence() string {
	name, prepare := d.Plan.Finish.Name, d.Prepare.Key.Name
	deferred, called := 0, 0
	for _, sp := range d.Plan.Sites {
		for _, u := range sp.Site.Uses {
			if called++; u.Kind == pattern.DeferCall {
				deferred++
			}
		}
	}
	use, passive := "call it when they are done.", "called by callers of "+prepare+" when they are done."
	if 2*deferred >= called {
		use, passive = "defer it.", "deferred by callers of "+prepare+"."
	}
	var does string
	if doc := d.Prepare.Decl.Doc; doc != nil {
		var lines []string
		for _, c := range doc.List {
			lines = append(lines, c.Text)
		}
		does = prose.Does(lines)
	}
	if does == "" {
		does = d.does()
	}
	if does != "" {
		return name + " " + does + ". Callers of " + prepare + " " + use
	}
	switch verb, _ := spell.VerbOf(name); {
	case !spell.Pair(prepare, name):
		return name + " is " + passive
	case strings.EqualFold(verb, "end"):
		return name + " finishes what " + prepare + " began. Callers " + use
	}
	return name + " ends what " + prepare + " began. Callers " + use
}

// does describes what the only cleanup does, such as "closes f and decrements c.open",
// if it has at most three statements and each can be described. Otherwise it returns
// "".
func (d *declarer) does() string {
	if len(d.Plan.Literals) > 1 || d.guarded() {
		return ""
	}
	list := d.Plan.Literals[0].Lit.Body.List
	var all []string
	for _, stmt := range list {
		text := d.statementDoes(stmt)
		if text == "" {
			return ""
		}
		all = append(all, text)
	}
	if len(all) == 0 || len(all) > 3 {
		return ""
	}
	text := all[len(all)-1]
	if len(all) > 1 {
		text = strings.Join(all[:len(all)-1], ", ") + " and " + text
	}
	if len(text) > 100 {
		return ""
	}
	return text
}

// guarded reports whether finish returns at once if there is nothing to clean up.
func (d *declarer) guarded() bool {
	return d.Plan.State != nil && d.Plan.State.Mark == plan.Guarded || d.Plan.Value != nil && d.Plan.Value.Guard
}

// statementDoes describes what a statement of a cleanup does, or returns "".
func (d *declarer) statementDoes(stmt ast.Stmt) string {
	switch stmt := stmt.(type) {
	case *ast.ExprStmt:
		return d.callDoes(stmt.X)
	case *ast.ReturnStmt:
		if len(stmt.Results) == 1 {
			return d.callDoes(stmt.Results[0])
		}
	case *ast.IncDecStmt:
		verb := "increments "
		if stmt.Tok == token.DEC {
			verb = "decrements "
		}
		return verb + types.ExprString(stmt.X)
	case *ast.AssignStmt:
		if len(stmt.Lhs) > 1 {
			return d.restores(stmt)
		}
		l, r := types.ExprString(stmt.Lhs[0]), types.ExprString(stmt.Rhs[0])
		tv := d.Prepare.Unit.Info.Types[stmt.Rhs[0]]
		switch {
		case l == "_":
			return d.callDoes(stmt.Rhs[0])
		case stmt.Tok == token.SUB_ASSIGN && plan.IsSimple(stmt.Rhs[0]):
			return "subtracts " + r + " from " + l
		case stmt.Tok == token.ADD_ASSIGN && plan.IsSimple(stmt.Rhs[0]) && isNumber(tv.Type):
			return "adds " + r + " to " + l
		case stmt.Tok != token.ASSIGN:
		case tv.Value != nil || tv.IsNil():
			return "sets " + l + " to " + r
		case plan.Saved(d.Prepare, stmt.Rhs[0]) == l:
			return "restores " + l
		}
	}
	return ""
}

// restores says what an assignment of several saved values does.
func (d *declarer) restores(stmt *ast.AssignStmt) string {
	var all []string
	for i, l := range stmt.Lhs {
		text := types.ExprString(l)
		if stmt.Tok != token.ASSIGN || len(stmt.Rhs) != len(stmt.Lhs) || plan.Saved(d.Prepare, stmt.Rhs[i]) != text {
			return ""
		}
		all = append(all, text)
	}
	return "restores " + strings.Join(all[:len(all)-1], ", ") + " and " + all[len(all)-1]
}

// isNumber reports whether t is a numeric type.
func isNumber(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsNumeric != 0
}

// callDoes says what a call does, if the name of the function says so.
func (d *declarer) callDoes(e ast.Expr) string {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok || slices.ContainsFunc(call.Args, func(e ast.Expr) bool { return !plan.IsSimple(e) }) {
		return ""
	}
	var args []string
	for _, a := range call.Args {
		args = append(args, types.ExprString(a))
	}
	switch fun := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		switch obj := d.Prepare.Unit.Info.Uses[fun].(type) {
		case *types.Var:
			if len(args) == 0 {
				return "calls " + fun.Name
			}
		case *types.Builtin:
			switch obj.Name() {
			case "close":
				return "closes " + args[0]
			case "delete":
				return "deletes " + args[1] + " from " + args[0]
			}
		}
	case *ast.SelectorExpr:
		x := types.ExprString(fun)
		switch {
		case (x == "os.Remove" || x == "os.RemoveAll") && len(args) == 1:
			return "removes " + args[0]
		case len(args) > 0 || d.Prepare.Unit.Info.Selections[fun] == nil || !plan.IsSimple(fun.X):
			return ""
		}
		verbs := map[string]string{
			"Close": "closes", "Stop": "stops", "Unlock": "unlocks", "RUnlock": "unlocks", "Flush": "flushes",
			"Release": "releases", "Cancel": "cancels", "Shutdown": "shuts down",
			"close": "closes", "stop": "stops", "unlock": "unlocks", "release": "releases", "cancel": "cancels",
		}
		if verb := verbs[fun.Sel.Name]; verb != "" {
			return verb + " " + types.ExprString(fun.X)
		}
	}
	return ""
}
