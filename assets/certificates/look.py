# Whether the names of a site lead to where they should, asked as a CA will: an order that fails counts. It needs common.py.
import os
import subprocess

NGINX_PARTS = "/etc/nginx/djship"
VISIT_SECONDS, MOST_ADDRESSES = 5, 16


def addresses(name):
    """What DNS has for a name; /etc/hosts is nobody's but this host's."""
    out = subprocess.run(["getent", "-s", "dns", "ahosts", name], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60)
    all = []
    for line in out.stdout.decode(errors="replace").splitlines():
        if line.split() and line.split()[0] not in all:
            all.append(line.split()[0])
    return all


def visit(address, name, asks):
    """What an address answers to a challenge: [status, text], status 0 where it takes the question and hangs up, as for names that are nobody's there; None where nobody answers."""
    import http.client
    try:
        with within(3 * VISIT_SECONDS):
            c = http.client.HTTPConnection(address, 80, timeout=VISIT_SECONDS)
            c.request("GET", "/.well-known/acme-challenge/" + asks, headers={"Host": name, "User-Agent": "djship", "Connection": "close"})
            answer = c.getresponse()
            return answer.status, answer.read(4096).decode(errors="replace").strip()
    except http.client.RemoteDisconnected:
        return 0, ""
    except (OSError, http.client.HTTPException, ValueError):
        return None


def told(got):
    """What an address has answered, in words."""
    if got is None:
        return "nobody there"
    return "it answers %d" % got[0] if got[0] else "it hangs up"


def look(names, thumbprint):
    """Asks each name as the CA will: whether it is in DNS, and whether what that leads to answers for this account."""
    asks = "djship-" + web64(os.urandom(12))
    want, wrong, unsure, silent = asks + "." + thumbprint, [], [], set()
    for name in names:
        here = visit("127.0.0.1", name, asks)
        if here is None or here[1] != want:
            wrong.append("%s: nginx of this host does not answer challenges (%s): does its file of the site include %s/*.conf, and listen on port 80?" % (name, told(here), NGINX_PARTS))
            continue
        at = addresses(name)
        if not at:
            wrong.append("%s has no address in DNS" % name)
        for address in at[:MOST_ADDRESSES]:
            got = None if address in silent else visit(address, name, asks)
            if got is None:
                silent.add(address)
                unsure.append("%s leads to %s, where this host reaches nobody on port 80" % (name, plain(address, 60)))
            elif got[1] != want and got[1].startswith(asks + "."):
                wrong.append("%s leads to %s, which answers by another account: a run of djship for all hosts of the site gives them one" % (name, plain(address, 60)))
            elif got[1] != want and not 300 <= got[0] < 400:
                wrong.append("%s leads to %s, which is no host of the site: %s there" % (name, plain(address, 60), told(got)))
    if wrong:
        raise Problem("no order is made:\n" + "\n".join(wrong))
    for line in unsure:
        print("notice: " + line)
