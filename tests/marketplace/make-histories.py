#!/usr/bin/env python3
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# make-histories.py FOLDER COUNT SEED: histories of a marketplace's metadata, in our format and as The Update Framework has it,
# and what python-tuf says at each step of the latter. test-oracle.c compares.
#
# How the two go together: our timestamp is a timestamp and the snapshot that it names, signed by the same keys. The snapshot's
# version falls where one of the two versions does that our timestamp names. Our revocations are the targets, and the catalogue
# is a role that they delegate to, with the same keys.

import base64
import copy
import datetime
import hashlib
import json
import os
import random
import shutil
import sys
import tempfile

import nacl.exceptions
import nacl.signing
from securesystemslib.exceptions import UnverifiedSignatureError
from securesystemslib.signer import KEY_FOR_TYPE_AND_SCHEME, SSlibKey
from tuf.api import exceptions
from tuf.api.metadata import (DelegatedRole, Delegations, Metadata, MetaFile, Role, Root, Snapshot, Targets, Timestamp)
from tuf.ngclient import Updater
from tuf.ngclient.fetcher import FetcherInterface

NOW = 1795867200
DAY = 86400
ROLES = ("root", "catalog", "timestamp")


class Key:
    def __init__(self, rng):
        self.secret = nacl.signing.SigningKey(rng.randbytes(32))
        self.public = bytes(self.secret.verify_key)
        self.id = hashlib.sha256(self.public).hexdigest()

    def sign(self, data):
        return self.secret.sign(data).signature


def when(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)


def text(seconds):
    return when(seconds).strftime("%Y-%m-%dT%H:%M:%SZ")


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def store_zstd(data):
    """A frame of blocks that are not compressed."""
    frame = b"\x28\xb5\x2f\xfd\xa0" + len(data).to_bytes(4, "little")
    pieces = [data[i:i + 65536] for i in range(0, len(data), 65536)]
    for i, piece in enumerate(pieces):
        frame += (len(piece) << 3 | (i == len(pieces) - 1)).to_bytes(3, "little") + piece
    return frame


class SodiumKey(SSlibKey):
    """Where securesystemslib would take its own Ed25519, which is written in Python and slow."""

    def verify_signature(self, signature, data):
        try:
            nacl.signing.VerifyKey(bytes.fromhex(self.keyval["public"])).verify(data, bytes.fromhex(signature.signature))
        except (nacl.exceptions.CryptoError, ValueError) as error:
            raise UnverifiedSignatureError("wrong") from error


KEY_FOR_TYPE_AND_SCHEME[("ed25519", "ed25519")] = SodiumKey


class Fetcher(FetcherInterface):
    def __init__(self, files):
        self.files = files

    def _fetch(self, url):
        name = url.rsplit("/", 1)[-1]
        if name not in self.files:
            raise exceptions.DownloadHTTPError("not there", 404)
        return iter([self.files[name]])


def causes(error):
    """What we may call it."""
    if isinstance(error, exceptions.BadVersionNumberError):
        return ["skipped", "replayed", "mismatch"]
    if isinstance(error, exceptions.ExpiredMetadataError):
        return ["expired"]
    if isinstance(error, exceptions.LengthOrHashMismatchError):
        return ["mismatch"]
    if isinstance(error, exceptions.UnsignedMetadataError):
        return ["unsigned"]
    if isinstance(error, exceptions.DownloadLengthMismatchError):
        return ["fetch"]
    if isinstance(error, exceptions.DownloadHTTPError):
        return ["missing"]
    # It looks at what kind it is before it looks at who signed it, and we do afterwards.
    if isinstance(error, exceptions.RepositoryError):
        return ["malformed", "unsigned"] if str(error).startswith("Expected '") else ["malformed"]
    raise error


