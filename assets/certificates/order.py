# An order of a pair, by certbot, within what CAs bear. It needs common.py, account.py, site.py, ca.py, look.py.
import os
import re
import subprocess
import time

FAILURES_AN_HOUR, SAME_A_WEEK = 5, 5  # what Let's Encrypt bears of a name, and gives of a set of names
ORDER_SECONDS = 600
OLDEST = (1, 10)  # the first certbot that has keys of elliptic curves
NOISE = ("Saving debug log", "Plugins selected", "Ask for help or search", "Requesting a certificate", "Renewing an existing", "Some challenges have failed", "IMPORTANT NOTES",
         "See the logfile", "Performing the following", "Waiting for verification", "Running manual-", "Cleaning up", "Challenge failed", "http-01 challenge for", "- - -", "Hint:",
         "AttributeError: can't set attribute")  # so certbot stumbles over what a CA has refused, which is told besides


class Attempts:
    """The orders of a site within the last week: [when, word]."""

    def __init__(self, site):
        self.path = site.at("attempts")
        lines = [line.split(" ", 1) for line in read(self.path).splitlines()]
        self.all = [(int(at), word) for at, word in lines if at.isdigit() and int(at) > time.time() - 7 * 86400]

    def failed(self):
        return [at for at, word in self.all if word == "failed" and at > time.time() - 3600]

    def look(self, hosts):
        """Refuses an order behind which there is none for a while, and tells where that is near."""
        failed, given = self.failed(), [at for at, word in self.all if word == "ok"]
        if len(failed) >= FAILURES_AN_HOUR - 1:
            raise Problem("%d orders for the site have failed within an hour, and CAs bear %d: no order is made before %s" % (len(failed), FAILURES_AN_HOUR, day(failed[0] + 3600)))
        if len(given) + hosts > SAME_A_WEEK:
            print("notice: Let's Encrypt gives %d certificates a week for the same names: this host had %d, and %d host%s them" % (SAME_A_WEEK, len(given), hosts, " orders" if hosts == 1 else "s order"))

    def add(self, word):
        self.all.append((int(time.time()), word))
        write(self.path, "".join("%d %s\n" % a for a in self.all))

    def near(self):
        """How near it is that a CA takes no order any more, after one has failed."""
        n = len(self.failed())
        return "\n%d orders for the site have failed within an hour, and CAs bear %d" % (n, FAILURES_AN_HOUR) if n > 1 else ""


def place(site, hosts):
    """Orders a pair and has it in place, checked; what was there serves on where that fails."""
    attempts = Attempts(site)
    if read(os.path.join(CERTBOT, "renewal", site.project + ".conf")) and not read(site.at("pair")) and not attempts.all:
        raise Problem("certbot has a certificate %s already, which djship did not order: `djship_tls=files` takes it as it is, `certbot delete --cert-name %s` on the host makes way" % (site.project, site.project))
    check_certbot()
    check_clock(site.order["directory"])
    attempts.look(hosts)
    look(site.names(), site.account.thumbprint())
    before = links(site.live)
    known = site.account.register(site.order)
    write(site.at("unused"), "")  # nginx is to read whatever comes of it, though nobody should be there any more to say so
    try:
        try:
            certbot(site, known)
        except Problem as e:
            if not unknown_account(str(e)):
                raise
            certbot(site, site.account.register(site.order, anew=True))
    except Problem as e:
        if limited(str(e)):
            raise Problem("%s\nThe CA gives no more for now: the next deploy asks again, or the timer, where there was a certificate before." % e)
        attempts.add("failed")
        raise Problem(str(e) + attempts.near())
    attempts.add("ok")
    try:
        site.note(*site.pair()[1])
    except Problem as e:
        relink(site.live, before)
        raise Problem("the CA has given a pair that is not taken, and what was there serves on: %s" % e)


def check_certbot():
    from importlib.metadata import version
    has = version("certbot")
    if tuple(int(n) for n in re.findall(r"\d+", has)[:2]) < OLDEST:
        raise Problem("certbot %s of this host is too old: %d.%d is the first that will do" % (plain(has, 40), *OLDEST))


def unknown_account(said):
    return "accountDoesNotExist" in said or "No account exists" in said or "account was not found" in said.lower()


def limited(said):
    return "rateLimited" in said or "too many requests of a given type" in said


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
