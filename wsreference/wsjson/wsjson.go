// Package wsjson reads and writes JSON messages over a WebSocket connection.
package wsjson

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/closurefix/closurefix/wsreference"
)

// Read reads the next message of c and decodes it into v, as json.Unmarshal
// does. A message that is not JSON, or does not fit v, makes it close the
// connection with StatusInvalidFramePayloadData. Any other error means what that
// of wsreference.Conn.Read does.
func Read(ctx context.Context, c *wsreference.Conn, v any) error {
	_, b, err := c.Read(ctx)
	if err != nil {
		return fmt.Errorf("wsjson: cannot read a value: %w", err)
	}
	if err := json.Unmarshal(b, v); err != nil {
		// The error to report is that of the message, not of closing.
		_ = c.Close(wsreference.StatusInvalidFramePayloadData, "the message is not the JSON expected")
		return fmt.Errorf("wsjson: cannot decode a message: %w", err)
	}
	return nil
}

// Write sends v as one text message, encoded as json.Marshal does. A value
// that cannot be encoded leaves the connection as it is; any other error
// means what that of wsreference.Conn.Write does.
func Write(ctx context.Context, c *wsreference.Conn, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("wsjson: cannot encode a value: %w", err)
	}
	if err := c.Write(ctx, wsreference.MessageText, b); err != nil {
		return fmt.Errorf("wsjson: cannot write a value: %w", err)
	}
	return nil
}
