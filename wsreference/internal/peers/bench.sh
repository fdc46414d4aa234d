#!/bin/sh
# Measures all packages, both versions of coder/websocket among them, and
# prints benchstat's table with one column for each. The samples are
# interleaved, so that what else the machine does falls on all alike.
#
#	COUNT=10 TIME=50ms BENCH=. ./bench.sh [FILE]
#
# COUNT is the number of samples (benchstat wants 6 or more), TIME what each
# takes, BENCH says which: Reader, Read, Writer, Echo. FILE keeps the samples.
set -eu
cd "$(dirname "$0")"
count=${COUNT:-10}
time=${TIME:-50ms}
bench=${BENCH:-.}
file=${1:-$(mktemp)}
: >"$file"
export GOMAXPROCS=1
i=0
while [ $((i += 1)) -le "$count" ]; do
	echo "sample $i of $count" >&2
	go test -run '^$' -bench "$bench" -benchmem -benchtime "$time" . >>"$file"
	go test -modfile=coder14.mod -run '^$' -bench "$bench/./././peer=coder" -benchmem -benchtime "$time" . >>"$file"
done
go run golang.org/x/perf/cmd/benchstat@latest -row .name,/size,/ctx,/end -col /peer "$file"
[ $# -gt 0 ] || rm -f "$file"
