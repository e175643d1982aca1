# sshd_files prints the versions of the files that sshd is configured by, but for djship's own rules.
sshd_files() {
	st /etc/ssh/sshd_config
	set --
	for file in /etc/ssh/sshd_config.d/*.conf; do
		case $file in */djship-*) ;; *) [ ! -e "$file" ] || set -- "$@" "$file" ;; esac
	done
	[ $# = 0 ] || stat -L -c '%n %s %i %z' -- "$@"
}

# sshd_says ACCOUNT prints what sshd has set for an account that logs in from the host itself.
sshd_says() { sshd -T -C "user=$1,host=localhost,addr=127.0.0.1"; }
