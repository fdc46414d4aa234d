package rewrite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/ast"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/closurefix/closurefix/rewrite/internal/process"
	"github.com/closurefix/closurefix/rewrite/plan"
	"golang.org/x/tools/go/packages"
)

// A scope says which packages a run is about.
type scope struct {
	targets map[string]bool // paths of packages whose prepare functions are wanted
	load    []string        // paths of packages to type-check, sorted
	reach   []string        // load, and all that depend on a package with an open hit
	brief   *briefing       // what of load is enough in brief
	files   int             // Go files looked at
	dirs    []string        // of the targets

	// linked holds the symbols that linkname directives name, with the file.
	linked map[string]string

	mentions []string // files of the targets that may hold a directive, sorted

	// lists holds what the go command said about packages and all that they depend
	// on, so that it need not be asked again when they are loaded.
	lists []graph
	alone map[string]bool // configurations whose packages have to be listed once more, by themselves

	mains      []string         // directories of the main modules, known once modules was called
	neighbours []plan.Neighbour // the same, and so is present
	present    []string         // the Go files of the main modules
	unbuilt    []string         // those that no configuration builds, and that mention an open hit
	outside    []string         // those of other modules that import a main one, and that mention an open hit
	asked      []plan.Method    // of interfaces in the main modules, if a hit is a method that other packages can name
}

// survey lists the packages of the patterns in every configuration, and keeps
// those that may hold a prepare function, together with those that may call
// one of them.
func survey(ctx context.Context, o Options, src *sources) (*scope, error) {
	s := &scope{targets: make(map[string]bool), alone: make(map[string]bool)}
	files := make(map[string]*packages.Package) // by name
	var excluded []Problem
	matched := make(map[string]bool) // patterns
	o.Status("listing packages")
	listed, err := listings(ctx, o, src, o.Patterns)
	if err != nil {
		return nil, err
	}
	s.lists = append(s.lists, listed)
	for _, config := range o.Configs {
		pkgs := listed[config.String()]
		var problems []Problem
		for _, p := range pkgs {
			alone := *p
			alone.Imports = nil // whose problems matter if p is loaded
			for _, q := range problemsOf(o.Dir, []*packages.Package{&alone}) {
				if strings.Contains(q.Text, excludes) {
					excluded = append(excluded, q)
				} else {
					problems = append(problems, q)
				}
			}
			if len(p.GoFiles) == 0 {
				continue
			}
			s.targets[p.PkgPath] = true
			for _, name := range p.GoFiles {
				files[name] = p
			}
		}
		if err := sourceError(config, problems); err != nil {
			return nil, err
		}
		for _, pattern := range o.Patterns {
			match := matcher(o.Dir, pattern)
			matched[pattern] = matched[pattern] || slices.ContainsFunc(pkgs, match)
		}
	}
	if len(files) == 0 && len(excluded) > 0 {
		return nil, sourceError(o.Configs[0], excluded)
	}
	for _, pattern := range o.Patterns {
		if !matched[pattern] {
			return nil, fmt.Errorf("%s: the pattern matches no packages", pattern)
		}
	}
	s.files = len(files)
	for name := range files {
		s.dirs = append(s.dirs, filepath.Dir(name))
	}
	slices.Sort(s.dirs)
	s.dirs = slices.Compact(s.dirs)
	o.Progress(fmt.Sprintf("%s listed", count(len(s.targets), "package")))

	o.Status(fmt.Sprintf("scanning %s", count(len(files), "file")))
	found := prescan(src, slices.Sorted(maps.Keys(files)))
	if err := sourceError(o.Configs[0], found.problems); err != nil {
		return nil, err
	}
	s.linked, s.mentions = found.linked, found.mentions
	if len(found.hits) > 0 {
		if err := s.links(ctx, o, src, files); err != nil {
			return nil, err
		}
	}
	return s, s.choose(ctx, o, src, files, found)
}

// links notes the linkname directives of the main modules that are not in files, which
// were looked through: in packages that no pattern names, and in files for other systems.
func (s *scope) links(ctx context.Context, o Options, src *sources, files map[string]*packages.Package) error {
	mains, err := mainModules(ctx, o)
	if err != nil {
		return ctx.Err() // it may be no module
	}
	_, present := around(mains)
	rest := slices.DeleteFunc(present, func(name string) bool { return files[name] != nil })
	symbols := make([][]string, len(rest))
	each(rest, func(i int, name string) {
		if text, err := src.peek(name); err == nil {
			symbols[i] = plan.Linknames(text)
		}
	})
	for i, name := range rest {
		for _, symbol := range symbols[i] {
			s.linked[symbol] = name
		}
	}
	return nil
}

