# Lays the tar on stdin beside what is in a site's home, $1, as its account: into .djship-restore there. What is there otherwise is not touched. Owners are the account's, whatever the tar says.
umask 022
fail() { echo "$1" >&2; exit 1; }
# shellcheck disable=SC2015
cd "$1" && { [ ! -d .djship-restore ] || chmod -R u+rwX .djship-restore; } && rm -rf .djship-restore && mkdir -m 0700 .djship-restore && cd .djship-restore || fail "there is no room in $1"
LC_ALL=C tar --extract --file=- --no-same-owner --preserve-permissions --delay-directory-restore || fail 'the files can not be written'
# shellcheck disable=SC1091
away=$([ ! -f local_env.sh ] || (unset DB_HOST; . ./local_env.sh; echo "${DB_HOST-}") </dev/null 2>/dev/null)
case $away in '' | localhost | 127.0.0.1 | ::1) ;; *) fail "the backup's local_env.sh has its database elsewhere: DB_HOST=$away" ;; esac
sync -f . && echo laid
