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

	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// site plans the splices at one call of the prepare function.
//
// Where prepare hands over a state, the statement of the call stays as it is: its
// variable holds the state now. Where it hands over nothing, the statement loses
// the cleanup.
func (c *maker) site(s *source, sp *plan.SitePlan) *refusal.Refusal {
	w := &siteWriter{maker: c, source: s, sp: sp}
	steps := []func() *refusal.Refusal{w.call, w.statement, w.variable, w.uses}
	for _, step := range steps {
		if r := step(); r != nil {
			return r
		}
	}
	return nil
}

type siteWriter struct {
	*maker
	*source
	sp *plan.SitePlan
}

// call takes the operands of dropped parameters out of the call.
func (w *siteWriter) call() *refusal.Refusal {
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
		// A run of dropped arguments goes with one comma.
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
		if r := w.replace(w.source, from, to, ""); r != nil {
			return r
		}
		i = last
	}
	return nil
}

// statement edits what the site assigns to.
func (w *siteWriter) statement() *refusal.Refusal {
	site := w.sp.Site
	if w.Plan.Form == plan.Handed {
		return w.keep()
	}
	switch site.Form {
	case pattern.Assigned:
		stmt := site.Stmt.(*ast.AssignStmt)
		if r := w.lhs(stmt.Lhs, stmt.Rhs[0].Pos()); r != nil {
			return r
		}
		if stmt.Tok == token.DEFINE && !w.sp.Define && len(stmt.Lhs) > 1 {
			return w.replace(w.source, stmt.TokPos, stmt.TokPos+2, "=")
		}
	case pattern.Beside:
		return w.refuse(refusal.CallForm, site.Call.Pos(), "a caller assigns its cleanup beside other values")
	case pattern.Declared:
		return w.declared()
	case pattern.Immediate:
		return w.apart()
	}
	return nil
}

// keep leaves the statement of a site as it is, but for the type of a declaration,
// which takes that of the state, and for a variable that nobody uses any more.
func (w *siteWriter) keep() *refusal.Refusal {
	site := w.sp.Site
	if site.Form == pattern.Declared {
		if spec := w.spec(); spec.Type != nil {
			if r := w.replace(w.source, spec.Names[len(spec.Names)-1].End(), spec.Type.End(), ""); r != nil {
				return r
			}
		}
	}
	if !w.sp.Unused {
		return nil
	}
	if r := w.replace(w.source, site.Cleanup.Pos(), site.Cleanup.End(), "_"); r != nil {
		return r
	}
	if stmt, ok := site.Stmt.(*ast.AssignStmt); ok && stmt.Tok == token.DEFINE && !w.sp.Define {
		return w.replace(w.source, stmt.TokPos, stmt.TokPos+2, "=")
	}
	return nil
}

// apart makes two statements of "defer p(a)(b)", in the same order of evaluation:
//
//	p(a)
//	defer finish(a, b)
func (w *siteWriter) apart() *refusal.Refusal {
	site := w.sp.Site
	u := site.Uses[0]
	keyword := ""
	switch u.Kind {
	case pattern.DeferCall:
		keyword = "defer "
	case pattern.GoCall:
		keyword = "go "
	}
	if r := w.replace(w.source, u.Stmt.Pos(), site.Call.Pos(), ""); r != nil {
		return r
	}
	separator := w.newline() + w.indent(u.Stmt.Pos())
	if !w.clean && !w.startsLine(u.Stmt.Pos()) {
		separator = "; " // as the file has it
	}
	text := separator + keyword + w.callee() + "(" + strings.Join(w.args(), ", ")
	if len(u.Call.Args) > 0 && len(w.args()) > 0 {
		text += ", "
	}
	return w.replace(w.source, site.Call.End(), u.Call.Lparen+1, text)
}

// lhs takes the cleanup out of a list of assigned operands. rhs is where the right
// side starts.
func (w *siteWriter) lhs(list []ast.Expr, rhs token.Pos) *refusal.Refusal {
	i := slices.Index(list, w.sp.Site.Cleanup)
	switch {
	case len(list) == 1:
		return w.replace(w.source, list[i].Pos(), rhs, "")
	case i+1 < len(list):
		return w.replace(w.source, list[i].Pos(), list[i+1].Pos(), "")
	}
	return w.replace(w.source, list[i-1].End(), list[i].End(), "")
}

// spec returns the specification of a Declared site.
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
func (w *siteWriter) declared() *refusal.Refusal {
	site := w.sp.Site
	decl := site.Stmt.(*ast.DeclStmt).Decl.(*ast.GenDecl)
	spec := w.spec()
	if len(site.Lhs) == 1 {
		if len(decl.Specs) > 1 || decl.Lparen.IsValid() {
			return w.refuse(refusal.CallForm, site.Call.Pos(), "a caller declares its cleanup in a group of variables")
		}
		return w.replace(w.source, decl.Pos(), spec.Values[0].Pos(), "")
	}
	if spec.Type != nil {
		if r := w.replace(w.source, spec.Names[len(spec.Names)-1].End(), spec.Type.End(), ""); r != nil {
			return r
		}
	}
	return w.lhs(site.Lhs, spec.Values[0].Pos())
}

