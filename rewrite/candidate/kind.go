package candidate

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"github.com/closurefix/closurefix/rewrite/pattern"
)

// kindOf returns the kind of a prepare function. costs is false if its closure captures
// nothing: the compiler allocates such a closure statically.
func kindOf(p *pattern.Prepare, sites []*pattern.Site) (kind pattern.Kind, costs bool) {
	own := false
	for _, c := range p.Captures {
		switch c.Class {
		case pattern.Param:
			for _, s := range sites {
				if c.Index < len(s.Call.Args) && isAddress(s.Unit.Info, s.Call.Args[c.Index]) {
					return pattern.KindResultPointer, true
				}
			}
		case pattern.Result:
			own = true
		case pattern.Receiver, pattern.Local: // only the closure is allocated
		}
	}
	if own {
		return pattern.KindOwnResult, true
	}
	for _, s := range sites {
		for _, u := range s.Uses {
			if u.Call == nil {
				continue
			}
			for i, a := range u.Call.Args {
				if i < p.Sig.Params().Len() && isAddress(s.Unit.Info, a) {
					return pattern.KindPointerArgument, true
				}
			}
		}
	}
	return pattern.KindCapture, len(p.Captures) > 0
}

// isAddress reports whether e takes the address of a local variable, or of a part of one
// that is reached without a pointer, slice or map.
func isAddress(info *types.Info, e ast.Expr) bool {
	u, ok := ast.Unparen(e).(*ast.UnaryExpr)
	if !ok || u.Op != token.AND {
		return false
	}
	for x := ast.Unparen(u.X); ; {
		switch part := x.(type) {
		case *ast.Ident:
			v, ok := info.Uses[part].(*types.Var)
			return ok && v.Kind() != types.PackageVar
		case *ast.SelectorExpr:
			sel := info.Selections[part]
			if sel == nil || sel.Indirect() {
				return false
			}
			x = ast.Unparen(part.X)
		case *ast.IndexExpr:
			if _, ok := info.TypeOf(part.X).Underlying().(*types.Array); !ok {
				return false
			}
			x = ast.Unparen(part.X)
		default:
			return false
		}
	}
}

// Message returns one sentence about the code, for a diagnostic at the signature of the
// prepare function. It says what a call may cost. If the compiler inlines the function, a
// call may cost nothing.
func (c *Candidate) Message() string {
	return c.message("each call may allocate", "may move", true)
}

// Measured is like Message, with the facts that the compiler reports. always is set if
// each call allocates, and moved if a variable is among the allocations.
func (c *Candidate) Measured(always, moved bool) string {
	if always {
		return c.message("each call allocates", "moves", moved)
	}
	return c.message("some calls allocate", "move", moved)
}

func (c *Candidate) message(allocates, moves string, moved bool) string {
	if c.Kind == pattern.KindPointerArgument && len(c.Prepare.Captures) == 0 {
		return fmt.Sprintf("%s returns a func that takes a pointer: calls through a func value may move the argument to the heap", c.Prepare.Key)
	}
	over := ""
	if len(c.Prepare.Captures) > 0 {
		var names []string
		for _, v := range c.Prepare.Captures {
			names = append(names, v.Var.Name())
		}
		over = " over " + enumerate(names)
	}
	s := fmt.Sprintf("%s returns a closure%s %s: %s it", c.Prepare.Key, over, cmp.Or(c.purpose, "for its callers to defer"), allocates)
	what := map[pattern.Kind]string{
		pattern.KindResultPointer:   "a variable of the caller",
		pattern.KindOwnResult:       "the captured result",
		pattern.KindPointerArgument: "its argument",
	}[c.Kind]
	if what == "" || !moved {
		return s
	}
	return fmt.Sprintf("%s, and %s %s to the heap", s, moves, what)
}

// enumerate joins names as in "a, b and c".
func enumerate(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
