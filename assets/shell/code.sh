# code PROJECT prints whose the code of the site is: "placeholder" while djship's page is in it, "none"
# where there is nothing, else "own": what can't be read, too.
code() {
	set -- "$HOME/$1" "$HOME/$1/$1/views.py"
	line=
	[ ! -r "$2" ] || [ ! -f "$2" ] || { read -r line; read -r line; } <"$2"
	case $line in *'page that stands in for'*) echo placeholder; return ;; esac
	[ -d "$1" ] && [ -r "$1" ] && set -- "$1"/* "$1"/.[!.]* "$1"/..?*
	for entry; do
		[ ! -e "$entry" ] && [ ! -L "$entry" ] || { echo own; return; }
	done
	echo none
}
