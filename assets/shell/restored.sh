# Has what a restore has laid beside $site take the place of what is there, and keeps that: the database $scratch that of $kept, and .djship-restore in $home, where it has $names, that of $keeps there. All of it or nothing: what
# counts is whether the databases have changed places, which is one transaction; where they have not, files go back. $id is the restore; visitors get the maintenance page by $conf and $content meanwhile, where they do not already, and where nginx has a place for it ($closes).
# $about has the notes of releases; $change is what `djship config` is to set with it, as configfile.sh takes it, or "": it lies in $values meanwhile. $config is root's folder of that. It needs laidaway.sh, configfile.sh, config.sh, maintenance.sh, supervised.sh, supervise.sh and otherdatabase.sh.
# shellcheck disable=SC2154
staged=$state/staged-$site journal=$state/restoring-$site values=$state/restoring-$site.config room=$state/restoring-$site.room

# noted KEY prints what the journal has of the restore that is at work.
noted() { sed -n "s/^$1 //p" "$journal"; }

# shellcheck disable=SC2046 # names are words
# in_home TEXT runs a text as the account, in its home, with the names in $@ and where things are kept in $keeps.
in_home() { as "$site" sh -ec "cd '$home'; keeps='$(noted keeps)'; there() { [ -e \"\$1\" ] || [ -L \"\$1\" ]; }; $1" sh $(noted names) </dev/null; }

# forth has the files change places, and back has them do so again from wherever that was cut off.
# shellcheck disable=SC2016
forth() { in_home 'mkdir -m 0700 "$keeps"; for name; do ! there "$name" || mv -T -- "$name" "$keeps/$name"; mv -T -- ".djship-restore/$name" "$name"; done; sync -f .'; }
# shellcheck disable=SC2016
back() { in_home 'for name; do there ".djship-restore/$name" || mv -T -- "$name" ".djship-restore/$name"; ! there "$keeps/$name" || mv -T -- "$keeps/$name" "$name"; done; { chmod -R u+rwX .djship-restore && rm -rf .djship-restore; } || :; rmdir "$keeps" 2>/dev/null || :'; }

# places prints "changed" where the databases have changed places, else "same". What was asked for by a process that was cut off is over by then.
places() {
	sql <<-SQL
		select from pg_catalog.pg_stat_activity a, pg_catalog.pg_terminate_backend(a.pid) where a.application_name = 'djship restore $site' and a.pid <> pg_catalog.pg_backend_pid();
		begin;
		lock table pg_catalog.pg_database in share row exclusive mode;
		select case when exists (select from pg_catalog.pg_database where datname = '$(noted kept)') then 'changed' else 'same' end;
		commit;
	SQL
}

# config_back sets what was set in the backup. It may be called again where it was cut off.
config_back() (
	[ -s "$values" ] || exit 0
	# shellcheck disable=SC2030
	change=$(cat "$values") names=$(sed 's/^\([^ ]*\).*/+\1/' "$values" | tr '\n' ' ') undo='' run=restore-$(noted id)
	names=${names% }
	config_new || exit
	cmp -s "$config/try-$run" "$config/env" || config_keep
)

# settle [now] ends what has begun, in one of its two ways, and lets visitors in again: now, or when what is started is there.
settle() {
	rm -f -- "$room"
	said=$(places) || { printf '%s\n' "$said"; return 1; }
	case $said in
	*changed*)
		in_home 'chmod -R u+rwX .djship-restore && rm -rf .djship-restore' || :
		other_database || :
		config_back || return
		noted id >"$state/restored-$site"
		echo "notice: what was there is kept on the host, until you remove it: the database $(noted kept), and $(noted keeps)"
		;;
	*)
		back || return
		echo "drop database if exists \"$scratch\";" | sql || :
		;;
	esac
	programs=$(noted programs)
	# shellcheck disable=SC2086 # they are names
	[ ! "$programs" ] || setsid /usr/local/bin/supervisorctl -c /etc/supervisord.conf start $programs </dev/null >/dev/null 2>&1 &
	[ "${1-}" ] || wait "$!" || :
	[ "$(noted page)" != ours ] || [ ! -e "$conf" ] || open || return
	rm -f -- "$values" "$journal" "$staged"
}

# cut_off is settle of a restore that was cut off, where there is one.
cut_off() { [ ! -f "$journal" ] || { echo 'a restore that was cut off is ended first'; settle; }; }

# begin_restore notes what is to be done, in a file that outlives a power cut. Room for what settle writes is taken before, so that others who fill the disk meanwhile don't keep it from its end.
begin_restore() {
	rm -f -- "$values"
	head -c 1048576 /dev/zero >"$room" || return
	# shellcheck disable=SC2031
	[ ! "${change-}" ] || { (umask 077 && printf '%s' "$change" | cat >"$values") && sync "$values"; } || return
	whose=theirs
	[ -e "$conf" ] || [ ! "$closes" ] || whose=ours
	programs=$(supervised | awk -v site="$site" '$1 == "running" && ($2 == site || $2 ~ "^" site "-[ab]$" || $2 ~ "^" site "-[ab][0-9]+:") { print $2 }' | tr '\n' ' ')
	# shellcheck disable=SC2031
	printf '%s\n' "id $id" "kept $kept" "keeps $keeps" "names $names" "page $whose" "programs ${programs% }" | cat >"$journal.new" && chmod 0600 "$journal.new" && sync "$journal.new" && mv -f "$journal.new" "$journal"
}

# shut_site keeps visitors out, and ends what runs.
shut_site() {
	if [ "$whose" = ours ]; then
		take_page && remember "$conf" root && printf '%s' "$content" >"$conf.new" && chmod 0644 "$conf.new" && mv -fT -- "$conf.new" "$conf" && shut || return
	fi
	# shellcheck disable=SC2086
	[ ! "$programs" ] || timeout -k 2 900 /usr/local/bin/supervisorctl -c /etc/supervisord.conf stop $programs </dev/null >/dev/null
}

# change_places has the databases do so, when nobody uses them any more.
change_places() {
	tries=0
	until said=$(sql <<-SQL
		set application_name = 'djship restore $site';
		select from pg_catalog.pg_stat_activity a, pg_catalog.pg_terminate_backend(a.pid) where a.datname in ('$site', '$scratch');
		begin;
		alter database "$site" rename to "$kept";
		alter database "$scratch" rename to "$site";
		commit;
	SQL
	); do
		rm -f -- "$room" # PostgreSQL lets nobody in where it can't write what it remembers of its tables
		tries=$((tries + 1))
		[ "$tries" -lt 5 ] || { printf '%s\n' "$said"; return 1; }
	done
}

# over ends it, however it went.
over() {
	status=$?
	trap '' TERM
	if [ ! -f "$journal" ]; then
		rm -f -- "$room" "$values" "$journal.new"
		laid_away || :
	elif [ "$status" = 143 ]; then
		settle now || status=1
	else
		settle || status=1
	fi
	exit "$status"
}

restore_site() {
	cut_off || return
	[ "$(cat "$staged" 2>/dev/null)" = "$id" ] || { echo "another restore of $site has begun meanwhile, and what this one had laid beside it is gone: nothing was changed"; return 1; }
	trap 'exit 143' TERM
	trap 'over' EXIT
	begin_restore && shut_site && forth && change_places
}
