package heat

import (
	"bytes"
	"compress/gzip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/pprof/profile"
)

const program = `package m

import "testing"

var sink any

type T struct{ n int }

func (t *T) prepare(err *error) func() {
	defer recover()
	return func() { *err = nil; t.n++ } // line 11
}

func (t *T) Use() (err error) { // line 14
	defer t.prepare(&err)()
	return nil
}

func small(p *any) func() {
	return func() { *p = 1 } // line 20
}

func inlined() {
	var n any // line 24
	f := small(&n)
	sink = f
}

func BenchmarkUse(b *testing.B) {
	t := new(T)
	for range b.N {
		_ = t.Use()
		inlined()
	}
}
`

// TestHeap profiles a program whose allocations are known: each benchmark
// iteration makes four.
func TestHeap(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module example.com/m\n\ngo 1.26\n", "m_test.go": program} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("go", "test", "-run=^$", "-bench=.", "-benchtime=1000x", "-memprofile=mem", "-memprofilerate=1")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	all, err := Read([]string{filepath.Join(dir, "mem"), filepath.Join(dir, "mem")})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 2 || all[0].Kind != "alloc_objects" || all[1].Kind != "alloc_space" {
		t.Fatalf("profiles: %+v", all)
	}
	p := all[0]
	at := func(fn string, line int) []Place { return []Place{{"example.com/m." + fn, "m_test.go", line}} }
	// The benchmark runs 1 + 1000 times; the file was read twice.
	for _, test := range []struct {
		what   string
		places []Place
		want   int64
	}{
		{"literal", at("(*T).prepare", 11), 2 * 1001},
		{"result", at("(*T).Use", 14), 2 * 1001},
		{"inlined literal", at("small", 20), 2 * 1001},
		{"local", at("inlined", 24), 2 * 1001},
		{"both", append(at("(*T).prepare", 11), at("(*T).Use", 14)...), 4 * 1001},
		{"twice", append(at("(*T).prepare", 11), at("(*T).prepare", 11)...), 2 * 1001},
		{"other line", at("(*T).prepare", 10), 0},
		{"other function", at("(*T).prep", 11), 0},
	} {
		if got := p.Spent(test.places); got != test.want {
			t.Errorf("%s: %d objects, want %d", test.what, got, test.want)
		}
	}
	if share := p.Share(p.Spent(at("(*T).Use", 14))); share <= 0.1 || share > 0.25 {
		t.Errorf("the share of a result is %v", share)
	}
	body := Body{"example.com/m.(*T).prepare", "m_test.go", 9, 12}
	if got := p.Mismatch([]Body{body}); got != "" {
		t.Error(got)
	}
	if !p.Knows([]Body{body}) {
		t.Error("it does not know prepare")
	}
	body.From, body.To = 20, 30
	if got := p.Mismatch([]Body{body}); !strings.Contains(got, "mem does not match the code: it has example.com/m.(*T).prepare at m_test.go:11, and that is at m_test.go:20 to 30") {
		t.Errorf("the profile matches other code: %q", got)
	}
	if p.Knows([]Body{{Func: "example.com/m.other"}}) {
		t.Error("it knows a function that is not there")
	}
}

// TestCPU checks that only samples in the allocator count.
func TestCPU(t *testing.T) {
	fn := func(id uint64, name string) *profile.Function {
		return &profile.Function{ID: id, Name: name, Filename: "/src/m/m.go"}
	}
	malloc, object, other := fn(1, "runtime.mallocgc"), fn(2, "runtime.newobject"), fn(3, "runtime.chansend")
	prepare, use := fn(4, "example.com/m.prepare[...]"), fn(5, "example.com/m.use.func1")
	loc := func(id uint64, lines ...profile.Line) *profile.Location {
		return &profile.Location{ID: id, Line: lines}
	}
	inlined := loc(1, profile.Line{Function: prepare, Line: 7}, profile.Line{Function: use, Line: 20})
	raw := &profile.Profile{
		SampleType: []*profile.ValueType{{Type: "samples", Unit: "count"}, {Type: "cpu", Unit: "nanoseconds"}},
		PeriodType: &profile.ValueType{Type: "cpu", Unit: "nanoseconds"},
		Function:   []*profile.Function{malloc, object, other, prepare, use},
	}
	m, o, s := loc(2, profile.Line{Function: malloc, Line: 1}), loc(3, profile.Line{Function: object, Line: 1}), loc(4, profile.Line{Function: other, Line: 1})
	raw.Location = []*profile.Location{inlined, m, o, s}
	raw.Sample = []*profile.Sample{
		{Location: []*profile.Location{m, o, inlined}, Value: []int64{1, 30}},
		{Location: []*profile.Location{s, inlined}, Value: []int64{1, 50}},
		{Location: []*profile.Location{inlined}, Value: []int64{1, 20}},
	}
	name := filepath.Join(t.TempDir(), "cpu")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := raw.Write(f); err != nil {
		t.Fatal(err)
	}
	f.Close()
	all, err := Read([]string{name})
	if err != nil {
		t.Fatal(err)
	}
	p := all[0]
	if got := p.Spent([]Place{{"example.com/m.prepare", "m.go", 7}}); got != 30 || p.Total != 100 || p.Share(got) != 0.3 {
		t.Errorf("prepare took %d of %d", got, p.Total)
	}
	if got := p.Spent([]Place{{"example.com/m.use", "m.go", 20}}); got != 0 {
		t.Errorf("use took %d", got)
	}
}

func TestReadErrors(t *testing.T) {
	if _, err := Read([]string{filepath.Join(t.TempDir(), "none")}); err == nil {
		t.Error("a file that is not there is read")
	}
	name := filepath.Join(t.TempDir(), "bad")
	if err := os.WriteFile(name, []byte("not a profile"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Read([]string{name}); err == nil || !strings.HasPrefix(err.Error(), name+": ") {
		t.Errorf("the error is %v", err)
	}
	// A small file that unpacks to a large one, once or twice.
	packed := func(text []byte) []byte {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		if _, err := w.Write(text); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	bomb := packed(make([]byte, largest+1))
	for text, want := range map[string]string{
		string(bomb):                  "the profile has more than 64 MB",
		string(packed(bomb)):          "the profile is packed twice",
		string(bomb[:len(bomb)-1024]): "unexpected EOF",
	} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Read([]string{name}); err == nil || err.Error() != name+": "+want {
			t.Errorf("the error is %v, want %s", err, want)
		}
	}
}
