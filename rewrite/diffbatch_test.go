package rewrite_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/closurefix/closurefix/rewrite"
	"github.com/closurefix/closurefix/rewrite/internal/gen"
)

// A specimen is one generated program, and what became of it.
type specimen struct {
	seed  uint64
	tape  *gen.Tape
	local bool // its prepare functions are literals in local variables

	pkg      string // number of its package
	suffix   string // of the names in the text
	main     string // its main function
	files    []*part
	verdicts map[string]verdict
	printed  string // before the rewrite
	crashed  bool   // Go's runtime failed, on either side
	fault    *fault // the first that was found
}

// A part is one file of a specimen. There is a second one if callers are in another
// package, far away.
type part struct {
	name   string // base name
	far    bool
	before []byte
	after  []byte
}

// A fault is what a rewrite, or the generator, did wrong.
type fault struct {
	what string // one of a few words: shrinking keeps it
	why  string
}

func (s *specimen) blame(what, format string, args ...any) {
	if s.fault == nil {
		s.fault = &fault{what, fmt.Sprintf(format, args...)}
	}
}

// newSpecimen generates the i-th program of a batch. With apart, it has a
// package to itself, and the names it would have on its own. With local, its prepare functions
// are literals in local variables where they can be.
func newSpecimen(t *gen.Tape, i int, apart, local bool) (*specimen, error) {
	s := &specimen{tape: t, local: local, pkg: fmt.Sprint(i / specimensPerPackage), suffix: fmt.Sprint(i), main: fmt.Sprint("Main", i), verdicts: make(map[string]verdict)}
	if apart {
		s.pkg, s.suffix, s.main = fmt.Sprint(i), "", "Main"
	}
	p, err := gen.Generate(t, gen.Form{Package: "batch", Path: "example.com/" + s.dir(before), Main: s.main, Suffix: s.suffix, Helpers: apart, Far: "far"})
	if err != nil {
		return nil, err
	}
	if local {
		if err := localize(p); err != nil {
			return nil, err
		}
	}
	name := fmt.Sprintf("p%d.go", i)
	s.files = []*part{{name: name, before: p.Text, after: p.Text}}
	if p.Far != nil {
		s.files = append(s.files, &part{name: name, far: true, before: p.Far, after: p.Far})
	}
	return s, nil
}

// size returns the length of the text.
func (s *specimen) size() int {
	n := 0
	for _, p := range s.files {
		n += len(p.before)
	}
	return n
}

// specimensPerPackage: the compiler's start costs as much as a few programs.
const specimensPerPackage = 20

// A batch is a module of generated programs that is rewritten, built and run as
// a whole.
type batch struct {
	dir       string
	specimens []*specimen
	apart     bool // each specimen has a package to itself
	textOnly  bool // rewrite, but do not run
	timings   map[string]time.Duration
}

// try does everything and leaves faults in the specimens. Its own error means
// that nothing could be judged.
func (b *batch) try(ctx context.Context) error {
	type step struct {
		name string
		do   func() error
	}
	steps := []step{
		{"write", func() error { return b.write(before) }},
		{"rewrite", func() error { return b.rewrite(ctx, before, b.specimens) }},
		{"judge", func() error { b.judge(); return nil }},
		{"write again", func() error { return errors.Join(b.write(after), b.writeDriver()) }},
		{"build", func() error { return b.build(ctx) }},
		{"run", func() error { return b.runAll(ctx) }},
		{"second rewrite", func() error { return b.rewriteAgain(ctx) }},
	}
	if b.textOnly {
		steps = steps[:2]
	}
	for _, step := range steps {
		start := time.Now()
		if err := step.do(); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
		if b.timings != nil {
			b.timings[step.name] += time.Since(start)
		}
	}
	return os.RemoveAll(b.dir)
}

// A side is what the names of packages begin with: both sides of a program are in
// one module, and in one binary.
type side string

const (
	before side = "b"
	after  side = "a"
)

// on returns the text of p for a side, where it imports packages of that side.
func (p *part) on(on side) []byte {
	if on == before {
		return p.before
	}
	return bytes.ReplaceAll(p.after, []byte("\"example.com/"+before), []byte("\"example.com/"+after))
}

// dir returns the directory of the package of s on a side.
func (s *specimen) dir(on side) string { return fmt.Sprint(on, s.pkg) }

