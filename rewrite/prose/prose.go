// Package prose finds and mends what comments say about a cleanup that is not returned
// any more. It knows the usual sentences, such as
//
//	// The returned function must be called when the request is done.
//
// and changes no other: a person has to look at what it finds and cannot mend.
package prose

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strings"
)

// A Change says what becomes of a prepare function, in the words of its package.
type Change struct {
	Prepare string   // name of the function
	Finish  string   // name of the function or method that its cleanup becomes
	State   string   // name of the type that it returns in the cleanup's place; "" for none
	Cleanup []string // names of variables and results that held the cleanup
	Gone    []string // names of parameters that the function loses
}

// noun is what comments call a cleanup.
const noun = `(?:clean-?up )?(?:func\(\)|func|function|closure|callback|clean-?up)`

// Mend returns a line of a doc comment with its mention of the returned cleanup
// replaced, or the line itself if it has none that can be:
//
//	The returned func must be called    endRead must be called
//	                                    The end method of the returned readState must be called
//	returns a function that ends it     returns a readState whose end method ends it
func (c Change) Mend(line string) string {
	name := c.Finish
	if c.State != "" {
		name = "the " + c.Finish + " method of the returned " + c.State
	}
	line = regexp.MustCompile(`\bthe (?:returned `+noun+`|`+noun+` (?:that )?it returns)\b`).ReplaceAllString(line, name)
	if c.State != "" {
		name = "T" + name[1:]
	}
	line = regexp.MustCompile(`\bThe (?:returned `+noun+`|`+noun+` (?:that )?it returns)\b`).ReplaceAllString(line, name)
	if c.State == "" {
		return line
	}
	article := "a "
	if strings.ContainsRune("aeiouAEIOU", rune(c.State[0])) {
		article = "an "
	}
	return regexp.MustCompile(`\breturns an? `+noun+` (?:that|which) `).ReplaceAllString(line, "returns "+article+c.State+" whose "+c.Finish+" method ")
}

// A Sentence is part of a comment.
type Sentence struct {
	Text string
	Pos  token.Pos // of the comment in which it begins
}

// Stale returns the sentences of a comment that are not true any more, or may not be.
// The lines of doc comments are mended first.
func (c Change) Stale(g *ast.CommentGroup, doc bool) []Sentence {
	return slices.DeleteFunc(c.sentences(g, doc), func(s Sentence) bool { return !c.speaks(s.Text) })
}

// speaks reports whether a sentence mentions the cleanup as something that is returned
// or called, or a parameter that is gone.
func (c Change) speaks(s string) bool {
	patterns := []string{
		`(?i)\breturn(?:s|ed|ing)? (?:back )?(?:an? |the |its |another )?(?:[a-z]+[ -]){0,2}(?:func|function|closure|callback|clean-?up)\b`,
		`(?i)\b` + noun + ` (?:that )?(?:is |was )?(?:returned|must|should|has to|needs to|to be called|to be deferred|to call|to defer|it returns|that it returns)\b`,
		`\bclosure\b`,
		`\b` + regexp.QuoteMeta(c.Prepare) + `\([^()]*\)\(`,
		`^\s*defer \w+\(`,
	}
	for _, name := range c.Cleanup {
		x := regexp.QuoteMeta(name)
		patterns = append(patterns,
			`\b(?:[Cc]all(?:s|ed|ing)?|[Dd]efer(?:s|red|ring)?|[Ii]nvok(?:es?|ed|ing)|[Rr]eturn(?:s|ed)|[Tt]he returned) `+x+`\b`,
			`\b`+x+`(?:\(\)| (?:must|should|has to|needs to|undoes|runs|func)\b)`)
	}
	for _, name := range c.Gone {
		if len(name) > 1 {
			patterns = append(patterns, `\b`+regexp.QuoteMeta(name)+`\b`)
		}
	}
	return slices.ContainsFunc(patterns, func(p string) bool { return regexp.MustCompile(p).MatchString(s) })
}

// sentences splits a comment. A line that is indented, as code is in a doc comment, is a
// sentence of its own.
func (c Change) sentences(g *ast.CommentGroup, doc bool) []Sentence {
	var all []Sentence
	open := false // the last sentence goes on
	for _, comment := range g.List {
		for line := range strings.Lines(text(comment.Text)) {
			line = strings.TrimRight(line, "\r\n")
			if doc {
				line = c.Mend(line)
			}
			trimmed := strings.TrimSpace(line)
			if code := strings.HasPrefix(line, "\t") || strings.HasPrefix(line, "   "); code || trimmed == "" {
				open = false
				if code && trimmed != "" {
					all = append(all, Sentence{trimmed, comment.Pos()})
				}
				continue
			}
			for _, word := range strings.Fields(line) {
				if open {
					all[len(all)-1].Text += " " + word
				} else {
					all = append(all, Sentence{word, comment.Pos()})
				}
				open = !strings.ContainsRune(".!?:", rune(word[len(word)-1]))
			}
		}
	}
	return all
}

// text returns what a comment says.
func text(comment string) string {
	if line, ok := strings.CutPrefix(comment, "//"); ok {
		return strings.TrimPrefix(line, " ")
	}
	return strings.TrimSuffix(strings.TrimPrefix(comment, "/*"), "*/")
}
