package edit

import (
	"go/scanner"
	"go/token"
	"strconv"
	"strings"

	"github.com/closurefix/closurefix/rewrite/internal/linediff"
)

// keepStyle returns the new source of a declaration, which gofmt has printed, with the old
// lines in place of those that have the same tokens and comments, within as many brackets: in a file that is not
// gofmt-clean, what does not change keeps its author's indentation and spaces. New lines are indented as the
// last of the old ones that gofmt would indent like them. The tokens and the line breaks between
// them are those of the new source.
func keepStyle(before, after string) string {
	old, now := linesOf(before), linesOf(after)
	var b strings.Builder
	i, j := 0, 0                     // lines done in old and now
	style := make(map[string]string) // from gofmt's indentation to the author's
	copied := func(to int) {
		for ; i < to; i++ {
			b.WriteString(old[i].text)
			style[now[j].indent()] = old[i].indent()
			j++
		}
	}
	keys := keysOf(old)
	at, line := 0, 0
	lineAt := func(offset int) int {
		line += strings.Count(keys[at:offset], "\n")
		at = offset
		return line
	}
	for _, e := range linediff.Edits(keys, keysOf(now)) {
		copied(lineAt(e.Start))
		i = lineAt(e.End)
		for range strings.Count(e.New, "\n") {
			text, indent := now[j].text, now[j].indent()
			if as, ok := style[indent]; ok && now[j].key != "" {
				text = as + strings.TrimPrefix(text, indent)
			}
			b.WriteString(text)
			j++
		}
	}
	copied(len(old))
	return strings.TrimSuffix(b.String(), "\n")
}

// oneEmptyLine returns the source of a declaration with one empty line where there are several.
func oneEmptyLine(text string) []byte {
	var b []byte
	for _, l := range linesOf(text) {
		if l.key == "" {
			l.text = "\n"
		}
		b = append(b, l.text...)
	}
	return b
}

// A styled is a line of source, or several: those of a literal or a comment with line breaks, or empty ones.
type styled struct {
	text string
	key  string // the tokens and comments without the space between them, and how many brackets are open; it has no line break
}

// indent returns the white space before the first token.
func (l styled) indent() string { return l.text[:len(l.text)-len(strings.TrimLeft(l.text, " \t"))] }

func keysOf(lines []styled) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(l.key)
		b.WriteByte('\n')
	}
	return b.String()
}

// linesOf divides the source of a declaration, whose line breaks are \n, between lines.
func linesOf(text string) []styled {
	lines := strings.SplitAfter(text+"\n", "\n")
	lines = lines[:len(lines)-1]
	keys := make([]strings.Builder, len(lines))
	joined := make([]bool, len(lines)) // with the line before

	file := token.NewFileSet().AddFile("", -1, len(text))
	var s scanner.Scanner
	s.Init(file, []byte(text), func(token.Position, string) {}, scanner.ScanComments)
	depth := 0
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			break
		}
		if tok == token.SEMICOLON && lit == "\n" {
			continue // the line break
		}
		if lit == "" {
			lit = tok.String()
		}
		first := file.PositionFor(pos, false).Line - 1
		for i := range strings.Count(lit, "\n") {
			joined[first+1+i] = true
		}
		if tok == token.COMMENT {
			lit = squeeze(lit) // gofmt indents the lines of a comment
		}
		switch tok {
		case token.LBRACE, token.LPAREN, token.LBRACK:
			depth++
		case token.RBRACE, token.RPAREN, token.RBRACK:
			depth--
		}
		if keys[first].Len() == 0 {
			keys[first].WriteString(strconv.Itoa(depth) + " ")
		}
		keys[first].WriteString(strings.ReplaceAll(lit, "\n", "\x00"))
		keys[first].WriteByte(' ')
	}
	var all []styled
	empty := false
	for i, l := range lines {
		blank := !joined[i] && strings.TrimSpace(l) == ""
		if n := len(all); joined[i] || blank && empty {
			all[n-1].text += l
			all[n-1].key += keys[i].String()
		} else {
			all = append(all, styled{l, keys[i].String()})
		}
		empty = blank
	}
	return all
}

// squeeze removes the white space in a comment, because printing may change it in a block
// comment.
func squeeze(comment string) string { return strings.Join(strings.Fields(comment), " ") }
