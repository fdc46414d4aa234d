package prose

import (
	"regexp"
	"strings"
)

// demands holds what doc comments demand of callers: the modal verb, what they must do, and when.
var demands = []*regexp.Regexp{
	regexp.MustCompile(`^(?:The caller|Callers|The user|Users) (must|should|has to|have to|needs to|need to) (?:also |always )?(call|invoke|run|defer) (?:the returned (?:[a-z-]+ )?` + noun + `)((?: .*)?)[.!]$`),
	regexp.MustCompile(`^The (?:returned (?:[a-z-]+ )?` + noun + `|` + noun + ` (?:that )?it returns) (must|should|has to|needs to) (?:also |always )?be (called|invoked|run|deferred)((?: .*)?)[.!]$`),
}

// gotten matches what prepare returned besides the cleanup, at the end of a clause.
var gotten = regexp.MustCompile(`\bthe returned (\w+)$`)

// Demand returns when a doc comment says that the cleanup must be called, as a clause without its subject,
// or "". It names prepare as link does:
//
//	The caller should invoke the returned function    should be called after using the item
//	after using the returned item.                    returned by [Pool.Get]
func Demand(lines []string, link string) string {
	for _, s := range sentences(lines) {
		for _, pattern := range demands {
			m := pattern.FindStringSubmatch(s)
			if m == nil {
				continue
			}
			rest, _, _ := strings.Cut(m[3], ";")
			rest = gotten.ReplaceAllString(rest, "the ${1} returned by LINK")
			if strings.Contains(rest, ",") || referring.MatchString(strings.Replace(rest, " returned by LINK", "", 1)) {
				continue
			}
			modal := strings.NewReplacer("have to", "has to", "need to", "needs to").Replace(m[1])
			done := map[string]string{"defer": "deferred", "deferred": "deferred"}[m[2]]
			if done == "" {
				done = "called"
			}
			return modal + " be " + done + strings.Replace(rest, "LINK", link, 1)
		}
	}
	return ""
}
