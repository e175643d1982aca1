# Prints what processes of logins by SSH, and those of PostgreSQL that serve a site, have had of memory at most, "NAME MIB" a line, largest first, until /run/measured is there. Their kernel keeps that peak (VmHWM), so that it suffices to look now and then.
while [ ! -e /run/measured ]; do
	for process in /proc/[0-9]*; do
		case $(cat "$process/cgroup" 2>/dev/null):$(tr '\0' ' ' 2>/dev/null <"$process/cmdline") in
		*session-*) sed -n 's/^Name:\t*//p; s/^VmHWM:[^0-9]*\([0-9]*\) kB$/\1/p' "$process/status" 2>/dev/null | paste -sd ' ' - ;;
		*:postgres:*example*) echo "postgres $(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB$/\1/p' "$process/status" 2>/dev/null)" ;;
		esac
	done
	sleep 1
done | awk 'NF == 2 && $2 > most[$1] { most[$1] = $2 } END { for (name in most) printf "%s %.1f MiB\n", name, most[name] / 1024 }' | sort -k 2 -rn | head -n 6
