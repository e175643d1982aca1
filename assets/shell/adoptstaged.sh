# staged_in_place FROM TO puts a file of root's that a person's settings are in. It is not noted as djship's, which would be free to write it anew. $write_text is work.sh's.
# shellcheck disable=SC2154
staged_in_place() {
	[ -f "$1" ] || return 0
	remember "$2" root
	sh -c "$write_text" sh "$2" 0644 - <"$1"
}
