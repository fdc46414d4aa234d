package spell

import (
	"go/ast"
	"strconv"
	"strings"
)

// pairs gives the words that Go code uses for the end of what the first word of
// a prepare function begins. Only those are here that leave no doubt about what the
// cleanup does: the opposite of add need not be remove.
func pairs() map[string]string {
	return map[string]string{
		"begin": "end", "start": "stop", "prepare": "finish", "open": "close", "acquire": "release",
		"lock": "unlock", "rlock": "runlock", "enter": "exit", "setup": "teardown", "setUp": "tearDown",
		"register": "unregister", "push": "pop", "hold": "release", "suspend": "resume", "pause": "resume",
		"subscribe": "unsubscribe", "attach": "detach", "mount": "unmount", "connect": "disconnect",
		"override": "restore", "mock": "restore", "stub": "restore", "swap": "restore", "redirect": "restore",
		"reserve": "release", "pin": "unpin", "block": "unblock", "enable": "disable",
	}
}

// ends are the words for the end of something that authors give their cleanups:
// where the result, the literal's variable or the callers have one, finish has
// it too.
func ends() map[string]bool {
	return map[string]bool{
		"stop": true, "cancel": true, "close": true, "shutdown": true, "release": true, "unlock": true, "restore": true,
		"flush": true, "undo": true, "rollback": true, "end": true, "leave": true, "exit": true, "reset": true, "revert": true,
		"cleanup": true, "unregister": true, "unsubscribe": true, "remove": true, "drop": true, "free": true, "detach": true,
		"abort": true, "resume": true, "teardown": true, "unmount": true, "disconnect": true, "unset": true, "quit": true,
		"delete": true, "discard": true, "dispose": true, "kill": true, "put": true, "unpin": true, "untrack": true,
	}
}

// FinishNames returns the names to try for finish, best first. The author's own
// word comes first: newTempSocket, whose callers say "defer cleanup()", gives
// cleanupTempSocket. Then the pairs: prepareRead gives finishRead, beginWrite
// gives endWrite.
func FinishNames(prepare, word string) []string {
	exported := ast.IsExported(prepare)
	verb, rest := VerbOf(prepare)
	if object, ok := strings.CutPrefix(rest, "To"); ok && ast.IsExported(object) {
		rest = object // prepareToDrop: finishDrop
	}
	end, paired := pairs()[LowerFirst(verb)]
	var names []string
	if verb, _ := VerbOf(word); paired && verb == "cleanup" {
		word = "" // says less than the pair
	}
	if word != "" {
		does, object := VerbOf(word)
		if rest == "" && !paired {
			rest = UpperFirst(prepare) // trace: stopTrace
		}
		names = append(names, does+rest)
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
	whole := UpperFirst(prepare)
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

// Ends reports whether a name begins with one of the words that authors give to what
// ends something.
func Ends(name string) bool {
	verb, _ := VerbOf(name)
	return ends()[LowerFirst(verb)]
}

// StateNames returns the names to try for the state that a prepare function of a
// receiver type, or of none, hands over: best first.
func StateNames(recv, prepare string) []string {
	verb, rest := VerbOf(prepare)
	if _, paired := pairs()[LowerFirst(verb)]; !paired || rest == "" {
		rest = prepare // oneOffState, but readState for prepareRead
	}
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

// FlagName returns what to call a field that tells whether there is something to do
// after prepare, by the usual first words of prepare functions.
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
	return "live"
}
