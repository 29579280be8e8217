# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0

"""The panel: a tree of plain values."""


def bar(label, used, total, text, unknown):
    if used is None or not total:
        return {"kind": "row", "label": label, "value": unknown}
    return {"kind": "progress", "label": label, "value": min(1.0, used / total), "text": text}


def build(reading, history, texts):
    unknown = texts("Not known")
    rows = []
    if reading.load:
        rows.append(
            {
                "kind": "row",
                "id": "load",
                "label": texts("Load"),
                "value": texts(
                    "{:.2f} · {:.2f} · {:.2f} (1, 5 and 15 minutes; {} processors)", *reading.load, reading.cpus
                ),
            }
        )
    else:
        rows.append({"kind": "row", "id": "load", "label": texts("Load"), "value": unknown})
    used, total = reading.used_memory(), reading.memory.get("MemTotal")
    text = texts("{} of {}", texts.size(used), texts.size(total)) if used is not None else ""
    rows.append({**bar(texts("Memory"), used, total, text, unknown), "id": "memory"})
    rows.append({**swap(reading, texts, unknown), "id": "swap"})
    rows.append({"kind": "row", "id": "ksm", "label": texts("Shared memory (KSM)"), "value": ksm(reading, texts, unknown)})
    rows.append({**disk(reading, texts, unknown), "id": "disk"})
    groups = [{"kind": "group", "label": texts("This Computer"), "children": rows}]
    waits = [
        {"kind": "row", "id": f"wait-{name}", "label": texts(label), "value": texts("{:.1f} %", value)}
        for name, label, value in (
            ("cpu", "Processors", reading.pressure["cpu"]),
            ("memory", "Memory", reading.pressure["memory"]),
            ("io", "Disks", reading.pressure["io"]),
        )
        if value is not None
    ]
    if waits:
        groups.append({"kind": "group", "label": texts("Waiting (last 10 seconds)"), "children": waits})
    if len(history) > 1:
        line = {"kind": "sparkline", "id": "history", "label": texts("Load of the last minutes"), "values": list(history), "min": 0}
        groups.append({"kind": "group", "children": [line]})
    return {"kind": "group", "children": groups}


def swap(reading, texts, unknown):
    used, total = reading.used_swap(), reading.memory.get("SwapTotal")
    if total == 0:
        return {"kind": "row", "label": texts("Swap"), "value": texts("None")}
    text = texts("{} of {}", texts.size(used), texts.size(total)) if used is not None else ""
    return bar(texts("Swap"), used, total, text, unknown)


def ksm(reading, texts, unknown):
    if reading.ksm is None:
        return unknown
    if not reading.ksm["run"] and reading.ksm["saved"] == 0:
        return texts("Off")
    return texts("{} saved", texts.size(reading.ksm["saved"]))


def disk(reading, texts, unknown):
    label = texts("Disk of your machines")
    if reading.disk is None:
        return {"kind": "row", "label": label, "value": unknown}
    total, free = reading.disk
    text = texts("{} free of {}", texts.size(free), texts.size(total))
    return bar(label, total - free, total, text, unknown)
