//go:build unix

package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
	"golang.org/x/tools/txtar"
)

// pages are the pages whose blocks TestReadme runs, as seen from the root.
var pages = []string{"README.md", "cmd/closurefix/README.md", "analyzer/README.md"}

// A block is a fenced block of code of a page.
type block struct{ page, lang, text string }

func blocks(t *testing.T) []block {
	t.Helper()
	var list []block
	for _, page := range pages {
		text := readFile(t, filepath.Join("../..", page))
		if regexp.MustCompile(`(?m)^    `).MatchString(fenced.ReplaceAllString(text, "")) {
			t.Errorf("%s: a block of code has no fences, and so would not be run", page)
		}
		for _, m := range fenced.FindAllStringSubmatch(text, -1) {
			list = append(list, block{page, m[1], m[2]})
		}
	}
	return list
}

// fenced matches a block of code: its language and its text.
var fenced = regexp.MustCompile("(?ms)^```([a-z]*)\n(.*?)^```$")

// A wanted says what should come of a command.
type wanted struct {
	code      int
	out       string // a regular expression for what it prints on both streams; "": it prints nothing
	elsewhere string // in place of being run here: the file, and the function of the test or the command of the script, that runs it
}

// commands are those of the pages. Each that is there must be here.
var commands = map[string]wanted{
	"go install github.com/closurefix/closurefix/cmd/closurefix@latest": {0, `^(go: downloading .*\n)*$`, ""},

	"closurefix ./...":           {3, `^conn\.go:24:16: .*\(result-pointer\)\n\t-fix rewrites .*\nclosurefix: left out 2 functions: 2 whose closure captures no result \(-all\)\n$`, ""},
	"closurefix -diff ./...":     {3, `(?m)^\+	defer c\.finishRead\(ctx, &err\)$`, ""},
	"closurefix -fix ./...":      {0, `^closurefix: rewrote 1 of 1 functions; files changed: 1\nclosurefix: left out 2 functions: 2 whose closure captures no result \(-all\)\n$`, ""},
	"closurefix -fix -all ./...": {3, `\[func-value\]\n(?s:.*)rewrote 1 of 2 functions`, ""},

	"closurefix -l ./...":            {3, `^conn\.go\n`, ""},
	"closurefix -fix -message ./...": {0, `(?s)^conn: return no closure from prepareRead.*\tconn\.\(\*Conn\)\.prepareRead\n`, ""},

	"closurefix -only prepareRead ./...":     {3, `^conn\.go:24:16: `, ""},
	`closurefix -exclude '_mock\.go$' ./...`: {3, `^conn\.go:24:16: `, ""},
	"closurefix -escape -least 2 ./...":      {3, `^conn\.go:24:16: `, ""},
	"closurefix -new-from origin/main ./...": {elsewhere: "../../testdata/script/newfrom.txtar:closurefix -new-from HEAD"},
	"closurefix -json ./... > known.json":    {0, `^closurefix: left out 2 functions: 2 whose closure captures no result \(-all\)\n$`, ""},
	"closurefix -baseline known.json ./...":  {0, `^closurefix: nothing to report; left out 3 functions: .* 1 not selected`, ""},

	"closurefix -escape ./...":                   {3, `on the heap: 2 allocations per call\n\tconn\.go:29:9: func literal`, ""},
	"closurefix -diff -escape ./...":             {3, `(?m)^\+	defer c\.finishRead\(ctx, &err\)$`, ""},
	"closurefix -diff -test ./...":               {3, `closurefix: tested 1 package over the rewrite\nclosurefix: left out 2 functions: 2 whose closure captures no result \(-all\)\n$`, ""},
	"closurefix -bench Read ./...":               {3, `(?m)^Read\S*\s+3\.000.*\s1\.000`, ""},
	"go test -bench Read -memprofile mem.out .":  {0, `BenchmarkRead`, ""},
	"closurefix -profile mem.out ./...":          {3, `in the profile: \d\d\.\d\d% of alloc_space`, ""},
	"closurefix -report page.html ./...":         {3, `^conn\.go:24:16: `, ""},
	"closurefix -sarif ./... > closurefix.sarif": {0, `^closurefix: left out 2 functions: 2 whose closure captures no result \(-all\)\n$`, ""},
	"closurefix -format github ./...":            {3, `^::warning file=conn\.go,line=24,`, ""},

	"go test ./...": {elsewhere: "../../.ci/run:go test -timeout 40m ./..."},
	// go run ends with 1 whatever the program ends with.
	"go run ./cmd/closurefix -tags closure -diff ./wsreference": {1, `(?m)^--- a/wsreference/framio_closure\.go$`, ""},

	"go get -tool github.com/closurefix/closurefix/cmd/closurefix":                    {0, `go: added github.com/closurefix/closurefix v0\.0\.1`, ""},
	"go tool closurefix -diff ./...":                                                  {3, `(?m)^\+	defer c\.finishRead\(ctx, &err\)$`, ""},
	"go mod init -modfile=tools.mod example.com/tools":                                {0, `^go: creating new go\.mod`, ""},
	"go get -tool -modfile=tools.mod github.com/closurefix/closurefix/cmd/closurefix": {0, `go: added github.com/closurefix/closurefix v0\.0\.1`, ""},
	"go tool -modfile=tools.mod closurefix -diff ./...":                               {3, `(?m)^\+	defer c\.finishRead\(ctx, &err\)$`, ""},
	`go vet -vettool="$(which closurefix)" ./...`:                                     {1, `conn\.go:24:16: \(\*Conn\)\.prepareRead returns a closure`, ""},
	`go vet -vettool="$(go tool -modfile=tools.mod -n closurefix)" ./...`:             {1, `conn\.go:24:16: \(\*Conn\)\.prepareRead returns a closure`, ""},
	`go vet -vettool="$(go tool -n closurefix)" ./...`:                                {1, `conn\.go:24:16: \(\*Conn\)\.prepareRead returns a closure`, ""},
	`go fix -fixtool="$(which closurefix)" -diff ./...`:                               {1, `(?m)^\+	defer c\.finishRead\(ctx, &err\)$`, ""},

	"go run github.com/closurefix/closurefix/analyzer/gopls@latest -o ~/bin/gopls": {elsewhere: "../../analyzer/gopls/gopls_test.go:TestGopls"},
}

