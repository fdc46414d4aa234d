package prose_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"

	"github.com/closurefix/closurefix/rewrite/prose"
)

var (
	direct = prose.Change{Prepare: "begin", Finish: "end", Cleanup: []string{"done"}, Gone: []string{"err"}}
	value  = prose.Change{Prepare: "begin", Finish: "end", Value: "start", Wraps: true}
	merged = prose.Change{Prepare: "begin", Finish: "end", Merged: true}
	others = prose.Change{Prepare: "begin", Finish: "end", State: "beginState", Others: true}
	more   = prose.Change{Prepare: "begin", Finish: "end", State: "beginState", More: true}
	alone  = prose.Change{Prepare: "begin", Finish: "end", State: "beginState", Alone: true}
	shows  = prose.Change{Prepare: "begin", Finish: "end", State: "beginState", Nouns: map[string]string{"done": "started"}}
	handed = prose.Change{Prepare: "begin", Finish: "end", State: "beginState", Cleanup: []string{"done"}}
)

func TestMendDoc(t *testing.T) {
	for _, test := range []struct {
		change    prose.Change
		doc, want string
	}{
		{direct, "// The returned func must be called.", "// end must be called."},
		{direct, "// Callers defer the returned cleanup function.", "// Callers defer end."},
		{direct, "// Callers must invoke the returned context.CancelFunc to end it.", "// Callers must invoke end to end it."},
		{direct, "// The cleanup function must be called by the caller.", "// end must be called by the caller."},
		{direct, "// The function that it returns must run.", "// end must run."},
		{direct, "// The func begin returns must run.", "// end must run."},
		{direct, "// Callers close the returned closer when it is read.", "// Callers call end when it is read."},
		{handed, "// The caller closes the returned closer.", "// The caller calls the end method of the returned beginState."},
		{prose.Change{Prepare: "begin", Finish: "end", Closers: true}, "// The caller closes the returned closer.", "// The caller closes the returned closer."},
		{handed, "// For 0, it returns an empty end function.", "// For 0, it returns an empty beginState."},
		{handed, "// Callers must call done.", "// Callers must call the end method."},
		{handed, "// Callers must call done() twice.", "// Callers must call the end method twice."},
		{handed, "// It has a deferred done on error.", "// It has a deferred done on error."},
		{direct, "// The called done is none of ours.", "// The called done is none of ours."},
		{handed, "// Write x, done, err := begin(1), then defer done() and check err.", "// Write x, done, err := begin(1), then defer done() and check err."},
		{handed, "// The done it returns must run.", "// The end method of the returned beginState must run."},
		{direct, "// The done it returns must run.", "// end must run."},
		{direct, "// The returned end gives it back.", "// end gives it back."},
		{direct, "// The returned end channel is closed.", "// The returned end channel is closed."},
		{handed, "// On success it returns an end closure the caller MUST invoke.", "// On success it returns a beginState whose end method the caller MUST\n// invoke."},
		{handed, "// begin returns the function which records the end of it.", "// begin returns a beginState whose end method records the end of it."},
		{direct, "// begin sets it and returns the function which unsets it.", "// begin sets it; end unsets it."},
		{handed, "// begin makes it, and returns the function.", "// begin makes it, and returns the function."},
		{handed, "// begin sets it, returns func to unset it.", "// begin sets it, returns a beginState with an end method to unset it."},
		{handed, "// begin generates a context with cancel func.", "// begin generates a context and a beginState with an end method."},
		{handed, "// begin works with cancel funcs.", "// begin works with cancel funcs."},
		{shows, "//\tdone, err := p.begin(\"x\")\n//\tdefer done() // is done", "//\tstarted, err := p.begin(\"x\")\n//\tdefer started.end() // is done"},
		{alone, "//\trun := begin()\n//\trun()", "//\trun := begin()\n//\trun.end()"},
		{handed, "//\tx := begin()\n//\tdone()", "//\tx := begin()\n//\tdone()"}, // another result
		{direct, "// It calls the returned func of lookup(0) first.", "// It calls the returned func of lookup(0) first."},
		{direct, "// The returned func is never nil.", "// The returned func is never nil."},
		{handed, "// It returns a nil function if x is 0, and a function that is\n// not nil otherwise.", "// It returns a nil function if x is 0, and a function that is\n// not nil otherwise."},
		{direct, "// It returns a function that unlocks it.", "// end unlocks it."},
		{direct, "// It returns a function to unlock it.", "// Call end to unlock it."},
		{direct, "// begin locks it and returns an unlock function that must be called.", "// begin locks it; end must be called."},
		{direct, "// begin returns a func that unlocks it.", "// begin goes with end, which unlocks it."},
		{direct, "// begin returns a func that must be called.", "// begin goes with end, which must be called."},
		{direct, "// It returns a func that callers must defer.", "// It returns a func that callers must defer."},
		{direct, "// It returns a func that callers defer.", "// It returns a func that callers defer."},
		{direct, "// begin returns the file and a function to close it.", "// begin returns the file; call end to close it."},
		{direct, "// begin locks it and returns a func to be called after.", "// begin locks it and returns a func to be called after."},
		{direct, "// - It returns a function that unlocks it.", "// - It returns a function that unlocks it."},
		{direct, "//\tIt returns a function that unlocks it.", "//\tIt returns a function that unlocks it."},
		{merged, "// begin returns a func that unlocks it.", "// end unlocks it."},
		{merged, "// begin measures the time.", "// end measures the time."},
		{value, "// begin returns a func that measures\n// the time.", "// begin returns the value to pass to end, which measures the time."},
		{value, "// It returns a restore function.", "// It returns the value to pass to end."},
		{value, "// begin begins. It returns a function to defer.", "// begin begins. It returns the value to pass to a deferred end."},
		{value, "// Returns a function for stopping it, and the time.", "// Returns the value to pass to end to stop it, and the time."},
		{value, "// begin saves it and returns a function to restore it.", "// begin saves it and returns the value to pass to end to restore it."},
		{prose.Change{Prepare: "begin", Finish: "end", State: "rpcLease"}, "// begin returns a func that ends it.", "// begin returns an rpcLease whose end method ends it."},
		{prose.Change{Prepare: "begin", Finish: "end", State: "HTTPState"}, "// begin returns a func that ends it.", "// begin returns an HTTPState whose end method ends it."},
		{prose.Change{Prepare: "begin", Finish: "end", State: "syncState"}, "// begin returns a func that ends it.", "// begin returns a syncState whose end method ends it."},
		{value, "// It returns:\n//   - the size\n//   - A function to end it", "// It returns:\n//   - the size\n//   - The value to pass to end to end it"},
		{prose.Change{Prepare: "begin", Finish: "end", Value: "pool", Zero: "nil"}, "// begin returns a releaser. If off is set, a no-op releaser is returned.", "// begin returns the pool to pass to end. If off is set, nil is returned."},
		{prose.Change{Prepare: "enter", Finish: "leave", Again: []int{1}, Method: true}, "// As in:\n//\n//\tdefer c.enter(n, f(v, w))()", "// As in:\n//\n//\tc.enter(n, f(v, w))\n//\tdefer c.leave(f(v, w))"},
		{prose.Change{Prepare: "enter", Finish: "leave", Again: []int{}}, "// As in:\n//\n//\tdefer c.enter()()", "// As in:\n//\n//\tc.enter()\n//\tdefer leave()"},
		{prose.Change{Prepare: "enter", Finish: "leave", Again: []int{2}}, "// As in:\n//\n//\tdefer enter(...)()", "// As in:\n//\n//\tdefer enter(...)()"},
		{value, "// begin begins.\n//\n// Its parameters:\n//   - a function that is called for each file", "// begin begins.\n//\n// Its parameters:\n//   - a function that is called for each file"},
		{handed, "// begin takes a function that returns a name:\n//   - a function that ends it\n\n", "// begin takes a function that returns a name:\n//   - a function that ends it\n\n"},
		{value, "// begin saves it, returning a function to restore it.", "// begin saves it, returning the value to pass to end to restore it."},
		{value, "// Call 'defer begin(x)()' to end it. Don't forget\n// trailing parens!", "// Call 'defer end(begin(x))' to end it."},
		{value, "// begin begins.\n// Do not forget the trailing ().", "// begin begins."},
		{value, "//\tdefer begin(\"x\")()", "//\tdefer end(begin(\"x\"))"},
		{direct, "//\tdefer begin(\"x\")()", "//\tdefer begin(\"x\")()"},
		{direct, "// Returns a function to stop it.", "// Call end to stop it."},
		{direct, "// Returns a function to stop it, and the time.", "// Returns a function to stop it, and the time."},
		{handed, "// Either way it returns a method that the caller must invoke\n// via defer.", "// Either way it returns a beginState whose end method the\n// caller must invoke via defer."},
		{handed, "// Call done() to end it.", "// Call the end method to end it."},
		{value, "// begin returns a func that callers must defer.", "// begin returns the value to pass to end, which callers must defer."},
		{direct, "// The caller must call done when it is read.", "// The caller must call end when it is read."},
		{direct, "// If x is 0, done is a no-op.", "// If x is 0, end is a no-op."},
		{direct, "// It begins what is done then.", "// It begins what is done then."},
		{direct, "// `done` func MUST be called.", "// end MUST be called."},
		{handed, "// begin returns a function that, when called, ends it.", "// begin returns a beginState whose end method ends it."},
		{value, "// Returned is an end function that should be called.", "// Returned is the value to pass to end, which should be called."},
		{handed, "// begin is used by all\n// the cleanup function should be called in order to close", "// begin is used by all\n// The end method of the returned beginState should be called in order to\n// close"},
		{handed, "// Returns a cleanup function to tear it down.", "// Returns a beginState with an end method to tear it down."},
		{handed, "// It returns a deferred restore function, and the time.", "// It returns a beginState with an end method, and the time."},
		{handed, "// begin returns its name, along with a function to\n// stop it.", "// begin returns its name, along with a beginState with an end method to stop\n// it."},
		{handed, "// begin begins.\n// It returns a func that ends\n// it.\n// Else stays.", "// begin begins.\n// It returns a beginState whose end method ends it.\n// Else stays."},
		{handed, "// begin says only what it needs\n// WARNING: the returned func must run once.", "// begin says only what it needs\n// WARNING: the end method of the returned beginState must run once."},
		{handed, "// The returned function must be called.", "// The end method of the returned beginState must be called."},
		{handed, "// It returns a callback that ends it.\n//\n// After the stop callback, it is gone.", "// It returns a beginState whose end method ends it.\n//\n// After end, it is gone."},
		{others, "// begin returns a callback that reports, and a cleanup function that ends it.\n//\n// The callback may run.", "// begin returns a callback that reports, and a cleanup function that ends it.\n//\n// The callback may run."},
		{others, "// The cleanup function must be called.", "// The end method of the returned beginState must be called."},
		{direct, "// It takes a callback.\n// It calls the callback.", "// It takes a callback.\n// It calls the callback."},
		{handed, "// begin begins\n// `done` func MUST be called", "// begin begins\n// The end method of the returned beginState MUST be called"},
		{handed, "//\tdefer p.begin(\"x\")()", "//\tdefer p.begin(\"x\").end()"},
		{more, "//\tdefer p.begin(\"x\")()", "//\tdefer p.begin(\"x\")()"},
		{handed, "// begin returns a func that ends it.", "// begin returns a beginState whose end method ends it."},
		{handed, "// begin returns a name and a func to free it.", "// begin returns a name and a beginState with an end method to free it."},
		{handed, "// Returns true if it is free and a cancel func to free it.", "// Returns true if it is free and a beginState with an end method to free it."},
		{handed, "// If it works, begin returns a non-nil end function: it reminds\n// callers.", "// If it works, begin returns a beginState with an end method:\n// it reminds callers."},
		{handed, "// begin attempts to create it, and also a function that closes it.", "// begin attempts to create it, and also a beginState whose end method closes\n// it."},
		{handed, "// begin reads it, and also a function that closes it.", "// begin reads it, and also a function that closes it."},
		{handed, "// Its second return value is a function that should be deferred.", "// Its second return value is a beginState whose end method should be\n// deferred."},
		{handed, "// It also starts a task that will be stopped when the cleanup is called.", "// It also starts a task that will be stopped when the end method is called."},
		{direct, "// It also starts a task that will be stopped when the cleanup is called.", "// It also starts a task that will be stopped when end is called."},
		{handed, "// As it runs after x, the cleanup function must be registered.", "// As it runs after x, the end method must be registered."},
		{handed, "// The cleanup is expensive.", "// The cleanup is expensive."},
		{handed, "// It returns a callback to defer which performs cleanup.", "// It returns a beginState whose end method, when deferred, performs cleanup."},
		{handed, "// It returns a func to be called after.", "// It returns a beginState whose end method is to be called after."},
		{value, "// It returns a func to be called after.", "// It returns a func to be called after."},
		{alone, "// It returns nil when t is nil.", "// It returns the zero beginState when t is nil."},
		{handed, "// It returns nil when t is nil.", "// It returns nil when t is nil."}, // another result
		{handed, "// the functions that are returned", "// the functions that are returned"},
		{
			handed,
			"// begin creates flags for all fields of the configuration and returns a function\n// which can be called after they have been parsed to copy them.\n//\n// It must be\n// called once.",
			"// begin creates flags for all fields of the configuration and returns a\n// beginState whose end method can be called after they have been parsed to copy\n// them.\n//\n// It must be\n// called once.",
		},
	} {
		if got := strings.Join(test.change.MendDoc(strings.Split(test.doc, "\n")), "\n"); got != test.want {
			t.Errorf("MendDoc(%q) = %q, want %q", test.doc, got, test.want)
		}
	}
}

