package wsreference

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strings"
)

// DialOptions are the options of Dial. The zero value has sensible defaults.
type DialOptions struct {
	// HTTPClient makes the handshake request; nil means http.DefaultClient.
	// Its Timeout applies to the handshake only.
	HTTPClient *http.Client

	// HTTPHeader holds additional header fields of the request. Those of the
	// handshake itself are overwritten.
	HTTPHeader http.Header

	// Host, if not "", replaces the URL's host in the Host header field.
	Host string

	// Subprotocols lists the subprotocols to offer, the preferred first.
	Subprotocols []string

	// CompressionMode says whether to offer permessage-deflate.
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

// maxErrorBody is how many bytes Dial keeps of the body of a response that
// refuses the handshake.
const maxErrorBody = 1024

// Dial opens a WebSocket connection to a URL with scheme ws or wss (or http or
// https, which mean the same). ctx bounds the handshake (RFC 6455, section
// 4.1) and does not apply to the connection. Redirects are followed as
// HTTPClient follows them.
//
// On js/wasm it always fails: a page cannot open network connections.
//
// The response is that of the server, also if it refused the handshake; its
// body then holds at most 1024 bytes, in memory, and need not be closed.
func Dial(ctx context.Context, url string, opts *DialOptions) (*Conn, *http.Response, error) {
	if errPlatform != nil {
		return nil, nil, fmt.Errorf("wsreference: cannot connect: %w", errPlatform)
	}
	u, err := parseURL(url)
	if err != nil {
		return nil, nil, fmt.Errorf("wsreference: cannot connect: %w", err)
	}
	c, resp, err := dial(ctx, u, opts)
	if err != nil {
		return nil, resp, fmt.Errorf("wsreference: cannot connect to %s: %w", u.Redacted(), err)
	}
	return c, resp, nil
}

// parseURL reads the URL given to Dial. Its errors do not quote the URL, which
// may hold a password.
func parseURL(rawURL string) (*url.URL, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		if e, ok := errors.AsType[*url.Error](err); ok {
			err = e.Err
		}
		return nil, fmt.Errorf("the URL is malformed: %w", err)
	}
	switch u.Scheme {
	case "ws", "wss", "http", "https":
	default:
		return nil, fmt.Errorf("the URL's scheme %q is none of ws, wss, http, https", u.Scheme)
	}
	if u.Host == "" {
		return nil, errors.New("the URL has no host")
	}
	return u, nil
}

func dial(ctx context.Context, u *url.URL, opts *DialOptions) (*Conn, *http.Response, error) {
	if opts == nil {
		opts = new(DialOptions)
	}
	client := http.DefaultClient
	if opts.HTTPClient != nil {
		client = opts.HTTPClient
	}
	if client.Timeout > 0 {
		// As a client's timeout it would end the connection as well.
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, client.Timeout)
		defer cancel()
	}
	shaken := *client
	shaken.Timeout = 0
	shaken.CheckRedirect = redirects(client.CheckRedirect)

	level, err := compressionLevel(opts.CompressionLevel)
	if err != nil {
		return nil, nil, err
	}
	var conn net.Conn // of the last request
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) { conn = info.Conn },
	})
	key := newKey()
	req, err := newRequest(ctx, u, key, opts)
	if err != nil {
		return nil, nil, err
	}
	resp, err := shaken.Do(req)
	if err != nil {
		return nil, nil, redacted(err)
	}
	cfg, err := checkResponse(resp, key, opts)
	if err != nil {
		resp.Body = keepBody(resp)
		return nil, resp, err
	}
	rwc, ok := resp.Body.(io.ReadWriteCloser)
	if !ok {
		resp.Body.Close()
		return nil, resp, errNoTakeOver
	}
	resp.Body = http.NoBody
	cfg.conn = conn
	cfg.level = level
	return newConn(rwc, cfg), resp, nil
}

// redacted returns an error of net/http without the password in its URL. That
// of a redirect still has it.
func redacted(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		if u, parseErr := url.Parse(e.URL); parseErr == nil {
			e.URL = u.Redacted()
		} else {
			e.URL = "a malformed URL"
		}
	}
	return err
}

// keepBody closes the body of a response that refuses the handshake, and
// returns the start of it.
func keepBody(resp *http.Response) io.ReadCloser {
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusSwitchingProtocols {
		return http.NoBody // what follows a 101 is no body, and has no end
	}
	// Reading ends with the context of the request. What came is good enough.
	b, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	return io.NopCloser(bytes.NewReader(b))
}

