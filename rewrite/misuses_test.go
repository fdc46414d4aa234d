package rewrite

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestMisuses checks that bugs at callers are found in packages without a prepare
// function, once for all configurations, and that a comment that suppresses one is not
// idle.
func TestMisuses(t *testing.T) {
	dir := unpack(t, `
-- go.mod --
module example.com/m

go 1.26
-- internal/trace/trace.go --
package trace

import (
	"errors"
	"fmt"
)

func Begin(op string) func(error) {
	fmt.Println(op)
	return func(err error) { fmt.Println(op, err) }
}

func Lock(name string) (func(), error) {
	if name == "" {
		return nil, errors.New("no name")
	}
	return func() { fmt.Println("unlock", name) }, nil
}
-- db/db.go --
package db

import "example.com/m/internal/trace"

func open() error { return nil }

func Open() (err error) {
	done := trace.Begin("open")
	defer done(err)
	return open()
}

func Silenced() (err error) {
	done := trace.Begin("open")
	defer done(err) //closurefix:ignore known
	//closurefix:ignore nothing here
	return open()
}

func Lock(name string) error {
	unlock, err := trace.Lock(name)
	defer unlock()
	return err
}
-- db/db_windows.go --
package db

import "example.com/m/internal/trace"

func OpenHere() (err error) {
	done := trace.Begin("open")
	defer done(err)
	return open()
}
-- db/db_test.go --
package db

import "example.com/m/internal/trace"

func openInTest() (err error) {
	defer trace.Begin("test")(err)
	return open()
}
`)
	windows, err := ParseConfig("windows/amd64")
	if err != nil {
		t.Fatal(err)
	}
	linux, err := ParseConfig("linux/amd64")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		tests bool
		want  []string
	}{
		{false, []string{"db.go:9 eager-argument", "db.go:22 nil-cleanup", "db_windows.go:7 eager-argument"}},
		{true, []string{"db.go:9 eager-argument", "db.go:22 nil-cleanup", "db_test.go:6 eager-argument", "db_windows.go:7 eager-argument"}},
	} {
		res, err := Run(context.Background(), Options{Dir: dir, Tests: test.tests, Configs: []Config{linux, windows}})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range res.Misuses {
			got = append(got, fmt.Sprintf("%s:%d %s", filepath.Base(m.Pos.Filename), m.Pos.Line, m.Kind))
			if m.Package != "example.com/m/db" || len(m.Related) == 0 || (m.Fix != "") != strings.Contains(m.Message, ": done never") {
				t.Errorf("incomplete: %+v", m)
			}
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("tests %v: found %q, want %q", test.tests, got, test.want)
		}
		if len(res.Idle) != 1 || res.Idle[0].Pos.Line != 16 {
			t.Errorf("idle comments: %v, want that of line 16", res.Idle)
		}
	}
}
