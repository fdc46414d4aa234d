package load

import (
	"go/ast"
	"go/token"
)

// A names holds functions that are called with the names found in source.
type names struct {
	plain    func(name string)      // names without a qualifier
	imported func(pkg, name string) // pkg.name, where pkg is a package or a value
	member   func(name string)      // names of fields and methods; perhaps other names too
	embedded func(e ast.Expr)       // types whose members are promoted
}

// inSyntax finds the names in syntax.
func (n names) inSyntax(node ast.Node) {
	ast.Inspect(node, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.SelectorExpr:
			if id, ok := node.X.(*ast.Ident); ok {
				n.imported(id.Name, node.Sel.Name)
			}
			n.member(node.Sel.Name)
			n.inSyntax(node.X)
			return false
		case *ast.InterfaceType:
			for _, f := range node.Methods.List {
				for _, id := range f.Names {
					n.member(id.Name)
				}
			}
		case *ast.TypeSpec:
			n.embedded(node.Type)
		case *ast.StructType:
			for _, f := range node.Fields.List {
				if len(f.Names) == 0 {
					n.embedded(f.Type)
				}
			}
		case *ast.Ident:
			n.plain(node.Name)
		}
		return true
	})
}

// inHead finds the names in the head of a declaration. It may find names that the
// declaration itself declares.
func (n names) inHead(d *declared) {
	s := nameScanner{names: n, lexer: lexer{text: d.head()}, values: d.tok == token.VAR}
	s.scan()
}

// A nameScanner finds the names among tokens.
type nameScanner struct {
	names
	lexer
	values bool   // skip the braces of composite literals and function literals
	open   string // the previous word, if the next token decides what it is; else ""
}

func (s *nameScanner) scan() {
	dots, depth := 0, 0
	literal := false // what follows is not the braces of struct or interface
	for {
		k, start, end := s.next()
		if k == eof {
			return
		}
		text := s.text[start:end]
		if depth > 0 {
			switch k {
			case '{':
				depth++
			case '}':
				depth--
			}
			continue
		}
		switch {
		case k == '.':
			dots++
			continue
		case k == word && dots == 1:
			if s.open != "" {
				s.imported(s.open, string(text))
				s.plain(s.open)
			}
			s.member(string(text))
			s.open = ""
		case k == word:
			// The previous word is the name of a field, parameter or variable of this type.
			s.open = ""
			if !token.IsKeyword(string(text)) {
				s.open = string(text)
			}
		default:
			if s.open != "" {
				s.plain(s.open)
				if k == '(' {
					s.member(s.open) // perhaps of an interface
				}
			}
			s.open = ""
		}
		if dots > 1 { // [...]T{…}: its length depends on the elements
			s.values = s.values && k != ']'
		}
		dots = 0
		if k == '{' && s.values && literal {
			depth = 1
		}
		literal = k != word || string(text) != "struct" && string(text) != "interface"
	}
}
