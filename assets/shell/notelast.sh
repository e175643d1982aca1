# note_last RUN has whoever looked at the host before look again: what they plan is of another state.
note_last() {
	echo "$1 $(date +%s%N)" | cat >"$state/last.new" && mv -f "$state/last.new" "$state/last" && return
	rm -f "$state/last.new"
	return 1
}
