package plan

import (
	"testing"

	"github.com/closurefix/closurefix/rewrite/callers"
	"github.com/closurefix/closurefix/rewrite/pattern"
)

// TestOutside asks whether the state of a method M is exported.
func TestOutside(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"A function.", "func M(n int) func() { return func() { println(n) } }; func use(m []int) { defer M(m[0])() }", "MState.Finish"},
		{"A method of an exported type.", "type T int; func (t T) M(n int) func() { return func() { println(t, n) } }; func use(m []int) { defer T(1).M(m[0])() }", "MState.Finish"},
		{"A method of a type that nobody else can get.", "type t int; func (t t) M(n int) func() { return func() { println(t, n) } }; type W struct { a t }; func use(m []int) { defer t(1).M(m[0])() }", "mState.finish"},
		{"A function returns the type.", "type t int; func (t t) M(n int) func() { return func() { println(t, n) } }; func New() *t { return nil }; func use(m []int) { defer t(1).M(m[0])() }", "MState.Finish"},
		{"An exported struct embeds it.", "type t int; func (t t) M(n int) func() { return func() { println(t, n) } }; type W struct { t }; func use(m []int) { defer t(1).M(m[0])() }", "MState.Finish"},
		{"An alias.", "type t int; func (t t) M(n int) func() { return func() { println(t, n) } }; type W = t; func use(m []int) { defer t(1).M(m[0])() }", "MState.Finish"},
		{"A field of a type that an exported method returns.", "type t int; func (t t) M(n int) func() { return func() { println(t, n) } }; type w struct { T []t }; type W int; func (W) Get() w { return w{} }; func use(m []int) { defer t(1).M(m[0])() }", "MState.Finish"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := load(t, test.text)
			world := &callers.World{Units: []*pattern.Unit{s.unit}, All: true, Module: true, Exported: true}
			plan, r := NewDecider(world).Decide(s.p, s.sites, s.refs, nil)
			got := outcome(r)
			if r == nil {
				got = plan.State.Type + "." + plan.Finish.Name
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
