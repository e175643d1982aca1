# Certificates of this host's sites, by certbot: root runs it, as djship deploys, and a timer of systemd's. Written by djship.
#
#     certificates.py account PROJECT           makes the key of the site's account with the CA where there is none; takes one on stdin instead, if any
#     certificates.py order PROJECT [HOSTS]     has a pair that serves the site's names for a while yet: looks at the one that is there, orders one else, as each of so many hosts does
#     certificates.py renew                     renews those of all sites on record for it of which a third of their life is left, or for which it is time by the CA's own word
#
# nginx alone answers the CA, by the account's thumbprint: so each host of a site answers for all of them, and nothing is laid down for a challenge.
# What is known of a site lies in a folder of root's: key.json and thumbprint of the account, order.json with what djship asks for, pair with what was
# checked last, outcome with how the last order went. What a CA, certbot or another server prints is data: made plain, and cut.
import base64
import os
import signal
from datetime import datetime, timezone

HOME = "/var/lib/djship/certificates"
RECORDS = "/var/lib/djship/sites"
CERTBOT = "/etc/letsencrypt"


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


def web64(b):
    """Bytes, as they stand in addresses."""
    return base64.urlsafe_b64encode(b).decode().rstrip("=")


def day(at):
    return datetime.fromtimestamp(at, timezone.utc).strftime("%Y-%m-%d %H:%M UTC")


class within:
    """Ends what is done within it after some seconds, whatever others do meanwhile: by a TimeoutError."""

    def __init__(self, seconds):
        self.seconds = seconds

    def __enter__(self):
        signal.signal(signal.SIGALRM, self.late)
        signal.alarm(self.seconds)

    def __exit__(self, *_):
        signal.alarm(0)

    def late(self, *_):
        raise TimeoutError("no whole answer within %d seconds" % self.seconds)
