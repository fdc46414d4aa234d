package gen

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A Slot is one place where Go's grammar lets an expression stand, within the
// smallest piece of a program that has it.
//
// In the texts, $E is the expression and $P the expression in parentheses if it is
// a comparison. $T is its type, and for two values $T and $U are their types. $D is
// the statements that obtain the cleanup, $G is the tag of the program, and any other
// $name stands for a variable or label with a name of its own.
type Slot struct {
	Name    string   // the production of the grammar, and the part of it
	Type    string   // what fits: call, value, pair, func, or a Go type
	Text    string   // statements
	Results []string // of the function around Text, if Text returns them
	Named   bool     // the results have names
	Ends    bool     // no statement can be reached after Text
	Decl    string   // declarations at package level that hold $E instead of Text
	Waits   bool     // Text waits until the cleanup has run in a goroutine
}

// The types of slots that are no Go type.
const (
	callSlot  = "call"  // a statement that is a call
	pairSlot  = "pair"  // a call with two results
	valueSlot = "value" // any value
	funcSlot  = "func"  // the cleanup
)

// Slots returns the table of slots, in the order of the Go specification.
func Slots() []Slot {
	return slices.Concat(literalSlots(), operandSlots(), argumentSlots(), operatorSlots(), declarationSlots(),
		callSlots(), assignmentSlots(), branchSlots(), rangeSlots(), returnSlots(), packageSlots())
}

// innerSlots returns the slots whose text can stand in any block and is done with when
// it ends, whatever the cleanup does.
func innerSlots() []Slot {
	return slices.DeleteFunc(Slots(), func(s Slot) bool {
		return s.Decl != "" || s.Ends || s.Results != nil || strings.Contains(s.Text, "go ")
	})
}

// placeholder matches a placeholder in the text of a slot.
var placeholder = regexp.MustCompile(`\$[A-Za-z]\w*`)

// A filling is what the placeholders of a slot stand for.
type filling struct {
	expr   string
	types  []string
	obtain string
	tag    string
	unique string // ending of the names
}

func (f filling) in(text string) string {
	return placeholder.ReplaceAllStringFunc(text, func(t string) string {
		switch t {
		case "$E":
			return f.expr
		case "$P":
			if strings.Contains(f.expr, "= nil") {
				return "(" + f.expr + ")"
			}
			return f.expr
		case "$T":
			return f.types[0]
		case "$U":
			return f.types[1]
		case "$D":
			return f.obtain
		case "$G":
			return fmt.Sprintf("%q", f.tag)
		}
		return t[1:] + f.unique
	})
}

// literalSlots are the productions CompositeLit and FunctionLit.
func literalSlots() []Slot {
	return []Slot{
		{Name: "CompositeLit struct by position", Type: valueSlot, Text: "$s := struct {\na int\nb $T\n}{1, $E}\nShow($s.b)"},
		{Name: "CompositeLit struct by key", Type: valueSlot, Text: "$s := struct {\na int\nb $T\n}{a: 1, b: $E}\nShow($s.b)"},
		{Name: "CompositeLit struct after an effect", Type: valueSlot, Text: "$s := struct {\na int\nb $T\n}{Note(\"a\", 1), $E}\nShow($s.b)"},
		{Name: "CompositeLit slice element", Type: valueSlot, Text: "$s := []$T{$E}\nShow($s[0])"},
		{Name: "CompositeLit array element by index", Type: valueSlot, Text: "$s := [2]$T{1: $E}\nShow($s[1])"},
		{Name: "CompositeLit array of counted length", Type: valueSlot, Text: "$s := [...]$T{$E}\nShow($s[0])"},
		{Name: "CompositeLit elided", Type: valueSlot, Text: "$s := [][]$T{{$E}}\nShow($s[0][0])"},
		{Name: "CompositeLit address elided", Type: valueSlot, Text: "$s := []*struct{ b $T }{{$E}}\nShow($s[0].b)"},
		{Name: "CompositeLit map value", Type: valueSlot, Text: "$m := map[string]$T{\"key\": $E}\nShow($m[\"key\"])"},
		{Name: "CompositeLit map key", Type: "string", Text: "$m := map[string]int{$E: 1}\nShow($m)"},
		{Name: "CompositeLit map key elided", Type: "int", Text: "$m := map[[1]int]int{{$E}: 1}\nShow($m)"},
		{Name: "CompositeLit address", Type: valueSlot, Text: "$s := &struct{ b $T }{$E}\nShow($s.b)"},
		{Name: "CompositeLit generic type", Type: valueSlot, Text: "$s := Cell[$T]{V: $E}\nShow($s.V)"},
		{Name: "CompositeLit interface element", Type: valueSlot, Text: "$s := []any{$E, 1}\nShow($s[0])"},
		{Name: "FunctionLit called", Type: callSlot, Text: "func() {\n$E\n}()"},
		{Name: "FunctionLit called within another", Type: callSlot, Text: "func() {\nfunc() {\n$E\n}()\n}()"},
		{Name: "FunctionLit stored", Type: callSlot, Text: "$f := func() {\n$E\n}\n$f()"},
		{Name: "FunctionLit stored, called twice", Type: callSlot, Text: "$f := func() {\n$E\n}\n$f()\n$f()"},
		{Name: "FunctionLit passed", Type: callSlot, Text: "Join(func() {\n$E\n})"},
		{Name: "FunctionLit deferred", Type: callSlot, Text: "defer func() {\n$E\n}()"},
		{Name: "FunctionLit deferred with an argument", Type: callSlot, Text: "defer func($n int) {\n$E\nShow($n)\n}(Note(\"argument\", 1))"},
		{Name: "FunctionLit in a goroutine", Type: callSlot, Text: "$ch := make(chan bool)\ngo func() {\ndefer close($ch)\n$E\n}()\n<-$ch"},
		{Name: "FunctionLit with a defer", Type: callSlot, Text: "func() {\ndefer $E\nShow(1)\n}()"},
		{Name: "FunctionLit body of a range", Type: callSlot, Text: "for $i := range Twice {\n$E\nShow($i)\n}"},
		{Name: "FunctionLit result", Type: valueSlot, Text: "Show(func() $T {\nreturn $E\n}())"},
		{Name: "FunctionLit results", Type: pairSlot, Text: "$x, $y := func() ($T, $U) {\nreturn $E\n}()\nShow($x)\nShow($y)"},
		{Name: "FunctionLit named result", Type: valueSlot, Text: "Show(func() ($r $T) {\ndefer func() { Show(2) }()\n$r = $E\nreturn\n}())"},
	}
}

