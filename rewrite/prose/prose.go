// Package prose finds and updates comments that mention a cleanup which a function no
// longer returns. It knows the usual sentences, such as
//
//	// The returned function must be called when the request is done.
//
// and changes no others. A person must look at those that it finds but cannot update.
package prose

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strings"
)

// A Change names the parts of a prepare function and their replacements after a rewrite.
type Change struct {
	Prepare string            // name of the function
	Finish  string            // name of the function or method that its cleanup becomes
	State   string            // name of the type that it returns in place of the cleanup; "" for none
	More    bool              // with State: the method takes arguments that the cleanup did not
	Merged  bool              // that is all that it did: it goes, and Finish takes its place
	Value   string            // name of the one value that it returns there; "" for none
	Zero    string            // with Value: what it returns if there is nothing to do
	Again   []int             // Finish takes these operands of Prepare again, or Clock, and nothing else; nil if it takes others
	Method  bool              // with Again: Finish is selected from what Prepare is selected from
	Wraps   bool              // callers may write Finish(Prepare(x)) where they called what it returned
	Cleanup []string          // names of variables and results that held the cleanup
	Gone    []string          // names of removed parameters
	Former  []string          // names that no variable of a caller has any more
	Alone   bool              // nothing else is returned, nor nil in its place
	Others  bool              // it returns another func as well, which the words callback and closure may mean
	Closers bool              // it returns something to be closed as well, which the word closer may mean
	Nouns   map[string]string // with State: names of variables of callers after the rewrite, by those before

	noun   string // what the comment calls the cleanup, if that is closure or callback
	shown  string // the variable for the cleanup in an example of the comment
	inside bool   // the comment is within the body of the function
	moved  bool   // the comment goes to the body of Finish
	listed bool   // the lines are the entries of a list of results
}

// Clock stands for time.Now() among the operands of Again.
const Clock = -1

// noun matches the words for a cleanup in comments.
const noun = `(?:clean-?up )?(?:func\(\)|func|function|closure|callback|clean-?up|releaser|restorer|unlocker|cancell?er|stopper|(?:context\.)?CancelFunc)`

// parens matches a sentence that reminds callers of the parentheses with which they called
// what the function returned.
var parens = regexp.MustCompile(`^(?:Don't|Do not|Never) forget (?:the |about the )?(?:trailing|extra|second|double|final|last) (?:pair of |set of )?(?:parens|parenthes[ie]s|\(\)|"\(\)"|` + "`\\(\\)`" + `)[.!]?$`)

// isNil matches what is true of a func value and of no method: that it is nil, or not.
const isNil = ` (?:(?:is|may|can|could|will|might|must|should|be|never|not|cannot|always|also|only) )+(?:nil|non-nil)\b`

var (
	funcIsNil = regexp.MustCompile(`(?i)\b` + noun + `(?: that| which)?(?: returned| it returns)?` + isNil)
	itIsNil   = regexp.MustCompile(`\b[Ii]t` + isNil)
)

// kept matches what can be done with a func value, but not with a function whose parameters
// are the operands of the cleanup.
var kept = regexp.MustCompile(`(?i)\b(?:pass|stor|keep|sav|assign|register|hand)(?:e|s|es|ed|ing)? (?:on |over )?the (?:returned|` + noun + `)`)

// ofFunction matches a mention of what a call of a function returns.
var ofFunction = regexp.MustCompile(`(?i)\b` + noun + ` (?:of|from|returned by) \[?(?:\w+\.)*(\w+)\(`)

// described matches a description of the cleanup of any function.
var described = regexp.MustCompile(`\b[Tt]he (?:returned (?:[a-z-]+ )?` + noun + `|` + noun + ` (?:that )?\S+ returns)\b`)

