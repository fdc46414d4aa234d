package wsreference

import "fmt"

// extensionName is the name of permessage-deflate (RFC 7692, section 7).
const extensionName = "permessage-deflate"

// The parameters of permessage-deflate (RFC 7692, section 7.1).
const (
	serverNoTakeover = "server_no_context_takeover"
	clientNoTakeover = "client_no_context_takeover"
	serverWindow     = "server_max_window_bits"
	clientWindow     = "client_max_window_bits"
)

// accept chooses the first offer in list that can be met, and returns the
// parameters with the answer to send, or nil.
//
// compress/flate always compresses with a window of 15 bits (go.dev/issue/3155),
// so an offer that asks for less of the server is declined. What a client
// says of its own window is a hint that needs no answer, since every window
// can be read.
func (m CompressionMode) accept(list []extension) (*deflateParams, string) {
	if m == CompressionDisabled {
		return nil, ""
	}
	for _, e := range list {
		if e.name != extensionName {
			continue
		}
		p, err := parseDeflate(e, true)
		if err != nil || p.serverBits != 0 && p.serverBits != maxWindowBits {
			continue
		}
		if m == CompressionNoContextTakeover {
			p.serverNoTakeover, p.clientNoTakeover = true, true
		}
		answer := extensionName
		if p.serverNoTakeover {
			answer += "; " + serverNoTakeover
		}
		if p.clientNoTakeover {
			answer += "; " + clientNoTakeover
		}
		if p.serverBits != 0 {
			answer += fmt.Sprintf("; %s=%d", serverWindow, p.serverBits)
		}
		return &deflateParams{writeTakeover: !p.serverNoTakeover, readTakeover: !p.clientNoTakeover}, answer
	}
	return nil, ""
}

// offer returns the offer that a client makes, or "".
func (m CompressionMode) offer() string {
	switch m {
	case CompressionContextTakeover:
		return extensionName
	case CompressionNoContextTakeover:
		return extensionName + "; " + serverNoTakeover + "; " + clientNoTakeover
	}
	return ""
}

// confirm checks the answer of a server to m's offer, and returns the
// parameters, or nil if the server declined.
func (m CompressionMode) confirm(list []extension) (*deflateParams, error) {
	if len(list) == 0 {
		return nil, nil
	}
	e := list[0]
	if m == CompressionDisabled || e.name != extensionName || len(list) > 1 {
		return nil, fmt.Errorf("the server answered with an extension not offered: %s", list[len(list)-1].name)
	}
	p, err := parseDeflate(e, false)
	if err != nil {
		return nil, fmt.Errorf("the server answered with bad parameters of %s: %w", extensionName, err)
	}
	if m == CompressionNoContextTakeover {
		if !p.serverNoTakeover {
			return nil, fmt.Errorf("the server accepted %s without %s", extensionName, serverNoTakeover)
		}
		p.clientNoTakeover = true // offered, so promised
	}
	return &deflateParams{writeTakeover: !p.clientNoTakeover, readTakeover: !p.serverNoTakeover}, nil
}

const (
	minWindowBits = 8
	maxWindowBits = 15
)

// deflateOffer is an offer of, or answer about, permessage-deflate.
type deflateOffer struct {
	serverNoTakeover bool
	clientNoTakeover bool
	serverBits       int // 0 if not given
}

// parseDeflate reads the parameters of e. Each may be given once, with a value
// exactly as RFC 7692 has it; isOffer tells the client's element from the
// server's, in which client_max_window_bits answers nothing that was offered.
func parseDeflate(e extension, isOffer bool) (deflateOffer, error) {
	var o deflateOffer
	seen := make(map[string]bool)
	for _, p := range e.params {
		name := toLower(p.name)
		if seen[name] {
			return o, fmt.Errorf("parameter %s is given twice", p.name)
		}
		seen[name] = true
		ok := false
		switch name {
		case serverNoTakeover:
			o.serverNoTakeover, ok = true, !p.hasValue
		case clientNoTakeover:
			o.clientNoTakeover, ok = true, !p.hasValue
		case serverWindow:
			o.serverBits, ok = windowBits(p.value)
		case clientWindow:
			_, ok = windowBits(p.value)
			ok = isOffer && (ok || !p.hasValue)
		}
		if !ok {
			return o, fmt.Errorf("parameter %s=%s is not allowed", p.name, p.value)
		}
	}
	return o, nil
}

// windowBits reads a number from 8 to 15 without leading zeros.
func windowBits(s string) (int, bool) {
	for n := minWindowBits; n <= maxWindowBits; n++ {
		if s == fmt.Sprint(n) {
			return n, true
		}
	}
	return 0, false
}