class History:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.now = NOW
        self.ours = {}
        self.tufs = {}
        self.issued = {}  # as their owners made them
        self.named = {}  # by the snapshot's version
        self.folder = None
        self.versions = {"root": 0, "catalog": 0, "revocations": 0, "timestamp": 0}
        self.life = {"root": 365 * DAY, "catalog": 30 * DAY, "timestamp": 7 * DAY}
        self.roles = {role: {"keys": [Key(self.rng) for _ in range(n)], "threshold": t}
                      for role, (n, t) in zip(ROLES, [(3, 2), (self.rng.choice([1, 2]), 1), (2, self.rng.choice([1, 2]))])}
        self.shots = []  # what was there once, to be played again
        self.issue_root(None)
        self.root = self.ours["1.root.json"]
        self.issue_lists()
        self.issue_timestamp()

    # --- one file in both formats ---

    def sign(self, payload, signed, keys, manner="well"):
        """Our envelope and a TUF file, signed in the same way."""
        data = canonical(payload)
        metadata = Metadata(signed)
        tuf_data = metadata.signed_bytes
        ours, tufs = [], []
        for i, key in enumerate(keys):
            sig, tuf_sig = key.sign(data), key.sign(tuf_data)
            alg = "ed25519"
            if manner == "corrupt" and i == 0:
                sig, tuf_sig = bytes([sig[0] ^ 1]) + sig[1:], bytes([tuf_sig[0] ^ 1]) + tuf_sig[1:]
            if manner == "algorithm" and i == 0:
                alg, tuf_sig = "dilithium", bytes(64)
            for _ in range(2 if manner == "twice" and i == 0 else 1):
                ours.append({"keyid": key.id, "alg": alg, "sig": base64.b64encode(sig).decode()})
                tufs.append({"keyid": key.id, "sig": tuf_sig.hex()})
        envelope = canonical({"payload": base64.b64encode(data).decode(), "signatures": ours})
        return envelope, canonical({"signed": signed.to_dict(), "signatures": tufs})

    def head(self, kind, version, life):
        return {"type": kind, "format": 1, "version": version, "issued": text(self.now), "expires": text(self.now + life)}

    def tuf_keys(self, role):
        return {key.id: SodiumKey(key.id, "ed25519", "ed25519", {"public": key.public.hex()}) for key in self.roles[role]["keys"]}

    def signers(self, role, few=False):
        keys = self.roles[role]["keys"]
        n = self.roles[role]["threshold"]
        return self.rng.sample(keys, n - 1) if few else self.rng.sample(keys, self.rng.randint(n, len(keys)))

    def make_root(self, version, keys, manner="well", life=None):
        life = self.life["root"] if life is None else life
        payload = self.head("root", version, life)
        payload["keys"] = {key.id: {"type": "ed25519", "public": key.public.hex()} for role in ROLES for key in self.roles[role]["keys"]}
        payload["roles"] = {role: {"keyids": [key.id for key in self.roles[role]["keys"]], "threshold": self.roles[role]["threshold"]}
                            for role in ROLES}
        tuf_keys, tuf_roles = {}, {}
        for name, role in (("root", "root"), ("targets", "catalog"), ("timestamp", "timestamp"), ("snapshot", "timestamp")):
            tuf_keys.update(self.tuf_keys(role))
            tuf_roles[name] = Role([key.id for key in self.roles[role]["keys"]], self.roles[role]["threshold"])
        return self.sign(payload, Root(version, expires=when(self.now + life), keys=tuf_keys, roles=tuf_roles), keys, manner)

    def put(self, name, tuf_name, pair):
        self.ours[name], self.tufs[tuf_name] = self.issued[name] = pair

    def issue_root(self, old, manner="well", life=None):
        """The next one; old: the root role before this one."""
        self.versions["root"] += 1
        version = self.versions["root"]
        keys = self.signers("root")
        if old is not None:
            keys += [key for key in self.rng.sample(old["keys"], old["threshold"]) if key not in keys]
        self.put(f"{version}.root.json", f"{version}.root.json", self.make_root(version, keys, manner, life))

    def issue_list(self, kind, manner="well", few=False, life=None):
        life = self.life["catalog"] if life is None else life
        self.versions[kind] += 1
        version = self.versions[kind]
        payload = self.head(kind, version, life)
        payload["entries" if kind == "catalog" else "revocations"] = []
        targets = Targets(version, expires=when(self.now + life))
        if kind == "revocations":
            role = self.roles["catalog"]
            targets.delegations = Delegations(self.tuf_keys("catalog"), {
                "catalog": DelegatedRole("catalog", [key.id for key in role["keys"]], role["threshold"], False, paths=["*"])})
        ours, tufs = self.sign(payload, targets, self.signers("catalog", few), manner)
        tuf_kind = "targets" if kind == "revocations" else "catalog"
        self.put(self.name(kind, version), f"{version}.{tuf_kind}.json", (store_zstd(ours) if kind == "catalog" else ours, tufs))

    def issue_lists(self):
        self.issue_list("revocations")
        self.issue_list("catalog")

    @staticmethod
    def name(kind, version):
        return f"{version}.{kind}.json" + (".zst" if kind == "catalog" else "")

    def issue_timestamp(self, manner="well", few=False, life=None, version=None, named=None):
        if version is None:
            self.versions["timestamp"] += 1
            version = self.versions["timestamp"]
        life = self.life["timestamp"] if life is None else life
        named = named or {kind: self.versions[kind] for kind in ("catalog", "revocations")}
        payload = self.head("timestamp", version, life)
        payload["meta"], meta = {}, {}
        for kind, tuf_kind in (("catalog", "catalog"), ("revocations", "targets")):
            number = named[kind]
            ours, tufs = self.issued.get(self.name(kind, number), (b"nothing", b"nothing"))
            payload["meta"][kind] = {"version": number, "length": len(ours), "sha256": hashlib.sha256(ours).hexdigest()}
            meta[f"{tuf_kind}.json"] = MetaFile(number, len(tufs), {"sha256": hashlib.sha256(tufs).hexdigest()})
        keys = self.signers("timestamp", few)
        both = self.number(named)
        self.named[both] = named
        timestamp = Timestamp(version, expires=when(self.now + life), snapshot_meta=MetaFile(both))
        self.put("timestamp.json", "timestamp.json", self.sign(payload, timestamp, keys, manner))
        snapshot = Snapshot(both, expires=when(NOW + 3650 * DAY), meta=meta)
        self.tufs[f"{both}.snapshot.json"] = self.sign({}, snapshot, keys)[1]

    def number(self, named):
        """Of a snapshot: lower than the one that is trusted if one of the two versions is, the same if both are, else higher."""
        path = os.path.join(self.folder or "", "timestamp.json")
        if not self.folder or not os.path.exists(path):
            return 10 * sum(named.values())
        with open(path, "rb") as file:
            trusted = json.load(file)["signed"]["meta"]["snapshot.json"]["version"]
        if self.named[trusted] == named:
            return trusted
        if any(named[kind] < version for kind, version in self.named[trusted].items()):
            return trusted - 1
        return max(10 * sum(named.values()), (trusted // 10 + 1) * 10)

    # --- what may happen ---

    def renew(self):
        if self.rng.random() < 0.6:
            self.issue_list("catalog")
        if self.rng.random() < 0.4:
            self.issue_list("revocations")
        self.issue_timestamp()

    def rotate(self):
        role = self.rng.choice(ROLES)
        old = copy.copy(self.roles["root"])
        now = self.roles[role] = {"keys": list(self.roles[role]["keys"]), "threshold": self.roles[role]["threshold"]}
        # Lists that are signed by none of the new keys: what the old ones delegate is another matter.
        stale = role == "catalog" and self.rng.random() < 0.2
        for _ in range(len(now["keys"]) if stale else self.rng.randint(1, len(now["keys"]))):
            now["keys"].pop(0)
            now["keys"].append(Key(self.rng))
        if self.rng.random() < 0.3:
            now["threshold"] = self.rng.randint(1, len(now["keys"]))
        self.issue_root(old)
        if role == "catalog" and not stale:
            self.issue_lists()
            self.issue_timestamp()
        elif role == "timestamp" and self.rng.random() < 0.8:
            self.issue_timestamp()

    def rotate_often(self):
        for _ in range(self.rng.randint(2, 5)):
            self.rotate()

    def pass_time(self):
        self.now += self.rng.choice([1, 3, 6, 8, 20, 31, 200]) * DAY

    def freeze(self):
        self.now += 8 * DAY

    def expire_root(self):
        self.issue_root(self.roles["root"], life=-DAY)
        if self.rng.random() < 0.5:
            self.issue_root(self.roles["root"])

    def expire_list(self):
        self.issue_list(self.rng.choice(["catalog", "revocations"]), life=-1)
        self.issue_timestamp()

    def expire_timestamp(self):
        self.issue_timestamp(life=self.rng.choice([-1, 0]))

    def replay(self):
        ours, tufs = self.rng.choice(self.shots)
        self.ours["timestamp.json"], self.tufs["timestamp.json"] = ours["timestamp.json"], tufs["timestamp.json"]

    def fall_back(self):
        kind = self.rng.choice(["catalog", "revocations"])
        named = {"catalog": self.versions["catalog"], "revocations": self.versions["revocations"]}
        named[kind] = max(1, named[kind] - self.rng.randint(1, 2))
        self.issue_timestamp(named=named)

    def few(self):
        what = self.rng.choice(["timestamp", "catalog", "revocations"])
        if what != "timestamp":
            self.issue_list(what, few=True)
        self.issue_timestamp(few=what == "timestamp")

    def mark(self):
        what = self.rng.choice(["timestamp", "catalog", "revocations", "root"])
        manner = self.rng.choice(["corrupt", "algorithm", "twice"])
        if what == "root":
            self.issue_root(self.roles["root"], manner)
        elif what != "timestamp":
            self.issue_list(what, manner)
        self.issue_timestamp(manner if what == "timestamp" else "well")

    def stranger(self):
        keep = self.roles["timestamp"]
        self.roles["timestamp"] = {"keys": [Key(self.rng)], "threshold": 1}
        self.issue_timestamp()
        self.roles["timestamp"] = keep

    def fast_forward(self):
        self.issue_timestamp(version=self.rng.choice([1000, 2**31 - 1]))

    def fast_forward_list(self):
        named = {"catalog": self.versions["catalog"], "revocations": self.versions["revocations"]}
        named[self.rng.choice(list(named))] += 100000
        self.issue_timestamp(named=named)

    def tamper(self):
        kind = self.rng.choice(["catalog", "revocations"])
        name, tuf_name = self.name(kind, self.versions[kind]), f"{self.versions[kind]}.{'targets' if kind == 'revocations' else 'catalog'}.json"
        if name not in self.ours:
            return
        ours, tufs = self.ours[name], self.tufs[tuf_name]
        change = self.rng.choice(["flip", "short", "long", "gone"])
        if change == "gone":
            del self.ours[name], self.tufs[tuf_name]
        elif change == "long":
            self.ours[name], self.tufs[tuf_name] = ours + b"\n", tufs + b"\n"
        elif change == "short":
            self.ours[name], self.tufs[tuf_name] = ours[:-1], tufs[:-1]
        else:
            self.ours[name], self.tufs[tuf_name] = ours[:-1] + bytes([ours[-1] ^ 1]), tufs[:-1] + bytes([tufs[-1] ^ 1])
        if self.rng.random() < 0.5:
            self.repairs.append((name, ours, tuf_name, tufs))

    def swap(self):
        """One signed file in the place of another kind's."""
        self.issue_timestamp()
        version = self.versions["root"]
        self.put("timestamp.json", "timestamp.json",
                 (self.ours[f"{version}.root.json"], self.tufs[f"{version}.root.json"]))

    def skip_root(self):
        version = self.versions["root"] + self.rng.choice([0, 2, 3])
        self.bad_root(self.make_root(version, self.signers("root")))

    def thin_root(self):
        keep = self.roles["root"]
        new = {"keys": [Key(self.rng) for _ in range(3)], "threshold": 2}
        keys = self.rng.choice([keep["keys"][:2], new["keys"][:2], keep["keys"][:1] + new["keys"], keep["keys"] + new["keys"][:1]])
        self.roles["root"] = new
        self.bad_root(self.make_root(self.versions["root"] + 1, keys))
        self.roles["root"] = keep

    def bad_root(self, pair):
        name = f"{self.versions['root'] + 1}.root.json"
        self.put(name, name, pair)
        self.bad = name

    def nothing(self):
        pass

    # --- the oracle ---

    def ask(self, folder):
        updater = Updater(folder, "https://example.org/", fetcher=Fetcher(self.tufs))
        updater._trusted_set.reference_time = when(self.now)
        try:
            updater.refresh()
            updater._load_targets("catalog", "targets")
        except (exceptions.RepositoryError, exceptions.DownloadError) as error:
            return causes(error)
        return ["ok"]

    @staticmethod
    def kept(folder):
        versions = {}
        for name, kind in (("root", "root"), ("timestamp", "timestamp"), ("catalog", "catalog"), ("targets", "revocations")):
            path = os.path.join(folder, f"{name}.json")
            versions[kind] = 0
            if os.path.exists(path):
                with open(path, "rb") as file:
                    versions[kind] = json.load(file)["signed"]["version"]
        return versions

    def play(self, n):
        steps = []
        acts = [self.renew, self.renew, self.renew, self.rotate, self.rotate, self.rotate_often, self.pass_time, self.freeze,
                self.expire_root, self.expire_list, self.expire_timestamp, self.replay, self.replay, self.fall_back, self.few,
                self.mark, self.mark, self.stranger, self.fast_forward, self.fast_forward_list, self.tamper, self.tamper,
                self.swap, self.skip_root, self.thin_root, self.nothing]
        folder = self.folder = tempfile.mkdtemp()
        with open(os.path.join(folder, "root.json"), "wb") as file:
            file.write(self.tufs["1.root.json"])
        self.repairs, self.bad = [], None
        for i in range(n):
            self.shots.append((dict(self.ours), dict(self.tufs)))
            act = self.nothing if i == 0 else self.rng.choice(acts)
            act()
            cause = self.ask(folder)
            steps.append({"act": act.__name__, "now": self.now, "causes": cause, "kept": self.kept(folder),
                          "files": {name: base64.b64encode(data).decode() for name, data in self.ours.items()}})
            self.now += self.rng.randint(60, DAY)
            if self.bad is not None:
                self.ours.pop(self.bad, None)
                self.tufs.pop(self.bad, None)
                self.bad = None
            for name, ours, tuf_name, tufs in self.repairs:
                self.ours[name], self.tufs[tuf_name] = ours, tufs
            self.repairs = []
        shutil.rmtree(folder)
        return {"root": base64.b64encode(self.root).decode(), "steps": steps}


def main():
    folder, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    for i in range(count):
        history = History(seed * 100000 + i)
        with open(os.path.join(folder, f"{i:03}.json"), "w") as file:
            json.dump(history.play(history.rng.randint(6, 12)), file)


main()
