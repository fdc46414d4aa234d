package spell

import (
	"go/token"
	"go/types"
	"strings"
	"unicode"

	"github.com/closurefix/closurefix/rewrite/flow"
)

// Plain reports whether the names in the source of a type, or of its zero value, have
// the same meaning at pos as at file level, and the predeclared ones that of the
// language.
func Plain(u *flow.Unit, pos token.Pos, text string) bool {
	scope := u.Innermost(pos)
	if scope == nil {
		return false
	}
	for _, name := range words(text) {
		at, obj := scope.LookupParent(name, pos)
		if tn, ok := obj.(*types.TypeName); ok && IsTypeParam(tn.Type()) {
			continue
		}
		if obj != nil && at != types.Universe && at != u.Pkg.Scope() && at.Parent() != u.Pkg.Scope() {
			return false
		}
		switch name {
		case "nil", "true", "false", "new":
			if at != types.Universe {
				return false
			}
		}
	}
	return true
}

// words returns the identifiers in source: of a qualified identifier the package, and
// every other one.
func words(text string) []string {
	all := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '.' })
	for i, w := range all {
		all[i], _, _ = strings.Cut(strings.TrimLeft(w, "."), ".")
	}
	return all
}
