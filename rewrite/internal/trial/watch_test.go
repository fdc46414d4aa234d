package trial

import (
	"slices"
	"testing"
)

func TestWatcher(t *testing.T) {
	var said []string
	w := &watcher{status: func(s string) { said = append(said, s) }}
	for _, piece := range []string{
		`{"Action":"start","Package":"m/a"}` + "\n" + `{"Action":"run","Package":"m/a","Test":"TestA"}` + "\n" + `{"Acti`,
		`on":"output","Package":"m/z","Output":"no \"Action\":\"run\"\n"}` + "\n",
		`{"Action":"run","Package":"m/b","Test":"TestB"}` + "\nnot of the go command \"Action\":\"run\"\n",
		`{"Action":"run","Package":"m/c","Test":"Test`,
	} {
		if n, err := w.Write([]byte(piece)); n != len(piece) || err != nil {
			t.Errorf("Write: %d, %v", n, err)
		}
	}
	if want := []string{"running tests of m/a", "running tests of m/b"}; !slices.Equal(said, want) {
		t.Errorf("said %q, want %q", said, want)
	}
}
