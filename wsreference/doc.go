// Package wsreference implements the WebSocket protocol of RFC 6455, client
// and server, with the compression of RFC 7692 and a context on every call.
package wsreference
