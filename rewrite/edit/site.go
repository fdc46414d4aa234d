package edit

import (
	"bytes"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// siteEdits returns the edits for one call of the prepare function and the uses of its
// cleanup.
//
// If there is a state, the statement of the call does not change: its variable holds the
// state. Otherwise the statement loses the cleanup.
func siteEdits(p *plan.Plan, s *source, sp *plan.SitePlan) ([]Edit, error) {
	w := &siteWriter{Plan: p, source: s, sp: sp}
	if p.Merged {
		w.merged()
		w.rest()
		return w.edits, w.err
	}
	w.call()
	w.statement()
	w.variable()
	w.rest()
	w.uses()
	return w.edits, w.err
}

// A siteWriter collects the edits at one site, up to the first error.
type siteWriter struct {
	*plan.Plan
	*source
	sp    *plan.SitePlan
	edits []Edit
	err   error
}

// replace adds an edit that replaces the source between two positions.
func (w *siteWriter) replace(from, to token.Pos, text string) {
	e, err := w.source.replace(from, to, text)
	if err != nil {
		w.fail(err)
		return
	}
	w.edits = append(w.edits, e)
}

// refuse records that the site cannot be rewritten.
func (w *siteWriter) refuse(reason string) {
	w.fail(&obstacle{code: refusal.CallForm, pos: w.unit.Fset.PositionFor(w.sp.Site.Call.Pos(), false), reason: reason})
}

func (w *siteWriter) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

// merged edits a site whose call of prepare is replaced by a call of finish.
func (w *siteWriter) merged() {
	site := w.sp.Site
	if site.Form == pattern.Assigned {
		w.removeLine(site.Stmt)
	}
	for _, u := range site.Uses {
		w.use(u)
	}
}

// call removes the arguments for dropped parameters from the call.
func (w *siteWriter) call() {
	call := w.sp.Site.Call
	kept := 0
	for i := range call.Args {
		if !w.Plan.Drop[i] {
			kept++
		}
	}
	for i := 0; i < len(call.Args); i++ {
		if !w.Plan.Drop[i] {
			continue
		}
		// Adjacent dropped arguments go together, with one comma.
		last := i
		for last+1 < len(call.Args) && w.Plan.Drop[last+1] {
			last++
		}
		from, to := call.Args[i].Pos(), call.Args[last].End()
		switch {
		case kept == 0:
			from, to = call.Lparen+1, call.Rparen
		case last+1 < len(call.Args):
			to = call.Args[last+1].Pos()
		default:
			from = call.Args[i-1].End()
		}
		w.replace(from, to, "")
		i = last
	}
}

// statement edits the operands that the site assigns to.
func (w *siteWriter) statement() {
	site := w.sp.Site
	for i, name := range w.sp.Names {
		w.replace(site.Lhs[i].Pos(), site.Lhs[i].End(), name)
	}
	switch w.Plan.Form {
	case plan.Handed, plan.Bound:
		w.keep(w.sp.Unused)
	case plan.Value:
		w.single()
	case plan.Direct:
		w.lose()
	}
}

// lose removes the variable of the cleanup from a statement.
func (w *siteWriter) lose() {
	site := w.sp.Site
	switch site.Form {
	case pattern.Assigned:
		stmt := site.Stmt.(*ast.AssignStmt)
		if w.setsNothing() {
			w.replace(stmt.Pos(), stmt.Rhs[0].Pos(), "")
			return
		}
		w.lhs(stmt.Lhs, stmt.Rhs[0].Pos())
		if stmt.Tok == token.DEFINE && !w.sp.Define && len(stmt.Lhs) > 1 {
			w.replace(stmt.TokPos, stmt.TokPos+2, "=")
		}
	case pattern.Declared:
		w.declared()
	case pattern.Immediate:
		w.apart()
	case pattern.Beside:
		w.refuse("a caller assigns its cleanup together with other values")
	case pattern.Passed:
		w.refuse("a caller uses its cleanup as a value within an expression")
	case pattern.Otherwise, pattern.Returned:
		w.refuse("a caller uses its results in a way that is not supported")
	case pattern.Dropped: // no operand takes the cleanup
	case pattern.Forwarded:
		w.refuse("a caller returns its cleanup")
	}
}

// single edits a statement whose variable holds the value, or is removed.
func (w *siteWriter) single() {
	site := w.sp.Site
	alone := len(site.Lhs) == 1 && site.Form == pattern.Assigned
	switch {
	case site.Form == pattern.Immediate && w.sp.Variable != "":
		w.apart()
	case site.Form == pattern.Immediate:
		w.within()
	case w.sp.Variable != "":
		w.keep(false)
		w.replace(site.Cleanup.Pos(), site.Cleanup.End(), w.sp.Variable)
	case site.Var != nil && alone:
		w.lhs(site.Lhs, site.Stmt.(*ast.AssignStmt).Rhs[0].Pos())
	case site.Var != nil:
		w.keep(true)
	case site.Form == pattern.Declared: // a blank variable
		w.keep(false)
	}
}

// within puts the call of prepare in "defer p(a)(b)" among the arguments of finish, in
// the same order of evaluation:
//
//	defer finish(a, p(a), b)
func (w *siteWriter) within() {
	site := w.sp.Site
	u := site.Uses[0]
	args, params := w.args(), w.Plan.Finish.Params
	if w.Plan.Finish.OnParam {
		w.replace(u.Call.Pos(), site.Call.Pos(), "")
		w.replace(site.Call.End(), u.Call.Lparen, "."+w.Plan.Finish.Name)
		return
	}
	if len(params) == 0 || params[len(params)-1].Passage.Route != plan.ByValue {
		w.apart() // only other callers ask for the value
		return
	}
	args[len(args)-1] = "" // the call itself
	w.replace(u.Call.Pos(), site.Call.Pos(), w.callee()+"("+strings.Join(args, ", "))
	after := ""
	if len(u.Call.Args) > 0 {
		after = ", "
	}
	w.replace(site.Call.End(), u.Call.Lparen+1, after)
}

// keep leaves the statement of a site unchanged, with two exceptions: a declared type
// goes, since the variable holds something else, and an unneeded variable becomes blank.
func (w *siteWriter) keep(unneeded bool) {
	site := w.sp.Site
	if site.Form == pattern.Declared {
		if spec := w.spec(); spec.Type != nil {
			w.replace(spec.Names[len(spec.Names)-1].End(), spec.Type.End(), "")
		}
	}
	if !unneeded {
		w.rename(site.Cleanup)
		if stmt, ok := site.Stmt.(*ast.AssignStmt); ok && w.sp.First && !site.Part.Apart {
			w.define(stmt)
		}
		return
	}
	if w.setsNothing() {
		w.replace(site.Stmt.Pos(), site.Call.Pos(), "")
		return
	}
	w.replace(site.Cleanup.Pos(), site.Cleanup.End(), "_")
	if stmt, ok := site.Stmt.(*ast.AssignStmt); ok && stmt.Tok == token.DEFINE && !w.sp.Define {
		w.replace(stmt.TokPos, stmt.TokPos+2, "=")
	}
}

// setsNothing reports whether the statement of a site sets nothing any more without the variable of the cleanup: the other
// results are blank, and none of them is an error, which a blank discards for all to see.
func (w *siteWriter) setsNothing() bool {
	site := w.sp.Site
	if _, _, inList := flow.List(site.At(site.Stmt)); !inList || site.Form != pattern.Assigned || len(w.sp.Names) > 0 {
		return false
	}
	results, _ := w.unit.Info.TypeOf(site.Call).(*types.Tuple)
	for i, l := range site.Lhs {
		id, ok := l.(*ast.Ident)
		if l != site.Cleanup && (!ok || id.Name != "_" || flow.IsError(results.At(i).Type())) {
			return false
		}
	}
	return true
}

// apart splits "defer p(a)(b)" into two statements, which have the same order of
// evaluation:
//
//	p(a)
//	defer finish(a, b)
func (w *siteWriter) apart() {
	site := w.sp.Site
	u := site.Uses[0]
	keyword, define := "", ""
	if w.sp.Variable != "" {
		define = w.sp.Variable + " := "
	}
	switch u.Kind {
	case pattern.DeferCall:
		keyword = "defer "
	case pattern.GoCall:
		keyword = "go "
	case pattern.Call:
	default:
		w.refuse("a caller calls its cleanup within an expression")
		return
	}
	w.replace(u.Stmt.Pos(), site.Call.Pos(), define)
	callee, args := w.finish()
	w.replace(site.Call.End(), u.Call.Lparen+1, w.separator(u.Stmt)+keyword+callee+"("+w.leading(u.Call, strings.Join(args, ", ")))
}

// lhs removes the cleanup from a list of assigned operands. rhs is the start of the right
// side.
func (w *siteWriter) lhs(list []ast.Expr, rhs token.Pos) {
	i := slices.Index(list, w.sp.Site.Cleanup)
	switch {
	case len(list) == 1:
		w.replace(list[i].Pos(), rhs, "")
	case i+1 < len(list):
		w.replace(list[i].Pos(), list[i+1].Pos(), "")
	default:
		w.replace(list[i-1].End(), list[i].End(), "")
	}
}

// spec returns the variable specification of a Declared site.
func (w *siteWriter) spec() *ast.ValueSpec {
	site := w.sp.Site
	for _, sp := range site.Stmt.(*ast.DeclStmt).Decl.(*ast.GenDecl).Specs {
		if vs, ok := sp.(*ast.ValueSpec); ok && vs.Pos() <= site.Call.Pos() && site.Call.End() <= vs.End() {
			return vs
		}
	}
	return nil
}

// declared edits "var x, err = p()".
func (w *siteWriter) declared() {
	site := w.sp.Site
	decl := site.Stmt.(*ast.DeclStmt).Decl.(*ast.GenDecl)
	spec := w.spec()
	if len(site.Lhs) == 1 {
		if len(decl.Specs) > 1 || decl.Lparen.IsValid() {
			w.refuse("a caller declares its cleanup in a group of variables")
		}
		w.replace(decl.Pos(), spec.Values[0].Pos(), "")
		return
	}
	if spec.Type != nil {
		w.replace(spec.Names[len(spec.Names)-1].End(), spec.Type.End(), "")
	}
	w.lhs(site.Lhs, spec.Values[0].Pos())
}

// variable edits the declaration of the cleanup's variable if it is a separate statement.
// The variable gets the type of the state, and perhaps a new name.
func (w *siteWriter) variable() {
	site, spec := w.sp.Site, w.sp.Site.Spec
	if w.sp.First && site.Part.Apart && w.sp.Variable != "" {
		w.before(site.Stmt, "var "+w.sp.Variable+" "+w.Plan.Types[site.Var])
	}
	if w.sp.Shares {
		return
	}
	for _, set := range site.Nothing {
		w.nothing(set)
	}
	if spec == nil {
		return
	}
	if w.sp.Variable != "" {
		w.replace(spec.Names[0].Pos(), spec.Names[0].End(), w.sp.Variable)
	}
	w.replace(spec.Type.Pos(), spec.Type.End(), w.Plan.Types[site.Var])
}

// nothing edits a statement that sets the variable to a literal that does nothing. Nothing is what finish does with the zero state.
func (w *siteWriter) nothing(set *ast.AssignStmt) {
	site := w.sp.Site
	typ, name := w.Plan.Types[site.Var], w.sp.Variable
	if name == "" {
		name = site.Var.Name()
	}
	if set.Tok == token.DEFINE {
		w.replace(set.Pos(), set.End(), "var "+name+" "+typ)
		return
	}
	zero := typ + "{}"
	if w.Plan.State.Shared {
		zero = "nil"
	}
	w.replace(set.Pos(), set.End(), name+" = "+zero)
}

// rest declares what is left of a variable where the site has declared it.
func (w *siteWriter) rest() {
	part := w.sp.Site.Part
	switch {
	case part == nil || part.Rest == nil:
	case part.Defines:
		w.define(part.Rest.(*ast.AssignStmt))
	default:
		w.before(part.Rest, "var "+part.Of.Name()+" "+w.sp.Rest)
	}
}

// define lets an assignment declare its variables.
func (w *siteWriter) define(stmt *ast.AssignStmt) {
	if stmt.Tok == token.ASSIGN {
		w.replace(stmt.TokPos, stmt.TokPos+1, ":=")
	}
}

// before adds a statement before another one.
func (w *siteWriter) before(stmt ast.Stmt, text string) {
	w.replace(stmt.Pos(), stmt.Pos(), text+w.separator(stmt))
}

// separator returns what separates a statement from one that is added before it.
func (w *siteWriter) separator(stmt ast.Stmt) string {
	if !w.clean && !w.startsLine(stmt.Pos()) {
		return "; " // the statement stays on its line
	}
	return w.newline() + w.indent(stmt.Pos())
}

// rename gives the variable that holds the state its new name at one of its uses, if there is one.
func (w *siteWriter) rename(e ast.Expr) {
	if w.Plan.State != nil && w.sp.Variable != "" && w.sp.Site.Form != pattern.Immediate {
		w.replace(e.Pos(), e.End(), w.sp.Variable)
	}
}

// uses edits the uses of the cleanup.
func (w *siteWriter) uses() {
	site := w.sp.Site
	if w.sp.Shares || site.Form == pattern.Immediate && w.Plan.State == nil {
		return
	}
	for _, u := range site.Uses {
		w.use(u)
	}
}

func (w *siteWriter) use(u *pattern.Use) {
	switch u.Kind {
	case pattern.NilTest:
		w.nilTest(u)
	case pattern.Forward: // the variable holds the state
		w.rename(u.Expr)
	case pattern.Discard:
		switch w.Plan.Form {
		case plan.Direct:
			w.removeLine(u.Stmt)
		case plan.Value:
			w.replace(u.Expr.Pos(), u.Expr.End(), w.sp.Variable)
		case plan.Handed, plan.Bound: // the state is discarded
			w.rename(u.Expr)
		}
	case pattern.Value:
		if w.sp.Kept != nil {
			w.returned()
			return
		}
		w.value(u)
	case pattern.DeferCall, pattern.GoCall, pattern.Call:
		callee, list := w.finish()
		args := strings.Join(list, ", ")
		if w.Plan.State != nil && w.Plan.Local != nil {
			w.local(u, args)
			return
		}
		args = w.leading(u.Call, args)
		if w.Plan.State != nil {
			w.rename(u.Expr)
			w.replace(u.Call.Fun.End(), u.Call.Lparen+1, "."+w.Plan.Finish.Name+"("+args)
		} else {
			w.replace(u.Call.Pos(), u.Call.Lparen+1, callee+"("+args)
		}
	}
}

// local edits a call of the cleanup that becomes a call of a literal, which takes the state as its
// first argument:
//
//	defer done(err)          defer finishInit(done, err)
func (w *siteWriter) local(u *pattern.Use, args string) {
	if args != "" {
		args = ", " + args
	}
	w.replace(u.Call.Pos(), u.Call.Pos(), w.Plan.Finish.Name+"(")
	w.rename(u.Expr)
	w.replace(u.Call.Fun.End(), u.Call.Lparen+1, args+w.comma(u.Call))
}

// leading returns the arguments for captures with a separator, if they precede those of the cleanup. Otherwise they follow its first
// one.
func (w *siteWriter) leading(call *ast.CallExpr, args string) string {
	switch {
	case args == "":
	case w.Plan.Finish.Context:
		first := call.Args[0].End()
		w.replace(first, first, ", "+args)
		return ""
	default:
		args += w.comma(call)
	}
	return args
}

// comma returns the separator between new leading arguments and the existing ones of a
// call, which may begin on the next line.
func (w *siteWriter) comma(call *ast.CallExpr) string {
	switch rest := w.text[w.offset(call.Lparen)+1 : w.offset(call.Rparen)+1]; {
	case len(call.Args) == 0:
		if bytes.Contains(rest, []byte("//")) {
			w.refuse("a caller has a comment where finish gets its arguments")
		}
		return ""
	case rest[0] == '\n' || rest[0] == '\r':
		return ","
	}
	return ", "
}

// value edits a use of the cleanup as a value.
func (w *siteWriter) value(u *pattern.Use) {
	before, after := "", ""
	if name := w.Plan.Convert[u]; name != "" {
		before, after = name+"(", ")"
	}
	switch text := w.Plan.Idle[u]; {
	case text != "":
		w.replace(u.Expr.Pos(), u.Expr.End(), text)
	case w.Plan.State != nil && len(w.args()) == 0:
		w.replace(u.Expr.Pos(), u.Expr.Pos(), before)
		w.rename(u.Expr)
		w.replace(u.Expr.End(), u.Expr.End(), "."+w.Plan.Finish.Name+after)
	default:
		w.replace(u.Expr.Pos(), u.Expr.End(), before+w.wrapper(u)+after)
	}
}

// nilTest replaces a comparison of the cleanup with nil by a test of the state.
func (w *siteWriter) nilTest(u *pattern.Use) {
	at := flow.Outer(w.sp.Site.At(u.Expr))
	cleanup, test := at.Node(), at.Parent().Node().(*ast.BinaryExpr)
	with := func(zero string) { // in place of nil
		null := test.Y
		if cleanup == ast.Node(test.Y) {
			null = test.X
		}
		if zero != "nil" {
			w.replace(null.Pos(), null.End(), zero)
		}
	}
	if w.Plan.Value != nil {
		text := w.sp.Variable
		if w.Plan.Value.Told {
			w.replace(u.Expr.Pos(), u.Expr.End(), text)
			with(w.Plan.Value.Zero)
			return
		}
		if test.Op == token.EQL {
			text = "!" + text
		}
		w.replace(test.Pos(), test.End(), text)
		return
	}
	s := w.Plan.State
	if w.Plan.Form == plan.Bound || s.Shared {
		w.rename(u.Expr)
		return // the variable is nil as before
	}
	if s.None != "" {
		w.rename(u.Expr)
		w.replace(cleanup.End(), cleanup.End(), "."+s.Flag)
		with(s.None)
		return
	}
	before, after := "", "."+s.Flag
	if test.Op == token.EQL {
		before = "!"
	}
	w.replace(test.Pos(), cleanup.Pos(), before)
	w.rename(u.Expr)
	w.replace(cleanup.End(), test.End(), after)
}

// removeLine removes a statement, and its line if nothing else is on it.
func (w *siteWriter) removeLine(stmt ast.Node) {
	from, to := stmt.Pos(), stmt.End()
	start, end := w.offset(from), w.offset(to)
	lead := start - len(w.indent(from))
	if tail := bytes.IndexByte(w.text[end:], '\n'); tail >= 0 && len(bytes.TrimSpace(w.text[end:end+tail])) == 0 &&
		(lead == 0 || w.text[lead-1] == '\n') {
		w.edits = append(w.edits, Edit{File: w.source.name, Start: lead, End: end + tail + 1})
		return
	}
	// If other statements follow on the line, the semicolon goes as well.
	if rest := bytes.TrimLeft(w.text[end:], " \t"); bytes.HasPrefix(rest, []byte(";")) {
		rest = bytes.TrimLeft(rest[1:], " \t")
		to += token.Pos(len(w.text) - len(rest) - end)
	}
	w.replace(from, to, "")
}

// wrapper returns the expression that replaces the cleanup where it is used as a value: a
// method value if finish needs only its receiver, and otherwise a literal that calls
// finish.
func (w *siteWriter) wrapper(u *pattern.Use) string {
	callee, args := w.callee(), w.args()
	if w.Plan.State != nil {
		callee = w.src(u.Expr)
		if w.sp.Variable != "" {
			callee = w.sp.Variable
		}
		callee += "." + w.Plan.Finish.Name
	}
	if len(args) == 0 {
		return callee
	}
	var params, own []string
	for v := range w.Prepare.Sig.Params().Variables() {
		name := v.Name()
		if name == "" || name == "_" || slices.Contains(words(callee+" "+strings.Join(args, " ")), name) {
			name = "arg" + strconv.Itoa(len(params))
		}
		typ := types.TypeString(v.Type(), nil)
		if sig := w.Prepare.Sig; sig.Variadic() && len(params) == sig.Params().Len()-1 {
			params, own = append(params, name+" ..."+strings.TrimPrefix(typ, "[]")), append(own, name+"...")
			break
		}
		params = append(params, name+" "+typ)
		own = append(own, name)
	}
	call := callee + "(" + strings.Join(append(args, own...), ", ") + ")"
	head := "func(" + strings.Join(params, ", ") + ")"
	if w.Prepare.Sig.Results().Len() > 0 {
		return head + " error { return " + call + " }"
	}
	return head + " { " + call + " }"
}

// words returns the identifiers, keywords and numbers in a source text.
func words(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' })
}

// finish returns the function expression of a call of finish, and the arguments that precede
// those of the cleanup.
func (w *siteWriter) finish() (callee string, args []string) {
	args = w.args()
	if f := w.Plan.Finish; f.OnParam && len(args) > 0 {
		return args[0] + "." + f.Name, args[1:]
	}
	return w.callee(), args
}

// callee returns the function expression of a call of finish, if finish is not a method
// of the state.
func (w *siteWriter) callee() string {
	f := w.Plan.Finish
	if f.OnRecv {
		return w.src(w.sp.Site.Fun().(*ast.SelectorExpr).X) + "." + f.Name
	}
	// A function of another package is qualified as prepare is.
	if sel, ok := w.sp.Site.Fun().(*ast.SelectorExpr); ok && w.Prepare.Key.Recv == "" {
		return w.src(sel.X) + "." + f.Name
	}
	return f.Name
}

// args returns the arguments of a call of finish that precede those of the cleanup.
func (w *siteWriter) args() []string {
	site := w.sp.Site
	var args []string
	for _, p := range w.Plan.Finish.Params {
		switch p.Passage.Route {
		case plan.ByArgument:
			args = append(args, w.src(site.Call.Args[p.Passage.Capture.Index]))
		case plan.ByResult:
			arg := w.sp.Names[p.Passage.Result]
			if arg == "" {
				arg = w.src(site.Lhs[p.Passage.Result])
			}
			args = append(args, arg)
		case plan.ByClock:
			if w.sp.Now == "" {
				w.fail(noOperand(p))
			}
			args = append(args, w.sp.Now+"()")
		case plan.ByValue:
			if w.sp.Variable == "" && site.Form != pattern.Immediate {
				w.fail(noOperand(p))
			}
			args = append(args, w.sp.Variable)
		default:
			w.fail(noOperand(p))
		}
	}
	return args
}
