# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0

"""How this computer is: read from /proc and /sys/kernel/mm/ksm, which the sandbox shows as they are.

What cannot be read is None, and said to be unknown; nothing is made up.
"""

import os

KIB = 1024
KSM = "/sys/kernel/mm/ksm"


def read_text(path):
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            return file.read(65536)
    except OSError:
        return None


def read_load(path="/proc/loadavg"):
    """(1, 5, 15 minutes)"""
    text = read_text(path)
    try:
        return tuple(float(word) for word in text.split()[:3])
    except (AttributeError, ValueError):
        return None


def read_memory(path="/proc/meminfo"):
    """Bytes by name."""
    values = {}
    for line in (read_text(path) or "").splitlines():
        name, _, rest = line.partition(":")
        words = rest.split()
        if words and words[0].isdigit():
            values[name] = int(words[0]) * (KIB if words[1:] == ["kB"] else 1)
    return values


def read_pressure(path):
    """Percent of the last ten seconds in which some waited: PSI; None where the kernel does not count."""
    for line in (read_text(path) or "").splitlines():
        words = line.split()
        if words[:1] == ["some"]:
            fields = dict(word.split("=", 1) for word in words[1:] if "=" in word)
            try:
                return float(fields["avg10"])
            except (KeyError, ValueError):
                return None
    return None


def read_ksm(folder=KSM):
    """{'run': bool, 'shared': bytes that are kept once, 'saved': bytes that this saves}; None without KSM."""
    numbers = {}
    for name in ("run", "pages_shared", "pages_sharing"):
        text = (read_text(os.path.join(folder, name)) or "").strip()
        if not text.isdigit():
            return None
        numbers[name] = int(text)
    page = os.sysconf("SC_PAGE_SIZE")
    return {
        "run": numbers["run"] == 1,
        "shared": numbers["pages_shared"] * page,
        "saved": numbers["pages_sharing"] * page,
    }


def read_disk(folder):
    """(total, free) in bytes of the file system that has the folder."""
    try:
        stat = os.statvfs(folder)
    except OSError:
        return None
    return stat.f_blocks * stat.f_frsize, stat.f_bavail * stat.f_frsize


class Reading:
    """One moment."""

    def __init__(self, data_folder, proc="/proc", ksm=KSM):
        self.load = read_load(f"{proc}/loadavg")
        self.memory = read_memory(f"{proc}/meminfo")
        self.pressure = {
            name: read_pressure(f"{proc}/pressure/{name}") for name in ("cpu", "memory", "io")
        }
        self.ksm = read_ksm(ksm)
        self.disk = read_disk(data_folder)
        self.cpus = os.cpu_count()

    def used_memory(self):
        total, free = self.memory.get("MemTotal"), self.memory.get("MemAvailable")
        return None if total is None or free is None else total - free

    def used_swap(self):
        total, free = self.memory.get("SwapTotal"), self.memory.get("SwapFree")
        return None if total is None or free is None else total - free

    def values(self):
        """For monitor/sample: numbers only, and only those that are known."""
        values = {}
        if self.load:
            values["load1"], values["load5"], values["load15"] = self.load
        for name, value in (
            ("memory_total_bytes", self.memory.get("MemTotal")),
            ("memory_used_bytes", self.used_memory()),
            ("swap_total_bytes", self.memory.get("SwapTotal")),
            ("swap_used_bytes", self.used_swap()),
            ("ksm_saved_bytes", self.ksm["saved"] if self.ksm else None),
            ("disk_total_bytes", self.disk[0] if self.disk else None),
            ("disk_free_bytes", self.disk[1] if self.disk else None),
            ("pressure_cpu_percent", self.pressure["cpu"]),
            ("pressure_memory_percent", self.pressure["memory"]),
            ("pressure_io_percent", self.pressure["io"]),
        ):
            if value is not None:
                values[name] = value
        return values

    def warnings(self):
        """(event, severity, what, number): what somebody should know."""
        found = []
        total, free = self.memory.get("MemTotal"), self.memory.get("MemAvailable")
        if total and free is not None and free < total / 20:
            found.append(("memory-low", "warning", "memory", free))
        if self.disk and self.disk[1] < max(self.disk[0] / 50, 1 << 30):
            found.append(("disk-low", "warning", "disk", self.disk[1]))
        return found
