# Certificates of this host's sites, by certbot: root runs it, as djship deploys, and a timer of systemd's. Written by djship.
#
#     certificates.py account PROJECT   makes the key of the site's account with the CA where there is none; takes one on stdin instead, if any
#     certificates.py order PROJECT     has a pair that serves the site's names for a while yet: looks at the one that is there, orders one else
#     certificates.py renew             renews those of all sites of which a third of their life is left
#
# nginx alone answers the CA, by the account's thumbprint: so each host of a site answers for all of them, and nothing is laid down for a challenge.
# What is known of a site lies in a folder of root's: key.json and thumbprint of the account, order.json with what djship asks for, pair with what was
# checked last, outcome with how the last order went. What a CA, certbot or another server prints is data: made plain, and cut.
import base64
import fcntl
import hashlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timezone

HOME = "/var/lib/djship/certificates"
CERTBOT = "/etc/letsencrypt"
NGINX_PARTS = "/etc/nginx/djship"
FAILURES_AN_HOUR, SAME_A_WEEK = 5, 5  # what Let's Encrypt bears of a name, and gives of a set of names
ORDER_SECONDS, LOCK_SECONDS, VISIT_SECONDS, TRIES = 600, 900, 5, 12
NOISE = ("Saving debug log", "Plugins selected", "Ask for help or search", "Requesting a certificate", "Renewing an existing", "Some challenges have failed", "IMPORTANT NOTES",
         "See the logfile", "Performing the following", "Waiting for verification", "Running manual-", "Cleaning up", "Challenge failed", "http-01 challenge for", "- - -", "Hint:")


class Problem(Exception):
    """Why there is no new pair, in words for a person."""


def plain(text, most=2000):
    """Text of somebody else's, to be shown: printable, and not long."""
    text = "".join(c if c.isprintable() or c == "\n" else "?" for c in text)
    return text if len(text) <= most else text[:most] + " (cut)"


def write(path, text, mode=0o600):
    """Puts a file whole: beside its place, on the disk, then renamed."""
    new = path + ".new"
    if os.path.lexists(new):
        os.unlink(new)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as f:
        f.write(text)
        f.flush()
        os.fsync(f.fileno())
    os.rename(new, path)


def read(path, most=1 << 20):
    try:
        with open(path) as f:
            return f.read(most)
    except (OSError, ValueError):
        return ""


