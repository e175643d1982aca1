#!/bin/bash
# Builds what is handed out into dist/: a binary for each system and processor, Debian packages with manual
# and completions, and SHA256SUMS. With arguments, as linux/amd64, for these alone.
set -euo pipefail
cd "$(dirname "$0")"
version=$(git describe --tags --always --dirty 2>/dev/null || echo dev)
targets=("$@")
[ $# -gt 0 ] || targets=(linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64)
rm -rf dist
mkdir dist
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# build SYSTEM PROCESSOR PATH
build() {
	CGO_ENABLED=0 GOOS=$1 GOARCH=$2 "${GO:-go}" build -trimpath -ldflags "-s -w -X djship/cli.Version=$version" -o "$3" .
}
# The manual and the completions are what the program itself prints.
build "$(go env GOHOSTOS)" "$(go env GOHOSTARCH)" "$work/djship"

# debian_version is the version as dpkg compares them: it begins with a digit, and a hyphen parts nothing.
debian_version=${version#v}
debian_version=${debian_version//-/+}
case $debian_version in [0-9]*.*) ;; *) debian_version=0~$debian_version ;; esac

# package PROCESSOR puts the Linux binary into a Debian package.
package() {
	local root=$work/$1 share=$work/$1/usr/share
	install -D -m 0755 "dist/djship-linux-$1" "$root/usr/bin/djship"
	mkdir -p "$share"/{man/man1,doc/djship,bash-completion/completions,zsh/vendor-completions,fish/vendor_completions.d} "$root/DEBIAN"
	"$work/djship" man | gzip -9n >"$share/man/man1/djship.1.gz"
	"$work/djship" completion bash >"$share/bash-completion/completions/djship"
	"$work/djship" completion zsh >"$share/zsh/vendor-completions/_djship"
	"$work/djship" completion fish >"$share/fish/vendor_completions.d/djship.fish"
	gzip -9nc CHANGELOG.md >"$share/doc/djship/changelog.gz"
	cp LICENSE "$share/doc/djship/copyright"
	cat >"$root/DEBIAN/control" <<-CONTROL
		Package: djship
		Version: $debian_version
		Architecture: $1
		Maintainer: The djship authors <djship@localhost>
		Installed-Size: $(du -ks "$root/usr" | cut -f1)
		Section: admin
		Priority: optional
		Recommends: openssh-client
		Description: puts Django sites on your own Debian and Ubuntu servers, over SSH
		 One program on a workstation reads an Ansible-style inventory and makes of
		 servers, on which nothing was installed beforehand, hosts of Django sites:
		 each with an account, a virtualenv, gunicorn, nginx and a PostgreSQL database
		 of its own.
	CONTROL
	chmod -R u=rwX,go=rX "$root"
	dpkg-deb --root-owner-group -Zxz --build "$root" "dist/djship_${debian_version}_$1.deb" >/dev/null
}

for target in "${targets[@]}"; do
	os=${target%/*} arch=${target#*/} suffix=
	[ "$os" != windows ] || suffix=.exe
	build "$os" "$arch" "dist/djship-$os-$arch$suffix"
	[ "$os" != linux ] || ! command -v dpkg-deb >/dev/null || package "$arch"
done
(cd dist && sha256sum -- * >SHA256SUMS)
ls -l dist
