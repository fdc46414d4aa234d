package main

import (
	"bytes"
	"compress/gzip"
	"context"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"strings"

	"github.com/closurefix/closurefix/analyzer/playground/internal/stdtypes"
	"golang.org/x/tools/txtar"
)

// program is the package that runs in the browser.
const program = "github.com/closurefix/closurefix/analyzer/playground/internal/wasm"

var (
	//go:embed page.html
	source string
	//go:embed page.js
	script string
	//go:embed examples.txtar
	examples []byte
)

// A view holds the data for the template of the page.
type view struct {
	Script   template.JS
	Exec     template.JS   // what Go's programs need in a browser, from the Go release
	Wasm     template.HTML // compressed, in base64, which HTML needs no escapes for
	Types    template.HTML // likewise: of the standard packages
	Examples []example
	Go       string // the release
}

// An example is a file that the page offers.
type example struct{ Name, Text string }

// build returns the page.
func build(ctx context.Context) ([]byte, error) {
	out, err := stdtypes.Go(ctx, nil, "env", "GOROOT", "GOVERSION")
	if err != nil {
		return nil, err
	}
	goroot, release, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	exec, err := os.ReadFile(filepath.Join(goroot, "lib", "wasm", "wasm_exec.js"))
	if err != nil {
		return nil, err
	}
	types, err := stdtypes.Collect(ctx)
	if err != nil {
		return nil, err
	}
	wasm, err := compile(ctx)
	if err != nil {
		return nil, err
	}
	v := view{Script: template.JS(script), Exec: template.JS(exec), Go: release}
	if v.Types, err = packed(types); err != nil {
		return nil, err
	}
	if v.Wasm, err = packed(wasm); err != nil {
		return nil, err
	}
	for _, f := range txtar.Parse(examples).Files {
		v.Examples = append(v.Examples, example{strings.TrimSuffix(f.Name, ".go"), string(f.Data)})
	}
	page, err := template.New("page").Parse(source)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = page.Execute(&b, v)
	return b.Bytes(), err
}

// compile returns the program that runs in the browser.
func compile(ctx context.Context) ([]byte, error) {
	dir, err := os.MkdirTemp("", "closurefix-playground-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "main.wasm")
	_, err = stdtypes.Go(ctx, []string{"GOOS=js", "GOARCH=wasm"}, "build", "-trimpath", "-ldflags=-s -w", "-o", file, program)
	if err != nil {
		return nil, fmt.Errorf("run this in a clone of closurefix, or in a module that requires it: %w", err)
	}
	return os.ReadFile(file)
}

// packed returns data compressed and in base64.
func packed(data []byte) (template.HTML, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return "", err
	}
	if _, err = w.Write(data); err == nil {
		err = w.Close()
	}
	return template.HTML(base64.StdEncoding.EncodeToString(b.Bytes())), err
}
