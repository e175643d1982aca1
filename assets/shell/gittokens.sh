# Users and passwords in addresses that git is to be told: its command line is for all on the host to see. They are given to git by a file
# in $HOME.
before="git(\\+| *= *[\"'])https?://[^/@\"' ]+@"

# tokens_in FILE tells whether there are some.
tokens_in() { grep -qE "$before" "$1"; }

# hide_tokens FILE... takes them out. One that is the only one for its server serves for submodules, too.
hide_tokens() {
	known=$HOME/.git-credentials
	(umask 077 && grep -hoE "${before}[^@\"' ?#;,]+" "$@" | sed -E 's,^[^h]*,,; s,^(https?://[^/:@]+)@,\1:@,' | sort -u >"$known")
	[ -s "$known" ] || return 0
	git config --file "$HOME/.gitconfig" credential.helper store
	[ "$(sed 's,.*@,,; s,/.*,,' "$known" | sort -u | wc -l)" = "$(sed 's,\(@[^/]*\)/.*,\1,' "$known" | sort -u | wc -l)" ] ||
		git config --file "$HOME/.gitconfig" credential.useHttpPath true
	sed -E -i "s,(git(\\+| *= *[\"'])https?://)[^/@\"' ]+@,\\1,g" "$@"
}
