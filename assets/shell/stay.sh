# Goes on where a script is over: tells its status behind the word $djship_over, and runs the next one. Of that stdin brings
# its length, as a line, and so many bytes, packed, with a newline behind them; empty lines, and words for a script that is over, are dropped. Each runs in a
# shell of its own, which leaves nothing behind. It ends behind a script that was killed, since nobody may be at the other side any more, and after 3 seconds in
# which nothing was said.
# shellcheck disable=SC2154
djship_status=$?
printf '%s %s\n' "$djship_over" "$djship_status"
while [ "$djship_status" -le 128 ] && djship_size=$(timeout --foreground 3 sh -c 'read -r size && echo "$size"'); do
	case $djship_size in '' | *[!0-9]*) continue ;; esac
	djship=$(timeout --foreground 15 head -c "$djship_size" | gzip -dc) && read -r _ || exit 1
	(eval "$djship")
	djship_status=$?
	printf '%s %s\n' "$djship_over" "$djship_status"
done
