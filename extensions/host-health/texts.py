# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0

"""What the extension says, by language."""

GERMAN = {
    "This Computer": "Dieser Rechner",
    "Load": "Last",
    "{:.2f} · {:.2f} · {:.2f} (1, 5 and 15 minutes; {} processors)": "{:.2f} · {:.2f} · {:.2f} (1, 5 und 15 Minuten; {} Prozessoren)",
    "Memory": "Speicher",
    "Swap": "Auslagerung",
    "None": "Keine",
    "{} of {}": "{} von {}",
    "Shared memory (KSM)": "Geteilter Speicher (KSM)",
    "Off": "Aus",
    "{} saved": "{} gespart",
    "Disk of your machines": "Datenträger Ihrer Maschinen",
    "{} free of {}": "{} frei von {}",
    "Waiting (last 10 seconds)": "Warten (letzte 10 Sekunden)",
    "Processors": "Prozessoren",
    "Disks": "Datenträger",
    "{:.1f} %": "{:.1f} %",
    "Load of the last minutes": "Last der letzten Minuten",
    "Not known": "Nicht bekannt",
    "Little memory is left: {}.": "Es ist wenig Speicher übrig: {}.",
    "The disk of your machines is nearly full: {} are free.": "Der Datenträger Ihrer Maschinen ist fast voll: {} sind frei.",
}

GERMAN_UNITS = str.maketrans({".": ","})


class Texts:
    def __init__(self, locale):
        self.german = (locale or "").lower().startswith("de")

    def __call__(self, text, *arguments):
        if self.german:
            text = GERMAN.get(text, text)
        return text.format(*arguments) if arguments else text

    def size(self, value):
        """Binary units, as memory has them."""
        for unit in ("B", "KiB", "MiB", "GiB", "TiB", "PiB"):
            if value < 1024 or unit == "PiB":
                text = f"{value:.0f} {unit}" if unit in ("B", "KiB") else f"{value:.1f} {unit}"
                return text.translate(GERMAN_UNITS) if self.german else text
            value /= 1024
