# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0

"""When a machine is idle: judged by what it uses between two looks, however long that was."""

HOUR = 3600
DAY = 24 * HOUR

# An idle desktop takes some percent of one processor; a server that answers now and then moves some bytes.
BUSY_CPU = 0.05
BUSY_BYTES = 16 * 1024

COUNTERS = ("disk_read_bytes", "disk_written_bytes", "net_received_bytes", "net_sent_bytes")


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


class Watch:
    """What is known of each machine: {"since": of what moment it is idle, "time", "cpu", "bytes"}; kept between runs."""

    def __init__(self, kept=None):
        self.machines = {}
        for machine, entry in kept.items() if isinstance(kept, dict) else ():
            # What was kept may be of an older version, or damaged.
            if isinstance(entry, dict) and all(is_number(entry.get(name)) for name in ("since", "time", "cpu", "bytes")):
                self.machines[machine] = entry

    def look(self, machine, stats, now):
        """The seconds for which the machine has been idle; None: it is not known what it uses."""
        cpu = stats.get("cpu_seconds")
        if not is_number(cpu):
            self.machines.pop(machine, None)
            return None
        moved = sum(stats[name] for name in COUNTERS if is_number(stats.get(name)))
        last = self.machines.get(machine)
        entry = {"since": now, "time": now, "cpu": cpu, "bytes": moved}
        if last is not None:
            elapsed = now - last["time"]
            # Started anew, or the clock was set back: from now on.
            if elapsed >= 0 and cpu >= last["cpu"] and moved >= last["bytes"]:
                busy = elapsed > 0 and (
                    (cpu - last["cpu"]) / elapsed > BUSY_CPU or (moved - last["bytes"]) / elapsed > BUSY_BYTES
                )
                if not busy:
                    entry["since"] = last["since"]
                # Asked once, and answered: not again until it was used.
                for mark in ("told", "asked") if not busy else ():
                    if mark in last:
                        entry[mark] = last[mark]
        self.machines[machine] = entry
        return now - entry["since"]

    def forget_others(self, running):
        """Those that do not run are not idle: they are off."""
        self.machines = {machine: entry for machine, entry in self.machines.items() if machine in running}

    def was(self, mark, machine):
        """"told" or "asked", since it is idle."""
        return mark in self.machines.get(machine, {})

    def mark(self, mark, machine, now):
        if machine in self.machines:
            self.machines[machine][mark] = now
