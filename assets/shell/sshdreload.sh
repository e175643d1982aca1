# Takes the rule in $rule_file into use, which keeps everybody from logging in to the account of $site, or takes
# it back where sshd refuses its configuration or does not obey. It needs the functions of sshd.sh. What sshd
# obeyed is noted for the probe.
mkdir -p /run/sshd
sshd -t || { take_back "$rule_file"; exit 1; }
if grep -qx "DenyUsers $site" "$rule_file"; then
	sshd_says "$site" | grep -qix "DenyUsers $site" || {
		take_back "$rule_file"
		echo 'sshd does not obey the rule in sshd_config.d'
		exit 1
	}
	sshd_files >"$state/sshd"
fi
if [ -d /run/systemd/system ]; then systemctl try-reload-or-restart ssh; else service ssh reload; fi
