package load

import (
	"fmt"
	"slices"
	"strings"
)

// A Config is a build configuration. An empty field has the default of the go command.
type Config struct {
	GOOS, GOARCH string
	Tags         []string
}

// String returns the configuration as in "linux/amd64" or "linux/amd64 -tags=a,b". If no
// system is set, it begins with "host".
func (c Config) String() string {
	s := "host"
	if c.GOOS != "" || c.GOARCH != "" {
		s = c.GOOS + "/" + c.GOARCH
	}
	if len(c.Tags) > 0 {
		s += " -tags=" + strings.Join(c.Tags, ",")
	}
	return s
}

// ParseConfig parses "GOOS/GOARCH".
func ParseConfig(s string) (Config, error) {
	goos, goarch, ok := strings.Cut(s, "/")
	if !ok || goos == "" || goarch == "" || strings.Contains(goarch, "/") {
		return Config{}, fmt.Errorf("%q is not a build configuration such as linux/amd64", s)
	}
	return Config{GOOS: goos, GOARCH: goarch}, nil
}

// A ConfigError names a system that Go does not support.
type ConfigError struct{ System string } // as in "linux/amd64"

func (e *ConfigError) Error() string { return e.System + " is not a system that Go builds for" }

// Env returns the environment of the go command for c, which extends base.
func (c Config) Env(base []string) []string {
	env := slices.Clone(base)
	if c.GOOS != "" {
		env = append(env, "GOOS="+c.GOOS)
	}
	if c.GOARCH != "" {
		env = append(env, "GOARCH="+c.GOARCH)
	}
	return env
}

// Flags returns the build flags of c. They keep the go command from running git to find
// the commit of a main package: git runs programs that the configuration of the repository
// names, such as core.fsmonitor.
func (c Config) Flags() []string {
	flags := []string{"-buildvcs=false"}
	if len(c.Tags) > 0 {
		flags = append(flags, "-tags="+strings.Join(c.Tags, ","))
	}
	return flags
}
