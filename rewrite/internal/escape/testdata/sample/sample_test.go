package sample

import "testing"

func TestOpen(t *testing.T) {
	var err error
	done, _ := new(Conn).open(&err)
	done()
}