// choose finds out which packages of the scope have to be type-checked, files being
// the package of each file: those with a hit that somebody may defer, and those that
// may call it.
func (s *scope) choose(ctx context.Context, o Options, src *sources, files map[string]*packages.Package, found *scan) error {
	hits := slices.Clone(found.hits)
	if !o.All { // then those of test files are no findings; but is the comment idle that silences one?
		hits = slices.DeleteFunc(hits, func(h hit) bool {
			return strings.HasSuffix(h.file, "_test.go") && !slices.Contains(s.mentions, h.file)
		})
	}
	open := func(hits []hit) []hit { // those that other packages may call
		return slices.DeleteFunc(slices.Clone(hits), func(h hit) bool {
			path := basePath(files[h.file])
			return !ast.IsExported(h.name) || files[h.file].Name == "main" || strings.HasSuffix(h.file, "_test.go") ||
				!o.Exported && !internal(path)
		})
	}
	paths := func(hits []hit) map[string]bool {
		paths := make(map[string]bool)
		for _, h := range hits {
			paths[basePath(files[h.file])] = true
		}
		return paths
	}
	var g graph
	methods := func(hits []hit) bool { // that an interface of another package may ask for
		return slices.ContainsFunc(hits, func(h hit) bool {
			return h.method && ast.IsExported(h.name) && (files[h.file].Name == "main" || strings.HasSuffix(h.file, "_test.go") || len(open([]hit{h})) > 0)
		})
	}
	if len(open(hits)) > 0 || methods(hits) {
		var err error
		if g, err = s.modules(ctx, o, src); err != nil {
			return err
		}
	}
	if !o.undeferred {
		from := make(map[string]bool) // files that may hold callers
		for _, name := range found.defers {
			from[name] = true
		}
		for _, p := range g.reach(paths(open(hits))) {
			for _, name := range p.GoFiles {
				from[name] = true
			}
		}
		hits = deferred(src, hits, slices.Sorted(maps.Keys(from)))
	}
	if methods(hits) {
		s.asked = interfaceMethods(src, g, s.present)
	}
	load := paths(hits)
	o.Progress(fmt.Sprintf("%s scanned, %s may hold a prepare function", count(s.files, "file"), count(len(load), "package")))
	all := maps.Clone(load)
	if hits := open(hits); len(hits) > 0 {
		names := make(map[string]bool)
		for _, h := range hits {
			names[h.name] = true
		}
		s.leaveOut(src, g, names)
		held := maps.Clone(load)
		if err := callers(src, g.reach(paths(hits)), names, load, all); err != nil {
			return err
		}
		for _, h := range found.hits { // a caller of those that are not open makes a finding, too
			if ast.IsExported(h.name) {
				names[h.name] = true
			}
		}
		s.brief = briefingOf(g, load, held, names)
		o.Progress(fmt.Sprintf("%s may reach them, %s may call them", count(len(all), "package"), count(len(load), "package")))
	}
	s.load = slices.Sorted(maps.Keys(load))
	s.reach = slices.Sorted(maps.Keys(all))
	return nil
}

// widest makes the scope hold all packages that a rewrite could concern, with all of
// their text.
func (s *scope) widest() { s.load, s.brief = s.reach, nil }

// count returns "1 file", "2 files".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// basePath returns the path of the package, without the _test of an external
// test package.
func basePath(p *packages.Package) string {
	if p.ForTest != "" {
		return p.ForTest
	}
	return p.PkgPath
}

// list asks the go command about patterns, in one configuration. The packages
// that come back are those of people: the generated main packages of tests are
// left out, and dependencies that are compiled once more for a test.
func list(ctx context.Context, o Options, config Config, patterns []string) ([]*packages.Package, error) {
	cfg := &packages.Config{
		Context:    ctx,
		Mode:       listMode,
		Dir:        o.Dir,
		Env:        config.env(o.Env),
		BuildFlags: config.flags(),
		Tests:      true,
	}
	return loadPackages(cfg, patterns)
}

