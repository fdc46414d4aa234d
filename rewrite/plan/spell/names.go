package spell

import (
	"go/ast"
	"slices"
	"strconv"
	"strings"
)

// A pair is what ends what a verb begins: the verb for it, and what a comment says of both,
// as in "stopTrace stops what startTrace started".
type pair struct{ end, ends, began string }

// pairs returns the verbs for the cleanup, by the first word of the prepare function.
// It lists only pairs without doubt: the opposite of add need not be remove.
func pairs() map[string]pair {
	return map[string]pair{
		"begin": {"end", "finishes", "began"}, "start": {"stop", "stops", "started"}, "prepare": {"finish", "ends", "began"},
		"open": {"close", "closes", "opened"}, "acquire": {"release", "releases", "acquired"}, "enter": {"exit", "leaves", "entered"},
		"lock": {"unlock", "unlocks", "locked"}, "rlock": {"runlock", "unlocks", "locked"}, "locked": {"unlock", "unlocks", "locked"},
		"setup": {"teardown", "undoes", "did"}, "setUp": {"tearDown", "undoes", "did"}, "init": {"cleanup", "undoes", "did"},
		"initialize": {"cleanup", "undoes", "did"}, "register": {"unregister", "removes", "registered"}, "push": {"pop", "pops", "pushed"},
		"hold": {"release", "releases", "held"}, "suspend": {"resume", "resumes", "suspended"}, "pause": {"resume", "resumes", "paused"},
		"subscribe": {"unsubscribe", "ends", "began"}, "attach": {"detach", "detaches", "attached"}, "mount": {"unmount", "unmounts", "mounted"},
		"connect": {"disconnect", "disconnects", "connected"}, "override": {"restore", "restores", "replaced"},
		"mock": {"restore", "restores", "replaced"}, "stub": {"restore", "restores", "replaced"}, "swap": {"restore", "restores", "replaced"},
		"redirect": {"restore", "restores", "redirected"}, "reserve": {"release", "releases", "reserved"}, "pin": {"unpin", "unpins", "pinned"},
		"block": {"unblock", "unblocks", "blocked"}, "enable": {"disable", "disables", "enabled"},
		"alloc": {"free", "frees", "allocated"}, "allocate": {"free", "frees", "allocated"},
	}
}

// ends returns the words that authors give to cleanups, with what a comment says of them. If
// the result, the literal's variable or the callers' variables have such a name, finish gets
// it, too.
func ends() map[string]string {
	return map[string]string{
		"stop": "stops", "cancel": "cancels", "close": "closes", "shutdown": "shuts down", "release": "releases", "unlock": "unlocks",
		"restore": "restores", "flush": "flushes", "undo": "undoes", "rollback": "rolls back", "end": "ends", "leave": "leaves", "exit": "exits",
		"reset": "resets", "revert": "reverts", "cleanup": "cleans up", "unregister": "unregisters", "unsubscribe": "unsubscribes",
		"remove": "removes", "drop": "drops", "free": "frees", "detach": "detaches", "abort": "aborts", "resume": "resumes",
		"teardown": "tears down", "unmount": "unmounts", "disconnect": "disconnects", "unset": "unsets", "quit": "quits", "delete": "deletes",
		"discard": "discards", "dispose": "disposes", "kill": "kills", "put": "puts back", "unpin": "unpins", "untrack": "untracks",
		"decr": "decrements", "unref": "releases", "decref": "releases", "finalize": "finalizes", "finish": "finishes",
	}
}

// agents returns the words for who does what a cleanup does.
func agents() map[string]string {
	return map[string]string{
		"closer": "close", "canceler": "cancel", "canceller": "cancel", "releaser": "release", "unlocker": "unlock", "restorer": "restore",
		"stopper": "stop", "remover": "remove", "finisher": "finish", "cleaner": "cleanup", "flusher": "flush", "resetter": "reset",
		"deregister": "unregister", "unreg": "unregister", "dereg": "unregister", "clean": "cleanup",
	}
}

// Act returns an author's name for a cleanup as the name of what it does: close for closer or
// closeFn, closeServer for serverClose. It returns "" if the name does not say what that is.
func Act(name string) string {
	name, _ = withoutFunc(name)
	does, _ := act(name)
	return does
}

