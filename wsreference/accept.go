package wsreference

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/url"
	"path"
	"runtime"
	"slices"
	"strings"
	"time"
)

// AcceptOptions are the options of Accept. The zero value has sensible defaults.
type AcceptOptions struct {
	// Subprotocols lists the subprotocols that the server speaks, the
	// preferred first. The first one that the client also offers is chosen.
	Subprotocols []string

	// InsecureSkipVerify turns off the origin check. Scripts of any site can
	// then connect with the user's cookies.
	InsecureSkipVerify bool

	// OriginPatterns lists the hosts whose pages may connect, besides the
	// request's own host. Each is a pattern of path.Match, matched without
	// regard to the case of ASCII letters against the host (with the port, if
	// any) of the Origin header field, or against scheme://host if the pattern
	// contains a scheme.
	OriginPatterns []string

	// CompressionMode says whether to accept permessage-deflate.
	CompressionMode CompressionMode

	// CompressionThreshold is the size in bytes from which messages are
	// compressed; 0 means the default of the mode.
	CompressionThreshold int

	// CompressionLevel is the level of compress/flate: from 1, the fastest, to
	// 9, or -2 for Huffman codes only; 0 means 1.
	CompressionLevel int

	// SkipUTF8Check accepts text messages that are not valid UTF-8.
	SkipUTF8Check bool

	// OnPingReceived, if not nil, is called for each ping by the goroutine
	// that reads. It reports whether to answer the ping. It must not read from
	// the connection or close it. If it panics, the connection is closed.
	OnPingReceived func(ctx context.Context, payload []byte) bool

	// OnPongReceived, if not nil, is called in the same way for each pong.
	OnPongReceived func(ctx context.Context, payload []byte)
}

// handshakeTimeout bounds the writing of the server's handshake.
const handshakeTimeout = 10 * time.Second

// rejection is a reason to refuse a handshake.
type rejection struct {
	status int
	text   string
}

func (r rejection) Error() string { return r.text }

// Accept answers the WebSocket handshake in r (RFC 6455, section 4.2) and
// takes over the connection from net/http. Header fields set on w, such as
// cookies, are sent along. If r is not a valid handshake, or comes from a
// script of a page on another host, Accept answers with an HTTP error and
// returns an error.
//
// The request's context does not apply to the connection.
func Accept(w http.ResponseWriter, r *http.Request, opts *AcceptOptions) (c *Conn, err error) {
	apart(func() { c, err = accept(w, r, opts) })
	if err != nil {
		return nil, fmt.Errorf("wsreference: cannot accept a connection: %w", err)
	}
	return c, nil
}

// apart runs f in a goroutine of its own and waits for it. net/http needs several
// kilobytes of stack to write a header. A goroutine that has grown its stack
// keeps it, and that of the handler often lives as long as the connection.
//
// A panic in f, and runtime.Goexit, take effect in the caller.
func apart(f func()) {
	done := make(chan struct{})
	var panicked any
	returned := false
	go func() {
		defer close(done)
		defer func() { panicked = recover() }()
		f()
		returned = true
	}()
	<-done
	switch {
	case panicked != nil:
		panic(panicked)
	case !returned:
		runtime.Goexit()
	}
}

func accept(w http.ResponseWriter, r *http.Request, opts *AcceptOptions) (*Conn, error) {
	if opts == nil {
		opts = new(AcceptOptions)
	}
	cfg, head, err := checkRequest(r, opts)
	if err != nil {
		status := http.StatusInternalServerError
		if rej, ok := err.(rejection); ok {
			status = rej.status
		}
		switch status {
		case http.StatusUpgradeRequired:
			w.Header().Set("Connection", "Upgrade")
			w.Header().Set("Upgrade", "websocket")
			w.Header().Set("Sec-WebSocket-Version", "13")
		case http.StatusMethodNotAllowed:
			w.Header().Set("Allow", http.MethodGet)
		}
		http.Error(w, err.Error(), status)
		return nil, err
	}
	conn, early, err := takeOver(w, head)
	if err != nil {
		return nil, err
	}
	cfg.early = early
	return newConn(conn, cfg), nil
}

