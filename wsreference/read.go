package wsreference

import (
	"context"
	"fmt"
)

// Reader waits for the next data message and returns its type and a reader of
// its payload. The message before must have been read up to io.EOF.
//
// Meanwhile pings are answered. Any error other than that of a message not
// read to its end, or of a context that had ended, means that the connection is
// closed; it holds a CloseError if the peer has closed it.
func (c *Conn) Reader(ctx context.Context) (MessageType, MessageReader, error) {
	err := ctx.Err()
	if err == nil {
		var t MessageType
		var r MessageReader
		if t, r, err = c.incoming.begin(ctx); err == nil {
			return t, r, nil
		}
	}
	return 0, MessageReader{}, fmt.Errorf("wsreference: cannot read a message: %w", err)
}

// Read waits for the next data message and returns its type and payload. It
// allocates once, and exactly, for a message that comes uncompressed in one
// frame of at most 64 KiB. Its errors are those of Reader.
func (c *Conn) Read(ctx context.Context) (MessageType, []byte, error) {
	return c.ReadInto(ctx, nil)
}

// ReadInto is Read into the memory of buf, from its start up to its capacity,
// which saves the allocation. A longer message is returned in new memory, and
// buf may have been overwritten.
func (c *Conn) ReadInto(ctx context.Context, buf []byte) (MessageType, []byte, error) {
	err := ctx.Err()
	if err == nil {
		var t MessageType
		if t, buf, err = c.incoming.whole(ctx, buf); err == nil {
			return t, buf, nil
		}
	}
	return 0, nil, fmt.Errorf("wsreference: cannot read a message: %w", err)
}
