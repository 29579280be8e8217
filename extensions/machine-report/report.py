# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0

"""A machine in words, to paste into a ticket or to keep."""

GERMAN = {
    "Report of “{}”": "Bericht über „{}“",
    "Made {}.": "Erstellt {}.",
    "State: {}": "Zustand: {}",
    "System: {}": "System: {}",
    "Processors: {}": "Prozessoren: {}",
    "Memory: {} MiB": "Speicher: {} MiB",
    "Firmware: {}": "Firmware: {}",
    "TPM: {}": "TPM: {}",
    "Disks:": "Datenträger:",
    "Network:": "Netzwerk:",
    "Addresses: {}": "Adressen: {}",
    "none": "keine",
    "yes": "ja",
    "no": "nein",
    "read only": "nur lesbar",
    "Since its start:": "Seit dem Start:",
    "processor time: {:.1f} s": "Prozessorzeit: {:.1f} s",
    "memory of this computer: {} MiB": "Speicher dieses Rechners: {} MiB",
    "read from disks: {} MiB": "von Datenträgern gelesen: {} MiB",
    "written to disks: {} MiB": "auf Datenträger geschrieben: {} MiB",
    "received: {} MiB": "empfangen: {} MiB",
    "sent: {} MiB": "gesendet: {} MiB",
    "Description:": "Beschreibung:",
    "The report of “{}” is ready.": "Der Bericht über „{}“ ist fertig.",
    "Processor": "Prozessor",
    "of one processor": "eines Prozessors",
    "Measuring …": "Wird gemessen …",
    "The machine does not run.": "Die Maschine läuft nicht.",
    "The machine runs and its agent answers.": "Die Maschine läuft, und ihr Agent antwortet.",
    "It runs, but nothing is known of its guest.": "Sie läuft, aber vom Gast ist nichts bekannt.",
    "{} does not run.": "{} läuft nicht.",
}

MIB = 1 << 20


class Texts:
    def __init__(self, locale):
        self.german = (locale or "").lower().startswith("de")

    def __call__(self, text, *arguments):
        if self.german:
            text = GERMAN.get(text, text)
        return text.format(*arguments) if arguments else text


def line(text):
    """Names come from outside: one line of them."""
    return " ".join(str(text).split())


def hardware(details, say):
    spec = details.get("spec", {})
    yield say("State: {}", details["state"])
    for text, value in (
        ("System: {}", details.get("os") or spec.get("os")),
        ("Processors: {}", details.get("cpus") or spec.get("cpus")),
        ("Memory: {} MiB", details.get("memory_mib") or spec.get("memory_mib")),
        ("Firmware: {}", spec.get("firmware")),
    ):
        if value:
            yield say(text, line(value))
    if "tpm" in spec:
        yield say("TPM: {}", say("yes") if spec["tpm"] else say("no"))


def devices(details, say):
    disks = details.get("disks", [])
    yield say("Disks:")
    for disk in disks:
        words = [line(disk[name]) for name in ("device", "bus", "format") if disk.get(name)]
        if disk.get("read_only"):
            words.append(say("read only"))
        yield "  – " + ", ".join(words)
    if not disks:
        yield "  – " + say("none")
    interfaces = details.get("spec", {}).get("interfaces", [])
    yield say("Network:")
    for nic in interfaces:
        yield "  – " + ", ".join(line(nic[name]) for name in ("kind", "source", "model") if nic.get(name))
    if not interfaces:
        yield "  – " + say("none")
    if details.get("addresses"):
        yield say("Addresses: {}", ", ".join(line(address) for address in details["addresses"]))


def use(stats, say):
    lines = []
    if "cpu_seconds" in stats:
        lines.append(say("processor time: {:.1f} s", stats["cpu_seconds"]))
    if "memory_used_mib" in stats:
        lines.append(say("memory of this computer: {} MiB", stats["memory_used_mib"]))
    for name, text in (
        ("disk_read_bytes", "read from disks: {} MiB"),
        ("disk_written_bytes", "written to disks: {} MiB"),
        ("net_received_bytes", "received: {} MiB"),
        ("net_sent_bytes", "sent: {} MiB"),
    ):
        if name in stats:
            lines.append(say(text, stats[name] // MIB))
    if lines:
        yield ""
        yield say("Since its start:")
        yield from ("  – " + text for text in lines)


def write(details, stats, when, say):
    lines = [say("Report of “{}”", line(details["name"])), say("Made {}.", when), ""]
    lines += hardware(details, say)
    lines += ["", *devices(details, say)]
    lines += use(stats or {}, say)
    if details.get("description"):
        lines += ["", say("Description:"), details["description"]]
    return "\n".join(lines)[:200_000]
