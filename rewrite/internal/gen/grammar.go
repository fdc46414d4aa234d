package gen

import (
	"fmt"
	"go/format"
	"strings"
)

// A Construct is a program that has a use in a slot.
type Construct struct {
	Slot    Slot
	Use     Use
	Variant int
	Shape   Shape
}

// Name says what the program is about.
func (c *Construct) Name() string {
	return fmt.Sprintf("%s, %s, variant %d", c.Slot.Name, c.Use, c.Variant)
}

// Constructs returns programs with each use in each slot it fits into, so many
// variants of each. Neighbours have different shapes.
func Constructs(variants int) []Construct {
	var all []Construct
	for i, s := range Slots() {
		for _, u := range s.Uses() {
			for v := range variants {
				n := (7*i + 11*int(u) + v) % Variants
				all = append(all, Construct{s, u, n, shape(&s, u, n)})
			}
		}
	}
	return all
}

// Text returns the text of the program.
func (c *Construct) Text(f Form) ([]byte, error) {
	w := &writer{Construct: c, suffix: f.Suffix, gives: c.Shape.gives(&c.Slot, c.Use)}
	text := []byte(file(f.Package, nil, w.decls(f)))
	out, err := format.Source(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", c.Name(), err, text)
	}
	return out, nil
}

// A writer writes a construct.
type writer struct {
	*Construct
	suffix string
	gives  bool // the cleanup returns an error
}

func (w *writer) top(name string) string { return name + w.suffix }

// say returns a statement that prints what happens.
func (w *writer) say(what string, args ...string) string {
	return fmt.Sprintf("Say(%s)", strings.Join(append([]string{fmt.Sprintf("%q", w.suffix), fmt.Sprintf("%q", what)}, args...), ", "))
}

// signature returns the type of the cleanup without its name.
func (w *writer) signature(name string) string {
	param := [...]string{"", "error", "*error", "...int"}[w.Shape.Takes]
	if param != "" && name != "" {
		param = name + " " + param
	}
	if w.gives {
		return "func(" + param + ") error"
	}
	return "func(" + param + ")"
}

func (w *writer) cleanupType() string {
	if w.Shape.Type {
		return w.top("Cleanup")
	}
	return w.signature("")
}

// otherType returns the type that a variable for the cleanup is declared with: the
// cleanup's own, or one that is not the same although the cleanup can be assigned.
func (w *writer) otherType() string {
	switch {
	case w.Variant%2 == 0 || w.Shape.Binding != 2 || w.Use.direct():
		return w.cleanupType()
	case w.Shape.Type:
		return w.signature("")
	}
	return w.top("Other")
}

// list returns a list of results.
func list(types []string) string {
	if len(types) > 1 {
		return "(" + strings.Join(types, ", ") + ")"
	}
	return strings.Join(types, "")
}

// results returns the types of p's results, their names, and the values with a cleanup,
// which is what fails if nothing is to be cleaned up.
func (w *writer) results() (types, names []string) {
	t := w.cleanupType()
	switch w.Shape.Results {
	case withValue:
		return []string{"int", t}, []string{"size", "done"}
	case withError:
		return []string{t, "error"}, []string{"done", "err"}
	case withBoth:
		return []string{"int", t, "error"}, []string{"size", "done", "err"}
	case withOK:
		return []string{t, "bool"}, []string{"done", "ok"}
	}
	return []string{t}, []string{"done"}
}

func (w *writer) decls(f Form) []string {
	decls := []string{w.prepare(), w.other()}
	if w.Shape.Type {
		decls = append([]string{fmt.Sprintf("type %s %s\n", w.cleanupType(), w.signature(""))}, decls...)
	}
	if w.otherType() == w.top("Other") {
		decls = append(decls, fmt.Sprintf("type %s %s\n", w.otherType(), w.signature("")))
	}
	if w.Slot.Decl != "" {
		decls = append(decls, w.fill(w.Slot.Decl, "return "+strings.Join(w.zeros(w.declResults()), ", "))+"\n")
	}
	decls = append(decls, w.user(), w.main(f.Main))
	if f.Helpers {
		decls = append(decls, helpers, slotHelpers)
	}
	return decls
}

// declResults returns the result types of the function that a declaration holds.
func (w *writer) declResults() []string {
	head, _, _ := strings.Cut(w.Slot.Decl, "$D")
	switch {
	case strings.HasSuffix(head, "int {\n"):
		return []string{"int"}
	case strings.HasSuffix(head, "$T {\n"):
		return []string{w.types()[0]}
	}
	return nil
}

func (w *writer) zeros(types []string) []string {
	var zeros []string
	for _, t := range types {
		zeros = append(zeros, "*new("+t+")")
	}
	return zeros
}