// takeOver sends the answer with the fields of head, takes the connection over
// from the HTTP server, and returns it with what has been read from it already.
//
// The server itself writes the answer, so that handlers around this one see
// status 101. A ResponseWriter that is not that of net/http, but hands out some
// connection, may not have written anything: then takeOver does.
func takeOver(w http.ResponseWriter, head http.Header) (net.Conn, []byte, error) {
	if !hijackable(w) {
		http.Error(w, http.StatusText(http.StatusNotImplemented), http.StatusNotImplemented)
		return nil, nil, fmt.Errorf("the HTTP server does not let go of its connection: %w", http.ErrNotSupported)
	}
	for name := range w.Header() {
		if isHandshakeField(http.CanonicalHeaderKey(name)) {
			delete(w.Header(), name)
		}
	}
	maps.Copy(w.Header(), head)
	w.WriteHeader(http.StatusSwitchingProtocols)

	conn, brw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, nil, fmt.Errorf("the HTTP server does not let go of its connection: %w", err)
	}
	if err := conn.SetDeadline(time.Time{}); err != nil {
		conn.Close()
		return nil, nil, err
	}
	// Of net/http, a Write of nothing reports that the connection is not its any
	// more, and does nothing else.
	if _, err := w.Write(nil); !errors.Is(err, http.ErrHijacked) {
		if err := writeHead(conn, w.Header()); err != nil {
			conn.Close()
			return nil, nil, err
		}
	}
	return conn, release(brw), nil
}

// release returns a copy of what has been read into the buffers of a hijacked
// connection, and lets go of their memory. The server would keep it as long as
// the handler runs: 8 KiB for net/http.
func release(brw *bufio.ReadWriter) []byte {
	if brw == nil {
		return nil
	}
	var early []byte
	if brw.Reader != nil {
		b, _ := brw.Reader.Peek(brw.Reader.Buffered())
		early = bytes.Clone(b)
		*brw.Reader = bufio.Reader{}
	}
	if brw.Writer != nil {
		*brw.Writer = bufio.Writer{}
	}
	return early
}

// hijackable reports whether http.ResponseController finds a Hijack method.
func hijackable(w http.ResponseWriter) bool {
	for {
		if _, ok := w.(http.Hijacker); ok {
			return true
		}
		u, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return false
		}
		w = u.Unwrap()
	}
}

// writeHead writes the server's handshake, in bounded time.
func writeHead(conn net.Conn, head http.Header) error {
	var b bytes.Buffer
	b.WriteString("HTTP/1.1 101 Switching Protocols\r\n")
	head.Write(&b) // to memory, and escapes line breaks
	b.WriteString("\r\n")
	if err := conn.SetWriteDeadline(time.Now().Add(handshakeTimeout)); err != nil {
		return err
	}
	if _, err := conn.Write(b.Bytes()); err != nil {
		return err
	}
	return conn.SetWriteDeadline(time.Time{})
}

// isHandshakeField reports whether the handshake itself sets the header field
// with this canonical name, or whether it would belie a 101 response.
func isHandshakeField(name string) bool {
	switch name {
	case "Connection", "Upgrade", "Content-Length", "Transfer-Encoding", "Trailer",
		"Sec-Websocket-Accept", "Sec-Websocket-Extensions", "Sec-Websocket-Key",
		"Sec-Websocket-Protocol", "Sec-Websocket-Version":
		return true
	}
	return false
}

