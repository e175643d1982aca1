# Functions of every probe and change. Only POSIX sh and what Debian calls essential.
umask 022
cd /
# What the login's environment brings is dropped, as it tells programs what to load and whom to
# ask, but for where an administrator has proxies, mirrors and certificates. Our own
# variables, whose names are small, go to no program even where it has such a name.
while read -r word name; do
	case $word in export | declare) name=${name#-x } name=${name%%=*} ;; *) name= ;; esac
	case $name in
	*[!A-Za-z0-9_]* | [0-9]* | '' | *_proxy) ;;
	[a-z]*) eval "value=\$$name" && unset "$name" && eval "$name=\$value" ;;
	PATH | TZ | *_PROXY | PIP_* | SSL_CERT_FILE | SSL_CERT_DIR | REQUESTS_CA_BUNDLE | CURL_CA_BUNDLE) ;;
	*) command unset "$name" ;;
	esac
done 2>/dev/null <<-VARIABLES
	$(export -p)
VARIABLES
export HOME=~root USER=root LOGNAME=root LC_ALL=C DEBIAN_FRONTEND=noninteractive
state=/var/lib/djship
nl='
'
sign=${sign-}
# What probes have asked for already; emptied after each change, but for what a list names: units, and sites.
stats='' units='' services='' sites='' pg_asked='' pg_cluster='' running='' served= fronts= listens= opened='' sshd_is='' sshd_runs='' sshd_line='' six=''

# m NAME... begins a part of the output that the other side tells apart.
m() { printf '\n%s %s\n' "$mark" "$*"; }

# lifeline ends all that this shell has begun when the other side is gone, or silent for 16 seconds. Most
# probes are over within the second after which it begins.
lifeline() {
	exec 4<&0 </dev/null
	{
		sleep 1
		exec perl -e '
			do { vec($in = "", 0, 1) = 1 } while select($in, undef, undef, 16) > 0 && sysread STDIN, $_, 4096;
			$SIG{TERM} = "IGNORE";
			kill TERM => 0;
			sleep 2;
			kill KILL => 0'
	} <&4 >/dev/null 2>&1 &
	life=$!
	exec 4<&-
}

# death ends the lifeline. Nothing reads what was this shell's stdin then.
death() {
	kill "$life"
	wait "$life" 2>/dev/null || :
}

# read_as ACCOUNT TEXT runs a shell text as an account, for ten seconds at most, and prints what that
# prints, 8 MiB at most, each line behind a colon. sign parts it. It has no terminal, where root has one.
# Where there is no such account nothing is printed.
read_as() {
	gid=$(id -g "$1" 2>/dev/null) || return 0
	printf 'sign=%s\nnl="\n"\n%s\n' "$sign" "$2" |
		setsid timeout -k 2 10 setpriv --reuid="$1" --regid="$gid" --init-groups --inh-caps=-all --no-new-privs --reset-env /bin/sh 2>&1 |
		timeout --foreground 13 head -c 8388608 | sed 's/^/:/' # what reads may hold the pipe when it is over
}

# each_line TEXT COMMAND calls a command with each line of a text that is not empty. A shell that reads from a pipe asks the kernel for each byte.
each_line() {
	fields=$IFS IFS=$nl
	set -f
	for one in $1; do
		IFS=$fields
		"$2" "$one"
	done
	set +f
	IFS=$fields
}

# leads PATH prints where a link leads, "other" for what is none.
leads() { if [ -L "$1" ]; then readlink -- "$1"; elif [ -e "$1" ]; then echo other; fi; }

# see TEXT reads files, root's and by accounts of sites what is in their homes, as TEXT asks for it: parts of see.pl's stdin. $see is that program.
# shellcheck disable=SC2154
see() {
	printf '%s %s\n%s' "$mark" "$sign" "$1" | setsid setpriv --inh-caps=-all --no-new-privs perl -e "$see"
}

# account NAME prints an account's entry in passwd, the name of its group and the state of its password; nothing where there is none.
account() { getent passwd "$1" && id -gn "$1" && passwd -S "$1"; }

