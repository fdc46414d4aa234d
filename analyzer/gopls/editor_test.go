//go:build e2e

package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// An editor communicates with a language server over its stdin and stdout, and holds the
// open files. It counts columns in bytes, since the files of the tests are ASCII.
type editor struct {
	t   testing.TB
	pid int
	in  io.WriteCloser
	out *bufio.Reader
	id  int

	published map[string]publication // by file
}

// A publication holds the latest diagnostics of the server for a file.
type publication struct {
	version     int
	diagnostics []diagnostic
}

type (
	position struct {
		Line      int `json:"line"` // from 0
		Character int `json:"character"`
	}
	span struct {
		Start position `json:"start"`
		End   position `json:"end"`
	}
	diagnostic struct {
		Range   span   `json:"range"`
		Code    string `json:"code"`
		Source  string `json:"source"`
		Message string `json:"message"`
		About   struct {
			Href string `json:"href"`
		} `json:"codeDescription"`
		raw json.RawMessage
	}
	textEdit struct {
		Range   span   `json:"range"`
		NewText string `json:"newText"`
	}
	codeAction struct {
		Title string `json:"title"`
		Kind  string `json:"kind"`
		Edit  struct {
			DocumentChanges []struct {
				TextDocument struct {
					URI string `json:"uri"`
				} `json:"textDocument"`
				Edits []textEdit `json:"edits"`
			} `json:"documentChanges"`
		} `json:"edit"`
	}
)

// start starts a server on a module, with settings of gopls. The server stops at the end
// of the test.
func start(t testing.TB, program, dir string, settings map[string]any) *editor {
	t.Helper()
	// The context of the test ends before its Cleanup functions run.
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	cmd := exec.CommandContext(ctx, program)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOPLSCACHE="+t.TempDir(), "GOFLAGS=", "GOWORK=off")
	cmd.Stderr = t.Output()
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s := &editor{t: t, pid: cmd.Process.Pid, in: in, out: bufio.NewReader(out), published: make(map[string]publication)}
	t.Cleanup(func() {
		s.call("shutdown", nil, nil)
		s.notify("exit", nil)
		if err := cmd.Wait(); err != nil {
			t.Errorf("the server ends with %v", err)
		}
		cancel()
	})
	s.call("initialize", map[string]any{
		"rootUri":               uri(dir),
		"initializationOptions": settings,
		"capabilities": map[string]any{
			"workspace": map[string]any{"workspaceEdit": map[string]any{"documentChanges": true}},
			"textDocument": map[string]any{
				"publishDiagnostics": map[string]any{"versionSupport": true, "relatedInformation": true},
				"codeAction": map[string]any{"codeActionLiteralSupport": map[string]any{
					"codeActionKind": map[string]any{"valueSet": []string{"quickfix"}},
				}},
			},
		},
	}, nil)
	s.notify("initialized", map[string]any{})
	return s
}

func uri(file string) string {
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(file)}).String()
}

func (s *editor) send(message map[string]any) {
	s.t.Helper()
	message["jsonrpc"] = "2.0"
	data, err := json.Marshal(message)
	if err == nil {
		_, err = fmt.Fprintf(s.in, "Content-Length: %d\r\n\r\n%s", len(data), data)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *editor) notify(method string, params any) {
	s.t.Helper()
	s.send(map[string]any{"method": method, "params": params})
}

// call sends a request and waits for the result.
func (s *editor) call(method string, params, result any) {
	s.t.Helper()
	s.id++
	s.send(map[string]any{"id": s.id, "method": method, "params": params})
	for {
		m := s.receive()
		if m.Method != "" || string(m.ID) != strconv.Itoa(s.id) {
			continue
		}
		if m.Error != nil {
			s.t.Fatalf("%s: %s", method, m.Error)
		}
		if result != nil {
			if err := json.Unmarshal(m.Result, result); err != nil {
				s.t.Fatalf("%s: %v", method, err)
			}
		}
		return
	}
}

type message struct {
	ID                    json.RawMessage
	Method                string
	Params, Result, Error json.RawMessage
}

// receive reads a message, stores published diagnostics, and answers requests.
func (s *editor) receive() *message {
	s.t.Helper()
	size := 0
	for {
		line, err := s.out.ReadString('\n')
		if err != nil {
			s.t.Fatalf("the server is gone: %v", err)
		}
		line = strings.TrimSpace(line)
		if line == "" {
			break
		}
		if n, ok := strings.CutPrefix(line, "Content-Length: "); ok {
			if size, err = strconv.Atoi(n); err != nil {
				s.t.Fatal(err)
			}
		}
	}
	data := make([]byte, size)
	if _, err := io.ReadFull(s.out, data); err != nil {
		s.t.Fatal(err)
	}
	m := new(message)
	if err := json.Unmarshal(data, m); err != nil {
		s.t.Fatal(err)
	}
	switch {
	case m.Method == "textDocument/publishDiagnostics":
		s.publish(m.Params)
	case m.Method == "window/showMessage":
		s.t.Logf("the server says %s", m.Params)
	case m.Method != "" && m.ID != nil:
		s.send(map[string]any{"id": m.ID, "result": nil})
	}
	return m
}

func (s *editor) publish(params json.RawMessage) {
	s.t.Helper()
	var p struct {
		URI         string
		Version     int
		Diagnostics []json.RawMessage
	}
	if err := json.Unmarshal(params, &p); err != nil {
		s.t.Fatal(err)
	}
	now := publication{version: p.Version}
	for _, raw := range p.Diagnostics {
		d := diagnostic{raw: raw}
		if err := json.Unmarshal(raw, &d); err != nil {
			s.t.Fatal(err)
		}
		now.diagnostics = append(now.diagnostics, d)
	}
	s.published[p.URI] = now
}

// open opens a file with its content on disk.
func (s *editor) open(file string) {
	s.t.Helper()
	s.notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{
		"uri": uri(file), "languageId": "go", "version": 1, "text": s.read(file),
	}})
}

