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
)

// site plans the splices at one call of the prepare function.
func (c *Candidate) site(s *source, sp *plan.SitePlan) *plan.Refusal {
	w := &siteWriter{Candidate: c, source: s, sp: sp, hoisted: make(map[int]string)}
	for _, h := range sp.Hoists {
		w.hoisted[h.Arg] = h.Name
	}
	steps := []func() *plan.Refusal{w.call, w.statement, w.uses}
	for _, step := range steps {
		if r := step(); r != nil {
			return r
		}
	}
	return nil
}

type siteWriter struct {
	*Candidate
	*source
	sp      *plan.SitePlan
	hoisted map[int]string // operands put in variables, by index; -1 is the receiver
}

// call edits the operands of the call itself: hoisted ones become names,
// those of dropped parameters go.
func (w *siteWriter) call() *plan.Refusal {
	call := w.sp.Site.Call
	if name, ok := w.hoisted[-1]; ok {
		sel := ast.Unparen(call.Fun).(*ast.SelectorExpr)
		if r := w.replace(w.source, sel.X.Pos(), sel.X.End(), name); r != nil {
			return r
		}
	}
	kept := 0
	for i := range call.Args {
		if !w.Plan.Drop[i] {
			kept++
		}
	}
	for i := 0; i < len(call.Args); i++ {
		a := call.Args[i]
		if !w.Plan.Drop[i] {
			if name, ok := w.hoisted[i]; ok {
				if r := w.replace(w.source, a.Pos(), a.End(), name); r != nil {
					return r
				}
			}
			continue
		}
		// A run of dropped arguments goes with one comma.
		last := i
		for last+1 < len(call.Args) && w.Plan.Drop[last+1] {
			last++
		}
		from, to := a.Pos(), call.Args[last].End()
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

// hoists returns the statements that put operands in variables.
func (w *siteWriter) hoists(indent string) string {
	var b strings.Builder
	for _, h := range w.sp.Hoists {
		e := ast.Unparen(h.Expr)
		b.WriteString(h.Name + " := ")
		if star, ok := e.(*ast.StarExpr); ok && h.Address {
			e = ast.Unparen(star.X)
		} else if h.Address {
			b.WriteString("&")
		}
		b.WriteString(w.src(e) + w.newline() + indent)
	}
	return b.String()
}

// statement edits what the site assigns to.
func (w *siteWriter) statement() *plan.Refusal {
	site, result := w.sp.Site, w.Prepare.Result
	indent := ""
	if site.Stmt != nil {
		indent = w.indent(site.Stmt.Pos())
	}
	hoists := w.hoists(indent)
	switch site.Form {
	case pattern.Assigned:
		stmt := site.Stmt.(*ast.AssignStmt)
		if hoists != "" {
			if r := w.replace(w.source, stmt.Pos(), stmt.Pos(), hoists); r != nil {
				return r
			}
		}
		if r := w.lhs(stmt.Lhs[result], stmt.Lhs, stmt.Rhs[0].Pos()); r != nil {
			return r
		}
		if stmt.Tok == token.DEFINE && !w.sp.Keep && (len(stmt.Lhs) > 1 || !w.Plan.State.Empty()) {
			return w.replace(w.source, stmt.TokPos, stmt.TokPos+2, "=")
		}
	case pattern.Declared:
		if hoists != "" {
			if r := w.replace(w.source, site.Stmt.Pos(), site.Stmt.Pos(), hoists); r != nil {
				return r
			}
		}
		return w.declared()
	case pattern.Immediate:
		return w.immediate(hoists, indent)
	}
	return nil
}

// immediate edits "defer p(a)(b)". Where prepare returns a state, the line stays
// one, in the same order of evaluation: "defer p(a).finish(b)", or
// "defer finish(p(a), b)", which Effective Go has as "defer un(trace("a"))".
func (w *siteWriter) immediate(hoists, indent string) *plan.Refusal {
	site := w.sp.Site
	use := site.Uses[0]
	keyword := ""
	if use.Kind == pattern.DeferCall {
		keyword = "defer "
	}
	var own []string
	for _, a := range use.Call.Args {
		own = append(own, w.src(a))
	}
	if use.Call.Ellipsis.IsValid() {
		own[len(own)-1] += "..."
	}
	before, after := hoists, ""
	args := w.args()
	switch {
	case w.Plan.Finish.OnState:
		before += keyword
		after = "." + w.Plan.Finish.Name + "(" + strings.Join(append(args, own...), ", ") + ")"
	case w.sp.State != "" && len(args) > 0 && args[len(args)-1] == w.sp.State:
		before += keyword + w.callee() + "("
		if rest := args[:len(args)-1]; len(rest) > 0 {
			before += strings.Join(rest, ", ") + ", "
		}
		after = strings.Join(append([]string{""}, own...), ", ") + ")"
	default:
		after = w.newline() + indent + keyword + w.callee() + "(" + strings.Join(append(args, own...), ", ") + ")"
	}
	if r := w.replace(w.source, site.Stmt.Pos(), site.Call.Pos(), before); r != nil {
		return r
	}
	return w.replace(w.source, site.Call.End(), site.Stmt.End(), after)
}

// lhs edits the element of a list of assigned operands that took the cleanup:
// it takes the state now, or goes. rhs is where the right side starts.
func (w *siteWriter) lhs(e ast.Expr, list []ast.Expr, rhs token.Pos) *plan.Refusal {
	if w.sp.State != "" {
		return w.replace(w.source, e.Pos(), e.End(), w.sp.State)
	}
	if !w.Plan.State.Empty() {
		if id, ok := e.(*ast.Ident); ok && id.Name == "_" {
			return nil
		}
		return w.replace(w.source, e.Pos(), e.End(), "_") // nobody wants it
	}
	i := 0
	for list[i] != e {
		i++
	}
	switch {
	case len(list) == 1:
		return w.replace(w.source, e.Pos(), rhs, "")
	case i+1 < len(list):
		return w.replace(w.source, e.Pos(), list[i+1].Pos(), "")
	}
	return w.replace(w.source, list[i-1].End(), e.End(), "")
}

// declared edits "var x, err = p()".
func (w *siteWriter) declared() *plan.Refusal {
	site := w.sp.Site
	decl := site.Stmt.(*ast.DeclStmt).Decl.(*ast.GenDecl)
	var spec *ast.ValueSpec
	for _, sp := range decl.Specs {
		if vs, ok := sp.(*ast.ValueSpec); ok && len(vs.Names) == len(site.Lhs) && vs.Names[0] == site.Lhs[0] {
			spec = vs
		}
	}
	if spec.Type != nil {
		if r := w.replace(w.source, spec.Names[len(spec.Names)-1].End(), spec.Type.End(), ""); r != nil {
			return r
		}
	}
	if len(site.Lhs) == 1 && w.Plan.State.Empty() {
		if len(decl.Specs) > 1 || decl.Lparen.IsValid() {
			return w.refuse(plan.CallForm, site.Call.Pos(), "a caller declares its cleanup in a group of variables")
		}
		w.splices = dropWithin(w.splices, w.offset(decl.Pos()), w.offset(spec.Values[0].Pos()))
		return w.replace(w.source, decl.Pos(), spec.Values[0].Pos(), w.hoists(w.indent(decl.Pos())))
	}
	return w.lhs(site.Lhs[w.Prepare.Result], site.Lhs, spec.Values[0].Pos())
}

// dropWithin removes the edits that lie in a range which another replaces.
func dropWithin(edits []Edit, start, end int) []Edit {
	var kept []Edit
	for _, e := range edits {
		if e.Start < start || e.End > end {
			kept = append(kept, e)
		}
	}
	return kept
}

// uses edits the appearances of the cleanup's variable.
func (w *siteWriter) uses() *plan.Refusal {
	if w.sp.Site.Form == pattern.Immediate || w.sp.Shares {
		return nil
	}
	if o := w.Plan.Outer[w.sp.Site.Var]; o != nil {
		if r := w.outer(o); r != nil {
			return r
		}
	}
	for _, u := range w.sp.Site.Uses {
		switch {
		case u.Kind == pattern.NilTest:
			parent, _ := w.sp.Site.Up.Expr(u.Expr)
			test := parent.(*ast.BinaryExpr)
			text := w.nilTest(test.Op)

			if r := w.replace(w.source, test.Pos(), test.End(), text); r != nil {
				return r
			}
		case u.Kind == pattern.Discard:
			if r := w.removeLine(u.Stmt); r != nil {
				return r
			}
		case u.Kind == pattern.Value:
			text, ok := w.Plan.Idle[u]
			if !ok {
				text = w.wrapper()
			}
			if r := w.replace(w.source, u.Expr.Pos(), u.Expr.End(), text); r != nil {
				return r
			}
		case u.Call != nil:
			text := w.callee() + "(" + strings.Join(w.args(), ", ")
			if len(u.Call.Args) > 0 && len(w.args()) > 0 {
				text += ", "
			}
			if r := w.replace(w.source, u.Call.Pos(), u.Call.Lparen+1, text); r != nil {
				return r
			}
		}
	}
	return nil
}

// nilTest returns the test of the state that stands for a comparison of the
// cleanup with nil.
func (w *siteWriter) nilTest(op token.Token) string {
	s := w.Plan.State
	text := w.sp.State
	if s.Type != "" {
		text += "." + s.Live + s.Kind // one of them is empty
	}
	switch {
	case s.Kind != "":
		return text + " " + op.String() + " 0"
	case op == token.EQL:
		return "!" + text
	}
	return text
}

// outer edits the statement that declares the variable for the cleanup: it
// declares one for the state now, or goes.
func (w *siteWriter) outer(o *plan.Outer) *plan.Refusal {
	if o.Stmt == nil {
		return nil
	}
	if o.State != "" {
		_, typ := w.Plan.State.Value()
		if r := w.replace(w.source, o.Spec.Names[0].Pos(), o.Spec.Names[0].End(), o.State); r != nil {
			return r
		}
		return w.replace(w.source, o.Spec.Type.Pos(), o.Spec.Type.End(), typ)
	}
	if len(o.Stmt.Decl.(*ast.GenDecl).Specs) > 1 {
		return w.removeLine(o.Spec)
	}
	return w.removeLine(o.Stmt)
}

// removeLine takes a statement away, with its line if it has one of its own.
func (w *siteWriter) removeLine(stmt ast.Node) *plan.Refusal {
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
func (w *siteWriter) wrapper() string {
	if len(w.args()) == 0 {
		return w.callee()
	}
	var params, args []string
	for v := range w.Prepare.Sig.Params().Variables() {
		name := v.Name()
		if name == "" || name == "_" || slices.Contains(words(w.callee()+" "+strings.Join(w.args(), " ")), name) {
			name = "arg" + strconv.Itoa(len(params))
		}
		params = append(params, name+" "+types.TypeString(v.Type(), nil))
		args = append(args, name)
	}
	call := w.callee() + "(" + strings.Join(append(w.args(), args...), ", ") + ")"
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

// callee returns the expression that a call of finish names.
func (w *siteWriter) callee() string {
	f := w.Plan.Finish
	switch {
	case f.OnState:
		return w.sp.State + "." + f.Name
	case f.OnRecv:
		if name, ok := w.hoisted[-1]; ok {
			return name + "." + f.Name
		}
		return w.src(w.sp.Site.Fun().(*ast.SelectorExpr).X) + "." + f.Name
	}
	// A function of another package is reached as prepare is, and one that is
	// generic gets the type arguments that prepare gets.
	name := f.Name
	if w.Prepare.Key.Recv == "" {
		if sel, ok := w.sp.Site.Fun().(*ast.SelectorExpr); ok {
			name = w.src(sel.X) + "." + name
		}
	}
	if args := w.sp.Site.TypeArgs(); len(args) > 0 && f.TypeParams != "" {
		var texts []string
		for _, a := range args {
			texts = append(texts, w.src(a))
		}
		name += "[" + strings.Join(texts, ", ") + "]"
	}
	return name
}

// args returns the arguments of a call of finish, before the cleanup's own.
func (w *siteWriter) args() []string {
	site := w.sp.Site
	var args []string
	for _, p := range w.Plan.Finish.Params {
		switch {
		case p.Passage == nil:
			args = append(args, w.sp.State)
		case p.Passage.Route == plan.ByArgument:
			i := p.Passage.Capture.Index
			if name, ok := w.hoisted[i]; ok {
				args = append(args, name)
			} else {
				args = append(args, w.src(site.Call.Args[i]))
			}
		case p.Passage.Route == plan.ByResult:
			args = append(args, w.src(site.Lhs[p.Passage.Result]))
		}
	}
	return args
}
