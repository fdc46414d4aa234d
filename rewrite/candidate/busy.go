package candidate

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/types/typeutil"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
)

// busy reports whether an allocation of a prepare function does not count beside what it does itself, or its cleanup, or each of
// its callers outside tests: that starts a goroutine or a process, opens or changes a file, a connection or a listener, asks a
// database, sleeps, or sets up signals, profiles or a server. What the functions that they call do is not looked at.
func busy(p *pattern.Prepare, sites []*pattern.Site) bool {
	return slowIn(p.Unit.Info, p.Decl) || everyCaller(sites, func(s *pattern.Site) bool { return s.Func != nil && slowIn(s.Unit.Info, s.Func) })
}

// repeated reports whether all callers outside tests defer the cleanup in a loop, where a call of finish allocates as much.
func repeated(p *pattern.Prepare, sites []*pattern.Site) bool {
	return everyCaller(sites, func(s *pattern.Site) bool {
		return slices.ContainsFunc(s.Uses, func(u *pattern.Use) bool { return p.Repeats(s, u) })
	})
}

// everyCaller reports whether there are callers outside tests, and f holds for each.
func everyCaller(sites []*pattern.Site, f func(*pattern.Site) bool) bool {
	called := false
	for _, s := range sites {
		if inTestFile(s.Unit, s.Call.Pos()) {
			continue
		}
		if !f(s) {
			return false
		}
		called = true
	}
	return called
}

// slowIn reports whether a function starts a goroutine or calls a slow function.
func slowIn(info *types.Info, fn ast.Node) bool {
	for n := range ast.Preorder(fn) {
		switch n := n.(type) {
		case *ast.GoStmt:
			return true
		case *ast.CallExpr:
			if fn, ok := typeutil.Callee(info, n).(*types.Func); ok && fn.Pkg() != nil && slow(fn) {
				return true
			}
		}
	}
	return false
}

// once reports whether a program calls a prepare function at its start alone: all callers outside tests are main and init functions, in
// no loop and no literal.
func once(sites []*pattern.Site) bool {
	return everyCaller(sites, func(s *pattern.Site) bool {
		fn, ok := s.Decl.(*ast.FuncDecl)
		return ok && fn.Recv == nil && (fn.Name.Name == "init" || fn.Name.Name == "main" && s.Unit.Pkg.Name() == "main") &&
			s.Func == ast.Node(fn) && flow.Loop(s.At(s.Call), fn) == nil
	})
}

// slow reports whether a function of the standard library starts a goroutine or asks the system for much.
func slow(fn *types.Func) bool {
	name := fn.Name()
	begins := func(prefixes ...string) bool {
		return slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
	}
	switch fn.Pkg().Path() {
	case "sync", "golang.org/x/sync/errgroup":
		return name == "Go"
	case "os":
		return !begins("Get", "Lookup", "Expand", "Is", "Exit", "Error", "Unwrap", "New", "Same", "Name", "Fd")
	case "os/exec", "os/signal", "runtime/pprof", "runtime/trace", "net/http/httptest":
		return !begins("Error")
	case "io/ioutil":
		return begins("ReadFile", "WriteFile", "ReadDir", "Temp")
	case "net":
		return begins("Dial", "Listen", "Lookup", "Resolve", "Close")
	case "database/sql":
		return begins("Query", "Exec", "Ping", "Begin", "Prepare", "Conn", "Commit", "Rollback")
	case "time":
		return name == "Sleep" || name == "NewTicker" || name == "Tick"
	case "net/http":
		return begins("Listen", "Serve", "Shutdown", "Do", "Close") || slices.Contains([]string{"Get", "Post", "PostForm", "Head"}, name) && fn.Signature().Recv() == nil
	}
	return false
}
