# Runs a job of cron's, by bash, as the site's account: $1 is its name. $own is root's folder for the site's releases, $home the account's, $variables the file that sets a
# release's environment, and $code. What the job prints goes to a log of its name, how it went to a file in run/; while it is at work nobody begins it once more.
name=$1 release=$(readlink "$own/current") release=${release##*/} command=''
while IFS="$(printf '\t')" read -r job _ line; do [ "$job" != "$name" ] || command=$line; done <"$own/cron/$release"
[ "$command" ] || exit 0 # the release that had it has just gone
cd "$home" && umask 027 && exec </dev/null >>"logs/cron-$name.log" 2>&1 || exit
# note adds a line to the log, as gunicorn writes its own.
note() { printf '[%s] [%s] [INFO] %s\n' "$(date '+%Y-%m-%d %H:%M:%S %z')" "$$" "$1"; }
tell() { echo "$1" >"run/cron-$name.new" && mv -f "run/cron-$name.new" "run/cron-$name"; }
exec 9>"run/cron-$name.lock"
flock -n 9 || { note 'is not begun: the run before is still at work'; exit; }
began=$(date +%s)
tell "running $began"
note "begins: $command"
DJSHIP_RELEASE=$release timeout -k 30 24h bash -c '. "$0" || exit; [ -x "$code/manage.py" ] || manage.py() { python "$code/manage.py" "$@"; }; eval "$1"' "$variables" "$command" 9>&-
status=$?
tell "ended $began $(date +%s) $status"
note "has ended with status $status"
