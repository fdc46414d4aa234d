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
// about the cleanup, or what a short body does, or else which function finish belongs to
// and who calls it. Then it says when finish does nothing.
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
	does := ""
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
	often := 2*deferred >= called
	ends, began, paired := spell.Pair(prepare, name)
	switch {
	case does != "":
		return name + " " + does + "." + d.idle()
	case paired && often:
		return name + " " + ends + " what " + prepare + " " + began + "." + d.idle() + " Callers defer it."
	case paired:
		return name + " " + ends + " what " + prepare + " " + began + "." + d.idle() + " Callers call it when they are done."
	case often:
		return name + " is deferred by callers of " + prepare + "." + d.idle()
	}
	return name + " is called by callers of " + prepare + " when they are done." + d.idle()
}

// idle returns a sentence that says when finish does nothing, or "".
func (d *declarer) idle() string {
	switch s, v := d.Plan.State, d.Plan.Value; {
	case s != nil && s.Mark == plan.Guarded:
		name, _, _ := strings.Cut(s.Type, "[")
		return " It does nothing for the zero " + name + "."
	case v != nil && v.Guard && v.Nil:
		return " It does nothing if " + v.Name + " is nil."
	case v != nil && v.Guard:
		return " It does nothing if " + v.Name + " is false."
	}
	return ""
}

// does describes what the only cleanup does, such as "closes f and decrements c.open",
// if it has at most three statements and each can be described. Otherwise it returns
// "". It does not mention locks and definitions of variables between them.
func (d *declarer) does() string {
	if len(d.Plan.Literals) > 1 {
		return ""
	}
	list := d.Plan.Literals[0].Lit.Body.List
	if rest := slices.DeleteFunc(slices.Clone(list), d.aside); len(rest) > 0 {
		list = rest
	}
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
	text := enumerate(all)
	if len(text) > 100 {
		return ""
	}
	return text
}

// enumerate joins what statements do. A verb is not repeated: closes r and w.
func enumerate(all []string) string {
	last := ""
	for i, text := range all {
		verb, object, _ := strings.Cut(text, " ")
		if verb == last && !strings.Contains(strings.Join(all, " "), " and ") {
			all[i] = object
		}
		last = verb
	}
	text := all[len(all)-1]
	if len(all) > 1 {
		text = strings.Join(all[:len(all)-1], ", ") + " and " + text
	}
	return text
}

// aside reports whether a statement of a cleanup locks or unlocks for the others, or
// defines a variable for them.
func (d *declarer) aside(stmt ast.Stmt) bool {
	var call ast.Expr
	switch stmt := stmt.(type) {
	case *ast.AssignStmt:
		return stmt.Tok == token.DEFINE && !slices.ContainsFunc(stmt.Rhs, func(e ast.Expr) bool { return !plan.IsSimple(e) && !isSince(e) })
	case *ast.ExprStmt:
		call = stmt.X
	case *ast.DeferStmt:
		call = stmt.Call
	}
	x, ok := call.(*ast.CallExpr)
	if !ok {
		return false
	}
	sel, ok := x.Fun.(*ast.SelectorExpr)
	return ok && len(x.Args) == 0 && slices.Contains([]string{"Lock", "Unlock", "RLock", "RUnlock"}, sel.Sel.Name)
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
	case *ast.IfStmt: // if err := f.Close(); err != nil {
		if a, ok := stmt.Init.(*ast.AssignStmt); ok && len(a.Rhs) == 1 && stmt.Else == nil {
			return d.callDoes(a.Rhs[0])
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

// callDoes says what a call does: in a verb if the name of the function is one that is well
// known, and otherwise that it calls the function.
func (d *declarer) callDoes(e ast.Expr) string {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok || !plan.IsSimple(call.Fun) {
		return ""
	}
	info := d.Prepare.Unit.Info
	var args []string
	simple, since := true, ""
	for _, a := range call.Args {
		args = append(args, types.ExprString(a))
		simple = simple && plan.IsSimple(a)
		for n := range ast.Preorder(a) {
			if e, ok := n.(ast.Expr); ok && isSince(e) {
				since = "the time since " + types.ExprString(ast.Unparen(e).(*ast.CallExpr).Args[0])
			}
		}
	}
	name := types.ExprString(call.Fun)
	calls := "calls " + name
	if since != "" {
		calls += " with " + since
	}
	switch fun := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		if b, ok := info.Uses[fun].(*types.Builtin); ok {
			return builtinDoes(b.Name(), args, simple)
		}
	case *ast.SelectorExpr:
		if (name == "os.Remove" || name == "os.RemoveAll") && simple {
			return "removes " + args[0]
		}
		verb, _ := spell.VerbOf(fun.Sel.Name)
		switch {
		case logs(verb) && since == "":
			return "" // what it logs is not known
		case logs(verb):
			return "logs " + since
		case since != "" && slices.Contains([]string{"Observe", "Record"}, fun.Sel.Name):
			return strings.ToLower(verb) + "s " + since
		case info.Selections[fun] != nil && len(args) == 0:
			if ends := methodDoes(fun.Sel.Name); ends != "" {
				return ends + " " + types.ExprString(fun.X)
			}
		}
	}
	return calls
}

// methodDoes returns what a comment says of a method without arguments that has a well known
// name, up to its receiver: waits for. It returns "" for others.
func methodDoes(name string) string {
	name = strings.Replace(name, "RUnlock", "Unlock", 1)
	if name == "Wait" {
		return "waits for"
	}
	if verb, rest := spell.VerbOf(name); rest == "" {
		return spell.Ends(verb)
	}
	return ""
}

// builtinDoes says what a call of a builtin function does, or returns "".
func builtinDoes(name string, args []string, simple bool) string {
	switch {
	case name == "close" && simple:
		return "closes " + args[0]
	case name == "delete" && simple:
		return "deletes " + args[1] + " from " + args[0]
	}
	return ""
}

// isSince reports whether an expression is a call of time.Since with a variable.
func isSince(e ast.Expr) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	return ok && types.ExprString(call.Fun) == "time.Since" && len(call.Args) == 1 && plan.IsSimple(call.Args[0])
}

// logs reports whether a function whose name begins with a verb logs or prints.
func logs(verb string) bool {
	return slices.Contains([]string{"Debug", "Debugf", "Error", "Errorf", "Fprint", "Fprintf", "Fprintln", "Info", "Infof", "Log", "Logf", "Print", "Printf", "Println", "Warn", "Warnf"}, verb)
}