// path returns the name of a file of s on a side, from the module's root.
func (s *specimen) path(on side, p *part) string {
	if p.far {
		return s.dir(on) + "far/" + p.name
	}
	return s.dir(on) + "/" + p.name
}

// changed reports whether s was rewritten. Otherwise it has no other side.
func (s *specimen) changed() bool {
	return slices.ContainsFunc(s.files, func(p *part) bool { return !bytes.Equal(p.before, p.after) })
}

// write puts the programs of a side into the module.
func (b *batch) write(on side) error {
	files := map[string][]byte{"go.mod": []byte(batchModule)}
	for _, s := range b.specimens {
		if on == after && !s.changed() {
			continue
		}
		for _, p := range s.files {
			files[s.path(on, p)] = p.on(on)
		}
		if !b.apart {
			files[s.dir(on)+"/helpers.go"] = gen.Helpers("batch")
		}
	}
	return write(b.dir, files)
}

// writeDriver puts the program that runs the programs into the module.
func (b *batch) writeDriver() error {
	var imports, tables strings.Builder
	for _, on := range []side{before, after} {
		fmt.Fprintf(&tables, "\t\t%q: {\n", on)
		imported := make(map[string]bool)
		for _, s := range b.specimens {
			if on == after && !s.changed() {
				tables.WriteString("\t\t\tfunc() {},\n")
				continue
			}
			dir := path.Dir(s.path(on, s.files[len(s.files)-1]))
			if !imported[dir] {
				imported[dir] = true
				fmt.Fprintf(&imports, "\t%s %q\n", dir, "example.com/"+dir)
			}
			fmt.Fprintf(&tables, "\t\t\t%s.%s,\n", dir, s.main)
		}
		tables.WriteString("\t\t},\n")
	}
	return write(b.dir, map[string][]byte{"driver/main.go": []byte("package main\n\nimport (\n\t\"fmt\"\n\t\"os\"\n\t\"strconv\"\n\n" + imports.String() +
		")\n\nfunc main() {\n\tsides := map[string][]func(){\n" + tables.String() + "\t}\n" + driverText)})
}

// driverText is the end of the driver: it runs the programs of a side from a
// number on, each in a goroutine that may panic or exit.
const driverText = `	programs := sides[os.Args[1]]
	first, err := strconv.Atoi(os.Args[2])
	if err != nil {
		panic(err)
	}
	for i := first; i < len(programs); i++ {
		fmt.Println("======", i)
		done := make(chan bool)
		go func() {
			defer close(done)
			ended := false
			defer func() {
				if r := recover(); r != nil {
					fmt.Println("panic:", r)
				} else if !ended {
					fmt.Println("exit")
				}
			}()
			programs[i]()
			ended = true
		}()
		<-done
	}
	fmt.Println("======", len(programs))
}
`

func (b *batch) driver() string { return filepath.Join(b.dir, "driver.exe") }

// blamedFile is how the compiler names a program.
var blamedFile = regexp.MustCompile(`(?m)^(?:\./)?([ab]\d+(?:far)?/p\d+\.go):\d+:\d+: .*$`)

// batchEnv is the environment of all go commands for a batch. The compiler takes
// half the time without inlining, debugging information, collection of its garbage and
// threads of its own; with the same flags throughout, what one command compiled is there for
// the next.
func batchEnv() []string {
	return append(goEnv("'-gcflags=example.com/...=-l -dwarf=false -c=1'"), "GOGC=off")
}

// build builds the driver. Programs that do not compile once they are rewritten get
// the blame, and run as they were; others are the generator's fault.
func (b *batch) build(ctx context.Context) error {
	for {
		_, msg, err := goCommandIn(ctx, batchEnv(), b.dir, "build", "-ldflags=-s -w", "-o", b.driver(), "./driver")
		if err == nil {
			return nil
		}
		found := false
		for _, m := range blamedFile.FindAllStringSubmatch(string(msg), -1) {
			for _, s := range b.specimens {
				for _, p := range s.files {
					switch m[1] {
					case s.path(before, p):
						return fmt.Errorf("the generator's program %d does not compile: %s", s.seed, m[0])
					case s.path(after, p):
						s.blame("build", "does not compile: %s", m[0])
						found = true
					}
				}
			}
		}
		for _, s := range b.specimens {
			if s.fault == nil || s.fault.what != "build" || !s.changed() {
				continue
			}
			for _, p := range s.files {
				p.after = p.before
				if err := os.Remove(filepath.Join(b.dir, s.path(after, p))); err != nil {
					return err
				}
			}
		}
		if !found {
			return fmt.Errorf("go build: %w\n%s", err, msg)
		}
		if err := b.writeDriver(); err != nil {
			return err
		}
	}
}

