package spell

import (
	"go/token"
	"slices"
	"strings"
)

// Nouns returns names, best first, for a variable that held a cleanup and holds its state after the
// rewrite. It returns none if the name may stay: one that says what a func does would mislead,
// but cleanup and closer do not, and done only where there is a better word.
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
	verb, _, _ := act(rest)
	last := LowerFirst(LastWord(rest))
	if kind != "Cleanup" && kind != "State" && !isFunc && last == "done" {
		return []string{LowerFirst(kind) + number}
	}
	about, stays := objectOf(rest, last, isFunc)
	if stays {
		return nil
	}
	var nouns []string
	add := func(noun string) {
		if noun = LowerFirst(noun); noun != "" && len(noun) <= 25 && !vague(noun) && !slices.Contains(nouns, noun+number) {
			nouns = append(nouns, noun+number)
		}
	}
	kind = LowerFirst(kind)
	plain := about == "" || about == rest && isNoun(about) || vague(LowerFirst(about))
	_, what := begun(prepare)
	addAll(add, kinds(verb, about, kind, what, plain))
	if prepare != "" || isNoun(last) {
		add(about)
	}
	if kind != "cleanup" && kind != "state" {
		add(kind)
	}
	add(what)
	if !plain {
		add(about + UpperFirst(kind))
	}
	if verb == "restore" || verb == "revert" {
		add("saved") // also restoreAll
	}
	if kind == "state" && number == "" && len(nouns) == 0 {
		add(insteadOfState(prepare))
	}
	add(kind)
	add(lastNoun(kind))
	return nouns
}

// lastNoun returns the name for a state if all others are taken.
func lastNoun(kind string) string {
	if kind == "lock" {
		return "held"
	}
	return "cleanup"
}

func addAll(add func(string), names []string) {
	for _, name := range names {
		add(name)
	}
}

// kinds returns names that say of a state both what it is and what it is about: savedClose for restoreClose, dialSpan for
// endDial, whose state is a Span or is what startSpan begins. plain is set if a name about that would say nothing by itself.
func kinds(verb, about, kind, begun string, plain bool) []string {
	restores := verb == "restore" || verb == "revert"
	switch {
	case restores && about != "" && !saysNothing(LowerFirst(about)):
		return []string{"saved" + UpperFirst(about), "saved"}
	case plain && (!restores || about == ""):
		return nil
	case restores || kind == "saved":
		return []string{"saved", "saved" + UpperFirst(about)}
	case kind != "cleanup" && kind != "state" && kind != "lock" && !strings.EqualFold(about, kind):
		return []string{about + UpperFirst(kind)}
	case begun != "" && !strings.Contains(strings.ToLower(about), strings.ToLower(begun)) && !strings.Contains(strings.ToLower(begun), strings.ToLower(about)):
		return []string{about + begun}
	}
	return nil
}

// InsteadOfDone returns a name for a variable called done whose state has a method with a verb that says more: lease for
// done := withLease(), whose method is delete. It returns "" if the variable has another name, or prepare's name has no word for it.
func InsteadOfDone(name, prepare, verb string) string {
	bare := strings.TrimRight(name, "0123456789")
	_, what := begun(prepare)
	if what = LowerFirst(what); bare != "done" || verb == "" || Weak(verb) || what == "" || len(what) > 25 || vague(what) {
		return ""
	}
	return what + name[len(bare):]
}

// objectOf returns what the name of a func without words that say so is about, or reports that the name may stay. last is its last word.
func objectOf(rest, last string, isFunc bool) (about string, stays bool) {
	verb, about, agent := act(rest)
	first, other := VerbOf(rest)
	switch {
	case isNoun(last) && verb != "" && about != "" && strings.EqualFold(verb, first): // closeLog
		return about, false
	case !isFunc && (agent || last == "done" || isNoun(last)): // cleanup, dirCleanup, finalizeDone, closer
		return "", true
	case isNoun(last):
		return rest, false
	case verb != "":
		return about, false
	case Does(first):
		return other, false
	}
	return rest, !isFunc
}

// insteadOfState returns a name that says more than state: the name of prepare if that is one word that need not be a verb: repeat.
func insteadOfState(prepare string) string {
	word, rest := VerbOf(prepare)
	if known, _ := begun(prepare); known || rest != "" || len(word) < 4 || strings.ContainsAny(word, "0123456789") {
		return ""
	}
	return word
}

// begun reports whether the name of prepare has a verb that says of it that it makes, begins or ends something, and returns what.
func begun(prepare string) (known bool, what string) {
	verb, rest := VerbOf(prepare)
	if !Begins(prepare) && !begins(verb) && !ends(verb) {
		return false, ""
	}
	return true, object(rest)
}

// withoutFunc returns a name without a word at its end that says that it is a func, and reports
// whether there is one.
func withoutFunc(name string) (string, bool) {
	for _, suffix := range []string{"Func", "Fn", "Fun", "F", "Callback", "Cb"} {
		if rest, ok := strings.CutSuffix(name, suffix); ok && rest != "" {
			return rest, true
		}
		if rest, ok := strings.CutSuffix(name, strings.ToLower(suffix)); ok && ends(rest) { // closefn
			return rest, true
		}
	}
	switch name {
	case "f", "fn", "fun", "cb", "callback":
		return "", true
	}
	return name, false
}

// Former reports whether a variable's name says that it keeps a value to be restored later.
func Former(name string) bool {
	word, _ := VerbOf(name)
	return slices.Contains([]string{"old", "prev", "previous", "orig", "original", "saved", "former"}, LowerFirst(word))
}

// isNoun reports whether a word for a cleanup is a noun as well.
func isNoun(word string) bool {
	return slices.Contains([]string{"cleanup", "rollback", "report", "record", "log"}, strings.ToLower(word))
}

// vague reports whether a word says nothing about what has been begun, or is the usual name of
// something else.
func vague(word string) bool {
	first, _ := VerbOf(word)
	return Does(first) && !isNoun(first) || preposition(first) || token.IsKeyword(word) || saysNothing(word)
}

// saysNothing reports whether a word that is no verb says nothing about what has been begun.
func saysNothing(word string) bool {
	return slices.Contains([]string{"deferred", "ctx", "context", "err", "error", "all", "it", "new", "this"}, word)
}

// preposition reports whether a word is a preposition or a conjunction.
func preposition(word string) bool {
	switch UpperFirst(word) {
	case "On", "With", "Without", "For", "By", "If", "When", "While", "Until", "After", "Before", "From", "In", "Into", "Of", "And", "Or", "At", "As":
		return true
	}
	return false
}
