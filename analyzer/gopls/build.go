package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/version"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

const (
	self      = "github.com/closurefix/closurefix"
	goplsPath = "golang.org/x/tools/gopls"
)

// added is a file that adds the analyzer to gopls, whose list of analyzers is a variable
// of package settings. The verb stands for the value of the flag -everything.
const added = `package settings

import "github.com/closurefix/closurefix/analyzer"

func init() {
	a := analyzer.ForEditor()
	if err := a.Flags.Set("everything", "%t"); err != nil {
		panic(err)
	}
	AllAnalyzers = append(AllAnalyzers, &Analyzer{analyzer: a})
}
`

// exeSuffix returns the suffix of program names.
func exeSuffix() string {
	if runtime.GOOS == "windows" {
		return ".exe"
	}
	return ""
}

// A builder builds one gopls.
type builder struct {
	output   string // file to write
	all      bool
	gopls    string // version; "" for the one that fits the Go release
	analyzer string // version or directory; "" for that of this program
	trace    bool
	log      io.Writer
}

// build builds the program in a temporary directory: a module that requires gopls and
// closurefix, and a copy of the gopls source with one more file.
func (b *builder) build(ctx context.Context) error {
	output, err := filepath.Abs(b.output)
	if err != nil {
		return err
	}
	b.output = output
	env, err := b.command(ctx, "", "go", "env", "GOVERSION", "GOROOT")
	if err != nil {
		return err
	}
	release, goroot, _ := strings.Cut(strings.TrimSpace(env), "\n")
	release = plain(release)
	if b.gopls == "" {
		if b.gopls, err = fitting(release); err != nil {
			return err
		}
	}
	if b.analyzer == "" {
		if b.analyzer, err = b.own(ctx); err != nil {
			return err
		}
	}
	b.say("gopls %s for %s, with the analyzer of %s", b.gopls, release, b.analyzer)
	dir, err := os.MkdirTemp("", "closurefix-gopls-")
	if err != nil {
		return err
	}
	if b.trace {
		b.say("in %s", dir)
	} else {
		defer os.RemoveAll(dir)
	}
	source, err := b.download(ctx, goplsPath, b.gopls)
	if err != nil {
		return err
	}
	if !isDir(b.analyzer) {
		// This gives a short error if there is no such version.
		if _, err := b.download(ctx, self, b.analyzer); err != nil {
			return err
		}
	}
	if err := b.lay(dir, source, release); err != nil {
		return err
	}
	b.say("building; this takes a minute or two the first time")
	if err := b.compile(ctx, dir); err != nil {
		return err
	}
	if _, err := b.command(ctx, dir, b.output, "version"); err != nil {
		return fmt.Errorf("the program that was built does not run: %w", err)
	}
	b.say("wrote %s", b.output)
	if fetched(goroot) {
		b.say("%s", fmt.Sprintf(pathAdvice, release, filepath.Join(goroot, "bin")))
	}
	return nil
}

// pathAdvice is printed if another go command downloaded the Go release. See "What holds"
// in the package documentation.
const pathAdvice = `note: the go command in PATH switches to %[1]s, which gopls does not see;
it would check the packages of %[1]s as those of an older release, and run no
analyzers where that fails. Start the editor with the go command of %[1]s:
	PATH=%[2]s:$PATH`

// fetched reports whether a GOROOT is in the module cache: another go command has
// downloaded it to run it.
func fetched(goroot string) bool {
	return strings.Contains(filepath.ToSlash(goroot), "/golang.org/toolchain@")
}

// plain returns a release, as printed by go env GOVERSION, without experiments and the
// name of a distribution: go1.26.8-x X:y becomes go1.26.8. A development version may
// become "devel".
func plain(release string) string {
	release, _, _ = strings.Cut(strings.TrimSpace(release), " ")
	release, _, _ = strings.Cut(release, "-")
	return release
}

// fitting returns the newest version of gopls that the Go release can build and that works
// with the analyzer. gopls uses internal packages of the x/tools version at its release,
// with which the analyzer must build.
func fitting(release string) (string, error) {
	switch {
	case !version.IsValid(release):
		// A development version of Go, which is newer than the known releases.
		return "v0.24.0", nil
	case version.Compare(release, "go1.27.0") >= 0:
		return "v0.24.0", nil
	case version.Compare(release, "go1.26") >= 0:
		return "v0.23.0", nil
	}
	return "", fmt.Errorf("%s is too old: gopls with closurefix takes Go 1.26 or later", release)
}

// own returns the directory or the version of the closurefix module that this program
// belongs to.
func (b *builder) own(ctx context.Context) (string, error) {
	info, ok := debug.ReadBuildInfo()
	if ok && info.Main.Path != self {
		for _, m := range info.Deps {
			if m.Path == self && m.Replace == nil {
				return m.Version, nil
			}
		}
	}
	if ok && info.Main.Path == self && info.Main.Sum != "" {
		return info.Main.Version, nil // from the module proxy
	}
	// The program does not come from the proxy, so go run started it in the source tree.
	out, err := b.command(ctx, ".", "go", "list", "-m", "-f", "{{.Dir}}", self)
	if dir := strings.TrimSpace(out); err == nil && dir != "" {
		return dir, nil
	}
	return "", errors.New("the source of closurefix is not here: run this in a clone of it, or add -analyzer VERSION or -analyzer DIRECTORY")
}

