package choose

import (
	"go/token"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/closurefix/closurefix/rewrite"
)

func TestAdded(t *testing.T) {
	for _, test := range []struct {
		old, new string
		want     []int
	}{
		{"a\nb\n", "a\nb\n", nil},
		{"", "a\nb\n", []int{1, 2}},
		{"a\nb\nc\n", "a\nx\nc\n", []int{2}},
		{"a\nb\nc\n", "a\nc\n", nil},
		{"a\nb\n", "x\na\ny\nz\nb\nw\n", []int{1, 3, 4, 6}},
		{"a\nb\nc\nd\n", "b\nc\nx", []int{3}},
	} {
		if got := slices.Sorted(maps.Keys(added(test.old, test.new))); !slices.Equal(got, test.want) {
			t.Errorf("%q to %q: lines %v, want %v", test.old, test.new, got, test.want)
		}
	}
}

func TestSelect(t *testing.T) {
	dir := t.TempDir()
	f := rewrite.Finding{Package: "example.com/m/conn", Name: "(*Conn).lock", Kind: "capture", Pos: token.Position{Filename: filepath.Join(dir, "conn", "lock.go")}}
	for _, test := range []struct {
		flags Flags
		want  bool
	}{
		{Flags{Only: []string{"lock"}}, true},
		{Flags{Only: []string{"(*Conn).lock"}}, true},
		{Flags{Only: []string{"example.com/m/conn.(*Conn).lock"}}, true},
		{Flags{Only: []string{"other", "capture"}}, true},
		{Flags{Only: []string{"example.com/m/conn"}}, true},
		{Flags{Only: []string{"loc", "Conn", "example.com/m"}}, false},
		{Flags{Exclude: regexp.MustCompile("^conn/")}, false},
		{Flags{Exclude: regexp.MustCompile(`\.\(\*Conn\)\.lock$`)}, false},
		{Flags{Exclude: regexp.MustCompile("^lock")}, true},
		{Flags{Only: []string{"lock"}, Exclude: regexp.MustCompile("lock")}, false},
	} {
		wanted, _, err := test.flags.Select(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		if got := wanted(f); got != test.want {
			t.Errorf("%+v: %v, want %v", test.flags, got, test.want)
		}
	}
	wanted, missed, err := Flags{Only: []string{"lock", "pointer-argument", "unlock", "example.com/n"}}.Select(t.Context(), dir)
	if err != nil || !wanted(f) {
		t.Errorf("not selected; error %v", err)
	}
	if got, want := missed(), []string{"unlock", "example.com/n"}; !slices.Equal(got, want) {
		t.Errorf("names without a finding: %q, want %q", got, want)
	}
	if wanted, _, err := (Flags{}).Select(t.Context(), dir); wanted != nil || err != nil {
		t.Errorf("without flags: a function: %v, error %v", wanted != nil, err)
	}
}
