// Package rewrite runs closurefix over the packages of a module: it loads them, asks
// packages pattern, plan and edit what to do about each prepare function, checks the
// outcome, and writes it.
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
// Run (run.go) goes through these steps. Each is a file, or a package of its own:
//
//	load      package load: which packages matter, type-checked
//	change    change.go, twins.go: what is decided for each prepare function, over all
//	          build configurations
//	findings  findings.go: what is reported, and what became of it
//	rounds    rounds.go: which changes go together, and which one spoils the result
//	proof     proof.go: with heap.go (package allocs) and tests.go (package trial), the
//	          checks that Options asks for
//	result    result.go, write.go: what Run returns, and how it comes on disk
//
// directive.go, rank.go and measure.go add what comments, profiles and benchmarks say.
//
// # What is loaded
//
// Package load type-checks the packages of the patterns that may hold a prepare function
// which somebody defers, and those that may call it. A function that other packages can
// call may have callers anywhere in the main modules, of which go.work may name several,
// whether the patterns name those packages or not. Packages that depend on such a
// function's and mention its name are loaded in brief at first: without the bodies of
// those functions that do not. If it is to be rewritten, that is decided again with all
// packages loaded that depend on its own, whole. Modules in directories below a main one
// that are no main modules themselves are not looked into: where one of them may import
// the package, the function stays. So it does where a module that the main one requires
// imports that one again, and names the function.
//
// Whatever is type-checked must be sound: a package with an error could hide a caller,
// and ends the run with a *SourceError. Other packages of the module, and other
// functions of packages in brief, are parsed at most, and may be broken. What all this
// costs is in measured.md, beside this file; BenchmarkReport and internal/speed
// measure it.
//
// # Configurations
//
// Everything happens in each of Options.Configs by itself: a file for another system
// is another program. Afterwards, the configurations that build a file must agree about
// its edits, to the byte, or the change is refused (configs-diverge). A function that
// exists in one configuration alone is fine as long as that holds.
//
// # Rounds and checks
//
// Each decision is made as if it were the only one. Those that touch the same
// declaration are therefore taken one after the other, in rounds, each decided on the
// result of those before. After a round the changed packages, and those loaded ones
// that depend on them (which is all that can name what changed), are type-checked
// again, in every configuration, with the new text in place of the old. What does not
// pass is narrowed down to single changes, which are refused (verify-failed) with the
// words of the checker. A function that hands on the cleanup of one that was rewritten
// hands out a literal since, and is a prepare function in the next round; if it is
// exported, the packages that may call it are loaded first, and it is among the
// findings. Rounds end when there is nothing left to do, so that a second run finds
// nothing to do either.
//
// # Proof
//
// Three options ask others for their opinion, over an overlay of the new text and
// before anything is written. Options.Escape asks the compiler what is on the heap
// (packages escape and allocs): a function whose cleanup the compiler keeps on the stack is no
// finding, and a change that leaves as much on the heap as it found is refused
// (no-gain). It is asked once a round, whose changes have no function in common, so
// that what is gained in a function is gained by one change. Options.Test runs go vet
// and the tests of the packages that change and of all that depend on them (package
// trial), also once a round; what fails there and not over the text on disk is
// narrowed down like an error of the type checker. Options.Bench measures what remains
// at the end against the text on disk (package bench).
//
// Options.Profiles (package heat) proves nothing, and says where it matters.
//
// Tests run over the overlay, too. One that reads Go files of its own package sees those
// on disk, which are the old ones: see Result.Warnings.
//
// All of this happens in memory and in temporary directories. Result.Write replaces
// the files at the end, unless one of them was changed by somebody else since it was
// read, or a Go file appeared beside them.
//
// # Hostile code
//
// The code may come from a stranger, who knows that closurefix will run on it. Nothing
// in it may decide what is written where, or be run unless an option says so. What was
// looked at, for Go 1.26, git 2.39 and GCC 12:
//
//   - What a run starts. All runs start the go command: go env, go list -m, go list, and
//     go tool dist list with several configurations. What the packages import is listed
//     with -export, which compiles it, and packages with cgo with -compiled: that runs
//     cgo, the C compiler, the linker for cgo's own purposes, and pkg-config where a file
//     asks for it. Options.Escape compiles the packages, too. Only Options.Test and Options.Bench run what was compiled.
//   - git. go build asks git about the commit that a main package is built from, and git
//     runs what .git/config names (core.fsmonitor, for example; a clone has a new one, an
//     unpacked archive may not). All go commands here have -buildvcs=false, and none of
//     them starts git in the tree.
//   - go.mod and go.work. A toolchain line makes the go command fetch and run another
//     release of Go, which the checksum database vouches for; so are modules fetched, into
//     the module cache, from where the user's GOPROXY and GOVCS allow. No file of a module
//     sets those, nor GOFLAGS, GOTOOLCHAIN or GOAUTH: they come from the environment, from
//     the user's own configuration and from GOROOT. Comments for go generate run nothing,
//     nor do lines tool and ignore. A use line may lead out of the tree: such a module is
//     read, and never written.
//   - C. The go command accepts the flags of #cgo lines that it knows to run nothing: no
//     -fplugin, -B, -wrapper or @file. An #include can name any file that the user can read;
//     what the compiler says of it reaches standard error, and nothing else.
//   - Programs of the tree. The go command, and os/exec here, refuse a program that PATH
//     finds in the current directory.
//   - Files that are read: those that the go command names, go.mod, and those of the main
//     modules whose names end in .go. They must be regular, and not larger than 64 MB. A
//     pipe with the name of a Go file makes the go command itself wait: no clone can hold
//     one, an archive can.
//   - Embedded files and directories of vendor and testdata are read by the go command or
//     as Go files, and never written.
//   - Files that are written: see package replace, and Result.Write. Temporary directories
//     are the user's alone. What a run leaves that is killed, a later one removes, if it
//     has the mark of closurefix and nobody holds its lock.
package rewrite
