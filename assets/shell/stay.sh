# Goes on where a script is over: tells its status behind the word $djship_over, and runs the next one. Of that stdin brings
# its length, as a line, and so many bytes, packed, with a newline behind them; empty lines, and words for a script that is over, are dropped. Each runs in a
# shell of its own, which leaves nothing behind.
# shellcheck disable=SC2154
printf '%s %s\n' "$djship_over" "$?"
while read -r djship_size; do
	case $djship_size in '' | *[!0-9]*) continue ;; esac
	djship=$(timeout --foreground 60 head -c "$djship_size" | gzip -dc) && read -r _ || exit 1
	(eval "$djship")
	printf '%s %s\n' "$djship_over" "$?"
done
