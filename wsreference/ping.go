package wsreference

import (
	"context"
	"fmt"
	"net"
)

// Ping sends a ping and waits for the pong, which only arrives while another
// goroutine reads, or after CloseRead. The connection stays open when ctx
// ends while Ping waits for the pong.
func (c *Conn) Ping(ctx context.Context) error {
	if err := c.ping(ctx); err != nil {
		return fmt.Errorf("wsreference: cannot ping: %w", err)
	}
	return nil
}

func (c *Conn) ping(ctx context.Context) error {
	// Under the lock, so that pings are sent in the order of their numbers.
	if err := c.out.acquire(ctx); err != nil {
		return err
	}
	w := c.pings.add()
	defer c.pings.remove(w)
	b := w.payload()
	err := c.out.writeLocked(ctx, header{flags: finBit, opcode: opPing}, b[:])
	c.link.writing.endMessage() // of a message of its own, as far as ctx goes
	c.out.release()
	if err != nil {
		return err
	}
	select {
	case <-w.answered:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-c.link.closed:
		return c.link.cause(ctx, net.ErrClosed)
	}
}
