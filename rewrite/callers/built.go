package callers

import (
	"bytes"
	"go/ast"
	"go/build"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/pattern"
)

// systems holds the GOOS/GOARCH pairs that Go supports, as "go tool dist list" prints
// them. Common ones are first.
const systems = `linux/amd64 windows/amd64 darwin/arm64 linux/arm64 darwin/amd64 freebsd/amd64 js/wasm
	linux/386 windows/386 windows/arm64 linux/arm freebsd/386 freebsd/arm freebsd/arm64 freebsd/riscv64
	openbsd/amd64 openbsd/386 openbsd/arm openbsd/arm64 openbsd/ppc64 openbsd/riscv64
	netbsd/amd64 netbsd/386 netbsd/arm netbsd/arm64 dragonfly/amd64
	linux/riscv64 linux/loong64 linux/ppc64le linux/ppc64 linux/s390x linux/mips linux/mips64 linux/mips64le linux/mipsle
	android/arm64 android/amd64 android/386 android/arm ios/arm64 ios/amd64
	solaris/amd64 illumos/amd64 aix/ppc64 plan9/amd64 plan9/386 plan9/arm wasip1/wasm`

// A builtFile holds the parts of a Go file that decide whether a build includes it.
type builtFile struct {
	name   string
	header []byte // the source up to the package clause, and import "C" if the file has that import
}

// A buildOf describes a build: its system, architecture and tags.
type buildOf struct {
	goos, goarch string
	tags         []string // includes "cgo" if cgo is enabled
}

// newBuiltFile returns the builtFile for a file name and its source.
func newBuiltFile(name string, text []byte) builtFile {
	f, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ImportsOnly)
	if f == nil || err != nil && !f.Name.End().IsValid() {
		return builtFile{name, text}
	}
	end := int(f.Name.End() - f.FileStart)
	header := append(slices.Clip(text[:min(end, len(text))]), '\n')
	if importsC(f) {
		header = append(header, "import \"C\"\n"...)
	}
	return builtFile{name, header}
}

// in reports whether a build includes the file, by the rules of package go/build. A file
// with an unreadable header counts as included.
func (f builtFile) in(b buildOf) bool {
	ctx := build.Context{
		GOOS: b.goos, GOARCH: b.goarch, Compiler: "gc", BuildTags: b.tags, ReleaseTags: build.Default.ReleaseTags,
		CgoEnabled: slices.Contains(b.tags, "cgo"),
		OpenFile:   func(string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(f.header)), nil },
	}
	ok, err := ctx.MatchFile("", filepath.Base(f.name))
	if err == nil && ok && !ctx.CgoEnabled && f.needsC() {
		return false
	}
	return ok || err != nil
}

// needsC reports whether the file imports C, so that a build needs cgo to include it.
func (f builtFile) needsC() bool { return bytes.HasSuffix(f.header, []byte("\nimport \"C\"\n")) }

// tags returns the build tags in a file's constraints, except systems, architectures and
// release tags.
func (f builtFile) tags() []string {
	var tags []string
	for line := range strings.Lines(string(f.header)) {
		line = strings.TrimSpace(line)
		if !constraint.IsGoBuild(line) && !constraint.IsPlusBuild(line) {
			continue
		}
		x, err := constraint.Parse(line)
		if err != nil {
			continue
		}
		walkTags(x, func(tag string) {
			if tag != "unix" && tag != "gc" && !slices.Contains(build.Default.ReleaseTags, tag) && !platform(tag) {
				tags = append(tags, tag)
			}
		})
	}
	if f.needsC() {
		tags = append(tags, "cgo")
	}
	slices.Sort(tags)
	return slices.Compact(tags)
}

// walkTags calls do for each tag in a constraint.
func walkTags(x constraint.Expr, do func(tag string)) {
	switch x := x.(type) {
	case *constraint.AndExpr:
		walkTags(x.X, do)
		walkTags(x.Y, do)
	case *constraint.OrExpr:
		walkTags(x.X, do)
		walkTags(x.Y, do)
	case *constraint.NotExpr:
		walkTags(x.X, do)
	case *constraint.TagExpr:
		do(x.Tag)
	}
}