// runAll runs both sides, and the first one twice.
func (b *batch) runAll(ctx context.Context) error {
	return errors.Join(
		b.run(ctx, before, func(s *specimen, out string) { s.printed = out }),
		b.run(ctx, before, func(s *specimen, out string) {
			if out != s.printed && !s.crashed {
				s.blame("generator", "the program prints something else each time:\n%s", diff("again", []byte(s.printed), []byte(out)))
			}
		}),
		b.run(ctx, after, func(s *specimen, out string) {
			if s.changed() && out != s.printed && !s.crashed && !calledNil(s.printed) {
				s.blame("output", "prints something else:\n%s", diff("output", []byte(s.printed), []byte(out)))
			}
		}))
}

// calledNil reports whether a program follows a nil pointer before the rewrite, as one
// does that calls a nil cleanup. Nothing is promised of those, and what they print
// cannot tell them from others. The generator avoids them.
func calledNil(before string) bool { return strings.Contains(before, "nil pointer dereference") }

// runtimeFailed is how the process ends when the runtime loses its way: with Go
// 1.26, when a deferred nil func is called on behalf of runtime.Goexit, the stack
// grows thereupon, and the panic is recovered. Such a program shows nothing.
const runtimeFailed = "fatal error: bad recovery"

// run runs all programs of a side and hands what each printed to keep. One that
// ends the process, or does not end, has printed what it did until then.
func (b *batch) run(ctx context.Context, on side, keep func(*specimen, string)) error {
	for next := 0; next < len(b.specimens); {
		out, how := b.runDriver(ctx, on, next)
		if err := ctx.Err(); err != nil {
			return err
		}
		parts := strings.Split("\n"+out, "\n====== ")
		if len(parts) < 2 {
			return fmt.Errorf("the driver printed nothing: %s", how)
		}
		for i, part := range parts[1:] {
			if next+i >= len(b.specimens) {
				return nil
			}
			_, text, _ := strings.Cut(part, "\n")
			if i == len(parts)-2 {
				text += "\n" + how
				if how == runtimeFailed {
					b.specimens[next+i].crashed = true
				}
			}
			keep(b.specimens[next+i], text)
		}
		next += len(parts) - 1
	}
	return nil
}

// driverPatience is how long all programs of a batch, which take milliseconds, may
// take on a machine that does something else.
const driverPatience = 5 * time.Minute

func (b *batch) runDriver(ctx context.Context, on side, first int) (out, how string) {
	ctx, cancel := context.WithTimeout(ctx, driverPatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, b.driver(), string(on), fmt.Sprint(first))
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		text := stderr.String() // begins with what earlier programs have printed there
		line, _, _ := strings.Cut(text[max(0, strings.Index(text, "fatal error: ")):], "\n")
		how = fmt.Sprintf("the process ends: %v: %s", err, line)
		if strings.Contains(stderr.String(), "\n"+runtimeFailed+"\n") {
			how = runtimeFailed
		}
	}
	return stdout.String(), how
}

// rewrite rewrites the packages of the specimens on one side, in memory. A run
// that fails is tried again by halves, to see whose fault it is.
func (b *batch) rewrite(ctx context.Context, on side, specimens []*specimen) error {
	o := rewrite.Options{Dir: b.dir, All: true, Exported: true, Rewrite: true, Env: batchEnv()}
	byName := make(map[string]*specimen)
	parts := make(map[string]*part)
	for _, s := range specimens {
		for _, p := range s.files {
			name := s.path(on, p)
			if dir := "./" + path.Dir(name); !slices.Contains(o.Patterns, dir) {
				o.Patterns = append(o.Patterns, dir)
			}
			name = filepath.Join(b.dir, name)
			byName[name], parts[name] = s, p
		}
	}
	res, err := rewrite.Run(ctx, o)
	if err != nil {
		if ctx.Err() != nil {
			return err
		}
		if specimens[0].pkg == specimens[len(specimens)-1].pkg {
			for _, s := range specimens {
				s.blame("run", "the rewrite fails: %v", err)
			}
			return nil
		}
		cut := len(specimens) / 2
		for specimens[cut].pkg == specimens[cut-1].pkg {
			cut--
			if cut == 0 {
				return err
			}
		}
		return errors.Join(b.rewrite(ctx, on, specimens[:cut]), b.rewrite(ctx, on, specimens[cut:]))
	}
	for _, f := range res.Findings {
		s := byName[f.Pos.Filename]
		if s == nil {
			return fmt.Errorf("a finding in %s, which is none of the programs", f.Pos.Filename)
		}
		v := verdictOf(f)
		if v.isFault() {
			s.blame(v.code, "%s", v.why)
		}
		s.verdicts[f.Name] = v
	}
	for _, f := range res.Files {
		if parts[f.Name] == nil {
			return fmt.Errorf("a change of %s, which is none of the programs:\n%s", f.Name, f.New)
		}
		parts[f.Name].after = f.New
	}
	return nil
}

