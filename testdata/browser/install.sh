#!/bin/sh
# Installs what the tests need that look at pages in a browser: Debian's Chromium and
# node, and axe-core from npm. Needs root or sudo for the Debian packages. It leaves alone
# what is there already.
set -eu
cd "$(dirname "$0")"

missing=""
command -v chromium >/dev/null || missing="$missing chromium"
command -v node >/dev/null || missing="$missing nodejs npm"
if [ -n "$missing" ]; then
	sudo=""
	[ "$(id -u)" = 0 ] || sudo=sudo
	export DEBIAN_FRONTEND=noninteractive
	$sudo apt-get update -qq
	# shellcheck disable=SC2086 # a list of words
	$sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi

want=$(sed -n 's/.*"axe-core": "\(.*\)".*/\1/p' package.json)
have=$(sed -n 's/^ *"version": "\(.*\)".*/\1/p' node_modules/axe-core/package.json 2>/dev/null || true)
if [ "$want" != "$have" ]; then
	npm ci --no-audit --no-fund --silent
fi
echo "$(chromium --version 2>/dev/null), node $(node --version), axe-core $want"
