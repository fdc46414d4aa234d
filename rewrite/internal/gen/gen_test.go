package gen

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"math/rand/v2"
	"regexp"
	"slices"
	"testing"
)

// generate makes the program of a tape, or fails.
func generate(t *testing.T, tape *Tape, suffix string) *Program {
	t.Helper()
	p, err := Generate(tape, Form{Package: "program", Path: "example.com/program", Main: "Main" + suffix, Suffix: suffix, Helpers: suffix == "", Far: "far"})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A checker type-checks files.
type checker struct {
	fset *token.FileSet
	imp  types.Importer
	near *types.Package // what the last check was about
}

func newChecker() *checker {
	fset := token.NewFileSet()
	return &checker{fset: fset, imp: importer.ForCompiler(fset, "source", nil)}
}

func (c *checker) Import(path string) (*types.Package, error) {
	if path == "example.com/program" {
		return c.near, nil
	}
	return c.imp.Import(path)
}

// check checks programs, all of them in one package, or two.
func (c *checker) check(t *testing.T, name string, programs ...*Program) {
	t.Helper()
	near, far := [][]byte{Helpers("program")}, [][]byte(nil)
	if len(programs) == 1 {
		near = nil // it has them
	}
	for _, p := range programs {
		near = append(near, p.Text)
		if p.Far != nil {
			far = append(far, p.Far)
		}
	}
	c.near = nil
	c.near = c.files(t, name, near)
	c.files(t, name+", far", far)
}

func (c *checker) files(t *testing.T, name string, texts [][]byte) *types.Package {
	var files []*ast.File
	for i, text := range texts {
		f, err := parser.ParseFile(c.fset, fmt.Sprint(name, "-", i, ".go"), text, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	conf := types.Config{Importer: c, Error: func(err error) { t.Error(err) }}
	pkg, err := conf.Check("example.com/program", c.fset, files, nil)
	if err != nil {
		t.Logf("%s does not type-check", name)
	}
	return pkg
}

func TestGenerate(t *testing.T) {
	c := newChecker()
	var together []*Program
	for seed := range uint64(150) {
		alone := generate(t, Random(seed), "")
		if again := generate(t, Random(seed), ""); !same(alone, again) {
			t.Errorf("seed %d gives different programs", seed)
		}
		c.check(t, fmt.Sprint("seed ", seed), alone)
		together = append(together, generate(t, Random(seed), fmt.Sprint(seed)))
	}
	c.check(t, "all in one package", together...)
}

// What is thrown away again while a program is made must not count as a use, and what is
// declared on the way must not hide what was chosen before.
func TestGenerateUses(t *testing.T) {
	c := newChecker()
	for _, seed := range []uint64{1906678, 1910906, 1911389, 1911542, 1928133, 2403848} {
		c.check(t, fmt.Sprint("seed ", seed), generate(t, Random(seed), ""))
	}
}

func same(p, q *Program) bool { return bytes.Equal(p.Text, q.Text) && bytes.Equal(p.Far, q.Far) }

func TestReplay(t *testing.T) {
	for seed := range uint64(50) {
		tape := Random(seed)
		text := generate(t, tape, "")
		if again := generate(t, Replay(tape.Choices()), ""); !same(text, again) {
			t.Errorf("seed %d replayed gives another program", seed)
		}
	}
}

// Any numbers make a program: what a reduction comes up with compiles.
func TestReplayAnything(t *testing.T) {
	c := newChecker()
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range 60 {
		choices := make([]int, rng.IntN(400))
		for j := range choices {
			choices[j] = rng.IntN(12) - 2
		}
		c.check(t, fmt.Sprint("replay ", i), generate(t, Replay(choices), ""))
	}
}

func size(p *Program) int { return len(p.Text) + len(p.Far) }

func TestCuts(t *testing.T) {
	tape := Random(7)
	text := generate(t, tape, "")
	cuts := tape.Cuts(0, 1<<20)
	smaller := 0
	for _, c := range cuts {
		if size(generate(t, Replay(tape.Apply(c)), "")) < size(text) {
			smaller++
		}
	}
	if smaller < len(cuts)/4 {
		t.Errorf("%d of %d cuts give smaller programs", smaller, len(cuts))
	}
	var paged []Cut
	for step := range (len(cuts) + 9) / 10 {
		paged = append(paged, tape.Cuts(step, 10)...)
	}
	if !slices.Equal(paged, cuts) {
		t.Error("pages of 10 cuts are not all the cuts")
	}
}

func TestApply(t *testing.T) {
	tape := Replay([]int{1, 2, 3, 4, 5, 6})
	for range 6 {
		tape.below(10)
	}
	got := tape.Apply(Cut{Span{4, 5}, -1}, Cut{Span{0, 2}, -1}, Cut{Span{1, 3}, 0}, Cut{Span{3, 4}, 0})
	if want := []int{3, 0, 6}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestGrammar holds that programs have what the grammar promises.
func TestGrammar(t *testing.T) {
	if testing.Short() {
		t.Skip("searches 1,500 programs")
	}
	var all bytes.Buffer
	for seed := range uint64(1500) {
		p := generate(t, Random(seed), "")
		all.Write(p.Text)
		all.Write(p.Far)
	}
	for what, form := range map[string]string{
		"result pointer":               `errp \*error\)`,
		"promotion by embedding":       `\bw\.(prepare|begin|start|open|acquire|lock|enter|track)`,
		"receiver by a call":           `Pick\("t\d+", \w+\)\.[a-z]+`,
		"value receiver":               `func \(pt Part\) [a-z]+[A-Z]?\w*\(.*func\(`,
		"type parameter":               `\[T any\]\(v T`,
		"type argument":                `\[(int|string|Part)\]\(`,
		"variadic":                     `rest \.\.\.int`,
		"named results":                `\(done func\(\), err error\)|\(out .*, done func\(\)`,
		"named cleanup type":           `type Cleanup func\(\)`,
		"cleanup takes a pointer":      `func\(outer \*error\)`,
		"cleanup takes an error":       `func\(cause error\)`,
		"cleanup has a result":         `return func\(\) error \{`,
		"cleanup is variadic":          `func\(codes \.\.\.int\)`,
		"idle nil":                     `return nil, errors\.New`,
		"idle literal":                 `func\(_?\w*\) \{\}`,
		"bare return":                  `done = func\(`,
		"write through the pointer":    `\*errp = errors`,
		"immediate":                    `defer .*\)\(\)`,
		"declared by var":              `var \w+, \w+ = [a-z]+`,
		"if with init":                 `if \w+, \w+ := .*; err [!=]= nil`,
		"switch with init":             `switch \w+ := .*; \{`,
		"blank":                        `_, \w+, err := `,
		"nil test":                     `if \w+ != nil \{`,
		"deferred in a literal":        `defer func\(\) \{\n\s+\w+\(\)`,
		"in a goroutine":               `Join\(func\(\) \{\n\s+(done|finish|release|end)\d*\(`,
		"in a loop":                    `for range 2 \{`,
		"as an argument":               `defer Hold\(\w+\)\(`,
		"stored":                       `\.Hook = (done|finish|release|end)\d*\n`,
		"recover in a cleanup":         `func\(\) \{\n(\s+.*\n)?\s+fmt.*\n\s+if r := recover\(\)`,
		"panic":                        `panic\("t`,
		"Goexit":                       `runtime\.Goexit\(\)`,
		"goroutine":                    `go func\(\) \{`,
		"shared with a hook":           `\.Hook = func\(\) \{`,
		"address taken":                `:= &\w+\n`,
		"implicit address":             `\w+\.Bump\(\)`,
		"slice of an array":            `:= \w+\[:\]`,
		"constant":                     `const \w+ = \d`,
		"comment":                      `// First things first`,
		"comment after a statement":    `// by now`,
		"prepare uses its cleanup":     `(?m)^\t\tdefer (done|finish|release|end)\d*\(\)\n(.*\n)?\t\treturn .*(nil|func\(\))`,
		"prepare runs it on failure":   `(?m)if \w+ != nil \{\n\t*(done|finish|release|end)\d*\(.*\)\n\t*\}\n\t\}\(\)\n`,
		"an error is passed on":        `(?m):= Attempt\(.*\)\n(.*\n)?(.*\n)?\t+if \w+ != nil \{\n(.*Println.*\n)?\t+return nil, \w+\n`,
		"an error is wrapped":          `return .*fmt\.Errorf\(`,
		"a result that may be missing": `if \w+, \w+ := Attempt\(.*; \w+ != nil \{`,
		"a type that is not imported":  `:= Elapsed\(`,
		"a type without a name":        `:= Point\(`,
		"a type with an argument":      `:= Cell\[int\]\{`,
		"a method of an interface":     `\.Title\(\)`,
		"an earlier error is kept":     `if e := \w+\(.*\); \w+ == nil \{`,
		"blank parameter":              `func .*[(, ]_ (int|string|Part|error)`,
		"blank receiver":               `func \((_ )?\*Conn\) (prepare|begin|start|open|acquire|lock|enter|track)`,
		"grouped parameters":           `func .*\(.*\w+, \w+ (int|string|Part)[,)]`,
		"a number of eight bits":       `[(, ]1 << \(\w+ & 15\)`,
		"a function as parameter":      `(undo|then)2? func\(\)`,
		"cleanup takes two":            `func\(code int, outer \*error\)`,
		"through two embeddings":       `w := Deep\{`,
		"once":                         `once\d?\.Do\(func`,
		"a goroutine that is ended":    `close\(stop\d?\)`,
		"OnceFunc":                     `sync\.OnceFunc\(func`,
		"forwarded":                    `return (\w+\.)?(prepare|begin|start|open|acquire|lock|enter|track)\w*\(`,
		"ignored":                      `_, err = \w+`,
		"set again":                    `(?m)^\t*(done|finish|release|end), err = .*\n\t*\}`,
		"cleanup sets first":           `return func\(\) \{\n\s+\w+ = .*\n\s+fmt`,
		"goto":                         `goto again`,
		"init of for":                  `for (done|finish|release|end)\w*(, err)? := .*; \{`,
		"in a struct":                  `struct\{ end func`,
		"a comment behind a site":      `\) //nolint`,
		"label":                        `(break|continue) loop`,
		"range over a function":        `range Twice`,
		"select":                       `case <-Never`,
		"site in a variable":           `var use[ABC] = func\(`,
		"generic receiver":             `func \(q \*Cell\[T\]\)`,
		"method expression":            `\(\*Conn\)\.(prepare|begin|start|open|acquire|lock|enter|track)`,
		"a bool tells":                 `return nil, false`,
		"test of a bool":               `if !ok \{`,
		"test against nil":             `if (done|finish|release|end) == nil`,
		"its error is returned":        `(?m)^\t+return (done|finish|release|end)\(`,
		"its error is kept":            `err = (done|finish|release|end)\(`,
		"method instead of a literal":  `return .*\.Fire\b`,
		"a field that leads on":        `\.Next = `,
		"an interface":                 `interface\{ \w+\(`,
		"a caller elsewhere":           `program\.(Prepare|Begin|Start|Open|Acquire|Lock|Enter|Track)`,
		"under another name":           `via\.(Prepare|Begin|Start|Open|Acquire|Lock|Enter|Track)`,
		"call of a call in a slot":     `Slot\d+.* :?= .*\)\(.*\)\n`,
		"call in a slot":               `(Both|Show|Each|Hold|Made\[.*\])\((done|finish|release|end)\(`,
		"value in a slot":              `(Both|Show|Each|Hold)\((done|finish|release|end)[,)]`,
		"test in a slot":               `Slot\d+ := (done|finish|release|end) [!=]= nil`,
		"two results in a slot":        `xSlot\d+, ySlot\d+ :?= \S*(prepare|begin|start|open|acquire|lock|enter|track)`,
		"returned with a value":        `return Note\("t\d+", 1\), (done|finish|release|end)\(`,
		"a name that a rewrite wants":  `\b(finish|end|close|release|unlock|exit)(Read|Write|Op)\b`,
	} {
		if !regexp.MustCompile(form).Match(all.Bytes()) {
			t.Errorf("no program with: %s", what)
		}
	}
}