// operandSlots are the productions Operand, PrimaryExpr, Selector, Index, Slice and
// TypeAssertion.
func operandSlots() []Slot {
	return []Slot{
		{Name: "Operand in parentheses", Type: valueSlot, Text: "$x := ($E)\nShow($x)"},
		{Name: "Operand in two parentheses", Type: valueSlot, Text: "$x := (($E))\nShow($x)"},
		{Name: "Selector field", Type: "Part", Text: "Show($E.A)"},
		{Name: "Selector field through a pointer", Type: "*Part", Text: "Show($E.A)"},
		{Name: "Selector method", Type: "*Part", Text: "$E.Bump()"},
		{Name: "Selector method value", Type: "*Part", Text: "$f := $E.Bump\n$f()"},
		{Name: "Selector method of an interface", Type: "error", Text: "func() {\ndefer func() { recover() }()\nShow($E.Error())\n}()"},
		{Name: "Index operand", Type: "[]int", Text: "Show($E[0])"},
		{Name: "Index operand array", Type: "*[2]int", Text: "Show($E[1])"},
		{Name: "Index operand string", Type: "string", Text: "Show($E[0])"},
		{Name: "Index operand map", Type: "map[string]int", Text: "Show($E[\"a\"])"},
		{Name: "Index operand map, two values", Type: "map[string]int", Text: "$x, $ok := $E[\"a\"]\nShow($x)\nShow($ok)"},
		{Name: "Index", Type: "int", Text: "$s := make([]int, 64)\nShow($s[$E])"},
		{Name: "Index after an effect", Type: "int", Text: "Show(Note(\"slice\", make([]int, 64))[$E])"},
		{Name: "Index of a map", Type: "string", Text: "$m := map[string]int{}\nShow($m[$E])"},
		{Name: "Index of a map, two values", Type: "string", Text: "$m := map[string]int{}\n$x, $ok := $m[$E]\nShow($x)\nShow($ok)"},
		{Name: "Index of a map of interfaces", Type: "any", Text: "$m := map[any]int{}\nShow($m[$E])"},
		{Name: "Slice operand", Type: "[]int", Text: "Show($E[1:])"},
		{Name: "Slice operand string", Type: "string", Text: "Show($E[:1])"},
		{Name: "Slice operand array", Type: "*[2]int", Text: "Show($E[:])"},
		{Name: "Slice low", Type: "int", Text: "$s := make([]int, 64)\nShow(len($s[$E:]))"},
		{Name: "Slice high", Type: "int", Text: "$s := make([]int, 64)\nShow(len($s[:$E]))"},
		{Name: "Slice max", Type: "int", Text: "$s := make([]int, 64)\nShow(cap($s[0:0:$E]))"},
		{Name: "TypeAssertion operand", Type: "any", Text: "Show($E.(int))"},
		{Name: "TypeAssertion operand, two values", Type: "any", Text: "$x, $ok := $E.(string)\nShow($x)\nShow($ok)"},
		{Name: "TypeAssertion of a conversion", Type: valueSlot, Text: "$x, $ok := any($E).($T)\nShow($x)\nShow($ok)"},
		{Name: "Receiver of a method expression", Type: "*Part", Text: "(*Part).Bump($E)"},
	}
}

