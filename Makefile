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

release:
	./release.sh

clean:
	rm -rf djship dist
