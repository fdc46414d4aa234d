//go:build e2e

package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

var built = flag.String("built", "", "the gopls that BenchmarkKeystroke runs; it builds one if there is none")

// BenchmarkKeystroke measures the time from an edit in a package of 100 files until the
// diagnostics of all analyzers are there, and the CPU time of gopls, with closurefix
// switched off and on. The package has 2,000 functions, and 20 prepare functions that can
// be rewritten:
//
//	go test -tags e2e ./analyzer/gopls -run '^$' -bench Keystroke -benchtime 50x
func BenchmarkKeystroke(b *testing.B) {
	program := *built
	if program == "" {
		program = filepath.Join(b.TempDir(), "gopls"+exeSuffix())
		if code := run(b.Context(), []string{"-o", program}, b.Output()); code != 0 {
			b.Fatalf("exit code %d", code)
		}
	}
	dir := b.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/large\n\ngo 1.26\n"), 0o666); err != nil {
		b.Fatal(err)
	}
	for i := range 100 {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("f%d.go", i)), []byte(fileText(i)), 0o666); err != nil {
			b.Fatal(err)
		}
	}
	for _, on := range []bool{false, true} {
		b.Run("closurefix="+strconv.FormatBool(on), func(b *testing.B) {
			s := start(b, program, dir, map[string]any{
				"diagnosticsDelay": "0s",
				"analyses":         map[string]bool{"closurefix": on},
			})
			file := filepath.Join(dir, "f0.go")
			s.open(file)
			const wrong = "\nfunc wrong(n int) { n = n }\n" // which the analyzer assign reports
			text, version := s.read(file)+wrong, 2
			s.change(file, version, text)
			s.awaitFrom("assign", file, version, "")
			if on {
				s.await(file, version, "begin0")
			}
			used := cpuTime(b, s.pid)
			for b.Loop() {
				version++
				text += "\n// Another line."
				s.change(file, version, text)
				s.awaitFrom("assign", file, version, "")
			}
			b.ReportMetric((cpuTime(b, s.pid)-used)*1000/float64(b.N), "cpu-ms/op")
		})
	}
}

// fileText returns a file of 20 functions. One of five files has a prepare function and its
// caller besides.
func fileText(i int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "package large\n\nimport \"strings\"\n\ntype T%d struct {\n\tn     int\n\tnames []string\n}\n", i)
	for j := range 20 {
		fmt.Fprintf(&b, `
func (t *T%[1]d) do%[2]d(name string) (string, int) {
	for i, other := range t.names {
		if strings.HasPrefix(other, name) {
			return strings.ToUpper(other[len(name):]), i
		}
		t.n += i * %[2]d
	}
	t.names = append(t.names, name)
	return name, len(t.names)
}
`, i, j)
	}
	if i%5 == 0 {
		fmt.Fprintf(&b, `
func (t *T%[1]d) begin%[1]d(err *error) func() {
	t.n++
	return func() {
		if *err != nil {
			t.n--
		}
	}
}

func (t *T%[1]d) call%[1]d() (err error) {
	defer t.begin%[1]d(&err)()
	t.do0("a")
	return nil
}
`, i)
	}
	return b.String()
}

// cpuTime returns the CPU seconds that a process has used, as Linux says in hundredths.
// Elsewhere it returns 0.
func cpuTime(b *testing.B, pid int) float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(text), ") ") // the name of the program may have spaces
	fields := strings.Fields(after)
	var ticks float64
	for _, field := range fields[11:13] {
		n, err := strconv.ParseFloat(field, 64)
		if err != nil {
			b.Fatal(err)
		}
		ticks += n
	}
	return ticks / 100
}
