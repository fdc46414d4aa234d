package prose

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// called matches what a doc comment calls the cleanup, if that is callback or closure.
var called = regexp.MustCompile(`\breturns? an? (?:[a-z-]+ )?(callback|closure)\b`)

// MendDoc returns the lines of a doc comment with its sentences mended. Lines in which a
// sentence has changed are wrapped again, to the width of their paragraph. In code, calls of
// the cleanup are updated. So is the cleanup as an entry of a list of results. Other lists,
// directives and block comments stay as they are.
func (c Change) MendDoc(lines []string) []string {
	if m := called.FindStringSubmatch(strings.ReplaceAll(strings.Join(lines, " "), " // ", " ")); m != nil && !c.Others {
		c.noun = m[1]
	}
	c = c.showing(lines)
	before := lines
	var all []string
	for len(lines) > 0 {
		n := 0
		for n < len(lines) && isProse(lines[n]) {
			n++
		}
		if n == 0 {
			c.listed = listsResults(before[:len(before)-len(lines)])
			all, lines = append(all, c.mendCode(lines[0])...), lines[1:]
			continue
		}
		all, lines = append(all, c.mendParagraph(lines[:n])...), lines[n:]
	}
	return all
}

// mendCode returns a line of a comment that is no text of a paragraph. If it is code, a call of the cleanup in
// it is one of finish. An entry of a list that is the cleanup is what takes its place:
//
//	defer Elapsed(ctx, "name")()        defer Elapsed(ctx, "name").Finish()
//	defer logStack("build")()           defer finishLogStack(logStack("build"))
//	defer c.enter(v)()                  c.enter(v)
//	                                    defer c.leave(v)
//	- A function to end it              - A beginState with an end method to end it
func (c Change) mendCode(line string) []string {
	same := []string{line}
	if !strings.HasPrefix(line, "//\t") && !strings.HasPrefix(line, "//  ") && !apart.MatchString(strings.TrimPrefix(line, "// ")) {
		return same
	}
	if c.shown != "" && strings.Contains(line, c.shown) {
		return []string{c.mendShown(line)}
	}
	if m := entry.FindStringSubmatch(line); m != nil && (c.State != "" || c.Value != "") && c.listed && !c.Others {
		if f, ok := find("a"+m[3], `^`); ok && (!f.passive() || c.State != "") {
			text := c.handover(f)
			if m[2] == "A" {
				text = strings.ToUpper(text[:1]) + text[1:]
			}
			return []string{m[1] + text}
		}
	}
	if !strings.Contains(line, c.Prepare) {
		return same
	}
	call := regexp.MustCompile(`^(//\s+)(defer )?((?:\w+\.)*)(` + regexp.QuoteMeta(c.Prepare) + `(` + operands + `))(\(.*)`)
	m := call.FindStringSubmatch(line)
	if m == nil {
		return same
	}
	if c.Again != nil && m[6] == "()" {
		return c.mendAgain(m[1], m[2], m[3], m[4], m[5])
	}
	return []string{m[1] + m[2] + c.mendCall(m[3]+m[4]+m[6])}
}

// listsResults reports whether what follows some lines of a comment is a list of what the function returns, as the last
// paragraph says.
func listsResults(lines []string) bool {
	to := len(lines)
	for to > 0 && !isProse(lines[to-1]) {
		to--
	}
	from := to
	for from > 0 && isProse(lines[from-1]) {
		from--
	}
	sentences := split(fields(lines[from:to]))
	return len(sentences) > 0 && results.MatchString(sentences[len(sentences)-1])
}

// results matches a sentence that introduces a list of results.
var results = regexp.MustCompile(`^(?:\w+ )?[Rr]eturn(?:s|ed|ing)?\b.*:$`)

// entry matches a line with an entry of a list, which may be the cleanup.
var entry = regexp.MustCompile(`^(//\s+(?:[-*+] |\d+[.)] )?)([Aa])(n? .*)$`)

// mendAgain returns the lines with a call of prepare and one of finish in place of a line that calls both prepare and
// its cleanup. They are selected from on, and args is the list of prepare's arguments in parentheses.
func (c Change) mendAgain(indent, word, on, call, args string) []string {
	all := arguments(args)
	var again []string
	for _, i := range c.Again {
		switch {
		case i == Clock:
			again = append(again, "time.Now()")
		case i < len(all):
			again = append(again, all[i])
		default:
			return []string{indent + word + on + call + "()"}
		}
	}
	finish := c.Finish + "(" + strings.Join(again, ", ") + ")"
	if c.Method || c.Merged {
		finish = on + finish
	}
	if c.Merged {
		return []string{indent + word + finish}
	}
	return []string{indent + on + call, indent + word + finish}
}

