package wsreference

import "unicode/utf8"

// textCheck validates UTF-8 that arrives in pieces, cut at any byte. It fails at
// the first byte that cannot be part of valid text.
// The zero value is ready for the start of a text.
type textCheck struct {
	part [utf8.UTFMax]byte // the start of a character that is not complete
	n    int
}

// write reports whether the text so far, p included, can still become valid.
func (t *textCheck) write(p []byte) bool {
	for t.n > 0 && len(p) > 0 {
		t.part[t.n] = p[0]
		t.n++
		p = p[1:]
		if !utf8.FullRune(t.part[:t.n]) {
			continue
		}
		if r, size := utf8.DecodeRune(t.part[:t.n]); r == utf8.RuneError && size == 1 {
			return false
		}
		t.n = 0
	}
	tail := len(p) // where an incomplete last character would start
	for i := len(p) - 1; i >= 0 && i >= len(p)-utf8.UTFMax; i-- {
		if utf8.RuneStart(p[i]) {
			if !utf8.FullRune(p[i:]) {
				tail = i
			}
			break
		}
	}
	t.n += copy(t.part[t.n:], p[tail:])
	return utf8.Valid(p[:tail])
}

// complete reports whether the text may end here.
func (t *textCheck) complete() bool { return t.n == 0 }
