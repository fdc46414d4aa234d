package load

import (
	"go/scanner"
	"go/token"
)

// abridge blanks the body of every function for which keep returns false for all tokens of
// the body. A func type in the signature counts, too. Offsets do not change. Generic
// functions and init must have a body and keep it. A source that cannot be scanned does not
// change.
//
// Scanning takes half the time of parsing and allocates little. The syntax tree of a file
// of a hundred thousand lines takes a hundred megabytes.
func abridge(text []byte, keep func(tok token.Token, lit string) bool) {
	file := token.NewFileSet().AddFile("", -1, len(text))
	sound := true
	var s scanner.Scanner
	s.Init(file, text, func(token.Position, string) { sound = false }, 0)

	type span struct{ from, to int }
	var gone []span
	at := bodies{body: -1}
	for sound {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			break
		}
		// In a signature, only tokens that may be a func type count.
		if !at.kept && (at.body >= 0 || at.inFunc && (tok == token.FUNC || lit == cancelFunc)) {
			at.kept = keep(tok, lit)
		}
		if from, to := at.next(tok, lit, file.Offset(pos)); to > 0 {
			gone = append(gone, span{from, to})
		}
		sound = sound && at.depth >= 0
	}
	if !sound || at.depth != 0 {
		return
	}
	for _, s := range gone {
		blank(text[s.from:s.to])
	}
}

// cancelFunc is the name of the func type of the standard library that functions return.
const cancelFunc = "CancelFunc"

// bodies finds the bodies of function declarations in a stream of tokens.
type bodies struct {
	depth  int         // number of open brackets
	last   token.Token // the token before the current one
	inFunc bool        // inside a function declaration
	body   int         // offset of the current body, or -1
	kept   bool        // the current body is kept
}

// next processes a token. If the token ends a body that is not kept, next returns its
// offsets.
func (b *bodies) next(tok token.Token, lit string, offset int) (from, to int) {
	switch tok {
	case token.LPAREN, token.LBRACK, token.LBRACE:
		b.open(tok, offset)
	case token.RPAREN, token.RBRACK, token.RBRACE:
		b.depth--
		if b.depth == 0 && b.body >= 0 {
			if !b.kept {
				from, to = b.body, offset+1
			}
			b.inFunc, b.body = false, -1
		}
	case token.FUNC:
		if b.depth == 0 && (b.last == token.ILLEGAL || b.last == token.SEMICOLON) {
			b.inFunc, b.kept = true, false
		}
	case token.IDENT:
		if b.inFunc && b.last == token.FUNC && b.depth == 0 && lit == "init" {
			b.kept = true
		}
	case token.SEMICOLON:
		if b.depth == 0 {
			b.inFunc = false // it has no body
		}
	}
	b.last = tok
	return from, to
}

// open processes an opening bracket.
func (b *bodies) open(tok token.Token, offset int) {
	switch {
	case b.depth > 0 || !b.inFunc:
	case tok == token.LBRACK && b.last == token.IDENT:
		b.kept = true // func F[T any], or a result of an instantiated type, which is kept as well
	case tok == token.LBRACE && b.last != token.INTERFACE && b.last != token.STRUCT:
		b.body = offset
	}
	b.depth++
}

func blank(text []byte) {
	for i, c := range text {
		if c != '\n' && c != '\r' {
			text[i] = ' '
		}
	}
}
