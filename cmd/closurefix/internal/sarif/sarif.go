// Package sarif writes a report in the Static Analysis Results Interchange Format, SARIF
// 2.1.0, which code hosts and editors read:
//
//	res, err := rewrite.Run(ctx, rewrite.Options{Dir: dir})
//	if err != nil {
//		return err
//	}
//	return sarif.Write(w, report.New(res, report.At(dir, ""), false))
//
// Each category of findings is a rule with help. A finding is a result at the name of its
// function. Its level is warning, or note if it is refused. File names are relative to
// the root of the repository, "%SRCROOT%". A result has
//
//   - a fix over all files that the rewrite changes,
//   - related locations: the obstacle to a rewrite and, with rewrite.Options.Escape, the
//     heap allocations with the compiler's reasons,
//   - a fingerprint, closurefixFunction/v1, made of the function's package and name and
//     the category, so that it does not depend on lines,
//   - properties: the code of the refusal and what to do about it, the figures of the
//     compiler and of profiles, the changes of heap allocations, notes, and how the
//     rewrite was decided.
//
// Columns count UTF-16 code units, the default of the standard. Invisible characters are
// written out in messages, as everywhere in closurefix.
package sarif

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"go/token"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/closurefix/closurefix/cmd/closurefix/internal/report"
	"github.com/closurefix/closurefix/cmd/closurefix/internal/visible"
	"github.com/closurefix/closurefix/rewrite/misuse"
	"github.com/closurefix/closurefix/rewrite/pattern"
)

const home = "https://github.com/closurefix/closurefix"

// Write writes a report as a SARIF log with one run. It reads the files of the findings,
// and returns an error if it cannot.
func Write(w io.Writer, rep *report.Report) error {
	r := &writer{Place: rep.Place, files: make(map[string][]byte), seen: make(map[string]int)}
	out := run{
		Tool:        tool{driver{Name: "closurefix", Version: rep.Version, InformationURI: home}},
		Invocations: []invocation{{Successful: true}},
		BaseIDs: map[string]artifactLocation{base: {
			Description: &message{"The root of the repository."},
		}},
		ColumnKind: "utf16CodeUnits",
		Results:    []result{},
	}
	index := make(map[string]int)
	for i, e := range pattern.Explanations() {
		index[string(e.Kind)] = i
		out.Tool.Driver.Rules = append(out.Tool.Driver.Rules, ruleOf(e))
	}
	for _, e := range misuse.Explanations() {
		index[string(e.Kind)] = len(out.Tool.Driver.Rules)
		out.Tool.Driver.Rules = append(out.Tool.Driver.Rules, ruleOfBug(e))
	}
	for _, f := range rep.Findings {
		one, err := r.result(f)
		if err != nil {
			return err
		}
		one.RuleIndex = index[f.Category]
		out.Results = append(out.Results, one)
	}
	for _, b := range rep.Bugs {
		one, err := r.bug(b)
		if err != nil {
			return err
		}
		one.RuleIndex = index[b.Category]
		out.Results = append(out.Results, one)
	}
	for _, text := range rep.Warnings {
		out.Invocations[0].Notifications = append(out.Invocations[0].Notifications, notification{
			Level: "warning", Message: message{visible.Text(text)},
		})
	}
	for _, d := range rep.Idle {
		at, err := r.location(d.Pos, token.Position{}, "")
		if err != nil {
			return err
		}
		out.Invocations[0].Notifications = append(out.Invocations[0].Notifications, notification{
			Level: "note", Message: message{visible.Text("this comment silences nothing: " + d.Text)}, Locations: []location{at},
		})
	}
	if rep.Unloaded != nil {
		out.Invocations[0].Successful = false
		for _, problem := range rep.Unloaded.Problems {
			if problem.File != "" {
				problem.File = r.short(problem.File)
			}
			out.Invocations[0].Notifications = append(out.Invocations[0].Notifications, notification{
				Level: "error", Message: message{visible.Text(problem.String())},
			})
		}
	}
	if left := report.LeftOut(rep.LeftOut); left != "" {
		out.Invocations[0].Notifications = append(out.Invocations[0].Notifications, notification{Level: "note", Message: message{left}})
	}
	// The buffer prevents a truncated log after an error.
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", "  ")
	if err := enc.Encode(log{
		Schema:  "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
		Version: "2.1.0",
		Runs:    []run{out},
	}); err != nil {
		return err
	}
	_, err := w.Write(visible.JSON(b.Bytes()))
	return err
}

// base is the name by which code hosts refer to the root of a repository.
const base = "%SRCROOT%"

