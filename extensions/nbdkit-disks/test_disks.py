# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0

"""Disks that a real nbdkit serves."""

import gzip
import logging
import lzma
import os
import shutil
import socket
import tempfile
import threading
import time
import unittest

import nbd
from server import Server
from volumes import Refused, Volumes

MIB = 1 << 20
LOG = logging.getLogger("test")


class VolumesTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="avb")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.volumes = Volumes(self.folder)

    def write(self, name, data=b""):
        with open(self.volumes.path(name), "wb") as file:
            file.write(data)

    def test_files(self):
        for name in ("a.img", "b.raw", "c.iso", "d.img.xz", "e.img.gz", "notes.txt", "f.tar.xz", ".hidden.img", "-x.img"):
            self.write(name)
        os.symlink("/etc/passwd", self.volumes.path("link.img"))
        self.assertEqual(
            self.volumes.ids(), ["file:a.img", "file:b.raw", "file:c.iso", "file:d.img.xz", "file:e.img.gz"]
        )

    def test_names_lead_nowhere_else(self):
        self.write("a.img")
        for volume in ("file:../volumes.json", "file:/etc/passwd", "file:", "", "x", "memory:..", "file:a.img/"):
            with self.assertRaises(Refused):
                self.volumes.find(volume)

    def test_make_and_delete(self):
        volume = self.volumes.create_file("My <disk> / 1", 5 * MIB)
        self.assertEqual(volume, "file:My -disk- - 1.img")
        self.assertEqual(os.path.getsize(self.volumes.path("My -disk- - 1.img")), 5 * MIB)
        self.assertNotEqual(self.volumes.create_file("My <disk> / 1", 5 * MIB), volume)
        memory = self.volumes.create_memory("Fast", 3 * MIB)
        self.assertIn(memory, Volumes(self.folder).ids())
        self.volumes.delete(memory)
        self.volumes.delete(volume)
        self.assertNotIn(memory, Volumes(self.folder).ids())
        self.assertNotIn(volume, Volumes(self.folder).ids())
        for size in (0, -1, 1 << 50):
            with self.assertRaises(Refused):
                self.volumes.create_memory("x", size)
            with self.assertRaises(Refused):
                self.volumes.create_file("x", size)

    def test_damaged_index(self):
        for text in ("", "[]", "{", '{"a": 7, "b": {"title": "t"}, "c": {"title": "t", "size": "x"}}'):
            with open(self.volumes.index, "w", encoding="utf-8") as file:
                file.write(text)
            self.assertEqual(Volumes(self.folder).made, {})

    def test_arguments(self):
        self.write("d.img.xz")
        self.write("a.img")
        path = self.volumes.path
        self.assertEqual(self.volumes.arguments("file:d.img.xz", False, False), ["--readonly", "--filter=xz", "file", path("d.img.xz")])
        self.assertEqual(self.volumes.arguments("file:d.img.xz", False, True), ["--filter=cow", "--filter=xz", "file", path("d.img.xz")])
        self.assertEqual(self.volumes.arguments("file:a.img", False, False), ["file", path("a.img")])
        self.assertEqual(self.volumes.arguments("file:a.img", True, True), ["--readonly", "file", path("a.img")])


@unittest.skipUnless(shutil.which("nbdkit"), "needs nbdkit")
class ServerTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="avb")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.volumes = Volumes(self.folder)

    def serve(self, volume, read_only=False, scratch=False):
        server = Server(f"{self.folder}/a.sock", self.volumes.arguments(volume, read_only, scratch), LOG)
        self.addCleanup(server.stop)
        return server

    def test_packed(self):
        for name, pack in (("a.img.xz", lzma.compress), ("b.img.gz", gzip.compress)):
            with open(self.volumes.path(name), "wb") as file:
                file.write(pack(b"x" * (3 * MIB)))
            server = self.serve(f"file:{name}")
            self.assertEqual((server.size, server.read_only), (3 * MIB, True))
            server.stop()
            self.assertFalse(os.path.exists(server.socket))

    def test_scratch_is_writable(self):
        with open(self.volumes.path("a.img.xz"), "wb") as file:
            file.write(lzma.compress(b"x" * MIB))
        self.assertFalse(self.serve("file:a.img.xz", scratch=True).read_only)

    def test_memory(self):
        server = self.serve(self.volumes.create_memory("Fast", 7 * MIB))
        self.assertEqual((server.size, server.read_only), (7 * MIB, False))

    def test_damaged(self):
        with open(self.volumes.path("a.img.xz"), "wb") as file:
            file.write(b"this is not packed at all")
        with self.assertRaises(nbd.NotServed):
            self.serve("file:a.img.xz")

    def test_it_comes_back(self):
        server = self.serve(self.volumes.create_memory("Fast", MIB))
        first = server.process.pid
        server.process.kill()
        end = time.monotonic() + 60
        while server.process.pid == first and time.monotonic() < end:
            time.sleep(0.05)
        self.assertEqual(nbd.probe(server.socket), (MIB, False))

    def test_many_files_are_open(self):
        for _ in range(10):
            self.addCleanup(os.close, os.open("/dev/null", os.O_RDONLY))
        self.assertEqual(self.serve(self.volumes.create_memory("Fast", MIB)).size, MIB)

    def test_strangers(self):
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(f"{self.folder}/stranger.sock")
        listener.listen()
        for answer in (b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", nbd.MAGIC + nbd.OPTION + b"\0\1" + b"\xff" * 40):

            def serve(answer=answer):
                connection, _ = listener.accept()
                connection.sendall(answer)
                connection.close()

            thread = threading.Thread(target=serve)
            thread.start()
            with self.assertRaises((nbd.NotServed, OSError)):
                nbd.probe(f"{self.folder}/stranger.sock", seconds=0.1, alive=lambda: False)
            thread.join()
        listener.close()


if __name__ == "__main__":
    unittest.main()
