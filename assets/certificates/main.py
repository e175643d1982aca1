# What is done for one site, and for all. It needs common.py, account.py, site.py, order.py.
import fcntl
import os
import subprocess
import sys
import time

LOCK_SECONDS = 900


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


def bring(site, hosts=1):
    """Has a pair for the site in use, and how that went noted; returns whether there is a new one."""
    try:
        why = site.due()
        if why:
            print("%s: to be ordered for %s (%s)" % (site.project, ", ".join(site.names()), plain(why, 300)))
            place(site, hosts)
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
            if not site.renews():
                continue
            surround(site)
            had = bool(links(site.live))
            if bring(site):
                print("%s: renewed" % project)
                if had:
                    write(os.path.join(RECORDS, project + ".renewed"), "")
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
    if len(args) in (2, 3) and args[0] == "order":
        site = Site(args[1])
        surround(site)
        bring(site, int(args[2]) if args[2:] else 1)
        return 0
    print("usage: certificates.py account PROJECT | order PROJECT [HOSTS] | renew")
    held.close()
    return 2


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Problem as e:
        print(e)
        sys.exit(1)