// loadPackages is packages.Load for patterns that are plain package patterns.
func loadPackages(cfg *packages.Config, patterns []string) ([]*packages.Package, error) {
	_, env, remove, err := process.Scratch(cfg.Env)
	if err != nil {
		return nil, err
	}
	defer remove()
	// If the context ends, the package interrupts the go command alone, and then
	// waits for the compilers that it runs.
	mark := process.NewMark()
	cfg.Env = append(env, string(mark))
	if cfg.Mode&packages.NeedExportFile == 0 && !slices.ContainsFunc(env, func(v string) bool { return strings.HasPrefix(v, "GOGC=") }) {
		// The go command answers from a heap of some 50 MB, and spends a fifth of its
		// time on sweeping it. What compiles keeps the default.
		cfg.Env = append(cfg.Env, "GOGC=400")
	}
	ended := make(chan struct{})
	idle := context.AfterFunc(cfg.Context, func() {
		defer close(ended)
		mark.End(cfg.Context)
	})
	pkgs, err := packages.Load(cfg, patterns...)
	if !idle() {
		<-ended
	}
	if err != nil {
		if cause := cfg.Context.Err(); cause != nil {
			return nil, cause
		}
		return nil, plainError(err)
	}
	return slices.DeleteFunc(pkgs, func(p *packages.Package) bool {
		return isTestMain(p) || p.ForTest != "" && p.PkgPath != p.ForTest && p.PkgPath != p.ForTest+"_test"
	}), nil
}

// plainError returns err without the wrapping that speaks of how the go
// command is called.
func plainError(err error) error {
	text := strings.TrimPrefix(err.Error(), "err: ")
	if i := strings.Index(text, "stderr: "); i >= 0 {
		text = text[i+len("stderr: "):]
	}
	return errors.New(strings.TrimSpace(text))
}

// isTestMain reports whether p is the main package that the go command
// generates for the tests of a package.
func isTestMain(p *packages.Package) bool {
	if p.Name != "main" || !strings.HasSuffix(p.PkgPath, ".test") || p.ForTest != "" {
		return false
	}
	for _, name := range p.GoFiles {
		if filepath.Base(name) != "_testmain.go" && filepath.Dir(name) == p.Dir {
			return false
		}
	}
	return true
}

// matcher returns a function that reports whether a package is matched by a
// pattern. A pattern without "..." is matched by everything, since the go
// command complains by itself when there is no such package; so are the
// names that it gives to sets of packages.
func matcher(dir, pattern string) func(*packages.Package) bool {
	if !strings.Contains(pattern, "...") {
		return func(*packages.Package) bool { return true }
	}
	relative := strings.HasPrefix(pattern, ".") || filepath.IsAbs(pattern)
	if relative {
		if !filepath.IsAbs(pattern) {
			pattern = filepath.Join(dir, pattern)
		}
		if real, err := filepath.EvalSymlinks(dir); err == nil && real != dir {
			// The go command may name directories by either.
			pattern = strings.Replace(pattern, dir, real, 1)
		}
		pattern = filepath.ToSlash(pattern)
	}
	text := strings.ReplaceAll(regexp.QuoteMeta(pattern), `\.\.\.`, `.*`)
	if head, ok := strings.CutSuffix(text, `/.*`); ok {
		text = head + `(/.*)?`
	}
	re := regexp.MustCompile(`^` + text + `$`)
	return func(p *packages.Package) bool {
		if !relative {
			return re.MatchString(p.PkgPath)
		}
		where := p.Dir
		if real, err := filepath.EvalSymlinks(where); err == nil {
			where = real
		}
		return re.MatchString(filepath.ToSlash(where))
	}
}

// leaveOut notes the files that no configuration builds, and those of other modules, that
// mention one of names.
func (s *scope) leaveOut(src *sources, g graph, names map[string]bool) {
	built := make(map[string]bool)
	for _, pkgs := range g {
		flawed := len(problemsOf("", pkgs)) > 0
		for _, p := range pkgs {
			if flawed && elsewhere(p) { // load leaves it out
				continue
			}
			for _, name := range p.GoFiles {
				built[name] = true
			}
		}
	}
	note := func(list *[]string, name string) {
		if slices.Contains(*list, name) {
			return
		}
		if text, err := src.peek(name); err == nil && mentions(text, names) {
			*list = append(*list, name)
		}
	}
	for _, name := range s.present {
		if !built[name] {
			note(&s.unbuilt, name)
		}
	}
	for _, name := range importers(g) {
		note(&s.outside, name)
	}
}