// arguments splits a list of arguments in parentheses.
func arguments(list string) (args []string) {
	depth, from := 0, 1
	for i, r := range list {
		switch {
		case r == '(':
			depth++
		case r == ')' && depth == 1, r == ',' && depth == 1:
			if arg := strings.TrimSpace(list[from:i]); arg != "" {
				args = append(args, arg)
			}
			from = i + 1
			if r == ')' {
				depth--
			}
		case r == ')':
			depth--
		}
	}
	return args
}

// showing returns the change for a comment with an example that keeps the cleanup in a variable:
//
//	stop := Start(ctx)                  state := Start(ctx)
//	defer stop()                        defer state.Stop()
func (c Change) showing(lines []string) Change {
	if c.State == "" || c.More {
		return c
	}
	call := regexp.MustCompile(`^//\s+((?:\w+, )*\w+) :?= (?:\w+\.)*` + regexp.QuoteMeta(c.Prepare) + `\(`)
	for _, line := range lines {
		m := call.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		names := strings.Split(m[1], ", ")
		for _, name := range names {
			if name != "_" && (len(names) == 1 && c.Alone || c.Nouns[name] != "" || slices.Contains(c.Cleanup, name)) {
				c.shown = name
			}
		}
	}
	return c
}

// mendShown updates a line of such an example.
func (c Change) mendShown(line string) string {
	name := c.shown
	if noun := c.Nouns[name]; noun != "" {
		name = noun
	}
	code, remark, found := strings.Cut(strings.TrimPrefix(line, "//"), "//")
	quoted := `\b` + regexp.QuoteMeta(c.shown)
	code = regexp.MustCompile(quoted+`\(`).ReplaceAllString(code, name+"."+c.Finish+"(")
	code = regexp.MustCompile(quoted+`((?:, \w+)* :?= )`).ReplaceAllString(code, name+"${1}")
	if found {
		code += "//" + remark
	}
	return "//" + code
}

// operands matches the operands of a call, which may be calls.
const operands = `\((?:[^()]|\([^()]*\))*\)`

// mendCall updates calls of the cleanup that a call of prepare returns.
func (c Change) mendCall(text string) string {
	if !strings.Contains(text, c.Prepare) {
		return text // no need to compile an expression
	}
	call := `((?:\w+\.)*\b` + regexp.QuoteMeta(c.Prepare) + operands + `)\(`
	switch {
	case c.More: // only callers know them
	case c.State != "":
		return regexp.MustCompile(call).ReplaceAllString(text, "${1}."+c.Finish+"(")
	case c.Wraps:
		return regexp.MustCompile(call+`\)`).ReplaceAllString(text, c.Finish+"(${1})")
	}
	return text
}

// apart matches the beginning of a line that is in no paragraph, without the slashes.
var apart = regexp.MustCompile(`^(\s|[-*+#] |\d+[.)] |$)`)

// isProse reports whether a line of a comment is one of a paragraph.
func isProse(line string) bool {
	text, ok := strings.CutPrefix(line, "// ")
	return ok && !apart.MatchString(text)
}

// mendParagraph mends the sentences of a paragraph. Lines stay as they are up to one that begins
// with a sentence that changes, and from the next line that begins with a sentence.
func (c Change) mendParagraph(lines []string) []string {
	width, wraps := 0, false // how wide the author wraps lines, and whether
	for i, line := range lines {
		width = max(width, len([]rune(line)))
		wraps = wraps || i > 0 && !c.breaks(lines[i-1], line, 0)
	}
	if !wraps || width < 60 {
		width = max(width, 77)
	}
	var all []string
	for len(lines) > 0 {
		n := 1
		for n < len(lines) && !c.breaks(lines[n-1], lines[n], width) {
			n++
		}
		all = append(all, c.mendLines(lines[:n], width)...)
		lines = lines[n:]
	}
	return all
}