// judge looks at the text of each rewritten program.
func (b *batch) judge() {
	for _, s := range b.specimens {
		for _, p := range s.files {
			if !bytes.Equal(p.before, p.after) {
				s.judge(p)
			}
		}
	}
}

func (s *specimen) judge(p *part) {
	before, err := parseText(p.name, p.before)
	if err != nil {
		s.blame("generator", "%v", err)
		return
	}
	after, err := parseText(p.name, p.after)
	if err != nil {
		s.blame("syntax", "%v", err)
		return
	}
	for _, c := range lostComments(before, after) {
		s.blame("comment", "lost the comment %q", c)
	}
	for _, name := range s.strays(before, after) {
		s.blame("stray", "the rewrite changes %s, which is none of its business", name)
	}
	if err := formatted(before, after); err != nil {
		s.blame("format", "%v", err)
	}
}

// strays returns the declarations that are not the same after the rewrite,
// although they name no function that was rewritten.
func (s *specimen) strays(before, after *text) []string {
	rewritten := make(map[string]bool)
	for name, v := range s.verdicts {
		// Local variables of several functions may have one name.
		name, _, _ = strings.Cut(name[strings.LastIndex(name, ".")+1:], "#")
		rewritten[name] = rewritten[name] || v.rewritten
	}
	for again := true; again; {
		again = false
		for _, p := range s.files { // a function of another package may be a forwarder
			before, err := parseText(p.name, p.before)
			after, err2 := parseText(p.name, p.after)
			if err != nil || err2 != nil {
				continue
			}
			for _, fn := range changedResults(before, after, func(name string) bool { return rewritten[name] }) {
				again = again || !rewritten[fn]
				rewritten[fn] = true
			}
		}
	}
	var names []string
	kept := make(map[string]bool)
	for _, d := range after.file.Decls {
		kept[after.source(d)] = true
	}
	for _, d := range before.file.Decls {
		concerned := false
		ast.Inspect(d, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			concerned = concerned || ok && rewritten[id.Name]
			return !concerned
		})
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT || concerned {
			continue
		}
		if text := before.source(d); !kept[text] {
			name, _, _ := strings.Cut(text, "\n")
			names = append(names, name)
		}
	}
	return names
}

// source returns the text of a declaration.
func (t *text) source(d ast.Decl) string {
	return string(t.bytes[t.fset.PositionFor(d.Pos(), false).Offset:t.fset.PositionFor(d.End(), false).Offset])
}

// rewriteAgain rewrites the rewritten programs once more, which must change nothing.
func (b *batch) rewriteAgain(ctx context.Context) error {
	first := make(map[*specimen]*specimen)
	var again []*specimen
	for _, s := range b.specimens {
		if !s.changed() {
			continue
		}
		t := &specimen{pkg: s.pkg, verdicts: make(map[string]verdict)}
		for _, p := range s.files {
			text := p.on(after)
			t.files = append(t.files, &part{name: p.name, far: p.far, before: text, after: text})
		}
		again = append(again, t)
		first[t] = s
	}
	if len(again) == 0 {
		return nil
	}
	if err := b.rewrite(ctx, after, again); err != nil {
		return err
	}
	for _, s := range again {
		if s.fault != nil {
			first[s].blame("second "+s.fault.what, "in a second run, %s", s.fault.why)
		}
		for _, p := range s.files {
			if !bytes.Equal(p.before, p.after) {
				first[s].blame("second run", "a second run changes it again:\n%s", diff("second", p.before, p.after))
			}
		}
	}
	return nil
}
