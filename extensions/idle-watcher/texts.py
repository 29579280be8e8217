# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0

"""What the extension says, by language."""

GERMAN = {
    "Idle for": "Untätig seit",
    "Idle machines": "Untätige Maschinen",
    "No machine has been idle that long.": "Keine Maschine war so lange untätig.",
    "Machines that run": "Laufende Maschinen",
    "Flag after": "Melden nach",
    "Offer to save": "Sichern anbieten",
    "Asks once, when a machine has been idle that long.": "Fragt einmal, wenn eine Maschine so lange untätig war.",
    "1 hour": "1 Stunde",
    "1 day": "1 Tag",
    "3 days": "3 Tagen",
    "7 days": "7 Tagen",
    "30 days": "30 Tagen",
    "{} hours": "{} Stunden",
    "{} days": "{} Tagen",
    "{} minutes": "{} Minuten",
    "Save": "Sichern",
    "Save “{}”?": "„{}“ sichern?",
    "It has been idle for {}. Saved, it takes no memory and goes on from there when you start it.": "Sie ist seit {} untätig. Gesichert belegt sie keinen Speicher und macht beim nächsten Start dort weiter.",
    "“{}” has been idle for {}.": "„{}“ ist seit {} untätig.",
    "“{}” was saved.": "„{}“ wurde gesichert.",
    "The permission to start and stop machines was not given.": "Die Erlaubnis, Maschinen zu starten und anzuhalten, wurde nicht gegeben.",
    "This machine is not idle any more.": "Diese Maschine ist nicht mehr untätig.",
}


class Texts:
    def __init__(self, locale):
        self.german = (locale or "").lower().startswith("de")

    def __call__(self, text, *arguments):
        if self.german:
            text = GERMAN.get(text, text)
        return text.format(*arguments) if arguments else text

    def duration(self, seconds):
        if seconds >= 2 * 86400:
            return self("{} days", int(seconds // 86400))
        if seconds >= 2 * 3600:
            return self("{} hours", int(seconds // 3600))
        return self("{} minutes", int(seconds // 60))
