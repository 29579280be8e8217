# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0

"""Errors of the protocol. Raise one in a handler and the program is told its code; catch one around a call of the host."""

from __future__ import annotations

from typing import Any


class Error(Exception):
    """An error that has a code; `message` is a sentence for people."""

    code = -32603

    def __init__(self, message: str, code: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code

    def to_json(self) -> dict[str, Any]:
        return {"code": self.code, "message": self.message[:4000]}


class InvalidParams(Error):
    """What was given cannot be."""

    code = -32602


class MethodNotFound(Error):
    """There is no such method."""

    code = -32601


class Denied(Error):
    """Not granted, or not allowed to this user."""

    code = -32001


class Busy(Error):
    """Not now."""

    code = -32002


class Cancelled(Error):
    """Not wanted any more."""

    code = -32003

    def __init__(self, message: str = "cancelled") -> None:
        super().__init__(message)


class Timeout(Error):
    """Something did not answer in time."""

    code = -32004


class Unsupported(Error):
    """It cannot be done here at all."""

    code = -32005


_BY_CODE = {kind.code: kind for kind in (InvalidParams, MethodNotFound, Denied, Busy, Cancelled, Timeout, Unsupported)}


def from_json(value: Any) -> Error:
    """The error that an answer has."""
    code = value.get("code") if isinstance(value, dict) else None
    message = value.get("message") if isinstance(value, dict) else None
    text = message if isinstance(message, str) else "no reason was given"
    kind = _BY_CODE.get(code) if isinstance(code, int) else None
    if kind is not None:
        return kind(text)
    return Error(text, code if isinstance(code, int) else None)
