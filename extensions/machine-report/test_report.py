# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0

"""What a report says."""

import unittest

from report import Texts, line, write

DETAILS = {
    "id": "1",
    "name": "Web\nserver",
    "state": "running",
    "cpus": 2,
    "memory_mib": 2048,
    "description": "First line\nsecond line",
    "spec": {"firmware": "uefi", "tpm": True, "interfaces": [{"kind": "user", "model": "virtio"}]},
    "disks": [{"device": "disk", "bus": "virtio", "format": "qcow2"}, {"device": "cdrom", "read_only": True}],
    "addresses": ["10.0.2.15"],
}


class ReportTest(unittest.TestCase):
    def test_everything(self):
        text = write(DETAILS, {"cpu_seconds": 12.34, "disk_read_bytes": 5 << 20}, "2026-01-02 03:04", Texts("en"))
        for part in (
            "Report of “Web server”",
            "Made 2026-01-02 03:04.",
            "Processors: 2",
            "Firmware: uefi",
            "TPM: yes",
            "disk, virtio, qcow2",
            "cdrom, read only",
            "user, virtio",
            "Addresses: 10.0.2.15",
            "processor time: 12.3 s",
            "read from disks: 5 MiB",
            "second line",
        ):
            self.assertIn(part, text)
        self.assertNotIn("sent:", text)

    def test_little(self):
        text = write({"id": "1", "name": "a", "state": "off"}, None, "now", Texts("de_DE"))
        self.assertIn("Bericht über „a“", text)
        self.assertIn("– keine", text)
        self.assertNotIn("Seit dem Start", text)
        self.assertNotIn("None", text)

    def test_line(self):
        self.assertEqual(line(" a\n\tb "), "a b")


if __name__ == "__main__":
    unittest.main()
