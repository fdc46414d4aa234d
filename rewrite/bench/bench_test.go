package bench

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// module writes a module with a benchmark that allocates once, and an overlay with which
// it does not.
func module(t *testing.T) (dir, overlay string) {
	t.Helper()
	dir = t.TempDir()
	const source = "package m\n\nvar sink *int\n\nfunc work() {\n\tsink = new(int)\n}\n"
	calm := filepath.Join(t.TempDir(), "m.go")
	overlay = filepath.Join(filepath.Dir(calm), "overlay.json")
	list, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(dir, "m.go"): calm}})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		filepath.Join(dir, "go.mod"): "module example.com/m\n\ngo 1.26\n",
		filepath.Join(dir, "m.go"):   source,
		filepath.Join(dir, "m_test.go"): `package m

import (
	"fmt"
	"os"
	"testing"
)

func TestNever(t *testing.T) { t.Fatalf("a benchmark run is no %d", "test run, and vet does not matter") }

func BenchmarkWork(b *testing.B) {
	for _, name := range []string{"a", "b"} {
		b.Run(name, func(b *testing.B) {
			for range b.N {
				work()
			}
			f, _ := os.OpenFile("order", os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
			if b.N == 100 {
				fmt.Fprintf(f, "%s%.0f ", name, testing.AllocsPerRun(10, work))
			}
			f.Close()
		})
	}
}

func BenchmarkFails(b *testing.B) { b.Fatal("out of order") }

func TestMain(m *testing.M) {
	code := m.Run()
	if os.Getenv("LEAK") != "" {
		fmt.Fprintln(os.Stderr, "leaked")
		code = 3
	}
	os.Exit(code)
}
`,
		calm:    strings.Replace(source, "new(int)", "nil", 1),
		overlay: string(list),
	} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir, overlay
}

