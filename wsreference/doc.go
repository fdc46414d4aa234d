// Package wsreference implements the WebSocket protocol of RFC 6455, client
// and server, with the compression of RFC 7692 and a context on every call.
// It depends on the standard library alone.
//
// A server calls [Accept] in an HTTP handler, a client calls [Dial]; both get
// a [Conn]. [Conn.Read] and [Conn.Write] move whole messages, [Conn.Reader] and
// [Conn.Writer] move them piece by piece, [Conn.ReadInto] reads into memory that
// the caller lends, and [PrepareMessage] makes a message ready for many
// connections. One goroutine reads, any number write. Package wsjson sends
// values as JSON, [NetConn] turns a connection into a stream of bytes.
//
// # Reading is what keeps a connection alive
//
// Pings are answered, pongs noticed and close frames handled while a read is
// under way, and only then. A program that does not expect messages calls
// [Conn.CloseRead], which reads in the background. Pongs are sent beside the
// reader. Each ping is answered while writing makes progress; when it is
// blocked, the oldest pongs are dropped, so that two ends that ping each other
// do not wait for each other for ever.
//
// # Contexts
//
// A call whose context has ended already fails and leaves the connection as
// it is. When the context ends while the call waits for the network, the
// connection is closed: part of a frame may have been read or written, and
// what follows could not be understood. So a context is a bound for giving
// up on a peer, not for looking in from time to time. The error is that of
// the context. The exceptions are those calls that can only go on or give up:
// [MessageReader.Read], [MessageWriter.Write] after a part of the message has
// been sent, [Conn.CloseRead] and [NetConn].
//
// A context that ends while no call is under way does nothing, and one that
// goes on from message to message costs nothing: reading and writing under it
// allocates no memory, as under context.Background. See STAGES.md.
//
// # Closing
//
// [Conn.Close] performs the closing handshake, [Conn.CloseNow] does without;
// every Conn needs one of the two. Both return in bounded time whatever the
// peer does, also if it falls silent in the middle of a frame, and leave no
// goroutine behind. When the peer has closed, errors hold its [CloseError];
// [CloseStatus] gets the code out. After one of the two calls the errors of all
// others are net.ErrClosed, too.
//
// # What is checked
//
// A peer that breaks a rule of RFC 6455 is answered with a close frame that
// says so, and the read fails: unmasked frames to a server and masked ones to
// a client, reserved bits and opcodes, lengths not in their shortest form,
// fragments out of order, control frames that are too long or in fragments,
// close codes that may not be sent, and text that is not valid UTF-8, as soon
// as the first wrong byte arrives. Messages are limited to 32768 bytes after
// decompression unless [Conn.SetReadLimit] says otherwise, and a header that
// claims a long message makes nobody allocate memory for it. A server refuses
// scripts from pages of other hosts unless [AcceptOptions] lets them in.
//
// # What is not there
//
// HTTP/2 (RFC 8441), browsers (js/wasm), proxies other than those of
// http.Transport, and smaller compression windows: compress/flate has no control
// over those (go.dev/issue/3155), so an offer that demands one is declined.
// README.md has the reasons.
package wsreference