// prepare returns the prepare function.
func (w *writer) prepare() string {
	h := w.Shape
	types, names := w.results()
	results := list(types)
	if h.Named {
		var fields []string
		for i := range types {
			fields = append(fields, names[i]+" "+types[i])
		}
		results = "(" + strings.Join(fields, ", ") + ")"
	}
	errp := ""
	if h.Capture == PointerCapture {
		errp = ", errp *error"
	}
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	switch name := w.top("prepare"); h.Callee {
	case 0:
		line("func %s(k int%s) %s {", name, errp, results)
	case 1:
		line("func (c *Conn) %s(k int%s) %s {", name, errp, results)
	case 2:
		line("func %s[X any](x X, k int%s) %s {", name, errp, results)
	}
	line("%s", w.say("prepare", "k"))
	if h.Idle != never {
		line("if k == 1 {\nreturn %s\n}", strings.Join(w.values(w.nothing(), false), ", "))
	}
	switch h.Capture {
	case LocalCapture, CounterCapture:
		line("n := k*10 + 1")
	case LocalsCapture:
		line("n := k*10 + 1\nname := fmt.Sprint(\"name\", n)")
	}
	live := w.values(w.cleanup(), true)
	if h.Named && h.Takes%2 == 0 {
		for i, name := range names {
			line("%s = %s", name, live[i])
		}
		line("return\n}")
	} else {
		line("return %s\n}", strings.Join(live, ", "))
	}
	return b.String()
}

// values returns what p returns along with a cleanup.
func (w *writer) values(cleanup string, live bool) []string {
	size, err, ok := "0", fmt.Sprintf("errors.New(%q)", w.suffix+" idle"), "false"
	if live || w.Shape.Idle == absent && w.Variant%2 == 0 {
		err, ok = "nil", "true"
	}
	if live {
		size = "k + 7"
	}
	switch w.Shape.Results {
	case withValue:
		return []string{size, cleanup}
	case withError:
		return []string{cleanup, err}
	case withBoth:
		return []string{size, cleanup, err}
	case withOK:
		return []string{cleanup, ok}
	}
	return []string{cleanup}
}

// nothing returns the cleanup of an idle return.
func (w *writer) nothing() string {
	if w.Shape.Idle != harmless {
		return "nil"
	}
	if w.gives {
		return w.signature("_") + " { return nil }"
	}
	return w.signature("_") + " {}"
}

// cleanup returns the literal.
func (w *writer) cleanup() string {
	h := w.Shape
	n := "n"
	var seen []string
	switch h.Capture {
	case ParameterCapture, PointerCapture:
		n = "k"
	case LocalsCapture:
		seen = append(seen, "name")
	case ResultCapture:
		if n = "k"; h.Results == withError {
			seen = append(seen, "err")
		} else {
			n = "size"
		}
	}
	if h.Callee == 1 {
		seen = append(seen, "c.N")
	}
	if h.Callee == 2 {
		seen = append(seen, "x")
	}
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	name := [...]string{"", "cause", "outer", "codes"}[h.Takes]
	line("%s {", w.signature(name))
	switch h.Takes {
	case 1, 3:
		seen = append(seen, name)
	case 2:
		seen = append(seen, "At("+name+")")
	}
	if h.Capture == CounterCapture {
		line("n++")
	}
	if h.Capture == PointerCapture {
		seen = append(seen, "At(errp)")
		line("if *errp == nil {\n*errp = errors.New(%q)\n}", w.suffix+" set")
	}
	line("%s", strings.Replace(w.say("cleanup", append([]string{n}, seen...)...), "Say(", "Clean(", 1))
	if w.gives {
		line("return Odd(%s)", n)
	}
	b.WriteString("}")
	return b.String()
}

// call returns a call of the prepare function.
func (w *writer) call() string {
	h := w.Shape
	arg := "k"
	switch h.Operand {
	case 1:
		arg = "2"
		if w.Slot.Decl != "" {
			arg = "3"
		}
	case 2:
		arg = `Note("operand", k)`
	}
	return w.callWith(arg)
}

func (w *writer) callWith(arg string) string {
	if w.Shape.Capture == PointerCapture {
		arg += ", &failure"
	}
	switch name := w.top("prepare"); w.Shape.Callee {
	case 1:
		return "c." + name + "(" + arg + ")"
	case 2:
		return name + `("x", ` + arg + ")"
	default:
		return name + "(" + arg + ")"
	}
}

// callOf returns a call of the cleanup that f is.
func (w *writer) callOf(f string) string {
	if w.Shape.Parens {
		f = "(" + f + ")"
	}
	return f + "(" + [...]string{"", "failure", "&failure", "1, 2"}[w.Shape.Takes] + ")"
}

// expr returns the use.
func (w *writer) expr() string {
	test := " != nil"
	if w.Variant%2 == 1 {
		test = " == nil"
	}
	switch w.Use {
	case CallOfCall:
		return made(w.Slot.Type, w.callOf(w.call()))
	case CallOfVariable:
		return made(w.Slot.Type, w.callOf("done"))
	case TestOfVariable:
		return "done" + test
	case TestOfCall:
		return w.call() + test
	case Variable:
		return "done"
	default:
		return w.call()
	}
}

// types returns the types of the use.
func (w *writer) types() []string {
	switch {
	case w.Use == Pair:
		types, _ := w.results()
		return types
	case w.Use.test():
		return []string{"bool"}
	case w.Use == Variable || w.Use == Call:
		return []string{w.cleanupType()}
	}
	return []string{"error"}
}

