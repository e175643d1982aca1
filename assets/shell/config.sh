# Changes what is set for $site by `djship config`, in the folder $config of root's: by $change, lines as config_file takes them, or where $undo is set back to the values before. $run is this
# run, $by who asks for it, $names what it does, as the history has it; $foot is the file's last line. config_new makes the new values beside those that count, as $config/try-$run, and config_keep
# makes them count. Those before are kept, ten versions of them, for root alone. It needs configfile.sh before it.

# config_before prints the version before the present one; what a run that was cut off has left is no other.
config_before() {
	for number in $(find "$config" -maxdepth 1 -name 'before.*' 2>/dev/null | sed 's/.*\.//' | sort -rn); do
		cmp -s "$config/before.$number" "$config/env" || { echo "$number"; return; }
	done
}

config_new() {
	rm -f "$config"/try-*
	trap 'rm -f "$config/try-$run" "$config/try-$run.new"' EXIT
	from=$config/env
	[ ! "$undo" ] || from=$config/before.$(config_before)
	(umask 077 && printf '%s' "$change" | config_file change "$from" "$foot" >"$config/try-$run.new") &&
		chown -- "$site" "$config/try-$run.new" &&
		mv -fT "$config/try-$run.new" "$config/try-$run"
}

config_keep() {
	number=$(config_before)
	if [ "$undo" ]; then
		config_note "undo $names" && sync "$config/try-$run" && mv -fT "$config/try-$run" "$config/env" && rm -f "$config/before.$number"
		return
	fi
	number=$((${number:-0} + 1))
	(umask 077 && config_file change "$config/env" "$foot" </dev/null >"$config/before.$number") &&
		config_note "$names" && sync "$config/try-$run" "$config/before.$number" && mv -fT "$config/try-$run" "$config/env" || return
	rm -f "$config/before.$((number - 10))"
}

# config_note adds a line to the history: when, which run, who, and names.
config_note() { (umask 077 && echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) $run $by $1" | cat >>"$config/history"); }
