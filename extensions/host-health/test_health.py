# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0

"""What host-health reads, and what it makes of it."""

import os
import tempfile
import unittest

import health
import panel
from texts import Texts

MEMINFO = "MemTotal:       16384000 kB\nMemFree:  1 kB\nMemAvailable:    4096000 kB\nSwapTotal: 2048 kB\nSwapFree:  1024 kB\nHugePages_Total:       0\n"


class Files:
    """A /proc and a KSM of the test's own."""

    def __init__(self, folder, meminfo=MEMINFO, ksm=True):
        self.folder = folder
        os.makedirs(f"{folder}/pressure")
        os.makedirs(f"{folder}/ksm")
        self.write("loadavg", "0.52 1.50 2.25 3/999 12345\n")
        self.write("meminfo", meminfo)
        self.write("pressure/cpu", "some avg10=12.34 avg60=1.00 avg300=0.50 total=99\n")
        self.write("pressure/io", "some avg10=0.00 avg60=0.00 avg300=0.00 total=0\nfull avg10=0.00 avg60=0 avg300=0 total=0\n")
        if ksm:
            self.write("ksm/run", "1\n")
            self.write("ksm/pages_shared", "10\n")
            self.write("ksm/pages_sharing", "90\n")

    def write(self, name, text):
        with open(f"{self.folder}/{name}", "w", encoding="ascii") as file:
            file.write(text)

    def read(self):
        return health.Reading(self.folder, proc=self.folder, ksm=f"{self.folder}/ksm")


class HealthTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def test_numbers(self):
        reading = Files(self.folder.name).read()
        page = os.sysconf("SC_PAGE_SIZE")
        self.assertEqual(reading.load, (0.52, 1.5, 2.25))
        self.assertEqual(reading.used_memory(), 12288000 * 1024)
        self.assertEqual(reading.used_swap(), 1024 * 1024)
        self.assertEqual(reading.ksm, {"run": True, "shared": 10 * page, "saved": 90 * page})
        self.assertEqual(reading.pressure, {"cpu": 12.34, "memory": None, "io": 0.0})
        stat = os.statvfs(self.folder.name)
        self.assertEqual(reading.disk[0], stat.f_blocks * stat.f_frsize)
        self.assertEqual(reading.values()["ksm_saved_bytes"], 90 * page)
        self.assertNotIn("pressure_memory_percent", reading.values())

    def test_unknown_is_not_zero(self):
        reading = health.Reading("/nowhere", proc="/nowhere", ksm="/nowhere")
        self.assertEqual(reading.values(), {})
        tree = panel.build(reading, [], Texts("en"))
        rows = {row["id"]: row for row in tree["children"][0]["children"]}
        self.assertEqual({row["value"] for row in rows.values()}, {"Not known"})

    def test_damaged(self):
        files = Files(self.folder.name, meminfo="MemTotal\nMemAvailable: x kB\n:\nMemFree: 12 kB\n")
        files.write("loadavg", "a b\n")
        files.write("ksm/run", "yes\n")
        files.write("pressure/cpu", "some avg10\nsome avg10=x\n")
        reading = files.read()
        self.assertIsNone(reading.load)
        self.assertIsNone(reading.ksm)
        self.assertIsNone(reading.used_memory())
        self.assertIsNone(reading.pressure["cpu"])

    def test_panel(self):
        reading = Files(self.folder.name).read()
        tree = panel.build(reading, [0.1, 0.2], Texts("en"))
        rows = {row["id"]: row for row in tree["children"][0]["children"]}
        self.assertEqual(rows["memory"]["value"], 0.75)
        self.assertEqual(rows["memory"]["text"], "11.7 GiB of 15.6 GiB")
        self.assertIn("0.52 · 1.50 · 2.25", rows["load"]["value"])
        self.assertEqual(rows["swap"]["value"], 0.5)
        self.assertEqual(tree["children"][1]["children"][0]["value"], "12.3 %")
        self.assertEqual(tree["children"][2]["children"][0]["values"], [0.1, 0.2])

    def test_languages(self):
        reading = Files(self.folder.name).read()
        tree = panel.build(reading, [], Texts("de_DE.UTF-8"))
        rows = {row["id"]: row for row in tree["children"][0]["children"]}
        self.assertEqual(rows["memory"]["label"], "Speicher")
        self.assertEqual(rows["memory"]["text"], "11,7 GiB von 15,6 GiB")

    def test_no_swap(self):
        reading = Files(self.folder.name, meminfo="SwapTotal: 0 kB\nSwapFree: 0 kB\n").read()
        rows = {row["id"]: row for row in panel.build(reading, [], Texts("en"))["children"][0]["children"]}
        self.assertEqual(rows["swap"], {"kind": "row", "label": "Swap", "value": "None", "id": "swap"})

    def test_warnings(self):
        reading = Files(self.folder.name, meminfo="MemTotal: 1000 kB\nMemAvailable: 10 kB\n").read()
        self.assertIn(("memory-low", "warning", "memory", 10240), reading.warnings())
        fine = Files(tempfile.mkdtemp(dir=self.folder.name)).read()
        self.assertNotIn("memory-low", [warning[0] for warning in fine.warnings()])


if __name__ == "__main__":
    unittest.main()
