# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0

"""Names and addresses of networks, which nobody else has."""

import hashlib
import re
import unicodedata

MAX_NAME = 32
PREFIX = "avb-"


def make_name(title, taken):
    """Lower-case letters, digits and dashes."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    stem = (PREFIX + (re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "network"))[: MAX_NAME - 4].rstrip("-")
    for number in range(1, 1000):
        name = stem if number == 1 else f"{stem}-{number}"
        if name not in taken:
            return name
    raise ValueError("there are too many networks")


def make_subnet(name, used):
    """One of 10.64.0.0/10 that is not in use, the same for the same name where that is free."""
    first = int.from_bytes(hashlib.sha256(name.encode()).digest()[:2], "big") % (64 * 256)
    for offset in range(64 * 256):
        number = (first + offset) % (64 * 256)
        subnet = f"10.{64 + number // 256}.{number % 256}.0/24"
        if subnet not in used:
            return subnet
    raise ValueError("there are too many networks")
