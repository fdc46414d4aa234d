package recall

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// A Candidate is a function that returns a cleanup.
type Candidate struct {
	Pos       token.Position // of its name, or of the literal
	Name      string         // as in "open", "(*T).open", or "open = func" for a literal in a variable
	Literal   bool           // a function literal
	Test      bool           // in a test file
	Generated bool
	Built     bool     // on this system
	Returns   []string // what its return statements have in the place of the cleanup, each once
	Captures  bool     // some function literal that it returns, or binds, names something of the function
	Uses      []token.Position
	Deferred  bool // some use is a defer statement, or stands in a deferred literal
	Value     bool // it returns something else than an error, as far as its type is written out
	Later     bool // some caller calls it later than it gets it
	Args      bool // some caller gives it arguments
	Other     bool // some caller does something else with it
}

// A scan is what is known of a module's files.
type scan struct {
	fset    *token.FileSet
	module  string // path
	context build.Context
	files   []*file
	named   map[string]map[string]bool // func types that the module declares, by package path and name
	found   []*function
	byName  map[string][]*function
}

// A file is one Go file.
type file struct {
	ast       *ast.File
	name      string
	pkg       string // path
	test      bool
	generated bool
	built     bool
	imports   map[string]string // path by name
}

// A function is a candidate with what a caller must look like.
type function struct {
	Candidate
	file     *file
	name     string
	method   bool
	result   int // index of the cleanup
	results  int
	least    int // arguments
	most     int // -1 for any number
	from, to token.Pos
}

// Scan lists the candidates of the module in dir, with the module's path, as they are built with
// or without cgo. Nested modules, vendored packages and test data are left out.
func Scan(dir, module string, cgo bool) ([]Candidate, error) {
	s := &scan{fset: token.NewFileSet(), module: module, context: build.Default, named: make(map[string]map[string]bool)}
	s.context.CgoEnabled = cgo
	if err := s.read(dir); err != nil {
		return nil, err
	}
	for _, f := range s.files {
		s.declare(f)
	}
	for _, f := range s.files {
		for _, d := range f.ast.Decls {
			s.functions(f, d)
		}
	}
	s.byName = make(map[string][]*function)
	for _, fn := range s.found {
		s.byName[fn.name] = append(s.byName[fn.name], fn)
	}
	for _, f := range s.files {
		for _, d := range f.ast.Decls {
			s.uses(f, d)
		}
	}
	var used []Candidate
	for _, fn := range s.found {
		if len(fn.Uses) > 0 {
			used = append(used, fn.Candidate)
		}
	}
	return used, nil
}

// read parses the files below dir.
func (s *scan) read(dir string) error {
	return filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := d.Name()
		if d.IsDir() {
			nested := name != dir && exists(filepath.Join(name, "go.mod"))
			if name != dir && (nested || base == "vendor" || base == "testdata" || base[0] == '.' || base[0] == '_') {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(base, ".go") || base[0] == '.' || base[0] == '_' {
			return nil
		}
		f, err := parser.ParseFile(s.fset, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil // what does not parse is built by nobody
		}
		rel, err := filepath.Rel(dir, filepath.Dir(name))
		if err != nil {
			return err
		}
		built, err := s.context.MatchFile(filepath.Dir(name), base)
		one := &file{
			ast: f, name: name, pkg: path.Join(s.module, filepath.ToSlash(rel)), test: strings.HasSuffix(base, "_test.go"),
			generated: ast.IsGenerated(f), built: built && err == nil, imports: make(map[string]string),
		}
		for _, spec := range f.Imports {
			p := strings.Trim(spec.Path.Value, `"`)
			local := path.Base(p)
			if spec.Name != nil {
				local = spec.Name.Name
			}
			one.imports[local] = p
		}
		s.files = append(s.files, one)
		return nil
	})
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// declare notes the func types that a file declares.
func (s *scan) declare(f *file) {
	for _, d := range f.ast.Decls {
		gen, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range gen.Specs {
			t, ok := spec.(*ast.TypeSpec)
			if !ok {
				continue
			}
			if ft, ok := t.Type.(*ast.FuncType); ok && shaped(ft) {
				if s.named[f.pkg] == nil {
					s.named[f.pkg] = make(map[string]bool)
				}
				s.named[f.pkg][t.Name.Name] = true
			}
		}
	}
}

// shaped reports whether a func type may be that of a cleanup.
func shaped(t *ast.FuncType) bool {
	return t.TypeParams == nil && t.Results.NumFields() <= 1 && t.Params.NumFields() <= 3
}

// cleanup reports whether a result type may be that of a cleanup.
func (s *scan) cleanup(f *file, t ast.Expr) bool {
	switch t := ast.Unparen(t).(type) {
	case *ast.FuncType:
		return shaped(t)
	case *ast.Ident:
		return s.named[f.pkg][t.Name]
	case *ast.SelectorExpr:
		id, ok := t.X.(*ast.Ident)
		if !ok {
			return false
		}
		p := f.imports[id.Name]
		return p == "context" && (t.Sel.Name == "CancelFunc" || t.Sel.Name == "CancelCauseFunc") || s.named[p][t.Sel.Name]
	}
	return false
}

// functions notes the functions of a declaration, itself and the literals in it that have
// a name.
func (s *scan) functions(f *file, d ast.Decl) {
	if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil {
		name := fn.Name.Name
		shown := name
		if fn.Recv != nil && len(fn.Recv.List) == 1 {
			shown = receiver(fn.Recv.List[0].Type) + "." + name
		}
		s.function(f, fn.Recv, fn.Type, fn.Body, function{name: name, method: fn.Recv != nil, from: token.NoPos, Candidate: Candidate{
			Pos: s.fset.Position(fn.Name.Pos()), Name: shown,
		}})
	}
	ast.Inspect(d, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for i, l := range n.Lhs {
				if id, ok := l.(*ast.Ident); ok && len(n.Lhs) == len(n.Rhs) {
					s.literal(f, d, id, n.Rhs[i])
				}
			}
		case *ast.ValueSpec:
			for i, id := range n.Names {
				if len(n.Names) == len(n.Values) {
					s.literal(f, d, id, n.Values[i])
				}
			}
		}
		return true
	})
}

