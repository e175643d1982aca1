# verifier prints the SCRAM verifier of the password on stdin, as PostgreSQL keeps it: a password itself is in no statement, so in no log and in no list of running queries.
verifier() {
	/usr/bin/python3 -Ic '
import base64, hashlib, hmac, os, sys
password, salt = sys.stdin.buffer.read().strip() or sys.exit("there is no password"), os.urandom(16)
def b64(b): return base64.b64encode(b).decode()
def mac(key, text): return hmac.new(key, text, "sha256").digest()
salted = hashlib.pbkdf2_hmac("sha256", password, salt, 4096)
stored = hashlib.sha256(mac(salted, b"Client Key")).digest()
print("SCRAM-SHA-256$4096:%s$%s:%s" % (b64(salt), b64(stored), b64(mac(salted, b"Server Key"))))
'
}
