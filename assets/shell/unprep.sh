# What a host has of djship's besides sites, by parts as parting.sh has them, in the order in which they go. A file that is not as djship wrote it is somebody's, and stays. What djship has noted of the host goes
# last: it tells that all of this is djship's to take away. $tools is the folder of djship's tools, $conf supervisord's configuration, $webapps the folder of sites, $backups that of their nightly backups.
# It needs parting.sh before it.
# shellcheck disable=SC2154
nobody=/etc/nginx/sites-enabled/djship-nobody welcome=/etc/nginx/sites-enabled/default programs=/usr/local/lib/djship

# own PATH... prints of files that there are whose they are; drop PATH... takes away djship's.
own() {
	for path; do
		if [ -f "$path" ] && [ ! -L "$path" ] && sum=$(sha256sum <"$path") && grep -qsxF "${sum%% *}  $path" "$state/written"; then
			echo "there $path"
		else
			! any "$path" || echo "left $path, which is not as djship wrote it"
		fi
	done
}
drop() { for path in $(own "$@" | sed -n 's/^there //p'); do rm -f -- "$path" || return; done; }

# folder LINES PATH prints whether a folder goes: where nothing is in it but what does, by lines of "there".
folder() {
	[ -d "$2" ] && [ ! -L "$2" ] || return 0
	! mountpoint -q "$2" || { echo "left $2, where a file system is mounted"; return; }
	for path in "$2"/* "$2"/.[!.]*; do
		any "$path" || continue
		case $nl$1$nl in *"${nl}there $path$nl"*) ;; *) echo "left $2, in which there is more"; return ;; esac
	done
	echo "there $2"
}
empty() { for path; do [ ! -d "$path" ] || rmdir -- "$path" 2>/dev/null || :; done; }

# sites: what needs djship's things on this host.
is_ours() { [ "$(readlink /usr/local/bin/supervisord)" = "$tools/bin/supervisord" ]; }
found_sites() {
	names=
	for record in "$state"/sites/*; do case ${record##*/} in *[!a-z0-9_]*) ;; *) names="$names, ${record##*/}" ;; esac; done
	[ ! "$names" ] || echo "stands the host has sites, whole or in part: ${names#, }"
	for taken in "$state"/adopted/*; do [ ! -f "$taken" ] || echo "stands the site ${taken##*/} of the bash scripts is taken over, or was half"; done
	for program in /etc/supervisord-before.conf /etc/supervisor/before/*.conf; do [ ! -f "$program" ] || echo "stands sites of the bash scripts run by $program, which djship has laid beside its own"; done
	if is_ours; then
		for program in /etc/supervisor/*.conf; do
			[ ! -f "$program" ] || [ "${program##*/}" = supervisord.conf ] || echo "stands djship's supervisord runs what $program names"
		done
		pid=
		{ read -r pid </run/djship-supervisord.pid; } 2>/dev/null || :
		case $pid in
		'' | *[!0-9]*) ;;
		*)
			below=$(grep -ls "^PPid:[[:space:]]$pid\$" /proc/[0-9]*/status | head -n 1) && below=${below#/proc/}
			[ ! "$below" ] || echo "stands djship's supervisord runs the process ${below%/*}"
			;;
		esac
	fi
	using=$(find /proc/[0-9]*/exe -lname "$tools/*" 2>/dev/null | head -n 1)
	[ ! "$using" ] || { using=${using#/proc/} && echo "stands the process ${using%/exe} runs a program of $tools"; }
	mounted=$(awk -v "home=$tools" '$2 == home || index($2, home "/") == 1 { print $2; exit }' /proc/self/mounts)
	[ ! "$mounted" ] || echo "stands a file system is mounted at $mounted, which would be emptied"
}
gone_sites() { :; }

# timers: what systemd begins by itself, and its programs.
timed='djship-certificates djship-backups'
found_timers() {
	for name in $timed; do
		own "/etc/systemd/system/$name.timer" "/etc/systemd/system/$name.service"
		there "/etc/systemd/system/timers.target.wants/$name.timer" "/var/lib/systemd/timers/stamp-$name.timer"
	done
	goes=$(own "$programs/certificates.py" "$programs/backups.py")
	echo "$goes"
	folder "$goes" "$programs"
}
gone_timers() {
	for name in $timed; do
		[ ! -e "/etc/systemd/system/$name.timer" ] || systemctl -q disable --now "$name.timer" || return
		rm -f -- "/etc/systemd/system/timers.target.wants/$name.timer" "/var/lib/systemd/timers/stamp-$name.timer"
		drop "/etc/systemd/system/$name.timer" "/etc/systemd/system/$name.service" || return
	done
	drop "$programs/certificates.py" "$programs/backups.py" || return
	empty "$programs"
	[ ! -d /run/systemd/system ] || systemctl daemon-reload
}

# nginx: the block for names that are nobody's, in whose place Debian's page of welcome had been. It is aside, until nginx does without it.
aside=$state/nobody.aside
found_nginx() {
	goes=$(own "$nobody")
	echo "$goes"
	case $goes in left*) return ;; esac
	there "$aside"
	[ ! -e "$state/welcome" ] || echo "there what keeps nginx's page of welcome away"
	folder '' /etc/nginx/djship
}
gone_nginx() {
	case $(own "$nobody") in there*) mv -f -- "$nobody" "$aside" || return ;; esac
	back=
	if [ -e "$state/welcome" ] && ! any "$welcome" && [ -e /etc/nginx/sites-available/default ]; then ln -s /etc/nginx/sites-available/default "$welcome" && back=yes || return; fi
	if [ -e "$aside" ] || [ "$back" ]; then
		if command -v nginx >/dev/null && ! nginx -q -t; then
			[ ! "$back" ] || rm -f -- "$welcome"
			[ ! -e "$aside" ] || mv -f -- "$aside" "$nobody"
			echo "nginx refuses its configuration without $nobody, which is left as it was"
			return 1
		fi
		reload_running || return
	fi
	rm -f -- "$aside" "$state/welcome"
	empty /etc/nginx/djship
}

