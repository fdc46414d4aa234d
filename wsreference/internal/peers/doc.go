// Package peers sets wsreference beside the other WebSocket packages for Go:
// it lets them talk to each other, and measures them in the same way. It is a
// module of its own so that wsreference depends on the standard library alone.
//
// To test, and to measure all and print the table (RESULT.txt has one):
//
//	go test .
//	./bench.sh
//
// The module requires coder/websocket v1.8.15. As a build holds one version of
// a module, the file coder14.mod requires v1.8.14 in its place:
//
//	go test -modfile=coder14.mod .
//
// # What is measured
//
// Each benchmark is named so that benchstat can put the packages side by side
// (-col /peer): size of the message in bytes, context, end, package.
//
//   - Reader: a message read through a buffer that the caller has
//   - Read: a message read into memory that the package provides; the column
//     wsreference-lent is ReadInto, to which the caller lends it
//   - Writer: a message written in one call
//   - Echo: a message there and back over TCP on one machine, both ends of the
//     same package
//   - Idle: the memory of a server's connection that waits for a message
//
// All but Echo and Idle work on a connection in memory, which brings messages without
// end and takes in whatever is written, so that the figures are of the package
// alone. All messages are binary and uncompressed.
//
// All ends do what a program needs: they answer pings while they read, check
// text for valid UTF-8 (gorilla and coder/websocket cannot; the messages here
// are binary), and let several goroutines write. gorilla and gobwas leave the
// last to their user, so their ends here have a mutex, and gobwas leaves
// control frames too, so its end has the handler that comes with it.
//
// Some differences remain. wsreference and coder/websocket draw masking keys
// from the system's cryptographic generator, as RFC 6455, section 10.3, asks;
// the others from math/rand. gobwas writes header and payload by one call
// each, which is cheap in memory, but a system call each on a socket.
//
// Only wsreference and coder/websocket take a context. The others have the same
// figures, but for noise, for both kinds. gws calls back with a message in a
// buffer from its pool, so its Reader and Read are the same. gobwas/ws works
// on any io.Reader; it gets a bufio.Reader, which the others have inside.
package peers
