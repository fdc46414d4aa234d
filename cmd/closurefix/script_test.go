package main

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"closurefix": main})
}

// TestScript runs the scripts of testdata/script. Beside the commands of
// testscript they have
//
//	exits CODE PROGRAM args…   run a program, which must exit with CODE
//	crlf FILE…                 give files carriage returns
//	bytes FILE TEXT            write a file, \xNN and the like in TEXT being bytes
//	nested FILE N              write a Go file with N parentheses around a number
//	stopped FILE=NEW…          leave what a run leaves that was killed before it gave
//	                           FILE, in the current directory, the content of NEW
//
// and $CLOSUREFIX, the path of the program. Their modules depend on nothing.
func TestScript(t *testing.T) {
	cache, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("..", "..", "testdata", "script"),
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			program, err := exec.LookPath("closurefix")
			if err != nil {
				return err
			}
			env.Setenv("CLOSUREFIX", program)
			env.Setenv("GOCACHE", strings.TrimSpace(string(cache)))
			env.Setenv("GOPROXY", "off")
			env.Setenv("GOTOOLCHAIN", "local")
			env.Setenv("GOTELEMETRY", "off")
			env.Setenv("CGO_ENABLED", "0")
			// Not in the directory of the script, which may be a module.
			for _, name := range []string{"XDG_CACHE_HOME", "HOME", "LocalAppData"} {
				env.Setenv(name, t.TempDir())
			}
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits":   exits,
			"crlf":    crlf,
			"bytes":   bytesOf,
			"nested":  nested,
			"stopped": stopped,
		},
	})
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM args…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	err = ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

func crlf(ts *testscript.TestScript, neg bool, args []string) {
	for _, name := range args {
		text := strings.ReplaceAll(ts.ReadFile(name), "\n", "\r\n")
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o644))
	}
}

func bytesOf(ts *testscript.TestScript, neg bool, args []string) {
	text, err := strconv.Unquote(`"` + strings.ReplaceAll(args[1], `"`, `\"`) + `"`)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o644))
}

func nested(ts *testscript.TestScript, neg bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	text := "package conn\n\nvar x = " + strings.Repeat("(", n) + "1" + strings.Repeat(")", n) + "\n"
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o644))
}

func stopped(ts *testscript.TestScript, neg bool, args []string) {
	type entry struct {
		Name   string `json:"name"`
		Target string `json:"target"`
		Fresh  string `json:"fresh"`
		Old    string `json:"old"`
		Was    string `json:"was"`
		Is     string `json:"is"`
	}
	root, err := filepath.EvalSymlinks(ts.MkAbs("."))
	ts.Check(err)
	journal := struct {
		Root  string  `json:"root"`
		ID    string  `json:"id"`
		Files []entry `json:"files"`
	}{Root: root, ID: identity(ts, root)}
	for _, arg := range args {
		name, from, _ := strings.Cut(arg, "=")
		was, is := ts.ReadFile(name), ts.ReadFile(from)
		e := entry{
			Name: name, Target: name,
			Fresh: ".closurefix-0123456789ab-" + name + ".new", Old: ".closurefix-0123456789ab-" + name + ".old",
			Was: fmt.Sprintf("%x", sha256.Sum256([]byte(was))), Is: fmt.Sprintf("%x", sha256.Sum256([]byte(is))),
		}
		ts.Check(os.WriteFile(ts.MkAbs(e.Fresh), []byte(is), 0o644))
		ts.Check(os.WriteFile(ts.MkAbs(e.Old), []byte(was), 0o644))
		journal.Files = append(journal.Files, e)
	}
	text, err := json.Marshal(journal)
	ts.Check(err)
	dir := filepath.Join(ts.Getenv("XDG_CACHE_HOME"), "closurefix")
	ts.Check(os.MkdirAll(dir, 0o700))
	ts.Check(os.WriteFile(filepath.Join(dir, "stopped.commit"), text, 0o600))
}
