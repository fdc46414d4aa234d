package rewrite_test

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/closurefix/closurefix/rewrite/internal/gen"
	"golang.org/x/tools/txtar"
)

var (
	programsFlag = flag.Int("programs", 60, "how many programs TestDifferential generates")
	seedFlag     = flag.Uint64("seed", 1, "seed of the first program of TestDifferential; the others follow")
	localFlag    = flag.Bool("local", false, "prepare functions are literals in local variables in all programs of TestDifferential, and not only where the last two bits of the seed are set")
	shrinkFlag   = flag.Int("shrink", 1, "how many failing programs of a kind TestDifferential reduces")
)

// specimensPerBatch bounds what is loaded and linked at a time.
const specimensPerBatch = 360

// TestDifferential generates programs with prepare functions (package gen says
// which), rewrites them, and runs both sides: they must print the same. It also
// holds that the result compiles, is gofmt-clean, keeps its comments and what
// does not concern it, and that a second run changes nothing.
//
// A failing program is reduced and left in the form of testdata/cases.
//
//	go test ./rewrite -run TestDifferential -v -programs 10000 -seed 1 -timeout 1h
func TestDifferential(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the go command")
	}
	var all tally
	reduced := make(map[string]int)
	timings := make(map[string]time.Duration)
	for from := 0; from < *programsFlag; from += specimensPerBatch {
		b := &batch{dir: filepath.Join(t.TempDir(), "batch"), timings: timings}
		for i := range min(specimensPerBatch, *programsFlag-from) {
			seed := *seedFlag + uint64(from+i)
			s, err := newSpecimen(gen.Random(seed), i, false, *localFlag || seed%4 == 3)
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			s.seed = seed
			b.specimens = append(b.specimens, s)
		}
		if err := b.try(t.Context()); err != nil {
			t.Errorf("seeds from %d on: %v", b.specimens[0].seed, err)
			continue
		}
		for _, s := range b.specimens {
			all.add(s)
			if all.all%(10*specimensPerBatch) == 0 {
				t.Logf("%d programs so far", all.all)
			}
			if s.fault == nil {
				continue
			}
			if reduced[s.fault.what]++; reduced[s.fault.what] > *shrinkFlag {
				t.Errorf("seed %d: %s: %s", s.seed, s.fault.what, s.fault.why)
				continue
			}
			file, small, err := reduce(t.Context(), t.TempDir(), s)
			if err != nil {
				t.Errorf("seed %d: %s: %s (it could not be reduced: %v)", s.seed, s.fault.what, s.fault.why, err)
				continue
			}
			t.Errorf("seed %d: %s; reduced to %s: %s", s.seed, s.fault.what, file, small.fault.why)
		}
	}
	t.Logf("%d programs, %s", all.all, all.String())
	for _, name := range slices.Sorted(maps.Keys(timings)) {
		t.Logf("%-14s %v", name, timings[name].Round(time.Millisecond))
	}
	// A generator whose programs are not compared, or mostly refused, tests little.
	if all.nils > 1+all.all/200 {
		t.Errorf("%d of %d programs follow a nil pointer", all.nils, all.all)
	}
	if all.functions >= 200 && 2*all.rewritten < all.functions {
		t.Errorf("only %d of %d prepare functions were rewritten", all.rewritten, all.functions)
	}
}

// A tally counts verdicts.
type tally struct {
	all                  int // programs
	functions, rewritten int
	programs             int // those with a rewritten function
	lines                int // of output
	crashed              int // programs on which Go's runtime failed
	nils                 int // programs that follow a nil pointer, and are not compared
	refused              map[string]int
	example              map[string]string
}

func (y *tally) add(s *specimen) {
	if y.refused == nil {
		y.refused, y.example = make(map[string]int), make(map[string]string)
	}
	y.all++
	y.lines += strings.Count(s.printed, "\n")
	if s.changed() {
		y.programs++
	}
	if calledNil(s.printed) {
		y.nils++
	}
	if s.crashed {
		y.crashed++
	}
	for _, v := range s.verdicts {
		y.functions++
		if v.rewritten {
			y.rewritten++
			continue
		}
		y.refused[v.code]++
		y.example[v.code] = v.why
	}
}

