package misuse

// An Explanation describes a kind of bug. The flag -explain prints it.
type Explanation struct {
	Kind    Kind
	Title   string // what is wrong, as a noun phrase
	Meaning string // what the code does
	Example string // Go code that has the bug
	Advice  string // what a person can do
	Fixed   string // the example without the bug
}

// Explanations returns a description of each kind.
func Explanations() []Explanation {
	return []Explanation{
		{
			EagerArgument,
			"error argument of a deferred cleanup, evaluated too early",
			"The arguments of a deferred call are evaluated at the defer statement. The error is nil there on every path, and is set later: " +
				"the cleanup never gets it.",
			`func (db *DB) Begin() (err error) {
	done := db.observe("begin")
	defer done(err)
	return db.begin()
}`,
			"Call the cleanup in a deferred function literal, which reads the error when it runs. The error must be in a named result, or in the variable " +
				"that the function returns. closurefix -fix does not do this, because it would change what the program does.",
			`	defer func() { done(err) }()`,
		}, {
			NilCleanup,
			"call of a cleanup that may be nil",
			"A function returns nil in place of its cleanup if it fails or has nothing to undo. The caller calls or defers the cleanup before it " +
				"checks the error, or without any test, or where the error is not nil. A call of a nil func panics; a deferred one panics when the caller returns.",
			`done, err := open()
defer done()
if err != nil {
	return err
}`,
			"Check the error first, or compare the cleanup with nil. A function whose callers do not check can return an empty literal instead of nil.",
			`done, err := open()
if err != nil {
	return err
}
defer done()`,
		},
	}
}
