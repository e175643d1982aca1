# Takes away what releases of $site have left in its $root, a folder of root's; $served has the static files that nginx serves, and $overlay
# the programs that releases are looked at by now.
# shellcheck disable=SC2154
tidy() {
	for id; do
		rm -rf -- "${root:?}/releases/$id" "$root/releases/.$id.new" "$root/static/$id" "$root/env/$id" "$root/cron/$id" "$root/about/$id" "$root/about/$id".*
	done
	tidy_static
	for environment in "$root"/venvs/*; do
		name=${environment##*/}
		[ ! -d "$environment" ] || grep -qsF "/venvs/$name" "$root"/env/* || { rm -f -- "$environment.whole" && rm -rf -- "$environment" "$environment".*; }
	done
	for programs in "$root"/overlay/*; do
		[ "$programs" = "$overlay" ] || grep -qsF "${programs#"$root"}:" "$root"/env/* || rm -rf -- "$programs"
	done
	thin_out
}

# thin_out makes one pack of many, without what is of no release that is left.
thin_out() {
	repo=$root/repo.git index=
	[ -f "$repo/HEAD" ] && [ "$(find "$repo/objects/pack" -name '*.pack' | wc -l)" -gt 20 ] || return 0
	own_git for-each-ref --format='delete %(refname)' refs/releases | own_git update-ref --stdin
	sed -ns 's/^tree //p' "$root"/about/* | sort -u | while read -r tree; do own_git update-ref "refs/releases/$tree" "$tree"; done
	# What can't be read is made anew by a later push.
	{ own_git repack -adq && own_git prune-packed -q; } || rm -rf -- "$repo"
}
