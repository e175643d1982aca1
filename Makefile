# make test is what CI runs; make demo boots throw-away hosts and deploys a site to them.
GO ?= go
LDFLAGS = -s -w -X djship/cli.Version=$(shell git describe --tags --always --dirty 2>/dev/null || echo dev)

.PHONY: build test test-slow demo bench release clean

build:
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o djship .

test:
	./test.sh

test-slow:
	DJSHIP_SLOW=1 ./test.sh

demo: build
	$(GO) run ./integration/demo ./djship

bench: build
	$(GO) run ./bench

# The binaries that are handed out, one for each system and processor.
release:
	for target in linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64; do \
		os=$${target%/*} arch=$${target#*/}; \
		CGO_ENABLED=0 GOOS=$$os GOARCH=$$arch $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o dist/djship-$$os-$$arch . || exit 1; \
	done

clean:
	rm -rf djship dist