// TestReadme runs every block of code of the pages, in the module of testdata/readme.txtar: commands one after the other, in a fresh copy for each
// block. What is installed comes from a proxy that has this module, and no other.
func TestReadme(t *testing.T) {
	if testing.Short() {
		t.Skip("installs closurefix from a module proxy, and runs tests and benchmarks")
	}
	s := newStranger(t)
	seen := make(map[string]bool)
	for _, b := range blocks(t) {
		dir := s.sample(t)
		switch {
		case b.lang == "sh":
			for line := range strings.Lines(b.text) {
				command, _, _ := strings.Cut(strings.TrimSpace(line), "  ")
				if command != "" {
					seen[command] = true
					s.try(t, dir, command)
				}
			}
		case b.lang == "console":
			for part := range strings.SplitSeq(strings.TrimPrefix(b.text, "$ "), "\n$ ") {
				command, want, _ := strings.Cut(part, "\n")
				if got, _ := s.run(t, dir, command); strings.TrimSuffix(got, "\n") != strings.TrimSuffix(want, "\n") {
					t.Errorf("%s prints\n%s\n%s has\n%s", command, got, b.page, want)
				}
			}
		case b.lang == "diff":
			if got, _ := s.run(t, dir, "closurefix -diff ./... 2>stderr"); got != b.text {
				t.Errorf("the diff is\n%s\n%s has\n%s", got, b.page, b.text)
			}
		case b.lang == "go" && strings.HasPrefix(b.text, "package main\n"):
			s.checker(t, dir, b.text)
		case b.lang == "go" && strings.HasPrefix(b.text, "//closurefix:ignore "):
			s.silenced(t, dir, b.text)
		case b.lang == "yaml" && strings.Contains(b.text, "runs-on:"):
			for _, command := range workflow(t, b.text) {
				seen[command] = true
				s.try(t, dir, command)
			}
		case b.lang == "yaml" && strings.HasPrefix(b.text, "repos:\n"):
			hook(t, b.text)
		case b.lang == "yaml" && strings.HasPrefix(b.text, "version: "):
			golangci(t, b.text)
		default:
			t.Errorf("%s: nothing is known about the block of %q\n%s", b.page, b.lang, b.text)
		}
	}
	for command := range commands {
		if !seen[command] {
			t.Errorf("no page has: %s", command)
		}
	}
}

