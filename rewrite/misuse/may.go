package misuse

import (
	"bytes"
	"slices"
)

// MayText reports whether the source of a Go file may contain an eager argument: a
// deferred call, with arguments, of a func value. It does not parse the file, and may
// return true without need. If it returns false for all files of a package, the package
// has findings only if pattern.May finds a function that the package calls.
func MayText(text []byte) bool {
	word := []byte("defer")
	for {
		i := bytes.Index(text, word)
		if i < 0 {
			return false
		}
		text = text[i+len(word):]
		line, _, _ := bytes.Cut(text, []byte("\n"))
		if mayEager(line) {
			return true
		}
	}
}

// mayEager is like MayText, for the rest of a line after the keyword defer.
func mayEager(rest []byte) bool {
	if len(rest) == 0 || rest[0] != ' ' && rest[0] != '\t' && rest[0] != '(' && rest[0] != '/' {
		return false // part of another word
	}
	rest, _, _ = bytes.Cut(rest, []byte("//"))
	if !bytes.ContainsAny(rest, "\"`'") { // only the statement, if a block is on one line
		rest, _, _ = bytes.Cut(rest, []byte(";"))
		rest = bytes.TrimRight(rest, " \t\r}")
	}
	rest = bytes.TrimSpace(rest)
	callee, args, called := bytes.Cut(rest, []byte("("))
	callee = bytes.TrimSpace(callee)
	switch {
	case !called || len(callee) == 0:
		return true // something unusual
	case bytes.HasSuffix(rest, []byte("()")), string(callee) == "func":
		return false
	case bytes.HasSuffix(rest, []byte("(")), bytes.HasSuffix(rest, []byte(",")), bytes.Contains(args, []byte(")(")):
		return true
	}
	return !bytes.Contains(callee, []byte(".")) && !slices.Contains([]string{"close", "delete", "panic", "print", "println"}, string(callee))
}
