package rewrite

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestDiff(t *testing.T) {
	lines := strings.SplitAfter("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n18\n", "\n")
	old := strings.Join(lines, "")
	lines[1] = "two\nand\nmore\n"
	lines[5] = "" // in the hunk of the line before
	lines[15] = "sixteen\n"
	res := &Result{Files: []File{
		{Name: filepath.FromSlash("/m/sub/a.go"), Old: []byte(old), New: []byte(strings.Join(lines, ""))},
		{Name: filepath.FromSlash("/else/b.go"), Old: []byte("x\r\n"), New: []byte("y\r\n")},
	}}
	const want = `--- a/sub/a.go
+++ b/sub/a.go
@@ -1,9 +1,10 @@
 1
-2
+two
+and
+more
 3
 4
 5
-6
 7
 8
 9
@@ -13,6 +14,6 @@
 13
 14
 15
-16
+sixteen
 17
 18
--- /else/b.go
+++ /else/b.go
@@ -1 +1 @@
-x` + "\r\n+y\r\n"
	got, err := res.Diff(filepath.FromSlash("/m"))
	if err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// TestPatchName checks the quoting of names that git writes and reads.
func TestPatchName(t *testing.T) {
	for name, want := range map[string]string{
		"a/conn.go":       "a/conn.go",
		"a/two words.go":  "a/two words.go",
		"a/Größe.go":      "a/Größe.go",
		"a/\x1b[2J.go":    `"a/\033[2J.go"`,
		"a/x\ny\tz.go":    `"a/x\ny\tz.go"`,
		`a/quote".go`:     `"a/quote\".go"`,
		`a\b.go`:          `"a\\b.go"`,
		"a/delete\x7f.go": `"a/delete\177.go"`,
	} {
		if got := patchName(name); got != want {
			t.Errorf("patchName(%q) = %s, want %s", name, got, want)
		}
	}
}