// argumentSlots are the productions Call and Conversion, and the builtin functions.
func argumentSlots() []Slot {
	return []Slot{
		{Name: "Call function", Type: "func() int", Text: "Show($E())"},
		{Name: "Call function as a statement", Type: "func() int", Text: "$E()"},
		{Name: "Call function deferred", Type: "func() int", Text: "defer $E()"},
		{Name: "Call argument", Type: valueSlot, Text: "Show($E)"},
		{Name: "Call argument first", Type: valueSlot, Text: "Both($E, Note(\"second\", 1))"},
		{Name: "Call argument last", Type: valueSlot, Text: "Both(Note(\"first\", 1), $E)"},
		{Name: "Call argument of a literal", Type: valueSlot, Text: "func($x $T) {\nShow($x)\n}($E)"},
		{Name: "Call argument of a method", Type: valueSlot, Text: "(&Cell[$T]{}).Put($E)"},
		{Name: "Call argument of a promoted method", Type: valueSlot, Text: "$s := struct{ *Cell[$T] }{new(Cell[$T])}\n$s.Put($E)"},
		{Name: "Call argument inferred", Type: valueSlot, Text: "Show(Hold($E))"},
		{Name: "Call argument with a type argument", Type: valueSlot, Text: "Show(Hold[$T]($E))"},
		{Name: "Call argument of a call's argument", Type: valueSlot, Text: "Show(Hold(Hold($E)))"},
		{Name: "Call argument variadic", Type: valueSlot, Text: "Each($E, 2)"},
		{Name: "Call argument variadic of its type", Type: valueSlot, Text: "func($x ...$T) {\nShow($x[0])\n}($E)"},
		{Name: "Call argument spread", Type: "[]int", Text: "func($x ...int) {\nShow($x)\n}($E...)"},
		{Name: "Call arguments", Type: pairSlot, Text: "Both($E)"},
		{Name: "Call arguments of a literal", Type: pairSlot, Text: "func($x $T, $y $U) {\nShow($x)\nShow($y)\n}($E)"},
		{Name: "Call arguments variadic", Type: pairSlot, Text: "Each($E)"},
		{Name: "Call append, element", Type: valueSlot, Text: "$s := append([]$T{}, $E)\nShow($s[0])"},
		{Name: "Call append, spread", Type: "[]int", Text: "Show(append([]int{1}, $E...))"},
		{Name: "Call append, slice", Type: "[]int", Text: "Show(append($E, 1))"},
		{Name: "Call cap", Type: "[]int", Text: "Show(cap($E) > 0)"},
		{Name: "Call clear", Type: "map[string]int", Text: "clear($E)"},
		{Name: "Call close", Type: "chan int", Text: "close($E)"},
		{Name: "Call complex, imaginary", Type: "float64", Text: "Show(complex(1, $E))"},
		{Name: "Call complex", Type: "float64", Text: "Show(complex($E, 1))"},
		{Name: "Call copy, destination", Type: "[]int", Text: "Show(copy($E, []int{1}))"},
		{Name: "Call copy, source", Type: "string", Text: "$b := make([]byte, 4)\ncopy($b, $E)\nShow($b)"},
		{Name: "Call delete", Type: "string", Text: "$m := map[string]int{\"a\": 1}\ndelete($m, $E)\nShow($m)"},
		{Name: "Call delete, map", Type: "map[string]int", Text: "delete($E, \"a\")"},
		{Name: "Call imag", Type: "complex128", Text: "Show(imag($E))"},
		{Name: "Call len", Type: "string", Text: "Show(len($E))"},
		{Name: "Call len of an array", Type: "[2]int", Text: "Show(len($E))"},
		{Name: "Call make", Type: "int", Text: "Show(make([]int, $E))"},
		{Name: "Call make, capacity", Type: "int", Text: "Show(cap(make([]int, 0, $E)))"},
		{Name: "Call make, channel", Type: "int", Text: "Show(cap(make(chan int, $E)))"},
		{Name: "Call max", Type: "int", Text: "Show(max($E, 5))"},
		{Name: "Call min", Type: "int", Text: "Show(min(5, $E))"},
		{Name: "Call new", Type: valueSlot, Text: "$p := new($E)\nShow(*$p)"},
		{Name: "Call panic", Type: valueSlot, Text: "func() {\ndefer func() { Show(recover()) }()\npanic($E)\n}()"},
		{Name: "Call print", Type: "int", Text: "print($E)"},
		{Name: "Call real", Type: "complex128", Text: "Show(real($E))"},
		{Name: "Call Sizeof, which evaluates nothing", Type: valueSlot, Text: "Show(unsafe.Sizeof($E))"},
		{Name: "Call Slice, pointer", Type: "*int", Text: "Show(unsafe.Slice($E, 1))"},
		{Name: "Call Slice, length", Type: "int", Text: "Show(len(unsafe.Slice(new([64]int), $E)))"},
		{Name: "Conversion", Type: valueSlot, Text: "$x := ($T)($E)\nShow($x)"},
		{Name: "Conversion to an interface", Type: valueSlot, Text: "$x := any($E)\nShow($x)"},
		{Name: "Conversion of a string", Type: "string", Text: "Show([]byte($E))"},
		{Name: "Conversion of a number", Type: "int", Text: "Show(uint8($E))"},
		{Name: "Conversion of a slice to an array", Type: "[]int", Text: "Show([2]int($E))"},
		{Name: "Conversion to a type declared here", Type: valueSlot, Text: "type $f $T\n$x := $f($E)\nShow($x)"},
	}
}

// operatorSlots are the productions UnaryExpr and Expression.
func operatorSlots() []Slot {
	return []Slot{
		{Name: "UnaryExpr minus", Type: "int", Text: "Show(-$E)"},
		{Name: "UnaryExpr plus", Type: "int", Text: "Show(+$E)"},
		{Name: "UnaryExpr complement", Type: "int", Text: "Show(^$E)"},
		{Name: "UnaryExpr not", Type: "bool", Text: "Show(!$P)"},
		{Name: "UnaryExpr indirection", Type: "*int", Text: "Show(*$E)"},
		{Name: "UnaryExpr receive", Type: "chan int", Text: "Show(<-$E)"},
		{Name: "UnaryExpr receive as a statement", Type: "chan int", Text: "<-$E"},
		{Name: "UnaryExpr receive, two values", Type: "chan int", Text: "$x, $ok := <-$E\nShow($x)\nShow($ok)"},
		{Name: "Expression sum, left", Type: "int", Text: "Show($E + Note(\"right\", 1))"},
		{Name: "Expression sum, right", Type: "int", Text: "Show(Note(\"left\", 1) + $E)"},
		{Name: "Expression product of a sum", Type: "int", Text: "Show(2 * (1 + $E))"},
		{Name: "Expression shift, left", Type: "int", Text: "Show($E << 1)"},
		{Name: "Expression shift, right", Type: "int", Text: "Show(1 << $E)"},
		{Name: "Expression concatenation", Type: "string", Text: "Show(\"a\" + $E)"},
		{Name: "Expression and, left", Type: "bool", Text: "Show($E && Note(\"right\", true))"},
		{Name: "Expression and, right", Type: "bool", Text: "Show(Note(\"left\", true) && $E)"},
		{Name: "Expression and, right, not reached", Type: "bool", Text: "Show(Note(\"left\", false) && $E)"},
		{Name: "Expression or, left", Type: "bool", Text: "Show($E || Note(\"right\", true))"},
		{Name: "Expression or, right", Type: "bool", Text: "Show(Note(\"left\", false) || $E)"},
		{Name: "Expression or, right, not reached", Type: "bool", Text: "Show(Note(\"left\", true) || $E)"},
		{Name: "Expression and, or", Type: "bool", Text: "Show(Note(\"left\", false) && true || $E && Note(\"right\", true))"},
		{Name: "Expression comparison, left", Type: "int", Text: "Show($E == 1)"},
		{Name: "Expression comparison, right", Type: "int", Text: "Show(1 < $E)"},
		{Name: "Expression comparison of bools", Type: "bool", Text: "Show($P == Note(\"right\", true))"},
		{Name: "Expression comparison of structs", Type: "Part", Text: "Show($E == Part{A: 1})"},
		{Name: "Expression comparison of arrays", Type: "[2]int", Text: "Show([2]int{} != $E)"},
		{Name: "Expression comparison of an error", Type: "error", Text: "Show($E != nil)"},
		{Name: "Expression comparison of an interface", Type: "any", Text: "Show($E == any(1))"},
	}
}

