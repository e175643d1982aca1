# Sets the role's password by its SCRAM verifier: the password itself is in no statement, so in no
# log and in no list of running queries.
if [ "${fresh-}" ]; then
	# A PostgreSQL that was down when it was looked at may have a role of somebody else's.
	taken=$(sql <<-SQL
		select 'role' from pg_roles where rolname = '$site' union all select 'database' from pg_database where datname = '$site';
	SQL
	) || { echo "$taken"; exit 1; }
	if [ "$taken" ]; then
		rm -f "$state/sites/$site"
		echo "PostgreSQL has a ${taken%%"$nl"*} $site that is not a site's: choose another project name"
		exit 1
	fi
fi
password() { as "$site" timeout 10 head -c 4096 "$home/.django_db_password"; }
verifier=$(password | /usr/bin/python3 -Ic '
import base64, hashlib, hmac, os, sys
password, salt = sys.stdin.buffer.read().strip(), os.urandom(16)
def b64(b): return base64.b64encode(b).decode()
def mac(key, text): return hmac.new(key, text, "sha256").digest()
salted = hashlib.pbkdf2_hmac("sha256", password, salt, 4096)
stored = hashlib.sha256(mac(salted, b"Client Key")).digest()
print("SCRAM-SHA-256$4096:%s$%s:%s" % (b64(salt), b64(stored), b64(mac(salted, b"Server Key"))))
')
[ "$verifier" ]
sql <<SQL
select 'create role "$site"' where not exists (select from pg_roles where rolname = '$site') \gexec
alter role "$site" login nosuperuser nocreaterole nocreatedb noreplication password '$verifier';
SQL
sum=$(echo "select md5(rolpassword) from pg_authid where rolname = '$site'" | sql)
mkdir -p "$state/sites"
echo "$sum $(password | sha256sum)" >"$state/sites/$site.password.new"
mv -f "$state/sites/$site.password.new" "$state/sites/$site.password"
