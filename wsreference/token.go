package wsreference

import (
	"net/http"
	"strings"
)

// This file reads the header fields of the handshake, by the grammar of RFC
// 9110, section 5.6: lists of tokens, and of extensions with parameters. A
// list may be spread over several lines of the field.

// hasToken reports whether the list in field name of h has the given token,
// in upper or lower case.
func hasToken(h http.Header, name, token string) bool {
	for _, line := range h.Values(name) {
		for item := range strings.SplitSeq(line, ",") {
			if equalFold(strings.Trim(item, " \t"), token) {
				return true
			}
		}
	}
	return false
}

// toLower returns s with the letters A to Z in lower case, and all else as it
// is. Case folding by Unicode would take other letters for these.
func toLower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, s)
}

// equalFold reports whether a and b are equal but for the case of the letters A
// to Z.
func equalFold(a, b string) bool { return toLower(a) == toLower(b) }

// tokens returns the elements of the list in field name of h. It reports
// false if one of them is not a token.
func tokens(h http.Header, name string) ([]string, bool) {
	var list []string
	for _, line := range h.Values(name) {
		for item := range strings.SplitSeq(line, ",") {
			item = strings.Trim(item, " \t")
			if item == "" {
				continue // empty elements are to be ignored
			}
			if !isToken(item) {
				return nil, false
			}
			list = append(list, item)
		}
	}
	return list, true
}

// isToken reports whether s is a token.
func isToken(s string) bool {
	for i := range len(s) {
		if !isTokenByte(s[i]) {
			return false
		}
	}
	return s != ""
}

// isTokenByte reports whether a token may contain b.
func isTokenByte(b byte) bool {
	switch {
	case 'a' <= b && b <= 'z', 'A' <= b && b <= 'Z', '0' <= b && b <= '9':
		return true
	}
	return strings.IndexByte("!#$%&'*+-.^_`|~", b) >= 0
}

// extension is one element of a Sec-WebSocket-Extensions list
// (RFC 6455, section 9.1).
type extension struct {
	name   string
	params []param
}

// param is a parameter of an extension.
type param struct {
	name     string
	value    string
	hasValue bool
}

// extensions returns the elements of the Sec-WebSocket-Extensions list of h.
// It reports false if the list is malformed.
func extensions(h http.Header) ([]extension, bool) {
	var list []extension
	for _, line := range h.Values("Sec-WebSocket-Extensions") {
		p := parser{line}
		for {
			p.space()
			if p.take(',') {
				continue
			}
			if p.s == "" {
				break
			}
			e, ok := p.extension()
			if !ok || p.s != "" && p.s[0] != ',' {
				return nil, false
			}
			list = append(list, e)
		}
	}
	return list, true
}

// parser takes syntax off the front of s.
type parser struct{ s string }

func (p *parser) space() { p.s = strings.TrimLeft(p.s, " \t") }

func (p *parser) take(b byte) bool {
	if p.s == "" || p.s[0] != b {
		return false
	}
	p.s = p.s[1:]
	return true
}

func (p *parser) token() (string, bool) {
	n := 0
	for n < len(p.s) && isTokenByte(p.s[n]) {
		n++
	}
	t := p.s[:n]
	p.s = p.s[n:]
	return t, n > 0
}

// value reads a token, or a quoted string whose content is a token
// (RFC 6455, section 9.1).
func (p *parser) value() (string, bool) {
	if !p.take('"') {
		return p.token()
	}
	var b strings.Builder
	for {
		switch {
		case p.take('"'):
			return b.String(), isToken(b.String())
		case p.take('\\'):
		}
		if p.s == "" {
			return "", false
		}
		b.WriteByte(p.s[0])
		p.s = p.s[1:]
	}
}

func (p *parser) extension() (extension, bool) {
	name, ok := p.token()
	e := extension{name: name}
	for ok {
		p.space()
		if !p.take(';') {
			return e, true
		}
		p.space()
		var v param
		if v.name, ok = p.token(); !ok {
			break
		}
		p.space()
		if p.take('=') {
			p.space()
			v.hasValue = true
			v.value, ok = p.value()
		}
		e.params = append(e.params, v)
	}
	return e, false
}
