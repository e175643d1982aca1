# Prints logs as $follow does, a text of Perl's, which wants $lines, $live, $wanted and $config, the file with the values of `djship config`. As root they are those of nginx and supervisord of the site $project, which $record is
# of; as the site's account, where $home is set, all in its folder of logs.
# shellcheck disable=SC2154
set --
if [ "$home" ]; then
	for log in "$home"/logs/*.log; do
		name=${log##*/}
		set -- "$@" "${name%.log}=$log"
	done
	set -- "$@" "=$home/logs"
else
	domain=$(sed -n 's/^domain //p' "$record")
	case $domain in *[!A-Za-z0-9.-]* | '') ;; *) set -- "access=/var/log/nginx/$domain.access.log" "error=/var/log/nginx/$domain.error.log" ;; esac
	for program in "$project" "$project-a" "$project-b"; do
		set -- "$@" "gunicorn:$program=/var/log/supervisor/$program.log"
	done
fi
# shellcheck disable=SC2154
exec perl -e "$follow" "$lines" "$live" "$wanted" "$config" "$@"
