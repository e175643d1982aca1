# Prints "lost FILE" of each file that nginx reads a certificate or its key from, by $conf, and that is not there or empty, then the state of nginx's unit, and behind "conf" the file.
[ ! -f "$conf" ] || head -c 65536 -- "$conf" | sed -n 's/^[[:space:]]*ssl_certificate\(_key\)\{0,1\}[[:space:]]\{1,\}\(\/[^;[:space:]]*\)[[:space:]]*;.*/\2/p' | while IFS= read -r file; do
	[ -s "$file" ] || echo "lost $file"
done
unit nginx
echo conf
