package sites

import "testing"

func TestPrepare(t *testing.T) {
	c := &Conn{name: "test"}
	var err error
	done, err := c.prepare(1, &err)
	if err != nil {
		t.Fatal(err)
	}
	defer done()
}