// platform reports whether the go command treats a word as a GOOS or GOARCH. A file with
// that suffix is built for no other one.
func platform(word string) bool {
	return !builtFile{"x_" + word + ".go", []byte("package p\n")}.in(buildOf{goos: "none", goarch: "none"})
}

// mostTags limits the number of tags for which all subsets are tried.
const mostTags = 8

// choices returns all subsets of the tags of some files, smallest first. ok is false if
// there are too many.
func choices(files ...builtFile) (subsets [][]string, ok bool) {
	var tags []string
	for _, f := range files {
		tags = append(tags, f.tags()...)
	}
	slices.Sort(tags)
	tags = slices.Compact(tags)
	if len(tags) > mostTags {
		return nil, false
	}
	for bits := range 1 << len(tags) {
		var subset []string
		for i, tag := range tags {
			if bits&(1<<i) != 0 {
				subset = append(subset, tag)
			}
		}
		subsets = append(subsets, subset)
	}
	slices.SortStableFunc(subsets, func(a, b []string) int { return len(a) - len(b) })
	return subsets, true
}

// builds returns a build without tags for each of systems, and one for an unknown system.
func builds() []buildOf {
	var all []buildOf
	for _, pair := range append(strings.Fields(systems), "none/none") {
		goos, goarch, _ := strings.Cut(pair, "/")
		all = append(all, buildOf{goos: goos, goarch: goarch})
	}
	return all
}

// together reports whether some build includes both files. It returns true if there are
// too many tags to tell.
func together(f, g builtFile) bool {
	subsets, ok := choices(f, g)
	if !ok {
		return true
	}
	for _, tags := range subsets {
		for _, b := range builds() {
			b.tags = tags
			if f.in(b) && g.in(b) {
				return true
			}
		}
	}
	return false
}

// BuiltWith reports whether every build that includes file name of unit u also includes
// file other. It returns false if it cannot tell.
func BuiltWith(u *pattern.Unit, name, other string) bool {
	if name == other {
		return true
	}
	text, err := u.ReadFile(name)
	if err != nil {
		return false
	}
	otherText, err := u.ReadFile(other)
	if err != nil {
		return false
	}
	f, g := newBuiltFile(name, text), newBuiltFile(other, otherText)
	subsets, ok := choices(f, g)
	if !ok {
		return false
	}
	for _, tags := range subsets {
		for _, b := range builds() {
			b.tags = tags
			if f.in(b) && !g.in(b) {
				return false
			}
		}
	}
	return true
}

// perSystem reports whether one set of tags builds f on some system and g on some system.
func perSystem(f, g builtFile) bool {
	subsets, ok := choices(f, g)
	if !ok {
		return true
	}
	return slices.ContainsFunc(subsets, func(tags []string) bool {
		in := func(f builtFile) bool {
			return slices.ContainsFunc(builds(), func(b buildOf) bool {
				b.tags = tags
				return f.in(b)
			})
		}
		return in(f) && in(g)
	})
}

// sameSignature reports whether the parameter and result types of two functions are
// written alike.
func sameSignature(a, b *ast.FuncType) bool {
	return fieldTypes(a.Params) == fieldTypes(b.Params) && fieldTypes(a.Results) == fieldTypes(b.Results)
}

// fieldTypes returns the source of parameter or result types.
func fieldTypes(l *ast.FieldList) string {
	var all []string
	if l != nil {
		for _, f := range l.List {
			for range max(len(f.Names), 1) {
				all = append(all, types.ExprString(f.Type))
			}
		}
	}
	return strings.Join(all, ",")
}

func importsC(f *ast.File) bool {
	return slices.ContainsFunc(f.Imports, func(s *ast.ImportSpec) bool { return s.Path.Value == `"C"` })
}
