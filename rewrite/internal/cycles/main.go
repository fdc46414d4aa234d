// Package cycles prints the cycles of files within packages. In a cycle each file uses,
// directly or through others, names that all others declare.
//
//	go run ./rewrite/internal/cmd/cycles [-over N] [packages]
//
// A cycle of twenty files can only be understood as one file of six thousand lines. A file
// uses another if it mentions an object that the other declares: a function, type,
// variable or constant of the package, a method or a field. Test files do not count. With
// -over N only cycles of more than N files are printed, and if there are any the command
// exits with 1.
package cycles

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Main is the command: it reads os.Args and exits.
func Main() {
	over := flag.Int("over", 0, "print cycles of more than `N` files, and fail if there is one")
	flag.Parse()
	patterns := flag.Args()
	if len(patterns) == 0 {
		patterns = []string{"./..."}
	}
	found, err := cycles(".", patterns)
	if err != nil {
		fmt.Fprintln(os.Stderr, "cycles:", err)
		os.Exit(2)
	}
	long := false
	for _, c := range found {
		if len(c.files) <= *over {
			continue
		}
		long = *over > 0
		fmt.Printf("%s: a cycle of %d files: %s\n", c.pkg, len(c.files), strings.Join(c.files, " "))
		for _, use := range c.uses {
			fmt.Printf("\t%s\n", use)
		}
	}
	if long {
		os.Exit(1)
	}
}

// A cycle is a set of files of one package that use each other.
type cycle struct {
	pkg   string   // path
	files []string // base names, sorted
	uses  []use    // within the cycle
}

// A use says that a file mentions names that another declares.
type use struct {
	from, to string
	names    []string // sorted
}

func (u use) String() string {
	return fmt.Sprintf("%s uses %s of %s", u.from, strings.Join(u.names, ", "), u.to)
}

func base(name string) string { return filepath.Base(name) }
