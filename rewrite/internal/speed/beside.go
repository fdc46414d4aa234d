//go:build unix

package speed

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// A rival is a program that is measured beside closurefix.
type rival struct {
	name string
	args []string
}

// beside measures closurefix and other programs on one module. If cold is set, each has
// caches of its own, which are empty in its first run and full in the others. Otherwise it
// has the caches of the user.
func (m *meter) beside(mod module) error {
	tmp, err := os.MkdirTemp("", "speed-beside-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	tool := filepath.Join(tmp, "beside")
	if out, err := exec.Command("go", "build", "-o", tool, "./rewrite/internal/cmd/beside").CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	rivals := []rival{
		{"closurefix", m.command()},
		{"packages.Load, syntax and types of the packages", []string{tool, "load", "./..."}},
		{"multichecker, an analyzer that does nothing", []string{tool, "check", "./..."}},
		{"go vet", []string{"go", "vet", "./..."}},
	}
	for _, name := range []string{"staticcheck", "golangci-lint"} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue // not installed
		}
		args := []string{path, "./..."}
		if name == "golangci-lint" {
			args = []string{path, "run", "--default=none", "--enable=closurefix", "./..."}
		}
		rivals = append(rivals, rival{name, args})
	}
	for _, r := range rivals {
		if m.only != nil && !m.only.MatchString(r.name) {
			continue
		}
		if err := m.besideOne(mod, r, tmp); err != nil {
			return err
		}
	}
	return nil
}

// besideOne measures one program. Its caches, in a directory below tmp, are removed at the
// end: those of a large module take gigabytes.
func (m *meter) besideOne(mod module, r rival, tmp string) error {
	cells := []any{mod.path, r.name, "", ""}
	var env []string
	if m.cold {
		cache, err := os.MkdirTemp(tmp, "cache-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(cache)
		env = append(os.Environ(), "GOCACHE="+cache, "STATICCHECK_CACHE="+cache, "GOLANGCI_LINT_CACHE="+cache)
		c, err := run(mod.dir, env, r.args)
		if err != nil {
			return err
		}
		cells[2], cells[3] = c.cpu, int(c.peak)
	}
	costs, err := m.runIn(env, mod.dir, nil, r.args)
	if err != nil {
		return err
	}
	m.row("module | program | first, CPU s | first, peak MB | again, CPU s | again, peak MB", append(cells, costs[0].cpu, int(costs[0].peak))...)
	return nil
}
