package rewrite

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/closurefix/closurefix/rewrite/plan"
)

// Each of these modules has something that decides about a rewrite, or about what is to
// be reported, in a place that is easily left out of sight.
func TestSight(t *testing.T) {
	t.Parallel()
	const open = `package a

func Open(n int) func() { return func() { println(n) } }

func Use(n int) { defer Open(n)() }
`
	for _, test := range []struct {
		name    string
		archive string
		dir     string
		configs []Config
		all     bool
		code    plan.Code // of a refusal
		edits   string    // a text that the result has to hold
		err     string
		none    bool // finds nothing
	}{
		{
			// Begin is planned in the second round only.
			name: "method promoted in a package in brief",
			archive: module + onlyLater + `
-- q/other.go --
package q

import (
	"example.com/m/ender"
	"example.com/m/internal/p"
)

func Other(c *p.Conn) {
	type w struct {
		*p.Conn
		ender.E
	}
	w{c, ender.E{}}.End(nil)
}
-- ender/e.go --
package ender

type E struct{}

func (E) End(*error) { println("E.End") }
`,
			edits: "defer c.FinishBegin(&err, c.Begin())",
		},
		{
			name: "interface in a package that names nothing",
			archive: module + onlyLater + `
-- r/r.go --
package r

import "example.com/m/internal/p"

func Other(c *p.Conn) {
	_, ok := any(c).(interface{ End(*error) })
	println("has End:", ok)
}
`,
			edits: "defer c.FinishBegin(&err, c.Begin())",
		},
		{
			// Where p's external test is compiled, q is once more, of another ID.
			name: "function that recovers in a package in brief",
			all:  true,
			archive: module + `
-- internal/p/p.go --
package p

type Conn struct{ Open bool }

func (c *Conn) Begin(n int) func() {
	c.Open = true
	return func() { c.Open = false; println(n) }
}
-- internal/p/in_test.go --
package p

var InTest = 1
-- internal/p/p_test.go --
package p_test

import (
	"errors"

	"example.com/m/internal/p"
	"example.com/m/q"
)

func prepare(c *p.Conn, n int) (func(), error) {
	defer q.Recover()
	if n == 0 {
		panic("zero")
	}
	if n == 1 {
		return nil, errors.New("one")
	}
	return func() { c.Open = false; println("clean", n) }, nil
}

func use(c *p.Conn, n int) (err error) {
	done, err := prepare(c, n)
	if err != nil {
		return err
	}
	defer done()
	return nil
}
-- q/q.go --
package q

import "example.com/m/internal/p"

func Recover() { recover() }

func Use(c *p.Conn) {
	f := c.Begin
	defer f(1)()
	defer c.Begin(1)()
}
`,
			code: plan.UnguardedNil,
		},
		{
			name: "caller beside a broken package of the second configuration", configs: linuxAndWindows, all: true,
			archive: module + "-- internal/a/a.go --\n" + open + `
-- w/w_windows.go --
package w

import "example.com/m/internal/a"

func W() { defer a.Open(1)() }
-- v/v_windows.go --
package v

import (
	"example.com/m/internal/a"
	"example.com/none"
)

func V() { none.X(); defer a.Open(1)() }
`,
			err: "example.com/none",
		},
		{
			name: "caller beside a package that is not for the second configuration", configs: linuxAndWindows, all: true,
			archive: module + "-- internal/a/a.go --\n" + open + `
-- w/w_windows.go --
package w

import "example.com/m/internal/a"

func W() { defer a.Open(1)() }
-- linux/linux_linux.go --
package linux

const X = 1
-- v/v.go --
package v

import (
	"example.com/m/internal/a"
	"example.com/m/linux"
)

func V() { defer a.Open(linux.X)() }
`,
			edits: "func W() {\n\ta.Open()\n\tdefer a.Close(1)\n}",
		},
		{
			name: "package beside the patterns", configs: linuxAndWindows, all: true, dir: "sub",
			archive: module + "-- other/other.go --\n" + strings.ReplaceAll(open, "Open", "open") + `
-- other/other_windows.go --
package a

var W = 1
-- sub/sub.go --
package sub

import a "example.com/m/other"

func F() { a.Use(1) }
`,
			none: true,
		},
		{
			name: "caller in node_modules", configs: linuxAndWindows, all: true,
			archive: module + "-- internal/a/a.go --\n" + open + `
-- node_modules/t/t_windows.go --
package t

import "example.com/m/internal/a"

func Use(n int) {
	f := a.Open
	defer f(n)()
}
`,
			code: plan.FuncValue,
		},
		{
			name: "module that imports the main one on windows", configs: linuxAndWindows, all: true, dir: "m",
			archive: `
-- m/go.mod --
module example.com/m

go 1.26

require example.com/ext v0.0.0

replace example.com/ext => ../ext
-- m/conn/conn.go --
package conn

type Conn struct{ Open bool }

func (c *Conn) Begin(n int) func() {
	c.Open = true
	return func() { c.Open = false; println(n) }
}

func use(c *Conn) {
	defer c.Begin(1)()
}
-- m/user/user.go --
package user

import "example.com/ext"

func Use() {
	c := ext.Get()
	defer c.Begin(1)()
}
-- ext/go.mod --
module example.com/ext

go 1.26

require example.com/m v0.0.0
-- ext/ext_linux.go --
package ext

type Conn struct{}

func (c *Conn) Begin(n int) func() { return func() { println(n) } }

func Get() *Conn { return new(Conn) }
-- ext/ext_windows.go --
package ext

import "example.com/m/conn"

func Get() *conn.Conn { return new(conn.Conn) }
`,
			code: plan.ConfigsDiverge,
		},
		{
			name: "module without files for windows", configs: linuxAndWindows, all: true, dir: "m",
			archive: `
-- m/go.mod --
module example.com/m

go 1.26

require example.com/ext v0.0.0

replace example.com/ext => ../ext
-- m/user/user.go --
package user

import "example.com/ext"

func open(n int) func() { return func() { println(n, ext.X) } }

func Use(n int) { defer open(n)() }
-- m/w/w_windows.go --
package w
-- ext/go.mod --
module example.com/ext

go 1.26
-- ext/ext_linux.go --
package ext

var X = 1
`,
			edits: "defer finishOpen(n)",
		},
		{
			name: "directory that go.mod says to ignore", configs: linuxAndWindows, all: true,
			archive: module + "\nignore ./ign\n-- b/b.go --\npackage b\n-- ign/t_windows.go --\n" + strings.ReplaceAll(open, "Open", "open"),
			none:    true,
		},
		{
			name: "caller of an exported function in a package in brief",
			archive: module + `
-- internal/p/p.go --
package p

type Conn struct{ Open bool }

func (c *Conn) Begin(n int) func() {
	c.Open = true
	return func() { c.Open = false; println(n) }
}
-- pub/pub.go --
package pub

func Open(err *error) func() {
	return func() { if *err != nil { println("x") } }
}
-- q/q.go --
package q

import "example.com/m/internal/p"
import "example.com/m/pub"

func Use(c *p.Conn) {
	f := c.Begin
	defer f(1)()
	defer c.Begin(1)()
}

func Other() (err error) {
	defer pub.Open(&err)()
	return nil
}
`,
			code: plan.Exported,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := unpack(t, test.archive)
			res, err := Run(t.Context(), Options{Dir: filepath.Join(dir, test.dir), Configs: test.configs, All: test.all, Rewrite: true, Exported: test.dir == "m"})
			var bad *SourceError
			switch {
			case test.err != "":
				if !errors.As(err, &bad) || !strings.Contains(err.Error(), test.err) {
					t.Errorf("error %v, want a SourceError about %s", err, test.err)
				}
				return
			case err != nil:
				t.Fatal(err)
			}
			var texts, refusals []string
			for _, text := range changed(t, dir, res) {
				texts = append(texts, text)
			}
			for _, f := range res.Left() {
				refusals = append(refusals, fmt.Sprint(f.Refusal.Code))
			}
			all := strings.Join(texts, "\n")
			switch {
			case test.none && len(res.Findings) > 0:
				t.Errorf("findings: %+v", res.Findings)
			case test.edits != "" && !strings.Contains(all, test.edits):
				t.Errorf("refused: %v; the result lacks %q:\n%s", refusals, test.edits, all)
			case test.code != "" && !slices.Contains(refusals, string(test.code)):
				t.Errorf("refused: %v, want %s; rewritten:\n%s", refusals, test.code, all)
			}
		})
	}
}

// onlyLater has an exported function that hands on the cleanup of another, and is
// rewritten after that one.
const onlyLater = `
-- internal/p/p.go --
package p

type Conn struct {
	Open bool
	n    int
}

func (c *Conn) lock(err *error) func() {
	c.n++
	return func() {
		c.n--
		if *err != nil {
			println("unlocked", c.n)
		}
	}
}

func (c *Conn) Begin(err *error) func() {
	if c.Open {
		done := c.lock(err)
		return done
	}
	c.Open = true
	return func() {
		c.Open = false
		if *err != nil {
			println("failed")
		}
	}
}

func (c *Conn) use() (err error) {
	defer c.lock(&err)()
	return nil
}
-- q/q.go --
package q

import "example.com/m/internal/p"

func Use(c *p.Conn) (err error) {
	defer c.Begin(&err)()
	return nil
}
`