// declarationSlots are the productions VarSpec and ShortVarDecl.
func declarationSlots() []Slot {
	return []Slot{
		{Name: "VarSpec", Type: valueSlot, Text: "var $x = $E\nShow($x)"},
		{Name: "VarSpec with a type", Type: valueSlot, Text: "var $x $T = $E\nShow($x)"},
		{Name: "VarSpec of an interface", Type: valueSlot, Text: "var $x any = $E\nShow($x)"},
		{Name: "VarSpec first", Type: valueSlot, Text: "var $x, $n = $E, Note(\"second\", 1)\nShow($x)\nShow($n)"},
		{Name: "VarSpec second", Type: valueSlot, Text: "var $n, $x = Note(\"first\", 1), $E\nShow($x)\nShow($n)"},
		{Name: "VarSpec grouped", Type: valueSlot, Text: "var (\n$n = 1\n$x = $E\n)\nShow($x)\nShow($n)"},
		{Name: "VarSpec blank", Type: valueSlot, Text: "var _ = $E"},
		{Name: "VarSpec of two", Type: pairSlot, Text: "var $x, $y = $E\nShow($x)\nShow($y)"},
		{Name: "VarSpec of two with a blank", Type: pairSlot, Text: "var $x, _ = $E\nShow($x)"},
		{Name: "VarSpec of two in a group", Type: pairSlot, Text: "var (\n$x, $y = $E\n)\nShow($x)\nShow($y)"},
		{Name: "ShortVarDecl", Type: valueSlot, Text: "$x := $E\nShow($x)"},
		{Name: "ShortVarDecl first", Type: valueSlot, Text: "$x, $n := $E, Note(\"second\", 1)\nShow($x)\nShow($n)"},
		{Name: "ShortVarDecl second", Type: valueSlot, Text: "$n, $x := Note(\"first\", 1), $E\nShow($x)\nShow($n)"},
		{Name: "ShortVarDecl that assigns", Type: valueSlot, Text: "var $x $T\n$x, $n := $E, Note(\"second\", 1)\nShow($x)\nShow($n)"},
		{Name: "ShortVarDecl of two", Type: pairSlot, Text: "$x, $y := $E\nShow($x)\nShow($y)"},
		{Name: "ShortVarDecl of two that assigns the first", Type: pairSlot, Text: "var $x $T\n$x, $y := $E\nShow($x)\nShow($y)"},
		{Name: "ShortVarDecl of two that assigns the second", Type: pairSlot, Text: "var $y $U\n$x, $y := $E\nShow($x)\nShow($y)"},
		{Name: "ShortVarDecl after a label", Type: pairSlot, Text: "$again := true\n$Label:\n$x, $y := $E\nShow($x)\nShow($y)\nif $again {\n$again = false\ngoto $Label\n}"},
	}
}

// callSlots are the productions ExpressionStmt, LabeledStmt, Block, GoStmt and
// DeferStmt.
func callSlots() []Slot {
	return []Slot{
		{Name: "ExpressionStmt", Type: callSlot, Text: "$E"},
		{Name: "ExpressionStmt in parentheses", Type: callSlot, Text: "($E)"},
		{Name: "ExpressionStmt twice", Type: callSlot, Text: "$E\n$E"},
		{Name: "LabeledStmt", Type: callSlot, Text: "$again := true\n$Label:\n$E\nif $again {\n$again = false\ngoto $Label\n}"},
		{Name: "Block", Type: callSlot, Text: "{\n$E\n}"},
		{Name: "LabeledStmt switch", Type: callSlot, Text: "$Label:\nswitch {\ndefault:\n$E\nif Note(\"leave\", true) {\nbreak $Label\n}\nShow(1)\n}"},
		{Name: "DeferStmt", Type: callSlot, Text: "defer $E"},
		{Name: "DeferStmt on a condition", Type: callSlot, Text: "if Note(\"defer\", true) {\ndefer $E\n}"},
		{Name: "DeferStmt in a loop", Type: callSlot, Text: "for range 2 {\ndefer $E\n}"},
		{Name: "DeferStmt in a range over a function", Type: callSlot, Text: "for range Twice {\ndefer $E\n}"},
		{Name: "DeferStmt of a panicking function", Type: callSlot, Text: "func() {\ndefer func() { Show(recover()) }()\ndefer $E\npanic(1)\n}()"},
		{Name: "DeferStmt argument", Type: valueSlot, Text: "defer Show($E)"},
		{Name: "DeferStmt argument of a literal", Type: valueSlot, Text: "defer func($x $T) {\nShow($x)\n}($E)"},
		{Name: "DeferStmt receiver", Type: "*Part", Text: "defer $E.Bump()"},
		{Name: "GoStmt", Type: callSlot, Waits: true, Text: "$n := Cleaned()\ngo $E\nAwait($n + 1)"},
		{Name: "GoStmt argument", Type: valueSlot, Text: "$ch := make(chan bool)\ngo func($x $T) {\nShow($x)\nclose($ch)\n}($E)\n<-$ch"},
	}
}

