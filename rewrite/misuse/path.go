package misuse

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/types/typeutil"

	"github.com/closurefix/closurefix/rewrite/flow"
)

// reaches reports whether control may pass from statement from to node to. This holds
// if to is in a later statement of a list around from, and no list inside that one ends
// with a statement that leaves it.
func reaches(facts *flow.Facts, from ast.Stmt, to, fn ast.Node) bool {
	for list, i := range flow.Lists(facts.At(from), fn) {
		if slices.ContainsFunc(list[i+1:], func(t ast.Stmt) bool { return flow.Within(to, t) }) {
			return true
		}
		if leaves(facts.Unit.Info, list[len(list)-1]) && i < len(list)-1 {
			return false
		}
	}
	return false
}

// leaves reports whether control never continues after a statement: a return, a jump, or
// a call that ends the function or the program.
func leaves(info *types.Info, s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.ReturnStmt:
		return true
	case *ast.BranchStmt:
		return s.Tok != token.FALLTHROUGH
	case *ast.BlockStmt:
		return len(s.List) > 0 && leaves(info, s.List[len(s.List)-1])
	case *ast.ExprStmt:
		e := ends(info, s)
		return e == unwinds || e == exits
	}
	return false
}

// An ending is the effect of a call statement on the function around it.
type ending int

const (
	goesOn  ending = iota
	unwinds        // deferred calls run: panic, runtime.Goexit, t.Fatal
	exits          // the process ends, and deferred calls do not run: os.Exit, log.Fatal
	mayEnd         // a helper that takes a testing.T, or has a name such as mustOpen
)

// ends returns the effect of a call statement on the function around it.
func ends(info *types.Info, s ast.Stmt) ending {
	x, ok := s.(*ast.ExprStmt)
	if !ok {
		return goesOn
	}
	call, ok := ast.Unparen(x.X).(*ast.CallExpr)
	if !ok {
		return goesOn
	}
	callee := typeutil.Callee(info, call)
	switch fn := callee.(type) {
	case nil:
		return goesOn
	case *types.Builtin:
		if fn.Name() == "panic" {
			return unwinds
		}
	case *types.Func:
		if fn.Pkg() == nil {
			break
		}
		switch path := fn.Pkg().Path(); {
		case path == "os" && fn.Name() == "Exit", path == "log" && strings.HasPrefix(fn.Name(), "Fatal"):
			return exits
		case path == "log" && strings.HasPrefix(fn.Name(), "Panic"), path == "runtime" && fn.Name() == "Goexit":
			return unwinds
		case path == "testing" && (strings.HasPrefix(fn.Name(), "Fatal") || strings.HasPrefix(fn.Name(), "Skip") && fn.Name() != "Skipped" || fn.Name() == "FailNow"):
			return unwinds
		}
	}
	for _, word := range []string{"fatal", "exit", "die", "panic", "must", "fail", "abort", "skip", "require"} {
		if strings.Contains(strings.ToLower(callee.Name()), word) {
			return mayEnd
		}
	}
	if slices.ContainsFunc(call.Args, func(e ast.Expr) bool { return ofTesting(info.TypeOf(e)) }) {
		return mayEnd
	}
	return goesOn
}

// ofTesting reports whether t is a type of package testing, or a pointer to one.
func ofTesting(t types.Type) bool {
	if t == nil {
		return false
	}
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "testing"
}

// foundNil reports whether v is nil after an if statement, because its body leaves if v
// is not nil:
//
//	if err != nil {
//		return err
//	}
func foundNil(info *types.Info, s ast.Stmt, v *types.Var) bool {
	test, ok := s.(*ast.IfStmt)
	return ok && test.Else == nil && leaves(info, test.Body) && flow.Implied(info, test.Cond, v, false) == flow.Yes
}

// isVar reports whether e names v.
func isVar(info *types.Info, e ast.Expr, v *types.Var) bool {
	id, ok := ast.Unparen(e).(*ast.Ident)
	return ok && info.Uses[id] == types.Object(v)
}

// funcOf returns the function that id declares or names, or nil.
func funcOf(info *types.Info, id *ast.Ident) *types.Func {
	f, _ := info.ObjectOf(id).(*types.Func)
	return f
}
