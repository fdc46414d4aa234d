#!/bin/sh
# Installs the independent peers that the tests of this folder talk to: npm's
# ws, Debian's Chromium, python3-websockets and curl. Needs root (or sudo) for
# the Debian packages. What is there already is left alone, so that a second
# run takes no time.
set -eu
cd "$(dirname "$0")"

missing=""
command -v chromium >/dev/null || missing="$missing chromium"
command -v curl >/dev/null || missing="$missing curl"
command -v node >/dev/null || missing="$missing nodejs npm"
/usr/bin/python3 -c 'import websockets' 2>/dev/null || missing="$missing python3 python3-websockets"
if [ -n "$missing" ]; then
	sudo=""
	[ "$(id -u)" = 0 ] || sudo=sudo
	export DEBIAN_FRONTEND=noninteractive
	$sudo apt-get update -qq
	# shellcheck disable=SC2086 # a list of words
	$sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi

want=$(sed -n 's/.*"ws": "\(.*\)".*/\1/p' package.json)
have=$(sed -n 's/^ *"version": "\(.*\)".*/\1/p' node_modules/ws/package.json 2>/dev/null || true)
if [ "$want" != "$have" ]; then
	npm ci --no-audit --no-fund --silent
fi
echo "peers: ws $want, $(chromium --version 2>/dev/null), python3-websockets $(/usr/bin/python3 -c 'import websockets; print(websockets.__version__)'), $(curl --version | sed -n '1s/ (.*//p')"
