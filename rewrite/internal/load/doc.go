// Package load chooses the packages of a tree that matter to a run, and type-checks them.
//
//	tree, err := load.Open(ctx, load.Settings{Dir: dir, Patterns: []string{"./..."}})
//	…
//	scope, err := load.Survey(ctx, tree)       // which packages to load
//	views, err := scope.Load(ctx, nil)         // type-checked, one view per configuration
//	…                                          // decide on views[i].World, make an Overlay
//	view, err := scope.Check(ctx, views[i], over) // type-checked again with the overlay
//
// Each does what Load does, but has one view at a time in memory.
//
// It recognizes prepare functions by syntax only (see pattern.May), and does not know what
// is decided about them.
//
// # Which packages are loaded
//
// Few functions of a module are prepare functions, and type checking is expensive. So the
// files of the packages that the patterns match are first scanned without types. Those
// that may contain a function literal are parsed. A package is type-checked only if it has
// a function that may return a literal and that some declaration containing a defer
// statement mentions.
//
// An exported function of an internal package, or of any package with Settings.Exported,
// may have callers anywhere in the main modules. go.work may list several. Packages that
// depend on the package of such a function and mention its name are type-checked too, but
// abridged: functions that do not mention the name have no bodies. Scope.Widest adds all
// packages that depend on the function's package, and loads all of them fully.
//
// # How they are loaded
//
// Each package is type-checked once, in the variant with in-package tests, together with
// its external tests. Dependencies are type-checked from their source, without function
// bodies, and only as far as they are needed: see needs. Nothing is compiled. Packages with
// cgo, and those that need declarations that mention C, are loaded by packages.Load, which
// has the go command compile their dependencies.
//
// A package that is type-checked must be free of errors, since an error could hide a
// caller: otherwise the result is a *SourceError. The declarations that it needs of others
// must be free of errors too. All else, such as the omitted functions of abridged packages,
// may contain errors.
//
// Packages that do not depend on each other can be loaded one after the other: see
// Scope.Split.
//
// Configurations are loaded one after the other: see Scope.Each. They share the syntax of
// files, and the listing of packages all of whose files are built on every system.
//
// # Files
//
// In the order of use: path, source, overlay and package deal with names of files, their
// contents and packages. gocommand, pattern and listings run the go command. scan, words,
// abridge and interfaces examine syntax. lexer, outline, names, dependency and needs find
// the declarations of dependencies. survey and choose make the Scope, and split divides it. syntax,
// typecheck and loader make a View of it, and recheck makes a View of changed files. widen
// enlarges a scope after a rewrite. links and sight decide whether files may be written.
package load
