#!/bin/sh
# Runs sshd with accounts of its own: sshd.sh DIR PORT [nologin], in a mount namespace, as root.
# DIR has user.pub and host (a private key); what changes is in DIR and goes with it.
set -eu
dir=$1 port=$2
cp -a /etc "$dir/etc"
mkdir "$dir/home"
mount --bind "$dir/etc" /etc
mount --bind "$dir/home" /home
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /var/log
mkdir /run/sshd

account() { # NAME SHELL
	useradd -m -s "$2" "$1"
	echo "$1:password of $1" | chpasswd
	mkdir "/home/$1/.ssh"
	cp "$dir/user.pub" "/home/$1/.ssh/authorized_keys"
	chown -R "$1:" "/home/$1/.ssh"
}
account free /bin/bash
account asked /bin/bash
account nobodys /bin/sh
account ttyfree /bin/bash
account ttyasked /bin/bash
account fishy "$(command -v fish || echo /bin/sh)"
account shut /usr/sbin/nologin
account loud /bin/bash
printf '%s\n' 'echo Welcome' 'echo Password: >&2' 'set -x' >/home/loud/.bashrc
account oldaccount /bin/bash
account oldpassword /bin/bash
account image /bin/bash
sed -i '1s/^/no-port-forwarding,command="echo '"'Please login as the user \\\\\"debian\\\\\" rather than the user \\\\\"image\\\\\".'"';echo;exit 142" /' /home/image/.ssh/authorized_keys
chage -E 1 oldaccount
account oldsudo /bin/bash
chage -d 0 oldpassword
echo 'root:password of root' | chpasswd

cat >/etc/sudoers.d/test <<END
Defaults:asked lecture=always
Defaults:ttyfree,ttyasked requiretty
Defaults passwd_tries=3
free,fishy,loud,ttyfree,oldsudo ALL=(ALL:ALL) NOPASSWD: ALL
asked,ttyasked ALL=(ALL:ALL) ALL
END
cat >/etc/doas.conf <<END
permit nopass free
permit asked
END
cat >"$dir/sshd_config" <<END
Port $port
ListenAddress 127.0.0.1
HostKey $dir/host
PidFile $dir/pid
UsePAM yes
KbdInteractiveAuthentication yes
Subsystem sftp /usr/lib/openssh/sftp-server
StrictModes no
AcceptEnv LANG LC_*
Match User nobodys
	PasswordAuthentication no
END
[ "${3-}" != nologin ] || echo 'System is going down. Unprivileged users are not permitted to log in anymore. For technical details, see pam_nologin(8).' >/etc/nologin
exec /usr/sbin/sshd -D -e -f "$dir/sshd_config"
