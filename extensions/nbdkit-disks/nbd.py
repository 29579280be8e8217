# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0

"""The least of a client of network block devices: whether somebody serves at a socket, and how much.

https://github.com/NetworkBlockDevice/nbd/blob/master/doc/proto.md, the fixed newstyle handshake.
"""

import socket
import struct
import time

MAGIC = b"NBDMAGIC"
OPTION = b"IHAVEOPT"
REPLY_MAGIC = 0x3E889045565A9
FIXED_NEWSTYLE = 1
NO_ZEROES = 2
OPT_ABORT, OPT_GO = 2, 7
REP_ACK, REP_INFO = 1, 3
INFO_EXPORT = 0
FLAG_READ_ONLY = 2


class NotServed(Exception):
    """Nobody serves there, or not what this speaks."""


def receive(connection, length):
    data = b""
    while len(data) < length:
        part = connection.recv(length - len(data))
        if not part:
            raise NotServed("the server went away")
        data += part
    return data


def ask(connection):
    """(size, read_only) of the default export."""
    if receive(connection, 16) != MAGIC + OPTION:
        raise NotServed("it is no server of network block devices")
    (flags,) = struct.unpack(">H", receive(connection, 2))
    if not flags & FIXED_NEWSTYLE:
        raise NotServed("the server is too old")
    connection.sendall(struct.pack(">I", FIXED_NEWSTYLE | (flags & NO_ZEROES)))
    request = struct.pack(">I", 0) + struct.pack(">H", 0)
    connection.sendall(OPTION + struct.pack(">II", OPT_GO, len(request)) + request)
    found = None
    while True:
        magic, option, kind, length = struct.unpack(">QIII", receive(connection, 20))
        if magic != REPLY_MAGIC or option != OPT_GO or length > 65536:
            raise NotServed("the server’s answer is not understood")
        data = receive(connection, length)
        if kind == REP_INFO and length >= 12 and data[:2] == struct.pack(">H", INFO_EXPORT):
            size, transmission = struct.unpack(">QH", data[2:12])
            found = size, bool(transmission & FLAG_READ_ONLY)
        elif kind == REP_ACK:
            break
        elif kind & 0x80000000:
            raise NotServed("the server refuses the disk")
    if found is None:
        raise NotServed("the server does not tell the size")
    return found


def probe(path, seconds=10.0, alive=lambda: True):
    """Waits until it is served."""
    end = time.monotonic() + seconds
    while True:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(max(0.1, end - time.monotonic()))
            connection.connect(path)
            return ask(connection)
        except OSError as error:
            if time.monotonic() > end or not alive():
                raise NotServed(str(error)) from error
            time.sleep(0.02)
        finally:
            connection.close()
