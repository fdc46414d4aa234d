#!/bin/sh
# Measures all packages, both versions of coder/websocket among them, and
# prints benchstat's table with one column for each. The samples are
# interleaved, so that what else the machine does falls on all alike.
#
#	COUNT=10 TIME=50ms BEST=1 BENCH='(Reader|Read|Writer|Echo)' ./bench.sh [FILE]
#
# COUNT is the number of samples (benchstat wants 6 or more), TIME what each
# takes, BENCH says which benchmarks. FILE keeps the samples. On a machine that
# has other work, a sample should be the least of several short measurements,
# with TIME a part of the scheduler's time slice and BEST their number:
# TIME=300us BEST=25. Idle memory is measured once: -bench Idle -benchtime 1x.
set -eu
cd "$(dirname "$0")"
count=${COUNT:-10}
time=${TIME:-50ms}
best=${BEST:-1}
bench=${BENCH:-'(Reader|Read|Writer|Echo)$'}
file=${1:-$(mktemp)}
bin=$(mktemp -d)
trap 'rm -rf "$bin"' EXIT
: >"$file"
export GOMAXPROCS=1

go test -c -o "$bin/peers" .
go test -c -modfile=coder14.mod -o "$bin/coder14" .

# measure takes one sample of each benchmark. Its arguments are a test binary
# and the benchmarks.
measure() {
	"$1" -test.run '^$' -test.benchmem -test.benchtime "$time" -test.count "$best" -test.bench "$2" | awk '
		!/^Benchmark/ { print; next }
		!($1 in least) { order[n++] = $1 }
		!($1 in least) || $3 < least[$1] { least[$1] = $3; line[$1] = $0 }
		END { for (i = 0; i < n; i++) print line[order[i]] }' >>"$file"
}

i=0
while [ $((i += 1)) -le "$count" ]; do
	echo "sample $i of $count" >&2
	measure "$bin/peers" "$bench"
	measure "$bin/coder14" "$bench/./././peer=coder"
done
go run golang.org/x/perf/cmd/benchstat@latest -row .name,/size,/ctx,/end -col /peer "$file"
[ $# -gt 0 ] || rm -f "$file"
