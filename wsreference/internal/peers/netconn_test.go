package peers

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	ws "github.com/closurefix/closurefix/wsreference"
	"golang.org/x/net/nettest"
)

// TestNetConn holds ws.NetConn against what every net.Conn promises, over TCP
// and over TLS, with and without compression.
func TestNetConn(t *testing.T) {
	for name, start := range map[string]func(*httptest.Server){
		"TCP": (*httptest.Server).Start,
		"TLS": (*httptest.Server).StartTLS,
	} {
		for _, mode := range []ws.CompressionMode{ws.CompressionDisabled, ws.CompressionContextTakeover} {
			t.Run(fmt.Sprintf("%s/compression=%d", name, mode), func(t *testing.T) {
				nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) { return netConns(start, mode) })
			})
		}
	}
}

// netConns returns the two ends of a stream over a WebSocket connection.
func netConns(start func(*httptest.Server), mode ws.CompressionMode) (c1, c2 net.Conn, stop func(), err error) {
	type accepted struct {
		c   *ws.Conn
		err error
	}
	server := make(chan accepted, 1)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := ws.Accept(w, r, &ws.AcceptOptions{CompressionMode: mode})
		server <- accepted{c, err}
	}))
	start(s)
	c, _, err := ws.Dial(context.Background(), s.URL, &ws.DialOptions{HTTPClient: s.Client(), CompressionMode: mode})
	if err != nil {
		return nil, nil, nil, err
	}
	a := <-server
	if a.err != nil {
		return nil, nil, nil, a.err
	}
	c1 = ws.NetConn(context.Background(), c, ws.MessageBinary)
	c2 = ws.NetConn(context.Background(), a.c, ws.MessageBinary)
	stop = func() {
		var wg sync.WaitGroup
		wg.Go(func() { c1.Close() }) // each answers the other
		wg.Go(func() { c2.Close() })
		wg.Wait()
		s.Close()
	}
	return c1, c2, stop, nil
}