// breaks reports whether a line of a paragraph begins with a sentence: the one before ends with
// one, or has been broken where there was room for another word and a capital follows, or the
// line says what must be done with the cleanup.
func (c Change) breaks(before, line string, width int) bool {
	line = strings.TrimPrefix(line, "// ")
	words, last := strings.Fields(line), strings.Fields(before)
	return ends(last[len(last)-1]) || demand.MatchString(line) && c.demanded().MatchString(line) ||
		beginsSentence(words[0]) && len([]rune(before))+1+len([]rune(words[0])) <= width
}

// beginsSentence reports whether a word has a capital at its start, and is no acronym: WARNING: is none,
// but SQL is.
func beginsSentence(word string) bool {
	r := []rune(word)
	return unicode.IsUpper(r[0]) && (len(r) == 1 || !unicode.IsUpper(r[1]) || r[len(r)-1] == ':')
}

// mendLines mends whole sentences. If one has changed, they are wrapped again.
func (c Change) mendLines(lines []string, width int) []string {
	changed := false
	var sentences []string
	for _, s := range split(fields(lines)) {
		mended := c.Mend(s)
		changed = changed || mended != s
		if mended != "" {
			sentences = append(sentences, mended)
		}
	}
	switch {
	case !changed:
		return lines
	case len(sentences) == 0:
		return nil
	}
	if len(lines) == 1 {
		width = max(width, 77) // as the author might have written it
	}
	return rewrap(lines, strings.Fields(strings.Join(sentences, " ")), width)
}

// rewrap returns words as lines of a comment. Lines before the first word that has changed stay as they are. Lines at the end stay
// if a new line ends before them.
func rewrap(lines, words []string, width int) []string {
	stay := 0
	rest := words
	for stay < len(lines) {
		own := strings.Fields(strings.TrimPrefix(lines[stay], "//"))
		if len(own) >= len(rest) || !slices.Equal(own, rest[:len(own)]) {
			break
		}
		stay, rest = stay+1, rest[len(own):]
	}
	all := slices.Clone(lines[:stay])
	wrapped := Wrap(strings.Join(rest, " "), width)
	for i := range wrapped {
		for j := stay + 1; j < len(lines); j++ {
			if slices.Equal(fields(wrapped[i:]), fields(lines[j:])) {
				return slices.Concat(all, wrapped[:i], lines[j:])
			}
		}
	}
	return append(all, wrapped...)
}

