# Prints who listens on port 80: the name of a program, "free" or "unknown".
unit nginx >/dev/null # asks for all units at once, for later probes as well
unit nginx | grep -qx -e ActiveState=active -e active && echo nginx ||
if command -v ss >/dev/null; then
	holder=$(ss -Hltnp 'sport = :80' | sed -n 's/.*users:(("\([^"]*\)".*/\1/p' | head -n 1)
	echo "${holder:-free}"
elif grep -q ':0050 0*:0000 0A' /proc/net/tcp /proc/net/tcp6 2>/dev/null; then echo unknown; else echo free; fi
