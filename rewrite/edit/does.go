package edit

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/types/typeutil"

	"github.com/closurefix/closurefix/rewrite/plan"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
)

// does describes what the only cleanup does, such as "closes f and decrements c.open",
// if it has at most three statements and each can be described. Otherwise it returns
// "". It does not mention locks, logs, and definitions of variables for the others.
func (d *declarer) does() string {
	if len(d.Plan.Literals) > 1 {
		return ""
	}
	var all []string
	for _, stmt := range d.told(d.Plan.Literals[0].Lit.Body.List) {
		text := d.statementDoes(stmt)
		if text == "" || strings.HasPrefix(text, "calls ") { // the reader sees that
			return ""
		}
		all = append(all, text)
	}
	if len(all) == 0 || len(all) > 3 || len(slices.Compact(slices.Sorted(slices.Values(all)))) < len(all) {
		return ""
	}
	text := enumerate(all)
	if len(text) > 100 {
		return ""
	}
	return text
}

// told returns the statements of a list that its description mentions. Those within a nil test,
// a deferred literal or one that runs once are told as if they stood outside.
func (d *declarer) told(list []ast.Stmt) []ast.Stmt {
	var all, last []ast.Stmt
	for _, stmt := range list {
		switch stmt := stmt.(type) {
		case *ast.DeferStmt:
			if lit, ok := stmt.Call.Fun.(*ast.FuncLit); ok {
				last = append(d.told(lit.Body.List), last...)
				continue
			}
		case *ast.ExprStmt: // once.Do(func() { … })
			if lit := onceOnly(d.Prepare.Unit.Info, stmt.X); lit != nil {
				all = append(all, d.told(lit.Body.List)...)
				continue
			}
		case *ast.IfStmt:
			if isNilTest(d.Prepare.Unit.Info, stmt) {
				all = append(all, stmt.Body.List[0])
				continue
			}
		}
		all = append(all, stmt)
	}
	all = append(all, last...)
	locks := slices.ContainsFunc(all, func(s ast.Stmt) bool { return calls(s, "Lock", "RLock") })
	if rest := slices.DeleteFunc(slices.Clone(all), func(s ast.Stmt) bool {
		return d.aside(s) && (locks || !calls(s, "Unlock", "RUnlock")) // prepare has locked it otherwise
	}); len(rest) > 0 {
		return rest
	}
	return all
}

// calls reports whether a statement calls or defers a method with one of the names, without arguments.
func calls(stmt ast.Stmt, names ...string) bool {
	var e ast.Expr
	switch stmt := stmt.(type) {
	case *ast.ExprStmt:
		e = stmt.X
	case *ast.DeferStmt:
		e = stmt.Call
	}
	call, ok := e.(*ast.CallExpr)
	if !ok || len(call.Args) > 0 {
		return false
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	return ok && slices.Contains(names, sel.Sel.Name)
}

// isNilTest reports whether a statement only spares a nil variable its method: if f != nil { f.Close() }.
func isNilTest(info *types.Info, stmt *ast.IfStmt) bool {
	b, ok := stmt.Cond.(*ast.BinaryExpr)
	if !ok || stmt.Init != nil || stmt.Else != nil || b.Op != token.NEQ || !info.Types[b.Y].IsNil() || len(stmt.Body.List) != 1 {
		return false
	}
	for n := range ast.Preorder(stmt.Body.List[0]) {
		if call, ok := n.(*ast.CallExpr); ok {
			fun, x := types.ExprString(call.Fun), types.ExprString(b.X)
			return fun == x || strings.HasPrefix(fun, x+".")
		}
	}
	return false
}

// onceOnly returns the literal that a call of sync.Once.Do runs, or nil.
func onceOnly(info *types.Info, e ast.Expr) *ast.FuncLit {
	call, ok := e.(*ast.CallExpr)
	if !ok || len(call.Args) != 1 {
		return nil
	}
	lit, ok := call.Args[0].(*ast.FuncLit)
	if fn := typeutil.StaticCallee(info, call); !ok || fn == nil || fn.FullName() != "(*sync.Once).Do" {
		return nil
	}
	return lit
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

// aside reports whether a statement of a cleanup locks or unlocks for the others, defines a
// variable for them, or only logs.
func (d *declarer) aside(stmt ast.Stmt) bool {
	var call ast.Expr
	switch stmt := stmt.(type) {
	case *ast.AssignStmt:
		return stmt.Tok == token.DEFINE && !slices.ContainsFunc(stmt.Rhs, func(e ast.Expr) bool { return !plan.IsSimple(e) && !isSince(e) && !makes(e) })
	case *ast.IfStmt: // if err != nil { log.Print(err) }
		return stmt.Init == nil && stmt.Else == nil && len(stmt.Body.List) > 0 &&
			!slices.ContainsFunc(stmt.Body.List, func(s ast.Stmt) bool { return !onlyLogs(s) })
	case *ast.ExprStmt:
		if onlyLogs(stmt) {
			return true
		}
		call = stmt.X
	case *ast.DeferStmt:
		call = stmt.Call
	}
	x, ok := call.(*ast.CallExpr)
	if !ok || len(x.Args) > 0 {
		return false
	}
	if id, ok := x.Fun.(*ast.Ident); ok {
		_, deferred := stmt.(*ast.DeferStmt)
		return deferred && id.Name == "cancel"
	}
	return calls(stmt, "Lock", "Unlock", "RLock", "RUnlock")
}

// makes reports whether an expression only makes a text or a context.
func makes(e ast.Expr) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return false
	}
	name := types.ExprString(call.Fun)
	return strings.HasPrefix(name, "fmt.Sprint") || strings.HasPrefix(name, "context.With")
}

