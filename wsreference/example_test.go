package wsreference_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	"github.com/closurefix/closurefix/wsreference"
	"github.com/closurefix/closurefix/wsreference/wsjson"
)

// echoHandler sends every message back.
func echoHandler(w http.ResponseWriter, r *http.Request) {
	c, err := wsreference.Accept(w, r, nil)
	if err != nil {
		log.Print(err) // the client has been told
		return
	}
	defer c.CloseNow()
	for {
		typ, msg, err := c.Read(context.Background())
		if err != nil {
			if wsreference.CloseStatus(err) != wsreference.StatusNormalClosure {
				log.Print(err)
			}
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		err = c.Write(ctx, typ, msg)
		cancel()
		if err != nil {
			log.Print(err)
			return
		}
	}
}

// An echo server and its client.
func Example_echo() {
	server := httptest.NewServer(http.HandlerFunc(echoHandler))
	defer server.Close()

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c, _, err := wsreference.Dial(ctx, server.URL, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer c.CloseNow()

	if err := c.Write(ctx, wsreference.MessageText, []byte("hello")); err != nil {
		log.Fatal(err)
	}
	typ, msg, err := c.Read(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%v: %s\n", typ, msg)
	fmt.Println("closed:", c.Close(wsreference.StatusNormalClosure, "") == nil)
	// Output:
	// text: hello
	// closed: true
}

// room is a chat room: what one member says, all get.
type room struct {
	mu      sync.Mutex
	members map[*member]bool
}

// member is someone in the room. A member who does not take what is said is
// put out rather than waited for.
type member struct{ heard chan line }

type line struct {
	From string `json:"from"`
	Text string `json:"text"`
}

func (r *room) say(l line) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for m := range r.members {
		select {
		case m.heard <- l:
		default:
			r.remove(m)
		}
	}
}

// remove puts m out. The caller holds mu.
func (r *room) remove(m *member) {
	if r.members[m] {
		delete(r.members, m)
		close(m.heard)
	}
}

func (r *room) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	c, err := wsreference.Accept(w, req, &wsreference.AcceptOptions{Subprotocols: []string{"chat"}})
	if err != nil {
		log.Print(err)
		return
	}
	defer c.CloseNow()

	m := &member{heard: make(chan line, 16)}
	r.mu.Lock()
	r.members[m] = true
	r.mu.Unlock()
	go func() {
		// The one goroutine that reads. It ends with the connection.
		defer func() {
			r.mu.Lock()
			r.remove(m)
			r.mu.Unlock()
		}()
		for {
			var l line
			if err := wsjson.Read(context.Background(), c, &l); err != nil {
				return
			}
			r.say(l)
		}
	}()
	for l := range m.heard {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		err := wsjson.Write(ctx, c, l)
		cancel()
		if err != nil {
			return
		}
	}
	c.Close(wsreference.StatusPolicyViolation, "you did not listen, or left")
}

// A chat room with two members, who send values as JSON.
func Example_chat() {
	server := httptest.NewServer(&room{members: make(map[*member]bool)})
	defer server.Close()

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	enter := func() *wsreference.Conn {
		c, _, err := wsreference.Dial(ctx, server.URL, &wsreference.DialOptions{Subprotocols: []string{"chat"}})
		if err != nil {
			log.Fatal(err)
		}
		return c
	}
	// hear prints what c hears next.
	hear := func(name string, c *wsreference.Conn) {
		var l line
		if err := wsjson.Read(ctx, c, &l); err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s hears %s say %q\n", name, l.From, l.Text)
	}
	say := func(c *wsreference.Conn, l line) {
		if err := wsjson.Write(ctx, c, l); err != nil {
			log.Fatal(err)
		}
	}

	ann := enter()
	defer ann.CloseNow()
	say(ann, line{"Ann", "Is anyone there?"})
	hear("Ann", ann)

	bob := enter()
	defer bob.CloseNow()
	say(bob, line{"Bob", "I am."})
	hear("Ann", ann)
	hear("Bob", bob)
	// Output:
	// Ann hears Ann say "Is anyone there?"
	// Ann hears Bob say "I am."
	// Bob hears Bob say "I am."
}

// A message written and read piece by piece.
func ExampleConn_Writer() {
	server := httptest.NewServer(http.HandlerFunc(echoHandler))
	defer server.Close()
	ctx := context.Background()
	c, _, err := wsreference.Dial(ctx, server.URL, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer c.CloseNow()

	w, err := c.Writer(ctx, wsreference.MessageText)
	if err != nil {
		log.Fatal(err)
	}
	for i := range 3 {
		fmt.Fprintf(w, "piece %d. ", i)
	}
	if err := w.Close(); err != nil {
		log.Fatal(err)
	}
	_, r, err := c.Reader(ctx)
	if err != nil {
		log.Fatal(err)
	}
	b, err := io.ReadAll(r)
	fmt.Printf("%s%v\n", b, err)
	c.Close(wsreference.StatusNormalClosure, "")
	// Output: piece 0. piece 1. piece 2. <nil>
}

// A server that only sends: CloseRead answers pings and notices the end.
func ExampleConn_CloseRead() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := wsreference.Accept(w, r, nil)
		if err != nil {
			log.Print(err)
			return
		}
		defer c.CloseNow()
		ctx := c.CloseRead(context.Background())
		for i := range 3 {
			if err := wsjson.Write(ctx, c, i); err != nil {
				return
			}
		}
		c.Close(wsreference.StatusNormalClosure, "that was all")
	}))
	defer server.Close()
	ctx := context.Background()
	c, _, err := wsreference.Dial(ctx, server.URL, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer c.CloseNow()
	for {
		var i int
		if err := wsjson.Read(ctx, c, &i); err != nil {
			fmt.Println(wsreference.CloseStatus(err))
			break
		}
		fmt.Println(i)
	}
	// Output:
	// 0
	// 1
	// 2
	// StatusNormalClosure
}

// A broadcast: one message, framed and compressed once, for all subscribers. One
// that does not take it within a second is dropped.
func Example_broadcast() {
	var mu sync.Mutex
	var subscribers []*wsreference.Conn
	joined := make(chan bool)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := wsreference.Accept(w, r, &wsreference.AcceptOptions{CompressionMode: wsreference.CompressionNoContextTakeover})
		if err != nil {
			log.Print(err)
			return
		}
		c.CloseRead(context.Background()) // answers pings; messages are not expected
		mu.Lock()
		subscribers = append(subscribers, c)
		mu.Unlock()
		joined <- true
	}))
	defer server.Close()

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var readers []*wsreference.Conn
	for range 3 {
		c, _, err := wsreference.Dial(ctx, server.URL, nil)
		if err != nil {
			log.Fatal(err)
		}
		defer c.CloseNow()
		readers = append(readers, c)
		<-joined
	}

	m, err := wsreference.PrepareMessage(wsreference.MessageText, []byte("to all of you"))
	if err != nil {
		log.Fatal(err)
	}
	var wg sync.WaitGroup
	mu.Lock()
	for _, c := range subscribers {
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			if err := c.WritePrepared(ctx, m); err != nil {
				c.CloseNow()
			}
		})
	}
	mu.Unlock()
	wg.Wait()

	for _, c := range readers {
		_, msg, err := c.Read(ctx)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s\n", msg)
	}
	for _, c := range subscribers {
		c.CloseNow()
	}
	// Output:
	// to all of you
	// to all of you
	// to all of you
}
