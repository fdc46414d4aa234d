package gen

import (
	"cmp"
	"strings"
)

// A prepare is a prepare function, as its callers know it.
type prepare struct {
	name     string
	recv     kind // connKind, partKind (by value), ppartKind, cellKind; intKind if it is a function
	generic  bool // has a type parameter T, which it infers from its first parameter
	params   []*variable
	variadic bool // the last parameter, a slice
	results  []kind
	cleanup  int // index of the cleanup among the results
	err      int // index of the error, -1 if none
	ok       int // index of a bool that tells success, -1 if none
	takes    []kind
	spread   bool // the cleanup takes a variadic list of numbers
	gives    bool // the cleanup returns an error
	named    bool // the cleanup has a named type

	forward *prepare // whose cleanup it forwards; nil if it makes one

	idle     idleness
	nilFails bool // it may return a nil cleanup, with an error
	nilFine  bool // it may return a nil cleanup, without one
}

// An idleness says what a prepare function hands out when there is nothing to
// clean up.
type idleness int

const (
	never    idleness = iota // there always is
	failing                  // nil, with an error
	harmless                 // an empty literal, with or without an error
	absent                   // nil, with or without an error
	anyhow                   // one or the other
)

// tells reports whether a result of p tells failure.
func (p *prepare) tells() bool { return p.err >= 0 || p.ok >= 0 }

// mayBeNil reports whether the cleanup may be nil. Nobody calls such a one without a
// look at the error, or at the cleanup.
func (p *prepare) mayBeNil() bool { return p.nilFails || p.nilFine }

// isFunc reports whether p is a function, not a method.
func (p *prepare) isFunc() bool { return p.recv == intKind }

// cleanupType returns the type of the cleanup: its signature, or its name.
func (p *prepare) cleanupType(names []string) string {
	if p.named && names == nil {
		return "Cleanup"
	}
	var params []string
	for i, k := range p.takes {
		t := k.goType()
		if names != nil {
			t = names[i] + " " + t
		}
		params = append(params, t)
	}
	if p.spread {
		t := "...int"
		if names != nil {
			t = names[len(names)-1] + " " + t
		}
		params = append(params, t)
	}
	s := "func(" + strings.Join(params, ", ") + ")"
	if p.gives {
		s += " error"
	}
	return s
}

// finishName is the name that a rewrite is likely to choose.
func finishName(prepare string) string {
	for _, verb := range []string{"prepare", "begin", "start", "open", "acquire", "lock", "enter", "track"} {
		if rest, ok := strings.CutPrefix(prepare, verb); ok {
			pair := map[string]string{"begin": "end", "open": "close", "acquire": "release", "lock": "unlock", "enter": "exit"}[verb]
			return cmp.Or(pair, "finish") + rest
		}
		if upper := exported(verb); strings.HasPrefix(prepare, upper) {
			return exported(finishName(verb + prepare[len(upper):]))
		}
	}
	return prepare
}

func exported(name string) string { return strings.ToUpper(name[:1]) + name[1:] }
