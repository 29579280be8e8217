# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0

"""What the program offers: `host/…` as functions that wait for the answer."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any, Callable, Sequence

from .panel import Node
from .types import Machine, MachineAction, MachineDetails, MachineStats

CallFunc = Callable[[str, dict[str, Any]], Any]


@dataclass(frozen=True)
class Response:
    """Of fetch()."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


@dataclass(frozen=True)
class Answer:
    """Of ask(): true where the user accepted."""

    accepted: bool
    values: dict[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self.accepted


@dataclass(frozen=True)
class Output:
    """Of guest_exec()."""

    exit_code: int
    output: str
    error: str
    truncated: bool = False


class Store:
    """Values that are kept from one start to the next: any JSON, 1,000 keys, 64 KiB each, 1 MiB in all."""

    def __init__(self, call: CallFunc) -> None:
        self._call = call

    def get(self, key: str, default: Any = None) -> Any:
        value = self._call("host/kv.get", {"key": key})["value"]
        return default if value is None else value

    def set(self, key: str, value: Any) -> None:
        self._call("host/kv.set", {"key": key, "value": value})

    def delete(self, key: str) -> None:
        self._call("host/kv.delete", {"key": key})

    def keys(self, prefix: str = "") -> list[str]:
        return self._call("host/kv.list", {"prefix": prefix} if prefix else {})["keys"]


class Secrets:
    """Passwords in the user's keyring. Needs secrets."""

    def __init__(self, call: CallFunc) -> None:
        self._call = call

    def get(self, key: str) -> str | None:
        return self._call("host/secret.get", {"key": key})["value"]

    def set(self, key: str, value: str) -> None:
        self._call("host/secret.set", {"key": key, "value": value})

    def delete(self, key: str) -> None:
        self._call("host/secret.delete", {"key": key})


class Host:
    """The program. Everything raises alpha_vbox.Error, Denied above all: what was granted may change at any time."""

    def __init__(self, call: CallFunc) -> None:
        self._call = call
        self.store = Store(call)
        self.secrets = Secrets(call)

    def machines(self) -> list[Machine]:
        """Needs machines.read, as the next two."""
        return self._call("host/machine.list", {})["machines"]

    def machine(self, machine: str) -> MachineDetails:
        return self._call("host/machine.get", {"machine": machine})["machine"]

    def stats(self, machine: str) -> MachineStats:
        return self._call("host/machine.stats", {"machine": machine})["stats"]

    def action(self, machine: str, action: MachineAction) -> None:
        """Needs machines.control."""
        self._call("host/machine.action", {"machine": machine, "action": action})

    def set_hardware(self, machine: str, cpus: int | None = None, memory_mib: int | None = None) -> str:
        """Needs machines.hardware. "now", or "next-start": when it is in force."""
        hardware = {"cpus": cpus, "memory_mib": memory_mib}
        wanted = {name: value for name, value in hardware.items() if value is not None}
        params = {"machine": machine, "action": "set-hardware", "hardware": wanted}
        return self._call("host/machine.action", params).get("applied", "next-start")

    def guest_exec(self, machine: str, command: Sequence[str], input: str | None = None, timeout_s: int = 30) -> Output:
        """Needs guest.exec. No shell: the words of `command` are given as they are."""
        params: dict[str, Any] = {"machine": machine, "command": list(command), "timeout_s": timeout_s}
        if input is not None:
            params["input"] = input
        result = self._call("host/guest.exec", params)
        return Output(result["exit_code"], result["output"], result["error"], result.get("truncated", False))

    def fetch(
        self,
        url: str,
        method: str = "GET",
        headers: dict[str, str] | None = None,
        body: str | None = None,
        max_bytes: int | None = None,
    ) -> Response:
        """Needs network.fetch with the host of `url`, which is https."""
        params = {"url": url, "method": method, "headers": headers, "body": body, "max_bytes": max_bytes}
        result = self._call("host/http.fetch", {name: value for name, value in params.items() if value is not None})
        text = result.get("body")
        data = text.encode() if text is not None else base64.b64decode(result.get("body_base64", ""))
        return Response(result["status"], result.get("headers", {}), data)

    def ask(
        self,
        title: str,
        text: str | None = None,
        controls: Sequence[Node] = (),
        accept: str | None = None,
        destructive: bool = False,
    ) -> Answer:
        """Asks the user, and waits for as long as the user takes. Busy where nobody looks."""
        params: dict[str, Any] = {"title": title, "controls": list(controls), "destructive": destructive}
        if text is not None:
            params["text"] = text
        if accept is not None:
            params["accept"] = accept
        result = self._call("host/ui.ask", params)
        return Answer(result["accepted"], result.get("values", {}))
