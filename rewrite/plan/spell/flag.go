package spell

import (
	"slices"
	"strings"
)

// FlagNames returns names, best first, for a bool that says whether there is something to clean
// up: what the first word of prepare has done, or what the author's word for the cleanup undoes.
//
//	acquireSlot: acquired        oneOff, with a cleanup stop: started
func FlagNames(prepare, word string) []string {
	begins, _ := VerbOf(prepare)
	ends, _ := VerbOf(word)
	names := []string{Done(begins), undone(LowerFirst(ends)), "active"}
	return slices.DeleteFunc(names, func(name string) bool { return name == "" })
}

// Done returns the participle of a verb with which the names of functions begin: entered for enter.
// It returns "" for other words.
func Done(verb string) string {
	switch verb = LowerFirst(verb); verb {
	case "begin":
		return "begun"
	case "bind", "rebind":
		return strings.TrimSuffix(verb, "ind") + "ound"
	case "build", "rebuild":
		return strings.TrimSuffix(verb, "d") + "t"
	case "freeze":
		return "frozen"
	case "hold":
		return "held"
	case "init":
		return "initialized"
	case "locked", "rlock", "trylock":
		return "locked"
	case "make":
		return "made"
	case "set":
		return "set"
	case "setup", "setUp":
		return "ready"
	case "prepare":
		return "prepared"
	case "take":
		return "taken"
	case "write":
		return "written"
	case "drop", "grab", "log", "map", "pin", "plan", "stub", "swap", "trap", "unpin", "wrap":
		return verb + verb[len(verb)-1:] + "ed"
	case "apply", "copy", "try":
		return strings.TrimSuffix(verb, "y") + "ied"
	case "acquire", "add", "alloc", "allocate", "attach", "block", "capture", "change", "connect", "create", "disable", "drain", "enable",
		"enter", "extract", "handle", "ignore", "import", "initialize", "inject", "install", "join", "launch", "link", "listen", "load", "lock",
		"mark", "measure", "merge", "mock", "mount", "move", "observe", "open", "override", "patch", "pause", "profile", "push", "record",
		"redirect", "register", "replace", "reserve", "save", "schedule", "start", "subscribe", "suspend", "switch", "time", "touch", "trace", "track",
		"visit", "watch":
		return strings.TrimSuffix(verb, "e") + "ed"
	}
	return ""
}

// undone returns the participle of what a verb ends: started for stop.
func undone(verb string) string {
	switch verb {
	case "stop", "shutdown", "quit", "kill", "cancel":
		return "started"
	case "end":
		return "begun"
	case "release":
		return "acquired"
	case "restore", "revert", "undo", "reset":
		return "changed"
	case "leave", "exit":
		return "entered"
	case "remove", "delete":
		return "created"
	case "drop":
		return "added"
	case "unlock":
		return "locked"
	}
	return ""
}
