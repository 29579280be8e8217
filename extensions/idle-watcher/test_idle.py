# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0

"""When a machine counts as idle."""

import unittest

from idle import DAY, Watch
from texts import Texts


def stats(cpu, **more):
    return {"cpu_seconds": cpu, **more}


class IdleTest(unittest.TestCase):
    def test_idle_adds_up(self):
        watch = Watch()
        self.assertEqual(watch.look("a", stats(100.0), 1000), 0)
        self.assertEqual(watch.look("a", stats(100.5), 1060), 60)
        self.assertEqual(watch.look("a", stats(101.0), 1120), 120)

    def test_busy_starts_anew(self):
        watch = Watch()
        watch.look("a", stats(100.0), 1000)
        watch.look("a", stats(101.0), 1060)
        self.assertEqual(watch.look("a", stats(111.0), 1120), 0)
        self.assertEqual(watch.look("a", stats(111.1), 1180), 60)

    def test_bytes_count(self):
        watch = Watch()
        watch.look("a", stats(1.0, disk_read_bytes=0, net_sent_bytes=5), 1000)
        self.assertEqual(watch.look("a", stats(1.0, disk_read_bytes=900_000, net_sent_bytes=5), 1060), 60)
        self.assertEqual(watch.look("a", stats(1.0, disk_read_bytes=900_000, net_sent_bytes=1_000_005), 1120), 0)

    def test_the_program_was_away(self):
        watch = Watch({"a": {"since": 0, "time": 0, "cpu": 10.0, "bytes": 0}})
        self.assertEqual(watch.look("a", stats(1000.0), 4 * DAY), 4 * DAY)
        worked = Watch({"a": {"since": 0, "time": 0, "cpu": 10.0, "bytes": 0}})
        self.assertEqual(worked.look("a", stats(4 * DAY * 0.5), 4 * DAY), 0)

    def test_restart_and_clock(self):
        watch = Watch({"a": {"since": 0, "time": 100, "cpu": 10.0, "bytes": 0}})
        self.assertEqual(watch.look("a", stats(1.0), 200), 0)
        watch = Watch({"a": {"since": 0, "time": 100, "cpu": 10.0, "bytes": 0}})
        self.assertEqual(watch.look("a", stats(10.0), 50), 0)

    def test_asked_once(self):
        watch = Watch()
        watch.look("a", stats(1.0), 0)
        watch.mark("asked", "a", 0)
        watch.look("a", stats(1.1), 60)
        self.assertTrue(watch.was("asked", "a"))
        watch.look("a", stats(60.0), 120)
        self.assertFalse(watch.was("asked", "a"))
        watch.mark("asked", "unknown", 0)
        self.assertFalse(watch.was("asked", "unknown"))

    def test_unknown(self):
        watch = Watch()
        self.assertIsNone(watch.look("a", {}, 0))
        self.assertIsNone(watch.look("a", {"cpu_seconds": "1"}, 0))
        self.assertIsNone(watch.look("a", {"cpu_seconds": True}, 0))

    def test_what_was_kept_is_not_trusted(self):
        for kept in (None, [], "x", {"a": 7}, {"a": {"since": "x", "time": 0, "cpu": 0, "bytes": 0}}, {"a": {"since": 0}}):
            self.assertEqual(Watch(kept).machines, {})

    def test_others_are_forgotten(self):
        watch = Watch()
        watch.look("a", stats(1.0), 0)
        watch.look("b", stats(1.0), 0)
        watch.forget_others({"b": {}})
        self.assertEqual(list(watch.machines), ["b"])

    def test_texts(self):
        self.assertEqual(Texts("en").duration(4 * DAY), "4 days")
        self.assertEqual(Texts("de").duration(4 * DAY), "4 Tagen")
        self.assertEqual(Texts("en").duration(3 * 3600), "3 hours")
        self.assertEqual(Texts("en").duration(90), "1 minutes")


if __name__ == "__main__":
    unittest.main()
