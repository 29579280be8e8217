#!/usr/bin/env python3
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# check-resources.py DESKTOP METAINFO SERVICE VERSION: what the desktop reads of us, as it is installed.

import configparser
import os
import re
import sys
import xml.etree.ElementTree as xml

import tap
from tap import Wrong, expect

DESKTOP, METAINFO, SERVICE, VERSION = sys.argv[1:5]
ID = "org.alphavbox.AlphaVBox"
ICONS = "resources/icons/hicolor"


def keys(file, group):
    parser = configparser.RawConfigParser(delimiters="=", comment_prefixes="#", strict=True)
    parser.optionxform = str
    parser.read(file, encoding="utf-8")
    return parser[group]


def desktop_file():
    tap.run("desktop-file-validate", "--warn-kde", DESKTOP)
    entry = keys(DESKTOP, "Desktop Entry")
    expect(f"{key} is not translated to {language}" for key in ("Comment", "Keywords")
           for language in ("de", "ar") if f"{key}[{language}]" not in entry)


def desktop_actions():
    source = "".join(tap.read(name) for name in tap.files("ui", suffixes=[".c"]))
    expect(f"no application action {name}" for name in
           keys(DESKTOP, "Desktop Entry")["Actions"].split(";") if name and f'"{name}"' not in source)


def dbus_service():
    service = keys(SERVICE, "D-BUS Service")
    entry = keys(DESKTOP, "Desktop Entry")
    command = service["Exec"].split()
    expect(text for text, wrong in (
        ("name is not the application's", service["Name"] != ID),
        ("not activatable", entry["DBusActivatable"] != "true"),
        ("not an absolute command", not command[0].startswith("/")),
        ("not our program", os.path.basename(command[0]) != entry["Exec"].split()[0]),
        ("does not run as a service", "--gapplication-service" not in command)) if wrong)


def mime_types():
    known = set()
    for database in ("/usr/share/mime/types", "/usr/share/mime/aliases"):
        with open(database, encoding="utf-8") as file:
            known.update(line.split()[0] for line in file)
    # What the program itself brings.
    own = xml.parse(tap.path("resources/org.alphavbox.AlphaVBox.mime.xml")).getroot()
    known.update(node.get("type") for node in own if node.tag.endswith("}mime-type"))
    links = "x-scheme-handler/"
    ours = [name for name in keys(DESKTOP, "Desktop Entry")["MimeType"].split(";") if name and not name.startswith(links)]
    provided = [node.text for node in xml.parse(METAINFO).iterfind("provides/mediatype")]
    expect([f"{name} is unknown to shared-mime-info" for name in ours if name not in known] +
           (["the desktop file and the metainfo differ"] if ours != provided else []))


def metainfo():
    tap.run("appstreamcli", "validate", "--no-net", "--strict", METAINFO)
    root = xml.parse(METAINFO).getroot()
    release = root.find("releases/release")
    if release.get("version") != VERSION:
        raise Wrong(f"the newest release is {release.get('version')}, the project is {VERSION}")
    expect(f"{node.text} is not in the checkout" for node in root.iterfind("screenshots/screenshot/image")
           if not os.path.exists(tap.path("docs/pictures", os.path.basename(node.text))))


def schemas():
    tap.run("glib-compile-schemas", "--strict", "--dry-run", tap.path("resources"))
    if not os.path.exists(tap.path("resources", f"{ID}.gschema.xml")):
        raise Wrong("no schema")


def application_icon():
    for name, size in ((f"scalable/apps/{ID}.svg", "128"), (f"symbolic/apps/{ID}-symbolic.svg", "16")):
        root = xml.parse(tap.path(ICONS, name)).getroot()
        if [root.get(key) for key in ("width", "height", "viewBox")] != [size, size, f"0 0 {size} {size}"]:
            raise Wrong(f"{name} is not {size}×{size}")


def symbolic(name):
    """A symbolic icon is recoloured by GTK: filled shapes of one colour, no strokes."""
    for node in xml.parse(tap.path(name)).iter():
        if node.get("fill") not in (None, "#2e3436", "none"):
            yield f"{name}: colour {node.get('fill')}"
        for attribute in ("stroke", "style", "filter", "opacity"):
            if node.get(attribute):
                yield f"{name}: has {attribute}"


def symbolic_icons():
    expect(wrong for name in tap.files("resources/icons", suffixes=["-symbolic.svg"])
           for wrong in symbolic(name))


def shipped_icons():
    """Icons in the gresource, found in the theme by name."""
    return {os.path.basename(name)[:-4] for name in tap.files("resources/icons", suffixes=[".svg"])}


def theme_icons():
    names = set()
    for _, _, files in os.walk("/usr/share/icons/Adwaita"):
        names.update(os.path.splitext(name)[0] for name in files)
    return names


def icon_names():
    theme, ours = theme_icons(), shipped_icons()
    # GTK and libadwaita bring icons of their own, but these are theirs: not to be relied on.
    pattern = re.compile(r'"([a-z][a-z0-9+-]*-symbolic)"')
    wrong = []
    for name in tap.files("ui", "app", suffixes=[".blp", ".c", ".ui"]):
        for icon in pattern.findall(tap.read(name)):
            if icon not in theme | ours:
                wrong.append(f"{name}: no icon {icon}")
    expect(wrong + [f"{icon} is in the theme already" for icon in ours & theme])


def unused_icons():
    sources = "".join(tap.read(name) for name in tap.files("ui", suffixes=[".blp", ".c", ".h", ".ui"]))
    expect(f"{icon} is used nowhere" for icon in shipped_icons()
           if not icon.startswith(ID) and icon not in sources)


tap.main({
    "desktop file": desktop_file,
    "desktop actions exist": desktop_actions,
    "D-Bus service": dbus_service,
    "MIME types": mime_types,
    "metainfo": metainfo,
    "settings schemas": schemas,
    "application icon": application_icon,
    "symbolic icons": symbolic_icons,
    "icon names": icon_names,
    "no unused icon": unused_icons,
})
