package candidate

import (
	"fmt"
	"strings"

	"github.com/closurefix/closurefix/rewrite/plan"
)

// notes returns what the reader of the change should look at.
func notes(p *plan.Plan) []string {
	doc := p.Prepare.Decl.Doc
	if doc == nil {
		return nil
	}
	gone := map[string]bool{"func": true, "function": true, "closure": true, "callback": true, "cleanup": true}
	for _, l := range p.Prepare.Literals {
		if l.Var != nil {
			gone[l.Var.Name()] = true
		}
	}
	if name := p.Prepare.Func.Signature().Results().At(p.Prepare.Result).Name(); name != "" {
		gone[name] = true
	}
	for i := range p.Drop {
		gone[p.Prepare.Func.Signature().Params().At(i).Name()] = true
	}
	for line := range strings.Lines(doc.Text()) {
		if strings.Contains(line, p.Prepare.Key.Name+"(") && strings.Contains(line, ")(") {
			return []string{fmt.Sprintf("review the comment of %s: it shows the call %q", p.Prepare.Key, strings.TrimSpace(line))}
		}
	}
	for _, w := range strings.FieldsFunc(doc.Text(), func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '_')
	}) {
		if gone[w] {
			return []string{fmt.Sprintf("review the comment of %s: it speaks of %q", p.Prepare.Key, w)}
		}
	}
	return nil
}
