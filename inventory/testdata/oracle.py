"""Asks ansible-core what it makes of inventories.

Each line of stdin is a JSON object: "dir" to run in, "sources" for -i, and optionally "patterns".
Each line of stdout answers it: "list" is what ansible-inventory --list prints, null where it
fails, "graph" what --graph prints; "patterns" are the host names that ansible PATTERN --list-hosts prints, null where it fails.
A pattern with an @ in it is given as -l PATTERN. Every question runs in a process of its own.
"""
import json
import os
import sys
import tempfile

os.environ["ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED"] = "1"
NO_CONFIG = tempfile.NamedTemporaryFile(suffix=".cfg")
os.environ["ANSIBLE_CONFIG"] = NO_CONFIG.name
os.environ["ANSIBLE_DEPRECATION_WARNINGS"] = "0"
os.environ["ANSIBLE_NOCOLOR"] = "1"

from ansible.cli.adhoc import AdHocCLI
from ansible.cli.inventory import InventoryCLI
from ansible.plugins.loader import init_plugin_loader, inventory_loader


def ask(cls, args, cwd):
    """Runs one command line and returns its stdout, or None where it fails."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.close(read)
            os.dup2(write, 1)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            os.chdir(cwd)
            cli = cls(args)
            cli.parse()
            status = cli.run() or 0
        except SystemExit as e:
            status = e.code or 0
        except BaseException:
            status = 1
        finally:
            try:
                sys.stdout.flush()
            finally:
                os._exit(status if isinstance(status, int) else 1)
    os.close(write)
    with os.fdopen(read, encoding="utf-8", errors="surrogateescape") as f:
        out = f.read()
    _, status = os.waitpid(pid, 0)
    return out if status == 0 else None


def hosts(out):
    """Reads the list that --list-hosts prints."""
    if out is None:
        return None
    return [line[4:] for line in out.splitlines()[1:]]


def main():
    init_plugin_loader()
    for name in "host_list", "script", "auto", "yaml", "ini", "toml":
        inventory_loader.get(name)  # loaded here, every question's process has it
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        q = json.loads(line)
        inv = [x for s in q["sources"] for x in ("-i", s)]
        out = ask(InventoryCLI, ["ansible-inventory", *inv, "--list"], q["dir"])
        a = {"list": json.loads(out, parse_constant=lambda c: {"no JSON": c}) if out else None,
             "graph": ask(InventoryCLI, ["ansible-inventory", *inv, "--graph"], q["dir"])}
        if q.get("patterns"):
            a["patterns"] = {}
            for p in q["patterns"]:
                args = ["all", "-l", p] if "@" in p else [p]
                a["patterns"][p] = hosts(ask(AdHocCLI, ["ansible", *inv, "--list-hosts", "--", *args] if "@" not in p
                                             else ["ansible", *inv, "--list-hosts", *args], q["dir"]))
        answers.write(json.dumps(a) + "\n")
        answers.flush()


main()
