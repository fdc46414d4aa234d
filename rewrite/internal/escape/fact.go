package escape

import (
	"go/ast"
	goparser "go/parser"
	"go/token"
	"go/types"
	"regexp"
	"strings"
)

// Constant reports whether a fact is about a constant or another value known at compile
// time. The linker lays out such values, so they are not allocated although the compiler
// reports that they escape. If in doubt, Constant reports false.
func (f Fact) Constant() bool {
	if f.Moved {
		return false
	}
	if temporary.MatchString(f.What) {
		return true
	}
	e, err := goparser.ParseExpr(f.What)
	if err != nil {
		// The compiler truncates long strings, including the closing quote.
		rest, ok := strings.CutPrefix(f.What, `"`)
		rest, cut := strings.CutSuffix(rest, "...")
		return ok && cut && !strings.Contains(escaped.ReplaceAllString(rest, ""), `"`)
	}
	return constant(e)
}

var (
	// temporary matches names of variables that the compiler makes, as for the
	// arguments of a deferred call. The value of the variable is reported as well,
	// under its name in the source.
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
		// The compiler prints constants other than complex ones as one value. A sum of
		// strings includes a variable.
		y, ok := e.Y.(*ast.BasicLit)
		return ok && y.Kind == token.IMAG && constant(e.X)
	case *ast.CallExpr:
		// A constant of a type other than its default type, such as uint8(3).
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

// Words returns a description of what the fact is about that stays the same if the code is
// moved. A variable that becomes a field, or the other way round, keeps its base name.
func (f Fact) Words() string { return qualified.ReplaceAllString(f.What, "") }

var qualified = regexp.MustCompile(`\.?[\pL_][\pL\d_]*\.`)

// Reasons returns the explanations for all values of a fact, without the positions, which
// differ between a function and its copies.
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
