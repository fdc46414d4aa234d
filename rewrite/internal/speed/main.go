//go:build unix

// Package speed measures the cost of closurefix on modules. It measures whole processes with the
// go commands that they start, and prints the tables of rewrite/measured.md.
//
//	go run ./rewrite/internal/cmd/speed [-n runs] [-flags list] [-svg file] [-cold] [-only RE] WHAT DIR...
//
// WHAT is
//
//	report    closurefix -v ./...; with -svg it also draws the costs over the size of
//	          the modules
//	configs   the same with three configurations, compared with one
//	edit      closurefix -diff -all -exported ./..., compared with a run without -diff
//	vet       go vet -vettool=closurefix ./... without cached results, and again
//	beside    closurefix ./..., compared with other programs: packages.Load, a
//	          multichecker, go vet, and staticcheck and golangci-lint (with closurefix
//	          in it) if they are in PATH; with -cold also the first run, with empty
//	          caches, which compiles much
//	grow      closurefix -diff -all ./... over generated modules, of the size in -from
//	          and then of twice the size each time, -steps times; the arguments are
//	          names of shapes in grow.go in place of directories
//
// and each DIR is the root of a writable module whose dependencies are available. The
// program is built from the current directory. Each command runs once without being
// counted, and then as often as -n says. The results are medians. CPU seconds are the user and system time of the process and all
// processes that it started. The peak is the memory of the largest of these processes. The
// unit of the peak is right on Linux only.
package speed

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// Main is the command: it reads os.Args and exits.
func Main() {
	runs := flag.Int("n", 3, "how often each command runs")
	flags := flag.String("flags", "", "more flags for closurefix, separated by spaces")
	svg := flag.String("svg", "", "the file to draw a report's figures to")
	from := flag.Int("from", 100, "the smallest size of a generated module")
	steps := flag.Int("steps", 3, "how many sizes of generated modules there are")
	only := flag.String("only", "", "which programs beside measures: a regular expression for their names")
	cold := flag.Bool("cold", false, "measure first runs beside others, too")
	flag.Parse()
	m := &meter{runs: *runs, flags: strings.Fields(*flags), cold: *cold}
	if *only != "" {
		var err error
		if m.only, err = regexp.Compile(*only); err != nil {
			fmt.Fprintln(os.Stderr, "speed: -only:", err)
			os.Exit(2)
		}
	}
	if err := m.measure(growth{*from, *steps}, *svg, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "speed:", err)
		os.Exit(1)
	}
}

func (m *meter) measure(g growth, svg string, args []string) error {
	if len(args) < 2 || m.runs < 1 {
		return errors.New("say what to measure, and in which directories")
	}
	what, dirs := args[0], args[1:]
	tmp, err := os.MkdirTemp("", "speed-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	m.tool = filepath.Join(tmp, "closurefix")
	build := exec.Command("go", "build", "-o", m.tool, "./cmd/closurefix")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return err
	}
	if what == "grow" {
		for _, shape := range dirs {
			if err := m.grow(shape, g); err != nil {
				return fmt.Errorf("%s: %w", shape, err)
			}
		}
		return nil
	}
	row, ok := map[string]func(module) error{"report": m.report, "configs": m.configs, "edit": m.edit, "vet": m.vet, "beside": m.beside}[what]
	if !ok {
		return fmt.Errorf("%s: nothing that is measured", what)
	}
	for _, dir := range dirs {
		mod, err := look(dir)
		if err != nil {
			return fmt.Errorf("%s: %w", dir, err)
		}
		if err := row(mod); err != nil {
			return fmt.Errorf("%s: %w", dir, err)
		}
	}
	if svg != "" && len(m.points) > 0 {
		return os.WriteFile(svg, plot(m.points), 0o666)
	}
	return nil
}

// A module is what is measured on.
type module struct {
	dir   string
	path  string
	lines int // of the Go files that the go command builds or tests
}

func look(dir string) (module, error) {
	out, err := in(dir, exec.Command("go", "list", "-m")).Output()
	if err != nil {
		return module{}, err
	}
	mod := module{dir: dir, path: strings.TrimSpace(string(out))}
	const format = `{{$d := .Dir}}{{range .GoFiles}}{{$d}}/{{.}}
{{end}}{{range .CgoFiles}}{{$d}}/{{.}}
{{end}}{{range .TestGoFiles}}{{$d}}/{{.}}
{{end}}{{range .XTestGoFiles}}{{$d}}/{{.}}
{{end}}`
	if out, err = in(dir, exec.Command("go", "list", "-e", "-find", "-f", format, "./...")).Output(); err != nil {
		return module{}, err
	}
	for name := range strings.FieldsSeq(string(out)) {
		text, err := os.ReadFile(name)
		if err != nil {
			return module{}, err
		}
		mod.lines += bytes.Count(text, []byte("\n"))
	}
	return mod, nil
}

func in(dir string, cmd *exec.Cmd) *exec.Cmd {
	cmd.Dir = dir
	return cmd
}

// A cost is the cost of one run.
type cost struct {
	cpu  float64 // seconds
	peak float64 // MB
	text string  // what it printed
}

// A meter runs the commands and prints a row for each module.
type meter struct {
	runs   int
	flags  []string
	tool   string
	points []point
	cold   bool           // measure first runs, too
	only   *regexp.Regexp // programs to measure; nil: all
	begun  bool           // the head of the table is printed
}

// run measures commands in turn, each the given number of times, and returns the medians.
// If prepare is not nil, it is called before each run.
func (m *meter) run(dir string, prepare func() error, commands ...[]string) ([]cost, error) {
	return m.runIn(nil, dir, prepare, commands...)
}