# supervisord: it has nothing to run.
unit_file=/etc/systemd/system/supervisord.service wants=/etc/systemd/system/multi-user.target.wants/supervisord.service
supervisord_runs() { unit supervisord | grep -qx -e ActiveState=active -e active; }
found_supervisord() {
	goes=$(own "$unit_file" /etc/init.d/supervisord "$conf")
	echo "$goes"
	if is_ours; then
		there "$wants"
		! supervisord_runs || echo 'there supervisord, which runs'
	fi
	case $goes in *"left /etc/init.d/supervisord"*) ;; *) ! any /etc/rc?.d/[SK]??supervisord || echo 'there what init starts it by' ;; esac
	for path in "$conf".*~ "$unit_file".*~; do ! any "$path" || echo "left $path"; done
	logs=$(there /var/log/supervisor/djship-supervisord.log*)
	echo "$logs"
	! dpkg-query -S /etc/supervisor >/dev/null 2>&1 || return 0 # Debian's own supervisor is there, too
	folder '' /etc/supervisor
	folder "$logs" /var/log/supervisor
}
gone_supervisord() {
	if is_ours; then
		! supervisord_runs || service supervisord stop || return
		[ ! -d /run/systemd/system ] || [ ! -e "$unit_file" ] || systemctl -q disable supervisord || return
		rm -f -- "$wants"
	fi
	drop "$unit_file" /etc/init.d/supervisord "$conf" || return
	[ -e /etc/init.d/supervisord ] || update-rc.d supervisord remove || return
	[ ! -d /run/systemd/system ] || systemctl daemon-reload
	rm -f -- /var/log/supervisor/djship-supervisord.log*
	! dpkg-query -S /etc/supervisor >/dev/null 2>&1 || return 0
	empty /etc/supervisor /var/log/supervisor
}

# tools: djship's own programs, and links to them.
links='virtualenv supervisord supervisorctl'
found_tools() {
	for name in $links; do [ "$(readlink "/usr/local/bin/$name")" != "$tools/bin/$name" ] || echo "there /usr/local/bin/$name"; done
	there "$tools"
}
gone_tools() {
	for name in $links; do [ "$(readlink "/usr/local/bin/$name")" != "$tools/bin/$name" ] || rm -f -- "/usr/local/bin/$name" || return; done
	rm -rf --one-file-system -- "${tools:?}"
}

