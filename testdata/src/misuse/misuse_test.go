package misuse

import "testing"

func TestEarly(t *testing.T) {
	unlock, _ := lock("test")
	unlock()
}
