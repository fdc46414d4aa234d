package load

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"

	"golang.org/x/tools/go/packages"
)

// A dependency is a package of which only some declarations are type-checked.
type dependency struct {
	pkg     *packages.Package
	read    bool
	files   []*outline
	imports map[*outline]*imports

	// decls has the declarations of package-level names. The methods of a type are among
	// those of its name.
	decls      map[string][]declaration
	aliases    map[string]string
	interfaces []string // names of exported ones

	taken, promoted map[string]bool // names
	kept            map[*declared]bool
	usesC           bool // a kept declaration mentions C

	sources []source // of the kept declarations, set by reduce
}

// A source is the reduced source of a file.
type source struct {
	name  string
	text  []byte
	marks []mark
}

// A mark says at which line and column of the whole file the reduced source at an offset is.
type mark struct{ offset, line, column int }

// A declaration is a declaration in a file.
type declaration struct {
	file *outline
	*declared
}

// imports are the imports of a file.
type imports struct {
	named map[string]*imported
	dots  []*imported
	of    map[*imported]*packages.Package // nil for C and unsafe
	used  map[*imported]bool              // by kept declarations
}

func newImports() *imports {
	return &imports{named: make(map[string]*imported), of: make(map[*imported]*packages.Package), used: make(map[*imported]bool)}
}

// add adds an import in a file of p.
func (im *imports) add(p *packages.Package, i *imported) {
	name := i.path // that of C and unsafe
	if dep := p.Imports[i.path]; dep != nil && i.path != "unsafe" {
		im.of[i], name = dep, dep.Name
	}
	if i.name != "" {
		name = i.name
	}
	switch name {
	case "_":
	case ".":
		im.dots = append(im.dots, i)
	default:
		im.named[name] = i
	}
}

func newDependency(p *packages.Package) *dependency {
	return &dependency{
		pkg: p, imports: make(map[*outline]*imports), decls: make(map[string][]declaration), aliases: make(map[string]string),
		taken: make(map[string]bool), promoted: make(map[string]bool), kept: make(map[*declared]bool),
	}
}

// add adds the declarations of a file.
func (d *dependency) add(o *outline) {
	d.files = append(d.files, o)
	d.imports[o] = newImports()
	for _, i := range o.imports {
		d.imports[o].add(d.pkg, i)
	}
	for _, decl := range o.decls {
		names := decl.names
		if decl.recv != "" {
			names = []string{decl.recv}
		}
		for _, name := range names {
			if name != "_" && (name != "init" || decl.tok != token.FUNC || decl.recv != "") {
				d.decls[name] = append(d.decls[name], declaration{o, decl})
			}
		}
		if decl.alias != "" {
			d.aliases[names[0]] = decl.alias
		}
		if decl.iface && ast.IsExported(names[0]) {
			d.interfaces = append(d.interfaces, names[0])
		}
	}
}

// join adds methods whose receiver is an alias to those of the aliased type.
func (d *dependency) join() {
	for alias := range d.aliases {
		name := alias
		for range len(d.aliases) { // an alias of itself is an error
			if next, ok := d.aliases[name]; ok {
				name = next
			}
		}
		for _, decl := range d.decls[alias] {
			if decl.recv != "" && name != alias {
				d.decls[name] = append(d.decls[name], decl)
			}
		}
	}
}

// uses returns the packages that kept declarations mention.
func (d *dependency) uses() []*packages.Package {
	var all []*packages.Package
	for _, im := range d.imports {
		for i := range im.used {
			if p := im.of[i]; p != nil {
				all = append(all, p)
			}
		}
	}
	return all
}

// reduce sets the sources of the kept declarations and the imports that they use, and frees
// everything else.
func (d *dependency) reduce() {
	var all []source
	for _, o := range d.files {
		if d.taken[everything] || slices.ContainsFunc(o.decls, func(decl *declared) bool { return d.kept[decl] }) {
			all = append(all, o.reduced(d.imports[o].used, d.kept))
		}
	}
	*d = dependency{pkg: d.pkg, usesC: d.usesC, sources: all}
}

// parse parses the sources, and frees them. It adds errors to those of the package.
func (d *dependency) parse(files *syntax) {
	d.pkg.Syntax = nil
	for _, s := range d.sources {
		f, err := files.reduced(s)
		if err != nil {
			d.pkg.Errors = append(d.pkg.Errors, packageErrors(parseProblems(s.name, err))...)
		}
		if f != nil {
			for _, decl := range f.Decls {
				strip(decl)
			}
			d.pkg.Syntax = append(d.pkg.Syntax, f)
		}
	}
	d.sources = nil
}

// strip removes the elements of composite literals and the bodies of function literals from
// the values of variables. They do not matter to the types of the variables, other than
// elements of an array whose type has no length.
func strip(decl ast.Decl) {
	if gen, ok := decl.(*ast.GenDecl); !ok || gen.Tok != token.VAR {
		return
	}
	ast.Inspect(decl, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			n.Body = &ast.BlockStmt{Lbrace: n.Body.Lbrace, Rbrace: n.Body.Rbrace}
		case *ast.CompositeLit:
			if a, ok := n.Type.(*ast.ArrayType); ok {
				if _, open := a.Len.(*ast.Ellipsis); open {
					break
				}
			}
			n.Elts = nil
		}
		return true
	})
}

// embedded returns the types whose members the declared type has: the types that it embeds,
// or the type that it is defined as.
func (d declaration) embedded() []ast.Expr {
	if d.tok != token.TYPE {
		return nil
	}
	expr, ok := d.typeExpr()
	if !ok {
		return nil
	}
	if s, ok := expr.(*ast.StructType); ok {
		var all []ast.Expr
		for _, f := range s.Fields.List {
			if len(f.Names) == 0 {
				all = append(all, f.Type)
			}
		}
		return all
	}
	return []ast.Expr{expr}
}

// typeExpr parses the type of a specification.
func (d declaration) typeExpr() (ast.Expr, bool) {
	text := "package p; type " + d.names[0] + string(d.head())
	f, err := parser.ParseFile(token.NewFileSet(), "", text, parser.SkipObjectResolution)
	if err != nil || len(f.Decls) != 1 {
		return nil, false
	}
	gen, ok := f.Decls[0].(*ast.GenDecl)
	if !ok || len(gen.Specs) != 1 {
		return nil, false
	}
	spec, ok := gen.Specs[0].(*ast.TypeSpec)
	return spec.Type, ok
}

// typeName returns the name of a type and the qualifier before it, for expressions such as
// T, p.T, *T and p.T[int]. The qualifier is "" if there is none. For other types both are "".
func typeName(e ast.Expr) (pkg, name string) {
	for {
		switch t := e.(type) {
		case *ast.ParenExpr:
			e = t.X
		case *ast.StarExpr:
			e = t.X
		case *ast.IndexExpr:
			e = t.X
		case *ast.IndexListExpr:
			e = t.X
		case *ast.Ident:
			return "", t.Name
		case *ast.SelectorExpr:
			if id, ok := t.X.(*ast.Ident); ok {
				return id.Name, t.Sel.Name
			}
			return "", ""
		default:
			return "", ""
		}
	}
}
