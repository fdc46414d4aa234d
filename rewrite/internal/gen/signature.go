package gen

import (
	"slices"
)

// signature chooses what the i-th prepare function takes and returns.
func (g *gen) signature(i int) *prepare {
	t := g.t
	p := &prepare{name: g.top(g.verbs[i] + g.nouns[i]), err: -1, ok: -1}
	if g.far {
		if p.name == "begin" {
			p.name = "beginAt" // there is a helper Begin
		}
		p.name = exported(p.name)
	}
	p.recv = []kind{intKind, connKind, partKind, ppartKind, cellKind}[t.pick(6, 6, 3, 3, 1)]
	g.parameters(p)
	g.cleanupForm(p)
	g.resultForm(p)
	p.idle = idleness(t.pick(4, 6, 4, 1, 1))
	if p.idle == failing && !p.tells() {
		p.idle = harmless
	}
	return p
}

// parameters chooses what p takes.
func (g *gen) parameters(p *prepare) {
	t := g.t
	add := func(name string, k kind) {
		p.params = append(p.params, &variable{name: name, kind: k, used: true})
	}
	if p.isFunc() && t.oneIn(8) {
		p.generic = true
		add("v", anyKind)
	}
	t.list(0, 2, func() {
		k := of(t, intKind, strKind, intKind, strKind, boolKind, partKind, connKind, arrKind, sliceKind, pintKind, ppartKind, byteKind, fnKind, durKind, pointKind, boxKind, mapKind, namerKind)
		name := of(t, k.names()...)
		if k == connKind {
			name = of(t, "peer", "sock")
		}
		for slices.ContainsFunc(p.params, func(v *variable) bool { return v.name == name }) {
			name += "2"
		}
		add(name, k)
	})
	if t.oneIn(3) {
		add(of(t, "errp", "err"), perrKind)
	}
	if t.oneIn(12) {
		add("rest", sliceKind)
		p.variadic = true
	}
}

// cleanupForm chooses what the cleanup takes and returns.
func (g *gen) cleanupForm(p *prepare) {
	switch g.t.pick(20, 6, 3, 3, 2, 2, 1, 1, 1) {
	case 1:
		p.gives = true
	case 2:
		p.takes = []kind{errKind}
	case 3:
		p.takes = []kind{perrKind}
	case 4:
		p.takes = []kind{intKind}
	case 5:
		p.named = true
	case 6:
		p.spread = true
	case 7:
		p.takes = []kind{intKind, perrKind}
	case 8:
		p.takes, p.gives = []kind{errKind, boolKind}, true
	}
}

// resultForm chooses the results around the cleanup.
func (g *gen) resultForm(p *prepare) {
	t := g.t
	switch value := of(t, intKind, strKind, partKind, arrKind, connKind, byteKind, intKind, strKind, durKind, boxKind); t.pick(12, 18, 9, 9, 3, 2, 3, 1) {
	case 1:
		p.results = []kind{funcKind, errKind}
		p.err = 1
	case 2:
		p.results = []kind{value, funcKind, errKind}
		p.cleanup, p.err = 1, 2
	case 3:
		p.results = []kind{of(t, intKind, strKind, sliceKind, connKind, ppartKind), funcKind}
		p.cleanup = 1
	case 4:
		p.results = []kind{funcKind, value, errKind}
		p.err = 2
	case 5:
		p.results = []kind{funcKind, value}
	case 6:
		p.results = []kind{funcKind, boolKind}
		p.ok = 1
	case 7:
		p.results = []kind{value, funcKind, boolKind}
		p.cleanup, p.ok = 1, 2
	default:
		p.results = []kind{funcKind}
	}
}