// Mend returns a sentence of a doc comment with its mention of the returned cleanup
// updated, or "" for one that nobody needs any more. A sentence without a known mention
// does not change:
//
//	The returned func must be called    endRead must be called
//	                                    The end method of the returned readState must be called
//	returns a function that ends it     returns a readState whose end method ends it
func (c Change) Mend(sentence string) string {
	if c.Others && another.MatchString(cleanups.ReplaceAllString(sentence, "")) {
		return sentence
	}
	if m := ofFunction.FindStringSubmatch(sentence); m != nil && m[1] != c.Prepare {
		return sentence
	}
	switch {
	case c.moved:
		return mendMoved(sentence)
	case c.inside:
		return c.mendInside(sentence)
	}
	if parens.MatchString(sentence) {
		return ""
	}
	sentence = c.mendCall(sentence)
	if funcIsNil.MatchString(sentence) || itIsNil.MatchString(sentence) || c.State == "" && kept.MatchString(sentence) {
		if rest, ok := strings.CutPrefix(sentence, c.Prepare+" "); ok && c.Merged {
			return c.Finish + " " + rest
		}
		return sentence
	}
	name := c.Finish
	if c.State != "" {
		name = "the " + c.Finish + " method of the returned " + c.State
	}
	sentence = c.mendCloser(c.mendDescription(sentence, name), name)
	if c.State != "" {
		name = "T" + name[1:]
	}
	if c.noun != "" && strings.Contains(sentence, c.noun) {
		again := regexp.MustCompile(`\bthe (?:returned |stop |cancel |cleanup |end )?` + c.noun + `\b`)
		sentence = again.ReplaceAllString(sentence, c.Finish)
	}
	if demand.MatchString(sentence) {
		sentence = c.demanded().ReplaceAllString(sentence, name+" $1 be ")
	}
	if c.Alone && c.State != "" {
		sentence = returnsNil.ReplaceAllString(sentence, "${1} the zero "+c.State)
	}
	return c.mendReturns(c.mendName(c.mendLater(c.mendNothing(sentence))))
}

// returnsNil matches what a function that returns its cleanup alone says when it returns none.
var returnsNil = regexp.MustCompile(`\b([Rr]eturns) nil\b`)

// later matches a mention of the cleanup after the one that says that it is returned. The word cleanup alone
// may stand for the work itself.
var later = regexp.MustCompile(`\b([Tt])he (?:clean-?up (?:func|function|callback)( ` + modal + `| (?:is|was|has been|runs)\b)|clean-?up( (?:is|was|has been) (?:called|run|invoked|deferred)\b))`)

// mendLater writes the name of finish in place of such a mention.
func (c Change) mendLater(sentence string) string {
	if c.State != "" {
		return later.ReplaceAllString(sentence, "${1}he "+c.Finish+" method${2}${3}")
	}
	return later.ReplaceAllString(sentence, c.Finish+"${2}${3}")
}

// named matches what makes a word the name of a func: what is done with it, and what it does.
const (
	doneWith = `(?:[Cc]all(?:s|ed|ing)?|[Dd]efer(?:s|red|ring)?|[Ii]nvok(?:es?|ed|ing))`
	doesSo   = `(?:must|should|has to|needs to|returns|undoes|runs|is an? no-?op)`
)

// articles matches a word after which a participle describes a noun, as in "a deferred cleanup".
var articles = regexp.MustCompile(`^(?i:an?|the|its?|this|that|any|no)$`)

// mendName writes the name of finish in place of that of the cleanup.
//
//	Callers must call fDecRef.        Callers must call decRef.
func (c Change) mendName(sentence string) string {
	finish := c.Finish
	if c.State != "" {
		finish = "the " + c.Finish + " method"
	}
	for _, name := range c.Cleanup {
		if name == c.Finish || !strings.Contains(sentence, name) {
			continue // no need to compile an expression
		}
		called := `\b` + regexp.QuoteMeta(name) + `\b(?:\(\))?`
		done := regexp.MustCompile(`(?:\b(\w+) )?\b(` + doneWith + `) ` + called)
		sentence = done.ReplaceAllStringFunc(sentence, func(said string) string {
			m := done.FindStringSubmatch(said)
			if articles.MatchString(m[1]) || strings.EqualFold(m[2], "defer") && strings.HasSuffix(said, "()") {
				return said // a deferred cleanup; code
			}
			return said[:strings.LastIndex(said, name)] + finish
		})
		sentence = regexp.MustCompile(`(, |; | (?:and|or|that|until|before|after) )`+called+`( `+doesSo+`\b)`).ReplaceAllString(sentence, "${1}"+finish+"${2}")
	}
	return sentence
}

