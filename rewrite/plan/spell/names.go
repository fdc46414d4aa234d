package spell

import (
	"go/ast"
	"slices"
	"strconv"
	"strings"
)

// pairs returns the verbs for the cleanup, by the first word of the prepare function.
// It lists only pairs without doubt: the opposite of add need not be remove.
func pairs() map[string]string {
	return map[string]string{
		"begin": "end", "start": "stop", "prepare": "finish", "enter": "exit", "open": "close", "subscribe": "unsubscribe",
		"acquire": "release", "lock": "unlock", "rlock": "runlock", "locked": "unlock", "setup": "teardown", "setUp": "tearDown",
		"init": "cleanup", "initialize": "cleanup", "register": "unregister", "push": "pop", "hold": "release", "suspend": "resume",
		"pause": "resume", "attach": "detach", "mount": "unmount", "connect": "disconnect", "override": "restore", "mock": "restore",
		"stub": "restore", "swap": "restore", "redirect": "restore", "reserve": "release", "pin": "unpin", "block": "unblock",
		"enable": "disable", "alloc": "free", "allocate": "deallocate", "hide": "show", "will": "did",
	}
}

// ends reports whether a word says of a function that it ends something. If the result, the literal's
// variable or the callers' variables have such a name, finish gets it, too.
func ends(word string) bool {
	switch word = strings.ToLower(word); word {
	case "stop", "cancel", "close", "shutdown", "release", "unlock", "restore", "flush", "undo", "rollback", "end", "leave", "exit", "reset",
		"revert", "cleanup", "clean", "clear", "unregister", "deregister", "unsubscribe", "remove", "drop", "free", "detach", "abort", "resume",
		"teardown", "unmount", "disconnect", "unset", "quit", "delete", "discard", "dispose", "kill", "put", "unpin", "untrack", "decr", "unref",
		"unreg", "decref", "decrement", "finalize", "finish", "ack", "commit",
		"runlock", "pop", "unblock", "disable", "deallocate", "show", "did": // of pairs
		return true
	}
	again, undoes := strings.CutPrefix(word, "un")
	return undoes && begins(again) // unget
}

// acts returns the verb for what someone does who has a word as a name: close for closer. It returns ""
// for other words.
func acts(agent string) string {
	stem, ok := strings.CutSuffix(agent, "er")
	for _, verb := range []string{stem, stem + "e", stem[:max(0, len(stem)-1)]} { // canceler, closer, stopper
		if ok && ends(verb) {
			return verb
		}
	}
	return ""
}

// Act returns an author's name for a cleanup as the name of what it does: close for closer or
// closeFn, closeServer for serverClose. It returns "" if the name does not say what that is.
func Act(name string) string {
	name, _ = withoutFunc(strings.TrimRight(name, "0123456789"))
	verb, object, _ := act(name)
	return verb + object
}

// IsEnd reports whether a variable has the name of a func that ends something: stop, closeFn or done.
func IsEnd(name string) bool {
	name, _ = withoutFunc(strings.TrimRight(name, "0123456789"))
	words := wordsOf(name)
	for _, w := range []string{words[0], words[len(words)-1]} {
		if w = LowerFirst(w); w == "done" || Does(w) {
			return true
		}
	}
	return Act(name) != ""
}

// act splits a name into a verb that ends something, which is the first word or the last, or begins something again,
// and what it is about. It reports whether the word says who does it, as closer.
func act(name string) (verb, object string, agent bool) {
	words := wordsOf(name)
	if preposition(words[0]) && len(words) > 1 { // onClose is called when something closes
		return "", "", false
	}
	for _, i := range []int{0, len(words) - 1} {
		verb := LowerFirst(words[i])
		does := acts(verb)
		if does == "" && !ends(verb) {
			continue
		}
		object := UpperFirst(strings.Join(slices.Delete(words, i, i+1), ""))
		if does != "" {
			return does, object, true
		}
		return verb, object, false
	}
	if again, ok := strings.CutPrefix(LowerFirst(words[0]), "re"); ok && len(again) > 2 && begins(again) {
		return LowerFirst(words[0]), strings.Join(words[1:], ""), false // reacquire, after a release
	}
	return "", "", false
}

