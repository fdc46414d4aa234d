package wsreference

import (
	"context"
	"fmt"
)

// Write sends p as one message, in a single frame unless it is compressed.
//
// Messages are sent in the order of the calls of Write, Writer and
// WritePrepared, whatever their sizes: a Write waits until a MessageWriter that
// was opened before has been closed. If its context ends first, the error is
// ErrWriterOpen too. The text of a text message should be valid UTF-8: the peer
// will fail the connection otherwise.
//
// An error other than the end of ctx before the network was used means that the
// connection is closed.
func (c *Conn) Write(ctx context.Context, t MessageType, p []byte) error {
	err := errBadType
	if t.valid() {
		err = c.messages.whole(ctx, opcode(t), p)
	}
	if err != nil {
		return fmt.Errorf("wsreference: cannot write a message: %w", err)
	}
	return nil
}

// WritePrepared sends a prepared message as Write does. Where messages are
// compressed with context takeover, the next one cannot refer to any before.
func (c *Conn) WritePrepared(ctx context.Context, m *PreparedMessage) error {
	if err := c.messages.prepared(ctx, m); err != nil {
		return fmt.Errorf("wsreference: cannot write a message: %w", err)
	}
	return nil
}

// Writer starts a message and returns a writer of its payload, which must be
// closed to end the message; other messages wait until then. A negotiated
// compression is used if the first Write brings at least the threshold of
// DialOptions or AcceptOptions.
func (c *Conn) Writer(ctx context.Context, t MessageType) (MessageWriter, error) {
	err := errBadType
	if t.valid() {
		if err = ctx.Err(); err == nil {
			var w MessageWriter
			if w, err = c.messages.begin(ctx, opcode(t)); err == nil {
				return w, nil
			}
		}
	}
	return MessageWriter{}, fmt.Errorf("wsreference: cannot begin a message: %w", err)
}
