package load

import (
	"bytes"
	"go/scanner"
	"go/token"
)

// abridge blanks every function body in which keep returns false for all tokens. Offsets
// do not change. Functions that must have a body keep it: generic ones, and init. Text
// that does not scan is returned unchanged.
//
// Scanning costs half of what parsing costs, and leaves no garbage. The syntax tree of a
// file of a hundred thousand lines takes a hundred megabytes.
func abridge(text []byte, keep func(tok token.Token, lit string) bool) []byte {
	file := token.NewFileSet().AddFile("", -1, len(text))
	sound := true
	var s scanner.Scanner
	s.Init(file, text, func(token.Position, string) { sound = false }, 0)

	out := text
	var (
		depth  int         // of brackets
		last   token.Token // before tok
		inFunc bool        // since the keyword of a function's declaration
		body   = -1        // its offset
		kept   bool        // it
	)
	for sound {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			break
		}
		if body >= 0 && !kept {
			kept = keep(tok, lit)
		}
		switch tok {
		case token.LPAREN, token.LBRACK, token.LBRACE:
			switch {
			case depth > 0 || !inFunc:
			case tok == token.LBRACK && last == token.IDENT:
				kept = true // func F[T any]; or a result of an instantiated type: so be it
			case tok == token.LBRACE && last != token.INTERFACE && last != token.STRUCT:
				body = file.Offset(pos)
			}
			depth++
		case token.RPAREN, token.RBRACK, token.RBRACE:
			depth--
			switch {
			case depth < 0:
				sound = false
			case depth == 0 && body >= 0:
				if !kept {
					if &out[0] == &text[0] {
						out = bytes.Clone(text)
					}
					blank(out[body : file.Offset(pos)+1])
				}
				inFunc, body = false, -1
			}
		case token.FUNC:
			if depth == 0 && (last == token.ILLEGAL || last == token.SEMICOLON) {
				inFunc, kept = true, false
			}
		case token.IDENT:
			if inFunc && last == token.FUNC && depth == 0 && lit == "init" {
				kept = true
			}
		case token.SEMICOLON:
			if depth == 0 {
				inFunc = false // it has no body
			}
		}
		last = tok
	}
	if !sound || depth != 0 {
		return text
	}
	return out
}

func blank(text []byte) {
	for i, c := range text {
		if c != '\n' && c != '\r' {
			text[i] = ' '
		}
	}
}