// FinishNames returns the names to try for finish, best first. word is the author's own
// word for the cleanup, and does is a verb for what its body does; each may be "". The
// author's word comes first: newTempSocket, whose callers say "defer cleanup()", gives
// cleanupTempSocket, and startSpan, whose callers say "defer endSpan()", gives endSpan. Then the pairs: prepareRead gives finishRead, beginWrite gives
// endWrite. Then the verb: addTimeSample, whose cleanup calls Observe, gives
// observeTimeSample.
func FinishNames(prepare, word, does string) []string {
	prepare = ofFunc(prepare)
	verb, rest := VerbOf(prepare)
	if own, _, _ := act(word); does == "restore" || own == "restore" {
		verb, rest = VerbOf(forGood(prepare))
	}
	rest = object(rest)
	end, paired := pairOf(prepare)
	var names []string
	add := func(verb string) { names = append(names, withVerb(verb, prepare, rest, paired)...) }
	ending, of, agent := act(prepare)
	if agent && word == "" {
		names = append(names, ending+of) // stubsCleaner: cleanStubs
	}
	if does, object, _ := act(word); does != "" && !(paired && weaker(does, end)) {
		if extends(object, rest) {
			names = append(names, does+object)
		}
		add(does)
		if object != "" {
			names = append(names, does+object)
		}
	}
	if does != "" && (!paired || end == "cleanup") {
		add(LowerFirst(does)) // also initFake, whose cleanup restores
	}
	if paired {
		add(end)
	}
	if LowerFirst(verb) == "get" {
		add("release")
	}
	if rest != "" && (paired || begins(verb) && !agent) {
		add("finish") // newFile: finishFile
	}
	whole := UpperFirst(short(prepare))
	names = append(names, "finish"+whole, "cleanup"+whole)
	for i := 2; i < 10; i++ {
		names = append(names, "finish"+whole+strconv.Itoa(i))
	}
	var unique []string
	for _, n := range names {
		if n = LowerFirst(n); ast.IsExported(prepare) {
			n = UpperFirst(n)
		}
		if !slices.Contains(unique, n) {
			unique = append(unique, n)
		}
	}
	return unique
}

// forGood returns the name of what sets something without the word that it does so for a while: setDir for tempSetDir and setTempDir.
func forGood(prepare string) string {
	words := wordsOf(prepare)
	if len(words) < 3 {
		return prepare
	}
	for i, w := range words[:2] {
		if other := words[1-i]; slices.Contains([]string{"temp", "tmp", "temporarily"}, strings.ToLower(w)) && (Done(other) != "" || begins(other)) {
			return LowerFirst(strings.Join(slices.Delete(words, i, i+1), ""))
		}
	}
	return prepare
}

// withVerb returns names for finish with a verb. rest is what prepare is about, and paired is set if its own verb has a usual end.
func withVerb(verb, prepare, rest string, paired bool) []string {
	begin, _ := VerbOf(prepare)
	switch {
	case strings.EqualFold(verb, "un"+begin): // mark: unmark
		return []string{verb + rest}
	case !paired && (rest == "" || preposition(LowerFirst(wordsOf(rest)[0]))):
		return []string{verb + UpperFirst(prepare)} // trace: stopTrace; listenForEvent: cancelListenForEvent
	case partner(rest) != rest:
		return []string{verb + partner(rest), verb + rest}
	}
	return []string{verb + rest}
}

// extends reports whether the author's object is that of prepare and more, as in cleanupBuildLocks for getBuildLock.
func extends(object, rest string) bool { return rest != "" && strings.HasPrefix(object, rest) }

// weaker reports whether the author's verb says no more than the one of a pair. What starts may end or finish as well as stop.
func weaker(does, end string) bool {
	return Weak(does) && !((does == "end" || does == "finish") && end == "stop")
}

// ofFunc returns a name without a last word that says that it is a func, or about one: closeFn, buildFilterFunc.
func ofFunc(name string) string {
	last := LastWord(name)
	if rest := strings.TrimSuffix(name, last); rest != "" && slices.Contains([]string{"Func", "Fn", "Callback", "Cb"}, last) {
		return rest
	}
	return name
}

// Weak reports whether a verb says no more of a function than that it ends something.
func Weak(verb string) bool {
	return slices.Contains([]string{"cleanup", "clean", "end", "finish"}, strings.ToLower(verb))
}

// Relation returns what the comment of finish says of it and prepare, which it calls as: that it ends what
// prepare began, undoes prepare, or cleans up after it. It reports whether the first words of their names
// are a pair.
func Relation(prepare, finish, as string) (does string, paired bool) {
	begin, _ := VerbOf(prepare)
	end, _ := VerbOf(finish)
	opposite, begins := pairOf(prepare)
	usual := begins && strings.EqualFold(end, opposite)
	starts := slices.Contains([]string{"begin", "start", "prepare", "enter", "open", "subscribe", "will", "setup", "init"}, LowerFirst(begin))
	switch {
	case slices.Contains([]string{"restore", "revert", "undo"}, LowerFirst(end)):
		return "undoes " + as, usual
	case starts && !usual && slices.Contains([]string{"end", "stop", "close", "exit", "leave"}, LowerFirst(end)):
		return "ends what " + as + " began", false
	case !usual && !(begins && strings.EqualFold(end, "finish")):
		return "cleans up after " + as, false
	case !usual || starts:
		return "ends what " + as + " began", true
	}
	return "undoes " + as, true
}

