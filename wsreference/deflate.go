package wsreference

import (
	"compress/flate"
	"fmt"
	"io"
	"sync"
)

// CompressionMode selects whether and how permessage-deflate (RFC 7692) is used
// with a peer that supports it.
type CompressionMode int

const (
	// CompressionDisabled offers and accepts no compression.
	CompressionDisabled CompressionMode = iota

	// CompressionContextTakeover lets each message refer to those before it,
	// in each direction unless the peer declines. It compresses best, and
	// costs each connection that has sent a compressed message about 1 MB for
	// its compressor, and 32 KiB to read. Default threshold: 128 bytes.
	CompressionContextTakeover

	// CompressionNoContextTakeover compresses each message for itself.
	// Connections share compressors. Default threshold: 512 bytes.
	CompressionNoContextTakeover
)

// defaultThreshold returns the least size in bytes of a message that is worth
// compressing: small ones only gain by what they share with earlier ones.
func (m CompressionMode) defaultThreshold() int {
	if m == CompressionContextTakeover {
		return 128
	}
	return 512
}

// deflateTailSize is the size of 00 00 ff ff, with which a flush ends. It is not
// sent (RFC 7692, section 7.2.1).
const deflateTailSize = 4

// The compression levels of compress/flate, from least to greatest.
const (
	minLevel = flate.HuffmanOnly
	maxLevel = flate.BestCompression
)

// flateWriters holds compressors, a pool for each level. They are big, and slow
// to make, and hold nothing of a connection between two messages without
// context takeover.
var flateWriters [maxLevel - minLevel + 1]sync.Pool // of *flate.Writer

// compressionLevel returns the level that an option asks for.
func compressionLevel(option int) (int, error) {
	switch {
	case option == 0:
		// The higher levels cost several times the time for a few percent.
		return flate.BestSpeed, nil
	case option < minLevel || option > maxLevel || option == flate.DefaultCompression:
		return 0, fmt.Errorf("the compression level %d is neither 1 to 9 nor -2", option)
	}
	return option, nil
}

// getWriter returns a compressor of a level that writes to sink.
func getWriter(level int, sink io.Writer) *flate.Writer {
	if fw, ok := flateWriters[level-minLevel].Get().(*flate.Writer); ok {
		fw.Reset(sink)
		return fw
	}
	fw, _ := flate.NewWriter(sink, level) // the level is valid, so there is no error
	return fw
}

// putWriter takes back what getWriter has returned.
func putWriter(level int, fw *flate.Writer) {
	fw.Reset(io.Discard) // forget the connection
	flateWriters[level-minLevel].Put(fw)
}

// deflateParams is permessage-deflate as agreed on for one connection.
type deflateParams struct {
	writeTakeover bool // messages we send may refer to earlier ones
	readTakeover  bool // messages we get may
}

// compressor compresses the messages that one connection sends. The message
// lock guards it.
type compressor struct {
	on        bool // permessage-deflate has been negotiated
	takeover  bool // messages may refer to earlier ones
	level     int
	threshold int // least size in bytes of a message to compress

	kept *flate.Writer // with takeover
}

// compresses reports whether a message that begins with n bytes is to be
// compressed.
func (c *compressor) compresses(n int) bool { return c.on && n >= c.threshold }

// begin returns the flate writer for a message, whose output goes to sink, the
// same for all messages.
func (c *compressor) begin(sink io.Writer) *flate.Writer {
	if c.kept != nil {
		return c.kept
	}
	fw := getWriter(c.level, sink)
	if c.takeover {
		c.kept = fw
	}
	return fw
}

// end takes back what begin has returned.
func (c *compressor) end(fw *flate.Writer) {
	if !c.takeover {
		putWriter(c.level, fw)
	}
}

// forget drops the history, so that no later message refers to an earlier one. It
// is called when a message has been sent without the compressor.
func (c *compressor) forget() {
	if c.kept != nil {
		putWriter(c.level, c.kept)
		c.kept = nil
	}
}
