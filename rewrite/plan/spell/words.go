package spell

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// VerbOf splits a camel-case name after its first word: "prepareRead" is
// "prepare" and "Read".
func VerbOf(name string) (verb, rest string) {
	for _, two := range []string{"setUp", "SetUp", "tearDown", "TearDown"} {
		if rest, ok := strings.CutPrefix(name, two); ok && (rest == "" || unicode.IsUpper([]rune(rest)[0])) {
			return two, rest
		}
	}
	for i, r := range name {
		if i > 0 && unicode.IsUpper(r) {
			return name[:i], name[i:]
		}
	}
	return name, ""
}

// wordsOf splits a camel-case name into its words: "OnHTTPError" is "On", "HTTP" and "Error".
func wordsOf(name string) []string {
	var words []string
	r, from := []rune(name), 0
	for i := 1; i < len(r); i++ {
		if unicode.IsUpper(r[i]) && (!unicode.IsUpper(r[i-1]) || i+1 < len(r) && unicode.IsLower(r[i+1])) {
			words, from = append(words, string(r[from:i])), i
		}
	}
	return append(words, string(r[from:]))
}

// LastWord returns the last word of the name of a variable, or of a type, which may have type
// arguments or be qualified: Cleanup for batchCleanup[T].
func LastWord(typ string) string {
	typ, _, _ = strings.Cut(typ, "[")
	words := wordsOf(joined(typ[strings.LastIndexAny(typ, ".*")+1:]))
	return words[len(words)-1]
}

// joined returns a name in which verbs of two words are one: cleanupDir for cleanUpDir.
func joined(name string) string {
	for _, two := range []string{"cleanUp", "tearDown", "shutDown", "rollBack"} {
		one := strings.ToLower(two)
		for _, v := range [][2]string{{two, one}, {UpperFirst(two), UpperFirst(one)}} {
			if before, after, ok := strings.Cut(name, v[0]); ok && (after == "" || unicode.IsUpper([]rune(after)[0])) {
				name = before + v[1] + after
			}
		}
	}
	return name
}

// LowerFirst returns name with its first letter, or the initials at its start, in lower
// case.
func LowerFirst(name string) string {
	r := []rune(name)
	for i := range r {
		if i > 0 && (!unicode.IsUpper(r[i]) || i+1 < len(r) && unicode.IsLower(r[i+1])) {
			break
		}
		r[i] = unicode.ToLower(r[i])
	}
	return string(r)
}

// UpperFirst returns name with its first letter in upper case.
func UpperFirst(name string) string {
	if name == "" {
		return ""
	}
	r, n := utf8.DecodeRuneInString(name)
	return string(unicode.ToUpper(r)) + name[n:]
}
