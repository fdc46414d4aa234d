package prose

import (
	"regexp"
	"slices"
	"strings"
)

// doing holds what doc comments say about what a cleanup does: a word before the verb, the verb,
// and what follows.
var doing = []*regexp.Regexp{
	regexp.MustCompile(`\breturn(?:s|ing) (?:.* (?:and|with) )?` + returned + ` (?:that|which)(?:,? (?:when|once) (?:called|invoked|run),)? ((?:will )?)([a-z]+)( .*)`),
	regexp.MustCompile(`\breturn(?:s|ing) (?:.* (?:and|with) )?` + returned + ` (to |for )([a-z]+)( .*)`),
	regexp.MustCompile(`^Returns ` + returned + ` (?:that|which) ((?:will )?)([a-z]+)( .*)`),
	regexp.MustCompile(`^Returns ` + returned + ` (to |for )([a-z]+)( .*)`),
	regexp.MustCompile(`^The (?:returned (?:[a-z-]+ )?` + noun + `|` + noun + ` (?:that )?it returns) ((?:will )?)([a-z]+)( .*)`),
	regexp.MustCompile(`\b(?:[Cc]all|[Dd]efer|[Ii]nvoke|[Rr]un)(?:s|ing)? the returned ` + noun + ` (to )([a-z]+)( .*)`),
}

var (
	when      = regexp.MustCompile(`,? when (?:it is |it's )?(?:called|invoked|run)$`)
	referring = regexp.MustCompile(`(?i)\b(?:it|its|them|they|this|these|that|which|returned|must|should|caller|\w*func\w*|closure|callback)\b`) // to what is said before
	sibilant  = regexp.MustCompile(`(?:[sxzo]|ch|sh)$`)
)

// Does returns what a doc comment says that the cleanup does, as a clause without its
// subject: "closes the file". It returns "" if the comment does not say so, or in words
// that take the rest of the comment to understand.
func Does(lines []string) string {
	for _, s := range sentences(lines) {
		for _, pattern := range doing {
			if m := pattern.FindStringSubmatch(s); m != nil {
				if clause := clauseOf(m[1], m[2], m[3]); clause != "" {
					return clause
				}
			}
		}
	}
	return ""
}

// sentences returns the sentences of a comment.
func sentences(lines []string) []string {
	var words []string
	for _, line := range lines {
		if !isProse(line) {
			line = "// ." // ends the sentence
		}
		words = append(words, strings.Fields(strings.TrimPrefix(line, "//"))...)
	}
	return split(words)
}

// says matches what a doc comment says of the cleanup up to its verb and the next word, whatever follows.
var says = regexp.MustCompile(`\b(?:(?:[Rr]eturn(?:s|ing)|and(?: also)?|with) ` + returned +
	`|[Tt]he (?:returned (?:[a-z-]+ )?` + noun + `|` + noun + ` (?:that )?it returns)` +
	`|(?:[Cc]all|[Dd]efer|[Ii]nvoke|[Rr]un)(?:s|ing)? the returned ` + noun + `)` +
	` (?:(?:that|which)(?:,? (?:when|once) (?:called|invoked|run),)? )?(?:(?:must|should|can|may) be (?:called|invoked|run|used) )?(?:to |for |will )?([a-z]+)( [a-z]+)?`)

// Verbs returns verbs with which a doc comment may say what the cleanup does, in the form of names. For "a function that
// shuts down the server" these are shutdown, shut and others.
func Verbs(lines []string) []string {
	var verbs []string
	for _, s := range sentences(lines) {
		for _, m := range says.FindAllStringSubmatch(s, -1) {
			for _, verb := range []string{m[1], strings.TrimSuffix(m[1], "s"), strings.TrimSuffix(m[1], "es"), base(m[1])} {
				verbs = append(verbs, verb+strings.TrimSpace(m[2]), verb)
			}
		}
	}
	return verbs
}

// clauseOf returns what a cleanup does as a clause. The verb follows the word will, to or
// for, or if that is empty, is in the third person. It returns "" if the clause alone is hard
// to understand.
func clauseOf(word, verb, rest string) string {
	rest, _, _ = strings.Cut(rest, ";")
	rest = strings.TrimRight(more.ReplaceAllString(rest, ""), " .!?:")
	rest = when.ReplaceAllString(rest, "")
	switch word {
	case "":
		if !isVerb(verb + rest) {
			return ""
		}
	case "for ":
		verb = base(verb)
		fallthrough
	default:
		if verb == "" || strings.Contains(rest, " and ") || strings.Contains(rest, " or ") {
			return "" // a second verb would have to change too
		}
		verb = third(verb)
	}
	if slices.Contains([]string{"is", "was", "bes", "has", "does", "needs", "takes", "returns", "ends", "calls", "must", "should", "can", "may"}, verb) {
		return ""
	}
	known := strings.ReplaceAll(rest, " sure that ", " sure ")
	if rest == "" || referring.MatchString(known) {
		return ""
	}
	return verb + rest
}

// third returns a verb in the third person.
func third(verb string) string {
	switch n := len(verb); {
	case sibilant.MatchString(verb):
		return verb + "es"
	case verb[n-1] == 'y' && n > 1 && !strings.ContainsRune("aeiou", rune(verb[n-2])):
		return verb[:n-1] + "ies"
	case verb == "have":
		return "has"
	}
	return verb + "s"
}

// base returns the verb of which a word is the participle, if it is one of those that say
// what cleanups do, and otherwise "".
func base(participle string) string {
	stem, ok := strings.CutSuffix(strings.TrimRight(participle, ".,"), "ing")
	if !ok || stem == "" {
		return ""
	}
	verbs := []string{
		"cancel", "clean", "clear", "close", "delete", "detach", "end", "finish", "free", "leave", "release", "remove", "reset",
		"restore", "revert", "roll", "shut", "signal", "stop", "tear", "terminate", "undo", "unlock", "unregister", "unsubscribe",
	}
	for _, v := range verbs {
		if stem == v || stem == strings.TrimSuffix(v, "e") || stem == v+v[len(v)-1:] {
			return v
		}
	}
	return ""
}

// SaysNothing reports whether a comment only says that code does nothing: "// no-op
// default". It may go with that code.
func SaysNothing(comment string) bool {
	words := strings.FieldsFunc(strings.ToLower(comment), func(r rune) bool {
		return strings.ContainsRune(" \t\n/*.,:;!-–—'", r)
	})
	idle := false
	for _, w := range words {
		switch w {
		case "noop", "op", "nop", "nothing", "empty":
			idle = true
		case "needed", "necessary", "required":
			idle = idle || slices.Contains(words, "no")
		case "no", "do", "does", "to", "a", "an", "the", "is", "it", "here", "there", "by", "default", "func", "function", "cleanup", "clean", "up", "close", "closer", "undo", "release":
		default:
			return false
		}
	}
	return idle
}