# started PID prints when a process has begun, in ticks since the boot: with its number that tells it from any other.
started() {
	# The name in there is the process's own to choose, with newlines, too.
	ticks=$(cat "/proc/$1/stat" 2>/dev/null) || return
	# shellcheck disable=SC2086
	set -- ${ticks##*) }
	echo "${20}"
}

# as USER COMMAND... runs a command as another account with its home, or as root just so. An index
# that the environment names may have a password in it: it is for djship's own accounts alone.
as() {
	account=$1
	shift
	[ "$account" != root ] || { "$@"; return; }
	(
		case $account in djship-*) ;; *) unset PIP_INDEX_URL PIP_EXTRA_INDEX_URL PIP_FIND_LINKS ;; esac
		exec runuser -u "$account" -- env HOME="$(eval echo "~$account")" USER="$account" LOGNAME="$account" "$@"
	)
}

# unit NAME prints "active enabled", as systemd has it or as init scripts tell. All that services names are asked for with
# the first of them.
unit() {
	if [ ! -d /run/systemd/system ]; then
		[ -x "/etc/init.d/$1" ] || { echo absent; return; }
		"/etc/init.d/$1" status >/dev/null 2>&1 && echo active || echo inactive
		for link in /etc/rc[2345].d/S??"$1"; do [ -e "$link" ] && echo enabled && break; done
		return
	fi
	case $nl$units in
	*"${nl}Id=$1.service$nl"*) ;;
	*)
		asked=$1.service
		case " $services " in *" $asked "*) asked=$services ;; esac
		# shellcheck disable=SC2086
		units=$units$nl$nl$(systemctl show -p Id,LoadState,ActiveState,UnitFileState $asked)
		;;
	esac
	case $nl$units in
	*"${nl}Id=$1.service$nl"*) block=${units#*"Id=$1.service$nl"} && echo "${block%%"$nl$nl"*}" ;;
	esac
}

# pg_as COMMAND... runs a command as PostgreSQL's account, with nothing of what surrounds root's.
pg_as() {
	pg_home=~postgres
	setpriv --reuid=postgres --regid=postgres --init-groups env -i HOME="$pg_home" PATH="$PATH" LC_ALL=C "$@"
}

# pg_conf NAME CLUSTER prints a setting as the server's own program reads it, from all of its files.
pg_conf() { pg_as timeout -k 2 10 "/usr/lib/postgresql/${2%/*}/bin/postgres" -D "/etc/postgresql/$2" -C "$1" </dev/null; }

# pg_runs CLUSTER tells whether a cluster's server runs, with its port, the folder of its socket and its
# state, as its own note has them: that in the folder of its data, or where that lies elsewhere its socket's.
# shellcheck disable=SC3013 # each shell that a host's sh can be has -ef
pg_runs() {
	for note in "/var/lib/postgresql/$1/postmaster.pid" /run/postgresql/.s.PGSQL.*.lock; do
		[ -f "$note" ] && [ ! -L "$note" ] || continue
		pid='' port='' socket='' now=
		{ read -r pid && read -r data && read -r _ && read -r port && read -r socket && read -r _ && read -r _ && read -r now; } 2>/dev/null <"$note"
		case $pid in '' | *[!0-9]*) continue ;; esac
		case $port in '' | *[!0-9]*) continue ;; esac
		[ "/proc/$pid/cwd" -ef "$data" ] || continue
		case $note in
		/run/*) { read -r main <"/run/postgresql/${1%/*}-${1#*/}.pid"; } 2>/dev/null && [ "$main" = "$pid" ] || continue ;;
		*) [ "$data" -ef "${note%/*}" ] || continue ;;
		esac
		now=${now:-ready}
		return 0
	done
	return 1
}

