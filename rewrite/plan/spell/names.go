package spell

import (
	"go/ast"
	"strconv"
	"strings"
)

// pairs returns the verbs for the cleanup, by the first word of the prepare function.
// It lists only pairs without doubt: the opposite of add need not be remove.
func pairs() map[string]string {
	return map[string]string{
		"begin": "end", "start": "stop", "prepare": "finish", "open": "close", "acquire": "release",
		"lock": "unlock", "rlock": "runlock", "enter": "exit", "setup": "teardown", "setUp": "tearDown",
		"register": "unregister", "push": "pop", "hold": "release", "suspend": "resume", "pause": "resume",
		"subscribe": "unsubscribe", "attach": "detach", "mount": "unmount", "connect": "disconnect",
		"override": "restore", "mock": "restore", "stub": "restore", "swap": "restore", "redirect": "restore",
		"reserve": "release", "pin": "unpin", "block": "unblock", "enable": "disable",
		"initialize": "cleanup", "init": "cleanup", "locked": "unlock",
	}
}

// ends returns the words that authors give to cleanups. If the result, the literal's
// variable or the callers' variables have such a name, finish gets it, too.
func ends() map[string]bool {
	return map[string]bool{
		"stop": true, "cancel": true, "close": true, "shutdown": true, "release": true, "unlock": true, "restore": true,
		"flush": true, "undo": true, "rollback": true, "end": true, "leave": true, "exit": true, "reset": true, "revert": true,
		"cleanup": true, "unregister": true, "unsubscribe": true, "remove": true, "drop": true, "free": true, "detach": true,
		"abort": true, "resume": true, "teardown": true, "unmount": true, "disconnect": true, "unset": true, "quit": true,
		"delete": true, "discard": true, "dispose": true, "kill": true, "put": true, "unpin": true, "untrack": true,
	}
}

// FinishNames returns the names to try for finish, best first. word is the author's own
// word for the cleanup, and does is a verb for what its body does; each may be "". The
// author's word comes first: newTempSocket, whose callers say "defer cleanup()", gives
// cleanupTempSocket. Then the pairs: prepareRead gives finishRead, beginWrite gives
// endWrite. Then the verb: addTimeSample, whose cleanup calls Observe, gives
// observeTimeSample.
func FinishNames(prepare, word, does string) []string {
	exported := ast.IsExported(prepare)
	verb, rest := VerbOf(prepare)
	rest = object(rest)
	end, paired := pairs()[LowerFirst(verb)]
	var names []string
	add := func(verb string) {
		if rest == "" && !paired {
			names = append(names, verb+UpperFirst(prepare)) // trace: stopTrace
		} else {
			names = append(names, verb+rest)
		}
	}
	if verb, _ := VerbOf(word); paired && (verb == "cleanup" || verb == "end") {
		word = "" // says less than the pair
	}
	if word != "" {
		does, object := VerbOf(word)
		add(does)
		if object != "" {
			names = append(names, word)
		}
	}
	if paired {
		names = append(names, end+rest)
		if end != "finish" && rest != "" {
			names = append(names, "finish"+rest)
		}
	}
	if does != "" && !paired {
		add(LowerFirst(does))
	}
	whole := UpperFirst(Short(prepare))
	names = append(names, "finish"+whole, "cleanup"+whole)
	for i := 2; i < 10; i++ {
		names = append(names, "finish"+whole+strconv.Itoa(i))
	}
	for i, n := range names {
		names[i] = LowerFirst(n)
		if exported {
			names[i] = UpperFirst(n)
		}
	}
	return names
}

// Pair reports whether the first word of finish is what ends the first word of prepare.
func Pair(prepare, finish string) bool {
	verb, _ := VerbOf(prepare)
	end, _ := VerbOf(finish)
	word, paired := pairs()[LowerFirst(verb)]
	return paired && (word == LowerFirst(end) || strings.EqualFold(end, "finish"))
}

// Begins reports whether the first word of a name is one of those whose end has a usual word.
func Begins(name string) bool {
	verb, _ := VerbOf(name)
	_, paired := pairs()[LowerFirst(verb)]
	return paired
}