// Begins reports whether the first word of a name is one of those whose end has a usual word.
func Begins(name string) bool {
	_, paired := pairOf(name)
	return paired
}

// EndOf returns the usual word for the end of what the first word of a name begins, or "".
func EndOf(name string) string {
	end, _ := pairOf(name)
	return end
}

// pairOf returns the end of what the first word of a name begins. There is none if the last word says
// who does something: in mountCleaner, mount is no verb.
func pairOf(name string) (end string, paired bool) {
	words := wordsOf(name)
	if acts(LowerFirst(words[len(words)-1])) != "" {
		return "", false
	}
	end, paired = pairs()[LowerFirst(words[0])]
	return end, paired
}

// object returns the rest of a name after its verb without an adverb that belongs to the verb, or other
// verbs: prepareToDrop is about Drop, bringUpNetwork about Network, and getOrFindRoute about Route.
func object(rest string) string {
	words := wordsOf(rest)
	if slices.Contains([]string{"To", "Up", "Down", "Off", "Out"}, words[0]) && len(words) > 1 {
		words = words[1:]
	}
	if i := slices.Index(words, "Or"); i >= 0 && i+2 < len(words) {
		words = words[i+2:]
	}
	return strings.Join(words, "")
}

// short returns a name up to its first preposition or conjunction: CloseModule for
// CloseModuleOnCanceledOrTimeout.
func short(name string) string {
	words := wordsOf(name)
	if i := slices.IndexFunc(words, preposition); i > 0 {
		return strings.Join(words[:i], "")
	}
	return name
}

// partner returns what the name of finish has of the rest of prepare's: all but the circumstances. That of beginReadInLoop is
// endReadInLoop, but that of closeModuleOnCanceledOrTimeout ends with Module.
func partner(rest string) string {
	words := wordsOf(rest)
	circumstance := func(word string) bool {
		return preposition(word) && !slices.Contains([]string{"By", "From", "In", "Into", "Of", "As"}, word)
	}
	if i := slices.IndexFunc(words, circumstance); i > 0 {
		return strings.Join(words[:i], "")
	}
	return rest
}

// Partner reports whether an author's name for a cleanup has another verb than prepare, and the same words after it:
// writeHeapProfile for createHeapProfile.
func Partner(prepare, name string) bool {
	verb, rest := VerbOf(prepare)
	other, about := VerbOf(name)
	return rest != "" && about == rest && !strings.EqualFold(verb, other) && !preposition(UpperFirst(other)) &&
		!slices.Contains([]string{"old", "prev", "orig", "new", "the", "my", "is", "has", "did", "no"}, LowerFirst(other))
}

// Does reports whether a verb says what a function does, even to readers who do not see
// its body: it ends something, or measures what has ended.
func Does(verb string) bool {
	return ends(verb) || Measures(verb) || slices.Contains([]string{"log", "wait", "save"}, LowerFirst(verb))
}

// Measures reports whether a verb says that a function hands on what it has measured.
func Measures(verb string) bool {
	return slices.Contains([]string{"observe", "record", "report"}, LowerFirst(verb))
}

// Logs reports whether a function whose name begins with a verb logs or prints.
func Logs(verb string) bool {
	return slices.Contains([]string{"Debug", "Debugf", "Error", "Errorf", "Fprint", "Fprintf", "Fprintln", "Info", "Infof", "Log", "Logf", "Print", "Printf", "Println", "Warn", "Warnf"}, verb)
}

// Ends reports whether the first word of a name says that something ends.
func Ends(name string) bool {
	verb, _ := VerbOf(name)
	return ends(verb)
}

// KindOf returns what the state is for a finish of the given name: a Lock, what has been Saved and is
// restored, a Lease that is released, a Cleanup if the author calls it so, or a State.
func KindOf(finish string) string {
	switch verb, _ := VerbOf(finish); strings.ToLower(verb) {
	case "unlock", "runlock":
		return "Lock"
	case "restore", "revert":
		return "Saved"
	case "cleanup", "clean":
		return "Cleanup"
	case "release":
		return "Lease"
	}
	return "State"
}

