# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0

"""One nbdkit, which serves one disk behind one socket, for as long as it is wanted."""

import os
import subprocess
import threading

import nbd

RESTARTS = 5


class Server:
    def __init__(self, socket, arguments, log):
        self.socket = socket
        self.arguments = arguments
        self.log = log
        self.lock = threading.Lock()
        self.wanted = True
        self.restarts = 0
        self.process = self._spawn()
        self.watcher = threading.Thread(target=self._watch, daemon=True)
        try:
            self.size, self.read_only = nbd.probe(socket, alive=lambda: self.process.poll() is None)
        except nbd.NotServed:
            self.stop()
            raise
        self.watcher.start()

    def _spawn(self):
        # nbdkit does not begin where there is a socket, be it of a dead one.
        try:
            os.unlink(self.socket)
        except FileNotFoundError:
            pass
        command = ["nbdkit", "--foreground", "--exit-with-parent", "--threads", "4", "--unix", self.socket, *self.arguments]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def _watch(self):
        """A machine waits for its disk a while, and goes on when it is back."""
        while True:
            process = self.process
            code = process.wait()
            with self.lock:
                if not self.wanted:
                    return
                self.restarts += 1
                if self.restarts > RESTARTS:
                    self.log.error("nbdkit ended too often, the last time with %d", code)
                    return
                self.log.warning("nbdkit ended with %d and is started again", code)
                self.process = self._spawn()

    @property
    def is_alive(self):
        return self.process.poll() is None

    def stop(self):
        """Hard: told to end, nbdkit stays until its client has gone, and refuses whatever it is asked meanwhile.

        A machine would take its disk for broken then; where the connection breaks, it waits for the next server.
        Nothing is lost: what nbdkit has answered for is in the file.
        """
        with self.lock:
            self.wanted = False
            process = self.process
        process.kill()
        process.wait()
        try:
            os.unlink(self.socket)
        except FileNotFoundError:
            pass
