// Package heat reads CPU and heap profiles in the pprof format, and computes how much of
// them was spent on allocations at given lines.
//
// The frames of each sample are walked from the innermost, including inlined ones. Frames
// of the runtime are skipped. The first other frame is the one that allocated. In a CPU
// profile, a sample counts only if one of the skipped frames belongs to the allocator.
// Profiles do not attribute the cost of garbage collection to allocations.
package heat

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/google/pprof/profile"
)

// A Place is the line of an allocation in a function or in a function literal inside it.
type Place struct {
	Func string // the name in the runtime, as in example.com/m.(*Conn).prepareRead
	File string
	Line int
}

// A Body is the range of lines of a function.
type Body struct {
	Func     string
	File     string
	From, To int // first and last line
}

// A Profile is the sum of some profile files of one kind.
type Profile struct {
	Kind  string // cpu, alloc_objects, alloc_space, inuse_objects…
	Unit  string // nanoseconds, count, bytes…
	Total int64

	files   []string
	spent   map[Place]int64 // by place of allocation, with the base name of the file
	visited map[Place]bool  // places of all frames
}

// preferred lists the kinds of value, the most telling about allocations first.
var preferred = []string{"alloc_objects", "alloc_space", "cpu", "inuse_objects", "inuse_space"}

// Read reads profiles and adds up those of one kind. A heap profile has values of several
// kinds. Read uses alloc_objects and alloc_space.
func Read(names []string) ([]*Profile, error) {
	var all []*Profile
	for _, name := range names {
		raw, err := parse(name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if !slices.ContainsFunc(raw.Location, func(l *profile.Location) bool {
			return len(l.Line) > 0 && l.Line[0].Function != nil && l.Line[0].Line > 0
		}) {
			return nil, fmt.Errorf("%s: the profile has no functions or no lines", name)
		}
		found := false
		for _, kind := range []string{"alloc_objects", "alloc_space", "cpu"} {
			if i := slices.IndexFunc(raw.SampleType, func(t *profile.ValueType) bool { return t.Type == kind }); i >= 0 {
				all = add(all, name, raw, i)
				found = true
			}
		}
		if !found {
			return nil, fmt.Errorf("%s: %w", name, errKind)
		}
	}
	slices.SortStableFunc(all, func(a, b *Profile) int {
		return slices.Index(preferred, a.Kind) - slices.Index(preferred, b.Kind)
	})
	return all, nil
}

// largest is the size limit of an unpacked profile. It is more than programs produce, and
// little enough to be held in memory.
const largest = 64 << 20

// parse reads one file.
func parse(name string) (*profile.Profile, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	in := bufio.NewReader(f)
	var text io.Reader = in
	if magic, err := in.Peek(2); err == nil && magic[0] == 0x1f && magic[1] == 0x8b {
		if text, err = gzip.NewReader(in); err != nil {
			return nil, err
		}
	}
	// A small file may unpack to any size.
	data, err := io.ReadAll(io.LimitReader(text, largest+1))
	if err != nil {
		return nil, err
	}
	if len(data) > largest {
		return nil, fmt.Errorf("the profile has more than %d MB", largest>>20)
	}
	if len(data) > 1 && data[0] == 0x1f && data[1] == 0x8b {
		return nil, errors.New("the profile is packed twice")
	}
	return profile.ParseData(data)
}

var errKind = errors.New("neither a CPU nor a heap profile")

// add adds the values of one kind to the profile of that kind.
func add(all []*Profile, name string, raw *profile.Profile, index int) []*Profile {
	kind := raw.SampleType[index]
	i := slices.IndexFunc(all, func(p *Profile) bool { return p.Kind == kind.Type && p.Unit == kind.Unit })
	if i < 0 {
		i = len(all)
		all = append(all, &Profile{Kind: kind.Type, Unit: kind.Unit, spent: make(map[Place]int64), visited: make(map[Place]bool)})
	}
	p := all[i]
	p.files = append(p.files, name)
	for _, s := range raw.Sample {
		p.Total += s.Value[index]
		p.sample(s, s.Value[index], kind.Type == "cpu")
	}
	return all
}

// sample adds a sample to the place that allocated.
func (p *Profile) sample(s *profile.Sample, value int64, cpu bool) {
	allocates, done := !cpu, false
	for _, loc := range s.Location {
		for _, line := range loc.Line {
			if line.Function == nil {
				continue
			}
			name := plain(line.Function.Name)
			place := Place{name, filepath.Base(filepath.ToSlash(line.Function.Filename)), int(line.Line)}
			p.visited[place] = true
			if done {
				continue
			}
			if ofRuntime(name) {
				allocates = allocates || strings.HasPrefix(name, "runtime.newobject") || strings.HasPrefix(name, "runtime.malloc")
				continue
			}
			done = true
			if allocates {
				p.spent[place] += value
			}
		}
	}
}

func ofRuntime(name string) bool {
	return strings.HasPrefix(name, "runtime.") || strings.HasPrefix(name, "internal/runtime/")
}

var instance = regexp.MustCompile(`\[[^\]]*\]`)

// plain returns the name of a function without type arguments.
func plain(name string) string { return instance.ReplaceAllString(name, "") }

// within reports whether name is that of fn or of a literal inside it.
func within(name, fn string) bool {
	rest, ok := strings.CutPrefix(name, fn)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '-')
}

// Spent returns the total spent on allocations at the places, without counting a place
// twice.
func (p *Profile) Spent(places []Place) int64 {
	var sum int64
	for at, value := range p.spent {
		if slices.ContainsFunc(places, func(q Place) bool {
			return at.Line == q.Line && at.File == filepath.Base(q.File) && within(at.Func, q.Func)
		}) {
			sum += value
		}
	}
	return sum
}

// Mismatch returns a sentence if the profile has frames of one of the functions outside of
// its lines. It was then taken from other code. Otherwise Mismatch returns "".
func (p *Profile) Mismatch(bodies []Body) string {
	var wrong []string
	for at := range p.visited {
		for _, b := range bodies {
			if !within(at.Func, b.Func) {
				continue
			}
			if at.File != filepath.Base(b.File) || at.Line < b.From || at.Line > b.To {
				wrong = append(wrong, fmt.Sprintf("it has %s at %s:%d, and that is at %s:%d to %d",
					at.Func, at.File, at.Line, filepath.Base(b.File), b.From, b.To))
			}
		}
	}
	if len(wrong) == 0 {
		return ""
	}
	slices.Sort(wrong)
	return fmt.Sprintf("%s does not match the code: %s", strings.Join(p.files, ", "), wrong[0])
}

// Knows reports whether the profile has a frame in one of the functions.
func (p *Profile) Knows(bodies []Body) bool {
	for at := range p.visited {
		if slices.ContainsFunc(bodies, func(b Body) bool { return within(at.Func, b.Func) }) {
			return true
		}
	}
	return false
}

// Share returns a value as a fraction of the total, from 0 to 1.
func (p *Profile) Share(value int64) float64 {
	if p.Total == 0 {
		return 0
	}
	return float64(value) / float64(p.Total)
}
