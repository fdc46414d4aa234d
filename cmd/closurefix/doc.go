// Closurefix finds functions that return a cleanup closure for their callers to defer. It
// rewrites each of them, with all callers, into a pair of functions that are called
// directly and need no allocation.
//
// Usage:
//
//	closurefix [flags] [packages]
//
// Packages are named as for the go command; the default is ./... . Without flags,
// closurefix reports what it finds and, for each function, what -fix would do or why it
// would not. The flag -diff prints the rewrite. The flag -fix does it, in all files or in
// none. closurefix -h and closurefix help print all flags.
//
// A finding is printed as
//
//	conn.go:24:16: (*Conn).prepareRead returns a closure … (result-pointer)
//		-fix rewrites (*Conn).prepareRead and its callers in conn.go, read.go
//
// The category is in round brackets. For a function that cannot be rewritten, the code of
// the refusal is in square brackets. closurefix -explain WORD explains a category or code,
// and closurefix -explain lists them all.
//
// Findings go to standard output. Notes, errors and the output of -v go to standard error.
// The last line there says how many functions are not findings, and why. If standard error
// is a terminal, a status line shows what closurefix is doing. On a terminal -diff uses
// colours, unless NO_COLOR is set (https://no-color.org). Invisible characters in file
// names and in the output of tests are written as in Go strings: \x1b.
//
// Bugs in callers are findings, too. Each is reported at the statement or call, with the
// places that explain it. -fix does not change them:
//
//	db.go:14:2: err is evaluated here, at the defer statement, where it is nil: … (eager-argument)
//		write instead, by hand: defer func() { done(err) }()
//		db.go:15:2: err is set here, too late
//
// The exit code is 0 if there is nothing to report or all of it was rewritten. It is 3 if
// there are findings; with -diff and -l, if a file changes. With -json and -sarif,
// findings do not affect it. It is 1 after an error, including packages that could not be
// type-checked, and 2 if the command line is wrong.
//
// # Selecting findings
//
// These flags leave out findings, and -fix does not change the functions that they leave
// out. If several flags are given, a finding must pass all of them.
//
//	-only A,B       functions, as in lock, (*Conn).lock or example.com/m.(*Conn).lock;
//	                categories; paths of packages
//	-exclude RE     excludes findings whose file, relative to the current directory, or
//	                function, with its package in front, matches a regular expression
//	-new-from REV   functions whose declaration has a line that is new or changed
//	                since a revision of git
//	-baseline FILE  findings that are not in FILE, which -json wrote; package, function
//	                and category are compared, not lines
//	-least N        with -escape, findings that cost at least N allocations per call
//
// With -l, only the names of the files that change are printed, one per line. With -fix
// -message, a commit message is printed: what changed, what left the heap (with -escape),
// and what to review. In both cases findings that are not rewritten go to standard error.
//
// # Comments
//
// Each of these comments silences a finding about a function if it is in the doc comment
// or on a line of the signature. It silences a bug at a caller if it is on its line or
// the line above, too:
//
//	//closurefix:ignore reason
//	//nolint:closurefix
//	//lint:ignore closurefix reason
//
// A comment that names closurefix but silences nothing is reported on standard error. It
// does not affect the exit code.
//
// # JSON
//
// With -json, the report is an object in the form of go vet -json. It maps the path of
// each package to an object, which maps "closurefix" to a list of diagnostics. The exit
// code is 0. A diagnostic has the properties of one of go vet,
//
//	category         the category
//	posn, end        the name of the function, "file:line:column"; columns count bytes
//	message          what the code does
//	suggested_fixes  what -fix would do: a list of one, absent if refused
//	  message        in a sentence
//	  edits          of all files: filename, start and end (byte offsets), new (text)
//	related          the obstacle to a rewrite: posn, end, message
//
// and in addition
//
//	function         its name, as in "(*Conn).prepareRead"
//	refusal          why it is not rewritten; absent if it is
//	  code, posn     the code, and the position of the obstacle, if there is one
//	  reason         one sentence
//	  help           what a person can do about it
//	notes            for the person who reviews the change
//	trace            how the rewrite was decided
//	heap             with -escape: the heap allocations today
//	  allocations_per_call  the least and the greatest number
//	  unclear        closurefix did not understand some output of the compiler
//	  allocations    what, func, posn, and reason, the compiler's output
//	gain             with -escape and -report: how the rewrite changes them
//	  func, posn     in each function
//	  left, new      allocations, as above
//	  stays          how many
//	profile          with -profile: kind, unit, value, and share, from 0 to 1
//
// For a bug at a caller, posn and end are those of the statement or call, function is the
// function around it, related holds the places that explain it, and there are
//
//	instead          the source to write instead of that from posn to end
//	help             what a person can do about it
//
// Properties without a value are absent. More properties may be added. Warnings, and
// comments that silence nothing, go to standard error.
//
// # SARIF and GitHub
//
// With -sarif the report is a SARIF log: see package
// [github.com/closurefix/closurefix/cmd/closurefix/internal/sarif]. The exit code is 0.
//
// With -format github each finding is a workflow command of GitHub Actions, which shows it
// next to its line: a warning, or a notice if it is refused. A bug at a caller is a
// warning, and a comment that silences nothing is a notice.
//
// Both name files relative to the root of the repository, the nearest directory with a
// .git.
//
// # Page
//
// With -report FILE.html the report is written as an HTML page as well, together with the
// code before and after, and the results of -bench. The page says how it was made: the
// module, the commit, the date, the versions, the processor and the command line. git is
// run to find the commit.
//
// # A tool of the go command
//
// The same program is a tool for go vet and go fix:
//
//	go vet -vettool=$(which closurefix) ./...
//	go fix -fixtool=$(which closurefix) -diff ./...
//
// The go command starts it once per package: see package
// [github.com/closurefix/closurefix/analyzer].
package main
