//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows

package dirlock

import (
	"errors"
	"path/filepath"
	"testing"
)

func TestTry(t *testing.T) {
	dir := t.TempDir()
	release, err := Try(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Try(dir); !errors.Is(err, ErrBusy) {
		t.Errorf("a second lock: %v", err)
	}
	release()
	if release, err = Try(dir); err != nil {
		t.Fatalf("after it was given back: %v", err)
	}
	release()
	if _, err := Try(filepath.Join(dir, "none")); err == nil || errors.Is(err, ErrBusy) {
		t.Errorf("of what is not there: %v", err)
	}
}