// assignmentSlots are the productions SendStmt, IncDecStmt and Assignment.
func assignmentSlots() []Slot {
	return []Slot{
		{Name: "SendStmt value", Type: valueSlot, Text: "$ch := make(chan $T, 1)\n$ch <- $E\nShow(<-$ch)"},
		{Name: "SendStmt channel", Type: "chan int", Text: "$E <- 1"},
		{Name: "IncDecStmt index", Type: "int", Text: "$s := make([]int, 64)\n$s[$E]++\nShow($s)"},
		{Name: "IncDecStmt pointer", Type: "*int", Text: "*$E++"},
		{Name: "IncDecStmt field", Type: "*Part", Text: "$E.A--"},
		{Name: "Assignment", Type: valueSlot, Text: "var $x $T\n$x = $E\nShow($x)"},
		{Name: "Assignment of an interface", Type: valueSlot, Text: "var $x any\n$x = $E\nShow($x)"},
		{Name: "Assignment blank", Type: valueSlot, Text: "_ = $E"},
		{Name: "Assignment field", Type: valueSlot, Text: "var $s struct{ f $T }\n$s.f = $E\nShow($s.f)"},
		{Name: "Assignment element", Type: valueSlot, Text: "$s := make([]$T, 2)\n$s[Note(\"index\", 1)] = $E\nShow($s[1])"},
		{Name: "Assignment map element", Type: valueSlot, Text: "$m := make(map[int]$T)\n$m[Note(\"key\", 1)] = $E\nShow($m[1])"},
		{Name: "Assignment pointee", Type: valueSlot, Text: "$p := new($T)\n*$p = $E\nShow(*$p)"},
		{Name: "Assignment in parentheses", Type: valueSlot, Text: "var $x $T\n($x) = $E\nShow($x)"},
		{Name: "Assignment first", Type: valueSlot, Text: "var $x $T\nvar $n int\n$x, $n = $E, Note(\"second\", 1)\nShow($x)\nShow($n)"},
		{Name: "Assignment second", Type: valueSlot, Text: "var $x $T\nvar $n int\n$n, $x = Note(\"first\", 1), $E\nShow($x)\nShow($n)"},
		{Name: "Assignment on a condition", Type: valueSlot, Text: "var $x $T\nif Note(\"set\", true) {\n$x = $E\n}\nShow($x)"},
		{Name: "Assignment within a literal", Type: valueSlot, Text: "var $x $T\nfunc() { $x = $E }()\nShow($x)"},
		{Name: "Assignment index", Type: "int", Text: "$s := make([]int, 64)\n$s[$E] = Note(\"value\", 1)\nShow($s)"},
		{Name: "Assignment map key", Type: "string", Text: "$m := make(map[string]int)\n$m[$E] = 1\nShow($m)"},
		{Name: "Assignment through a pointer", Type: "*int", Text: "*$E = 1"},
		{Name: "Assignment field through a pointer", Type: "*Part", Text: "$E.A = 1"},
		{Name: "Assignment to two", Type: pairSlot, Text: "var $x $T\nvar $y $U\n$x, $y = $E\nShow($x)\nShow($y)"},
		{Name: "Assignment to two, first blank", Type: pairSlot, Text: "var $y $U\n_, $y = $E\nShow($y)"},
		{Name: "Assignment to two, second blank", Type: pairSlot, Text: "var $x $T\n$x, _ = $E\nShow($x)"},
		{Name: "Assignment to two blanks", Type: pairSlot, Text: "_, _ = $E"},
		{Name: "Assignment to two fields", Type: pairSlot, Text: "var $s struct {\nf $T\ng $U\n}\n$s.f, $s.g = $E\nShow($s.f)\nShow($s.g)"},
		{Name: "Assignment to two elements", Type: pairSlot, Text: "$s, $m := make([]$T, 2), make(map[int]$U)\n$s[Note(\"index\", 1)], $m[Note(\"key\", 1)] = $E\nShow($s[1])\nShow($m[1])"},
		{Name: "Assignment to two interfaces", Type: pairSlot, Text: "var $x, $y any\n$x, $y = $E\nShow($x)\nShow($y)"},
		{Name: "Assignment of a sum", Type: "int", Text: "$x := 1\n$x += $E\nShow($x)"},
		{Name: "Assignment of a sum to an element", Type: "int", Text: "$s := make([]int, 64)\n$s[$E] += Note(\"value\", 1)\nShow($s)"},
		{Name: "Assignment of a sum through a pointer", Type: "*int", Text: "*$E += 1"},
		{Name: "Assignment of a concatenation", Type: "string", Text: "$x := \"a\"\n$x += $E\nShow($x)"},
		{Name: "Assignment of a shift", Type: "int", Text: "$x := 1\n$x <<= $E\nShow($x)"},
	}
}