// importers returns the files of other modules whose packages depend on a main module,
// as those do that it requires and that require it. Nothing loads their functions.
func importers(g graph) []string {
	var names []string
	for _, pkgs := range g {
		known := make(map[*packages.Package]bool)
		packages.Visit(pkgs, nil, func(p *packages.Package) { // after its imports
			for _, q := range p.Imports {
				known[p] = known[p] || mainPackage(q) || known[q]
			}
			if known[p] && !mainPackage(p) && p.Module != nil {
				names = append(names, p.GoFiles...)
			}
		})
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// callers adds to all the packages that reach a package with open hits, and to load
// those of them that mention one of their names: only they can hold a caller.
func callers(src *sources, reach []*packages.Package, names, load, all map[string]bool) error {
	for _, p := range reach {
		path := basePath(p)
		all[path] = true
		for _, name := range p.GoFiles {
			if load[path] {
				break
			}
			text, err := src.peek(name)
			if err != nil {
				return err
			}
			if mentions(text, names) {
				load[path] = true
			}
		}
	}
	return nil
}

// A graph holds packages with what they import, by the name of the configuration.
type graph map[string][]*packages.Package

// modules lists the packages of the main modules.
func (s *scope) modules(ctx context.Context, o Options, src *sources) (graph, error) {
	o.Status("looking for callers in other packages")
	dirs, err := mainModules(ctx, o)
	if err != nil {
		return nil, err
	}
	s.mains = dirs
	s.neighbours, s.present = around(dirs)
	if len(s.lists) > 0 && len(dirs) == 1 && resolved(dirs[0]) == resolved(o.Dir) && slices.Contains(o.Patterns, "./...") {
		return s.lists[0], nil
	}
	var patterns []string
	for _, dir := range dirs {
		patterns = append(patterns, filepath.Join(dir, "..."))
	}
	g, err := listings(ctx, o, src, patterns)
	if err != nil {
		return nil, err
	}
	s.lists = append(s.lists, g)
	return g, nil
}

// listed returns the packages to type-check from a list that has all of them.
func (s *scope) listed(config Config) (roots []*packages.Package, ok bool) {
	if s.alone[config.String()] {
		return nil, false
	}
	for _, g := range s.lists {
		missing := make(map[string]bool)
		for _, path := range s.load {
			missing[path] = true
		}
		roots = nil
		for _, p := range g[config.String()] {
			if s.loads(p) {
				roots = append(roots, p)
				delete(missing, basePath(p))
			}
		}
		if len(missing) == 0 {
			return roots, true
		}
	}
	return nil, false
}

// reach returns the packages with the paths, and all that depend on them, directly
// or through others: a value whose method is called may come from a package that
// the caller does not import.
func (g graph) reach(paths map[string]bool) []*packages.Package {
	var found []*packages.Package
	for _, pkgs := range g {
		known := make(map[*packages.Package]bool)
		var reaches func(*packages.Package) bool
		reaches = func(p *packages.Package) bool {
			yes, ok := known[p]
			if ok {
				return yes
			}
			known[p] = paths[basePath(p)] // also ends a cycle, which is an error elsewhere
			for _, q := range p.Imports {
				if reaches(q) {
					known[p] = true
				}
			}
			return known[p]
		}
		listed := make(map[string]bool)
		for _, p := range pkgs {
			listed[p.PkgPath] = true
			if len(p.GoFiles) > 0 && reaches(p) {
				found = append(found, p)
			}
		}
		// No pattern with "..." matches a package below testdata, but others may import it.
		packages.Visit(pkgs, nil, func(p *packages.Package) {
			if mainPackage(p) && !listed[p.PkgPath] && !isTestMain(p) && len(p.GoFiles) > 0 && reaches(p) {
				q := *p
				q.ForTest = "" // compiled once more for a test, if that is another
				found = append(found, &q)
			}
		})
	}
	return found
}

// mainModules returns the directories of the main modules: one, or those of a
// go.work file.
func mainModules(ctx context.Context, o Options) ([]string, error) {
	out, err := goCommand(ctx, o.Dir, o.Env, "list", "-m", "-f", `{{if .Main}}{{printf "%q" .Dir}}{{end}}`)
	if err != nil {
		return nil, err
	}
	var dirs []string
	for line := range bytes.Lines(out) {
		dir, err := strconv.Unquote(string(bytes.TrimSpace(line)))
		if err != nil || dir == "" {
			continue // not a main module
		}
		if _, err := os.Stat(dir); err != nil {
			return nil, err
		}
		dirs = append(dirs, dir)
	}
	return dirs, nil
}
