// Closurefix finds functions that return a cleanup closure for their caller to
// defer, and rewrites them, with all their callers, into a pair of direct calls
// that allocates nothing.
//
// Usage:
//
//	closurefix [flags] [packages]
//
// Packages are named as for the go command; without any they are those of ./... .
// Without flags, closurefix reports what it finds and, for each function, what -fix
// would do or why not. The flags -diff and -fix print the rewrite, and do it: all
// files, or none. closurefix -h and closurefix help print all flags.
//
// A finding is printed as
//
//	conn.go:24:16: (*Conn).prepareRead returns a closure … (result-pointer)
//		-fix rewrites (*Conn).prepareRead and its callers in conn.go, read.go
//
// with a category in round and, where it cannot be rewritten, the code of the
// refusal in square brackets. closurefix -explain WORD explains one of them, and
// closurefix -explain lists them all. Findings go to
// standard output; notes, errors, and what -v has to say go to standard error, and
// so does, on a terminal, a line that says what goes on. The last line on standard
// error says how many functions are no findings, and why. On a terminal -diff has
// colours, unless NO_COLOR is set (https://no-color.org). Characters that nobody
// would see, in the name of a file or in what a test printed, are written out as in
// Go strings: \x1b.
//
// Bugs at callers are findings as well, at the statement or call, with places that
// explain them. -fix leaves them as they are:
//
//	db.go:14:2: err is evaluated here, at the defer statement, where it is nil: … (eager-argument)
//		write instead, by hand: defer func() { done(err) }()
//		db.go:15:2: err is set here, too late
//
// The exit code is 0 if there is nothing to report or all of it was rewritten, 3 if
// there are findings (with -diff and -l: if a file changes; with -json and -sarif: 0),
// 1 after an error, also if some packages could not be type-checked, and 2 after a
// misuse of the command line.
//
// # What is wanted
//
// These flags leave out findings, and -fix leaves the functions as they are. If several
// are given, a finding must pass all of them.
//
//	-only A,B       functions, as in lock, (*Conn).lock or example.com/m.(*Conn).lock;
//	                categories; paths of packages
//	-exclude RE     not those whose file, relative to the current directory, or whose
//	                function, with its package in front, matches a regular expression
//	-new-from REV   functions whose declaration has a line that is new or different
//	                since a revision of git
//	-baseline FILE  what is not in FILE, which -json wrote: by package, function and
//	                category, not by line
//	-least N        with -escape, what costs N allocations per call, or more
//
// With -l, nothing but the names of files that change is printed, a line each; with -fix
// -message a commit message, which says what changed, what left the heap if -escape is
// given, and what to review. What stays as it is goes to standard error then.
//
// # Comments
//
// Each of these comments silences the finding about a function, in its doc comment
// or on a line of its signature, and one about a caller also on its line, or on the
// line above:
//
//	//closurefix:ignore reason
//	//nolint:closurefix
//	//lint:ignore closurefix reason
//
// A comment that names closurefix and silences nothing is told of on standard
// error, without any effect on the exit code.
//
// # JSON
//
// With -json, the report is an object in the form of go vet -json: from the path of
// a package to an object from "closurefix" to a list of diagnostics. The exit code
// is 0. A diagnostic has, as that of go vet,
//
//	category         the category
//	posn, end        the name of the function, "file:line:column"; columns count bytes
//	message          what the code does
//	suggested_fixes  what -fix would do: a list of one, absent if it is refused
//	  message        in a sentence
//	  edits          of all files: filename, start and end (byte offsets), new (text)
//	related          where the obstacle to a rewrite is: posn, end, message
//
// and in addition
//
//	function         its name, as in "(*Conn).prepareRead"
//	refusal          why it stays as it is; absent if -fix would rewrite it
//	  code, posn     the code, and the obstacle's place, if it has one
//	  reason         in a sentence
//	  help           what a person can do about it
//	notes            for the person who reads the change
//	trace            how the rewrite was decided
//	heap             with -escape: what the compiler puts on the heap today
//	  allocations_per_call  the least and the greatest number
//	  unclear        the compiler said something that is not understood
//	  allocations    what, func, posn, and reason, the compiler's lines
//	gain             with -escape and -report: what the rewrite changes about that
//	  func, posn     in each function
//	  left, new      allocations, as above
//	  stays          how many
//	profile          with -profile: kind, unit, value, and share, from 0 to 1
//
// Of a bug at a caller, posn and end are those of the statement or call, function is the
// one around it, related has what explains it, and there are
//
//	instead          what to write in place of the text from posn to end, by hand
//	help             what a person can do about it
//
// Properties that have nothing to say are absent. Others may be added. Warnings, and
// comments that silence nothing, go to standard error.
//
// # SARIF and GitHub
//
// With -sarif the report is a SARIF log: see package
// [github.com/closurefix/closurefix/cmd/closurefix/internal/sarif]. The exit code is 0. With
// -format github each finding is a workflow command of GitHub Actions, which shows
// it beside its line: a warning, or a notice if it is refused. A bug at a caller is a
// warning. A comment that silences
// nothing is a notice as well. Both name files relative to the root of the repository,
// the nearest directory with a .git.
//
// # A tool of the go command
//
// The same program is a tool for go vet and go fix:
//
//	go vet -vettool=$(which closurefix) ./...
//	go fix -fixtool=$(which closurefix) -diff ./...
//
// There it sees one package at a time: see package
// [github.com/closurefix/closurefix/analyzer].
package main
