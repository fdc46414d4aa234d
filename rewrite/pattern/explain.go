package pattern

// Page is the address of a page with the explanations of all categories and codes. The
// anchor of each is its name.
const Page = "https://github.com/closurefix/closurefix/blob/main/cmd/closurefix/explained.md"

// An Explanation describes a kind of prepare function. The flag -explain prints it.
type Explanation struct {
	Kind    Kind
	Title   string // what the cleanup does, as a noun phrase
	Meaning string // what the code does, and what a call costs
	Example string // Go code: a prepare function and how it is called
	Advice  string // what a person can do
}

// Explanations returns a description of each kind. KindCapture, which is reported only on
// request, is last.
func Explanations() []Explanation {
	const advice = "Let closurefix -fix turn the closure into a function or method of its own, which needs no allocation unless a loop defers it."
	return []Explanation{
		{
			KindResultPointer,
			"cleanup closure over a pointer to a result of the caller",
			"A function returns a closure for its callers to defer, and the closure keeps a pointer that callers fill with the address " +
				"of a result or local variable. Each call allocates the closure, and the variable moves to the heap.",
			`func (c *Conn) prepareRead(err *error) (func(), error) {
	return func() { c.failed = *err }, nil
}

done, err := c.prepareRead(&err)`,
			advice,
		}, {
			KindOwnResult,
			"cleanup closure over a result of the function that returns it",
			"A function returns a closure for its callers to defer, and the closure uses another result of the function by its name. " +
				"Each call allocates the closure, and the result moves to the heap.",
			`func (c *Conn) open() (s *Stream, done func(), err error) {
	s = c.stream()
	return s, func() { s.close() }, nil
}

s, done, err := c.open()`,
			advice,
		}, {
			KindPointerArgument,
			"cleanup closure that takes a pointer",
			"A function returns a closure for its callers to defer, and callers pass it the address of a variable. The compiler does not know " +
				"what a func value does with the pointer, so each call that allocates the closure also moves the variable to the heap.",
			`func trace(name string) func(*error) {
	return func(err *error) { log(name, *err) }
}

defer trace("read")(&err)`,
			advice,
		}, {
			KindCapture,
			"cleanup closure over receiver, parameters or local variables",
			"A function returns a closure for its callers to defer. Each call allocates the closure; no variable of the caller moves to the heap. " +
				"Reported only with -all.",
			`func (p *Pool) acquire(n int) func() {
	p.used += n
	return func() { p.used -= n }
}

defer p.acquire(4)()`,
			advice,
		},
	}
}
