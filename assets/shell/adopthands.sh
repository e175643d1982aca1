# Has djship's supervisord run sites on this host, and the one of before go on with what it runs, until that is ended: $mine are the files of $site's programs, $others those of what stays with it. The
# files of djship's supervisord are in place. $adopted is where it is noted; $edited says that a person has set something for the site's program. It needs supervise.sh, adoptstaged.sh and adoptold.sh, which finds $old, before it.
kept=$(sed -n 's/^kept //p' "$adopted")
old_find
[ ! "$old" ] || old_apart || exit
# The new one reads all of /etc/supervisor/*.conf, and must not start what the old one runs.
if [ "$others" ]; then
	mkdir -p /etc/supervisor/before /usr/local/lib/djship
	[ -L /usr/local/bin/supervisord ] || cp -p /usr/local/bin/supervisord /usr/local/lib/djship/supervisord
	[ -f /etc/supervisord-before.conf ] || {
		sed 's|^\(files[[:space:]]*=\).*|\1 /etc/supervisor/before/*.conf|' "$kept/supervisord.conf" >/etc/supervisord-before.conf.new
		grep -q '^files.*before' /etc/supervisord-before.conf.new || { echo "/etc/supervisord.conf includes its programs in no line that begins with files"; exit 1; }
		mv -f /etc/supervisord-before.conf.new /etc/supervisord-before.conf
	}
	# One that a boot has started reads what this link leads to, and runs on where a site is given back.
	[ ! -L /run/supervisord-before.conf ] || lay /etc/supervisord-before.conf /run/supervisord-before.conf
	for file in $others; do [ ! -f "$file" ] || case $file in */before/*) ;; *) mv -f -- "$file" /etc/supervisor/before/ ;; esac; done
	printf '%s\n' '# The supervisord of the bash scripts, for sites that djship has not taken over. Written by djship.' '[Unit]' 'Description=supervisord of before djship' 'After=network.target postgresql.service' \
		'[Service]' 'ExecStartPre=/bin/ln -sfn /etc/supervisord-before.conf /run/supervisord-before.conf' 'ExecStart=/usr/local/lib/djship/supervisord -n -c /run/supervisord-before.conf' 'KillMode=mixed' 'TimeoutStopSec=60' 'Restart=on-failure' \
		'[Install]' 'WantedBy=multi-user.target' >/etc/systemd/system/supervisord-before.service
fi
for file in $mine; do rm -f -- "$file"; done
for name in virtualenv supervisord supervisorctl; do lay "/opt/djship/bin/$name" "/usr/local/bin/$name"; done
systemctl daemon-reload
[ ! "$others" ] || systemctl enable -q supervisord-before.service
systemctl enable -q supervisord.service
supervisord_there || systemctl restart supervisord.service || { explain supervisord; exit 1; }
hold supervisord_there || { explain supervisord; echo 'supervisord does not come up'; exit 1; }
[ ! "$edited" ] || { staged_in_place "$adopted.program.conf" "/etc/supervisor/$site.conf" && rm -f "$adopted.program.conf"; }
echo hands >>"$adopted"