// fields returns the words of lines of a comment.
func fields(lines []string) (words []string) {
	for _, line := range lines {
		words = append(words, strings.Fields(strings.TrimPrefix(line, "//"))...)
	}
	return words
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

// returned matches an operand of "returns" that is the cleanup. Without an article it has at most one of the usual
// words for what it does.
const returned = `(?:(?:an?|the) (?:[a-z-]+ ){0,2}(?:method|` + noun + `)|(?:(?:cancel|stop|close|release|done|unlock|restore|teardown|shutdown|undo|rollback) )?` + noun + `)`

// A mention is a place of a sentence where a function returns its cleanup.
type mention struct {
	start   int    // of what comes before
	operand int    // where "a function" begins
	word    string // "that", "to", "for", or "" if nothing follows that says what it does
	rest    string // what follows: "closes it", "close it", "closing it", ", and its name."
	when    string // with that: ", when deferred," if callers are told to defer it, or ""
}

// special matches what tells a cleanup from others that the function returns.
var special = regexp.MustCompile(`\b(?:nil|no-?op|empty|dummy)\b`)

// operand matches the cleanup as find finds it.
var operand = regexp.MustCompile(returned + `(?:[ .,:]|$)`)

// find finds the cleanup as an operand of what the pattern before matches.
func find(s, before string) (mention, bool) {
	if !operand.MatchString(s) {
		return mention{}, false // no need to compile an expression
	}
	x := regexp.MustCompile(`(?:` + before + `)(` + returned + `)(?: to (?:be )?(defer|call)(?:red|ed)?,? (?:that|which) | (that|which|to|for)(?:,? (?:when|once) (?:called|invoked|run),)? |([.,:]|$))`)
	at := x.FindStringSubmatchIndex(s)
	if at == nil || special.MatchString(s[at[2]:at[3]]) {
		return mention{}, false
	}
	if at[8] >= 0 && strings.HasPrefix(s[at[2]:], "the ") {
		return mention{}, false // which?
	}
	m := mention{start: at[0], operand: at[2]}
	m.rest = s[at[1]:]
	switch {
	case at[4] >= 0:
		m.when = ", when " + map[string]string{"defer": "deferred", "call": "called"}[s[at[4]:at[5]]] + ","
	case at[6] >= 0:
		m.word = s[at[6]:at[7]]
	default:
		m.rest = s[at[8]:]
		return m, true
	}
	first, _, _ := strings.Cut(m.rest, " ")
	switch m.word {
	case "to":
		return m, true
	case "for":
		return m, base(first) != ""
	}
	m.word = "that"
	return m, isVerb(m.rest) || byCaller.MatchString(m.rest)
}

// byCaller matches what follows "that" if it says what callers do with the cleanup.
var byCaller = regexp.MustCompile(`^(?:the caller|callers|you) (?i:` + modal + `)`)

// reduced matches a clause of that kind without its first word: a closure the caller must invoke.
var reduced = regexp.MustCompile(`\b(` + noun + `) ((?:the caller|callers|you) (?i:` + modal + `))`)

// passive reports whether a mention says what callers do with the cleanup: a function to be called later.
func (m mention) passive() bool { return m.word == "to" && strings.HasPrefix(m.rest, "be ") }

// toCall matches what follows "a function to" if it says what callers do with the cleanup.
var toCall = regexp.MustCompile(`^(?:call|defer|invoke|run)\b`)

// infinitive returns what follows "to" or "for" as it follows "to".
func (m mention) infinitive() string {
	first, rest, _ := strings.Cut(m.rest, " ")
	if m.word == "for" {
		first = base(strings.TrimRight(first, ".,"))
	}
	return strings.TrimSuffix(first+" "+rest, " ")
}

// more matches what a function returns besides its cleanup, at the end of a sentence.
var more = regexp.MustCompile(`,? and (?:the|an?|any|its) .*$`)

// anError is like more, for what cannot be an object of the cleanup's verb.
var anError = regexp.MustCompile(`, and (?:the|an?|any|its) |\b(?:and|or) (?:the|an?|any|its) (?:[a-z-]+ )?error\b`)

// nonNil matches what is no longer said of what is no func: a non-nil unlock function.
var nonNil = regexp.MustCompile(`\b(an? )non-nil `)

// gives matches what says of a function that it returns several things.
var gives = regexp.MustCompile(`(?i)return|\b(?:creat|mak|build)\w* .*\band also `)

// makes matches the start of a sentence that says of a function that it makes something for its callers.
var makes = regexp.MustCompile(`^(?:\w+ )?(?:creates|generates|makes|gets|obtains|provides|builds|opens|starts|allocates) `)

// mendReturns updates a sentence in which "returns" has the cleanup as its operand.
//
//	begin locks it and returns a func that unlocks it.    begin locks it; end unlocks it.
//	It returns a func to unlock it.                       Call end to unlock it.
func (c Change) mendReturns(s string) string {
	switch {
	case c.Merged:
		if m, ok := find(s, `^(?:`+regexp.QuoteMeta(c.Prepare)+`|It) returns `); ok && m.word == "that" && isVerb(m.rest) && !anError.MatchString(m.rest) {
			return c.Finish + " " + m.rest
		}
		if rest, ok := strings.CutPrefix(s, c.Prepare+" "); ok {
			return c.Finish + " " + rest
		}
		return s
	case c.State == "" && c.Value == "":
		return c.mendApart(s)
	}
	text := reduced.ReplaceAllString(nonNil.ReplaceAllString(s, "${1}"), "$1 that $2")
	m, ok := find(text, `\b(?:[Rr]eturn(?:s|ing|ed is)|(?:result|return value) is) `)
	if !ok && gives.MatchString(text) {
		m, ok = find(text, `\b(?:and|and also|(?:along|together) with) `)
	}
	if !ok && makes.MatchString(text) {
		if m, ok = find(text, ` with `); ok && m.word == "" { // with cancel func
			return text[:m.start] + " and " + c.handover(m)
		}
		ok = false
	}
	if !ok || m.passive() && c.State == "" {
		return s
	}
	return text[:m.operand] + c.handover(m)
}

// The name of a value that says in a sentence what it is, but for words that are no things.
var (
	thing   = regexp.MustCompile(`^(?:id|ID|[a-z]{4,})$`)
	noThing = regexp.MustCompile(`^(?:start.*|begin|began|begun|prev|previous|saved?|orig|original|former|last|undo|done|restore|data|value|this|that)$`)
)

// handover returns what stands in place of a mention if the function returns a state or one
// value.
func (c Change) handover(m mention) string {
	if c.State != "" {
		state := article(c.State)
		switch m.word {
		case "that":
			return state + " whose " + c.Finish + " method" + m.when + " " + m.rest
		case "":
			return state + " with " + article(c.Finish) + " method" + m.rest
		}
		if m.passive() {
			return state + " whose " + c.Finish + " method is to " + m.rest
		}
		return state + " with " + article(c.Finish) + " method " + m.word + " " + m.rest
	}
	value := "the value to pass to " + c.Finish
	if thing.MatchString(c.Value) && !noThing.MatchString(c.Value) && c.Zero != "false" {
		value = "the " + c.Value + " to pass to " + c.Finish
	}
	if c.inside {
		value = c.Value + " for " + c.Finish
	}
	first, rest, _ := strings.Cut(m.rest, " ")
	switch {
	case m.word == "that":
		return value + ", which " + m.rest
	case m.word == "":
		return value + m.rest
	case m.word == "to" && toCall.MatchString(m.rest): // a function to defer
		verb := strings.TrimRight(first, ".,;:")
		if verb == "defer" {
			value = strings.Replace(value, "to "+c.Finish, "to a deferred "+c.Finish, 1)
		}
		return strings.TrimSuffix(value+strings.TrimPrefix(first, verb)+" "+rest, " ")
	}
	return value + " to " + m.infinitive()
}

// mendApart updates such a sentence for a function that returns nothing in place of the
// cleanup.
func (c Change) mendApart(s string) string {
	find := func(s, before string) (mention, bool) {
		m, ok := find(s, before)
		return m, ok && !byCaller.MatchString(m.rest) && !m.passive() && !(m.word == "to" && toCall.MatchString(m.rest))
	}
	says := func(m mention) string {
		if m.word == "that" {
			return c.Finish + " " + m.rest
		}
		return "call " + c.Finish + " to " + m.infinitive()
	}
	if m, ok := find(s, `^(?:It (?:also )?returns|Returns) `); ok && m.word != "" && !more.MatchString(m.rest) {
		text := says(m)
		return strings.Replace(text, "call ", "Call ", 1)
	}
	if m, ok := find(s, `^`+regexp.QuoteMeta(c.Prepare)+` returns `); ok && m.word == "that" && !anError.MatchString(m.rest) {
		return c.Prepare + " goes with " + c.Finish + ", which " + m.rest
	}
	m, ok := find(s, `,? (?:and|then|and then) returns `)
	if !ok && strings.Contains(strings.ToLower(s), "returns ") {
		m, ok = find(s, `,? and `)
	}
	if ok && m.word != "" && !anError.MatchString(m.rest) {
		return s[:m.start] + "; " + says(m)
	}
	return s
}

// modal matches verbs without an ending in the third person.
const modal = `(?:must|should|can|may|will|shall|has to|have to|need|needs)\b`

// The first word of a text: a modal verb, one that may be a verb in the third person, and one
// that is none.
var (
	modals = regexp.MustCompile(`^` + modal)
	verbs  = regexp.MustCompile(`^[a-z]+s\b`)
	nouns  = regexp.MustCompile(`^(?:its|this|callers|users|clients|\w+s ` + modal + `)`)
)

// isVerb reports whether the first word of a text is a verb in the third person.
func isVerb(text string) bool {
	return modals.MatchString(text) || verbs.MatchString(text) && !nouns.MatchString(text)
}

// spelled matches a name whose first word is pronounced letter by letter, and begins with a vowel then: rpcLease.
var spelled = regexp.MustCompile(`^(?:[FHLMNRSX][A-Z0-9]+|fs|ftp|hls|html|http|https|lru|lsm|mqtt|mvcc|nfs|rpc|rtmp|rtp|rtsp|rw|sdk|smtp|ssh|ssl|xml)(?:[A-Z]|$)`)

// article returns a name with its indefinite article.
func article(name string) string {
	if strings.ContainsRune("aeiouAEIOU", rune(name[0])) || spelled.MatchString(name) {
		return "an " + name
	}
	return "a " + name
}
