# Prints of the password by which $site logs in to PostgreSQL "password FORM WHERE": how the server has it, "md5", "scram" or "none", and whether it is the one of the file in $home, "file", or
# the one that prepare_env.sh there has written out, "written"; "other" for neither. The account reads both.
stored=$(sql <<-SQL
	select 'stored', rolpassword from pg_catalog.pg_authid where rolname = '$site'::pg_catalog.name;
SQL
) || stored=
stored=$(printf '%s\n' "$stored" | sed -n 's/^stored|//p')
# shellcheck disable=SC2016
{
	printf '%s\n%s\n' "$site" "$stored"
	read_as "$site" 'timeout 5 head -n 1 "$HOME/.django_db_password" | head -c 1024; echo; timeout 5 head -c 262144 "$HOME/prepare_env.sh"' | sed 's/^://'
} 2>/dev/null | /usr/bin/python3 -Ic '
import base64, hashlib, hmac, re, sys
role, stored, file = (sys.stdin.buffer.readline(4096).strip() for _ in range(3))
found = re.findall(rb"^(?:export )?DB_PASSWORD=(.*)", sys.stdin.buffer.read(), re.M)
written = re.sub(rb"\s+#.*", b"", found[-1]).strip().strip(b"\x22\x27") if found else b""
def right(password):
    if stored.startswith(b"md5"):
        return b"md5" + hashlib.md5(password + role).hexdigest().encode() == stored
    m = re.match(rb"SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):", stored)
    if not m:
        return False
    salted = hashlib.pbkdf2_hmac("sha256", password, base64.b64decode(m.group(2)), min(int(m.group(1)), 100000))
    return hashlib.sha256(hmac.new(salted, b"Client Key", "sha256").digest()).digest() == base64.b64decode(m.group(3))
form = "md5" if stored.startswith(b"md5") else "scram" if stored.startswith(b"SCRAM") else "none"
print("password", form, "written" if written and right(written) else "file" if file and right(file) else "other")
'
