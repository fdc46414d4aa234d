package plan

import (
	"bytes"
	"net/url"
	"strings"
)

// Linknames returns the symbols that the linkname directives of a file name in other
// packages: "//go:linkname local example.com/pkg.symbol".
func Linknames(text []byte) []string {
	var symbols []string
	for {
		_, rest, ok := bytes.Cut(text, []byte("//go:linkname"))
		if !ok {
			return symbols
		}
		line, _, _ := bytes.Cut(rest, []byte("\n"))
		if fields := strings.Fields(string(line)); len(fields) >= 2 && (line[0] == ' ' || line[0] == '\t') {
			symbol := fields[1]
			if plain, err := url.PathUnescape(symbol); err == nil {
				symbol = plain // the linker writes %2e for a dot in the last element of a path
			}
			symbols = append(symbols, symbol)
		}
		text = rest
	}
}