// KindIn returns the word in the name of a state that says what it is: Saved for savedMode, the last one of readState, or
// the whole name of a NilTest.
func KindIn(state string) string {
	if first, rest := VerbOf(state); rest != "" && strings.EqualFold(first, "saved") {
		return "Saved"
	}
	if last := LastWord(state); !ast.IsExported(state) || slices.Contains([]string{"State", "Cleanup", "Lock", "Timer", "Lease"}, last) {
		return last
	}
	return state
}

// StateNames returns the names to try for the state of a prepare function, best first. recv is its
// receiver type, or "". kind says what the state is:
//
//	Lock     lockTable: tableLock; AcquireMigrationLock: MigrationLock
//	Saved    saveOrder, replaceOrder: savedOrder
//	others   startProfiling: profilingState; StartSpan: Span
//
// If methods of several types have the name of prepare, each state has the name of its receiver as well.
func StateNames(recv, prepare, kind string, several bool) []string {
	rest := UpperFirst(stateOf(prepare, kind))
	if kind == "State" && strings.EqualFold(rest, short(prepare)) && noThing(prepare) {
		kind = "Cleanup"
	}
	own := ""
	if several || recv != "" && kind == "Lease" && strings.EqualFold(rest, prepare) { // Pool.Get: PoolLease
		own = UpperFirst(recv)
	}
	if kind == "Lease" && own != "" && !several {
		rest, own = own, ""
	}
	name := stateName(prepare, own, rest, kind)
	var names []string
	if kind == "State" && startsThing(prepare) {
		names = append(names, own+rest)
	}
	names = append(names, name, own+rest+"State", own+rest+"Cleanup", own+UpperFirst(prepare)+kind)
	if recv != "" && own == "" {
		names = append(names, UpperFirst(recv)+name)
	}
	for i := 2; i < 10; i++ {
		names = append(names, own+UpperFirst(prepare)+kind+strconv.Itoa(i))
	}
	if !ast.IsExported(prepare) {
		for i, n := range names {
			names[i] = LowerFirst(n)
		}
	}
	return names
}

// stateName returns the best name for a state: own is what tells it from those of other types, and rest what prepare is about.
func stateName(prepare, own, rest, kind string) string {
	switch last := LastWord(rest); {
	case rest == "Lock" || rest == "RLock" || rest == "Locked":
		return "Held" + own + "Lock"
	case last == "Lock" || last == "Timer" || last == kind:
		return own + rest
	case kind == "Saved" && !strings.EqualFold(rest, short(prepare)):
		return kind + own + rest
	case kind == "Saved":
		return own + rest + "State"
	}
	return own + rest + kind
}

// startsThing reports whether the name of an exported function says that it begins something: what StartSpan begins is a Span.
func startsThing(prepare string) bool {
	verb, object := VerbOf(prepare)
	return ast.IsExported(prepare) && object != "" && slices.Contains([]string{"Start", "Begin", "Open"}, verb)
}

// noThing reports whether a name of several words begins with none that makes, begins or ends what the others say, as watchFile.
func noThing(prepare string) bool {
	verb, object := VerbOf(prepare)
	return object != "" && !Begins(verb)
}

// stateOf returns what the name of prepare says that its state is about: Read for prepareRead, but oneOff
// for oneOff, as one is no verb.
func stateOf(prepare, kind string) string {
	prepare = ofFunc(prepare)
	verb, rest := VerbOf(prepare)
	rest = short(object(rest))
	first, _ := VerbOf(rest)
	known := Begins(prepare) || begins(verb) || ends(verb) || kind == "Saved"
	switch _, object, agent := act(prepare); {
	case agent && len(object) > 3:
		rest = object
	case preposition(first) && Begins(prepare): // lockAndLog
		rest = verb
	case preposition(first) || len(rest) < 3 && (kind != "Saved" || rest == "") || slices.Contains([]string{"All", "Many", "New"}, rest) || !known:
		rest = short(prepare)
	}
	if words := wordsOf(rest); kind == "Saved" && len(words) > 1 && slices.Contains([]string{"Fake", "Mock", "Test", "Stub", "Dummy", "New"}, words[0]) {
		rest = strings.Join(words[1:], "") // what is saved is not the fake one
	}
	for words := wordsOf(rest); len(rest)+len(kind) > 28 && len(words) > 2; rest = strings.Join(words, "") {
		words = words[1:] // propagateDockerEndpoint
	}
	return rest
}

// begins reports whether a word is a verb that says of a function that it makes or begins something. What
// the function is about then says what its state is about, too: that of addTimeSample is a timeSampleState.
func begins(word string) bool {
	return Done(word) != "" || slices.Contains([]string{"new", "get", "run", "do", "with", "parse", "print", "reset"}, LowerFirst(word))
}
