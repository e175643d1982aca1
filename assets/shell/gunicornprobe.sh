# What there is of $site's slots, as slotprobe.sh, which goes before it, prints it; then of its program, whose file is $program_file, "opens" with the socket that supervisord opens for it, which is $own_socket unless
# the file says $link; "there" where that is, and "as" what it is where supervisord has been told to make it as djship does: whoever edits the program may want it otherwise. All are in $sockets.
# What the account says of its code goes behind "code". $opened is what all programs' files say of sockets, and $listens what is known of these, once one site has asked: a shell that reads a file asks the kernel for each byte.
# shellcheck disable=SC2154
line_of_socket() {
	case ${1#"$program_file:"} in
	"socket=unix://$link") opens=$link ;;
	"socket_owner=$site:www-data") says=owner$says ;;
	socket_mode=0660) says=${says}mode ;;
	esac
}
slots "$site"
opens=$own_socket says=
[ "$opened" ] || opened=$(grep -Hs '^[[:space:]]*socket' /etc/supervisor/*.conf | tr -d ' \t\r'; echo over)
each_line "$opened" line_of_socket
echo "opens $opens"
[ ! -S "$opens" ] || {
	echo there
	[ "$listens" ] || listens=$(stat -c '%n|%F|%U:%G|%a' -- "$sockets"/*.sock)
	[ -L "$opens" ] || [ "$says" != ownermode ] || {
		kept=$stats stats=$listens
		printf 'as ' && st "$opens"
		stats=$kept
	}
} 2>/dev/null
echo code