// runIn is like run, with an environment.
func (m *meter) runIn(env []string, dir string, prepare func() error, commands ...[]string) ([]cost, error) {
	all := make([][]cost, len(commands))
	for n := range m.runs + 1 {
		if prepare != nil {
			if err := prepare(); err != nil {
				return nil, err
			}
		}
		for i, args := range commands {
			c, err := run(dir, env, args)
			if err != nil {
				return nil, err
			}
			if n > 0 {
				all[i] = append(all[i], c)
			}
		}
	}
	costs := make([]cost, len(commands))
	for i, list := range all {
		slices.SortFunc(list, func(a, b cost) int { return cmp.Compare(a.peak, b.peak) })
		peak := list[len(list)/2].peak
		slices.SortFunc(list, func(a, b cost) int { return cmp.Compare(a.cpu, b.cpu) })
		costs[i] = list[len(list)/2]
		costs[i].peak = peak
	}
	return costs, nil
}

// run measures a command. If env is nil, it has the environment of this process.
func run(dir string, env, args []string) (cost, error) {
	cmd := in(dir, exec.Command(args[0], args[1:]...))
	cmd.Env = env
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	if s := cmd.ProcessState; s == nil || !finished(args[0], s.ExitCode()) {
		return cost{}, fmt.Errorf("%s: %w\n%s", strings.Join(args, " "), err, out.String())
	}
	s := cmd.ProcessState
	c := cost{cpu: (s.UserTime() + s.SystemTime()).Seconds(), text: out.String()}
	if usage, ok := s.SysUsage().(*syscall.Rusage); ok {
		c.peak = float64(usage.Maxrss) / 1024
	}
	return c, nil
}

// finished reports whether a program that ends with the exit code has done its work.
func finished(program string, code int) bool {
	switch filepath.Base(program) {
	case "closurefix", "beside":
		return code == 0 || code == 3 // 3: with findings
	}
	return code == 0 || code == 1 // 1: with findings; for golangci-lint, 3 is a failure
}

// row prints a row of a Markdown table, and its head before the first row.
func (m *meter) row(head string, cells ...any) {
	if !m.begun {
		fmt.Printf("| %s |\n|%s\n", head, strings.Repeat("---|", strings.Count(head, "|")+1))
		m.begun = true
	}
	for _, c := range cells {
		switch c := c.(type) {
		case float64:
			fmt.Printf("| %.1f ", c)
		default:
			fmt.Printf("| %v ", c)
		}
	}
	fmt.Println("|")
}

// command returns a command line of closurefix.
func (m *meter) command(flags ...string) []string {
	return slices.Concat([]string{m.tool}, flags, m.flags, []string{"./..."})
}

func (m *meter) report(mod module) error {
	costs, err := m.run(mod.dir, nil, m.command("-v"))
	if err != nil {
		return err
	}
	c := costs[0]
	m.row("module | lines of Go | files | packages | type-checked | CPU s | CPU s per million lines | peak MB",
		mod.path, mod.lines, number(c.text, "files? scanned"), number(c.text, "packages? listed"), number(c.text, "packages? type-checked"),
		c.cpu, c.cpu*1e6/float64(mod.lines), int(c.peak))
	m.points = append(m.points, point{mod.path, float64(mod.lines), c.cpu, c.peak})
	return nil
}

// number returns the last number in the output that is followed by the words.
func number(text, words string) int {
	all := regexp.MustCompile(`(?m)^(\d+) `+words).FindAllStringSubmatch(text, -1)
	if len(all) == 0 {
		return 0
	}
	n, _ := strconv.Atoi(all[len(all)-1][1])
	return n
}

func (m *meter) configs(mod module) error {
	costs, err := m.run(mod.dir, nil, m.command(), m.command("-config", "linux/amd64,windows/amd64,darwin/arm64"))
	if err != nil {
		return err
	}
	m.row("module | one, CPU s | three, CPU s | ratio | one, peak MB | three, peak MB",
		mod.path, costs[0].cpu, costs[1].cpu, fmt.Sprintf("%.2f", costs[1].cpu/costs[0].cpu), int(costs[0].peak), int(costs[1].peak))
	return nil
}

func (m *meter) edit(mod module) error {
	costs, err := m.run(mod.dir, nil, m.command("-all", "-exported"), m.command("-diff", "-all", "-exported"))
	if err != nil {
		return err
	}
	m.row("module | report, CPU s | diff, CPU s | files changed | report, peak MB | diff, peak MB",
		mod.path, costs[0].cpu, costs[1].cpu, strings.Count(costs[1].text, "\n+++ "), int(costs[0].peak), int(costs[1].peak))
	return nil
}

// vet makes go vet take the program for a new one each time. The key of its cached results
// depends on the bytes of the program's file, to which vet appends some that are not loaded.
func (m *meter) vet(mod module) error {
	program, err := os.ReadFile(m.tool)
	if err != nil {
		return err
	}
	tool := m.tool + "-vet"
	fresh := func() error { return os.WriteFile(tool, append(program, rand.Text()...), 0o777) }
	vet := slices.Concat([]string{"go", "vet", "-vettool=" + tool}, m.flags, []string{"./..."})
	costs, err := m.run(mod.dir, fresh, vet, vet)
	if err != nil {
		return err
	}
	m.row("module | first, CPU s | again, CPU s | first, peak MB", mod.path, costs[0].cpu, costs[1].cpu, int(costs[0].peak))
	return nil
}
