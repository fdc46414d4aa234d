package testonly_test

import "testing"

func begin(t *testing.T, err *error) func() { // want `begin returns a closure`
	t.Helper()
	return func() { t.Log(t.Name(), *err) }
}

func TestExternal(t *testing.T) {
	var err error
	defer begin(t, &err)()
}
