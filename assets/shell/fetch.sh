# Has the function make write a file, $packed, and prints it behind a line with its size and sum; "MARK failed" where it could not.
mkdir -p "$state" && chmod 0700 "$state"
packed=$state/packed.$$
trap 'rm -f "$packed"' EXIT
trap 'exit 143' TERM
find "$state" -maxdepth 1 -name 'packed.*' -mmin +60 -exec rm -f {} +
if (umask 077 && make) 2>&1 && [ -f "$packed" ]; then
	sum=$(sha256sum <"$packed") size=$(stat -c %s "$packed")
	exec 5<"$packed"
	rm -f "$packed" # by the time that it has arrived nothing is left
	m file "$size" "${sum%% *}"
	cat <&5
else
	rm -f "$packed"
	m failed
fi
