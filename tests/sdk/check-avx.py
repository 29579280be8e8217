#!/usr/bin/env python3
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# check-avx.py AVX AVX-MARKET: the author's command: what it makes, what it finds, how it ends.

import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile

import tap
from tap import Wrong

AVX, MARKET = map(os.path.abspath, sys.argv[1:3])
ENV = {**os.environ, "AVX_SDK": tap.path("sdk"), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}


class Folder:
    """A place to work in."""

    def __init__(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.path = self.temporary.name

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.temporary.cleanup()

    def __truediv__(self, name):
        return os.path.join(self.path, name)

    def run(self, *command, code=0, **env):
        done = subprocess.run(command, cwd=self.path, env={**ENV, **env}, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              stdin=subprocess.DEVNULL, timeout=250, check=False)
        if done.returncode != code:
            raise Wrong(f"{' '.join(command)}: {done.returncode}, not {code}\n{done.stdout}")
        return done.stdout

    def avx(self, *arguments, code=0, **env):
        return self.run(AVX, *arguments, code=code, **env)

    def new(self, language="python", name="hello", id="net.alphavbox-test.hello"):
        self.avx("new", language, name, "--id", id, "--publisher", "Test")
        return name

    def manifest(self, change, name="hello"):
        path = os.path.join(self.path, name, "pack", "manifest.json")
        with open(path, encoding="utf-8") as file:
            manifest = json.load(file)
        change(manifest)
        with open(path, "w", encoding="utf-8") as file:
            json.dump(manifest, file)

    def read(self, name):
        with open(self / name, "rb") as file:
            return file.read()

    def write(self, name, data, mode=0o644):
        os.makedirs(os.path.dirname(self / name), exist_ok=True)
        with open(self / name, "wb") as file:
            file.write(data)
        os.chmod(self / name, mode)


def has(text, *wanted):
    for one in wanted:
        if one not in text:
            raise Wrong(f"“{one}” is not in:\n{text}")


def usage():
    with Folder() as at:
        has(at.avx("--help"), "avx new", "avx publish", "Ends with 0")
        has(at.avx("--version"), "avx ")
        for wrong in ([], ["dance"], ["new"], ["new", "python"], ["check", "a", "b"], ["--colour"], ["new", "cobol", "x", "--id", "a.b.c"],
                      ["new", "python", "x", "--id", "A.b"], ["sign", "x"], ["publish", "x"], ["key"]):
            has(at.avx(*wrong, code=2), "avx")


def templates():
    for language in ("python", "go", "rust", "content"):
        with Folder() as at:
            at.new(language)
            text = at.avx("new", language, "hello", "--id", "a.b.c", code=1)
            has(text, "there already")
            for where, _, names in os.walk(at / "hello"):
                for name in names:
                    if re.search(rb"@[A-Z]+@", at.read(os.path.join(where, name))):
                        raise Wrong(f"{name} was not filled in")
            if language in ("go", "rust"):
                has(at.avx("check", "hello", code=1), "build it first")
            else:
                has(at.avx("check", "hello", "--strict"), "0 errors, 0 warnings")
    with Folder() as at:
        has(at.avx("new", "python", "x", "--id", "a.b.c", code=1, AVX_SDK="/nowhere"), "/nowhere")


def from_inside():
    """Without a folder it is the one where you are."""
    with Folder() as at:
        at.new()
        at.path = at / "hello"
        has(at.avx("check"), "0 errors")
        at.path = os.path.join(at.path, "pack")
        has(at.avx("check"), "0 errors")
        at.path = "/"
        has(at.avx("check", code=1), "manifest.json")


def png(width, height):
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + b"\0" * 20


def findings():
    def member(*path, value=None):
        def change(manifest):
            at = manifest
            for part in path[:-1]:
                at = at[part]
            if value is None:
                del at[path[-1]]
            else:
                at[path[-1]] = value
        return lambda at: at.manifest(change)

    elf = b"\x7fELF" + b"\2\1\1" + b"\0" * 9 + b"\2\0\xb7\0" + b"\0" * 44
    errors = {
        "version": (member("version", value="1"), "version"),
        "a permission": (member("permissions", 0, "id", value="all"), "permission"),
        "no program": (lambda at: os.remove(at / "hello/pack/main.py"), "build it first"),
        "not executable": (lambda at: os.chmod(at / "hello/pack/main.py", 0o644), "chmod +x"),
        "no script": (lambda at: at.write("hello/pack/main.py", b"print()", 0o755), "neither a program nor a script"),
        "another computer": (lambda at: (at.write("hello/pack/main.py", elf, 0o755)), "for aarch64 only"),
        "no icon": (lambda at: os.remove(at / "hello/pack/icon.png"), "is not there"),
        "an icon that is none": (lambda at: at.write("hello/pack/icon.png", b"GIF89a"), "is no PNG"),
        "a small icon": (lambda at: at.write("hello/pack/icon.png", png(16, 16)), "make it square"),
        "a link": (lambda at: os.symlink("/etc/passwd", at / "hello/pack/link"), "only files and folders"),
        "a key": (lambda at: at.write("hello/pack/my.key", b"{}"), "no key"),
        "a name": (lambda at: at.write("hello/pack/nul.txt", b""), "nul.txt"),
        "names that are one": (lambda at: (at.write("hello/pack/A", b""), at.write("hello/pack/a", b"")), "same file"),
        "storage": (member("contributes", "storage", value=[{"id": "s", "title": "S"}]), "storage.serve"),
        "a file of recipes": (lambda at: (member("contributes", "recipes", value={"file": "r.json"})(at), at.write("hello/pack/r.json", b"[{}]")), "r.json"),
        "an option": (lambda at: (member("contributes", "storage", value=[{"id": "s", "title": "S", "options": [{"kind": "image"}]}])(at),
                                 member("permissions", 0, value={"id": "storage.serve", "reason": "x"})(at)), "options[0]"),
        "a template": (member("contributes", "templates", value=[{"id": "t", "title": "T", "spec": {"cpus": "two"}}]), "“cpus”"),
        "no recipes": (member("contributes", "recipes", value={"file": "r.json"}), "r.json"),
        "no JSON": (lambda at: at.write("hello/pack/manifest.json", b"{"), "manifest.json"),
    }
    warnings = {
        "no reason": (member("permissions", 0, "reason"), "say why"), "no licence": (lambda at: os.remove(at / "hello/pack/LICENSE"), "LICENSE"),
        "no limits": (member("limits"), "limits"), "no icon": (member("icon"), "icon"), "activation": (member("activation", value=["action:none"]), "never comes to pass"),
        "nothing": (member("contributes"), "contributes nothing"), "litter": (lambda at: at.write("hello/pack/main.py~", b""), "need not be"),
        "example": (member("id", value="org.example.x"), "org.example"), "everything": (member("permissions", 0, value={"id": "network.unrestricted", "reason": "x"}), "network.fetch"),
        "env": (lambda at: at.write("hello/pack/main.py", b"#!/usr/bin/env python3\n", 0o755), "interpreter"),
    }
    for kind, table in (("error", errors), ("warning", warnings)):
        for name, (spoil, text) in table.items():
            with Folder() as at:
                at.new()
                spoil(at)
                found = at.avx("check", "hello", code=1 if kind == "error" else 0)
                lines = [line for line in found.splitlines() if line.startswith(kind) and text in line]
                if not lines:
                    raise Wrong(f"{name}: no {kind} about “{text}” in\n{found}")
                has(at.avx("pack", "hello", "--strict", code=1), "it is not packed")
                if any(entry.endswith(".avx") for entry in os.listdir(at.path)):
                    raise Wrong(f"{name}: packed all the same")


def reproducible():
    with Folder() as at:
        at.new()
        at.avx("pack", "hello", "-o", "1.avx")
        at.write("hello/pack/.hidden", b"not in it")
        for where, folders, names in os.walk(at / "hello"):
            for name in names + folders:
                os.utime(os.path.join(where, name), (1, 1))
        shutil.move(at / "hello", at / "moved")
        at.avx("pack", "moved", "-o", "2.avx", TZ="Asia/Tokyo", LC_ALL="C")
        if at.read("1.avx") != at.read("2.avx"):
            raise Wrong("the same files make other bytes")
        os.chmod(at / "moved/pack/LICENSE", 0o600)
        at.avx("pack", "moved", "-o", "3.avx")
        if at.read("1.avx") != at.read("3.avx"):
            raise Wrong("modes of the author's umask count")
        has(at.avx("show", "1.avx"), "net.alphavbox-test.hello 0.1.0 by Test, MIT", "See your machines", "not signed")
        at.avx("unpack", "1.avx", "out")
        at.avx("pack", "out", "-o", "5.avx")
        if at.read("1.avx") != at.read("5.avx"):
            raise Wrong("what was unpacked makes other bytes")
        has(at.avx("unpack", "1.avx", "out", code=1), "out")
        at.write("4.avx", at.read("1.avx")[:-10])
        at.avx("unpack", "4.avx", "broken", code=1)
        if os.path.exists(at / "broken"):
            raise Wrong("something is left of a broken package")
        at.avx("show", "4.avx", code=1)


def keys_and_signatures():
    with Folder() as at:
        at.new()
        at.avx("pack", "hello", "-o", "a.avx")
        printed = at.avx("key", "me.key")
        public = printed.splitlines()[0]
        if not re.fullmatch("ed25519:[0-9a-f]{64}", public):
            raise Wrong(printed)
        if os.stat(at / "me.key").st_mode & 0o777 != 0o600:
            raise Wrong("others can read the key")
        has(at.avx("key", "me.key", code=1), "me.key")
        has(at.avx("sign", "a.avx", "--key", "me.key"), "a.avx.sig")
        signature = json.loads(at.read("a.avx.sig"))
        if signature["key"] != public:
            raise Wrong("it is signed by another key")
        fingerprint = printed.splitlines()[1].removeprefix("fingerprint ")
        has(at.avx("show", "a.avx"), f"signed by the key {fingerprint}")
        os.chmod(at / "me.key", 0o644)
        has(at.avx("sign", "a.avx", "--key", "me.key", code=1), "no secret")
        has(at.avx("sign", "a.avx", "--key", "none.key", code=1), "none.key")
        at.write("hello/pack/new.txt", b"new")
        at.avx("pack", "hello", "-o", "a.avx")
        has(at.avx("show", "a.avx", code=1), "something else")
        at.write("a.avx", b"no package")
        at.avx("sign", "a.avx", "--key", "me.key", code=1)


def verified_by_another():
    """The signature is Ed25519 of what is documented, as another library has it."""
    import base64  # pylint: disable=import-outside-toplevel
    import hashlib  # pylint: disable=import-outside-toplevel
    from nacl.signing import VerifyKey  # pylint: disable=import-outside-toplevel

    with Folder() as at:
        at.new()
        at.avx("pack", "hello", "-o", "a.avx")
        at.avx("key", "me.key")
        at.avx("sign", "a.avx", "--key", "me.key")
        signature = json.loads(at.read("a.avx.sig"))
        text = f"alpha-vbox package 1\n{hashlib.sha256(at.read('a.avx')).hexdigest()}\n".encode()
        VerifyKey(bytes.fromhex(signature["key"].removeprefix("ed25519:"))).verify(text, base64.b64decode(signature["signature"]))


def publish():
    with Folder() as at:
        at.new()
        at.avx("pack", "hello", "-o", "a.avx")
        at.run(MARKET, "init", "market", "--title", "Mine")
        at.avx("key", "me.key")
        has(at.avx("publish", "a.avx", "--market", "market", "--tree", "tree", code=1), "not signed")
        at.avx("sign", "a.avx", "--key", "me.key")
        at.avx("publish", "a.avx", "--market", "none", "--tree", "tree", code=1)
        at.avx("publish", "a.avx", "--market", "market", "--tree", "tree")
        has(at.run(MARKET, "check", "tree", "--root", "market/roots/1.root.json"), "1 extensions, 1 packages")
        at.avx("publish", "a.avx", "--market", "market", "--tree", "tree", code=1)
        at.manifest(lambda manifest: manifest.update(version="0.2.0"))
        at.avx("pack", "hello", "-o", "b.avx")
        at.write("b.avx.sig", at.read("a.avx.sig"))
        at.avx("publish", "b.avx", "--market", "market", "--tree", "tree", code=1)
        at.avx("sign", "b.avx", "--key", "me.key")
        at.avx("publish", "b.avx", "--market", "market", "--tree", "tree")
        has(at.run(MARKET, "check", "tree", "--root", "market/roots/1.root.json"), "1 extensions, 2 packages")


def running():
    with Folder() as at:
        at.new()
        at.new("content", "content")
        has(at.avx("run", "content", code=1), "nothing to run")
        has(at.avx("run", "hello"), '"initialize"', '"shutdown"')
        has(at.avx("run", "hello", "--role", "king", code=2), "no role")
        has(at.avx("run", "hello", "--deny", "secrets", code=1), "not asked for")
        has(at.avx("run", "hello", "wait long", code=1), "no number of seconds")
        has(at.avx("run", "hello", "command/run {", code=1), "avx: ")
        has(at.avx("run", "hello", 'command/run {"command":"none"}', code=1), "-32602")
        at.write("world.json", json.dumps({"machines": [{"id": "x", "name": "only", "state": "running"}], "kv": {"a": 1}}).encode())
        has(at.avx("run", "hello", 'command/run {"command":"hello"}', "--world", "world.json"), "1 machines run: only")
        at.write("world.json", b'{"machines":[{"id":1}]}')
        has(at.avx("run", "hello", "--world", "world.json", code=1), "machines[0]")
        # Calls by standard input, and one that is cancelled.
        done = subprocess.run([AVX, "run", "hello"], cwd=at.path, env=ENV, text=True, input='# a comment\n\ncommand/run {"command":"hello"}\n', stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=250, check=True)
        has(done.stdout, "2 machines run: debian, router")
        # What it sends gives no orders to the terminal.
        at.write("hello/pack/main.py", "#!/usr/bin/python3\nfrom alpha_vbox import Extension\next = Extension()\n"
                 "ext.command('hello')(lambda call: {'text': '\\x9b31m\\x7f'})\next.run()\n".encode(), 0o755)
        has(at.avx("run", "hello", 'command/run {"command":"hello"}'), r'"text":"\u009b31m\u007f"')
        at.write("hello/pack/main.py", b"#!/usr/bin/python3\nimport sys\nsys.exit('it does not start')\n", 0o755)
        has(at.avx("run", "hello", code=1), "it does not start")


def data_is_kept():
    with Folder() as at:
        at.new()
        at.write("hello/pack/main.py", b"""#!/usr/bin/python3
import os
from alpha_vbox import Extension
ext = Extension()
@ext.command("hello")
def hello(call):
    path = os.path.join(ext.data_dir, "n")
    n = int(open(path).read()) + 1 if os.path.exists(path) else 1
    open(path, "w").write(str(n))
    return {"text": f"time {n}, home {os.path.exists('/home')}, {sorted(os.listdir(ext.app_dir))[0]}"}
ext.run()
""", 0o755)
        for n in (1, 2):
            has(at.avx("run", "hello", 'command/run {"command":"hello"}', "--data", "kept"), f"time {n}, home False, LICENSE")
        has(at.avx("run", "hello", 'command/run {"command":"hello"}'), "time 1")


tap.main({
    "help, and wrong calls": usage,
    "templates can be published as they are": templates,
    "without a folder": from_inside,
    "what is found": findings,
    "packages are reproducible": reproducible,
    "keys and signatures": keys_and_signatures,
    "another library verifies the signature": verified_by_another,
    "publish": publish,
    "run": running,
    "what an extension keeps": data_is_kept,
})