// EndOf returns the usual word for the end of what the first word of a name begins, or "".
func EndOf(name string) string {
	verb, _ := VerbOf(name)
	return pairs()[LowerFirst(verb)]
}

// object returns the rest of a name after its verb without a preposition or an adverb that
// belongs to the verb: prepareToDrop is about Drop, and bringUpNetwork about Network.
func object(rest string) string {
	for _, word := range []string{"To", "Up", "Down", "Off", "Out"} {
		if object, ok := strings.CutPrefix(rest, word); ok && ast.IsExported(object) {
			return object
		}
	}
	return Short(rest)
}

// Short returns a name of more than 20 letters up to its first preposition or
// conjunction: CloseModule for CloseModuleOnCanceledOrTimeout.
func Short(name string) string {
	if len(name) <= 20 {
		return name
	}
	words := wordsOf(name)
	for i, w := range words {
		switch UpperFirst(w) {
		case "On", "With", "Without", "For", "By", "If", "When", "While", "Until", "After", "Before", "From", "In", "Into", "Of", "And", "Or", "At", "As":
			if i > 0 {
				return strings.Join(words[:i], "")
			}
		}
	}
	return name
}

// Does reports whether a verb says what a function does, even to readers who do not see
// its body: it ends something, or measures what has ended.
func Does(verb string) bool {
	switch verb = LowerFirst(verb); verb {
	case "observe", "record", "report", "log", "wait", "save", "commit":
		return true
	}
	return ends()[verb]
}

// Ends reports whether a name begins with a word that authors give to cleanups.
func Ends(name string) bool {
	verb, _ := VerbOf(name)
	return ends()[LowerFirst(verb)]
}

// StateNames returns the names to try for the state of a prepare function, best first.
// recv is its receiver type, or "".
func StateNames(recv, prepare string) []string {
	verb, rest := VerbOf(prepare)
	if ast.IsExported(prepare) || len(rest) < 4 || strings.HasSuffix(rest, "State") || !Begins(prepare) && !starts(verb) {
		rest = prepare // oneOffState, but readState for prepareRead
	}
	rest = Short(rest)
	names := []string{LowerFirst(rest) + "State", LowerFirst(prepare) + "State"}
	if recv != "" {
		names = append(names, LowerFirst(recv)+UpperFirst(rest)+"State")
	}
	for _, word := range []string{"Cleanup", "Handle", "Env"} {
		names = append(names, LowerFirst(rest)+word)
	}
	for i := 2; i < 10; i++ {
		names = append(names, LowerFirst(prepare)+"State"+strconv.Itoa(i))
	}
	if ast.IsExported(prepare) {
		for i, n := range names {
			names[i] = UpperFirst(n)
		}
	}
	return names
}

// starts reports whether a verb says of a function no more than that it makes or begins
// something: the state of addTimeSample is a timeSampleState.
func starts(verb string) bool {
	switch LowerFirst(verb) {
	case "add", "new", "make", "create", "build", "get", "extract", "load", "install", "run", "do", "log", "trace", "track",
		"record", "measure", "observe", "time", "watch", "init", "initialize", "with", "set", "apply", "take", "try":
		return true
	}
	return false
}

// FlagName returns a name for a field that says whether there is something to clean up,
// by the first word of the prepare function.
func FlagName(prepare string) string {
	verb, _ := VerbOf(prepare)
	flags := map[string]string{
		"prepare": "prepared", "begin": "begun", "start": "started", "open": "opened", "acquire": "acquired",
		"lock": "locked", "enter": "entered", "track": "tracked", "register": "registered", "setup": "ready",
		"rlock": "locked", "push": "pushed", "hold": "held", "suspend": "suspended", "pause": "paused",
		"subscribe": "subscribed", "attach": "attached", "mount": "mounted", "connect": "connected",
		"override": "overridden", "swap": "swapped", "redirect": "redirected", "reserve": "reserved",
		"pin": "pinned", "block": "blocked", "enable": "enabled",
	}
	if name, ok := flags[strings.ToLower(verb)]; ok {
		return name
	}
	return "ok"
}