// Where prepare returns another func as well, another matches a word that may mean that one, once
// cleanups is left out.
var (
	another  = regexp.MustCompile(`(?i)\b(?:func|function|closure|callback)s?\b`)
	cleanups = regexp.MustCompile(`(?i)\bclean-?up (?:func|function|closure|callback)s?\b`)
)

// these matches a demand to call or defer the func of which the sentence before speaks.
var these = regexp.MustCompile(`\b([Cc]all|[Dd]efer|[Ii]nvoke|[Rr]un)(s|ed|ing)? (?:this|that) ` + noun + `\b`)

// mendInside returns a sentence of a comment within the body of the function, where "a function" may be
// another one. It changes only what is about the cleanup:
//
//	The returned func must be called      The end method of the returned readState must be called
//	Create a callback for ending it.      Create a readState with an end method for ending it.
//	Defer this callback.                  Defer its end method.
func (c Change) mendInside(sentence string) string {
	name, its := c.Finish, c.Finish
	if c.State != "" {
		name, its = "the "+c.Finish+" method of the returned "+c.State, "its "+c.Finish+" method"
	}
	sentence = c.mendNothing(c.mendDescription(sentence, name))
	if these.MatchString(sentence) {
		sentence = these.ReplaceAllString(sentence, "${1}${2} "+its)
	}
	if c.State == "" && c.Value == "" {
		return sentence
	}
	if m, ok := find(sentence, `^`+defines+`s? `); ok && m.word != "" && (c.State != "" || !m.passive()) {
		return sentence[:m.operand] + c.handover(m)
	}
	return sentence
}

// defines matches the first word of a sentence about a func that the code beneath makes.
const defines = `(?:Create|Make|Build|Define|Prepare|Construct|Return|Set ?up)`

