package callers

import (
	"go/build"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestSystems: the go command knows what Go builds for.
func TestSystems(t *testing.T) {
	out, err := exec.Command("go", "tool", "dist", "list").Output()
	if err != nil {
		t.Fatal(err)
	}
	known, listed := strings.Fields(string(out)), strings.Fields(systems)
	slices.Sort(known)
	slices.Sort(listed)
	for _, pair := range known {
		if !slices.Contains(listed, pair) {
			t.Errorf("%s is missing", pair)
		}
	}
	for _, pair := range listed {
		goos, goarch, _ := strings.Cut(pair, "/")
		if !platform(goos) || !platform(goarch) {
			t.Errorf("package build does not know %s", pair)
		}
	}
	for _, word := range []string{"unix", "test", "cgo", "closure", "go1.21"} {
		if platform(word) {
			t.Errorf("%s is no system", word)
		}
	}
}

func TestBuiltFiles(t *testing.T) {
	for _, tt := range []struct {
		a, b      string // file names, with a build constraint after a space
		together  bool
		perSystem bool
	}{
		{"a.go", "b.go", true, true},
		{"a.go", "b.go ignore", true, true},
		{"a_linux.go", "b.go !linux", false, true},
		{"a_linux.go", "b.go unix", true, true},
		{"a_unix.go", "b_windows.go", true, true}, // unix is no system in a name
		{"a.go unix", "b_windows.go", false, true},
		{"a.go unix", "b.go !linux", true, true},
		{"a_linux.go", "b_android.go", true, true},
		{"a_windows_amd64.go", "b_amd64.go", true, true},
		{"a_windows_amd64.go", "b_windows_arm64.go", false, true},
		{"a.go closure", "b.go !closure", false, false},
		{"a.go finish && !closure", "b.go closure", false, false},
		{"a_amd64.go !purego", "b.go !amd64 || purego", false, true},
		{"a.go cgo", "b.go !cgo", false, false},
		{"a_linux_test.go", "b_test.go !linux", false, true},
		{"a.go go1.900", "b.go !go1.900", false, false},
		{"a.go !go1.1", "b.go", false, false},
	} {
		a, b := builtOf(tt.a), builtOf(tt.b)
		if got := together(a, b); got != tt.together {
			t.Errorf("%s and %s are built together: %v, want %v", tt.a, tt.b, got, tt.together)
		}
		if got := perSystem(a, b); got != tt.perSystem {
			t.Errorf("%s and %s are for systems of their own: %v, want %v", tt.a, tt.b, got, tt.perSystem)
		}
	}
	c := newBuiltFile("a.go", []byte("package p\n\n// #include <stdio.h>\nimport \"C\"\n"))
	if d := builtOf("b.go !cgo"); together(c, d) {
		t.Error("a file that imports C is built together with one for !cgo")
	}
}

func TestAdvice(t *testing.T) {
	host := build.Default.GOOS + "/" + build.Default.GOARCH
	other, name := "windows/amd64", "x_windows.go"
	if build.Default.GOOS == "windows" {
		other, name = "linux/amd64", "x_linux.go"
	}
	home := builtOf("home.go")
	for file, want := range map[string]string{
		name:                            "; closurefix -config " + other + " includes it",
		name + " debug":                 "; closurefix -config " + other + " -tags debug includes it",
		"x.go debug":                    "; closurefix -tags debug includes it",
		"x.go a && b":                   "; closurefix -tags a,b includes it",
		"x.go go1.900":                  "; closurefix with Go 1.900 includes it",
		"x.go !go1.1":                   "",
		"x.go a && go1.900 && go1.1000": "; closurefix -tags a with Go 1.1000 includes it",
		"x.go ignore":                   "",
		"x_s390x.go":                    "; closurefix -config linux/s390x includes it",
		"x.go wasm && js":               "; closurefix -config js/wasm includes it",
	} {
		if got := advice(&World{}, home, []builtFile{builtOf(file)}); got != want && !strings.Contains(want, host) {
			t.Errorf("%s: %q, want %q", file, got, want)
		}
	}
	asked := &World{Systems: []string{"aix/ppc64"}, Tags: []string{"b"}}
	if got, want := advice(asked, home, []builtFile{builtOf("x_plan9.go a")}), "; closurefix -config aix/ppc64,plan9/amd64 -tags a,b includes it"; got != want {
		t.Errorf("beside other flags: %q, want %q", got, want)
	}
	several := []builtFile{builtOf("x_plan9.go"), builtOf("x_js.go"), builtOf("x.go debug"), builtOf("y_wasm.go")}
	if got, want := advice(&World{}, home, several), "; closurefix -config js/wasm,plan9/amd64 -tags debug includes it, x_js.go, x.go and y_wasm.go"; got != want {
		t.Errorf("several files: %q, want %q", got, want)
	}
	if got := advice(&World{}, builtOf("home.go !debug"), []builtFile{builtOf("x.go debug")}); got != "" {
		t.Errorf("%q leaves out the function", got)
	}
	if build.Default.CgoEnabled {
		return // the host has no build for !cgo
	}
	if got, want := advice(&World{}, home, []builtFile{builtOf("x.go cgo")}), "; CGO_ENABLED=1 closurefix includes it"; got != want {
		t.Errorf("cgo: %q, want %q", got, want)
	}
}

// builtOf returns a file with a name and, after a space, a build constraint.
func builtOf(s string) builtFile {
	name, line, ok := strings.Cut(s, " ")
	text := "package p\n"
	if ok {
		text = "//go:build " + line + "\n\n" + text
	}
	return newBuiltFile(name, []byte(text))
}
