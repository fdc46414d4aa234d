package load

import (
	"errors"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// needed is a module whose package names some declarations of others. A declaration that
// is not to be kept has an error.
const needed = `
-- go.mod --
module example.com/m

go 1.26
-- m.go --
package m

import (
	. "example.com/m/dotted"
	"example.com/m/names"
	_ "example.com/m/unread"
)

type own struct{ names.Embedded }

func prepare(n int) func() { return func() { println(n, Dotted, names.Untyped, names.Typed) } }

func use(s names.Struct, l [names.Length]int) {
	defer prepare(names.C + names.Generic[int](s.Field.Len()))()
	s.Called()
	names.Literal()
	var _ names.Interface = s
	names.Make().Through()
	var _ error = names.Failure{}
}
-- names/names.go --
package names

import (
	"bytes"
	"fmt"
)

const (
	a = iota
	B
	C
)

const Length = len([...]string{"a", last})

const last, unused = "z", 1

var Typed int = "wrong"

var Untyped = make(map[string]value)

type value struct{ next *value }

var Literal = func() (b *bytes.Buffer) { return wrong }

var Wrong = wrong

type Struct struct {
	*Alias
	Field list
}

type Alias = target

type target struct{}

func (t *Alias) Called()               { wrong() }
func (target) Wrong(wrong)             {}
func (s Struct) Interfaced() (f fn)    { return wrong }
func (s *Struct) Wrong() wrong         { fmt.Println() }

type fn func(param)

type param struct{}

type list []int

func (l list) Len() int   { return wrong }
func (l list) Wrong(wrong) {}

type Interface interface{ Interfaced() fn }

type Embedded struct{ Promoting }

type Promoting struct{}

func (Promoting) Promoted()    {}
func (Promoting) wrong(wrong)  {}

func Generic[T any](t T) T { wrong() }

func Make() *hidden { return wrong }

type Pointed = *hidden

type hidden struct{}

func (p Pointed) Through() { wrong() }

type Failure struct{}

func (Failure) Error() string { return wrong }

func Wrong2(wrong) {}

func init() { wrong() }
-- dotted/dotted.go --
package dotted

const Dotted = 1

var Wrong = wrong
-- unread/unread.go --
package unread

wrong
`

func TestNeeds(t *testing.T) {
	views, err := load(t, needed, ".")
	if err != nil {
		t.Fatal(err)
	}
	imports := make(map[string]*types.Package)
	for _, p := range views[0].World.Units[0].Pkg.Imports() {
		imports[p.Name()] = p
	}
	var got []string
	scopeOf := imports["names"].Scope()
	for _, name := range scopeOf.Names() {
		got = append(got, name)
		if named, ok := scopeOf.Lookup(name).Type().(*types.Named); ok && scopeOf.Lookup(name).Name() == named.Obj().Name() {
			for m := range named.Methods() {
				got = append(got, name+"."+m.Name())
			}
		}
	}
	want := strings.Fields(`Alias B C Embedded Generic Interface Length Literal Promoting Promoting.Promoted
		Failure Failure.Error Make Pointed Struct Struct.Interfaced Typed Untyped a fn hidden hidden.Through last list list.Len
		param target target.Called unused value`)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("kept: %v\nwant:  %v", got, want)
	}
	if names := imports["dotted"].Scope().Names(); !slices.Equal(names, []string{"Dotted"}) {
		t.Errorf("kept of dotted: %v", names)
	}
	if p := imports["unread"]; p == nil || len(p.Scope().Names()) > 0 {
		t.Errorf("unread: %v", p)
	}
}

// TestNeedsOfBroken expects the errors of a package that is type-checked and no others,
// although it is type-checked again with all declarations of its dependencies.
func TestNeedsOfBroken(t *testing.T) {
	broken := "-- broken/broken.go --\npackage broken\n\nimport \"example.com/m/names\"\n\nfunc prepare() func() { return func() { println(names.C) } }\n\nfunc use() { defer prepare()(); undefined() }\n"
	_, err := load(t, needed+broken, ".", "./broken")
	var bad *SourceError
	if !errors.As(err, &bad) || len(bad.Problems) != 1 || !strings.Contains(bad.Error(), "undefined: undefined") {
		t.Errorf("errors: %v", err)
	}
}

// load loads packages of a module in an archive.
func load(t *testing.T, archive string, patterns ...string) ([]*View, error) {
	t.Helper()
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(archive)).Files {
		name := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	tree, err := Open(t.Context(), Settings{Dir: dir, Patterns: patterns, All: true})
	if err != nil {
		t.Fatal(err)
	}
	scope, err := Survey(t.Context(), tree)
	if err != nil {
		t.Fatal(err)
	}
	return scope.Load(t.Context(), nil)
}
