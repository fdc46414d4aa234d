#!/bin/sh
# Measures the three stages and prints benchstat's table with one column for
# each. The samples are interleaved, so that what else the machine does falls on
# all alike. A sample is the least of several short measurements: 20 of 0.3 ms
# for a frame, 5 of 2 ms for an echo.
#
#	COUNT=10 ./stages.sh
set -eu
cd "$(dirname "$0")"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export GOMAXPROCS=1

for stage in closure finish default; do
	tags=
	[ $stage = default ] || tags="-tags $stage"
	go test $tags -c -o "$dir/$stage.test" .
done

# measure takes one sample of a stage: benchmarks, time, number.
measure() {
	"$dir/$1.test" -test.run '^$' -test.benchmem -test.bench "$2" -test.benchtime "$3" -test.count "$4" | awk '
		!/^Benchmark/ { print; next }
		!($1 in least) { order[n++] = $1 }
		!($1 in least) || $3 < least[$1] { least[$1] = $3; line[$1] = $0 }
		END { for (i = 0; i < n; i++) print line[order[i]] }' >>"$dir/$1"
}

i=0
while [ $((i += 1)) -le "${COUNT:-10}" ]; do
	for stage in closure finish default; do
		measure $stage '^Benchmark(FrameRead|FrameWrite)$' 300us 20
		measure $stage '^BenchmarkConn$' 2ms 5
	done
done
cd "$dir"
go run golang.org/x/perf/cmd/benchstat@latest closure finish default
