package plan

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/pattern"
)

// recoversItself reports whether a declared function may call recover directly. Its source
// tells, which may be in another module. The bodies of functions in a Unit may be left out.
func recoversItself(u *pattern.Unit, fn *types.Func) bool {
	if fn.Pkg() == nil || types.IsInterface(receiverType(fn)) {
		return true
	}
	if slices.Contains(neverRecover(), fn.Pkg().Path()) && fn.Exported() {
		return false
	}
	name := u.Filename(fn.Origin().Pos())
	text, err := u.ReadFile(name)
	if err != nil {
		return true
	}
	f, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
	if err != nil {
		return true
	}
	for _, d := range f.Decls {
		decl, ok := d.(*ast.FuncDecl)
		if ok && decl.Name.Name == fn.Name() && recvName(decl) == pattern.KeyOf(fn).Recv && decl.Body != nil {
			return namesRecover(decl.Body)
		}
	}
	return true
}

// recvName returns the name of the type of which a declaration is a method, or "".
func recvName(decl *ast.FuncDecl) string {
	if decl.Recv == nil || len(decl.Recv.List) != 1 {
		return ""
	}
	e := decl.Recv.List[0].Type
	for {
		switch t := e.(type) {
		case *ast.ParenExpr:
			e = t.X
		case *ast.StarExpr:
			e = t.X
		case *ast.IndexExpr:
			e = t.X
		case *ast.IndexListExpr:
			e = t.X
		case *ast.Ident:
			return t.Name
		default:
			return ""
		}
	}
}

// receiverType returns the type of a method's receiver, or nil for a function.
func receiverType(fn *types.Func) types.Type {
	if recv := fn.Signature().Recv(); recv != nil {
		return recv.Type()
	}
	return types.Typ[types.Invalid]
}

// namesRecover reports whether a function body names recover outside of literals.
func namesRecover(body *ast.BlockStmt) (found bool) {
	ast.Inspect(body, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		found = found || ok && id.Name == "recover"
		_, lit := n.(*ast.FuncLit)
		return !lit && !found
	})
	return found
}

// neverRecover returns packages of which no exported method calls recover itself.
func neverRecover() []string {
	return []string{
		"archive/tar", "archive/zip", "bufio", "bytes", "compress/flate", "compress/gzip", "compress/zlib", "context", "database/sql", "io", "log",
		"net", "net/http", "net/http/httptest", "os", "os/exec", "runtime/trace", "strings", "sync", "sync/atomic", "time",
	}
}
