# What a CA says without an account: what time it is, and when it would have a certificate renewed. It needs common.py.
import hashlib
import json
import re
import time
from datetime import datetime, timezone

ANSWER_SECONDS, MOST_OF_ANSWER = 40, 1 << 16


def ask(url):
    """What is answered at an address of a CA: [status, date, text]."""
    import requests
    with within(ANSWER_SECONDS):
        answer = requests.get(url, timeout=30, headers={"User-Agent": "djship"}, stream=True)
        try:
            return answer.status_code, answer.headers.get("Date", ""), answer.raw.read(MOST_OF_ANSWER, decode_content=True).decode(errors="replace")
        finally:
            answer.close()


def reason(e):
    """Why there was no answer, as who met it says; what the libraries wrap around that is longer than what is shown of it."""
    said = re.findall(r"\[Errno -?\d+\] ([^'\")]+)|(certificate verify failed[^'\"(]*)", str(e))
    return ("".join(said[-1]) if said else str(e)).strip() or type(e).__name__


def check_clock(directory):
    """Asks the CA what time it is: an order at another time could only be wasted."""
    try:
        status, date, _ = ask(directory)
    except Exception as e:
        raise Problem("the CA at %s does not answer: %s" % (directory, plain(reason(e), 400)))
    if status != 200:
        raise Problem("the CA at %s answers %d" % (directory, status))
    try:
        off = time.time() - datetime.strptime(date, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=timezone.utc).timestamp()
    except ValueError:
        return
    if abs(off) > 1800:
        raise Problem("this host's clock is %d minutes %s: no order is made. `timedatectl set-ntp true` sets it" % (abs(off) // 60, "ahead" if off > 0 else "behind"))


def suggested(directory, certificate, otherwise):
    """When a CA would have a certificate renewed, as of RFC 9773: within the time that it names, at another moment for each certificate. What it says of
    that is a wish: where it says nothing that can be read, it is as good as otherwise."""
    from cryptography import x509
    try:
        issuer = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
        number = certificate.serial_number
        at = json.loads(ask(directory)[2])["renewalInfo"]
        if not at.startswith("https://"):
            return otherwise
        status, _, text = ask("%s/%s.%s" % (at.rstrip("/"), web64(issuer), web64(number.to_bytes(number.bit_length() // 8 + 1, "big"))))
        window = json.loads(text)["suggestedWindow"] if status == 200 else {}
        start, end = instant(window["start"]), instant(window["end"])
    except Exception:
        return otherwise
    part = int(hashlib.sha256(b"%d" % number).hexdigest()[:8], 16) / (1 << 32)
    return start + max(0, end - start) * part


def instant(text):
    """A time as of RFC 3339, in seconds since 1970."""
    date, zone = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)", text).groups()
    return datetime.strptime(date + zone, "%Y-%m-%dT%H:%M:%S%z").timestamp()