// IsEnd reports whether a variable has the name of a func that ends something: stop, closeFn or done.
func IsEnd(name string) bool {
	name, _ = withoutFunc(strings.TrimRight(name, "0123456789"))
	words := wordsOf(joined(name))
	for _, w := range []string{words[0], words[len(words)-1]} {
		if w = LowerFirst(w); w == "done" || isVerb(w) || isNoun(w) {
			return true
		}
	}
	return Act(name) != ""
}

// act does so for a name that does not say that it is a func. It reports whether the name has a
// word for who does it, as closer.
func act(name string) (does string, agent bool) {
	words := wordsOf(joined(name))
	verb := func(i int) string {
		w := LowerFirst(words[i])
		if does := agents()[w]; does != "" {
			w, agent = does, strings.HasSuffix(w, "er") && w != "deregister"
		}
		if ends()[w] == "" {
			return ""
		}
		return w
	}
	last := len(words) - 1
	if first := verb(0); first != "" {
		return first + strings.Join(words[1:], ""), agent
	}
	if end := verb(last); end != "" {
		return end + UpperFirst(strings.Join(words[:last], "")), agent
	}
	return "", false
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
	pair, paired := pairOf(prepare)
	var names []string
	add := func(verb string) {
		if rest == "" && !paired {
			names = append(names, verb+UpperFirst(prepare)) // trace: stopTrace
		} else {
			names = append(names, verb+rest)
		}
	}
	if does, isAgent := act(prepare); isAgent && word == "" {
		names = append(names, does) // stubsCleaner: cleanupStubs
	}
	if verb, _ := VerbOf(word); paired && (verb == "cleanup" || verb == "end" || verb == "finish") {
		word = "" // says less than the pair
	}
	if word != "" {
		does, object := VerbOf(word)
		add(does)
		if object != "" {
			names = append(names, word)
		}
	}
	if does != "" && (!paired || pair.end == "cleanup") {
		add(LowerFirst(does)) // also initFake, whose cleanup restores
	}
	if paired {
		names = append(names, pair.end+rest)
		if pair.end != "finish" && rest != "" {
			names = append(names, "finish"+rest)
		}
	}
	names = append(names, otherNames(prepare, verb, rest, paired)...)
	for i, n := range names {
		names[i] = LowerFirst(fit(n))
		if exported {
			names[i] = UpperFirst(names[i])
		}
	}
	return names
}

// otherNames returns names for finish that say only which function it belongs to.
func otherNames(prepare, verb, rest string, paired bool) []string {
	var names []string
	if rest != "" && (strings.EqualFold(verb, "get") || strings.EqualFold(verb, "borrow")) {
		names = append(names, "release"+rest)
	}
	if rest != "" && !paired && makes(verb) {
		names = append(names, "finish"+rest) // newFile: finishFile
	}
	whole := UpperFirst(Short(prepare))
	names = append(names, "finish"+whole, "cleanup"+whole)
	for i := 2; i < 10; i++ {
		names = append(names, "finish"+whole+strconv.Itoa(i))
	}
	return names
}

// fit returns a name without words after the first one that make it longer than 30 letters:
// finishQueryRequest for finishTrackInflightQueryRequest.
func fit(name string) string {
	for words := wordsOf(name); len(name) > 30 && len(words) > 2; name = strings.Join(words, "") {
		words = slices.Delete(words, 1, 2)
	}
	return name
}

// Pair returns what the comment of finish says of it and prepare if the first word of finish is
// what ends the first word of prepare, or finish: that it ends what prepare began.
func Pair(prepare, finish string) (ends, began string, ok bool) {
	end, _ := VerbOf(finish)
	pair, paired := pairOf(prepare)
	switch {
	case !paired:
		return "", "", false
	case pair.end == LowerFirst(end):
		return pair.ends, pair.began, true
	}
	return "ends", "began", strings.EqualFold(end, "finish")
}

// Begins reports whether the first word of a name is one of those whose end has a usual word.
func Begins(name string) bool {
	_, paired := pairOf(name)
	return paired
}

// EndOf returns the usual word for the end of what the first word of a name begins, or "".
func EndOf(name string) string {
	pair, _ := pairOf(name)
	return pair.end
}

