# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0

"""What messages hold, for type checkers. Members in a second class may be left out; see docs/extensions/protocol.md."""

from __future__ import annotations

from typing import Literal, TypedDict

MachineState = Literal["off", "saved", "running", "paused", "stopping", "crashed", "unknown"]
MachineAction = Literal[
    "start", "shut-down", "reboot", "reset", "force-off", "pause", "resume", "save", "discard-saved", "set-hardware"
]


class _MachineRef(TypedDict):
    id: str


class MachineRef(_MachineRef, total=False):
    name: str
    state: MachineState


class _Machine(TypedDict):
    id: str
    name: str
    state: MachineState


class Machine(_Machine, total=False):
    state_since: float
    host: str
    os: str
    cpus: int
    memory_mib: int
    template: bool


class _Interface(TypedDict):
    kind: Literal["user", "network", "bridge"]


class Interface(_Interface, total=False):
    source: str
    model: str


class Extras(TypedDict, total=False):
    guest_agent: bool
    display_agent: bool
    usb_redirection: bool
    sound: bool
    folder_channel: bool


class MachineSpec(TypedDict, total=False):
    os: str
    architecture: str
    cpus: int
    memory_mib: int
    disk_gib: int
    firmware: Literal["bios", "uefi", "uefi-secure"]
    tpm: bool
    graphics: bool
    interfaces: list[Interface]
    extras: Extras


class _Disk(TypedDict):
    device: Literal["disk", "cdrom", "floppy"]


class Disk(_Disk, total=False):
    bus: str
    format: str
    read_only: bool


class MachineDetails(Machine, total=False):
    description: str
    spec: MachineSpec
    disks: list[Disk]
    addresses: list[str]


class _MachineStats(TypedDict):
    id: str
    state: MachineState
    time: float


class MachineStats(_MachineStats, total=False):
    cpu_seconds: float
    cpus: int
    memory_mib: int
    memory_used_mib: int
    disk_read_bytes: int
    disk_written_bytes: int
    net_received_bytes: int
    net_sent_bytes: int


class _Snapshot(TypedDict):
    id: str
    title: str


class Snapshot(_Snapshot, total=False):
    created: float


class _Volume(TypedDict):
    id: str
    title: str
    size: int
    format: Literal["raw", "qcow2"]


class Volume(_Volume, total=False):
    used: int
    read_only: bool
    snapshots: list[Snapshot]
