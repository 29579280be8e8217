# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0

"""Names and addresses of networks."""

import re
import unittest

from names import make_name, make_subnet


class NamesTest(unittest.TestCase):
    def test_names(self):
        self.assertEqual(make_name("Büro & Lab 1", set()), "avb-buro-lab-1")
        self.assertEqual(make_name("", set()), "avb-network")
        self.assertEqual(make_name("日本", {"avb-network"}), "avb-network-2")
        for title in ("x" * 500, "-" * 40, "../../etc", "a" * 27 + "-b"):
            name = make_name(title, set())
            self.assertRegex(name, r"^[a-z0-9][a-z0-9-]*$")
            self.assertLessEqual(len(make_name(title, {name})), 32)

    def test_subnets(self):
        one = make_subnet("a", set())
        self.assertEqual(one, make_subnet("a", set()))
        self.assertNotEqual(one, make_subnet("a", {one}))
        self.assertTrue(re.match(r"^10\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.\d+\.0/24$", one))


if __name__ == "__main__":
    unittest.main()