func TestDoes(t *testing.T) {
	for doc, want := range map[string]string{
		"// open opens the file. It returns a function that closes the file.":               "closes the file",
		"// open opens the file and returns a cleanup func which\n// closes f when called.": "closes f",
		"// The returned function removes the directory.":                                   "removes the directory",
		"// It returns a function that closes it.":                                          "", // what?
		"// It also returns a function that will deliver the end event.":                    "delivers the end event",
		"// Returns a function for stopping the ticker, and the ticker channel.":            "stops the ticker",
		"// Returns a cleanup function to tear down the network.":                           "tears down the network",
		"// It returns a function to remove a and close b.":                                 "",
		"// The returned check function makes sure that the count is right.":                "makes sure that the count is right",
		"// It returns a function that, when called, adds an observation to m.":             "adds an observation to m",
		"// It returns a function to be called.":                                            "",
		"// Callers must call the returned function to unlock the shard.":                   "unlocks the shard",
		"// It returns a function that must be called.":                                     "",
		"// It returns a function that needs no lock.":                                      "",
		"// It returns a function that closes\n//\n// the file.":                            "",
		"// It closes the file.":                                                            "",
	} {
		if got := prose.Does(strings.Split(doc, "\n")); got != want {
			t.Errorf("Does(%q) = %q, want %q", doc, got, want)
		}
	}
}

