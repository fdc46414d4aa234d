// Package rewrite runs closurefix over the packages of a module. It loads them, has
// package candidate decide what to do about each prepare function, verifies the result,
// and writes it.
//
//	res, err := rewrite.Run(ctx, rewrite.Options{Patterns: []string{"./..."}, Rewrite: true})
//	if err != nil {
//		return err // code that does not type-check, for example
//	}
//	for _, f := range res.Findings {
//		fmt.Println(f.Pos, f.Message, f.Refusal)
//	}
//	return res.Write(ctx) // all files, or none
//
// # The steps
//
// Run (run.go) goes through these steps. Each is a file or a package:
//
//	load      package load: chooses, parses and type-checks the packages
//	digest    digest.go, aside.go: what a run keeps of one configuration
//	change    change.go, twins.go: one decision for each prepare function, for all
//	          build configurations
//	findings  findings.go: what is reported about each function
//	rounds    rounds.go, versions.go: which changes are applied together, and which one
//	          fails
//	proof     proof.go, heap.go (package allocs), tests.go (package trial): the checks
//	          that Options requests
//	result    result.go, diff.go, write.go: what Run returns, prints and writes
//
// directive.go reads comments that suppress findings, rank.go profiles, and measure.go
// runs benchmarks.
//
// # What is loaded
//
// Package load type-checks the packages in which a prepare function may be declared and
// its cleanup deferred, and the packages that may call it. A function that other packages
// can call may have callers in all packages of the main modules, also in packages that
// no pattern names. go.work may list several main modules.
//
// A package that depends on the function's package and mentions its name is loaded
// abridged at first: without the bodies of functions that do not mention the name. If
// the function can be rewritten, all packages that depend on its package are loaded
// fully, and the decision is made again.
//
// Nested modules that are not main modules are not loaded. If one of them may import the
// package, the function is refused. It is also refused if a module that the main module
// requires imports the main module and mentions the function.
//
// A package that is type-checked must be free of errors, since an error could hide a
// caller: otherwise Run returns a *SourceError. Other packages, and the omitted functions
// of abridged packages, are at most parsed and may contain errors. measured.md, beside
// this file, says what loading costs. BenchmarkReport and internal/speed measure it.
//
// # Configurations
//
// Packages are loaded and decided on in each of Options.Configs, one after the other. What
// is left of one when the next is loaded is a digest of the decisions, without syntax and
// types (digest.go). A rewrite needs digests of versions of the files that it makes itself:
// these are foreseen while the types are in memory (versions.go). Afterwards
// all configurations that build a file must have the same edits for it, to the byte.
// Otherwise the change is refused (configs-diverge). A function may exist in one
// configuration only.
//
// # Rounds and checks
//
// Each decision is made as if it were the only one. Changes of the same declaration are
// therefore applied in separate rounds, and each round decides on the result of the round
// before. After a round, the changed packages and the loaded packages that depend on them
// are type-checked again, in every configuration, with the new versions of the files. If
// an error occurs, the round is split until single changes fail. Those are refused
// (verify-failed) with the error of the type checker.
//
// A function that returns the cleanup of a rewritten function returns a literal
// afterwards, so the next round treats it as a prepare function. If it is exported, the
// packages that may call it are loaded first. The rounds end when nothing is left to
// change. A second run therefore finds nothing to change either.
//
// # Proof
//
// Three options request further checks before anything is written. The go command sees
// the new versions of files through -overlay.
//
//   - Options.Escape asks the compiler what is allocated on the heap (packages escape and
//     allocs). A function whose cleanup stays on the stack is not a finding. A change that
//     saves no allocation is refused (no-gain). The compiler runs once a round. The changes
//     of a round have no function in common, so each saved allocation belongs to one change.
//   - Options.Test runs go vet and the tests of the changed packages and of all packages
//     that depend on them (package trial), also once a round. A failure that does not
//     occur without the rewrite is narrowed down to a change, as a type error is.
//   - Options.Bench compares benchmarks of the final versions with those of the files on
//     disk (package bench).
//
// Options.Profiles orders findings by what they cost in a profile (package heat).
//
// A test that reads Go files of its own package reads the old versions from disk: see
// Result.Warnings.
//
// Run works in memory and in temporary directories. Result.Write replaces the files at
// the end. It changes nothing if one of the files was modified after it was read, or if a
// Go file was added to their directories.
//
// # Hostile code
//
// The code may be written by an attacker who knows that closurefix will run on it. It must
// not control what is written where, and nothing of it is run unless an option requests
// it. These points were examined with Go 1.26, git 2.39 and GCC 12:
//
//   - Processes. Every run starts the go command: go env, go list -m, go list, and go tool
//     dist list with several configurations. Imported packages are listed with -export,
//     which compiles them. Packages with cgo are listed with -compiled, which runs cgo, the
//     C compiler, the linker, and pkg-config if a file requires it. Options.Escape compiles
//     the packages. Only Options.Test and Options.Bench run compiled code.
//   - git. go build runs git to find the commit of a main package, and git runs programs
//     that .git/config names, such as core.fsmonitor. A clone has its own configuration,
//     but an unpacked archive may contain one. All go commands here have -buildvcs=false
//     and do not start git in the tree.
//   - go.mod and go.work. A toolchain line makes the go command download and run another
//     Go release, which the checksum database verifies. Modules are downloaded to the
//     module cache from the sources that GOPROXY and GOVCS allow. No file in a module sets
//     those variables, nor GOFLAGS, GOTOOLCHAIN or GOAUTH: they come from the environment,
//     the user's configuration and GOROOT. go:generate comments and the directives tool and
//     ignore run nothing. A use directive may name a directory outside the tree. Such a
//     module is read and never written.
//   - C. The go command accepts only #cgo flags that run nothing: no -fplugin, -B, -wrapper
//     or @file. An #include can name any file that the user can read. The output of the C
//     compiler goes to standard error only.
//   - Programs in the tree. The go command and os/exec refuse a program that PATH finds in
//     the current directory.
//   - Files that are read: those that the go command lists, go.mod, and the .go files of
//     the main modules. They must be regular files of at most 64 MB. A named pipe with the
//     name of a Go file makes the go command hang. A clone cannot contain one, an archive
//     can.
//   - Embedded files, and directories named vendor and testdata, are read by the go command
//     or as Go files, and never written.
//   - Files that are written: see package replace and Result.Write. Only the user can access
//     the temporary directories. If a run is killed, a later run removes those of its
//     directories that bear the mark of closurefix and whose lock is free.
package rewrite