func TestDo(t *testing.T) {
	dir, overlay := module(t)
	r := Run{
		Dir: dir, Env: os.Environ(), Overlay: []string{"-overlay=" + overlay},
		Packages: []string{"."}, Pattern: "Work/[ab]", Count: 3, Time: "100x",
	}
	res, err := r.Do(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	order, err := os.ReadFile(filepath.Join(dir, "order"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.TrimSpace(string(order)), strings.TrimSpace(strings.Repeat("a1 b1 a0 b0 ", 3)); got != want {
		t.Errorf("the order is %q, want %q", got, want)
	}
	tables := res.Tables()
	if len(tables) != 3 {
		t.Fatalf("%d tables: %+v", len(tables), tables)
	}
	for i, unit := range []string{"sec/op", "B/op", "allocs/op"} {
		if tables[i].Unit != unit || tables[i].Package != "example.com/m" || len(tables[i].Rows) != 2 {
			t.Errorf("table %d is %+v", i, tables[i])
		}
	}
	for _, row := range tables[2].Rows {
		if row.Old.Center != 1 || row.New.Center != 0 || len(row.Samples[0]) != 3 || len(row.Samples[1]) != 3 {
			t.Errorf("allocs/op: %+v", row)
		}
	}
	if tables[2].Mean != nil {
		t.Error("there is a geometric mean of nothing")
	}

	text, err := Format(res.Old)
	if err != nil {
		t.Fatal(err)
	}
	if back := Parse(string(text)); len(back) != 6 || back[0].GetConfig("pkg") != "example.com/m" {
		t.Errorf("formatted:\n%s", text)
	}
}

func TestFailures(t *testing.T) {
	dir, overlay := module(t)
	for _, test := range []struct{ pattern, want string }{
		{"^BenchmarkFails$", "the benchmarks fail on the old code: example.com/m: exit status 1"},
		{"Nothing", `no benchmark of the affected packages matches "Nothing"`},
		{"Work/c", `no benchmark of the affected packages matches "Work/c"`},
		{"(", "-bench: error parsing regexp"},
	} {
		r := Run{
			Dir: dir, Env: os.Environ(), Overlay: []string{"-overlay=" + overlay},
			Packages: []string{"."}, Pattern: test.pattern, Count: 1, Time: "10x",
		}
		if _, err := r.Do(t.Context()); err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%s: %v, want %s", test.pattern, err, test.want)
		}
	}
	r := Run{Dir: dir, Env: append(os.Environ(), "LEAK=1"), Packages: []string{"."}, Pattern: "Work", Count: 2, Time: "10x"}
	res, err := r.Do(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(res.Warnings) != 1 || res.Warnings[0] != "example.com/m: exit status 3: leaked" {
		t.Errorf("warnings: %q", res.Warnings)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Do(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v, want that of the context", err)
	}
}

func TestElements(t *testing.T) {
	for pattern, want := range map[string][]string{
		"Conn":         {"Conn"},
		"Conn/a/b":     {"Conn", "a", "b"},
		"[/]x(a/b)/c":  {"[/]x(a/b)", "c"},
		`a\/b/c`:       {`a\/b`, "c"},
		"":             {""},
		"/sub":         {"", "sub"},
		"^BenchmarkA$": {"^BenchmarkA$"},
	} {
		if got := elements(pattern); !slices.Equal(got, want) {
			t.Errorf("elements(%q) = %q, want %q", pattern, got, want)
		}
	}
}

func TestCheck(t *testing.T) {
	for _, test := range []struct {
		pattern, time string
		ok            bool
	}{
		{"Conn/a", "", true},
		{".", "10ms", true},
		{".", "100x", true},
		{"(", "", false},
		{"Conn/(", "", false},
		{".", "0x", false},
		{".", "-1s", false},
		{".", "soon", false},
	} {
		if err := Check(test.pattern, test.time); (err == nil) != test.ok {
			t.Errorf("Check(%q, %q) = %v, want ok: %v", test.pattern, test.time, err, test.ok)
		}
	}
}

// results returns n lines of one benchmark.
func results(name, unit string, values ...string) string {
	s := "pkg: example.com/m\n"
	for _, v := range values {
		s += "Benchmark" + name + " 1 " + v + " " + unit + "\n"
	}
	return s
}

// TestPrint compares the output with the numbers of benchstat for the same input.
func TestPrint(t *testing.T) {
	r := &Results{
		Old: Parse(results("Conn/a-2", "allocs/op", "42", "42", "42", "42", "42") + results("Conn/b-2", "allocs/op", "58", "58", "58", "58", "58") +
			results("Conn/a-2", "ns/op", "100", "101", "102", "103", "104")),
		New: Parse(results("Conn/a-2", "allocs/op", "32", "32", "32", "32", "32") + results("Conn/b-2", "allocs/op", "44", "44", "44", "44", "44") +
			results("Conn/a-2", "ns/op", "100", "101", "102", "103", "105") + results("Only", "ns/op", "1")),
	}
	var b strings.Builder
	if err := Print(&b, r.Tables()); err != nil {
		t.Fatal(err)
	}
	const want = `pkg: example.com/m
           old sec/op       new sec/op       vs old
Conn/a-2       102.0n ± ∞       102.0n ± ∞        ~ (p=0.968 n=5)

           old allocs/op       new allocs/op        vs old
Conn/a-2           42.00 ± ∞           32.00 ± ∞   -23.81% (p=0.008 n=5)
Conn/b-2           58.00 ± ∞           44.00 ± ∞   -24.14% (p=0.008 n=5)
geomean            49.36               37.52       -23.97%

note: need >= 6 samples for confidence interval at level 0.95
`
	if got := b.String(); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestUntraced(t *testing.T) {
	for text, want := range map[string]string{
		"a\nb\n": "b",
		"goroutine leak detected, 2 goroutines\ngoroutine 1 [running]:\nmain.f()\n\tm.go:1 +0x1\n": "goroutine leak detected, 2 goroutines",
		"goroutine 1 [running]:\nmain.f()\n": "main.f()",
	} {
		if got := lastLine(untraced(text)); got != want {
			t.Errorf("%q is said to end with %q, want %q", text, got, want)
		}
	}
}
