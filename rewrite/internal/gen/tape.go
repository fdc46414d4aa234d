package gen

import "math/rand/v2"

// A Tape is the sequence of choices that a program is made from. It is either
// drawn at random from a seed, or replayed. Every choice is a number below a
// bound, and 0 is the plainest answer to each, so that a tape is simplified by
// deleting choices and by turning them to 0.
type Tape struct {
	rng   *rand.Rand // nil in a replay
	given []int      // the choices to replay

	taken []int
	spans []Span
}

// A Span is the part of a tape that one element of the grammar took: a
// statement, a parameter, a function. Without it, the rest still means the same.
type Span struct{ From, To int }

// Random returns the tape of a seed. Equal seeds give equal programs.
func Random(seed uint64) *Tape {
	return &Tape{rng: rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15))}
}

// Replay returns a tape with the given choices, and 0 for all that follow. Any
// numbers make a program.
func Replay(choices []int) *Tape { return &Tape{given: choices} }

// Choices returns the choices made so far. Replayed, they give the same
// program.
func (t *Tape) Choices() []int { return t.taken }

// below chooses a number from 0 to n-1.
func (t *Tape) below(n int) int {
	v := 0
	switch i := len(t.taken); {
	case t.rng != nil:
		v = t.rng.IntN(n)
	case i < len(t.given) && t.given[i] > 0:
		v = t.given[i] % n
	}
	t.taken = append(t.taken, v)
	return v
}

// oneIn is true once in n times.
func (t *Tape) oneIn(n int) bool { return t.below(n) == n-1 }

// pick chooses an index of weights, each as often as its weight says.
func (t *Tape) pick(weights ...int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	v := t.below(sum)
	for i, w := range weights {
		if v < w {
			return i
		}
		v -= w
	}
	return 0
}

// span calls f and notes which choices it took.
func (t *Tape) span(f func()) {
	from := len(t.taken)
	f()
	t.spans = append(t.spans, Span{from, len(t.taken)})
}

// list calls element up to limit times, and at least least times. Each element
// is a span, together with the choice to have it.
func (t *Tape) list(least, limit int, element func()) {
	for i, more := 0, true; more && i < limit; i++ {
		t.span(func() {
			if more = t.below(4) != 0 || i < least; more {
				element()
			}
		})
	}
}

// of chooses one of the values.
func of[T any](t *Tape, values ...T) T { return values[t.below(len(values))] }
