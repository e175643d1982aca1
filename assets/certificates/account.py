# A site's account with its CA. It needs common.py.
import hashlib
import json
import os
import socket
from datetime import datetime, timezone

TRIES = 12  # a CA may refuse any nonce


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
        return web64(hashlib.sha256(of.encode()).digest())

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
                    raise Problem("the CA at %s gives no account: %s%s" % (order["directory"], plain(str(e) or type(e).__name__, 600), self.way_out(str(e))))
        os.makedirs(at, 0o700, exist_ok=True)
        write(os.path.join(at, "private_key.json"), read(self.path), 0o400)
        write(os.path.join(at, "meta.json"), json.dumps({"creation_dt": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"), "creation_host": socket.gethostname()}), 0o644)
        write(os.path.join(at, "regr.json"), json.dumps({"body": {}, "uri": uri}), 0o644)
        return name

    def way_out(self, said):
        """What to do where a CA gives no account."""
        if "externalAccount" in said:
            return "\nIt wants to know whose customer you are: it gives two words for that, djship_acme_eab_kid and djship_acme_eab_key in the inventory."
        if "rateLimited" in said:
            return "\nIt gives no more for now: the next deploy asks again."
        return "\nWhere it has closed the account for good, remove %s on each host of the site: the next deploy makes another." % self.path

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