// branchSlots are the productions IfStmt, SwitchStmt, SelectStmt and ForStmt.
func branchSlots() []Slot {
	return []Slot{
		{Name: "IfStmt init", Type: callSlot, Text: "if $E; Note(\"condition\", true) {\nShow(1)\n}"},
		{Name: "IfStmt init that declares", Type: valueSlot, Text: "if $x := $E; Note(\"condition\", true) {\nShow($x)\n}"},
		{Name: "IfStmt init that declares two", Type: pairSlot, Text: "if $x, $y := $E; Note(\"condition\", true) {\nShow($x)\nShow($y)\n}"},
		{Name: "IfStmt init that assigns", Type: valueSlot, Text: "var $x $T\nif $x = $E; Note(\"condition\", true) {\nShow($x)\n}"},
		{Name: "IfStmt init that assigns two", Type: pairSlot, Text: "var $x $T\nvar $y $U\nif $x, $y = $E; Note(\"condition\", true) {\nShow($x)\nShow($y)\n}"},
		{Name: "IfStmt init that sends", Type: valueSlot, Text: "$ch := make(chan $T, 1)\nif $ch <- $E; Note(\"condition\", true) {\nShow(<-$ch)\n}"},
		{Name: "IfStmt init that counts", Type: "int", Text: "$s := make([]int, 64)\nif $s[$E]++; Note(\"condition\", true) {\nShow($s)\n}"},
		{Name: "IfStmt init that receives", Type: "chan int", Text: "if $x := <-$E; $x > 0 {\nShow($x)\n}"},
		{Name: "IfStmt condition", Type: "bool", Text: "if $E {\nShow(1)\n} else {\nShow(2)\n}"},
		{Name: "IfStmt condition after init", Type: "bool", Text: "if $n := Note(\"init\", 1); $E {\nShow($n)\n}"},
		{Name: "IfStmt condition and then", Type: "bool", Text: "if $E && Note(\"right\", true) {\nShow(1)\n}"},
		{Name: "IfStmt condition of an error", Type: "error", Text: "if $x := $E; $x != nil {\nShow($x)\n}"},
		{Name: "IfStmt condition of an error in place", Type: "error", Text: "if $E != nil {\nShow(1)\n}"},
		{Name: "IfStmt body", Type: callSlot, Text: "if Note(\"condition\", true) {\n$E\n}"},
		{Name: "IfStmt else", Type: callSlot, Text: "if Note(\"condition\", false) {\nShow(1)\n} else {\n$E\n}"},
		{Name: "IfStmt else condition", Type: "bool", Text: "if Note(\"condition\", false) {\nShow(1)\n} else if $E {\nShow(2)\n} else {\nShow(3)\n}"},
		{Name: "IfStmt else init", Type: callSlot, Text: "if Note(\"condition\", false) {\nShow(1)\n} else if $E; true {\nShow(2)\n}"},
		{Name: "SwitchStmt init", Type: callSlot, Text: "switch $E; {\ncase Note(\"case\", true):\nShow(1)\n}"},
		{Name: "SwitchStmt init before a tag", Type: callSlot, Text: "switch $E; Note(\"tag\", 1) {\ncase 1:\nShow(1)\n}"},
		{Name: "SwitchStmt init that declares", Type: valueSlot, Text: "switch $x := $E; {\ndefault:\nShow($x)\n}"},
		{Name: "SwitchStmt init that declares two", Type: pairSlot, Text: "switch $x, $y := $E; {\ndefault:\nShow($x)\nShow($y)\n}"},
		{Name: "SwitchStmt tag", Type: "int", Text: "switch $E {\ncase 1, 21:\nShow(1)\ndefault:\nShow(2)\n}"},
		{Name: "SwitchStmt tag bool", Type: "bool", Text: "switch $E {\ncase true:\nShow(1)\ncase false:\nShow(2)\n}"},
		{Name: "SwitchStmt tag error", Type: "error", Text: "switch $E {\ncase nil:\nShow(1)\ndefault:\nShow(2)\n}"},
		{Name: "SwitchStmt tag func", Type: funcSlot, Text: "switch $E {\ncase nil:\nShow(1)\ndefault:\nShow(2)\n}"},
		{Name: "SwitchStmt case", Type: "int", Text: "switch Note(\"tag\", 1) {\ncase $E:\nShow(1)\ndefault:\nShow(2)\n}"},
		{Name: "SwitchStmt case, second", Type: "int", Text: "switch Note(\"tag\", 1) {\ncase Note(\"first\", 2), $E:\nShow(1)\ndefault:\nShow(2)\n}"},
		{Name: "SwitchStmt case, not reached", Type: "int", Text: "switch Note(\"tag\", 1) {\ncase 1:\nShow(1)\ncase $E:\nShow(2)\n}"},
		{Name: "SwitchStmt case condition", Type: "bool", Text: "switch {\ncase $E:\nShow(1)\ncase Note(\"case\", true):\nShow(2)\n}"},
		{Name: "SwitchStmt body", Type: callSlot, Text: "switch {\ncase Note(\"case\", true):\n$E\n}"},
		{Name: "SwitchStmt body, fallthrough", Type: callSlot, Text: "switch {\ncase Note(\"case\", true):\n$E\nfallthrough\ndefault:\n$E\n}"},
		{Name: "SwitchStmt default", Type: callSlot, Text: "switch Note(\"tag\", 1) {\ncase 2:\ndefault:\n$E\n}"},
		{Name: "TypeSwitchStmt init", Type: callSlot, Text: "var $x any = 1\nswitch $E; $x.(type) {\ncase int:\nShow(1)\n}"},
		{Name: "TypeSwitchStmt operand", Type: "any", Text: "switch $E.(type) {\ncase int:\nShow(1)\ndefault:\nShow(2)\n}"},
		{Name: "TypeSwitchStmt operand with a variable", Type: "any", Text: "switch $x := $E.(type) {\ncase int:\nShow($x)\ndefault:\nShow(2)\n}"},
		{Name: "TypeSwitchStmt operand converted", Type: valueSlot, Text: "switch $x := any($E).(type) {\ncase $T:\nShow($x)\ndefault:\nShow(2)\n}"},
		{Name: "TypeSwitchStmt body", Type: callSlot, Text: "var $x any = 1\nswitch $x.(type) {\ncase int:\n$E\n}"},
		{Name: "SelectStmt send channel", Type: "chan int", Text: "select {\ncase $E <- 1:\nShow(1)\ndefault:\nShow(2)\n}"},
		{Name: "SelectStmt send value", Type: valueSlot, Text: "$ch := make(chan $T, 1)\nselect {\ncase $ch <- $E:\nShow(<-$ch)\n}"},
		{Name: "SelectStmt send value, not sent", Type: valueSlot, Text: "var $ch chan $T\nselect {\ncase $ch <- $E:\nShow(1)\ndefault:\nShow(2)\n}"},
		{Name: "SelectStmt receive", Type: "chan int", Text: "select {\ncase <-$E:\nShow(1)\n}"},
		{Name: "SelectStmt receive that declares", Type: "chan int", Text: "select {\ncase $x, $ok := <-$E:\nShow($x)\nShow($ok)\n}"},
		{Name: "SelectStmt receive that assigns", Type: "int", Text: "$s, $ch := make([]int, 64), make(chan int, 1)\n$ch <- 1\nselect {\ncase $s[$E] = <-$ch:\nShow($s)\n}"},
		{Name: "SelectStmt receive that does not assign", Type: "int", Text: "$s := make([]int, 64)\nselect {\ncase $s[$E] = <-(chan int)(nil):\nShow(1)\ndefault:\nShow($s)\n}"},
		{Name: "SelectStmt body", Type: callSlot, Text: "$ch := make(chan int, 1)\nselect {\ncase $ch <- 1:\n$E\n}"},
		{Name: "SelectStmt default", Type: callSlot, Text: "select {\ncase <-Never:\ndefault:\n$E\n}"},
		{Name: "ForStmt init", Type: callSlot, Text: "$i := 0\nfor $E; $i < 2; $i++ {\nShow($i)\n}"},
		{Name: "ForStmt init that declares", Type: valueSlot, Text: "for $x, $i := $E, 0; $i < 1; $i++ {\nShow($x)\n}"},
		{Name: "ForStmt init that declares two", Type: pairSlot, Text: "for $x, $y := $E; ; {\nShow($x)\nShow($y)\nbreak\n}"},
		{Name: "ForStmt condition", Type: "bool", Text: "for $i := 0; $E; $i++ {\nShow($i)\nif $i == 1 {\nbreak\n}\n}"},
		{Name: "ForStmt condition alone", Type: "bool", Text: "for $E {\nShow(1)\nbreak\n}"},
		{Name: "ForStmt condition, right", Type: "bool", Text: "for $i := 0; $i < 2 && $E; $i++ {\nShow($i)\n}"},
		{Name: "ForStmt post", Type: callSlot, Text: "for $i := 0; $i < 2; $E {\nShow($i)\n$i++\n}"},
		{Name: "ForStmt post that assigns", Type: valueSlot, Text: "var $x $T\nfor $i := 0; $i < 2; $x = $E {\n$i++\n}\nShow($x)"},
		{Name: "ForStmt post that assigns two", Type: pairSlot, Text: "var $x $T\nvar $y $U\nfor $i := 0; $i < 2; $x, $y = $E {\n$i++\n}\nShow($x)\nShow($y)"},
		{Name: "ForStmt post that adds", Type: "int", Text: "for $i := 0; $i < 2; $i += 1 + $E {\nShow($i)\n}"},
		{Name: "ForStmt body", Type: callSlot, Text: "for $i := 0; $i < 2; $i++ {\n$E\n}"},
		{Name: "ForStmt body before continue", Type: callSlot, Text: "for $i := range 2 {\nif $i == 0 {\n$E\ncontinue\n}\nShow($i)\n}"},
		{Name: "ForStmt body before continue of a label", Type: callSlot, Text: "$Label:\nfor $i := range 2 {\nfor {\n$E\nif $i < 2 {\ncontinue $Label\n}\n}\n}"},
		{Name: "ForStmt body before break of a label", Type: callSlot, Text: "$Label:\nfor {\nfor $i := range 2 {\n$E\nif $i == 1 {\nbreak $Label\n}\n}\n}"},
	}
}