// download downloads the source of a module and returns its directory.
func (b *builder) download(ctx context.Context, path, version string) (string, error) {
	out, err := b.command(ctx, "", "go", "mod", "download", "-json", path+"@"+version)
	var m struct{ Dir, Error string }
	if json.Unmarshal([]byte(out), &m) == nil {
		if m.Error != "" {
			return "", errors.New(m.Error)
		}
		if m.Dir != "" {
			return m.Dir, nil
		}
	}
	if err == nil {
		err = fmt.Errorf("go mod download names no directory for %s", path)
	}
	return "", err
}

func isDir(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

// lay writes the source to build: the module, and in the directory gopls a copy of the
// gopls source with the added file. go build -overlay would avoid the copy, but it refuses
// to add files to the module cache.
func (b *builder) lay(dir, source, release string) error {
	copied := filepath.Join(dir, "gopls")
	if err := os.CopyFS(copied, os.DirFS(source)); err != nil {
		return err
	}
	file := filepath.Join(copied, "internal", "settings", "closurefix.go")
	if err := os.WriteFile(file, fmt.Appendf(nil, added, b.all), 0o666); err != nil {
		return fmt.Errorf("gopls %s is not built as expected: %w", b.gopls, err)
	}
	var mod bytes.Buffer
	fmt.Fprintf(&mod, "module closurefix-gopls\n\nrequire %s %s\n\nreplace %[1]s => ./gopls\n", goplsPath, b.gopls)
	if isDir(b.analyzer) {
		root, err := filepath.Abs(b.analyzer)
		if err != nil {
			return err
		}
		fmt.Fprintf(&mod, "\nrequire %s v0.0.0\n\nreplace %[1]s => %q\n", self, root)
	} else {
		fmt.Fprintf(&mod, "\nrequire %s %s\n", self, b.analyzer)
	}
	if version.IsValid(release) {
		fmt.Fprintf(&mod, "\ngo %s\n", strings.TrimPrefix(release, "go"))
	}
	return os.WriteFile(filepath.Join(dir, "go.mod"), mod.Bytes(), 0o666)
}

// compile runs go build. On a terminal it shows how many packages are compiled.
func (b *builder) compile(ctx context.Context, dir string) error {
	// With -trimpath the result does not depend on the directory, so that
	// the build cache has it the next time.
	cmd := b.exec(ctx, dir, "go", "build", "-v", "-mod=mod", "-trimpath", "-o", b.output, goplsPath)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	// go build -v prints a package path a line. Other lines are errors.
	var wrong []string
	packages := 0
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		line := lines.Text()
		if path, _, more := strings.Cut(line, " "); more || strings.HasPrefix(path, "#") || strings.Contains(path, ":") {
			if !strings.HasPrefix(line, "go: downloading ") && !strings.HasPrefix(line, "go: found ") {
				wrong = append(wrong, line)
			}
			continue
		}
		packages++
		if b.live() {
			fmt.Fprintf(b.log, "\r%d packages", packages)
		}
	}
	err = cmd.Wait()
	if b.live() && packages > 0 {
		fmt.Fprint(b.log, "\n")
	}
	if ctx.Err() != nil {
		return errors.New("interrupted")
	}
	if err != nil {
		const enough = 20
		if len(wrong) > enough {
			wrong = append(wrong[:enough], "…")
		}
		return fmt.Errorf("go build: %w\n%s", err, strings.Join(wrong, "\n"))
	}
	return nil
}

// live reports whether the output is a terminal.
func (b *builder) live() bool {
	f, ok := b.log.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// command runs a command in a directory and returns its output.
func (b *builder) command(ctx context.Context, dir, name string, args ...string) (string, error) {
	cmd := b.exec(ctx, dir, name, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		said := strings.TrimSpace(stderr.String())
		err = fmt.Errorf("%s", strings.TrimSpace(fmt.Sprintf("%s %s: %v\n%s", filepath.Base(name), args[0], err, said)))
	}
	return string(out), err
}

// exec prepares a command. The directory "" stands for one outside of any module.
func (b *builder) exec(ctx context.Context, dir, name string, args ...string) *exec.Cmd {
	if dir == "" {
		dir = os.TempDir()
	}
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	cmd.Dir = dir
	if dir != "." {
		cmd.Env = append(os.Environ(), "GOWORK=off")
	}
	if b.trace {
		b.say("%s %s", name, strings.Join(args, " "))
	}
	return cmd
}

func (b *builder) say(format string, args ...any) {
	fmt.Fprintf(b.log, "gopls: "+format+"\n", args...)
}
