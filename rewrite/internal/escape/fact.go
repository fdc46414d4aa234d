package escape

import (
	"go/ast"
	goparser "go/parser"
	"go/token"
	"go/types"
	"regexp"
	"strings"
)

// Constant reports whether a fact is about a constant, or another value that is
// known when the program is compiled: the linker lays it out, so that it is no
// allocation although the compiler says that it escapes. In doubt it reports false.
func (f Fact) Constant() bool {
	if f.Moved {
		return false
	}
	if temporary.MatchString(f.What) {
		return true
	}
	e, err := goparser.ParseExpr(f.What)
	if err != nil {
		// The compiler cuts the text of a long string, and its closing quote.
		rest, ok := strings.CutPrefix(f.What, `"`)
		rest, cut := strings.CutSuffix(rest, "...")
		return ok && cut && !strings.Contains(escaped.ReplaceAllString(rest, ""), `"`)
	}
	return constant(e)
}

var (
	// temporary is the name of a variable that the compiler makes up, as for the
	// arguments of a deferred call: what is in it was evaluated, and accounted for,
	// under the name that it has in the text.
	temporary = regexp.MustCompile(`^\.autotmp_\d+$`)

	escaped = regexp.MustCompile(`\\.`)
)

func constant(e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.BasicLit:
		return true
	case *ast.Ident:
		return e.Name == "true" || e.Name == "false" || e.Name == "nil"
	case *ast.UnaryExpr:
		return (e.Op == token.SUB || e.Op == token.ADD) && constant(e.X)
	case *ast.BinaryExpr:
		// Constants are printed as one value, but for complex ones; a sum of strings
		// has a variable among them.
		y, ok := e.Y.(*ast.BasicLit)
		return ok && y.Kind == token.IMAG && constant(e.X)
	case *ast.CallExpr:
		// A constant of another basic type than the usual one: uint8(3).
		fn, ok := e.Fun.(*ast.Ident)
		return ok && basic(fn.Name) && len(e.Args) == 1 && constant(e.Args[0])
	case *ast.CompositeLit:
		t, ok := e.Type.(*ast.StructType) // struct {}{} takes no space
		return ok && t.Fields.NumFields() == 0
	}
	return false
}

func basic(name string) bool {
	t, ok := types.Universe.Lookup(name).(*types.TypeName)
	if !ok {
		return false
	}
	_, ok = t.Type().(*types.Basic)
	return ok
}

// IsLiteral reports whether a fact is about a function literal.
func (f Fact) IsLiteral() bool { return f.What == literal && !f.Moved }

// Words returns what a fact is about, in words by which it can be recognised where
// the code was moved: a variable that is now a field, or the other way round, has
// the same base name.
func (f Fact) Words() string { return qualified.ReplaceAllString(f.What, "") }

var qualified = regexp.MustCompile(`\.?[\pL_][\pL\d_]*\.`)

// Reasons returns the accounts of all values that a fact stands for, without the
// positions, which differ between a function and its copies.
func (f Fact) Reasons() []string {
	all := []string{plain(f.Reason)}
	for _, r := range f.Again {
		all = append(all, plain(r))
	}
	return all
}

func plain(lines []string) string {
	var b strings.Builder
	for _, line := range lines {
		if i := strings.LastIndex(line, " at "); i >= 0 {
			line = line[:i]
		}
		b.WriteString(line)
		b.WriteByte('\n')
	}
	return b.String()
}
