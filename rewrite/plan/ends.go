package plan

import (
	"go/ast"
	"regexp"
	"slices"

	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
)

// endWords matches a sentence of a doc comment that says of a func that it ends something.
var endWords = regexp.MustCompile(`(?i)\b(?:func|function|closure|callback|return|returned|returns)\b[^.]*?\b(?:clean(?:s|ed|ing)?[ -]?up|defer|clos(?:e|es|ing)\b|releas|stop|finish|undo|restor|done\b|end(?:s|ing)?\b)`)

// SaysEnd reports whether prepare says of the func that it returns that it ends something: by the
// name of its result or of a variable, or if these have none, by its own name, by its doc comment, or by
// what the func does. A func that no caller defers is a cleanup only then.
func SaysEnd(p *pattern.Prepare) bool {
	names := []string{p.Func.Signature().Results().At(p.Result).Name()}
	for _, l := range p.Literals {
		if l.Var != nil {
			names = append(names, l.Var.Name())
		}
		if isTimer(p, l) || slices.ContainsFunc(l.Lit.Body.List, func(s ast.Stmt) bool { return verbOfStatement(p, s) != "" }) {
			return true
		}
	}
	if slices.ContainsFunc(names, spell.IsEnd) || p.Decl.Doc != nil && endWords.MatchString(p.Decl.Doc.Text()) {
		return true
	}
	return spell.Begins(p.Key.Name) && !slices.ContainsFunc(names, func(name string) bool { return len(name) > 2 })
}

// NamesEnd reports whether the name of a variable says that the func in it ends something.
func NamesEnd(name string) bool { return spell.IsEnd(name) }
