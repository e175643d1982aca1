# release_in FILE prints the release that the file of a program names; nothing where there is none. A host with many sites has many files: it takes no process.
release_in() {
	named=
	[ ! -f "$1" ] || while IFS= read -r line; do
		case $line in
		environment[=:]* | environment[[:space:]]*[=:]*) ;;
		*) continue ;;
		esac
		case $line in
		*[!A-Za-z0-9_]DJSHIP_RELEASE=*)
			line=${line##*[!A-Za-z0-9_]DJSHIP_RELEASE=} line=${line#\"}
			named=${line%%[!A-Za-z0-9._-]*}
			;;
		esac
	done 2>/dev/null <"$1"
	[ ! "$named" ] || echo "$named"
}