func TestVerbs(t *testing.T) {
	for doc, want := range map[string]string{
		"// Build makes a builder, and also a function that closes and cleans up\n// all resources.": "close",
		"// The returned function restores the previous state.":                                      "restore",
		"// The returned stop function must be called to flush the profile.":                         "flush",
		"// Returns a cleanup function to tear down the network.":                                    "teardown",
		"// It returns a function for stopping the ticker.":                                          "stop",
		"// It returns a function that, when called, cancels it.":                                    "cancel",
		"// The function that closes the file must be called.":                                       "", // another function
		"// It returns a function.":                                                                  "",
	} {
		if got := prose.Verbs(strings.Split(doc, "\n")); !slices.Contains(append(got, ""), want) || want == "" && len(got) > 0 {
			t.Errorf("Verbs(%q) = %q, want %q", doc, got, want)
		}
	}
}

func TestDemand(t *testing.T) {
	for doc, want := range map[string]string{
		"// The caller should invoke the returned function after using the\n// returned item.": "should be called after using the item returned by [begin]",
		"// The returned func must be deferred.":                                               "must be deferred",
		"// Callers need to call the returned function when they are done; it ends it.":        "",
		"// Callers have to call the returned function when the server is done.":               "has to be called when the server is done",
		"// The caller should invoke the hook.":                                                "",
		"// The returned func ends it.":                                                        "",
	} {
		if got := prose.Demand(strings.Split(doc, "\n"), "[begin]"); got != want {
			t.Errorf("Demand(%q) = %q, want %q", doc, got, want)
		}
	}
}

