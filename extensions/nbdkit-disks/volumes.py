# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0

"""The disks there are: files in the images folder, and disks in memory that were made."""

import json
import os
import re
import secrets

PACKED = {".xz": "xz", ".gz": "gzip", ".bz2": "bzip2"}
RAW = (".img", ".raw", ".iso")
NAME = re.compile(r"^[\w][\w .()+-]{0,120}$")
MAX_VOLUMES = 200
MAX_SIZE = 1 << 44


class Refused(Exception):
    """With a sentence for people."""


class Volumes:
    def __init__(self, folder):
        self.images = os.path.join(folder, "images")
        self.index = os.path.join(folder, "volumes.json")
        os.makedirs(self.images, exist_ok=True)
        self.made = self._read()

    def _read(self):
        """{id: {"title", "size"}} of disks in memory."""
        try:
            with open(self.index, encoding="utf-8") as file:
                kept = json.load(file)
        except (OSError, ValueError):
            return {}
        return {
            name: {"title": str(entry["title"]), "size": entry["size"]}
            for name, entry in (kept.items() if isinstance(kept, dict) else ())
            if isinstance(entry, dict) and isinstance(entry.get("size"), int) and "title" in entry
        }

    def _write(self):
        temporary = self.index + ".new"
        with open(temporary, "w", encoding="utf-8") as file:
            json.dump(self.made, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, self.index)

    def _files(self):
        with os.scandir(self.images) as entries:
            names = sorted(
                entry.name for entry in entries if entry.is_file(follow_symlinks=False) and NAME.match(entry.name)
            )
        return [name for name in names if name.endswith(RAW) or self.filter_of(name)][:MAX_VOLUMES]

    @staticmethod
    def filter_of(name):
        """How a file is packed: nbdkit’s filter; None: it is not."""
        stem, ending = os.path.splitext(name)
        return PACKED.get(ending) if stem.endswith(RAW) else None

    def ids(self):
        return [f"file:{name}" for name in self._files()] + [f"memory:{name}" for name in self.made]

    def find(self, volume):
        """(kind, name); Refused where there is none."""
        if volume not in self.ids():
            raise Refused("There is no such disk.")
        kind, _, name = volume.partition(":")
        return kind, name

    def path(self, name):
        return os.path.join(self.images, name)

    def title(self, volume):
        kind, name = self.find(volume)
        return name if kind == "file" else self.made[name]["title"]

    def is_packed(self, volume):
        kind, name = self.find(volume)
        return kind == "file" and self.filter_of(name) is not None

    def arguments(self, volume, read_only, scratch):
        """nbdkit’s words for it. @scratch: what is written is thrown away at the end."""
        kind, name = self.find(volume)
        if kind == "memory":
            words = ["memory", f"size={self.made[name]['size']}", "allocator=zstd"]
            return (["--readonly"] if read_only else []) + words
        packed = self.filter_of(name)
        words = []
        if scratch and not read_only:
            words += ["--filter=cow"]
        elif read_only or packed or name.endswith(".iso"):
            words += ["--readonly"]
        if packed:
            words += [f"--filter={packed}"]
        return words + ["file", self.path(name)]

    def create_memory(self, title, size):
        if not 0 < size <= MAX_SIZE:
            raise Refused("A disk cannot be of this size.")
        if len(self.made) >= MAX_VOLUMES:
            raise Refused("There are too many disks.")
        name = secrets.token_hex(8)
        self.made[name] = {"title": title, "size": size}
        self._write()
        return f"memory:{name}"

    def create_file(self, title, size):
        """Sparse: it takes what is written."""
        if not 0 < size <= MAX_SIZE:
            raise Refused("A disk cannot be of this size.")
        stem = re.sub(r"[^\w .()+-]", "-", title).strip(" .-+()")[:100] or "disk"
        for number in range(1, 1000):
            name = f"{stem}.img" if number == 1 else f"{stem} {number}.img"
            try:
                descriptor = os.open(self.path(name), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            except FileExistsError:
                continue
            try:
                os.ftruncate(descriptor, size)
            except OSError as error:
                os.unlink(self.path(name))
                raise Refused(f"There is no room for it: {error.strerror}.") from error
            finally:
                os.close(descriptor)
            return f"file:{name}"
        raise Refused("There are too many disks of this name.")

    def delete(self, volume):
        kind, name = self.find(volume)
        if kind == "memory":
            del self.made[name]
            self._write()
        else:
            os.unlink(self.path(name))
