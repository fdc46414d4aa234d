package analyzer_test

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"testing"
	"time"

	"github.com/closurefix/closurefix/analyzer"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/packages"
)

var moduleDir = flag.String("module", "..", "the module that BenchmarkPass looks at")

// BenchmarkPass measures the pass over all packages of the module in -module. It compares
// it with the work of every driver before a pass, which is to parse and type-check the
// packages with the types of their imports.
//
//	go test ./analyzer -run '^$' -bench Pass -benchtime 5x -module /src/client-go
//
// driver-ms and pass-ms are the times for all packages, one after the other. pass-% is
// the pass in percent of the driver.
func BenchmarkPass(b *testing.B) {
	pkgs, err := packages.Load(&packages.Config{
		Dir:  *moduleDir,
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports | packages.NeedDeps | packages.NeedTypes | packages.NeedTypesSizes | packages.NeedModule,
	}, "./...")
	if err != nil {
		b.Fatal(err)
	}
	var driver, pass time.Duration
	for b.Loop() {
		for _, p := range pkgs {
			start := time.Now()
			unit, err := unitOf(p)
			if err != nil {
				b.Fatal(err)
			}
			driver += time.Since(start)
			start = time.Now()
			if _, err := unit.Analyzer.Run(unit); err != nil {
				b.Fatalf("%s: %v", p.PkgPath, err)
			}
			pass += time.Since(start)
		}
	}
	b.ReportMetric(float64(len(pkgs)), "packages")
	b.ReportMetric(float64(driver.Milliseconds())/float64(b.N), "driver-ms/op")
	b.ReportMetric(float64(pass.Milliseconds())/float64(b.N), "pass-ms/op")
	b.ReportMetric(100*float64(pass)/float64(driver), "pass-%")
}

// unitOf parses and type-checks a package from its files and the types of its
// imports, as the drivers do.
func unitOf(p *packages.Package) (*analysis.Pass, error) {
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range p.CompiledGoFiles {
		f, err := parser.ParseFile(fset, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	info := &types.Info{
		Types:        make(map[ast.Expr]types.TypeAndValue),
		Instances:    make(map[*ast.Ident]types.Instance),
		Defs:         make(map[*ast.Ident]types.Object),
		Uses:         make(map[*ast.Ident]types.Object),
		Implicits:    make(map[ast.Node]types.Object),
		Selections:   make(map[*ast.SelectorExpr]*types.Selection),
		Scopes:       make(map[ast.Node]*types.Scope),
		FileVersions: make(map[*ast.File]string),
	}
	cfg := &types.Config{Sizes: p.TypesSizes, Importer: importer{p}}
	if p.Module != nil && p.Module.GoVersion != "" {
		cfg.GoVersion = "go" + p.Module.GoVersion
	}
	pkg, err := cfg.Check(p.PkgPath, fset, files, info)
	if err != nil {
		return nil, err
	}
	return &analysis.Pass{
		Analyzer: analyzer.Analyzer, Fset: fset, Files: files, OtherFiles: p.OtherFiles, IgnoredFiles: p.IgnoredFiles,
		Pkg: pkg, TypesInfo: info, TypesSizes: p.TypesSizes,
		ReadFile: os.ReadFile, Report: func(analysis.Diagnostic) {},
	}, nil
}

// An importer returns the imports of a package.
type importer struct{ p *packages.Package }

func (i importer) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	if dep := i.p.Imports[path]; dep != nil && dep.Types != nil {
		return dep.Types, nil
	}
	return nil, fmt.Errorf("no types of %s", path)
}
