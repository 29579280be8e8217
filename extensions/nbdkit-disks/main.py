#!/usr/bin/env python3
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0

"""nbdkit disks: packed images without unpacking them, scratch disks, and disks in memory, served to machines."""

import hashlib
import os
import threading

from alpha_vbox import Busy, Error, Extension, InvalidParams

import nbd
from server import Server
from volumes import Refused, Volumes

TARGET = "nbdkit"

ext = Extension()
lock = threading.Lock()
servers = {}  # (volume, machine) → Server
sizes = {}  # (volume, time and length of the file) → bytes
found = {}


def volumes():
    if "volumes" not in found:
        found["volumes"] = Volumes(ext.data_dir)
    return found["volumes"]


def guarded(handler):
    """What is refused is told in its own words."""

    def run(call):
        try:
            with lock:
                return handler(call)
        except Refused as error:
            raise InvalidParams(str(error)) from error
        except nbd.NotServed as error:
            raise Error(f"nbdkit does not serve the disk: {error}.") from error
        except FileNotFoundError as error:
            raise Error("nbdkit is not installed on this computer.") from error

    return run


def volume_of(call):
    volume = call.params.get("volume")
    if not isinstance(volume, str):
        raise InvalidParams("No disk was named.")
    return volume


def machine_of(call):
    return (call.machine or {}).get("id", "")


def socket_of(volume, machine):
    """The same for the same disk of the same machine, in each run: the machine’s definition has it."""
    digest = hashlib.sha256(f"{volume}\0{machine}".encode()).hexdigest()[:24]
    return os.path.join(ext.runtime_dir, f"{digest}.sock")


def measure(volume):
    """As a guest sees it. A packed one is served for a moment; only its maker’s index is read."""
    store = volumes()
    kind, name = store.find(volume)
    if kind == "memory":
        return store.made[name]["size"]
    stat = os.stat(store.path(name))
    if not store.is_packed(volume):
        return stat.st_size
    key = volume, stat.st_mtime_ns, stat.st_size
    if key not in sizes:
        probe = Server(socket_of(volume, "measure"), store.arguments(volume, True, False), ext.log)
        sizes[key] = probe.size
        probe.stop()
    return sizes[key]


def describe(volume):
    store = volumes()
    kind, name = store.find(volume)
    about = {"id": volume, "title": store.title(volume), "size": measure(volume), "format": "raw"}
    if kind == "file":
        about["used"] = os.stat(store.path(name)).st_blocks * 512
        about["read_only"] = store.is_packed(volume) or name.endswith(".iso")
    return about


@ext.storage(TARGET, "probe")
@guarded
def probe_target(call):
    for folder in os.environ.get("PATH", "/usr/bin").split(":"):
        if os.access(os.path.join(folder, "nbdkit"), os.X_OK):
            return {"usable": True, "operations": ["list", "create", "delete"]}
    return {"usable": False, "reason": "nbdkit is not installed on this computer."}


@ext.storage(TARGET, "list")
@guarded
def list_volumes(call):
    listed = []
    for volume in volumes().ids():
        try:
            listed.append(describe(volume))
        except (nbd.NotServed, OSError) as error:
            ext.log.warning("%s is left out: %s", volume, error)
    return {"volumes": listed}


@ext.storage(TARGET, "create")
@guarded
def create(call):
    title, size = call.params.get("title"), call.params.get("size")
    if not isinstance(title, str) or not title or not isinstance(size, int) or isinstance(size, bool):
        raise InvalidParams("A disk needs a name and a size.")
    in_memory = call.values.get("place") == "memory"
    volume = volumes().create_memory(title, size) if in_memory else volumes().create_file(title, size)
    return {"volume": describe(volume)}


@ext.storage(TARGET, "delete")
@guarded
def delete(call):
    volume = volume_of(call)
    if any(served == volume for served, _ in servers):
        raise Busy("A machine uses this disk.")
    volumes().delete(volume)


def check_shared(volume, machine, read_only, scratch):
    """Two machines that write to the same disk destroy it."""
    for (served, other), server in servers.items():
        if served == volume and other != machine and not (scratch or read_only and server.read_only):
            raise Busy("Another machine uses this disk.")


@ext.storage(TARGET, "attach")
@guarded
def attach(call):
    volume, machine = volume_of(call), machine_of(call)
    read_only = call.params.get("read_only") is True
    scratch = call.values.get("scratch") is True
    key = volume, machine
    arguments = volumes().arguments(volume, read_only, scratch)
    server = servers.get(key)
    if server is not None and (not server.is_alive or server.arguments != arguments):
        servers.pop(key).stop()
        server = None
    if server is None:
        check_shared(volume, machine, read_only, scratch)
        server = servers[key] = Server(socket_of(volume, machine), arguments, ext.log)
    return {
        "kind": "nbd-unix",
        "path": server.socket,
        "format": "raw",
        "read_only": server.read_only,
        "size": server.size,
    }


@ext.storage(TARGET, "detach")
@guarded
def detach(call):
    path = call.params.get("path")
    for key, server in list(servers.items()):
        if server.socket == path:
            servers.pop(key).stop()


@ext.on_shutdown
def stop_all():
    for server in servers.values():
        server.stop()


if __name__ == "__main__":
    ext.run()