func receiver(t ast.Expr) string {
	switch t := ast.Unparen(t).(type) {
	case *ast.StarExpr:
		return "(*" + receiver(t.X) + ")"
	case *ast.IndexExpr:
		return receiver(t.X)
	case *ast.IndexListExpr:
		return receiver(t.X)
	case *ast.Ident:
		return t.Name
	}
	return "?"
}

// literal notes a function literal in a variable.
func (s *scan) literal(f *file, d ast.Decl, id *ast.Ident, e ast.Expr) {
	lit, ok := ast.Unparen(e).(*ast.FuncLit)
	if !ok {
		return
	}
	from, to := token.NoPos, token.NoPos
	if _, local := d.(*ast.FuncDecl); local {
		from, to = d.Pos(), d.End()
	}
	s.function(f, nil, lit.Type, lit.Body, function{name: id.Name, from: from, to: to, Candidate: Candidate{
		Pos: s.fset.Position(lit.Pos()), Name: id.Name + " = func", Literal: true,
	}})
}

// function adds a function for each of its results that may be a cleanup.
func (s *scan) function(f *file, recv *ast.FieldList, t *ast.FuncType, body *ast.BlockStmt, fn function) {
	if t.Results == nil {
		return
	}
	fn.file, fn.Test, fn.Generated, fn.Built = f, f.test, f.generated, f.built
	fn.results = t.Results.NumFields()
	fn.least = t.Params.NumFields()
	fn.most = fn.least
	if n := len(t.Params.List); n > 0 {
		if _, ok := t.Params.List[n-1].Type.(*ast.Ellipsis); ok {
			fn.least, fn.most = fn.least-1, -1
		}
	}
	index := 0
	for _, field := range t.Results.List {
		for range max(1, len(field.Names)) {
			if s.cleanup(f, field.Type) {
				one := fn
				one.result, one.Value = index, value(field.Type)
				name := ""
				if len(field.Names) > 0 {
					name = field.Names[index-firstOf(t.Results, field)].Name
				}
				one.Returns, one.Captures = returns(f.imports, recv, t, body, index, fn.results, name)
				s.found = append(s.found, &one)
			}
			index++
		}
	}
}

// value reports whether a func type returns something else than an error.
func value(t ast.Expr) bool {
	ft, ok := ast.Unparen(t).(*ast.FuncType)
	if !ok || ft.Results.NumFields() == 0 {
		return false
	}
	id, ok := ft.Results.List[0].Type.(*ast.Ident)
	return !ok || id.Name != "error"
}

// firstOf returns the index of the first result of a field.
func firstOf(list *ast.FieldList, field *ast.Field) int {
	n := 0
	for _, f := range list.List {
		if f == field {
			return n
		}
		n += max(1, len(f.Names))
	}
	return n
}

