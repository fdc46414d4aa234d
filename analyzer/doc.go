// Package analyzer finds functions that return a cleanup closure for their
// callers to defer, and suggests to turn the closure into a method.
//
// # Analyzer closurefix
//
// closurefix: report cleanup closures that could be finish methods
//
// A prepare function does some set-up, and returns a closure that undoes it:
//
//	func (c *Conn) prepareRead(ctx context.Context, err *error) (func(), error) {
//		…
//		return func() { c.disarm(ctx, err) }, nil
//	}
//
//	readDone, err := c.prepareRead(ctx, &err)
//	if err != nil {
//		return header{}, err
//	}
//	defer readDone()
//
// The closure outlives the call, so each call allocates it, and the variable
// whose address it captures moves to the heap too. A method that the caller
// defers does the same work and allocates nothing:
//
//	err = c.prepareRead(ctx)
//	if err != nil {
//		return header{}, err
//	}
//	defer c.finishRead(ctx, &err)
//
// The category of a diagnostic tells what the closure captures: a pointer
// parameter that callers fill with the address of a result (result-pointer), a
// result of the prepare function itself (own-result); or that it takes a
// pointer (pointer-argument). The flag -everything adds those that capture no
// result (capture), and functions of tests; it is what -all is to the command.
// The range is the function's signature, from its name on; related positions are
// the closures, the captured variables and the calls, and, where no fix is
// suggested, the obstacle.
//
// # Bugs at callers
//
// Two bugs of those who call cleanups are diagnostics by themselves, at the
// call, whether or not the function can be rewritten: see package misuse.
//
//	defer done(err)                 // eager-argument: err is evaluated here, as nil
//
//	done, err := open()
//	defer done()                    // nil-cleanup: nil if err is not
//	if err != nil {
//		return err
//	}
//
// A fix of the first changes what the program does. Only the analyzer for editors
// suggests it: see ForEditor.
//
// # Which fixes are suggested
//
// A fix changes the function and all its callers, or it would not compile. An
// analysis pass sees one package, in one build configuration, and cannot know
// that it sees all callers. So a fix comes only with a function that is not
// exported, of a package whose in-package tests are in the pass.
//
// Other callers are looked for, but only once there is a fix to offer: the pass reads
// the other files of the directory (Go files that build constraints leave out, and
// assembly and C for any architecture), and looks for linkname directives in all Go
// files of the module, and of the other modules of a go.work file. No fix is offered
// where one of them names the function, nor where generated or cgo code does, nor to
// files that are named on the command line instead of their package. The command
// closurefix, which sees the module, rewrites the others.
//
// Before a fix is offered, the package is type-checked in memory: with the fix alone, as
// an editor applies it, and with all fixes of the pass together, as the other drivers
// do. Fixes that do not go together wait: where one edits the prepare function of the
// other, both edit the same words, bring the same name, or one drops an import that the
// other needs, the first is suggested, that of an inner prepare function before that of
// one which calls it. Apply it and run again. When they fix, go vet and go fix print no
// diagnostics; closurefix as their tool says that there is more to apply.
//
// # Drivers
//
// The command closurefix is a tool for go vet and go fix; it passes over
// dependencies, and over packages that its text shows to have no finding, before
// it type-checks anything. Any checker takes the analyzer:
//
//	func main() { multichecker.Main(analyzer.Analyzer, …) }
//
// Package analyzer/gopls builds a gopls with it, and package analyzer/gclplugin
// makes it a linter of golangci-lint. They all report the same, at the same
// places, which the tests of internal/drivers and of those packages see to. All
// but golangci-lint apply the fix to all its files.
//
// A vet tool has to be built with the release of Go that runs it, or a later one:
// it reads the types of imports from what the compiler wrote.
//
// # Silencing
//
// Each of these comments, in the function's doc comment or on a line of its
// signature, silences the diagnostic, and a bug at a caller also on its line or the
// one above (see package suppress):
//
//	//closurefix:ignore reason
//	//nolint:closurefix
//	//lint:ignore closurefix reason
//
// # What it does not do
//
// The analyzer exports no facts, reads no configuration and no environment:
// neither is part of the key under which the go command caches the results of
// a vet tool. Nor are the files outside the pass that it looks at: where only such a
// file has changed, go vet repeats what it said before, and go fix repeats the fix. The
// command, as the tool of these two, keeps what has a fix out of the cache. A checker of
// one's own does not, nor does gopls.
//
// No pass sees a linkname directive in another module.
//
// A diagnostic says what the code does. Whether the compiler keeps the closure on
// the stack after all, as it can with a small function that it inlines, the
// command finds out with -escape.
package analyzer
