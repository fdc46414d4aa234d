// Package load decides which packages of a tree matter, and type-checks them.
//
//	tree, err := load.Open(ctx, load.Settings{Dir: dir, Patterns: []string{"./..."}})
//	…
//	scope, err := load.Survey(ctx, tree)       // which packages matter
//	views, err := scope.Load(ctx, nil)         // type-checked, one view per configuration
//	…                                          // decide on views[i].World, make an Overlay
//	views, err = scope.Check(ctx, views, over) // type-checked again, with new text
//
// It knows prepare functions by their syntax only (see pattern.May), and nothing of
// what is decided about them.
//
// # Which packages matter
//
// Few functions of a module are prepare functions, and type checking is expensive. So
// the files that the patterns name are looked at first, without types. Those that may
// hold a function literal are parsed. Only packages with a function that may return a
// literal, and that some declaration containing a defer statement names, are
// type-checked.
//
// A function that other packages can call (its name is exported, and its package is
// internal or Settings.Exported is set) may have callers anywhere in the main modules,
// of which go.work may name several. Packages that depend on such a function's and
// mention its name are type-checked as well, in brief: without the bodies of those
// functions that do not mention it. Scope.Widest loads all packages that depend on the
// function's, whole.
//
// # How they are loaded
//
// Each package is type-checked once, in the variant that has the in-package tests, and
// its external tests beside it. Types of dependencies come from export data. Where a
// dependency depends on a package of the scope, it is type-checked too, without the
// bodies of functions. Packages with cgo are left to packages.Load.
//
// Whatever is type-checked must be sound: a package with an error could hide a caller,
// and the error is a *SourceError. Other packages, and other functions of packages in
// brief, are parsed at most, and may be broken.
//
// Every configuration is loaded by itself. Only the syntax of files is shared, and what
// the go command says of packages without a file that is bound to a system.
//
// # Files
//
// From the bottom up: path, source, overlay and package know files, texts and packages;
// gocommand, pattern and listings ask the go command; scan, words, abridge and
// interfaces look at syntax; survey chooses the Scope with their help; syntax, typecheck
// and loader make a View of it, recheck another one of a new text. Widen enlarges a
// scope after a rewrite. Links and sight say whether files may be written.
package load
