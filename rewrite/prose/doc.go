package prose

import (
	"regexp"
	"strings"
)

// MendDoc returns the lines of a doc comment with its sentences mended. A paragraph in which
// a sentence has changed is wrapped again, to the width that it had. In code, calls of the
// cleanup are updated if there is a state. Lists, directives and block comments stay as they
// are.
func (c Change) MendDoc(lines []string) []string {
	var all []string
	for len(lines) > 0 {
		n := 0
		for n < len(lines) && isProse(lines[n]) {
			n++
		}
		if n == 0 {
			all, lines = append(all, c.mendCode(lines[0])), lines[1:]
			continue
		}
		all, lines = append(all, c.mendParagraph(lines[:n])...), lines[n:]
	}
	return all
}

// mendCode returns a line of a comment in which a call of the cleanup, if the line is code, is
// one of the state's method:
//
//	defer Elapsed(ctx, "name")()        defer Elapsed(ctx, "name").Finish()
func (c Change) mendCode(line string) string {
	if c.State == "" || !strings.HasPrefix(line, "//\t") && !strings.HasPrefix(line, "//  ") {
		return line
	}
	call := regexp.MustCompile(`^(//\s+(?:defer )?(?:\w+\.)?` + regexp.QuoteMeta(c.Prepare) + `\([^()]*\))\(`)
	return call.ReplaceAllString(line, "${1}."+c.Finish+"(")
}

// isProse reports whether a line of a comment is one of a paragraph.
func isProse(line string) bool {
	text, ok := strings.CutPrefix(line, "// ")
	return ok && !regexp.MustCompile(`^(\s|[-*+#] |\d+[.)] |$)`).MatchString(text)
}

func (c Change) mendParagraph(lines []string) []string {
	var words []string
	width := 77
	for _, line := range lines {
		words = append(words, strings.Fields(strings.TrimPrefix(line, "//"))...)
		width = max(width, len([]rune(line)))
	}
	changed := false
	var sentences []string
	for _, s := range split(words) {
		mended := c.Mend(s)
		changed = changed || mended != s
		sentences = append(sentences, mended)
	}
	if !changed {
		return lines
	}
	return Wrap(strings.Join(sentences, " "), width)
}

// Wrap returns a text as lines of a comment that are not longer than width, if no word is.
func Wrap(text string, width int) []string {
	var lines []string
	line := "//"
	for _, word := range strings.Fields(text) {
		if line != "//" && len([]rune(line))+1+len([]rune(word)) > width {
			lines, line = append(lines, line), "//"
		}
		line += " " + word
	}
	return append(lines, line)
}

// split joins words to sentences.
func split(words []string) []string {
	var all []string
	open := false // the last sentence is not complete
	for _, word := range words {
		if open {
			all[len(all)-1] += " " + word
		} else {
			all = append(all, word)
		}
		open = !ends(word)
	}
	return all
}

// ends reports whether a word ends a sentence.
func ends(word string) bool { return strings.ContainsRune(".!?:", rune(word[len(word)-1])) }

// returned matches an operand of "returns" that is the cleanup.
const returned = `an? (?:[a-z-]+ ){0,2}` + noun

