# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0

"""JSON-RPC 2.0 in the framing of the Language Server Protocol, over two binary streams."""

from __future__ import annotations

import json
import threading
from typing import Any, BinaryIO, Callable

from ._errors import Cancelled, Error, Timeout, from_json

MAX_HEADER = 256
MAX_BODY = 4 * 1024 * 1024
MAX_IN_FLIGHT = 32


class Broken(Exception):
    """The stream does not speak the protocol."""


def _refuse_constant(text: str) -> Any:
    raise ValueError(f"{text} is no number")


def encode(message: dict[str, Any]) -> bytes:
    """A message with its header. ValueError for what JSON does not have (NaN), or what is too long."""
    text = json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # A lone surrogate cannot be sent.
    body = text.encode("utf-8", "replace")
    if len(body) > MAX_BODY:
        raise ValueError("the message is longer than 4 MiB")
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def read(stream: BinaryIO) -> dict[str, Any] | None:
    """The next message; None at the end of the stream."""
    length = _read_header(stream)
    if length is None:
        return None
    body = stream.read(length)
    if len(body) != length:
        raise Broken("the stream ends within a message")
    try:
        message = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise Broken(f"a message is not JSON: {error}") from error
    if not isinstance(message, dict):
        raise Broken("a message is not an object")
    return message


def _read_header(stream: BinaryIO) -> int | None:
    length = None
    total = 0
    while True:
        line = stream.readline(MAX_HEADER + 1)
        if not line and total == 0:
            return None
        total += len(line)
        if total > MAX_HEADER or not line.endswith(b"\r\n"):
            raise Broken("a header is not one")
        if line == b"\r\n":
            break
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            digits = value.strip()
            if length is not None or not digits.isdigit() or len(digits) > 8:
                raise Broken("a header has no length")
            length = int(digits)
    if length is None or length > MAX_BODY:
        raise Broken("a header has no length that can be")
    return length


class Pending:
    """A call that this side made."""

    def __init__(self) -> None:
        self._done = threading.Event()
        self._message: dict[str, Any] | None = None

    def finish(self, message: dict[str, Any] | None) -> None:
        self._message = message
        self._done.set()

    def wait(self, timeout: float | None) -> Any:
        if not self._done.wait(timeout):
            raise Timeout("the program did not answer")
        if self._message is None:
            raise Error("the program is gone")
        if "error" in self._message:
            raise from_json(self._message["error"])
        return self._message.get("result")


class Peer:
    """One side of the line. Calls and notifications may be made from any thread."""

    def __init__(self, reader: BinaryIO, writer: BinaryIO) -> None:
        self._reader = reader
        self._writer = writer
        self._write_lock = threading.Lock()
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(MAX_IN_FLIGHT)
        self._pending: dict[int, Pending] = {}
        self._next_id = 0
        self._closed = False

    def send(self, message: dict[str, Any]) -> None:
        data = encode({"jsonrpc": "2.0", **message})
        with self._write_lock:
            self._writer.write(data)
            self._writer.flush()

    def notify(self, method: str, params: dict[str, Any] | None = None) -> None:
        self.send({"method": method, "params": params or {}})

    def call(
        self,
        method: str,
        params: dict[str, Any] | None = None,
        timeout: float | None = None,
        begun: Callable[[int], None] | None = None,
    ) -> Any:
        """Calls the other side and waits. `begun` is told the id, to cancel() it by from another thread."""
        with self._slots:
            pending = Pending()
            with self._lock:
                if self._closed:
                    raise Error("the program is gone")
                self._next_id += 1
                number = self._next_id
                self._pending[number] = pending
            try:
                self.send({"id": number, "method": method, "params": params or {}})
                if begun is not None:
                    begun(number)
                return pending.wait(timeout)
            except (Timeout, Cancelled):
                if self._forget(number):
                    self.cancel(number)
                raise
            finally:
                self._forget(number)

    def _forget(self, number: int) -> bool:
        with self._lock:
            return self._pending.pop(number, None) is not None

    def cancel(self, number: int) -> None:
        self.notify("$/cancelRequest", {"id": number})

    def loop(self, dispatch: Callable[[dict[str, Any]], bool]) -> None:
        """Reads until the end of the stream, or until `dispatch`, which gets requests and notifications, returns False."""
        try:
            while True:
                message = read(self._reader)
                if message is None:
                    return
                if "method" not in message:
                    self._answered(message)
                elif not dispatch(message):
                    return
        finally:
            self._close()

    def _answered(self, message: dict[str, Any]) -> None:
        number = message.get("id")
        with self._lock:
            pending = self._pending.pop(number, None) if isinstance(number, int) else None
        # One that is answered after its time was over is of no interest.
        if pending is not None:
            pending.finish(message)

    def _close(self) -> None:
        with self._lock:
            self._closed = True
            waiting = list(self._pending.values())
            self._pending.clear()
        for pending in waiting:
            pending.finish(None)
