# Lays out a release's code from a pack of git's. In: $site, its $home and folder of what is $shared, the folder $releases and the
# name of the $release there, git's $tree in a $format of hashes, the $attributes of $repo, the $pack's sum, and whether that is
# $whole; what is in $about shows when it was laid out. Where the release was there, and was $changed, a new process is due for what is $live. Root runs git on a repository of its own alone, and nothing of what is in it.
umask 022
index=$releases/.index
# What is laid out is synced as a whole.
laying() { own_git -c core.fsync=none -c core.protectNTFS=false "$@"; }
new=$releases/.$release.new

# anew takes away a repository that lacks what it was said to have. For another all has to be sent: the plan is stale.
anew() {
	rm -rf "$repo"
	[ "$whole" ] || : >"$stage/stale"
	echo "the host's copy of earlier code is broken; it is made anew"
	return 1
}

# unpack puts the pack's objects into the repository.
unpack() {
	if [ ! -f "$repo/HEAD" ]; then
		rm -rf "$repo"
		laying init -q --bare --template= --object-format="$format"
		chmod 0700 "$repo"
	fi
	mkdir -p "$repo/info"
	printf '%s' "$attributes" >"$repo/info/attributes"
	{ laying index-pack --fix-thin --stdin <"$(blob "$pack")" >/dev/null && laying cat-file -e "$tree^{tree}"; } || anew
}

check_out() { laying read-tree "$tree" && (cd "$new" && laying --work-tree="$new" checkout-index -q -a); }

# no_link PATH fails where a link is above PATH in the release. Behind one that leads to what is shared root would write where the
# site's account leads it to.
no_link() {
	rest=$1 at=$new
	while [ "$rest" != "${rest#*/}" ]; do
		at=$at/${rest%%/*} rest=${rest#*/}
		[ ! -L "$at" ] || { echo "$1 can't be shared: ${at#"$new/"} is a link, or shared itself"; return 1; }
	done
}

# share PATH has what lies at PATH of the release outlive it: a link there leads to a folder of the site's. What the release brings
# along is put there first where nothing is.
share() {
	no_link "$1"
	as "$site" sh -ec 'umask 022; mkdir -p -- "$(dirname -- "$1")"
		if [ ! -e "$1" ]; then if [ -e "$2" ]; then cp -R -- "$2" "$1"; else mkdir -- "$1"; fi; fi' sh "$shared/$1" "$new/$1"
	rm -rf -- "${new:?}/$1"
	mkdir -p -- "$(dirname -- "$new/$1")"
	ln -s -- "$shared/$1" "$new/$1"
}

# lay_out gives the release its name, by which it is known to be whole.
lay_out() {
	sync -f "$new"
	touch -- "$about/$release.laid"
	[ ! "$changed" ] || [ "$(readlink "$live")" != "releases/$release" ] || due "slot-$site"
	perl -e 'my ($new, $at, $old) = @ARGV; rename $at, $old; rename $new, $at or die "$at: $!\n"' "$new" "$releases/$release" "$old"
	touch -- "$about/$release.laid"
	rm -rf -- "$old"
	rm -f "$(blob "$pack")"
}

old=$releases/.old
rm -rf "$new" "$old" "$index"
mkdir "$new"
chgrp "$site" "$new"
unpack
check_out || { laying fsck --full --no-dangling --no-progress >/dev/null 2>&1 || anew; exit 1; }
rm -f "$index"
