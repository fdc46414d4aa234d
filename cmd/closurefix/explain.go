package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/closurefix/closurefix/rewrite/misuse"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// explain prints the explanation of a category or of a refusal code, or a list of all of
// them.
func explain(word string, stdout, stderr io.Writer) int {
	if word == allWords {
		list(stdout)
		return exitDone
	}
	word = strings.Trim(word, "[]()") // as findings print them
	var kinds, codes []string
	for _, e := range pattern.Explanations() {
		if string(e.Kind) == word {
			fmt.Fprintf(stdout, "%s: %s\n\n%s\n\n%s\n\n%s\n", e.Kind, e.Title, wrap(e.Meaning), indent(e.Example), wrap(e.Advice))
			return exitDone
		}
		kinds = append(kinds, string(e.Kind))
	}
	for _, e := range misuse.Explanations() {
		if string(e.Kind) == word {
			fmt.Fprintf(stdout, "%s: %s\n\n%s\n\n%s\n\n%s\n\n%s\n", e.Kind, e.Title, wrap(e.Meaning), indent(e.Example), wrap(e.Advice), indent(e.Fixed))
			return exitDone
		}
		kinds = append(kinds, string(e.Kind))
	}
	for _, e := range refusal.Explanations() {
		if string(e.Code) == word {
			fmt.Fprintf(stdout, "%s: the function is not rewritten\n\n%s\n\nWhat to do: %s\n", e.Code, wrap(e.Meaning), wrap(e.Advice))
			return exitDone
		}
		codes = append(codes, string(e.Code))
	}
	fmt.Fprintf(stderr, "closurefix: %q is not a category or code. The categories are\n%s\nand the codes of refusals\n%s\n",
		word, indent(wrap(strings.Join(kinds, ", "))), indent(wrap(strings.Join(codes, ", "))))
	return exitUsage
}

// list prints all categories and codes, one per line.
func list(w io.Writer) {
	fmt.Fprintln(w, "Categories:")
	for _, e := range pattern.Explanations() {
		fmt.Fprintf(w, "  %-19s %s\n", e.Kind, e.Title)
	}
	for _, e := range misuse.Explanations() {
		fmt.Fprintf(w, "  %-19s %s\n", e.Kind, e.Title)
	}
	fmt.Fprintln(w, "Codes of refusals:")
	for _, e := range refusal.Explanations() {
		fmt.Fprintf(w, "  %-19s %s\n", e.Code, firstSentence(e.Meaning))
	}
	fmt.Fprintln(w, "Run closurefix -explain WORD for more about one of them.")
}

// firstSentence returns a text up to the first full stop that ends a sentence.
func firstSentence(text string) string {
	if first, _, more := strings.Cut(text, ". "); more {
		return first + "."
	}
	return text
}

// wrap breaks a paragraph into lines of at most 72 characters.
func wrap(text string) string {
	var b strings.Builder
	n := 0
	for word := range strings.FieldsSeq(text) {
		switch {
		case n == 0:
		case n+1+len(word) > 72:
			b.WriteByte('\n')
			n = 0
		default:
			b.WriteByte(' ')
			n++
		}
		b.WriteString(word)
		n += len(word)
	}
	return b.String()
}

// indent puts four spaces before each line that is not empty.
func indent(text string) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		if l != "" {
			lines[i] = "    " + strings.ReplaceAll(l, "\t", "    ")
		}
	}
	return strings.Join(lines, "\n")
}
