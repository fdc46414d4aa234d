package load

import (
	"bytes"
	"go/token"
)

// A lexer splits Go source into tokens. It distinguishes only the kinds that are needed to
// find declarations and the names in them. It is several times as fast as go/scanner.
type lexer struct {
	text []byte
	at   int    // the next byte to read
	last kind   // of the previous token
	word []byte // the previous token, if it is a word
}

// A kind is a kind of token. The kind of a one-byte token, such as a bracket, is that byte.
type kind byte

const (
	eof     kind = 0
	word    kind = 'a' // an identifier or a keyword
	literal kind = '0' // a number, string or rune
	semi    kind = ';' // also the end of a line where Go inserts a semicolon
)

// next returns the next token and its offsets. The last token is eof.
func (l *lexer) next() (k kind, start, end int) {
	for l.at < len(l.text) {
		switch c := l.text[l.at]; {
		case c == '\n':
			if l.ends() {
				l.last = semi
				l.at++
				return semi, l.at - 1, l.at
			}
			l.at++
		case c == ' ' || c == '\t' || c == '\r':
			l.at++
		case c == '/' && l.at+1 < len(l.text) && l.text[l.at+1] == '/':
			n := bytes.IndexByte(l.text[l.at:], '\n')
			if n < 0 {
				n = len(l.text) - l.at
			}
			l.at += n
		case c == '/' && l.at+1 < len(l.text) && l.text[l.at+1] == '*':
			n := bytes.Index(l.text[l.at+2:], []byte("*/"))
			if n < 0 {
				l.at = len(l.text)
				continue
			}
			comment := l.text[l.at : l.at+n+4]
			l.at += len(comment)
			if l.ends() && bytes.IndexByte(comment, '\n') >= 0 {
				l.last = semi
				return semi, l.at, l.at
			}
		default:
			start = l.at
			l.last = l.token(c)
			if l.last == word {
				l.word = l.text[start:l.at]
			}
			return l.last, start, l.at
		}
	}
	if l.ends() {
		l.last = semi
		return semi, l.at, l.at
	}
	return eof, l.at, l.at
}

// ends reports whether Go inserts a semicolon at the end of a line here.
func (l *lexer) ends() bool {
	switch l.last {
	case literal, ')', ']', '}': // ++ and -- are in function bodies only, where lines do not matter
		return true
	case word:
		switch string(l.word) {
		case "break", "continue", "fallthrough", "return":
			return true
		}
		return !token.IsKeyword(string(l.word))
	}
	return false
}

// token reads a token that begins with c.
func (l *lexer) token(c byte) kind {
	l.at++
	switch {
	case letter(c):
		for l.at < len(l.text) && (letter(l.text[l.at]) || digit(l.text[l.at])) {
			l.at++
		}
		return word
	case digit(c):
		// Also 1.5, 0x1p and 1e, whose sign and exponent are tokens of their own.
		for l.at < len(l.text) && (letter(l.text[l.at]) || digit(l.text[l.at]) || l.text[l.at] == '.') {
			l.at++
		}
		return literal
	case c == '`':
		n := bytes.IndexByte(l.text[l.at:], '`')
		if n < 0 {
			n = len(l.text) - l.at - 1
		}
		l.at += n + 1
		return literal
	case c == '"' || c == '\'':
		for l.at < len(l.text) && l.text[l.at] != c && l.text[l.at] != '\n' {
			if l.text[l.at] == '\\' {
				l.at++
			}
			l.at++
		}
		l.at = min(l.at+1, len(l.text))
		return literal
	}
	return kind(c)
}

func letter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_' || c >= 0x80 }

func digit(c byte) bool { return '0' <= c && c <= '9' }
