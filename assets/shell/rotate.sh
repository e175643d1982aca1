# Functions by which $site gets a new secret, in the run $run. A new one is made here and lies in $config, root's folder, for root alone until it counts: a run after one that was cut off goes on with
# it. $home is the site's, $environs the folder with the variables of its releases, $id the release that is live, "0" for what is in its home, $rotated the file in which root notes which run has done it.
# $settings_have is a program for the site's Python. It needs configfile.sh before it.

# fresh NAME COMMAND prints the secret that is to be, which COMMAND makes.
fresh() {
	[ -s "$config/new-$1" ] || {
		(umask 077 && sh -c "$2" >"$config/new-$1.part") && [ -s "$config/new-$1.part" ] && sync "$config/new-$1.part" && mv -fT "$config/new-$1.part" "$config/new-$1"
	} || return
	cat "$config/new-$1"
}

# is_now FILE prints what a file in the site's home holds, which the account reads.
is_now() { as "$site" timeout 10 head -c 1024 -- "$home/$1" </dev/null | timeout --foreground 12 head -c 1024; }

# put_secret FILE puts what is on stdin there, whole.
put_secret() {
	as "$site" sh -ec 'umask 077; cat >"$1.new"; [ -s "$1.new" ]; sync "$1.new"; mv -fT "$1.new" "$1"' sh "$home/$1"
}

# to_try NAME SECRET TEXT makes what prepare_env.sh takes in when a secret is tried: its variable NAME, with what the release, $djship_release, makes of that, and TEXT, what `djship config` sets.
to_try() {
	rm -f "$config"/try-*
	trap 'rm -f "$config/try-$run" "$config/try-$run.new"' EXIT
	# shellcheck disable=SC2016
	(umask 077 && printf 'export %s='\''%s'\''\n[ ! "${djship_release-}" ] || . %s/"$djship_release" || return\n%s\n' "$1" "$2" "$environs" "$3" | cat >"$config/try-$run.new") &&
		chown -- "$site" "$config/try-$run.new" && mv -fT "$config/try-$run.new" "$config/try-$run"
}

# settings_take SECRETS WHAT... fails, with what $lacks, where the site's settings don't have each of what settings_have tells of SECRETS, lines: they are read by its own Python, as the account.
settings_take() {
	secrets=$1
	shift
	release=$id
	[ "$id" != 0 ] || release=
	# shellcheck disable=SC2016
	have=$(printf '%s\n' "$secrets" | as "$site" timeout -k 2 60 env "DJSHIP_RELEASE=$release" "DJSHIP_CONFIG=try-$run" bash -c '. "$1" && exec python -c "$2"' bash "$home/prepare_env.sh" "$settings_have" 2>&1 | timeout --foreground 65 head -c 65536 | tr '\0' ' ')
	for what; do
		case "$nl$have$nl" in
		*"${nl}it has $what$nl"*) ;;
		*"${nl}it has settings$nl"*) lacks=$what && return 1 ;;
		*)
			lacks=settings
			echo "the settings can't be read with it:"
			printf '%s\n' "$have" | config_file mask "$config/try-$run" | tail -n 8
			return 1
			;;
		esac
	done
}

# rotated_now notes that this run has done it.
rotated_now() { mkdir -p "${rotated%/*}" && echo "$run" | cat >"$rotated.new" && mv -fT "$rotated.new" "$rotated"; }