// pairOf returns the pair of the first word of a name. There is none if the last word says who
// does something: in mountCleaner, mount is no verb.
func pairOf(name string) (pair, bool) {
	verb, rest := VerbOf(name)
	words := wordsOf(rest)
	if last := words[len(words)-1]; agents()[LowerFirst(last)] != "" {
		return pair{}, false
	}
	pair, paired := pairs()[LowerFirst(verb)]
	return pair, paired
}

// object returns the rest of a name after its verb without a preposition or an adverb that
// belongs to the verb, or other verbs: prepareToDrop is about Drop, bringUpNetwork about Network, and
// fibGetOrFindRoute about Route.
func object(rest string) string {
	for _, word := range []string{"To", "Up", "Down", "Off", "Out"} {
		if object, ok := strings.CutPrefix(rest, word); ok && ast.IsExported(object) {
			return object
		}
	}
	if words := wordsOf(rest); len(words) > 3 && (words[1] == "Or" || words[1] == "And") {
		return Short(strings.Join(words[3:], ""))
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
		if i > 0 && preposition(w) {
			return strings.Join(words[:i], "")
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
	return ends()[verb] != ""
}

// Logs reports whether a function whose name begins with a verb logs or prints.
func Logs(verb string) bool {
	return slices.Contains([]string{"Debug", "Debugf", "Error", "Errorf", "Fprint", "Fprintf", "Fprintln", "Info", "Infof", "Log", "Logf", "Print", "Printf", "Println", "Warn", "Warnf"}, verb)
}

// Ends returns what a comment says of a function whose name begins with a word that authors
// give to cleanups: closes for closeFile. It returns "" for other names.
func Ends(name string) string {
	verb, _ := VerbOf(name)
	return ends()[LowerFirst(verb)]
}

// StateNames returns the names to try for the state of a prepare function, best first. kind
// says what the state is: Cleanup, Timer or Lock. recv is its receiver type, or "".
func StateNames(recv, prepare, kind string) []string {
	verb, rest := VerbOf(prepare)
	if rest = object(rest); len(rest) < 4 || !Begins(prepare) && !starts(verb) {
		rest = prepare // oneOffCleanup, but readCleanup for prepareRead
	}
	if first, _ := VerbOf(rest); preposition(first) && Begins(prepare) { // lockAndLog
		rest = verb
	}
	if before, isAgent := strings.CutSuffix(rest, "Cleaner"); isAgent && len(before) > 3 {
		rest = before
	}
	rest = UpperFirst(Short(rest))
	switch {
	case kind == "Lock" && (rest == "Lock" || rest == "RLock" || rest == "Locked"):
		rest = "Held"
	case strings.HasSuffix(rest, kind):
		kind = "State"
	}
	for words := wordsOf(rest); len(rest)+len(kind) > 28 && len(words) > 2; rest = strings.Join(words, "") {
		words = words[1:] // propagateDockerEndpoint
	}
	names := []string{rest + kind, rest + "State", UpperFirst(prepare) + kind}
	if recv != "" {
		names = append(names, UpperFirst(recv)+rest+kind)
	}
	for i := 2; i < 10; i++ {
		names = append(names, UpperFirst(prepare)+kind+strconv.Itoa(i))
	}
	if !ast.IsExported(prepare) {
		for i, n := range names {
			names[i] = LowerFirst(n)
		}
	}
	return names
}

// makes reports whether a verb says of a function that what its name is about is there afterwards:
// finishFile ends what newFile made, but finishConfig says less than finishWatchConfig.
func makes(verb string) bool {
	switch LowerFirst(verb) {
	case "new", "make", "create", "build", "get", "add", "load", "install", "alloc", "allocate", "init":
		return true
	}
	return false
}

// starts reports whether a verb says of a function no more than that it makes or begins
// something: the state of addTimeSample is a timeSampleState.
func starts(verb string) bool {
	switch LowerFirst(verb) {
	case "add", "new", "make", "create", "build", "get", "extract", "load", "install", "run", "do", "log", "trace", "track",
		"record", "measure", "observe", "time", "watch", "with", "set", "apply", "take", "try", "alloc", "allocate", "handle", "parse", "print", "init":
		return true
	}
	return false
}
