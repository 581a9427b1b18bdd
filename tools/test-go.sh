#!/bin/sh
# test-go.sh: the tests of every package, and then those of the failed packages once more, one package at a time with nothing
# beside them. Many tests watch clocks, processes and encoders, and a machine of two cores is shared by all packages at once.
# What failed is said at the end in either case: a test that needs its second chance is a test to mend.
set -u

go=${GO:-go}
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# tests ARGS...: go test, shown and kept
tests() {
	{ "$go" test -timeout 25m "$@" 2>&1; echo "status $?"; } | tee "$log" | grep --line-buffered -v '^status '
	[ "$(tail -n 1 "$log")" = 'status 0' ]
}

tests ./... && exit 0
failed=$(sed -n 's/^FAIL\t\([^ \t]*\)\t[0-9.]*s$/\1/p' "$log")
if [ -z "$failed" ] || grep -q '^FAIL.*\[build failed\]$\|^FAIL.*\[setup failed\]$' "$log"; then
	exit 1
fi
echo "failed beside the other packages, run again alone:" $failed
# shellcheck disable=SC2086 # one argument a package
if tests -count=1 -p 1 $failed; then
	echo "passed alone, after a failure beside the others:" $failed
	exit 0
fi
exit 1