// workflow checks a GitHub workflow, and returns its commands.
func workflow(t *testing.T, text string) (commands []string) {
	t.Helper()
	if upload := strings.SplitAfter(text, "upload-sarif@"); len(upload) != 2 || !strings.Contains(upload[1], "\n        if: github.event_name == 'push' ||") {
		t.Errorf("the upload runs for pull requests from forks, where it fails\n%s", text)
	}
	for _, m := range regexp.MustCompile(`(?m)^ +- run: (.*)$`).FindAllStringSubmatch(text, -1) {
		commands = append(commands, m[1])
	}
	return commands
}

// A stranger is somebody who has nothing but the go command and the pages.
type stranger struct {
	env   []string
	cache string // of modules, our own
	files []txtar.File
}

func newStranger(t *testing.T) *stranger {
	t.Helper()
	temp := t.TempDir()
	a, err := txtar.ParseFile("testdata/readme.txtar")
	if err != nil {
		t.Fatal(err)
	}
	known, err := exec.Command("go", "env", "GOMODCACHE", "GOPROXY").Output()
	if err != nil {
		t.Fatal(err)
	}
	cache, proxy, _ := strings.Cut(strings.TrimSpace(string(known)), "\n")
	publish(t, filepath.Join(temp, "proxy"))
	return &stranger{files: a.Files, cache: cache, env: append(os.Environ(),
		"PATH="+filepath.Join(temp, "bin")+string(os.PathListSeparator)+os.Getenv("PATH"),
		"GOBIN="+filepath.Join(temp, "bin"),
		"GOMODCACHE="+filepath.Join(temp, "mod"),
		"GOPROXY=file://"+filepath.Join(temp, "proxy")+",file://"+filepath.Join(cache, "cache", "download")+","+proxy,
		"GOSUMDB=off", "GONOPROXY=none", "GOPRIVATE=", "GOFLAGS=-modcacherw", "GOWORK=off", "GOTOOLCHAIN=local",
	)}
}