// mendMoved returns a sentence of a comment that goes with the cleanup to the body of finish as one about what that does:
//
//	Set up a func that will close it.      Close it.
//	Return a function that restores it.    Restores it.
func mendMoved(sentence string) string {
	m, ok := find(sentence, `^`+defines+`s? `)
	if !ok || m.word != "that" && m.word != "to" || m.passive() || toCall.MatchString(m.rest) || byCaller.MatchString(m.rest) {
		return sentence
	}
	text := strings.TrimPrefix(m.rest, "will ")
	if m.word == "that" && text == m.rest && modals.MatchString(text) {
		return sentence
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// mendDescription writes a name in place of a description of the cleanup.
func (c Change) mendDescription(sentence, name string) string {
	capital := name
	if c.State != "" {
		capital = "T" + name[1:]
	}
	in := func(before string) string {
		if strings.HasPrefix(before, "T") {
			return capital
		}
		return name
	}
	for _, n := range append([]string{c.Finish, c.shown}, c.Cleanup...) {
		if len(n) > 1 && mentions(sentence, n, `\breturned NAME\b`, `\bNAME (?:that )?(?:it|`+regexp.QuoteMeta(c.Prepare)+`) returns\b`) {
			n = regexp.QuoteMeta(n)
			what := regexp.MustCompile(`\b[Tt]he (?:returned ` + n + `(?: (?:func|function|closure|callback))?|` + n + ` (?:that )?(?:it|` + regexp.QuoteMeta(c.Prepare) + `) returns)((?i: ` + modal + `)| [a-z]+s\b|[.,;:]|$)`)
			if m := what.FindStringSubmatchIndex(sentence); m != nil {
				sentence = sentence[:m[0]] + in(sentence[m[0]:]) + sentence[m[2]:]
			}
		}
	}
	if !described.MatchString(sentence) {
		return sentence // no need to compile an expression
	}
	what := regexp.MustCompile(`\b[Tt]he (?:returned (?:[a-z-]+ )?` + noun + `|` + noun + ` (?:that )?(?:it|` + regexp.QuoteMeta(c.Prepare) + `) returns)\b`)
	return what.ReplaceAllStringFunc(sentence, in)
}

// closing matches that callers close what is returned.
var closing = regexp.MustCompile(`\bclos(e|es|ed|ing) the returned closer\b`)

// mendCloser writes that callers call finish where they close the cleanup.
func (c Change) mendCloser(sentence, name string) string {
	if c.Closers {
		return sentence
	}
	return closing.ReplaceAllStringFunc(sentence, func(s string) string {
		ending := strings.TrimPrefix(strings.TrimSuffix(s, " the returned closer"), "clos")
		return map[string]string{"e": "call", "es": "calls", "ed": "called", "ing": "calling"}[ending] + " " + name
	})
}

// nothing matches a func that does nothing, or no func.
var nothing = regexp.MustCompile("\\ban? (?:empty|no-?op|nil|dummy) (?:[\"'`]?\\w+[\"'`]? )?(?:func\\(\\)|(?:func|function|closure|callback|releaser|restorer|unlocker|cancell?er|stopper)\\b)")

// mendNothing writes of a func that does nothing that it is an empty state, or the zero value.
func (c Change) mendNothing(sentence string) string {
	instead := c.Zero
	if c.State != "" {
		instead = "an empty " + c.State
	}
	if instead == "" || !nothing.MatchString(sentence) {
		return sentence
	}
	return nothing.ReplaceAllString(sentence, instead)
}

// demand matches the start of a sentence that demands that something be done.
var demand = regexp.MustCompile("(?i)^(?:The )?[`']?[^ `'()]+(?:\\(\\))?[`']?(?: func| function| callback)? (?:must|should|has to|needs to) be ")

// demanded matches the start of a sentence that names the cleanup and demands that something
// be done with it.
func (c Change) demanded() *regexp.Regexp {
	names := "clean-?up"
	for _, n := range c.Cleanup {
		names += "|" + regexp.QuoteMeta(n)
	}
	return regexp.MustCompile("^(?:[Tt]he )?[`']?(?:" + names + ")(?:\\(\\))?[`']?(?: func| function| callback)? ((?i:must|should|has to|needs to)) be ")
}

// Moved returns the change for comments that go with the cleanup to the body of finish.
func (c Change) Moved() Change {
	c.moved = true
	return c
}

// Inside returns the change for comments within the body of the function.
func (c Change) Inside() Change {
	c.inside = true
	return c
}

// A Sentence is part of a comment.
type Sentence struct {
	Text string
	Pos  token.Pos // of the comment in which it begins
}

// Stale returns the sentences of a comment that are, or may be, no longer true. If doc is
// set, its lines are mended first.
func (c Change) Stale(g *ast.CommentGroup, doc bool) []Sentence {
	all := c.sentences(g, doc)
	named := func(s Sentence) bool { return c.Merged && strings.HasPrefix(s.Text, c.Finish+" ") }
	begins := func(s Sentence) bool { return strings.HasPrefix(s.Text, c.Prepare+" ") }
	mixed := false // some sentences were about prepare, others about its cleanup: now all are about finish
	if before := c.sentences(g, false); doc && slices.ContainsFunc(before, begins) {
		mixed = count(all, named) > count(before, begins)
	}
	return slices.DeleteFunc(all, func(s Sentence) bool { return !c.speaks(s.Text) && !(mixed && named(s)) })
}

// count returns how many sentences have a property.
func count(all []Sentence, has func(Sentence) bool) (n int) {
	for _, s := range all {
		if has(s) {
			n++
		}
	}
	return n
}

// stale holds the phrases of sentences that mention a cleanup as something that is returned or
// called.
var stale = []*regexp.Regexp{
	regexp.MustCompile(`\bdeferred (?:[a-z-]+ ){0,3}(?:func|function|closure|callback)\b`),
	regexp.MustCompile(`(?i)\breturn(?:s|ed|ing)? (?:back )?(?:an? |the |its |another )?(?:[a-z.]+[ -]){0,4}(?:func|function|closure|callback|clean-?up)\b`),
	regexp.MustCompile(`(?i)\breturns? (?:an?|the) (?:[a-z-]+ )?method (?:that|which|to)\b`),
	regexp.MustCompile(`(?i)\breturns? \([^()]*\b(?:func|function|clean-?up)\b`),
	regexp.MustCompile(`\breturns? (?:\w+\.)+(?:R?Unlock|Close|Stop|Release)\b`),
	regexp.MustCompile(`(?i)\ban? (?:nil|non-nil|no-?op|empty) ` + noun + `\b`),
	regexp.MustCompile(`(?i)\b(?:result|return value) (?:must|should|has to|needs to|is to|can|may) be (?:called|deferred|invoked)\b`),
	regexp.MustCompile(`(?i)\b(?:call|defer|invok)(?:e|s|es|ing|ring)? (?:the|its) (?:result|return value)\b`),
	regexp.MustCompile(`(?i)\b` + noun + ` (?:that )?(?:is |was )?(?:returned|must|should|has to|needs to|to be called|to be deferred|to call|to defer|it returns|that it returns)\b`),
	regexp.MustCompile(`(?i)\b(?:hand|give|yield|provide)s? (?:back |the caller |callers |you )?an? (?:[a-z]+[ -]){0,3}(?:func|function|closure|callback|clean-?up)\b`),
	regexp.MustCompile(`^(?:[-*+] )?(?:an?|the) (?:[a-z-]+ ){0,2}` + noun + `(?: (?:that|which|to|and) | - |[.,]|$)`),
	regexp.MustCompile(`(?i)\b(?:store|keep|pass|copy|save|drop|ignore|reuse|share)(?:s|d|es|ed|ing)? the ` + noun + `\b`),
	regexp.MustCompile(`(?i)\b(?:create|build|make|define|prepare|construct|set ?up)s? (?:an?|the) (?:[a-z-]+ ){0,2}` + noun + `\b`),
	regexp.MustCompile(`(?i)\b(?:call|defer|invoke|run)(?:s|ed|ing)? (?:this|that) ` + noun + `\b`),
	regexp.MustCompile(`\b(?:closure|lambda)\b`),
	regexp.MustCompile(`^\s*defer \w+\(|\bdefer \w+\(\)(?:[^.]|$)`),
	regexp.MustCompile(`(?i)\b(?:trailing|extra|second|double|two) (?:pairs? of |sets? of )?(?:paren|\(\))`),
}

// speaks reports whether a sentence mentions a removed parameter, or the cleanup as
// something that is returned or called.
func (c Change) speaks(s string) bool {
	mended := `(?:\w+\.)*` + regexp.QuoteMeta(c.Prepare) + operands + `\.` + regexp.QuoteMeta(c.Finish) + `\(`
	if c.Wraps {
		mended = regexp.QuoteMeta(c.Finish) + `\(` + regexp.QuoteMeta(c.Prepare) + `\(`
	}
	if (c.State != "" || c.Wraps) && strings.Contains(s, c.Prepare) && regexp.MustCompile("^\\s*[`'\"]?(?:defer )?"+mended).MatchString(s) {
		return false // as mendCode writes it
	}
	s = strings.ReplaceAll(s, " with "+article(c.Finish)+" method", "") // as handover writes it
	return funcIsNil.MatchString(s) || slices.ContainsFunc(stale, func(r *regexp.Regexp) bool { return r.MatchString(s) }) ||
		mentions(s, c.Prepare, `\bNAME\([^()]*\)\(`, `(?i)\b`+noun+` (?:that )?(?:is |was )?(?:that )?NAME returns\b`) ||
		slices.ContainsFunc(c.Cleanup, func(name string) bool {
			return mentions(s, name,
				`\b`+doneWith+` (?:the )?NAME\b`,
				`\b(?:[Rr]eturn(?:s|ed)|[Tt]he returned) (?:(?:the|an?|its) )?(?:[a-z-]+ )?NAME\b`,
				`\bNAME(?:\(\)| func\b| `+doesSo+`\b)`,
				`^NAME is\b`)
		}) || c.Alone && returnsNil.MatchString(s) ||
		slices.ContainsFunc(c.Former, func(name string) bool {
			// A word of another meaning is no name.
			return strings.ContainsAny(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") && mentions(s, name, `\bNAME\b`)
		}) ||
		slices.ContainsFunc(c.Gone, func(name string) bool { return len(name) > 1 && mentions(s, name, `\bNAME\b`) })
}

// mentions reports whether a sentence matches one of some patterns, in which NAME stands for a
// name.
func mentions(s, name string, patterns ...string) bool {
	if !strings.Contains(strings.ToLower(s), strings.ToLower(name)) {
		return false // no need to compile an expression
	}
	return slices.ContainsFunc(patterns, func(p string) bool {
		return regexp.MustCompile(strings.ReplaceAll(p, "NAME", regexp.QuoteMeta(name))).MatchString(s)
	})
}

// sentences splits a comment into sentences. An indented line, such as code in a doc
// comment, is a separate sentence. If doc is set, those that MendDoc mends are mended.
func (c Change) sentences(g *ast.CommentGroup, doc bool) []Sentence {
	var all []Sentence
	if doc {
		var lines []string
		for _, comment := range g.List {
			lines = append(lines, comment.Text)
		}
		c = c.showing(lines)
	}
	mends := make(map[int]bool)
	open := false // the last sentence is not complete
	for i, comment := range g.List {
		texts := []string{text(comment.Text)}
		c.listed = listsResults(textsOf(g.List[:i]))
		if doc && strings.HasPrefix(comment.Text, "//") && !isProse(comment.Text) {
			texts = nil
			for _, line := range c.mendCode(comment.Text) {
				texts = append(texts, text(line))
			}
		}
		for line := range strings.Lines(strings.Join(texts, "\n")) {
			line = strings.TrimRight(line, "\r\n")
			trimmed := strings.TrimSpace(line)
			if code := strings.HasPrefix(line, "\t") || strings.HasPrefix(line, "   "); code || trimmed == "" {
				open = false
				if code && trimmed != "" {
					all = append(all, Sentence{trimmed, comment.Pos()})
				}
				continue
			}
			mend := doc && isProse(comment.Text)
			for _, word := range strings.Fields(line) {
				if open {
					all[len(all)-1].Text += " " + word
					mends[len(all)-1] = mends[len(all)-1] && mend
				} else {
					mends[len(all)] = mend
					all = append(all, Sentence{word, comment.Pos()})
				}
				open = !ends(word)
			}
		}
	}
	for i := range all {
		if mends[i] {
			all[i].Text = c.Mend(all[i].Text)
		}
	}
	return slices.DeleteFunc(all, func(s Sentence) bool { return s.Text == "" })
}

// textsOf returns the texts of comments.
func textsOf(list []*ast.Comment) []string {
	var texts []string
	for _, comment := range list {
		texts = append(texts, comment.Text)
	}
	return texts
}

// text returns a comment without its markers.
func text(comment string) string {
	if line, ok := strings.CutPrefix(comment, "//"); ok {
		return strings.TrimPrefix(line, " ")
	}
	return strings.TrimSuffix(strings.TrimPrefix(comment, "/*"), "*/")
}