// match reports whether a call may be one of fn.
func (fn *function) match(f *file, call *ast.CallExpr) bool {
	if n := len(call.Args); n < fn.least || fn.most >= 0 && n > fn.most && !(n == 1 && fn.most > 1) {
		return false
	}
	fun := ast.Unparen(call.Fun)
	switch x := fun.(type) {
	case *ast.IndexExpr:
		fun = x.X
	case *ast.IndexListExpr:
		fun = x.X
	}
	exported := ast.IsExported(fn.name)
	switch x := fun.(type) {
	case *ast.Ident:
		if x.Name != fn.name || fn.method {
			return false
		}
		if fn.from.IsValid() {
			return f == fn.file && fn.from <= x.Pos() && x.Pos() < fn.to
		}
		return f.pkg == fn.file.pkg || exported && f.imports["."] == fn.file.pkg
	case *ast.SelectorExpr:
		if x.Sel.Name != fn.name || fn.from.IsValid() || !exported && f.pkg != fn.file.pkg {
			return false
		}
		id, ok := x.X.(*ast.Ident)
		imported := ""
		if ok {
			imported = f.imports[id.Name]
		}
		if fn.method {
			return imported == ""
		}
		return imported == fn.file.pkg
	}
	return false
}

// uses notes where a declaration defers or calls what a function returns.
func (s *scan) uses(f *file, d ast.Decl) {
	ast.PreorderStack(d, nil, func(n ast.Node, stack []ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		for _, fn := range s.byName[lastName(call.Fun)] {
			if fn.match(f, call) {
				s.use(f, d, fn, call, stack)
			}
		}
		return true
	})
}

func lastName(e ast.Expr) string {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.IndexExpr:
		return lastName(e.X)
	case *ast.IndexListExpr:
		return lastName(e.X)
	}
	return ""
}

// use notes what becomes of one call.
func (s *scan) use(f *file, d ast.Decl, fn *function, call *ast.CallExpr, stack []ast.Node) {
	add := func(pos token.Pos, deferred bool) {
		fn.Uses = append(fn.Uses, s.fset.Position(pos))
		fn.Deferred = fn.Deferred || deferred
	}
	up := func(i int) ast.Node {
		if j := len(stack) - i; j >= 0 {
			return stack[j]
		}
		return nil
	}
	switch p := up(1).(type) {
	case *ast.CallExpr: // p()()
		if ast.Unparen(p.Fun) != ast.Expr(call) { // an argument
			fn.Other = true
			return
		}
		if fn.results != 1 {
			return
		}
		fn.Args = fn.Args || len(p.Args) > 0
		switch up(2).(type) {
		case *ast.DeferStmt:
			add(call.Pos(), true)
		case *ast.ExprStmt:
			add(call.Pos(), false)
		}
	case *ast.AssignStmt:
		if len(p.Rhs) == 1 && len(p.Lhs) == fn.results {
			s.held(d, fn, p.Lhs[fn.result], call.Pos(), add)
		} else if i := slices.Index(p.Rhs, ast.Expr(call)); fn.results == 1 && len(p.Lhs) == len(p.Rhs) {
			s.held(d, fn, p.Lhs[i], call.Pos(), add)
		}
	case *ast.ValueSpec:
		if len(p.Values) == 1 && len(p.Names) == fn.results {
			s.held(d, fn, p.Names[fn.result], call.Pos(), add)
		}
	default:
		fn.Other = true
	}
}

// held notes how a declaration uses the variable that holds a cleanup.
func (s *scan) held(d ast.Decl, fn *function, e ast.Expr, at token.Pos, add func(token.Pos, bool)) {
	id, ok := e.(*ast.Ident)
	if !ok || id.Name == "_" {
		fn.Other = fn.Other || !ok
		return
	}
	fn.held(d, id.Name, at)
	called, deferred := false, false
	ast.Inspect(d, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.DeferStmt:
			if n.Pos() > at && calls(n.Call, id.Name) {
				deferred = true
			}
		case *ast.ExprStmt:
			if n.Pos() > at && calls(n, id.Name) {
				called = true
			}
		}
		return true
	})
	if called || deferred {
		add(at, deferred)
	}
}

// held notes what else a declaration does with a variable: it gives the func arguments, or
// uses the variable in another way than to call it, set it or compare it with nil.
func (fn *function) held(d ast.Decl, name string, at token.Pos) {
	ast.PreorderStack(d, nil, func(n ast.Node, stack []ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok || id.Name != name || id.Pos() <= at || len(stack) == 0 {
			return true
		}
		switch p := stack[len(stack)-1].(type) {
		case *ast.CallExpr:
			if p.Fun == ast.Expr(id) {
				fn.Later = true
				fn.Args = fn.Args || len(p.Args) > 0
			} else {
				fn.Other = true
			}
		case *ast.AssignStmt:
			fn.Other = fn.Other || slices.Contains(p.Rhs, ast.Expr(id))
		case *ast.KeyValueExpr:
			fn.Other = fn.Other || p.Value == ast.Expr(id)
		case *ast.BinaryExpr, *ast.SelectorExpr, *ast.Field:
		default:
			fn.Other = true
		}
		return true
	})
}

// calls reports whether a node holds a call of a variable.
func calls(n ast.Node, name string) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			id, ok := ast.Unparen(call.Fun).(*ast.Ident)
			found = found || ok && id.Name == name
		}
		return !found
	})
	return found
}