// variable edits the statement that declares the variable for the cleanup where
// another sets it: it declares one for the state now.
func (w *siteWriter) variable() *refusal.Refusal {
	spec := w.sp.Site.Spec
	if spec == nil || w.sp.Shares {
		return nil
	}
	return w.replace(w.source, spec.Type.Pos(), spec.Type.End(), w.Plan.Types[w.sp.Site.Var])
}

// uses edits the appearances of the cleanup.
func (w *siteWriter) uses() *refusal.Refusal {
	site := w.sp.Site
	if w.sp.Shares || site.Form == pattern.Immediate && w.Plan.Form == plan.Direct {
		return nil
	}
	for _, u := range site.Uses {
		if r := w.use(u); r != nil {
			return r
		}
	}
	return nil
}

func (w *siteWriter) use(u *pattern.Use) *refusal.Refusal {
	switch u.Kind {
	case pattern.NilTest:
		return w.nilTest(u)
	case pattern.Discard:
		if w.Plan.Form == plan.Direct {
			return w.removeLine(u.Stmt)
		}
		return nil
	case pattern.Value:
		if text := w.Plan.Idle[u]; text != "" {
			return w.replace(w.source, u.Expr.Pos(), u.Expr.End(), text)
		}
		before, after := "", ""
		if name := w.Plan.Convert[u]; name != "" {
			before, after = name+"(", ")"
		}
		if w.Plan.State != nil && len(w.args()) == 0 {
			if r := w.replace(w.source, u.Expr.Pos(), u.Expr.Pos(), before); r != nil {
				return r
			}
			return w.replace(w.source, u.Expr.End(), u.Expr.End(), "."+w.Plan.Finish.Name+after)
		}
		return w.replace(w.source, u.Expr.Pos(), u.Expr.End(), before+w.wrapper(u)+after)
	}
	args := strings.Join(w.args(), ", ")
	if len(u.Call.Args) > 0 && args != "" {
		args += ", "
	}
	if w.Plan.State != nil {
		return w.replace(w.source, u.Call.Fun.End(), u.Call.Lparen+1, "."+w.Plan.Finish.Name+"("+args)
	}
	return w.replace(w.source, u.Call.Pos(), u.Call.Lparen+1, w.callee()+"("+args)
}

// nilTest makes a comparison of the cleanup with nil a test of the state.
func (w *siteWriter) nilTest(u *pattern.Use) *refusal.Refusal {
	parent, child := w.sp.Site.Up.Expr(u.Expr)
	test := parent.(*ast.BinaryExpr)
	s := w.Plan.State
	before, after := "", "."+s.Live
	switch {
	case s.Kind != "":
		after = "." + s.Kind + " " + test.Op.String() + " 0"
	case test.Op == token.EQL:
		before = "!"
	}
	if r := w.replace(w.source, test.Pos(), child.Pos(), before); r != nil {
		return r
	}
	return w.replace(w.source, child.End(), test.End(), after)
}

// removeLine takes a statement away, with its line if it has one of its own.
func (w *siteWriter) removeLine(stmt ast.Node) *refusal.Refusal {
	from, to := stmt.Pos(), stmt.End()
	start, end := w.offset(from), w.offset(to)
	lead := start - len(w.indent(from))
	if tail := bytes.IndexByte(w.text[end:], '\n'); tail >= 0 && len(bytes.TrimSpace(w.text[end:end+tail])) == 0 &&
		(lead == 0 || w.text[lead-1] == '\n') {
		w.splices = append(w.splices, Edit{File: w.source.name, Start: lead, End: end + tail + 1})
		return nil
	}
	return w.replace(w.source, from, to, "")
}

// wrapper returns what stands for the cleanup where it is used as a value: finish
// itself if it needs no more than its receiver, a literal that calls it if not.
func (w *siteWriter) wrapper(u *pattern.Use) string {
	callee, args := w.callee(), w.args()
	if w.Plan.State != nil {
		callee = w.src(u.Expr) + "." + w.Plan.Finish.Name
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

// words returns the identifiers of a source text, and more.
func words(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' })
}

// callee returns the expression that a call of finish names, where finish is no
// method of the state.
func (w *siteWriter) callee() string {
	f := w.Plan.Finish
	if f.OnRecv {
		return w.src(w.sp.Site.Fun().(*ast.SelectorExpr).X) + "." + f.Name
	}
	// A function of another package is reached as prepare is.
	if sel, ok := w.sp.Site.Fun().(*ast.SelectorExpr); ok && w.Prepare.Key.Recv == "" {
		return w.src(sel.X) + "." + f.Name
	}
	return f.Name
}

// args returns the arguments of a call of finish before the cleanup's own.
func (w *siteWriter) args() []string {
	site := w.sp.Site
	var args []string
	for _, p := range w.Plan.Finish.Params {
		switch p.Passage.Route {
		case plan.ByArgument:
			args = append(args, w.src(site.Call.Args[p.Passage.Capture.Index]))
		case plan.ByResult:
			args = append(args, w.src(site.Lhs[p.Passage.Result]))
		}
	}
	return args
}