// rangeSlots are the production RangeClause.
func rangeSlots() []Slot {
	return []Slot{
		{Name: "RangeClause int", Type: "int", Text: "for $i := range $E {\nif $i < 1 {\nShow($i)\n}\n}"},
		{Name: "RangeClause without variables", Type: "int", Text: "for range $E {\nShow(1)\nbreak\n}"},
		{Name: "RangeClause slice", Type: "[]int", Text: "for $i, $x := range $E {\nShow($i)\nShow($x)\n}"},
		{Name: "RangeClause array", Type: "[2]int", Text: "for _, $x := range $E {\nShow($x)\n}"},
		{Name: "RangeClause array without values", Type: "[2]int", Text: "for $i := range $E {\nShow($i)\n}"},
		{Name: "RangeClause pointer to an array", Type: "*[2]int", Text: "for $i, $x := range $E {\nShow($i)\nShow($x)\n}"},
		{Name: "RangeClause string", Type: "string", Text: "for _, $x := range $E {\nShow($x)\nbreak\n}"},
		{Name: "RangeClause map", Type: "map[string]int", Text: "for $k, $x := range $E {\nShow($k)\nShow($x)\n}"},
		{Name: "RangeClause channel", Type: "chan int", Text: "for $x := range $E {\nShow($x)\nbreak\n}"},
		{Name: "RangeClause function", Type: "func(func(int) bool)", Text: "for $x := range $E {\nShow($x)\n}"},
		{Name: "RangeClause variable", Type: "int", Text: "$s := make([]int, 64)\nfor $s[$E] = range 2 {\nShow($s)\n}"},
		{Name: "RangeClause body", Type: callSlot, Text: "for $i := range []int{1, 2} {\n$E\nShow($i)\n}"},
	}
}

