// Package snippet type-checks a few lines of Go for tests, in milliseconds: what they
// import is declared here, as far as tests need it.
package snippet

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"testing"

	"github.com/closurefix/closurefix/rewrite/flow"
)

// imports returns declarations of packages, by import path.
func imports() map[string]string {
	return map[string]string{
		"errors": "package errors; func New(string) error { return nil }",
		"fmt": `package fmt
			func Errorf(string, ...any) error { return nil }
			func Println(...any) {}`,
		"io": `package io
			type Closer interface{ Close() error }
			type Writer interface{ Write([]byte) (int, error) }`,
		"sync": `package sync
			type Mutex struct{ state int }
			func (*Mutex) Lock() {}
			func (*Mutex) Unlock() {}
			type WaitGroup struct{ n int }
			func (wg *WaitGroup) Go(f func()) {}`,
		// Functions whose results have types that one cannot write, or only with
		// another import.
		"example.org/types": `package types
			import ("io"; "example.org/internal/x")
			type hidden int
			func Closer() io.Closer { return nil }
			func Hidden() hidden { return 0 }
			func Struct() struct{ n int } { return struct{ n int }{} }
			func Internal() x.T { return 0 }`,
		"example.org/internal/x": "package x; type T int",
		"os": `package os
			type File struct{ name string }
			func (*File) Close() error { return nil }
			func Open(name string) (*File, error) { return nil, nil }
			func RemoveAll(path string) error { return nil }
			func Getenv(key string) string { return "" }`,
		"time": `package time
			type Time struct{ wall uint64 }
			func Now() Time { return Time{} }`,
		"testing": `package testing
			type T struct{ failed bool }
			func (*T) Cleanup(func()) {}
			func (*T) Fatal(...any) {}`,
	}
}

// Load type-checks the text of a file that lacks its package clause, as file p.go of
// package example.com/p. Unused variables and imports are no errors.
func Load(t testing.TB, text string) *flow.Unit { return LoadVersion(t, "", text) }

// LoadVersion is Load for a version of Go, as in "go1.21".
func LoadVersion(t testing.TB, version, text string) *flow.Unit {
	t.Helper()
	text = "package p\n" + text
	u := &flow.Unit{
		Fset: token.NewFileSet(),
		Info: &types.Info{
			Types: make(map[ast.Expr]types.TypeAndValue), Defs: make(map[*ast.Ident]types.Object), Uses: make(map[*ast.Ident]types.Object),
			Selections: make(map[*ast.SelectorExpr]*types.Selection), Implicits: make(map[ast.Node]types.Object),
			Scopes: make(map[ast.Node]*types.Scope), Instances: make(map[*ast.Ident]types.Instance), FileVersions: make(map[*ast.File]string),
		},
		Read: func(name string) ([]byte, error) {
			if name == "p.go" {
				return []byte(text), nil
			}
			return nil, fmt.Errorf("there is no file %s", name)
		},
	}
	file, err := parser.ParseFile(u.Fset, "p.go", text, parser.SkipObjectResolution|parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	u.Files = []*ast.File{file}
	config := types.Config{GoVersion: version, Importer: importer{}, Error: func(err error) {
		if !err.(types.Error).Soft {
			t.Error(err)
		}
	}}
	u.Pkg, _ = config.Check("example.com/p", u.Fset, u.Files, u.Info)
	return u
}

// An importer type-checks the packages of imports, each once.
type importer map[string]*types.Package

func (im importer) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	if pkg := im[path]; pkg != nil {
		return pkg, nil
	}
	text, ok := imports()[path]
	if !ok {
		return nil, fmt.Errorf("package snippet does not declare %s", path)
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path+".go", text, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	pkg, err := (&types.Config{Importer: im}).Check(path, fset, []*ast.File{file}, nil)
	im[path] = pkg
	return pkg, err
}
