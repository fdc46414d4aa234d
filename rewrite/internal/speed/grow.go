//go:build unix

package speed

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// shapes are the modules whose size grow doubles. Each returns the files of a module
// with n of what its name says.
var shapes = map[string]func(n int) map[string]string{
	"functions": func(n int) map[string]string { return map[string]string{"p.go": functions(n)} },
	"files":     files,
	"packages":  packages,
	"returns":   returns,
	"callers":   sites,
	"sites":     inOne,
	"tests":     tests,
	"ifs":       ifs,
}

// A growth says of which sizes modules are generated.
type growth struct {
	from, steps int
}

func (g growth) sizes(yield func(int) bool) {
	for n, left := g.from, g.steps; left > 0 && yield(n); n, left = n*2, left-1 {
	}
}

// grow measures -diff -all over generated modules of a shape, of one size and then of
// twice as much each time.
func (m *meter) grow(shape string, g growth) error {
	make := shapes[shape]
	if make == nil {
		return fmt.Errorf("there is no shape %s, only %s", shape, strings.Join(slices.Sorted(maps.Keys(shapes)), ", "))
	}
	before := 0.0
	for n := range g.sizes {
		dir, err := os.MkdirTemp("", "speed-grow-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		if err := write(dir, make(n)); err != nil {
			return err
		}
		costs, err := m.run(dir, nil, m.command("-diff", "-all"))
		if err != nil {
			return err
		}
		c, ratio := costs[0], ""
		if before > 0 {
			ratio = fmt.Sprintf("%.2f", c.cpu/before)
		}
		m.row("shape | size | CPU s | times the one before | peak MB | lines of the diff", shape, n, c.cpu, ratio, int(c.peak), strings.Count(c.text, "\n"))
		before = c.cpu
	}
	return nil
}

func write(dir string, files map[string]string) error {
	files["go.mod"] = "module example.com/grow\n\ngo 1.26\n"
	for name, text := range files {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			return err
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			return err
		}
	}
	return nil
}

const head = "package p\n\nimport \"sync\"\n\ntype T struct {\n\tmu sync.Mutex\n\tn  int\n}\n"

// methods is how many functions have a type of their own for their methods: the type
// checker searches all methods of a type for one.
const methods = 20

// functions returns a file with n prepare functions, in turn one whose cleanup captures
// a pointer to the caller's result and one whose cleanup captures a local variable, and
// a caller of each.
func functions(n int) string {
	var b strings.Builder
	b.WriteString(head)
	for i := range n {
		function(&b, i)
	}
	return b.String()
}

func function(b *strings.Builder, i int) {
	typ := "T" + strconv.Itoa(i/methods)
	if i%methods == 0 {
		fmt.Fprintf(b, "\ntype %s struct{ T }\n", typ)
	}
	if i%2 == 0 {
		fmt.Fprintf(b, `
// prepare%[1]d locks t.
func (t *%[2]s) prepare%[1]d(err *error) (func(), error) {
	t.mu.Lock()
	return func() {
		if *err != nil {
			t.n++
		}
		t.mu.Unlock()
	}, nil
}

func (t *%[2]s) call%[1]d() (err error) {
	done, err := t.prepare%[1]d(&err)
	if err != nil {
		return err
	}
	defer done()
	t.n += %[1]d
	return nil
}
`, i, typ)
		return
	}
	fmt.Fprintf(b, `
// begin%[1]d counts.
func begin%[1]d(t *%[2]s, by int) func() {
	old := t.n + by
	t.n += by
	return func() {
		println(t.n, old)
	}
}

func run%[1]d(t *%[2]s) {
	// It counts.
	defer begin%[1]d(t, %[1]d)()
	t.n--
}
`, i, typ)
}

func files(n int) map[string]string {
	all := map[string]string{"p.go": head}
	for i := range n {
		var b strings.Builder
		b.WriteString("package p\n")
		function(&b, i)
		all["f"+strconv.Itoa(i)+".go"] = b.String()
	}
	return all
}

// packages has 5 functions in each of n packages.
func packages(n int) map[string]string {
	all := make(map[string]string)
	for i := range n {
		all[fmt.Sprintf("p%d/p.go", i)] = functions(5)
	}
	return all
}

// returns has one function of n returns.
func returns(n int) map[string]string {
	var b strings.Builder
	b.WriteString(head + `
func (t *T) prepare(k int, err *error) (func(), error) {
	t.mu.Lock()
	switch k {
`)
	for i := range n {
		fmt.Fprintf(&b, "\tcase %d:\n\t\tif t.n == %d {\n\t\t\tt.mu.Unlock()\n\t\t\treturn nil, errBad\n\t\t}\n", i, i)
	}
	b.WriteString(`	}
	return func() {
		if *err != nil {
			t.n++
		}
		t.mu.Unlock()
	}, nil
}

func call(t *T) (err error) {
	done, err := t.prepare(t.n, &err)
	if err != nil {
		return err
	}
	defer done()
	return nil
}
`)
	return map[string]string{"p.go": strings.Replace(b.String(), "import \"sync\"\n", "import (\n\t\"errors\"\n\t\"sync\"\n)\n\nvar errBad = errors.New(\"bad\")\n", 1)}
}

// sites has n callers of one function.
func sites(n int) map[string]string {
	var b strings.Builder
	b.WriteString(head + `
func (t *T) prepare(err *error) (func(), error) {
	t.mu.Lock()
	return func() {
		if *err != nil {
			t.n++
		}
		t.mu.Unlock()
	}, nil
}
`)
	for i := range n {
		fmt.Fprintf(&b, `
func call%[1]d(t *T) (err error) {
	done, err := t.prepare(&err)
	if err != nil {
		return err
	}
	defer done()
	t.n += %[1]d
	return nil
}
`, i)
	}
	return map[string]string{"p.go": b.String()}
}

// inOne has one caller with calls of n functions.
func inOne(n int) map[string]string {
	var b strings.Builder
	b.WriteString(head)
	for i := range n {
		fmt.Fprintf(&b, `
func begin%[1]d(t *T) func() {
	old := t.n
	return func() { println(t.n, old) }
}
`, i)
	}
	b.WriteString("\nfunc run(t *T) {\n")
	for i := range n {
		fmt.Fprintf(&b, "\tdefer begin%d(t)()\n", i)
	}
	b.WriteString("}\n")
	return map[string]string{"p.go": b.String()}
}

// tests has one caller with calls of n functions that may return nil, and tests of that.
func tests(n int) map[string]string {
	var b strings.Builder
	b.WriteString(head)
	for i := range n {
		fmt.Fprintf(&b, `
func begin%[1]d(t *T) func() {
	if t.n < %[1]d {
		return nil
	}
	old := t.n
	return func() { println(t.n, old) }
}
`, i)
	}
	b.WriteString("\nfunc run(t *T) {\n")
	for i := range n {
		fmt.Fprintf(&b, "\tif done := begin%d(t); done != nil {\n\t\tdefer done()\n\t}\n", i)
	}
	b.WriteString("}\n")
	return map[string]string{"p.go": b.String()}
}

// ifs has a function and its caller, with n ifs in each other within both.
func ifs(n int) map[string]string {
	nest := func(in string) string {
		return strings.Repeat("if t.n > 0 {\n", n) + in + strings.Repeat("}\n", n)
	}
	return map[string]string{"p.go": head + `
func begin(t *T) func() {
	old := t.n
` + nest("old++\n") + `
	return func() { println(t.n, old) }
}

func run(t *T) {
` + nest("defer begin(t)()\n") + "}\n"}
}