// ruleName returns the name of the rule for a category: NilCleanup for nil-cleanup.
func ruleName(category string) string {
	var name strings.Builder
	for word := range strings.SplitSeq(category, "-") {
		name.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return name.String()
}

// ruleOfBug returns the rule for a category of bugs at callers.
func ruleOfBug(e misuse.Explanation) rule {
	return rule{
		ID:    string(e.Kind),
		Name:  ruleName(string(e.Kind)),
		Short: message{e.Title},
		Full:  message{e.Meaning},
		Help: markdown{
			Text:     e.Meaning + "\n\n" + e.Example + "\n\n" + e.Advice + "\n\n" + e.Fixed,
			Markdown: e.Meaning + "\n\n```go\n" + e.Example + "\n```\n\n" + e.Advice + "\n\n```go\n" + e.Fixed + "\n```",
		},
		HelpURI:       pattern.Page + "#" + string(e.Kind),
		Configuration: configuration{"warning"},
		Properties: map[string]any{
			"tags":             []string{"correctness", "error-handling"},
			"precision":        "very-high",
			"problem.severity": "warning",
		},
	}
}

// ruleOf returns the rule for a category of prepare functions.
func ruleOf(e pattern.Explanation) rule {
	return rule{
		ID:    string(e.Kind),
		Name:  ruleName(string(e.Kind)),
		Short: message{e.Title},
		Full:  message{e.Meaning},
		Help: markdown{
			Text:     e.Meaning + "\n\n" + e.Example + "\n\n" + e.Advice,
			Markdown: e.Meaning + "\n\n```go\n" + e.Example + "\n```\n\n" + e.Advice,
		},
		HelpURI:       pattern.Page + "#" + string(e.Kind),
		Configuration: configuration{"warning"},
		Properties: map[string]any{
			"tags":             []string{"performance", "allocation"},
			"precision":        "very-high",
			"problem.severity": "recommendation",
		},
	}
}

// A writer converts findings to results.
type writer struct {
	report.Place
	files map[string][]byte
	seen  map[string]int // number of findings with the same fingerprint so far
}

// result returns the result for a finding.
func (r *writer) result(f report.Finding) (result, error) {
	at, err := r.location(f.Pos, f.End, "")
	if err != nil {
		return result{}, err
	}
	at.Logical = []logicalLocation{{Name: f.Package + "." + f.Function, Kind: "function"}}
	out := result{
		RuleID:     f.Category,
		Level:      "warning",
		Message:    message{visible.Text(f.Message + ".\n" + f.Outcome(r.short) + ".")},
		Locations:  []location{at},
		Properties: make(map[string]any),
	}
	// Files for different systems may declare functions with the same name.
	name := f.Package + "\x00" + f.Function + "\x00" + f.Category
	out.Fingerprints = map[string]string{
		"closurefixFunction/v1": fmt.Sprintf("%x:%d", sha256.Sum256([]byte(name)), r.seen[name]),
	}
	r.seen[name]++
	relate := func(p token.Position, text string) error {
		l, err := r.location(p, token.Position{}, visible.Text(text))
		l.ID = len(out.Related) + 1
		out.Related = append(out.Related, l)
		return err
	}
	if why := f.Refusal; why != nil {
		out.Level = "note"
		out.Properties["refusal"] = why.Code
		if why.Help != "" {
			out.Properties["help"] = why.Help
		}
		if why.Pos.IsValid() && why.Pos != f.Pos {
			if err := relate(why.Pos, why.Reason); err != nil {
				return result{}, err
			}
		}
	} else if len(f.Edits) > 0 {
		one, err := r.fix(f)
		if err != nil {
			return result{}, err
		}
		out.Fixes = []fix{one}
	}
	if h := f.Heap; h != nil {
		out.Properties["allocationsPerCall"] = [2]int{h.Least, h.Most}
		for _, a := range h.Allocations {
			text := strings.Join(append([]string{a.What + " in " + a.Func + " is on the heap"}, a.Reason...), "\n")
			if err := relate(a.Pos, text); err != nil {
				return result{}, err
			}
		}
	}
	for _, c := range f.Costs {
		out.Properties["profile."+c.Kind] = c.Share
	}
	for name, lines := range map[string][]string{"notes": f.Notes, "trace": f.Trace, "gain": gains(f)} {
		if len(lines) > 0 {
			out.Properties[name] = lines
		}
	}
	return out, nil
}

// bug returns the result for a bug at a caller. It has no fix, because programs may apply
// fixes without review, and this one would change what the code does. The replacement is
// a property instead.
func (r *writer) bug(b report.Bug) (result, error) {
	at, err := r.location(b.Pos, b.End, "")
	if err != nil {
		return result{}, err
	}
	if b.Function != "" {
		at.Logical = []logicalLocation{{Name: b.Package + "." + b.Function, Kind: "function"}}
	}
	out := result{
		RuleID:     b.Category,
		Level:      "warning",
		Message:    message{visible.Text(b.Message + ".")},
		Locations:  []location{at},
		Properties: map[string]any{"help": b.Help},
	}
	name := b.Package + "\x00" + b.Function + "\x00" + b.Category
	out.Fingerprints = map[string]string{
		"closurefixFunction/v1": fmt.Sprintf("%x:%d", sha256.Sum256([]byte(name)), r.seen[name]),
	}
	r.seen[name]++
	if b.Instead != "" {
		out.Properties["instead"] = b.Instead
	}
	for _, m := range b.Related {
		l, err := r.location(m.Pos, token.Position{}, visible.Text(m.Message))
		if err != nil {
			return result{}, err
		}
		l.ID = len(out.Related) + 1
		out.Related = append(out.Related, l)
	}
	return out, nil
}

// gains returns the changes of heap allocations by a rewrite, one line for each function.
func gains(f report.Finding) []string {
	var lines []string
	for _, g := range f.Gain {
		lines = append(lines, g.Func+": "+report.Counts(g))
	}
	return lines
}

// fix returns the fix for a finding. Its edits are sorted by file and offset.
func (r *writer) fix(f report.Finding) (fix, error) {
	out := fix{Description: message{visible.Text(f.Outcome(r.short))}}
	last := ""
	for i, e := range f.Edits {
		if i == 0 || e.File != last {
			out.Changes = append(out.Changes, change{Artifact: r.artifact(e.File)})
			last = e.File
		}
		text, err := r.read(e.File)
		if err != nil {
			return fix{}, err
		}
		if e.Start > e.End || e.End > len(text) {
			return fix{}, fmt.Errorf("%s: the file changed during the run", e.File)
		}
		var deleted region
		deleted.StartLine, deleted.StartColumn = place(text, e.Start)
		deleted.EndLine, deleted.EndColumn = place(text, e.End)
		c := &out.Changes[len(out.Changes)-1]
		c.Replacements = append(c.Replacements, replacement{deleted, content{e.New}})
	}
	return out, nil
}

// location returns the location of a range. Without an end, it is a single position.
func (r *writer) location(p, end token.Position, text string) (location, error) {
	l := location{Physical: physicalLocation{Artifact: r.artifact(p.Filename)}}
	if text != "" {
		l.Message = &message{text}
	}
	if p.Line == 0 {
		return l, nil // the whole file
	}
	src, err := r.read(p.Filename)
	if err != nil {
		return l, err
	}
	at := &region{StartLine: p.Line, StartColumn: column(src, p)}
	if end.IsValid() && end.Line == p.Line {
		at.EndColumn = column(src, end)
	}
	l.Physical.Region = at
	return l, nil
}

// read returns the content of a file.
func (r *writer) read(name string) ([]byte, error) {
	if text, ok := r.files[name]; ok {
		return text, nil
	}
	text, err := os.ReadFile(name)
	if err == nil {
		r.files[name] = text
	}
	return text, err
}

// short returns a file name as it appears in messages.
func (r *writer) short(name string) string { return visible.Line(r.FromRoot(name)) }

// artifact returns the URI of a file, which is relative if the file is below the root.
func (r *writer) artifact(name string) artifactLocation {
	if rel, err := filepath.Rel(r.Root, name); err == nil && filepath.IsLocal(rel) {
		return artifactLocation{URI: (&url.URL{Path: filepath.ToSlash(rel)}).String(), BaseID: base}
	}
	path := filepath.ToSlash(name)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // with a volume name: file:///C:/…
	}
	return artifactLocation{URI: (&url.URL{Scheme: "file", Path: path}).String()}
}

// place returns the line and column of an offset.
func place(text []byte, offset int) (line, col int) {
	before := text[:offset]
	start := bytes.LastIndexByte(before, '\n') + 1
	return 1 + bytes.Count(before, []byte("\n")), 1 + units(before[start:])
}

// column converts the column of a position from bytes to UTF-16 code units. The column is
// 1 if the line does not exist.
func column(text []byte, p token.Position) int {
	for range p.Line - 1 {
		i := bytes.IndexByte(text, '\n')
		if i < 0 {
			return 0
		}
		text = text[i+1:]
	}
	if p.Column < 1 || p.Column-1 > len(text) {
		return 0
	}
	return 1 + units(text[:p.Column-1])
}

// units returns the number of UTF-16 code units of a text.
func units(text []byte) int {
	n := 0
	for _, r := range string(text) {
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}
