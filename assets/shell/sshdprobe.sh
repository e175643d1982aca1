# What SSHDaemon reads: whether sshd keeps everybody from logging in to an account. $site is the site's account,
# empty for any; $rule_file is where djship writes the rule for it. It needs the functions of sshd.sh.
[ "$sshd_runs" ] || {
	title=
	{ read -r master </run/sshd.pid && IFS= read -r title <"/proc/$master/cmdline"; } 2>/dev/null
	{ IFS= read -r sshd_line && ! IFS= read -r _; } 2>/dev/null <"$state/sshd" || sshd_line=
	sshd_runs="so $title"
}
case $sshd_runs in 'so sshd:'*' -f '*) title=${sshd_runs#*' -f '} && echo "file ${title%% *}" ;; esac
rule='' obeyed=
if [ -e "$rule_file" ]; then
	while read -r word who _; do [ "$word $who" = "DenyUsers $site" ] && rule=yes && echo rule; done <"$rule_file"
	set -- /etc/ssh/sshd_config.d/[!d]*.conf /etc/ssh/sshd_config.d/d[!j]*.conf
	if [ -e "$1" ] || [ -e "$2" ]; then
		[ "$sshd_is" ] || sshd_is=$(sshd_files) sshd_noted=$(cat "$state/sshd" 2>/dev/null)
		[ "$sshd_noted" != "$sshd_is" ] || obeyed=$sshd_noted
	else
		st /etc/ssh/sshd_config >/dev/null # which leaves in all what it prints
		[ "$sshd_line" != "$all" ] || obeyed=$sshd_line
	fi
elif [ -e /etc/ssh/sshd_config ]; then
	echo config
	grep -i -e '^[[:space:]]*include[[:space:]=]' -e '^[[:space:]]*match[[:space:]=]' /etc/ssh/sshd_config | head -c 65536
fi
if [ "$rule" ] && [ "$obeyed" ]; then
	:
elif command -v sshd >/dev/null; then
	{ sshd_says "${site:-nobody}" 2>/dev/null || sshd_says "${site:-nobody}" 2>&1 | sed 's/^/# refused: /'; } |
		grep -e '^#' -e '^maxsessions ' -e '^denyusers ' -e '^allowusers ' -e '^denygroups ' -e '^allowgroups ' | head -c 65536
	awk 'FNR == 1 { within = 0 }
	tolower($1) ~ /^match(=|$)/ { within = 1 }
	within && tolower($1) ~ /^denyusers(=|$)/ { print "within " FILENAME ":" FNR }' /etc/ssh/sshd_config /etc/ssh/sshd_config.d/*.conf 2>/dev/null | head -n 3
else
	echo '# none'
fi