# pg_find sets of the cluster that sites use pg_cluster ("15/main"), pg_port, pg_state ("ready", "starting",
# "down"), pg_socket, and pg_boot ("auto") and pg_wrong, why its files can't be read, where it is down: that on
# 5432 where there is one, else the one with the lowest port. One whose programs were removed, as an upgrade
# of the distribution does, is none; one that is down and by start.conf not for djship to start comes last.
pg_find() {
	[ ! "$pg_cluster" ] || return 0
	pg_port='' pg_state=
	for pass in runs auto rest; do
		case $pass:$pg_port in *:5432 | rest:?*) break ;; esac
		for conf in /etc/postgresql/*/*/postgresql.conf; do
			cluster=${conf#/etc/postgresql/}
			cluster=${cluster%/*}
			[ -f "$conf" ] && [ -x "/usr/lib/postgresql/${cluster%/*}/bin/postgres" ] || continue
			wrong='' boot=auto
			if pg_runs "$cluster"; then
				[ "$pass" = runs ] || continue
			else
				[ "$pass" != runs ] || continue
				[ ! -f "${conf%/*}/start.conf" ] || while read -r word _; do case $word in auto | manual | disabled) boot=$word ;; esac; done <"${conf%/*}/start.conf"
				case $pass$boot in autoauto | restmanual | restdisabled) ;; *) continue ;; esac
				now=down socket=
				wrong=$(pg_conf port "$cluster" 2>&1) || :
				port=${wrong##*"$nl"}
				case $port in
				*[!0-9]* | '')
					port=$(sed -n "s/^[[:space:]]*port[[:space:]]*=\{0,1\}[[:space:]]*'\{0,1\}\([0-9]\{1,\}\).*/\1/p" "$conf" 2>/dev/null)
					port=${port##*"$nl"}
					port=${port:-5432}
					;;
				*) wrong= ;;
				esac
			fi
			if [ ! "$pg_port" ] || { [ "$pg_port" != 5432 ] && { [ "$port" = 5432 ] || [ "$port" -lt "$pg_port" ]; }; }; then
				pg_port=$port pg_cluster=$cluster pg_state=$now pg_socket=$socket pg_boot=$boot pg_wrong=$wrong
			fi
		done
	done
}

# sql runs the SQL of stdin as the PostgreSQL superuser: rows as lines, fields with "|". Whoever may
# create something in the database it connects to could give names there another meaning: only the
# catalogue is searched, whatever the database or the role has set. No lock of a site's is waited for.
# The psql on the PATH is a Perl script that starts the real one.
sql() {
	pg_find
	for psql in /usr/lib/postgresql/*/bin/psql; do :; done
	pg_as PGOPTIONS='-c search_path=pg_catalog,pg_temp -c lock_timeout=30s' \
		"$psql" -wXAtq -v ON_ERROR_STOP=1 -p "$pg_port" -d postgres -f - 2>&1
}

# pg_ways is SQL for how the role s may become one that is mightier than a site's: by membership.
pg_ways="from pg_catalog.pg_auth_members m join pg_catalog.pg_roles g on g.oid = m.roleid
	where m.member = s.oid and exists (select from pg_catalog.pg_roles r
	where (r.rolsuper or r.rolcreaterole or r.rolcreatedb or r.rolreplication or r.rolbypassrls or r.rolname in ('pg_execute_server_program'::pg_catalog.name,
	'pg_read_server_files'::pg_catalog.name, 'pg_write_server_files'::pg_catalog.name)) and pg_catalog.pg_has_role(g.oid, r.oid, 'member'::pg_catalog.text))"

# pg_look sets what PostgreSQL tells of $site: pg_seen for all probes, and pg_told, what the SQL of pg_more tells, and that of pg_more_of behind the site's name. It is
# asked once for $site, and for all that $sites names where that is one of them.
pg_more() { :; }
pg_more_of() { :; }
pg_look() {
	case " $pg_asked " in *" ${site:--} "*) ;; *) pg_ask ;; esac
	eval "pg_seen=\$pg_seen_$site pg_told=\$pg_told_$site"
}

# pg_ask asks it. One that is coming up or going down is waited for, ten seconds.
pg_ask() {
	pg_names=${site:--} tries=0
	case " $sites " in *" ${site:--} "*) pg_names=$sites ;; esac
	pg_list=
	for name in $pg_names; do pg_list=$pg_list,\"${name#-}\"; done
	pg_list="'{${pg_list#,}}'::pg_catalog.name[]"
	while :; do
		pg_find
		pg_said=unreadable
		case $pg_cluster:$pg_state in : | *:down) break ;; esac
		pg_said=$({
			pg_more
			pg_more_of
			pg_of
		} | sql || echo unreadable)
		case $pg_state:$pg_said in starting:*unreadable | stopping:*unreadable | *'the database system is '*unreadable) ;; *) break ;; esac
		tries=$((tries + 1))
		[ "$tries" -lt 50 ] || break
		sleep 0.2
		pg_cluster=
	done
	pg_asked="$pg_asked $pg_names"
	case $pg_said in
	*unreadable) for name in $pg_names; do eval "pg_seen_${name#-}=\$pg_said pg_told_${name#-}="; done ;;
	*) pg_part ;;
	esac
}

# pg_of prints the SQL about the sites of $pg_list, in as many queries for many as for one: each row begins with the site's name, which is "" where it is about none.
pg_of() {
	cat <<-SQL
		select s.site, 'open', d.datname, case a.grantee when 0::pg_catalog.oid then 'all' else 'site' end
		from pg_catalog.unnest($pg_list) s(site), pg_catalog.pg_database d, pg_catalog.aclexplode(coalesce(d.datacl, pg_catalog.acldefault('d'::pg_catalog."char", d.datdba))) a
		where d.datname in ('postgres'::pg_catalog.name, 'template1'::pg_catalog.name) and a.privilege_type = 'CONNECT'::pg_catalog.text
		and (a.grantee = 0::pg_catalog.oid or a.grantee in (select r.oid from pg_catalog.pg_roles r where r.rolname = s.site))
		order by 3, 4;
		select rolname, 'role', rolcanlogin, rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls or exists (select $pg_ways), pg_catalog.md5(rolpassword)
		from pg_catalog.pg_authid s where rolname = any ($pg_list);
		select datname, 'database', pg_catalog.pg_get_userbyid(datdba), pg_catalog.has_database_privilege('public'::pg_catalog.name, oid, 'connect'::pg_catalog.text)
		from pg_catalog.pg_database where datname = any ($pg_list);
	SQL
}

# pg_part parts what was said: of all sites, each line of JSON, and of each.
pg_part() {
	pg_all=
	for name in $pg_names; do eval "pg_seen_${name#-}=seen pg_told_${name#-}="; done
	each_line "$pg_said" line_of_postgres
	for name in $pg_names; do eval "pg_told_${name#-}=\$pg_all\$pg_told_${name#-}"; done
}
line_of_postgres() {
	name=${1%%"|"*} rest=${1#*"|"}
	case $1 in "{"*) pg_all=${pg_all:+$pg_all$nl}$1 && return ;; esac
	case $name in *[!a-z0-9_]*) return ;; esac
	case " $pg_names " in *" ${name:--} "*) ;; *) return ;; esac
	case $rest in
	"{"*) eval "pg_told_$name=\$pg_told_$name\$nl\$rest" ;;
	?*) eval "pg_seen_$name=\$pg_seen_$name\$nl\$rest" ;;
	esac
}

# role_turning prints "turning" where a change of the password of the role $site is at work, or was cut off.
role_turning() { read -r set_sum _ 2>/dev/null <"$state/sites/$site.password" && [ "$set_sum" = turning ] && echo turning; }

# pg_site open|role|database prints what PostgreSQL has of $site.
pg_site() {
	for note in "$state/sites/$site" "$state/sites/$site.password"; do
		[ -e "$note" ] && echo 'site known' && break
	done
	pg_look
	case $pg_seen in *unreadable) echo unreadable; return ;; esac
	while IFS='|' read -r kind one two sum; do
		[ "$kind" = "$1" ] || continue
		echo "$kind $one $two"
		[ "$kind" = role ] || continue
		read -r set_sum file_sum _ 2>/dev/null <"$state/sites/$site.password" && [ "$set_sum" = "$sum" ] && echo "set $file_sum"
		role_turning
	done <<-SEEN
		$pg_seen
	SEEN
}