// onlyLogs reports whether a statement logs something that is no measurement.
func onlyLogs(stmt ast.Stmt) bool {
	e, ok := stmt.(*ast.ExprStmt)
	if !ok {
		return false
	}
	call, ok := e.X.(*ast.CallExpr)
	if !ok || slices.ContainsFunc(call.Args, func(a ast.Expr) bool { return sinceIn(a) != "" }) {
		return false
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || types.ExprString(sel.X) == "fmt" {
		return false // a program may well print to be read
	}
	verb, _ := spell.VerbOf(sel.Sel.Name)
	return spell.Logs(verb)
}

// statementDoes describes what a statement of a cleanup does, or returns "".
func (d *declarer) statementDoes(stmt ast.Stmt) string {
	switch stmt := stmt.(type) {
	case *ast.ExprStmt:
		if u, ok := stmt.X.(*ast.UnaryExpr); ok && u.Op == token.ARROW && plan.IsSimple(u.X) {
			if _, _, paired := spell.Pair(d.Prepare.Key.Name, d.Plan.Finish.Name); paired {
				return "" // releases what acquire has sent to it
			}
			return "waits for " + types.ExprString(u.X)
		}
		return d.callDoes(stmt.X)
	case *ast.RangeStmt:
		return d.loopDoes(stmt)
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
		return d.assignDoes(stmt)
	}
	return ""
}

// assignDoes describes an assignment, or returns "".
func (d *declarer) assignDoes(stmt *ast.AssignStmt) string {
	if _, ok := ast.Unparen(stmt.Rhs[0]).(*ast.CallExpr); ok && len(stmt.Rhs) == 1 && isErrorOnly(d.Prepare.Unit.Info, stmt.Lhs) {
		return d.callDoes(stmt.Rhs[0])
	}
	if len(stmt.Lhs) > 1 {
		return d.restores(stmt)
	}
	l, r := types.ExprString(stmt.Lhs[0]), types.ExprString(stmt.Rhs[0])
	tv := d.Prepare.Unit.Info.Types[stmt.Rhs[0]]
	switch {
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
	return ""
}

// isErrorOnly reports whether a call is assigned to variables of type error and to _ alone.
func isErrorOnly(info *types.Info, lhs []ast.Expr) bool {
	for _, e := range lhs {
		id, ok := e.(*ast.Ident)
		if !ok || id.Name != "_" && !types.Identical(info.TypeOf(id), types.Universe.Lookup("error").Type()) {
			return false
		}
	}
	return true
}

// loopDoes describes a loop with one statement about each element: closes each of files.
func (d *declarer) loopDoes(loop *ast.RangeStmt) string {
	v, ok := loop.Value.(*ast.Ident)
	if !ok || len(loop.Body.List) != 1 || !plan.IsSimple(loop.X) {
		return ""
	}
	does, ok := strings.CutSuffix(d.statementDoes(loop.Body.List[0]), " "+v.Name)
	if !ok {
		return ""
	}
	return does + " each of " + types.ExprString(loop.X)
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

// isString reports whether t is a string type.
func isString(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsString != 0
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
		if v := sinceIn(a); v != "" {
			since = "the time since " + v
		}
	}
	name := types.ExprString(call.Fun)
	if strings.HasPrefix(name, "errors.") || name == "fmt.Errorf" {
		return "" // it says nothing to name what makes an error
	}
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
		verb, _ := spell.VerbOf(fun.Sel.Name)
		switch text := d.acts(call, fun); {
		case text != "":
			return text
		case spell.Logs(verb) && since == "":
			return "" // what it logs is not known
		case spell.Logs(verb):
			return "logs " + since
		case since != "" && slices.Contains([]string{"Observe", "Record"}, fun.Sel.Name):
			return strings.ToLower(verb) + "s " + since
		}
	}
	return calls
}

// acts describes a call of a method that needs no arguments or executes a query, or of a function
// of another package with one argument, by the name of what it calls. It returns "" if that is no
// well known name.
func (d *declarer) acts(call *ast.CallExpr, fun *ast.SelectorExpr) string {
	info := d.Prepare.Unit.Info
	if strings.HasPrefix(strings.ToLower(fun.Sel.Name), "exec") && info.Selections[fun] != nil { // db.Exec(ctx, query)
		i := slices.IndexFunc(call.Args, func(a ast.Expr) bool { return !isContext(info.TypeOf(a)) })
		if i < 0 || !plan.IsSimple(call.Args[i]) || info.Types[call.Args[i]].Value != nil || !isString(info.TypeOf(call.Args[i])) {
			return ""
		}
		return "executes " + types.ExprString(call.Args[i])
	}
	if info.Selections[fun] != nil && !slices.ContainsFunc(call.Args, func(a ast.Expr) bool { return !isContext(info.TypeOf(a)) }) {
		if ends := methodDoes(fun.Sel.Name); ends != "" {
			return ends + " " + types.ExprString(fun.X)
		}
		return ""
	}
	x, ok := fun.X.(*ast.Ident)
	if !ok || len(call.Args) != 1 {
		return ""
	}
	pkg, ok := info.Uses[x].(*types.PkgName)
	if !ok {
		return ""
	}
	operand := converted(info, call.Args[0]) // unix.Close(int(fd))
	ends := methodDoes(fun.Sel.Name)
	switch path := pkg.Imported().Path(); {
	case !plan.IsSimple(operand) || path == "os/signal":
		return ""
	case path == "os" && strings.HasPrefix(fun.Sel.Name, "Remove"):
		ends = "removes"
	case ends == "":
		return ""
	}
	return ends + " " + types.ExprString(operand)
}

// isContext reports whether t is a context, by its methods.
func isContext(t types.Type) bool {
	if t == nil {
		return false // of an operand of a call that the pattern made from a method value
	}
	for _, name := range []string{"Deadline", "Done", "Err", "Value"} {
		if obj, _, _ := types.LookupFieldOrMethod(t, true, nil, name); obj == nil {
			return false
		}
	}
	return true
}

// converted returns the operand of a conversion, and any other expression itself.
func converted(info *types.Info, e ast.Expr) ast.Expr {
	if call, ok := ast.Unparen(e).(*ast.CallExpr); ok && len(call.Args) == 1 && info.Types[call.Fun].IsType() {
		return call.Args[0]
	}
	return e
}

// methodDoes returns what a comment says of a method that needs no arguments and has a well known
// name, up to its receiver: waits for. It returns "" for others.
func methodDoes(name string) string {
	name = strings.Replace(name, "RUnlock", "Unlock", 1)
	switch name {
	case "Wait":
		return "waits for"
	case "Dec":
		return "decrements"
	case "Inc":
		return "increments"
	case "DecRef", "Unref":
		return "drops a reference to"
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

// sinceIn returns the variable of a call of time.Since in an expression, or "".
func sinceIn(e ast.Expr) string {
	for n := range ast.Preorder(e) {
		if e, ok := n.(ast.Expr); ok && isSince(e) {
			return types.ExprString(ast.Unparen(e).(*ast.CallExpr).Args[0])
		}
	}
	return ""
}

// isSince reports whether an expression is a call of time.Since with a variable.
func isSince(e ast.Expr) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	return ok && types.ExprString(call.Fun) == "time.Since" && len(call.Args) == 1 && plan.IsSimple(call.Args[0])
}