// Does returns what a doc comment says that the cleanup does, as a clause without its
// subject: "closes the file". It returns "" if the comment does not say so, or in words
// that take the rest of the comment to understand.
func Does(lines []string) string {
	var words []string
	for _, line := range lines {
		if !isProse(line) {
			line = "// ." // ends the sentence
		}
		words = append(words, strings.Fields(strings.TrimPrefix(line, "//"))...)
	}
	for _, s := range split(words) {
		for _, pattern := range []string{
			`\breturn(?:s|ing) (?:.* and )?` + returned + ` (?:that|which) ([a-z]+s )(.*)`,
			`^The (?:returned ` + noun + `|` + noun + ` (?:that )?it returns) ([a-z]+s )(.*)`,
		} {
			m := regexp.MustCompile(pattern).FindStringSubmatch(s)
			if m == nil || !isVerb(m[1]+m[2]) || regexp.MustCompile(`^(?:is|was|has|does|needs|takes|returns|ends) $`).MatchString(m[1]) {
				continue
			}
			clause := regexp.MustCompile(`,? when (?:it is |it's )?(?:called|invoked|run)$`).ReplaceAllString(strings.TrimRight(m[1]+m[2], " .!?:"), "")
			if strings.Contains(clause, " ") && !regexp.MustCompile(`(?i)\b(?:it|its|them|they|this|these|that|which|returned|must|should|caller|\w*func\w*|closure|callback)\b`).MatchString(clause) {
				return clause
			}
		}
	}
	return ""
}

// mendReturns updates a sentence in which "returns" has the cleanup as its operand.
//
//	begin locks it and returns a func that unlocks it.    begin locks it; end unlocks it.
//	It returns a func to unlock it.                       Call end to unlock it.
func (c Change) mendReturns(s string) string {
	that := func(before, text string) {
		x := regexp.MustCompile(before + returned + ` (?:that|which) `)
		if at := x.FindStringIndex(s); at != nil && isVerb(s[at[1]:]) {
			s = s[:at[0]] + text + " " + s[at[1]:]
		}
	}
	to := func(before, text string) {
		x := regexp.MustCompile(before + returned + ` to `)
		if at := x.FindStringIndex(s); at != nil && !strings.HasPrefix(s[at[1]:], "be ") {
			s = s[:at[0]] + text + " to " + s[at[1]:]
		}
	}
	switch {
	case c.Merged:
		that(`^(?:`+regexp.QuoteMeta(c.Prepare)+`|It) returns `, c.Finish)
		if rest, ok := strings.CutPrefix(s, c.Prepare+" "); ok {
			s = c.Finish + " " + rest
		}
	case c.State != "":
		state := article(c.State)
		that(`\breturns `, "returns "+state+" whose "+c.Finish+" method")
		to(`\breturns `, "returns "+state+" with "+article(c.Finish)+" method")
		if strings.Contains(strings.ToLower(s), "returns ") {
			that(`\band `, "and "+state+" whose "+c.Finish+" method")
			to(`\band `, "and "+state+" with "+article(c.Finish)+" method")
		}
	case c.Value != "":
		that(`\breturns `, "returns "+c.Value+" for "+c.Finish+", which")
		if strings.Contains(strings.ToLower(s), "returns ") {
			that(`\band `, "and "+c.Value+" for "+c.Finish+", which")
		}
	default:
		that(`^It (?:also )?returns `, c.Finish)
		to(`^It (?:also )?returns `, "Call "+c.Finish)
		that(`,? (?:and|then|and then) returns `, "; "+c.Finish)
		to(`,? (?:and|then|and then) returns `, "; call "+c.Finish)
		that(`^`+regexp.QuoteMeta(c.Prepare)+` returns `, c.Prepare+" goes with "+c.Finish+", which")
		if strings.Contains(strings.ToLower(s), "returns ") {
			that(`,? and `, "; "+c.Finish)
			to(`,? and `, "; call "+c.Finish)
		}
	}
	return s
}

// isVerb reports whether the first word of a text is a verb in the third person.
func isVerb(text string) bool {
	const modal = `(?:must|should|can|may|will|shall|has to|have to|need|needs)\b`
	return regexp.MustCompile(`^`+modal).MatchString(text) ||
		regexp.MustCompile(`^[a-z]+s\b`).MatchString(text) && !regexp.MustCompile(`^(?:its|this|callers|users|clients|\w+s `+modal+`)`).MatchString(text)
}

// article returns a name with its indefinite article.
func article(name string) string {
	if strings.ContainsRune("aeiouAEIOU", rune(name[0])) {
		return "an " + name
	}
	return "a " + name
}
