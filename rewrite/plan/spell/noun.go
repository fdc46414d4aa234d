package spell

import (
	"go/token"
	"slices"
	"strings"
)

// Nouns returns names, best first, for a variable that held a cleanup and holds its state after the
// rewrite. It returns none if the name may stay: one that says what a func does would mislead,
// but done, cleanup and closer do not.
//
//	stopProfiling, err := startProfiling()       profiling, err := startProfiling()
//	…                                            …
//	defer stopProfiling()                        defer profiling.stop()
//
// prepare is the name of the prepare function, or "" if its object may be another result.
// kind is the last word of the name of the state's type.
func Nouns(name, prepare, kind string) []string {
	bare := strings.TrimRight(name, "0123456789")
	number := name[len(bare):]
	rest, isFunc := withoutFunc(bare)
	verb, about := VerbOf(rest)
	does, agent := act(rest)
	words := wordsOf(joined(rest))
	last := LowerFirst(words[len(words)-1])
	switch {
	case saysState(last, agent, isFunc):
		return nil
	case isNoun(last):
		about = rest
	case does != "":
		_, about = VerbOf(does)
	case isVerb(LowerFirst(verb)):
	case isFunc:
		about = rest
	default:
		return nil
	}
	var nouns []string
	add := func(noun string) {
		if noun = LowerFirst(noun); noun != "" && len(noun) <= 20 && !vague(noun) && !slices.Contains(nouns, noun+number) {
			nouns = append(nouns, noun+number)
		}
	}
	kind = LowerFirst(kind)
	if prepare == "" && !isNoun(last) {
		add(kind)
	}
	add(about)
	if kind != "cleanup" {
		add(kind)
	}
	verb, rest = VerbOf(prepare)
	if Begins(prepare) {
		add(object(rest))
	}
	if !agent || isFunc || starts(verb) {
		add(kind)
	}
	if kind == "lock" {
		add("held")
	}
	if about != "" && !isNoun(LowerFirst(about)) {
		add(about + UpperFirst(kind))
	}
	if len(nouns) > 0 && (starts(verb) || len(wordsOf(rest)) > 1) {
		add(object(rest)) // adjustPacketSize
	}
	return nouns
}

// saysState reports whether the name of a variable, of which last is the last word, may stay: cleanup,
// dirCleanup, finalizeDone, closer.
func saysState(last string, agent, isFunc bool) bool {
	return !isFunc && (agent || last == "done" || isNoun(last))
}

// withoutFunc returns a name without a word at its end that says that it is a func, and reports
// whether there is one.
func withoutFunc(name string) (string, bool) {
	for _, suffix := range []string{"Func", "Fn", "Fun", "F", "Callback", "Cb"} {
		if rest, ok := strings.CutSuffix(name, suffix); ok && rest != "" {
			return rest, true
		}
		if rest, ok := strings.CutSuffix(name, strings.ToLower(suffix)); ok && ends()[rest] != "" { // closefn
			return rest, true
		}
	}
	switch name {
	case "f", "fn", "fun", "cb", "callback":
		return "", true
	}
	return name, false
}

// isVerb reports whether a word says what a function does that ends something.
func isVerb(word string) bool {
	if Does(word) && !isNoun(word) {
		return true
	}
	for _, p := range pairs() {
		if p.end == word {
			return !isNoun(word)
		}
	}
	return false
}

// isNoun reports whether a word for a cleanup is a noun as well.
func isNoun(word string) bool {
	return slices.Contains([]string{"cleanup", "rollback", "report", "record", "log", "commit"}, word)
}

// vague reports whether a word says nothing about what has been begun, or is the usual name of
// something else.
func vague(word string) bool {
	first, _ := VerbOf(word)
	return isVerb(first) || preposition(first) || token.IsKeyword(word) || slices.Contains([]string{"deferred", "ctx", "context", "err", "error", "all", "it", "new", "this"}, word)
}

// preposition reports whether a word is a preposition or a conjunction.
func preposition(word string) bool {
	switch UpperFirst(word) {
	case "On", "With", "Without", "For", "By", "If", "When", "While", "Until", "After", "Before", "From", "In", "Into", "Of", "And", "Or", "At", "As":
		return true
	}
	return false
}
