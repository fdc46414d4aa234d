package plan

import (
	"go/ast"
	goconstant "go/constant" // constant is a function of this package
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/refusal"
	"golang.org/x/tools/go/types/typeutil"
)

// printLike refuses a cleanup that go vet would treat as a print wrapper once it is a
// declared function, if vet might then report one of its calls:
//
//	func timed(name string) func(format string, args ...any) {
//		start := time.Now()
//		return func(format string, args ...any) {
//			fmt.Printf(format, args...)
//			fmt.Println(name, time.Since(start))
//		}
//	}
//
//	defer timed("work")("100% done") // vet does not check calls of such a result
//
// go test runs this check of vet, and does not run the tests of a package that fails
// it.
func printLike(p *pattern.Prepare, sites []*pattern.Site) *refusal.Refusal {
	lits := slices.DeleteFunc(slices.Clone(p.Literals), func(l *pattern.Literal) bool { return l.Method != nil || printCall(p.Unit.Info, l.Lit) == nil })
	if len(lits) == 0 {
		return nil
	}
	passed := printCall(p.Unit.Info, lits[0].Lit)
	callee := types.ExprString(passed.Fun)
	if !passed.Ellipsis.IsValid() {
		return refusal.New(p, refusal.PrintWrapper, p.Unit, passed.Pos(), "its cleanup would be a wrapper of %s, and go vet would require ... after the last argument", callee)
	}
	refuse := func(u *pattern.Unit, call *ast.CallExpr) *refusal.Refusal {
		if call == nil || plainText(u.Info, p.Sig, call) {
			return nil
		}
		if !slices.ContainsFunc(lits, func(l *pattern.Literal) bool { return !formatted(p.Unit.Info, l) }) && fits(u.Info, p.Sig, call) {
			return nil
		}
		return refusal.New(p, refusal.PrintWrapper, u, call.Pos(), "its cleanup would be a wrapper of %s, and go vet would check this call", callee)
	}
	for _, use := range p.Inner {
		if r := refuse(p.Unit, use.Call); r != nil {
			return r
		}
	}
	for _, s := range sites {
		for _, use := range s.Uses {
			if r := refuse(s.Unit, use.Call); r != nil {
				return r
			}
		}
	}
	return nil
}

// formatCaptured refuses a form in which finish would get the format that a cleanup has captured as a parameter before
// args ...any. go vet would take it for a print wrapper, and check calls that it could not check before.
func formatCaptured(p *pattern.Prepare) *refusal.Refusal {
	for _, l := range p.Literals {
		if l.Method != nil {
			continue
		}
		format, args := formatArgs(p.Unit.Info.TypeOf(l.Lit).(*types.Signature))
		if args == nil || format != nil {
			continue
		}
		for n := range ast.Preorder(l.Lit.Body) {
			call, ok := n.(*ast.CallExpr)
			last := 0
			if ok {
				last = len(call.Args) - 1
			}
			if last < 1 || p.Unit.Info.Uses[identOf(call.Args[last])] != types.Object(args) {
				continue
			}
			v, ok := p.Unit.Info.Uses[identOf(call.Args[last-1])].(*types.Var)
			if formatted, _ := printKind(typeutil.Callee(p.Unit.Info, call)); ok && formatted && v.Pos() < l.Lit.Pos() && v.Type() == types.Typ[types.String] {
				return refusal.New(p, refusal.PrintWrapper, p.Unit, call.Pos(), "its cleanup would be a wrapper of %s, and go vet would check its calls", types.ExprString(call.Fun))
			}
		}
	}
	return nil
}

// formatted reports whether the function that a literal calls takes a format.
func formatted(info *types.Info, l *pattern.Literal) bool {
	yes, _ := printKind(typeutil.Callee(info, printCall(info, l.Lit)))
	return yes
}