func (y *tally) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d changed; %d break the runtime; %d follow a nil pointer; %d lines printed; %d prepare functions, %d (%.0f %%) rewritten, refused:", y.programs, y.crashed, y.nils, y.lines, y.functions, y.rewritten, 100*float64(y.rewritten)/float64(max(1, y.functions)))
	codes := slices.SortedFunc(maps.Keys(y.refused), func(a, b string) int {
		return cmp.Or(y.refused[b]-y.refused[a], cmp.Compare(a, b))
	})
	for _, code := range codes {
		fmt.Fprintf(&b, "\n%6d %-17s %s", y.refused[code], code, y.example[code])
	}
	return b.String()
}

// cutsPerStep is how many simpler programs a step of a reduction tries at once.
const cutsPerStep = 48

// reduce looks for a smaller program with the same fault, and writes it to a
// file that stays.
//
// A step tries many cuts, each by itself, then those together that worked, or as
// many of them as work together.
func reduce(ctx context.Context, dir string, s *specimen) (file string, small *specimen, err error) {
	small = s
	for step, idle := 0, 0; idle < 6; step++ {
		tape := small.tape
		cuts := tape.Cuts(step, cutsPerStep)
		var tapes [][]int
		for _, c := range cuts {
			tapes = append(tapes, tape.Apply(c))
		}
		found, err := same(ctx, filepath.Join(dir, fmt.Sprint(step)), tapes, s.fault.what, false, s.local)
		if err != nil {
			return "", nil, err
		}
		var good []gen.Cut
		for i, c := range cuts {
			if found[i] != nil && found[i].size() < small.size() {
				good = append(good, c)
			}
		}
		if len(good) == 0 {
			idle++
			continue
		}
		idle, tapes = 0, nil
		for n := len(good); n > 0; n /= 2 {
			tapes = append(tapes, tape.Apply(good[:n]...), tape.Apply(good[len(good)-n:]...))
		}
		if found, err = same(ctx, filepath.Join(dir, fmt.Sprint(step, "-joined")), tapes, s.fault.what, false, s.local); err != nil {
			return "", nil, err
		}
		for _, f := range found {
			if f != nil && f.size() < small.size() {
				small = f
			}
		}
	}
	// By itself, the program has plainer names, unless these matter.
	alone, err := same(ctx, filepath.Join(dir, "alone"), [][]int{small.tape.Choices()}, s.fault.what, true, s.local)
	if err != nil {
		return "", nil, err
	}
	if alone[0] != nil {
		small = alone[0]
	}
	file, err = keep(s, small)
	return file, small, err
}

// same returns, for each tape, its program if that has the same kind of fault,
// or nil.
func same(ctx context.Context, dir string, tapes [][]int, what string, apart, local bool) ([]*specimen, error) {
	b := &batch{dir: dir, apart: apart, textOnly: what == "verify-failed" || what == "internal-error" || what == "run"}
	for i, choices := range tapes {
		s, err := newSpecimen(gen.Replay(choices), i, apart, local)
		if err != nil {
			return nil, err
		}
		b.specimens = append(b.specimens, s)
	}
	if err := b.try(ctx); err != nil {
		return nil, err
	}
	found := slices.Clone(b.specimens)
	for i, s := range found {
		if s.fault == nil || s.fault.what != what {
			found[i] = nil
		}
	}
	return found, nil
}

// keep writes a failing program to a file in the form of testdata/cases.
func keep(s, small *specimen) (string, error) {
	form := gen.Form{Package: "main", Main: "main", Suffix: small.suffix, Helpers: true}
	if len(small.files) > 1 {
		form.Package, form.Path, form.Far = "home", "example.com/generated/home", "main" // by the name of the case
	}
	p, err := gen.Generate(gen.Replay(small.tape.Choices()), form)
	if err != nil {
		return "", err
	}
	files := []txtar.File{{Name: "flags", Data: []byte("-all\n")}, {Name: "main.go", Data: p.Text}}
	if p.Far != nil {
		files[1].Data = p.Far
		files = append(files, txtar.File{Name: "home/home.go", Data: p.Text})
		files[0].Data = []byte("-all\n-exported\n")
	}
	var wants strings.Builder
	for _, name := range slices.Sorted(maps.Keys(small.verdicts)) {
		fmt.Fprintf(&wants, "any %s\n", name)
	}
	f, err := os.CreateTemp("", fmt.Sprintf("diff-%d-*.txtar", s.seed))
	if err != nil {
		return "", err
	}
	defer f.Close()
	_, err = f.Write(txtar.Format(&txtar.Archive{
		Comment: fmt.Appendf(nil, "Generated from seed %d: %s.\n\n", s.seed, s.fault.what),
		Files:   append(files, txtar.File{Name: "want", Data: []byte(wants.String())}),
	}))
	return f.Name(), err
}
