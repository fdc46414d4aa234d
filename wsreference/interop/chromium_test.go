package interop

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// resultLine is a line of the page on Chromium's standard error.
var resultLine = regexp.MustCompile(`:CONSOLE.*"RESULT (.*)", source:`)

// TestChromium lets a browser run testdata/page.html from the server itself,
// so that the origin check is at work too.
func TestChromium(t *testing.T) {
	t.Parallel()
	chromium := program(t, "chromium", "chromium-browser", "google-chrome")
	for _, m := range modes {
		t.Run(m.name, func(t *testing.T) {
			s := newServer(t)
			got := browse(t, chromium, fmt.Sprintf("%s/page.html?mode=%d", s.URL, m.mode))
			if want := append(clientChecks(), "ok foreign origin refused", "done"); !slices.Equal(got, want) {
				t.Errorf("the page said %q; want %q", got, want)
			}
			s.wantEnds(t, 4001, -1)
		})
	}
}

// browse opens a page in Chromium and returns what it says up to "done" or
// "failed". A debugging port keeps a headless Chromium open; without one it
// leaves as soon as the page is loaded. Port 0 is any free one.
func browse(t *testing.T, chromium, url string) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), peerTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
		"--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
		"--disable-dev-shm-usage", "--no-proxy-server", "--user-data-dir="+t.TempDir(),
		"--remote-debugging-port=0", "--enable-logging=stderr", "--v=0", url)
	// Asked to go, it takes its children with it; killed, it leaves them behind.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 20 * time.Second
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var said, rest []string
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		line := lines.Text()
		m := resultLine.FindStringSubmatch(line)
		if m == nil {
			rest = append(rest, line)
			continue
		}
		said = append(said, m[1])
		if m[1] == "done" || strings.HasPrefix(m[1], "failed") {
			break
		}
	}
	cancel()
	for lines.Scan() { // up to the end of the last child, which may hold files open
	}
	_ = cmd.Wait() // its status is that of the signal
	if len(said) == 0 {
		t.Fatalf("the page said nothing; Chromium said:\n%s", strings.Join(rest, "\n"))
	}
	return said
}
