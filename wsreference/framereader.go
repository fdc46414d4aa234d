package wsreference

// frameReader reads frame headers and payloads from the peer. Each read is
// under a context. The build tags closure and finish choose between three
// forms of its methods; STAGES.md compares them.
type frameReader struct {
	link *link
	in   input
}