// fill returns a text of the slot, where back is how the function around returns
// early.
func (w *writer) fill(text, back string) string {
	f := filling{expr: w.expr(), types: w.types(), tag: w.suffix, unique: w.suffix}
	if !w.Use.direct() {
		f.obtain, _ = w.obtain(w.call(), back, w.Shape.Binding)
	}
	return f.in(text)
}

// obtain returns the statements that give done its cleanup, and what ends them.
func (w *writer) obtain(call, back string, binding int) (text, end string) {
	types, names := w.results()
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	vars := strings.Join(names, ", ")
	switch binding {
	case 0:
		line("%s := %s", vars, call)
	case 1:
		line("var %s = %s", vars, call)
	case 2:
		line("var %s %s = %s", vars, w.otherType(), call)
	case 3:
		for i, name := range names {
			line("var %s %s", name, types[i])
		}
		line("%s = %s", vars, call)
	case 4:
		line("if %s := %s; %s {", vars, call, w.works())
		end = "}"
	}
	for _, name := range names {
		if name != "done" {
			line("%s", w.say(name, name))
		}
	}
	if binding != 4 && w.Shape.Results.tells() && !w.Use.test() {
		fails := "err != nil"
		if w.Shape.Results == withOK {
			fails = "!ok"
		}
		line("if %s {\n%s\n}", fails, back)
	}
	return b.String(), end
}

// works returns the condition that the call has not failed.
func (w *writer) works() string {
	switch {
	case !w.Shape.Results.tells() || w.Use.test():
		return "k >= 0"
	case w.Shape.Results == withOK:
		return "ok"
	}
	return "err == nil"
}

// user returns the function that has the slot.
func (w *writer) user() string {
	h := w.Shape
	var results, fields []string
	for i, t := range w.Slot.Results {
		t = filling{types: w.types()}.in(t)
		results = append(results, t)
		fields = append(fields, fmt.Sprintf("result%d %s", i, t))
	}
	head, back := list(results), "return "+strings.Join(w.zeros(results), ", ")
	if w.Slot.Named {
		head, back = "("+strings.Join(fields, ", ")+")", "return"
	}
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	name := w.top("use")
	switch h.Around {
	case 0:
		line("func %s(c *Conn, k int) %s {", name, head)
	case 1:
		line("func (c *Conn) %s(k int) %s {", name, head)
	case 2:
		line("func %s[Y any](y Y, c *Conn, k int) %s {", name, head)
	case 3:
		line("var %s = func(c *Conn, k int) %s {", name, head)
	case 4:
		line("func %s(c *Conn, k int) func() {", name)
		back = "return func() {}"
	}
	line("var failure error")
	failure := "defer func() { " + w.say("failure", "failure") + " }()"
	if h.Around != 4 {
		line("%s", failure)
	}
	end := ""
	if w.Slot.Decl == "" && !w.Use.direct() {
		var text string
		text, end = w.obtain(w.call(), back, h.Binding)
		line("%s", text)
	}
	if h.Around == 4 {
		line("return func() {\n%s", failure)
		end = "}"
	}
	line("%s", w.fill(w.Slot.Text, back))
	if !w.Slot.Ends {
		line("%s", w.say("after", "failure"))
	}
	line("%s", end)
	if !w.Slot.Ends && len(results) > 0 {
		line("%s", back)
	}
	line("}")
	return b.String()
}

// other returns a caller that defers the cleanup, as callers mostly do.
func (w *writer) other() string {
	h := w.Shape
	call := strings.Replace(w.callOf("done"), "(failure)", "(errors.New(\"cause\"))", 1)
	text, _ := w.obtain(w.callWith("k"), "return", 0)
	use := "defer " + call
	if w.Use.test() && h.Idle != never {
		use = "if done != nil {\n" + use + "\n}"
	}
	return fmt.Sprintf("func %s(c *Conn, k int) {\nvar failure error\ndefer func() { %s }()\n%s\n%s\n%s\n}\n",
		w.top("other"), w.say("failure", "failure"), text, use, w.say("other"))
}

// main returns the function that runs the program.
func (w *writer) main(name string) string {
	call := w.top("use") + "(Pool[0], k)"
	switch w.Shape.Around {
	case 1:
		call = "Pool[0]." + w.top("use") + "(k)"
	case 2:
		call = w.top("use") + `("y", Pool[0], k)`
	case 4:
		call = "defer " + call + "()"
	}
	if n := len(w.Slot.Results); n > 0 {
		var vars, shows []string
		for i := range n {
			vars = append(vars, fmt.Sprint("r", i))
			shows = append(shows, fmt.Sprintf("Show(r%d)", i))
		}
		call = strings.Join(vars, ", ") + " := " + call + "\n" + strings.Join(shows, "\n")
	}
	return fmt.Sprintf("func %s() {\nBegin(%q)\nfor k := range 3 {\nRun(\"use\", k, func() {\n%s\n})\nRun(\"other\", k, func() { %s(Pool[0], k) })\n}\n}\n",
		name, w.suffix, call, w.top("other"))
}
