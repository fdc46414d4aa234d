package text

import (
	"fmt"
	"strings"

	"github.com/closurefix/closurefix/cmd/closurefix/internal/visible"
)

// shown returns a unified diff for a terminal. Invisible characters are written out,
// except carriage returns at the ends of lines. If coloured is set, it has the colours of
// git diff.
func shown(diff string, coloured bool) string {
	const bold, red, green, cyan = "\x1b[1m", "\x1b[31m", "\x1b[32m", "\x1b[36m"
	var b strings.Builder
	old, new := 0, 0 // remaining lines of the hunk
	for line := range strings.Lines(diff) {
		line = strings.TrimSuffix(line, "\n")
		text := visible.Text(strings.TrimSuffix(line, "\r"))
		colour := ""
		switch {
		case old == 0 && new == 0 && strings.HasPrefix(line, "@@ "):
			old, new = hunk(line)
			colour = cyan
		case strings.HasPrefix(line, `\`): // "\ No newline at end of file"
		case old == 0 && new == 0:
			colour = bold
		case strings.HasPrefix(line, "-"):
			old--
			colour = red
		case strings.HasPrefix(line, "+"):
			new--
			colour = green
		default:
			old--
			new--
		}
		if coloured && colour != "" {
			text = colour + text + "\x1b[m"
		}
		b.WriteString(text + "\n")
	}
	return b.String()
}

// hunk returns the numbers of old and new lines in a hunk header.
func hunk(line string) (old, new int) {
	fields := strings.Fields(line) // @@ -1,2 +1,3 @@
	count := func(field string) int {
		_, n, ok := strings.Cut(field, ",")
		if !ok {
			return 1
		}
		lines := 0
		fmt.Sscan(n, &lines)
		return lines
	}
	if len(fields) < 3 {
		return 0, 0
	}
	return count(fields[1]), count(fields[2])
}