// change replaces the text of an open file without saving it.
func (s *editor) change(file string, version int, text string) {
	s.t.Helper()
	s.notify("textDocument/didChange", map[string]any{
		"textDocument":   map[string]any{"uri": uri(file), "version": version},
		"contentChanges": []any{map[string]any{"text": text}},
	})
}

func (s *editor) read(file string) string {
	s.t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(text)
}

// await waits until the server publishes, for a version of a file, a diagnostic of the
// analyzer that contains text. It returns all diagnostics of the analyzer for that
// version.
func (s *editor) await(file string, version int, text string) []diagnostic {
	s.t.Helper()
	return s.awaitFrom("closurefix", file, version, text)
}

// awaitFrom is like await, for any analyzer of gopls.
func (s *editor) awaitFrom(analyzer, file string, version int, text string) []diagnostic {
	s.t.Helper()
	for {
		if p := s.published[uri(file)]; p.version == version {
			var ours []diagnostic
			found := false
			for _, d := range p.diagnostics {
				if d.Source == analyzer {
					ours = append(ours, d)
					found = found || strings.Contains(d.Message, text)
				}
			}
			if found {
				return ours
			}
		}
		s.receive()
	}
}

// fix returns the one quick fix of a diagnostic.
func (s *editor) fix(file string, d diagnostic) codeAction {
	s.t.Helper()
	var actions []codeAction
	s.call("textDocument/codeAction", map[string]any{
		"textDocument": map[string]any{"uri": uri(file)},
		"range":        span{d.Range.Start, d.Range.Start},
		"context":      map[string]any{"diagnostics": []json.RawMessage{d.raw}, "only": []string{"quickfix"}},
	}, &actions)
	actions = slices.DeleteFunc(actions, func(a codeAction) bool { return len(a.Edit.DocumentChanges) == 0 })
	if len(actions) != 1 {
		s.t.Fatalf("%d quick fixes, want 1: %v", len(actions), actions)
	}
	return actions[0]
}

// apply writes the changes of an action to disk, notifies the server of files that are
// not open, and returns the names of all changed files.
func (s *editor) apply(a codeAction) []string {
	s.t.Helper()
	var files []string
	var events []any
	for _, c := range a.Edit.DocumentChanges {
		u, err := url.Parse(c.TextDocument.URI)
		if err != nil {
			s.t.Fatal(err)
		}
		file := filepath.FromSlash(u.Path)
		if err := os.WriteFile(file, []byte(edited(s.read(file), c.Edits)), 0o666); err != nil {
			s.t.Fatal(err)
		}
		files = append(files, file)
		events = append(events, map[string]any{"uri": c.TextDocument.URI, "type": 2})
	}
	s.notify("workspace/didChangeWatchedFiles", map[string]any{"changes": events})
	return files
}

// edited returns a text with edits applied, which must not overlap.
func edited(text string, edits []textEdit) string {
	edits = slices.SortedStableFunc(slices.Values(edits), func(a, b textEdit) int {
		return cmp.Or(cmp.Compare(a.Range.Start.Line, b.Range.Start.Line), cmp.Compare(a.Range.Start.Character, b.Range.Start.Character))
	})
	var starts []int // offsets of lines
	for offset := 0; offset <= len(text); {
		starts = append(starts, offset)
		i := strings.IndexByte(text[offset:], '\n')
		if i < 0 {
			break
		}
		offset += i + 1
	}
	at := func(p position) int { return starts[p.Line] + p.Character }
	var b strings.Builder
	done := 0
	for _, e := range edits {
		b.WriteString(text[done:at(e.Range.Start)])
		b.WriteString(e.NewText)
		done = at(e.Range.End)
	}
	b.WriteString(text[done:])
	return b.String()
}
