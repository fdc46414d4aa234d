// Package analyzer finds functions that return a cleanup closure for their
// callers to defer, and suggests turning the closure into a method.
//
// # Analyzer closurefix
//
// closurefix: report cleanup closures that could be finish methods
//
// A prepare function does some set-up and returns a closure that undoes it:
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
// The category of a diagnostic depends on the closure. It captures a pointer
// parameter to which callers pass the address of a result (result-pointer), it
// captures a result of the prepare function itself (own-result), or it has a
// pointer parameter (pointer-argument). The flag -everything, which is -all of the
// command, adds closures that capture no result (capture), and -tests functions that
// only serve tests.
// The range of a diagnostic is the function's signature from the name on. Related
// positions are the closures, the captured variables and the calls. If no fix is
// suggested, they include the obstacle.
//
// # Bugs at callers
//
// Two bugs at callers have diagnostics of their own, at the call, whether or not the
// function can be rewritten: see package misuse.
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
// A fix must change the function and all its callers. Otherwise the result would not
// compile. An analysis pass covers one package in one build configuration, which may not
// include all callers. So a fix is suggested only for an unexported function in a package
// whose in-package tests are part of the pass.
//
// If there is a fix, the pass looks for other callers. It reads the other files of the
// directory: Go files that build constraints exclude, and assembly and C files for any
// architecture. It searches all Go files of the module, and of the other modules of a
// go.work file, for linkname directives. No fix is suggested if one of these files, or
// generated or cgo code, mentions the function, or if files were named on the command
// line instead of their package. Nor is one if no go.mod file is in a directory above the
// package: a build system may then show the pass only the files of one target, as Bazel
// does with remote execution. The command closurefix loads the whole module and
// rewrites such functions if it can.
//
// Before a fix is suggested, the package is type-checked in memory: with this fix alone,
// since an editor applies one fix, and with all fixes of the pass together, since other
// drivers apply all. If all can be applied together, the first check leaves out the bodies
// of functions that no fix edits. Two fixes conflict if one edits the prepare function of the other, if
// both edit the same words or declare the same name, or if one removes an import that the
// other needs. Then only the first is suggested. The fix of an inner prepare function comes
// before that of a function that calls it. To get the other fix, apply the first and run
// again. When they apply fixes, go vet and go fix print no diagnostics. closurefix, as their
// tool, prints that there is more to apply.
//
// # Drivers
//
// The command closurefix is a tool for go vet and go fix. It skips dependencies, and
// packages whose source shows without type checking that they have no finding. Any
// checker can run the analyzer:
//
//	func main() { multichecker.Main(analyzer.Analyzer, …) }
//
// Package analyzer/gopls builds a gopls with the analyzer. Package analyzer/gclplugin
// makes it a linter of golangci-lint. Under nogo, the driver of Bazel, a pass covers one target: see
// analyzer/nogo. All drivers report the same diagnostics at the same
// positions, as the tests of internal/drivers and of these packages check. All but
// golangci-lint apply a fix to all its files.
//
// A vet tool must be built with the Go release that runs it, or a later one: it reads the
// types of imports from export data of the compiler.
//
// # Suppressing diagnostics
//
// Each of these comments suppresses the diagnostics of a function if it is in the doc
// comment or on a line of the signature. A bug at a caller can also be suppressed on its
// own line or the line above (see package suppress):
//
//	//closurefix:ignore reason
//	//nolint:closurefix
//	//lint:ignore closurefix reason
//
// # What it does not do
//
// The analyzer exports no facts and reads no configuration or environment, since these
// are not part of the key under which the go command caches the results of a vet tool.
// Neither are the files outside of the pass that the analyzer reads. If only such a file has
// changed, go vet repeats its old diagnostics and go fix the old fixes. The command
// closurefix, as the tool of these two, does not let results with a fix be cached. Other
// checkers and gopls do.
//
// No pass finds a linkname directive in another module.
//
// A diagnostic describes the code. The compiler may still keep the closure on the stack,
// for example if it inlines a small function. The command finds this out with -escape.
package analyzer
