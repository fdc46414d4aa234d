package plan

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
)

// zeroField returns the name of a field that is zero in the zero state and in no other, and its
// zero value as source, or "". Such a field says whether there is something to clean up. Where
// callers ask for that, a 0 would puzzle their readers.
//
//	f, err := os.Open(name)             type openState struct { f *os.File }
//	if err != nil {
//		return func() {}, err           func (s openState) close() {
//	}                                       if s.f == nil {
//	return func() { f.Close() }, nil            return
func zeroField(p *pattern.Prepare, passages []Passage, asked bool) (name, zero string) {
	isReceiver := func(pass Passage) bool { return pass.Capture.Class == pattern.Receiver && !pass.Pointer }
	others := slices.DeleteFunc(slices.Clone(passages), isReceiver)
	receivers := slices.DeleteFunc(slices.Clone(passages), func(pass Passage) bool { return !isReceiver(pass) })
	for _, pass := range slices.Concat(others, receivers) {
		name := pass.Capture.Var.Name()
		if everywhereLive(p, func(l *pattern.Literal, at ast.Stmt) bool {
			v := captureNamed(l, name)
			return v != nil && (pass.Pointer || nonZero(p, v, at) || good(p, l, v, at))
		}) {
			if zero = "nil"; !pass.Pointer {
				zero = zeroOf(pass.Capture.Var.Type(), "")
			}
			if mayTell(p, zero, asked) {
				return name, zero
			}
		}
	}
	return "", ""
}

// mayTell reports whether finish, or a caller if asked is set, may compare a value with a zero
// value to find out whether there is something to do.
func mayTell(p *pattern.Prepare, zero string, asked bool) bool {
	if zero == "nil" {
		return spell.HiddenBy(p.Func, zero) == ""
	}
	return !asked || zero == `""`
}

// everywhereLive reports whether something holds wherever prepare returns a cleanup or
// runs it.
func everywhereLive(p *pattern.Prepare, holds func(*pattern.Literal, ast.Stmt) bool) bool {
	for _, r := range p.Returns {
		if r.Live() && !holds(r.Literal, r.Stmt) {
			return false
		}
	}
	for _, c := range p.Choices {
		for _, set := range c.Sets {
			if set.Literal != nil && !holds(set.Literal, set.Stmt) {
				return false
			}
		}
	}
	for _, u := range p.Inner {
		if choiceOf(p, u) == nil && !holds(literalOf(p, u), u.Stmt) {
			return false
		}
	}
	return true
}

// zeroOf returns the source of the zero value of a type, whose source is text. It
// returns "" if that is more than a few characters.
func zeroOf(t types.Type, text string) string {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		switch {
		case u.Info()&types.IsBoolean != 0:
			return "false"
		case u.Info()&types.IsString != 0:
			return `""`
		case u.Info()&types.IsNumeric != 0:
			return "0"
		}
		return "nil" // unsafe.Pointer
	case *types.Struct:
		if spell.NamedObject(t) == nil {
			return ""
		}
		return text + "{}"
	case *types.Array:
		return text + "{}"
	}
	return "nil"
}
