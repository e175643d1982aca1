#!/bin/bash
# Runs every test. What can't run on this machine is said aloud; with CI=true it fails instead.
# With DJSHIP_SLOW=1 the tests that take minutes run too.
set -euo pipefail
cd "$(dirname "$0")"
export GOFLAGS=${GOFLAGS:-} GOTOOLCHAIN=${GOTOOLCHAIN:-auto}

say() { printf '\n== %s\n' "$*"; }

# needs PROGRAM:PACKAGE... installs what tests need, where this is root on Debian or Ubuntu.
needs() {
	local missing=() pair
	for pair; do command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}"); done
	[ ${#missing[@]} -gt 0 ] || return 0
	if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
		say "installing ${missing[*]}"
		apt-get update -qq
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
	else
		echo "not installed, so what needs them can't run: ${missing[*]}"
	fi
}
needs ssh:openssh-client sshd:openssh-server shellcheck:shellcheck fish:fish dash:dash zsh:zsh gcc:build-essential \
	systemd-nspawn:systemd-container mmdebstrap:mmdebstrap nft:nftables ip:iproute2 python3:python3 sudo:sudo doas:opendoas csh:csh chromium:chromium certutil:libnss3-tools \
	groff:groff-base

say "format and vet"
unformatted=$(gofmt -l .)
[ -z "$unformatted" ] || { echo "gofmt would change: $unformatted"; exit 1; }
go vet ./...

# analysis looks at the code and builds it for all systems, in silence where nothing is wrong.
analysis() {
	go run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...
	go run codeberg.org/polyfloyd/go-errorlint@v1.9.1 ./...
	# What can't be said to a person can't be said to be so; what was only read needs no successful end.
	go run github.com/kisielk/errcheck@v1.30.0 -ignoretests -ignore 'fmt:^Fprint,djship/cli:^say(Text)?$' -exclude .ci/errcheck.txt \
		. ./assets ./attach ./cli ./delta ./inventory/... ./logs ./nearest ./plain ./project/... ./remote ./report ./rollout ./runner ./secret ./shell ./steps/...
	for os in linux darwin windows; do
		for arch in amd64 arm64; do
			CGO_ENABLED=0 GOOS=$os GOARCH=$arch go build -o /dev/null .
		done
		# Their tests are built as well, where they can't be run.
		[ "$os" = linux ] || CGO_ENABLED=0 GOOS=$os go vet . ./cli ./inventory/... ./nearest ./plain ./project/... ./report ./runner ./steps/...
	done
}

# The race detector makes them take three times as long. They mostly wait, so the analysis runs beside them.
race=()
[ "${DJSHIP_SLOW-}" != 1 ] || race=(-race)
say "unit tests${race:+, with the race detector}, beside static analysis and builds for linux, darwin and windows"
analysed=$(mktemp)
trap 'rm -f "$analysed"' EXIT
(set -e; analysis) >"$analysed" 2>&1 &
analyst=$!
packages=$(go list ./... | grep -v /integration)
# shellcheck disable=SC2086
go test "${race[@]}" -timeout 15m -parallel 4 $packages || { kill "$analyst" 2>/dev/null; exit 1; }
wait "$analyst" || { say "static analysis and builds"; cat "$analysed"; exit 1; }

# fuzz FILE:TARGET fuzzes for ten seconds. What Go finds is kept in its build cache and gone on from the next
# time; an input that fails is written to testdata/fuzz.
fuzz() {
	local target=${1#*:} out
	out=$(go test -run '^$' -fuzz "^$target\$" -fuzztime 10s -parallel 1 "./${1%/*}" 2>&1) || {
		echo "$out"
		# Go before 1.27 sometimes fails for ending late (go.dev/issue/75804); then no input is named.
		[[ $out == *"context deadline exceeded"* && $out != *"Failing input"* ]] || return 255 # which ends xargs
	}
	echo "$target: $(echo "$out" | grep '^fuzz: elapsed' | tail -n 1)"
}
export -f fuzz
if [ "${DJSHIP_SLOW-}" = 1 ]; then
	say "fuzzing, two at once"
	# shellcheck disable=SC2016
	grep -ro --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' . | sed 's/^\.\///; s/:func /:/' | xargs -P 2 -I '{}' bash -c 'fuzz "$1"' bash '{}'
fi

say "on real Debian hosts"
if [ "${CI-}" = true ] && [ "${DJSHIP_SLOW-}" = 1 ] && [ -z "${DJSHIP_PART-}" ]; then
	# All slow ones take longer than the hour that CI has. What is checked decides which fifth runs, so the next change's is another.
	DJSHIP_PART=$((0x$(git rev-parse 'HEAD^{tree}' | cut -c1-6) % 5))/5
	export DJSHIP_PART
	say "of the slow ones part $DJSHIP_PART, which DJSHIP_PART asks for elsewhere"
fi
# They mostly wait, so more of them run at once than there are processors. All lean on package
# mirrors, so a test that fails is tried once more, and that is said.
log=$(mktemp)
trap 'rm -f "$analysed" "$log"' EXIT
# ended tells of tests as they end, and all that those say that fail.
ended() { grep --line-buffered -Ev '^ *=== (RUN|PAUSE|CONT) |^ +--- PASS'; }
# on_hosts runs them, with those of the test hosts themselves beside the others. By packages at once go would tell of none before all of its package have ended.
on_hosts() {
	# Without -count=1 go would take a result of before for one of these hosts, and look for minutes at all files that they have read.
	# shellcheck disable=SC2046
	go test -v -count=1 -timeout 90m -p 1 $(go list ./integration/... | grep -v '/integration$') &
	local beside=$! status=0
	go test -v -count=1 -timeout 90m -parallel 6 ./integration || status=1
	wait "$beside" && return "$status"
}
if ! on_hosts 2>&1 | tee "$log" | ended; then
	failed=$(sed -n 's/^--- FAIL: \([A-Za-z0-9_]*\) .*/\1/p' "$log" | sort -u | paste -sd '|')
	[ -n "$failed" ] || exit 1
	say "once more, since they failed: ${failed//|/ }"
	go test -v -count=1 -timeout 20m -p 1 -run "^($failed)\$" ./integration/... 2>&1 | ended
	say "FLAKY: $(tr '|' '\n' <<<"$failed" | wc -l) failed at first and passed then: ${failed//|/ }"
fi