// printCall returns the call to which a literal passes its last parameter, args ...any,
// and before that its format, as go vet's check printf looks for them. It returns nil if
// there is none, or if the callee certainly prints nothing.
func printCall(info *types.Info, lit *ast.FuncLit) *ast.CallExpr {
	format, args := formatArgs(info.TypeOf(lit).(*types.Signature))
	if args == nil {
		return nil
	}
	is := func(e ast.Expr, v *types.Var) bool {
		id, ok := e.(*ast.Ident)
		return ok && v != nil && info.Uses[id] == types.Object(v)
	}
	for n := range ast.Preorder(lit.Body) {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if slices.ContainsFunc(n.Lhs, func(e ast.Expr) bool { return is(e, format) || is(e, args) }) {
				return nil // vet ignores the rest
			}
		case *ast.UnaryExpr:
			if n.Op == token.AND && (is(n.X, format) || is(n.X, args)) {
				return nil
			}
		case *ast.CallExpr:
			last := len(n.Args) - 1
			if last < 0 || !is(n.Args[last], args) {
				continue
			}
			switch formatted, prints := printKind(typeutil.Callee(info, n)); {
			case !prints:
			case !formatted, last > 0 && is(n.Args[last-1], format):
				return n
			}
		}
	}
	return nil
}

// formatArgs returns the last parameters of a function like those of package fmt:
// format string, which may be missing, and args ...any.
func formatArgs(sig *types.Signature) (format, args *types.Var) {
	if !sig.Variadic() {
		return nil, nil
	}
	last := sig.Params().Len() - 1
	args = sig.Params().At(last)
	slice, ok := args.Type().(*types.Slice)
	if !ok {
		return nil, nil
	}
	if t, ok := types.Unalias(slice.Elem()).(*types.Interface); !ok || !t.Empty() {
		return nil, nil
	}
	if last > 0 && sig.Params().At(last-1).Type() == types.Typ[types.String] {
		format = sig.Params().At(last - 1)
	}
	return format, args
}

// printKind reports whether a function may print its arguments as package fmt does, and
// whether it takes a format, judging by its name. The bodies of most functions are not
// loaded.
func printKind(fn types.Object) (formatted, prints bool) {
	if _, builtin := fn.(*types.Builtin); fn == nil || builtin {
		return false, false
	}
	sig, ok := fn.Type().Underlying().(*types.Signature)
	if !ok {
		return false, false
	}
	if _, args := formatArgs(sig); args == nil || fn.Pkg() == nil || slices.Contains([]string{"database/sql", "log/slog"}, fn.Pkg().Path()) {
		return false, false
	}
	return strings.HasSuffix(fn.Name(), "f"), true
}

// plainText reports whether a call passes only constants without a percent sign, and
// nothing after a format. go vet accepts such a call, whatever the function prints.
func plainText(info *types.Info, sig *types.Signature, call *ast.CallExpr) bool {
	if format, _ := formatArgs(sig); format != nil && len(call.Args) >= sig.Params().Len() || call.Ellipsis.IsValid() {
		return false
	}
	return !slices.ContainsFunc(call.Args, func(e ast.Expr) bool {
		v := info.Types[e].Value
		return v == nil || v.Kind() == goconstant.String && strings.Contains(goconstant.StringVal(v), "%")
	})
}

// fits reports whether a call has a constant format with plain verbs, and an argument for
// each of them that go vet certainly accepts.
func fits(info *types.Info, sig *types.Signature, call *ast.CallExpr) bool {
	at := sig.Params().Len() - 2
	if at < 0 || at >= len(call.Args) {
		return false
	}
	v := info.Types[call.Args[at]].Value
	if v == nil || v.Kind() != goconstant.String {
		return false
	}
	args := call.Args[at+1:]
	verbs := strings.Split(strings.ReplaceAll(goconstant.StringVal(v), "%%", ""), "%")[1:]
	if call.Ellipsis.IsValid() {
		// The number of arguments is not known.
		return len(args) == 1 && len(verbs) > 0 && !slices.ContainsFunc(verbs, func(verb string) bool { return verb == "" || !strings.ContainsRune("dqsTv", rune(verb[0])) })
	}
	if len(verbs) != len(args) {
		return false
	}
	for i, verb := range verbs {
		if verb == "" || !accepts(verb[0], info.TypeOf(args[i])) {
			return false
		}
	}
	return true
}

// accepts reports whether go vet certainly accepts an argument of type t for a verb.
func accepts(verb byte, t types.Type) bool {
	basic, _ := t.Underlying().(*types.Basic)
	switch _, function := t.Underlying().(*types.Signature); verb {
	case 'T':
		return true
	case 'v':
		return !function
	case 'd':
		return basic != nil && basic.Info()&types.IsInteger != 0
	case 'q', 's':
		return basic != nil && basic.Info()&types.IsString != 0 || flow.IsError(t)
	}
	return false
}