# accounts: those that build and fetch packages, and the sites' group. One of which there is still something stays: what comes next by its number would have that.
builders() { awk -F: '$1 ~ /^djship-[a-z0-9]+$/ && $5 == "djship wheels" && $6 == "/nonexistent" && $7 == "/usr/sbin/nologin" { print $1 " " $3 }' /etc/passwd; }
found_accounts() {
	these=$(builders)
	group=$(getent group webapps) || group=
	gid=${group#*:*:} gid=${gid%%:*}
	[ "$these$group" ] || return 0
	set -- -false
	while read -r name uid; do [ ! "$uid" ] || set -- "$@" -o -uid "$uid"; done <<-THESE
		$these
	THESE
	[ ! "$gid" ] || set -- "$@" -o -gid "$gid"
	has=$(timeout 60 find / "$webapps" -xdev -path /proc -prune -o \( "$@" \) -printf '%U %G %p\n' 2>/dev/null | head -n 50 | tr -c '\n -[]-~' '?') # without backslashes, which echo may obey
	while read -r name uid; do
		[ "$uid" ] || continue
		file=$(printf '%s\n' "$has" | sed -n "s/^$uid [0-9]* //p" | head -n 1)
		if [ "$file" ]; then echo "left the account $name, which has $file"; elif [ "$(find /proc -maxdepth 1 -uid "$uid")" ]; then echo "left the account $name, which runs something"; else echo "there the account $name"; fi
	done <<-THESE
		$these
	THESE
	[ "$gid" ] || return 0
	file=$(printf '%s\n' "$has" | sed -n "s/^[0-9]* $gid //p" | head -n 1)
	if [ "${group##*:}" ] || awk -F: -v "gid=$gid" '$4 == gid { n++ } END { exit !n }' /etc/passwd; then
		echo "left the group webapps, which has members"
	elif [ "$gid" -ge 1000 ]; then
		echo "left the group webapps, which is not a system's"
	elif [ "$file" ]; then
		echo "left the group webapps, which has $file"
	else
		echo "there the group webapps"
	fi
}
gone_accounts() {
	found_accounts | while read -r line; do
		case $line in
		'there the group webapps') groupdel webapps ;;
		'there the account djship-'*) userdel "${line##* }" && { ! getent group "${line##* }" >/dev/null || groupdel "${line##* }"; } ;;
		esac || exit
	done
}

# folders: those of sites, of uploads, and of backups.
found_folders() {
	goes=$(for name in sites static sockets; do folder '' "$webapps/.$name"; done)
	echo "$goes"
	folder "$goes" "$webapps"
	there /var/cache/djship
	folder '' "$backups"
}
gone_folders() {
	empty "$webapps/.sites" "$webapps/.static" "$webapps/.sockets" "$webapps" "$backups"
	rm -rf --one-file-system -- /var/cache/djship
}

# packages: Debian's. Nobody knows who needs them by now.
found_packages() {
	names=$(sort -u "$state/packages" 2>/dev/null | while read -r name; do
		case $name in postgresql* | *[!a-z0-9.+-]*) ;; *) [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" != installed ] || printf ' %s' "$name" ;; esac
	done)
	[ ! "$names" ] || echo "left packages that djship has installed, which others may need by now: \`apt-get remove$names\` takes them away"
	[ ! -d /var/lib/postgresql ] || echo 'left PostgreSQL with all that is in it'
}
gone_packages() { :; }

# records: what djship has noted. What a person may want to have again stays, and with it the notes of runs.
found_records() {
	kept='' goes=
	for path in "$state"/* "$state"/.[!.]*; do
		any "$path" || continue
		case ${path##*/} in
		history | last) ;;
		blobs | due | texts | sshd | packages | written | *.new | packed.*) goes="$goes$path$nl" ;;
		*) if [ -d "$path" ] && [ ! "$(ls -A "$path")" ]; then goes="$goes$path$nl"; else echo "left $path, which may be wanted yet" && kept=yes; fi ;;
		esac
	done
	if [ "$kept" ]; then each_line "$goes" there; else echo "there $state"; fi
}
gone_records() {
	for path in "$state"/* "$state"/.[!.]*; do [ ! -d "$path" ] || [ -L "$path" ] || empty "$path"; done
	case $(found_records) in
	*"there $state") ;;
	*) rm -rf -- "$state/blobs" "$state/due" "$state/texts" "$state/sshd" "$state/packages" "$state"/*.new "$state"/packed.* && rm -f -- "$state/written" && return ;;
	esac
	rm -rf -- "${state:?}"
}