// publish makes a module proxy that has this module, as it is on disk, at v0.0.1.
func publish(t *testing.T, proxy string) {
	t.Helper()
	version := module.Version{Path: "github.com/closurefix/closurefix", Version: "v0.0.1"}
	var files []zip.File
	for _, name := range sources(t) {
		files = append(files, source(name))
	}
	var archive bytes.Buffer
	if err := zip.Create(&archive, version, files); err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(proxy, version.Path, "@v")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{
		"list": []byte("v0.0.1\n"), "v0.0.1.info": []byte(`{"Version":"v0.0.1"}`), "v0.0.1.mod": mod, "v0.0.1.zip": archive.Bytes(),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// sources returns the paths of the files of this repository that are on disk.
func sources(t *testing.T) []string {
	t.Helper()
	list, err := exec.Command("git", "-C", "../..", "ls-files", "-co", "--exclude-standard", "-z").Output()
	if err != nil {
		t.Fatalf("git ls-files: %v", err)
	}
	names := strings.Split(strings.TrimSuffix(string(list), "\x00"), "\x00")
	return slices.DeleteFunc(names, func(name string) bool {
		_, err := os.Lstat(filepath.Join("../..", name))
		return err != nil
	})
}

// A source is a file of this module, by its path in it.
type source string

func (s source) Path() string                 { return string(s) }
func (s source) Lstat() (os.FileInfo, error)  { return os.Lstat(filepath.Join("../..", string(s))) }
func (s source) Open() (io.ReadCloser, error) { return os.Open(filepath.Join("../..", string(s))) }

// sample returns a directory with a copy of the module.
func (s *stranger) sample(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range s.files {
		write(t, filepath.Join(dir, f.Name), string(f.Data))
	}
	return dir
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// run runs a command, as a shell does, and returns what it prints and its exit code.
func (s *stranger) run(t *testing.T, dir, command string) (out string, code int) {
	t.Helper()
	cmd := exec.Command("sh", "-c", command)
	cmd.Dir = dir
	cmd.Env = append(s.env, "PWD="+dir)
	switch {
	case strings.HasPrefix(command, "go run ./"):
		// In a clone: what it depends on is there already, and built.
		cmd.Env = append(cmd.Env, "GOMODCACHE="+s.cache, "GOFLAGS=")
	case strings.HasPrefix(command, "go install ") || strings.Contains(command, "go tool "):
		// So that what was built once need not be built by the next test, which has
		// its modules elsewhere.
		cmd.Env = append(cmd.Env, "GOFLAGS=-modcacherw -trimpath")
	}
	start := time.Now()
	text, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	t.Logf("%s: %.1f s, %.1f s of CPU", command, time.Since(start).Seconds(), (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds())
	return string(text), cmd.ProcessState.ExitCode()
}

// try runs a command of a page, or looks for the test that does.
func (s *stranger) try(t *testing.T, dir, command string) {
	t.Helper()
	want, ok := commands[command]
	if !ok {
		t.Errorf("nothing is known about the command %s", command)
		return
	}
	if want.elsewhere != "" {
		file, name, _ := strings.Cut(want.elsewhere, ":")
		if strings.HasSuffix(file, ".go") {
			name = "func " + name + "("
		}
		if text, err := os.ReadFile(file); err != nil || !bytes.Contains(text, []byte(name)) {
			t.Errorf("there is no test %s", want.elsewhere)
		}
		return
	}
	if strings.HasPrefix(command, "go run ./") {
		dir = filepath.Join("..", "..")
	}
	out, code := s.run(t, dir, command)
	if ok := regexp.MustCompile(want.out).MatchString(out) && (want.out != "" || out == ""); !ok || code != want.code {
		t.Errorf("%s: exit code %d, want %d; it prints\n%s\nwant %s", command, code, want.code, out, want.out)
	}
}

// checker builds and runs a checker that has the analyzer.
func (s *stranger) checker(t *testing.T, dir, text string) {
	t.Helper()
	write(t, filepath.Join(dir, "checker", "main.go"), text)
	if out, code := s.run(t, dir, "go get github.com/closurefix/closurefix@latest"); code != 0 {
		t.Errorf("go get: exit code %d\n%s", code, out)
	}
	// -trimpath: see run.
	out, code := s.run(t, dir, "go run -mod=mod -trimpath ./checker .")
	if !strings.Contains(out, "conn.go:24:16: (*Conn).prepareRead returns a closure") || code == 0 {
		t.Errorf("the checker: exit code %d\n%s", code, out)
	}
}

// silenced checks that a comment silences the finding that is there without it.
func (s *stranger) silenced(t *testing.T, dir, text string) {
	t.Helper()
	for name, text := range map[string]string{"with": text, "without": text[strings.Index(text, "\n"):]} {
		write(t, filepath.Join(dir, name, "p.go"), "package p\n\nimport \"os\"\n\n"+text+"\nfunc use(f *os.File) { defer open(f)() }\n")
	}
	if out, code := s.run(t, dir, "closurefix -all ./with"); out != "closurefix: nothing to report; left out 1 function: 1 silenced by comments\n" || code != 0 {
		t.Errorf("with the comment: exit code %d\n%s", code, out)
	}
	if out, code := s.run(t, dir, "closurefix -all ./without"); code != 3 {
		t.Errorf("without the comment: exit code %d\n%s", code, out)
	}
}

// hook checks that TestPreCommit runs the hook of a configuration of pre-commit.
func hook(t *testing.T, text string) {
	t.Helper()
	m := regexp.MustCompile(`(?m)^ +- (id: .*)$`).FindStringSubmatch(text)
	if m == nil || !strings.Contains(readFile(t, "precommit_test.go"), `{"`+m[1]+`", `) {
		t.Errorf("TestPreCommit runs no hook of\n%s", text)
	}
}

// golangci checks the configurations of golangci-lint, which takes minutes to
// build, against what the test of the plugin builds and runs.
func golangci(t *testing.T, text string) {
	t.Helper()
	const e2e = "../../analyzer/gclplugin/e2e/"
	if strings.Contains(text, "linters:") {
		// There, no other linter runs.
		text = strings.Replace(text, "linters:\n", "linters:\n  default: none\n", 1)
		if !strings.Contains(readFile(t, e2e+"e2e_test.go"), "const config = `"+text+"`") {
			t.Errorf("the test of the plugin does not run golangci-lint with\n%s", text)
		}
		return
	}
	field := func(name string) string {
		m := regexp.MustCompile(`(?m)^[ -]*` + name + `: (.*)$`).FindStringSubmatch(text)
		if m == nil {
			t.Fatalf("no %s in\n%s", name, text)
		}
		return m[1]
	}
	if want := "github.com/golangci/golangci-lint/v2 " + field("version"); !strings.Contains(readFile(t, e2e+"go.mod"), want+"\n") {
		t.Errorf("the test of the plugin is not with %s", want)
	}
	if !strings.Contains(readFile(t, e2e+"customgcl/main.go"), `"`+field("import")+`"`) {
		t.Errorf("the test of the plugin does not import %s", field("import"))
	}
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