func TestStale(t *testing.T) {
	for _, test := range []struct {
		change  prose.Change
		comment string
		want    string // the sentences, with | between them
	}{
		{handed, "begin starts a request. The request has a func\nthat must be called.", "The request has a func that must be called."}, // over two lines
		{direct, "begin starts a request. It returns a func\nthat ends it.", ""},
		{direct, "begin starts it. It returns a func that\nthe caller must defer.", "It returns a func that the caller must defer."},
		{direct, "begin is meant to be called in a defer, to calculate\nthe time a function takes to complete.", ""},
		{direct, "It sets what err points to.", "It sets what err points to."},
		{direct, "Work is done when it returns.", ""},
		{direct, "Call done() to end it.", ""},
		{handed, "done is what the caller must call.", "done is what the caller must call."},
		{alone, "It returns nil when t is nil.", ""},
		{prose.Change{Prepare: "begin", Finish: "end", Alone: true}, "It returns nil when t is nil.", "It returns nil when t is nil."},
		{direct, "It returns nil when t is nil.", ""},
		{direct, "It is used as in\n\n\tdefer begin(x)()\n\nand else.", "defer begin(x)()"},
		{handed, "It is used as in\n\n\tdefer begin(x)()\n\nand else.", ""},
		{more, "It is used as in\n\n\tdefer begin(x)()\n\nand else.", "defer begin(x)()"},
		{value, "It is used as in\n\n\tdefer begin(x)()\n\nand else.", ""},
		{shows, "As in\n\n\tdone, err := begin(x)\n\tdefer done()\n\nand else.", ""},
		{handed, "It is used as in\n\n\tdefer begin(f(x))()\n\nand else.", ""},
		{direct, "Mind the trailing parens.", "Mind the trailing parens."},
		{direct, "The returned func must be called.", ""},
		{direct, "A function that\nit returns ends it.", "A function that it returns ends it."},
		{direct, "Lock returns a non-nil unlock function.", "Lock returns a non-nil unlock function."},
		{handed, "Create a callback function for ending it.\nYou should defer this callback.", "Create a callback function for ending it.|You should defer this callback."},
		{handed, "It returns a func, and more.", ""},
		{prose.Change{Prepare: "begin", Finish: "cleanup", State: "beginCleanup"}, "It returns a cleanup function.", ""},
		{direct, "begin sets it, with a deferred restore function.", "begin sets it, with a deferred restore function."},
		{direct, "The closure below undoes it.", "The closure below undoes it."},
		{direct, "It counts the functions that were called.", ""},
		{handed, "If x is 0, the returned function is nil.", "If x is 0, the returned function is nil."},
		{direct, "The returned func ends it; it is never nil.", "The returned func ends it; it is never nil."},
		{direct, "If the error is nil, the returned func must be called.", ""},
		{handed, "For 0 it returns a no-op function.", ""},
		{direct, "Do not store the returned func.", "Do not store the returned func."},
		{handed, "Do not store the returned func.", ""},
		{handed, "It tells whether it is nil.", ""},
		{direct, "On errors, the end function is nil.", "On errors, the end function is nil."},
		{direct, "For 0, a nil func is returned.", "For 0, a nil func is returned."},
		{handed, "For 0, a nil func is returned.", ""},
		{handed, "It hands over a stop channel. The returned end channel is closed.", ""},
		{handed, "The returned done closure MUST run.", ""},
		{handed, "begin returns (stop func, err error).", "begin returns (stop func, err error)."},
		{handed, "It locks and returns mu.Unlock.", "It locks and returns mu.Unlock."},
		{handed, "It returns an io.Closer-like func.", "It returns an io.Closer-like func."},
		{handed, "The result should be deferred. Defer its result. Use the result.", "The result should be deferred.|Defer its result."},
		{handed, "Callers call that function.", "Callers call that function."},
		{handed, "Mind the two pairs of parentheses.", "Mind the two pairs of parentheses."},
		{handed, "As in `defer begin(x)()`.", ""},
		{handed, "As in stop := begin() defer stop() // and so on", "As in stop := begin() defer stop() // and so on"},
		{merged, "begin returns a func that ends it, and an error.", "end returns a func that ends it, and an error."},
		{direct, "It locks it and returns a func that unlocks it and an error.", "It locks it and returns a func that unlocks it and an error."},
		{handed, "Do not store the func.", "Do not store the func."},
		{direct, "The func that begin returns must run.", ""},
		{handed, "It hands back a callback.", "It hands back a callback."},
		{handed, "begin returns:\n- a cleanup function\n- an error, if any", ""},
		{handed, "It returns two things: a func that ends it and an error.", "a func that ends it and an error."},
		{merged, "begin begins it. The returned func ends it.", "end begins it.|end ends it."},
		{merged, "begin measures it. begin is cheap.", ""},
		{prose.Change{Prepare: "read", Finish: "end", Former: []string{"endRead", "done"}}, "Then endRead runs. It is done.", "Then endRead runs."},
	} {
		src := "package p\n\n// " + strings.ReplaceAll(strings.ReplaceAll(test.comment, "\n", "\n// "), "// \t", "//\t") + "\nfunc f()\n"
		f, err := parser.ParseFile(token.NewFileSet(), "", src, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range test.change.Stale(f.Decls[0].(*ast.FuncDecl).Doc, true) {
			got = append(got, s.Text)
		}
		if strings.Join(got, "|") != test.want {
			t.Errorf("Stale(%q) = %q, want %q", test.comment, got, test.want)
		}
	}
}

func TestSaysNothing(t *testing.T) {
	for comment, want := range map[string]bool{
		"// no-op":                             true,
		"// No-op default.":                    true,
		"/* nothing to do */":                  true,
		"// There is nothing to clean up.":     true,
		"// nothing to do: the caller owns it": false,
		"/* no cleanup needed */":              true,
		"// cleanup needed":                    false,
		"// default":                           false,
		"//nolint:revive // empty":             false,
		"// TODO":                              false,
		"//":                                   false,
	} {
		if got := prose.SaysNothing(comment); got != want {
			t.Errorf("%q: %v, want %v", comment, got, want)
		}
	}
}

func TestMoved(t *testing.T) {
	for comment, want := range map[string]string{
		"// Set up a func that will close it.":     "// Close it.",
		"// Create a function to close it.":        "// Close it.",
		"// Return the function that restores it.": "// Restores it.",
		"// Return a function that must run.":      "// Return a function that must run.",
		"// Return a function to be called later.": "// Return a function to be called later.",
		"// Return a function to call later.":      "// Return a function to call later.",
		"// Create a function.":                    "// Create a function.",
		"// It closes it.":                         "// It closes it.",
	} {
		if got := strings.Join(direct.Moved().MendDoc([]string{comment}), "|"); got != want {
			t.Errorf("%q: %q, want %q", comment, got, want)
		}
	}
}

func TestInside(t *testing.T) {
	for _, test := range []struct {
		change        prose.Change
		comment, want string
	}{
		{direct, "// The returned func must be called.", "// end must be called."},
		{handed, "// Defer this callback.", "// Defer its end method."},
		{direct, "// Callers call that function.", "// Callers call end."},
		{handed, "// Create a callback for ending it.", "// Create a beginState with an end method for ending it."},
		{value, "// Make a func that ends it.", "// Make start for end, which ends it."},
		{handed, "// Default to an empty \"done\" function", "// Default to an empty beginState"},
		{direct, "// Create a callback for ending it.", "// Create a callback for ending it."},
		{handed, "// It returns a function that ends it.", "// It returns a function that ends it."},
		{handed, "// Create a callback.", "// Create a callback."},
		{handed, "// Create a func, which others call.", "// Create a func, which others call."},
	} {
		if got := strings.Join(test.change.Inside().MendDoc([]string{test.comment}), "|"); got != test.want {
			t.Errorf("%q: %q, want %q", test.comment, got, test.want)
		}
	}
}
