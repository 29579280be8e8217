# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0

"""One nbdkit, which serves one disk behind one socket, for as long as it is wanted.

The socket outlives an nbdkit that ends: machines know it by a name that must not become one of another socket. nbdkit takes it over
as a service of systemd would (sd_listen_fds(3)).
"""

import os
import socket
import subprocess
import threading

import nbd

RESTARTS = 5
# Its number is 3 there, and only the process itself knows its ID. A shell copies no number of more than one digit: it comes as 0.
RUN = 'export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@" 3<&0 </dev/null'


class Server:
    def __init__(self, path, arguments, log):
        self.socket = path
        self.arguments = arguments
        self.log = log
        self.lock = threading.Lock()
        self.wanted = True
        self.restarts = 0
        self.listener = self._listen()
        self.process = self._spawn()
        self.ready = False
        self.watcher = threading.Thread(target=self._watch, daemon=True)
        self.watcher.start()
        try:
            self.size, self.read_only = nbd.probe(path, alive=lambda: self.process.poll() is None)
        except nbd.NotServed:
            self.stop()
            raise
        self.ready = True

    def _listen(self):
        self._unlink()
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(self.socket)
        listener.listen()
        return listener

    def _unlink(self):
        try:
            os.unlink(self.socket)
        except FileNotFoundError:
            pass

    def _spawn(self):
        command = ["nbdkit", "--foreground", "--exit-with-parent", "--threads", "4", *self.arguments]
        return subprocess.Popen(["sh", "-c", RUN, "sh", *command], stdin=self.listener, stdout=subprocess.DEVNULL)

    def _watch(self):
        """A machine waits for its disk a while, and goes on when it is back."""
        while True:
            process = self.process
            code = process.wait()
            with self.lock:
                if not self.wanted:
                    return
                self.restarts += 1
                if not self.ready or self.restarts > RESTARTS:
                    self.log.error("nbdkit ended with %d and is not started again", code)
                    # Who waits there would wait for ever.
                    self.listener.close()
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
        self.listener.close()
        self._unlink()
