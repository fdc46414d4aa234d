package flow_test

import (
	"go/types"
	"testing"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/internal/snippet"
)

// TestExposes asks by what code of other packages gets a value of type t.
func TestExposes(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"Nothing is exported.", "func get() *t { return nil }; var v t; type w = t", ""},
		{"An alias.", "type W = t", "W"},
		{"A type with the same fields.", "type W t", ""},
		{"A result.", "func Get() (int, *t) { return 0, nil }", "Get"},
		{"A variable.", "var V = []t{}", "V"},
		{"A parameter.", "func Put(v *t) {}", ""},
		{"A parameter that is called.", "func Each(f func(*t)) {}", "Each"},
		{"An exported field.", "type W struct { T map[string]*t }", "W"},
		{"A field.", "type W struct { v *t }", ""},
		{"An embedded field.", "type W struct { *t }", "W"},
		{"A field of a type that is not exported, in a result.", "type w struct { T t }; func Get() w { return w{} }", "Get"},
		{"A method.", "type W int; func (W) Get() t { return 0 }", "W"},
		{"A method that is not exported.", "type W int; func (W) get() t { return 0 }", ""},
		{"A method that takes one.", "type W int; func (W) Put(t) {}", ""},
		{"A method of an interface.", "type W interface { Get() t }", "W"},
		{"A type argument.", "type l[T any] struct { v T }; var V l[t]", "V"},
		{"A constraint.", "func Sum[T ~[]t](l T) {}", "Sum"},
		{"A type that holds itself.", "type W struct { Next *W; V *t }", "W"},
		{"A local type of the same name.", "func V() any { type t int; return t(0) }; var W = V()", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			u := snippet.LoadVersion(t, "go1.26", "type t int; "+test.text)
			own := u.Pkg.Scope().Lookup("t").(*types.TypeName)
			got := ""
			if obj := flow.Exposes(u, own, func(pkg *types.Package) bool { return pkg == u.Pkg }); obj != nil {
				got = obj.Name()
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
