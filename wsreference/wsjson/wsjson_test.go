package wsjson_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"testing"

	"github.com/closurefix/closurefix/wsreference"
	"github.com/closurefix/closurefix/wsreference/wsjson"
)

type value struct {
	Name string
	List []int
}

// dialEcho connects to a server that sends every message back.
func dialEcho(t *testing.T) *wsreference.Conn {
	return dial(t, func(c *wsreference.Conn) {
		for {
			typ, b, err := c.Read(context.Background())
			if err != nil {
				return
			}
			if err := c.Write(context.Background(), typ, b); err != nil {
				return
			}
		}
	})
}

func TestEcho(t *testing.T) {
	c := dialEcho(t)
	want := value{"x", []int{1, 2, 3}}
	if err := wsjson.Write(t.Context(), c, want); err != nil {
		t.Fatal(err)
	}
	var got value
	if err := wsjson.Read(t.Context(), c, &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("Read: %+v, %v; want %+v", got, err, want)
	}
}

// dial connects to a server that runs f.
func dial(t *testing.T, f func(c *wsreference.Conn)) *wsreference.Conn {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := wsreference.Accept(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		defer c.CloseNow()
		f(c)
	}))
	t.Cleanup(s.Close)
	c, _, err := wsreference.Dial(t.Context(), s.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.CloseNow() })
	return c
}

// TestBadMessages pins that a message that cannot be decoded closes the
// connection with 1007, and what the error is.
func TestBadMessages(t *testing.T) {
	for msg, want := range map[string]error{
		"{":            new(json.SyntaxError),
		`{"Name": 1}`:  new(json.UnmarshalTypeError),
		`{} and more`:  new(json.SyntaxError),
		"\x00":         new(json.SyntaxError),
		`{"List":"x"}`: new(json.UnmarshalTypeError),
	} {
		got := make(chan error, 1)
		c := dial(t, func(c *wsreference.Conn) {
			if err := c.Write(context.Background(), wsreference.MessageText, []byte(msg)); err != nil {
				t.Error(err)
			}
			_, _, err := c.Read(context.Background())
			got <- err
		})
		var v value
		err := wsjson.Read(t.Context(), c, &v)
		var syntax *json.SyntaxError
		var unfit *json.UnmarshalTypeError
		if _, ok := want.(*json.SyntaxError); ok && !errors.As(err, &syntax) || !ok && !errors.As(err, &unfit) {
			t.Errorf("Read of %q: %v, want a %T", msg, err, want)
		}
		if code := wsreference.CloseStatus(<-got); code != wsreference.StatusInvalidFramePayloadData {
			t.Errorf("Read of %q: the peer sees the code %v", msg, code)
		}
		if err := wsjson.Read(t.Context(), c, &v); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Read after %q: %v", msg, err)
		}
	}
}

// TestBadValues pins that a value that cannot be encoded leaves the connection
// open.
func TestBadValues(t *testing.T) {
	c := dialEcho(t)
	if err := wsjson.Write(t.Context(), c, func() {}); err == nil {
		t.Error("Write of a func succeeded")
	}
	if err := wsjson.Write(t.Context(), c, value{Name: "still here"}); err != nil {
		t.Error(err)
	}
	var got value
	if err := wsjson.Read(t.Context(), c, &got); err != nil || got.Name != "still here" {
		t.Errorf("Read: %+v, %v", got, err)
	}
	c.CloseNow()
	if err := wsjson.Read(t.Context(), c, &got); err == nil {
		t.Error("Read of a closed connection succeeded")
	}
	if err := wsjson.Write(t.Context(), c, got); err == nil {
		t.Error("Write to a closed connection succeeded")
	}
}