// returnSlots are the production ReturnStmt, and the blocks that a return ends.
func returnSlots() []Slot {
	return []Slot{
		{Name: "ReturnStmt", Type: valueSlot, Text: "return $E", Results: []string{"$T"}, Ends: true},
		{Name: "ReturnStmt in parentheses", Type: valueSlot, Text: "return ($E)", Results: []string{"$T"}, Ends: true},
		{Name: "ReturnStmt to an interface", Type: valueSlot, Text: "return $E", Results: []string{"any"}, Ends: true},
		{Name: "ReturnStmt first", Type: valueSlot, Text: "return $E, Note(\"second\", 1)", Results: []string{"$T", "int"}, Ends: true},
		{Name: "ReturnStmt second", Type: valueSlot, Text: "return Note(\"first\", 1), $E", Results: []string{"int", "$T"}, Ends: true},
		{Name: "ReturnStmt after nil", Type: valueSlot, Text: "return nil, $E", Results: []string{"[]int", "$T"}, Ends: true},
		{Name: "ReturnStmt of three", Type: valueSlot, Text: "return Note(\"first\", 1), $E, Note(\"third\", 3)", Results: []string{"int", "$T", "int"}, Ends: true},
		{Name: "ReturnStmt with names", Type: valueSlot, Text: "return $E", Results: []string{"$T"}, Named: true, Ends: true},
		{Name: "ReturnStmt with names, changed afterwards", Type: valueSlot, Text: "defer func() { result1++ }()\nreturn $E, Note(\"second\", 1)", Results: []string{"$T", "int"}, Named: true, Ends: true},
		{Name: "ReturnStmt with a deferred call", Type: valueSlot, Text: "defer Show(1)\nreturn $E", Results: []string{"$T"}, Ends: true},
		{Name: "ReturnStmt on a condition", Type: valueSlot, Text: "if Note(\"condition\", true) {\nreturn $E\n}\nShow(2)", Results: []string{"$T"}},
		{Name: "ReturnStmt in a loop", Type: valueSlot, Text: "for $i := range 2 {\nif $i == 1 {\nreturn $E\n}\n}", Results: []string{"$T"}},
		{Name: "ReturnStmt in a range over a function", Type: valueSlot, Text: "for range Twice {\nreturn $E\n}", Results: []string{"$T"}},
		{Name: "ReturnStmt in a case", Type: valueSlot, Text: "switch Note(\"tag\", 1) {\ncase 1:\nreturn $E\n}", Results: []string{"$T"}},
		{Name: "ReturnStmt in a select", Type: valueSlot, Text: "select {\ndefault:\nreturn $E\n}", Results: []string{"$T"}, Ends: true},
		{Name: "ReturnStmt of two", Type: pairSlot, Text: "return $E", Results: []string{"$T", "$U"}, Ends: true},
		{Name: "ReturnStmt of two to interfaces", Type: pairSlot, Text: "return $E", Results: []string{"any", "any"}, Ends: true},
		{Name: "ReturnStmt of two with names", Type: pairSlot, Text: "return $E", Results: []string{"$T", "$U"}, Named: true, Ends: true},
		{Name: "ReturnStmt of a sum", Type: "int", Text: "return 1 + $E", Results: []string{"int"}, Ends: true},
		{Name: "ReturnStmt of a composite literal", Type: valueSlot, Text: "return []$T{$E}[0]", Results: []string{"$T"}, Ends: true},
		{Name: "ReturnStmt of a call", Type: valueSlot, Text: "return Hold($E)", Results: []string{"$T"}, Ends: true},
		{Name: "ReturnStmt after the call", Type: callSlot, Text: "$E\nreturn", Ends: true},
		{Name: "ReturnStmt within an error test", Type: "error", Text: "if $x := $E; $x != nil {\nreturn $x\n}\nreturn nil", Results: []string{"error"}, Ends: true},
		{Name: "Assignment to the result", Type: valueSlot, Text: "result0 = $E\nreturn", Results: []string{"$T"}, Named: true, Ends: true},
		{Name: "Assignment to the result within a deferred literal", Type: valueSlot, Text: "defer func() { result0 = $E }()\nreturn", Results: []string{"$T"}, Named: true, Ends: true},
		{Name: "Assignment to the results", Type: pairSlot, Text: "result0, result1 = $E\nreturn", Results: []string{"$T", "$U"}, Named: true, Ends: true},
	}
}

// packageSlots are the productions VarDecl and FunctionDecl at package level.
func packageSlots() []Slot {
	return []Slot{
		{Name: "VarDecl", Type: valueSlot, Decl: "var $x = $E", Text: "Show($x)"},
		{Name: "VarDecl with a type", Type: valueSlot, Decl: "var $x $T = $E", Text: "Show($x)"},
		{Name: "VarDecl first", Type: valueSlot, Decl: "var $x, $n = $E, 1", Text: "Show($x)\nShow($n)"},
		{Name: "VarDecl grouped", Type: valueSlot, Decl: "var (\n$n = len($s)\n$s = []$T{$E}\n)", Text: "Show($s[0])\nShow($n)"},
		{Name: "VarDecl blank", Type: valueSlot, Decl: "var _ = $E", Text: "Show(1)"},
		{Name: "VarDecl argument", Type: valueSlot, Decl: "var $x = Tell($G, $E)", Text: "Show($x)"},
		{Name: "VarDecl of two", Type: pairSlot, Decl: "var $x, $y = $E", Text: "Show($x)\nShow($y)"},
		{Name: "VarDecl literal called", Type: valueSlot, Decl: "var $x = func() $T {\n$D\nreturn $E\n}()", Text: "Show($x)"},
		{Name: "VarDecl literal stored", Type: valueSlot, Decl: "var $f = func() $T {\n$D\nreturn $E\n}", Text: "Show($f())"},
		{Name: "VarDecl literal in a composite literal", Type: callSlot, Decl: "var $s = []func(){func() {\n$D\n$E\n}}", Text: "$s[0]()"},
		{Name: "VarDecl literal that defers", Type: callSlot, Decl: "var $x = func() int {\n$D\ndefer $E\nreturn Tell($G, 1)\n}()", Text: "Show($x)"},
		{Name: "VarDecl on another variable", Type: valueSlot, Decl: "var $y = Tell($G, $n)\n\nvar $n = func() int {\n$D\nTell($G, $E)\nreturn 1\n}()", Text: "Show($y)"},
		{Name: "FunctionDecl init", Type: callSlot, Decl: "func init() {\n$D\n$E\n}", Text: "Show(1)"},
		{Name: "FunctionDecl init that defers", Type: callSlot, Decl: "func init() {\n$D\ndefer $E\nTell($G, 1)\n}", Text: "Show(1)"},
		{Name: "FunctionDecl generic", Type: valueSlot, Decl: "func $f[V any](v V) $T {\n$D\nTell($G, v)\nreturn $E\n}", Text: "Show($f(\"v\"))"},
		{Name: "MethodDecl generic", Type: valueSlot, Decl: "type $g[V any] struct{ v V }\n\nfunc (t $g[V]) value() $T {\n$D\nTell($G, t.v)\nreturn $E\n}", Text: "Show($g[int]{1}.value())"},
	}
}
