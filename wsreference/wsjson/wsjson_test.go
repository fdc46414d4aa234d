package wsjson_test

import (
	"context"
	"encoding/json"
	"errors"
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

// dialEcho returns a client of a server that sends every message back.
func dialEcho(t *testing.T) *wsreference.Conn {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := wsreference.Accept(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		defer c.CloseNow()
		for {
			typ, b, err := c.Read(context.Background())
			if err != nil {
				return
			}
			if err := c.Write(context.Background(), typ, b); err != nil {
				return
			}
		}
	}))
	t.Cleanup(s.Close)
	c, _, err := wsreference.Dial(t.Context(), s.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.CloseNow() })
	return c
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

// TestErrors pins that what JSON cannot do leaves the connection open.
func TestErrors(t *testing.T) {
	c := dialEcho(t)
	if err := wsjson.Write(t.Context(), c, func() {}); err == nil {
		t.Error("Write of a func succeeded")
	}
	if err := c.Write(t.Context(), wsreference.MessageText, []byte("{")); err != nil {
		t.Fatal(err)
	}
	var got value
	var syntax *json.SyntaxError
	if err := wsjson.Read(t.Context(), c, &got); !errors.As(err, &syntax) {
		t.Errorf("Read of half a value: %v", err)
	}
	if err := wsjson.Write(t.Context(), c, value{Name: "still here"}); err != nil {
		t.Error(err)
	}
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
