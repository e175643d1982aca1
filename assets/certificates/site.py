# A site and the pair that it has: certificate and key. It needs common.py, account.py, ca.py.
import hashlib
import json
import os
import subprocess
import tempfile
import time
from datetime import timezone

DAY = 24 * 3600


class Site:
    def __init__(self, project):
        self.project = project
        self.folder = os.path.join(HOME, project)
        self.live = os.path.join(CERTBOT, "live", project)
        self.account = Account(self.folder)
        try:
            self.order = json.loads(read(self.at("order.json")))
        except ValueError:
            raise Problem("%s says nothing of what to order" % self.at("order.json"))

    def at(self, name):
        return os.path.join(self.folder, name)

    def names(self):
        return self.order["names"]

    def renews(self):
        """Whether the site is on record as one whose certificate the host orders."""
        return "tls acme" in read(os.path.join(RECORDS, self.project)).splitlines()

    def pair(self):
        """The pair, if it is one that nginx can use for the site: its certificate with [from, until, sum, names]. A Problem says what is wrong with it."""
        from cryptography import x509
        from cryptography.hazmat.backends import default_backend
        from cryptography.hazmat.primitives import serialization
        chain, key = read(os.path.join(self.live, "fullchain.pem")), read(os.path.join(self.live, "privkey.pem"))
        if not chain:
            raise Problem("there is none yet")
        try:
            certificate = x509.load_pem_x509_certificate(chain.encode(), default_backend())
            private = serialization.load_pem_private_key(key.encode(), None, default_backend())
            spki = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
            matches = private.public_key().public_bytes(*spki) == certificate.public_key().public_bytes(*spki)
            has = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName)
        except Exception as e:
            raise Problem("%s is no certificate with its key: %s" % (self.live, plain(str(e) or type(e).__name__, 300)))
        since, until = moment(certificate, "not_valid_before"), moment(certificate, "not_valid_after")
        lacks = [n for n in self.names() if n not in has]
        if not matches:
            raise Problem("privkey.pem is not the key of fullchain.pem")
        if lacks:
            raise Problem("the certificate is not for %s" % ", ".join(lacks))
        if not since <= time.time() < until:
            raise Problem("the certificate is valid from %s to %s, and this host's clock says %s" % (day(since), day(until), day(time.time())))
        said = verify(chain)
        if said:
            raise Problem("fullchain.pem is no chain: " + said)
        return certificate, (since, until, hashlib.sha256(chain.encode()).hexdigest(), sorted(has))

    def note(self, since, until, total, has):
        text = "sum %s\nnames %s\nfrom %d\nuntil %d\ndirectory %s\n" % (total, " ".join(has), since, until, self.order["directory"])
        if read(self.at("pair")) != text:
            write(self.at("pair"), text)

    def noted(self):
        return dict(line.partition(" ")[::2] for line in read(self.at("pair")).splitlines())

    def due(self):
        """Why the pair that is there is not enough; "" where it is."""
        try:
            certificate, seen = self.pair()
        except Problem as e:
            return str(e)
        since, until, _, has = seen
        now = time.time()
        if set(has) != set(self.names()):
            return "the certificate is for other names: " + ", ".join(has)
        if self.noted().get("directory", self.order["directory"]) != self.order["directory"]:
            return "it is of another CA"
        if now >= until - (until - since) / 3:
            return "a third of its life is left: it is valid until " + day(until)
        # One that is new is not asked about: a CA that always says "now" would get an order each time.
        if now >= since + DAY and now >= suggested(self.order["directory"], certificate, until):
            return "the CA wants it to be renewed by now"
        self.note(*seen)
        return ""


def moment(certificate, name):
    at = getattr(certificate, name + "_utc", None)
    return (at or getattr(certificate, name).replace(tzinfo=timezone.utc)).timestamp()


def verify(chain):
    """What is wrong with a chain, whoever its root is."""
    end = "-----END CERTIFICATE-----\n"
    first, _, rest = chain.partition(end)
    with tempfile.TemporaryDirectory(dir="/run") as folder:  # whatever the disk has room for
        leaf, above = os.path.join(folder, "leaf.pem"), os.path.join(folder, "above.pem")
        write(leaf, first + end)
        write(above, rest or first + end)
        out = subprocess.run(["openssl", "verify", "-partial_chain", "-trusted", above, leaf], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=30)
    return "" if out.returncode == 0 else plain(out.stdout.decode(errors="replace"), 300)


PAIR = ("cert.pem", "chain.pem", "fullchain.pem", "privkey.pem")


def links(live):
    """Where the files of a pair lead."""
    return {name: os.readlink(os.path.join(live, name)) for name in PAIR if os.path.islink(os.path.join(live, name))}


def relink(live, before):
    for name in PAIR:
        at = os.path.join(live, name)
        if name in before:
            os.symlink(before[name], at + ".new")
            os.rename(at + ".new", at)