class Account:
    """The site's account with a CA. certbot finds it among its own where the CA knows it."""

    def __init__(self, folder):
        self.folder = folder
        self.path = os.path.join(folder, "key.json")

    def make(self, given):
        """Has a key, that which is given if any."""
        if given:
            self.check(given)
            write(self.path, given)
        elif not read(self.path):
            import josepy
            from cryptography.hazmat.backends import default_backend
            from cryptography.hazmat.primitives.asymmetric import rsa
            write(self.path, josepy.JWKRSA(key=rsa.generate_private_key(65537, 2048, default_backend())).json_dumps())
        write(os.path.join(self.folder, "thumbprint"), self.thumbprint() + "\n")

    @staticmethod
    def check(text):
        key = json.loads(text)
        if not isinstance(key, dict) or key.get("kty") != "RSA" or not all(isinstance(v, str) for v in key.values()) or "d" not in key:
            raise Problem("what was given as the account's key is none")

    def thumbprint(self):
        """As in RFC 7638, of RSA."""
        key = json.loads(read(self.path))
        of = json.dumps({k: key[k] for k in ("e", "kty", "n")}, sort_keys=True, separators=(",", ":"))
        return base64.urlsafe_b64encode(hashlib.sha256(of.encode()).digest()).decode().rstrip("=")

    def register(self, order, anew=False):
        """Makes the account known to the CA and to certbot; returns the name by which certbot knows it."""
        import josepy
        from cryptography.hazmat.primitives import serialization
        key = josepy.JWKRSA.json_loads(read(self.path))
        public = key.key.public_key()
        pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        name = hashlib.md5(pem).hexdigest()
        _, _, server = order["directory"].partition("://")
        at = os.path.join(CERTBOT, "accounts", server, name)
        if os.path.exists(os.path.join(at, "regr.json")) and not anew:
            return name
        for tries in range(TRIES):
            try:
                uri = self.known(key, order)
                break
            except Exception as e:
                if "badNonce" not in str(e) or tries == TRIES - 1:
                    raise Problem("the CA at %s gives no account: %s\nWhere it has closed the account for good, remove %s on each host of the site: the next deploy makes another." % (order["directory"], plain(str(e) or type(e).__name__, 600), self.path))
        os.makedirs(at, 0o700, exist_ok=True)
        write(os.path.join(at, "private_key.json"), read(self.path), 0o400)
        write(os.path.join(at, "meta.json"), json.dumps({"creation_dt": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"), "creation_host": socket.gethostname()}), 0o644)
        write(os.path.join(at, "regr.json"), json.dumps({"body": {}, "uri": uri}), 0o644)
        return name

    def known(self, key, order):
        """The account's address at the CA, which makes it where it has none."""
        from acme import client, errors, messages
        net = client.ClientNetwork(key, user_agent="djship", timeout=45)
        directory = messages.Directory.from_json(net.get(order["directory"]).json())
        asked = {"terms_of_service_agreed": True}
        if order.get("email"):
            asked["email"] = order["email"]
        eab = read(os.path.join(self.folder, "eab.json"))
        if eab:
            eab = json.loads(eab)
            asked["external_account_binding"] = messages.ExternalAccountBinding.from_data(key.public_key(), eab["kid"], eab["key"], directory)
        try:
            return client.ClientV2(directory, net).new_account(messages.NewRegistration.from_data(**asked)).uri
        except errors.ConflictError as there:
            return there.location


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

    # The pair that is there.

    def names(self):
        return self.order["names"]

    def pair(self):
        """The pair, if it is one that nginx can use for the site: [from, until, sum]. A Problem says what is wrong with it."""
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
        return since, until, hashlib.sha256(chain.encode()).hexdigest(), sorted(has)

    def note(self, since, until, total, has):
        text = "sum %s\nnames %s\nfrom %d\nuntil %d\ndirectory %s\n" % (total, " ".join(has), since, until, self.order["directory"])
        if read(self.at("pair")) != text:
            write(self.at("pair"), text)

    def noted(self):
        return dict(line.partition(" ")[::2] for line in read(self.at("pair")).splitlines())

    def due(self):
        """Why the pair that is there is not enough; "" where it is."""
        try:
            since, until, total, has = self.pair()
        except Problem as e:
            return str(e)
        if set(has) != set(self.names()):
            return "the certificate is for other names: " + ", ".join(has)
        if self.noted().get("directory", self.order["directory"]) != self.order["directory"]:
            return "it is of another CA"
        if time.time() >= until - (until - since) / 3:
            return "a third of its life is left: it is valid until " + day(until)
        self.note(since, until, total, has)
        return ""

    # An order.

    def attempts(self):
        """[when, word] of the orders of the last week."""
        all = [line.split(" ", 1) for line in read(self.at("attempts")).splitlines()]
        return [(int(at), word) for at, word in all if at.isdigit() and int(at) > time.time() - 7 * 86400]

    def refuse_by_limits(self):
        failed = [at for at, word in self.attempts() if word == "failed" and at > time.time() - 3600]
        if len(failed) >= FAILURES_AN_HOUR - 1:
            raise Problem("%d orders for the site have failed within an hour, and CAs bear five: no order is made before %s" % (len(failed), day(failed[0] + 3600)))
        given = [at for at, word in self.attempts() if word == "ok"]
        hosts = self.order.get("hosts", 1)
        if len(given) + hosts > SAME_A_WEEK:
            print("notice: Let's Encrypt gives %d certificates a week for the same names: this host had %d, and %d host(s) order them" % (SAME_A_WEEK, len(given), hosts))

    def attempted(self, word):
        write(self.at("attempts"), "".join("%d %s\n" % a for a in self.attempts() + [(int(time.time()), word)]))

    def place(self):
        """Orders a pair and has it in place, checked; what was there serves on where that fails."""
        if read(os.path.join(CERTBOT, "renewal", self.project + ".conf")) and not read(self.at("pair")) and not read(self.at("attempts")):
            raise Problem("certbot has a certificate %s already, which djship did not order: `djship_tls=files` takes it as it is, `certbot delete --cert-name %s` on the host makes way" % (self.project, self.project))
        check_clock(self.order["directory"])
        self.refuse_by_limits()
        look(self.names(), self.account.thumbprint())
        before = links(self.live)
        known = self.account.register(self.order)
        try:
            certbot(self, known)
        except Problem as e:
            self.attempted("failed")
            if not unknown_account(str(e)):
                raise
            certbot(self, self.account.register(self.order, anew=True))
        self.attempted("ok")
        try:
            self.note(*self.pair())
            write(self.at("unused"), "")  # nginx is to read it yet
        except Problem as e:
            relink(self.live, before)
            raise Problem("the CA has given a pair that is not taken, and what was there serves on: %s" % e)


def moment(certificate, name):
    at = getattr(certificate, name + "_utc", None)
    return (at or getattr(certificate, name).replace(tzinfo=timezone.utc)).timestamp()


def day(at):
    return datetime.fromtimestamp(at, timezone.utc).strftime("%Y-%m-%d %H:%M UTC")


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


def links(live):
    """Where the files of a pair lead."""
    return {name: os.readlink(os.path.join(live, name)) for name in ("cert.pem", "chain.pem", "fullchain.pem", "privkey.pem") if os.path.islink(os.path.join(live, name))}


def relink(live, before):
    for name in ("cert.pem", "chain.pem", "fullchain.pem", "privkey.pem"):
        at = os.path.join(live, name)
        if name in before:
            os.symlink(before[name], at + ".new")
            os.rename(at + ".new", at)


def unknown_account(said):
    return "accountDoesNotExist" in said or "No account exists" in said or "account was not found" in said.lower()


def check_clock(directory):
    """Asks the CA what time it is: an order at another time could only be wasted."""
    import requests
    try:
        answer = requests.get(directory, timeout=30, headers={"User-Agent": "djship"}, stream=True)
        date = answer.headers.get("Date", "")
        answer.close()
    except requests.RequestException as e:
        raise Problem("the CA at %s does not answer: %s" % (directory, plain(str(e), 400)))
    if answer.status_code != 200:
        raise Problem("the CA at %s answers %d" % (directory, answer.status_code))
    try:
        off = time.time() - datetime.strptime(date, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=timezone.utc).timestamp()
    except ValueError:
        return
    if abs(off) > 1800:
        raise Problem("this host's clock is %d minutes %s: no order is made. `timedatectl set-ntp true` sets it" % (abs(off) // 60, "ahead" if off > 0 else "behind"))


def addresses(name):
    """What DNS has for a name; /etc/hosts is nobody's but this host's."""
    out = subprocess.run(["getent", "-s", "dns", "ahosts", name], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60)
    all = []
    for line in out.stdout.decode(errors="replace").splitlines():
        if line.split() and line.split()[0] not in all:
            all.append(line.split()[0])
    return all


def visit(address, name, asks):
    """What an address answers to a challenge: [status, text]; None where nobody answers."""
    import http.client
    signal.signal(signal.SIGALRM, too_late)
    signal.alarm(3 * VISIT_SECONDS)  # whatever it does meanwhile
    try:
        c = http.client.HTTPConnection(address, 80, timeout=VISIT_SECONDS)
        c.request("GET", "/.well-known/acme-challenge/" + asks, headers={"Host": name, "User-Agent": "djship", "Connection": "close"})
        answer = c.getresponse()
        return answer.status, answer.read(4096).decode(errors="replace").strip()
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        signal.alarm(0)


def too_late(*_):
    raise TimeoutError("too late")


def look(names, thumbprint):
    """Asks each name as the CA will: whether it is in DNS, and whether what that leads to answers for this account."""
    asks = "djship-" + base64.urlsafe_b64encode(os.urandom(12)).decode()
    want, wrong, unsure = asks + "." + thumbprint, [], []
    for name in names:
        here = visit("127.0.0.1", name, asks)
        if here is None or here[1] != want:
            wrong.append("%s: nginx of this host does not answer challenges (%s): does its file of the site include %s/*.conf, and listen on port 80?" % (name, here[0] if here else "nobody there", NGINX_PARTS))
            continue
        at = addresses(name)
        if not at:
            wrong.append("%s has no address in DNS" % name)
        for address in at[:16]:
            got = visit(address, name, asks)
            if got is None:
                unsure.append("%s leads to %s, where this host reaches nobody on port 80" % (name, plain(address, 60)))
            elif got[1] != want and got[1].startswith(asks + "."):
                wrong.append("%s leads to %s, which answers by another account: a run of djship for all hosts of the site gives them one" % (name, plain(address, 60)))
            elif got[1] != want and not 300 <= got[0] < 400:
                wrong.append("%s leads to %s, which is no host of the site: it answers %d there" % (name, plain(address, 60), got[0]))
    if wrong:
        raise Problem("no order is made:\n" + "\n".join(wrong))
    for line in unsure:
        print("notice: " + line)


def certbot(site, account):
    """Has certbot order; returns what it says, or tells it by a Problem. It gives up at the second nonce that a CA does not take, as CAs may any."""
    line = ["certbot", "certonly", "--non-interactive", "--cert-name", site.project, "--server", site.order["directory"], "--account", account,
            "--manual", "--manual-auth-hook", "/bin/true", "--preferred-challenges", "http", "--key-type", "ecdsa", "--force-renewal", "--renew-with-new-domains", "--no-autorenew"]
    for name in site.names():
        line += ["-d", name]
    for _ in range(TRIES):
        p = subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            out, _ = p.communicate(timeout=ORDER_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(p.pid, 9)
            raise Problem("certbot was not done within %d minutes" % (ORDER_SECONDS // 60))
        said = out[-65536:].decode(errors="replace")
        if p.returncode == 0:
            return
        ca = said_by_ca()
        if "Another instance of Certbot is already running" in said:
            time.sleep(15)
        elif "badNonce" not in said + ca:
            break
    lines = [plain(line.strip(), 500) for line in said.splitlines() if line.strip() and not line.strip().startswith(NOISE)]
    raise Problem("\n".join(lines[-12:] + [plain(ca, 600)]).strip() or "certbot has ended with status %d" % p.returncode)


def said_by_ca():
    """The error that the CA has answered last, by certbot's log: it is not in all that certbot prints. "" for none."""
    try:
        with open("/var/log/letsencrypt/letsencrypt.log", "rb") as f:
            f.seek(max(0, os.path.getsize(f.name) - 65536))
            log = f.read().decode(errors="replace")
    except OSError:
        return ""
    return ([""] + re.findall(r"urn:ietf:params:acme:error:\w+ :: [^\n]*", log))[-1]


def reload_nginx():
    """Takes what is there into use, if nginx is content with it."""
    out = subprocess.run(["nginx", "-q", "-t"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    if out.returncode != 0:
        raise Problem("the new pair is not in use: nginx refuses its configuration: " + plain(out.stdout.decode(errors="replace"), 600))
    subprocess.run(["service", "nginx", "reload"], stdin=subprocess.DEVNULL, timeout=60, check=True)


def tell(site, ok, text):
    """Notes how an order went; on a full disk in the place of what was noted before."""
    text = "%s %d\n%s\n" % ("ok" if ok else "failed", time.time(), plain(text))
    try:
        write(site.at("outcome"), text)
    except OSError:
        with open(site.at("outcome"), "r+b") as f:
            f.write(text.encode())
            f.truncate()


def bring(site):
    """Has a pair for the site in use, and how that went noted; returns whether there is a new one."""
    try:
        why = site.due()
        if why:
            print("%s: ordered for %s (%s)" % (site.project, ", ".join(site.names()), plain(why, 300)))
            site.place()
        if os.path.exists(site.at("unused")):
            reload_nginx()
            os.unlink(site.at("unused"))
    except Exception as e:
        said = str(e) if isinstance(e, Problem) else plain("%s: %s" % (type(e).__name__, e))
        tell(site, False, said)
        raise Problem(said)
    tell(site, True, "renewed" if why else "nothing to do")
    return bool(why)


def surround(site):
    """The environment of certbot and of what asks the CA: nothing of a login's."""
    os.environ.clear()
    os.environ.update(PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", HOME="/root", LC_ALL="C.UTF-8", PYTHONIOENCODING="utf-8")
    if site.order.get("ca"):
        os.environ["REQUESTS_CA_BUNDLE"] = site.order["ca"]


def locked():
    """One of us at a time: a deploy and the timer."""
    os.makedirs(HOME, 0o700, exist_ok=True)
    f = open(os.path.join(HOME, ".lock"), "w")
    for _ in range(LOCK_SECONDS):
        try:
            fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return f
        except BlockingIOError:
            time.sleep(1)
    raise Problem("another order of this host has been at work for %d minutes" % (LOCK_SECONDS // 60))


def renew():
    """All sites, each for itself; whether all have gone well."""
    well = True
    for project in sorted(os.listdir(HOME)):
        if project.startswith(".") or not os.path.exists(os.path.join(HOME, project, "order.json")):
            continue
        try:
            site = Site(project)
            surround(site)
            if bring(site):
                print("%s: renewed" % project)
                write(os.path.join("/var/lib/djship/sites", project + ".renewed"), "")
        except Problem as e:
            print("%s: %s" % (project, e))
            well = False
    return well


def main(args):
    os.umask(0o077)
    held = locked()
    if args == ["renew"]:
        return 0 if renew() else 1
    if len(args) == 2 and args[0] == "account":
        os.makedirs(os.path.join(HOME, args[1]), 0o700, exist_ok=True)
        Account(os.path.join(HOME, args[1])).make(sys.stdin.read(16384).strip())
        return 0
    if len(args) == 2 and args[0] == "order":
        site = Site(args[1])
        surround(site)
        bring(site)
        return 0
    print("usage: certificates.py account PROJECT | order PROJECT | renew")
    held.close()
    return 2


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Problem as e:
        print(e)
        sys.exit(1)