// checkRequest checks the client's handshake (RFC 6455, section 4.2.1) and
// settles the options. It returns the header fields of the answer.
func checkRequest(r *http.Request, opts *AcceptOptions) (connConfig, http.Header, error) {
	var none connConfig
	upgrade := func(text string) (connConfig, http.Header, error) {
		return none, nil, rejection{http.StatusUpgradeRequired, text}
	}
	bad := func(text string) (connConfig, http.Header, error) {
		return none, nil, rejection{http.StatusBadRequest, text}
	}
	switch {
	case r.ProtoMajor != 1 || r.ProtoMinor < 1:
		return upgrade("the request is not HTTP/1.1")
	case !hasToken(r.Header, "Connection", "Upgrade"):
		return upgrade("the Connection header field has no token Upgrade")
	case !hasToken(r.Header, "Upgrade", "websocket"):
		return upgrade("the Upgrade header field has no token websocket")
	case r.Method != http.MethodGet:
		return none, nil, rejection{http.StatusMethodNotAllowed, "the method of the handshake is not GET"}
	case !slices.Equal(r.Header.Values("Sec-WebSocket-Version"), []string{"13"}):
		return upgrade("the Sec-WebSocket-Version header field is not 13")
	}
	keys := r.Header.Values("Sec-WebSocket-Key")
	if len(keys) != 1 {
		return bad("there is not exactly one Sec-WebSocket-Key header field")
	}
	key := strings.TrimSpace(keys[0])
	if nonce, err := base64.StdEncoding.Strict().DecodeString(key); err != nil || len(nonce) != keySize {
		return bad("the Sec-WebSocket-Key header field is not the base64 of 16 bytes")
	}
	offered, ok := tokens(r.Header, "Sec-WebSocket-Protocol")
	if !ok {
		return bad("the Sec-WebSocket-Protocol header field is malformed")
	}
	exts, ok := extensions(r.Header)
	if !ok {
		return bad("the Sec-WebSocket-Extensions header field is malformed")
	}
	if !opts.InsecureSkipVerify {
		if err := checkOrigin(r, opts.OriginPatterns); err != nil {
			return none, nil, err
		}
	}

	level, err := compressionLevel(opts.CompressionLevel)
	if err != nil {
		return none, nil, err
	}

	head := http.Header{}
	head.Set("Connection", "Upgrade")
	head.Set("Upgrade", "websocket")
	head.Set("Sec-WebSocket-Accept", acceptKey(key))
	cfg := connConfig{
		onPing:    opts.OnPingReceived,
		onPong:    opts.OnPongReceived,
		skipUTF8:  opts.SkipUTF8Check,
		threshold: opts.CompressionThreshold,
		level:     level,
	}
	for _, p := range opts.Subprotocols {
		if slices.Contains(offered, p) {
			cfg.subprotocol = p
			head.Set("Sec-WebSocket-Protocol", p)
			break
		}
	}
	var answer string
	if cfg.deflate, answer = opts.CompressionMode.accept(exts); cfg.deflate != nil {
		head.Set("Sec-WebSocket-Extensions", answer)
	}
	if cfg.threshold == 0 {
		cfg.threshold = opts.CompressionMode.defaultThreshold()
	}
	return cfg, head, nil
}

// checkOrigin refuses scripts of pages on other hosts (RFC 6455, section
// 10.2). Only browsers send an Origin header field, and they always do.
func checkOrigin(r *http.Request, patterns []string) error {
	origins := r.Header.Values("Origin")
	if len(origins) == 0 {
		return nil
	}
	if len(origins) > 1 {
		return rejection{http.StatusForbidden, "there is more than one Origin header field"}
	}
	u, err := url.Parse(origins[0])
	if err != nil {
		return rejection{http.StatusForbidden, fmt.Sprintf("the Origin header field is malformed: %v", err)}
	}
	if u.Host != "" && equalFold(u.Host, r.Host) {
		return nil
	}
	for _, pattern := range patterns {
		target := u.Host
		if strings.Contains(pattern, "://") {
			target = u.Scheme + "://" + u.Host
		}
		ok, err := path.Match(toLower(pattern), toLower(target))
		if err != nil {
			return fmt.Errorf("the origin pattern %q is malformed: %w", pattern, err)
		}
		if ok && u.Host != "" {
			return nil
		}
	}
	return rejection{http.StatusForbidden, fmt.Sprintf("the origin %q is not allowed for the host %q", origins[0], r.Host)}
}

const (
	// keySize is the size in bytes of a decoded Sec-WebSocket-Key.
	keySize = 16

	// keyGUID is what the server shows it understands WebSocket by
	// (RFC 6455, section 1.3).
	keyGUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
)

// acceptKey returns the Sec-WebSocket-Accept that answers key
// (RFC 6455, section 4.2.2).
func acceptKey(key string) string {
	sum := sha1.Sum([]byte(key + keyGUID))
	return base64.StdEncoding.EncodeToString(sum[:])
}

var errNoTakeOver = errors.New("the HTTP transport does not let go of its connection")