// redirects makes a redirect policy know the ws and wss schemes, which
// net/http does not.
func redirects(policy func(*http.Request, []*http.Request) error) func(*http.Request, []*http.Request) error {
	return func(req *http.Request, via []*http.Request) error {
		if err := httpScheme(req.URL); err != nil {
			return err
		}
		if policy != nil {
			return policy(req, via)
		}
		if len(via) >= 10 { // as net/http has it without a policy
			return fmt.Errorf("stopped after %d redirects", len(via))
		}
		return nil
	}
}

// httpScheme replaces the scheme of u, if it is ws or wss, by that over which
// the handshake is made.
func httpScheme(u *url.URL) error {
	switch u.Scheme {
	case "ws":
		u.Scheme = "http"
	case "wss":
		u.Scheme = "https"
	case "http", "https":
	default:
		return fmt.Errorf("the URL's scheme %q is none of ws, wss, http, https", u.Scheme)
	}
	return nil
}

// newKey returns a fresh Sec-WebSocket-Key.
func newKey() string {
	var nonce [keySize]byte
	rand.Read(nonce[:]) // never fails
	return base64.StdEncoding.EncodeToString(nonce[:])
}

// newRequest makes the client's handshake (RFC 6455, section 4.1).
func newRequest(ctx context.Context, u *url.URL, key string, opts *DialOptions) (*http.Request, error) {
	shaken := *u
	u = &shaken
	if err := httpScheme(u); err != nil {
		return nil, err
	}
	u.Fragment = ""
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	for name, values := range opts.HTTPHeader {
		req.Header[http.CanonicalHeaderKey(name)] = slices.Clone(values)
	}
	req.Host = u.Host
	if opts.Host != "" {
		req.Host = opts.Host
	}
	req.Header.Set("Connection", "Upgrade")
	req.Header.Set("Upgrade", "websocket")
	req.Header.Set("Sec-WebSocket-Version", "13")
	req.Header.Set("Sec-WebSocket-Key", key)
	for i, p := range opts.Subprotocols {
		if !isToken(p) {
			return nil, fmt.Errorf("the subprotocol %q is not a token", p)
		}
		if slices.Contains(opts.Subprotocols[:i], p) {
			return nil, fmt.Errorf("the subprotocol %q is given twice", p)
		}
	}
	if len(opts.Subprotocols) > 0 {
		req.Header.Set("Sec-WebSocket-Protocol", strings.Join(opts.Subprotocols, ", "))
	}
	if offer := opts.CompressionMode.offer(); offer != "" {
		req.Header.Set("Sec-WebSocket-Extensions", offer)
	}
	return req, nil
}

// checkResponse checks the server's handshake (RFC 6455, section 4.1, second
// part) against the request and settles the options.
func checkResponse(resp *http.Response, key string, opts *DialOptions) (connConfig, error) {
	cfg := connConfig{
		client:    true,
		onPing:    opts.OnPingReceived,
		onPong:    opts.OnPongReceived,
		skipUTF8:  opts.SkipUTF8Check,
		threshold: opts.CompressionThreshold,
	}
	if cfg.threshold == 0 {
		cfg.threshold = opts.CompressionMode.defaultThreshold()
	}
	h := resp.Header
	if resp.StatusCode != http.StatusSwitchingProtocols {
		return cfg, fmt.Errorf("the server answered with status %d, not 101", resp.StatusCode)
	}
	if !hasToken(h, "Upgrade", "websocket") {
		return cfg, fmt.Errorf("the Upgrade header field of the answer is %q, not websocket", h.Get("Upgrade"))
	}
	if !hasToken(h, "Connection", "Upgrade") {
		return cfg, fmt.Errorf("the Connection header field of the answer is %q, not Upgrade", h.Get("Connection"))
	}
	if got := h.Values("Sec-WebSocket-Accept"); len(got) != 1 || strings.TrimSpace(got[0]) != acceptKey(key) {
		return cfg, fmt.Errorf("the Sec-WebSocket-Accept header field of the answer is %q, which does not fit the key", got)
	}
	if got := h.Values("Sec-WebSocket-Protocol"); len(got) > 0 {
		if len(got) > 1 || !slices.Contains(opts.Subprotocols, got[0]) {
			return cfg, fmt.Errorf("the server chose the subprotocol %q, which was not asked for", got)
		}
		cfg.subprotocol = got[0]
	}
	exts, ok := extensions(h)
	if !ok {
		return cfg, fmt.Errorf("the Sec-WebSocket-Extensions header field of the answer is malformed: %q", h.Values("Sec-WebSocket-Extensions"))
	}
	var err error
	cfg.deflate, err = opts.CompressionMode.confirm(exts)
	return cfg, err
}
