package callers

import (
	"go/build"
	"go/version"
	"slices"
	"strings"
)

// advice returns a clause to append to a reason that names the first of some files: the flags,
// the environment, and the Go release if it must be a later one, with which closurefix includes
// all of the files in addition to what the user requested. It returns "" if none include them
// together with home, the file of the prepare function.
func advice(w *World, home builtFile, files []builtFile) string {
	subsets, ok := choices(append([]builtFile{home}, files...)...)
	if !ok {
		return ""
	}
	for _, more := range subsets {
		if slices.Contains(more, "ignore") {
			continue
		}
		if all, ok := covering(w, more, home, files); ok {
			return clause(w, more, all, files)
		}
	}
	return ""
}

// covering returns the builds, besides those that the user requested, that include all of some
// files, with more tags. They are as few as one can easily find. A requested build must still
// include home.
func covering(w *World, more []string, home builtFile, files []builtFile) (besides []buildOf, ok bool) {
	with := func(b buildOf) buildOf {
		b.tags = slices.Concat(w.Tags, more)
		if b.goos == build.Default.GOOS && b.goarch == build.Default.GOARCH && build.Default.CgoEnabled {
			b.tags = append(b.tags, "cgo")
		}
		return b
	}
	requested := []buildOf{with(buildOf{goos: build.Default.GOOS, goarch: build.Default.GOARCH})}
	for _, pair := range w.Systems {
		goos, goarch, _ := strings.Cut(pair, "/")
		requested = append(requested, with(buildOf{goos: goos, goarch: goarch}))
	}
	if !slices.ContainsFunc(requested, home.in) {
		return nil, false
	}
	left := func(files []builtFile, b buildOf) []builtFile {
		return slices.DeleteFunc(slices.Clone(files), func(f builtFile) bool { return f.in(b) })
	}
	for _, b := range requested {
		files = left(files, b)
	}
	for len(files) > 0 {
		var best buildOf
		fewest := files
		for _, b := range builds() {
			if rest := left(files, with(b)); b.goos != "none" && len(rest) < len(fewest) {
				best, fewest = b, rest
			}
		}
		if best.goos == "" {
			return nil, false
		}
		besides, files = append(besides, best), fewest
	}
	return besides, true
}

// clause writes the advice to build files with more tags, on more systems.
func clause(w *World, more []string, on []buildOf, files []builtFile) string {
	release, command := "", []string{"closurefix"}
	tags := slices.DeleteFunc(slices.Clone(more), func(tag string) bool {
		switch {
		case tag == "cgo":
			command = []string{"CGO_ENABLED=1 closurefix"}
			return true
		case !version.IsValid(tag):
			return false
		case version.Compare(tag, release) > 0:
			release = tag
		}
		return true
	})
	if len(on) > 0 {
		pairs := slices.Clone(w.Systems)
		for _, b := range on {
			pairs = append(pairs, b.goos+"/"+b.goarch)
		}
		command = append(command, "-config "+strings.Join(pairs, ","))
	}
	if len(tags) > 0 {
		tags = append(slices.Clone(w.Tags), tags...)
		slices.Sort(tags)
		command = append(command, "-tags "+strings.Join(slices.Compact(tags), ","))
	}
	if release != "" {
		command = append(command, "with Go "+strings.TrimPrefix(release, "go"))
	}
	if len(more)+len(on) == 0 {
		return ""
	}
	names := []string{"it"}
	for _, f := range files[1:] {
		names = append(names, w.ShortName(f.name))
	}
	return "; " + strings.Join(command, " ") + " includes " + listed(names)
}

// listed joins words: "a", "a and b", "a, b and c".
func listed(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}
