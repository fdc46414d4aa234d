// Package interop has no code of its own: its tests let wsreference talk to
// WebSocket implementations that share nothing with it.
//
//   - ws from npm, as a client and as a server
//   - websockets from Debian's python3-websockets, as a client and as a server
//   - Chromium, headless
//   - curl, for the handshake alone
//
// The script install.sh installs them all. A test whose peer is missing says
// so and is skipped, but fails where the environment variable CI is "true".
//
// The peers run the scripts in testdata. Each script is told an address and
// what to expect, prints a line "ok …" for each check that holds, and leaves
// with a status other than 0 at the first that does not.
package interop
