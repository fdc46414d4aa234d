// Package stdtypes hands the types of standard packages to a program that has no files:
// export data, collected where the go command is, and read in a browser.
package stdtypes

import (
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/gcexportdata"
)

// Bundle returns the types of packages. export returns what the compiler exports of a
// package.
func Bundle(paths []string, export func(path string) ([]byte, error)) ([]byte, error) {
	data := make(map[string][]byte)
	for _, path := range paths {
		exported, err := export(path)
		if err != nil {
			return nil, err
		}
		// The compiler's form is larger, since it has bodies of functions to inline.
		fset := token.NewFileSet()
		var b bytes.Buffer
		r, err := gcexportdata.NewReader(bytes.NewReader(exported))
		if err == nil {
			var pkg *types.Package
			if pkg, err = gcexportdata.Read(r, fset, make(map[string]*types.Package), path); err == nil {
				err = gcexportdata.Write(&b, fset, pkg)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		data[path] = b.Bytes()
	}
	var b bytes.Buffer
	err := gob.NewEncoder(&b).Encode(data)
	return b.Bytes(), err
}

// A Library holds the packages of a bundle.
type Library map[string][]byte

// Open reads a bundle.
func Open(bundle []byte) (Library, error) {
	var data Library
	err := gob.NewDecoder(bytes.NewReader(bundle)).Decode(&data)
	return data, err
}

// Importer returns an importer for one program. As with the compiler's export data, it
// knows of packages that the program does not import only what the others mention: a
// rewrite depends on which interfaces the program knows.
func (lib Library) Importer() types.Importer {
	return &importer{lib, token.NewFileSet(), make(map[string]*types.Package)}
}

type importer struct {
	lib     Library
	fset    *token.FileSet
	imports map[string]*types.Package
}

func (im *importer) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	if pkg := im.imports[path]; pkg != nil && pkg.Complete() {
		return pkg, nil
	}
	data, ok := im.lib[path]
	if !ok {
		return nil, errors.New("the playground has only the packages of the standard library")
	}
	return gcexportdata.Read(bytes.NewReader(data), im.fset, im.imports, path)
}
