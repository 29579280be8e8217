# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0

"""What goes on by itself while the program wants it: monitors, and panels that change."""

from __future__ import annotations

import threading
import time
import traceback
from typing import TYPE_CHECKING, Any, Callable

from ._errors import Error, InvalidParams
from .panel import Node

if TYPE_CHECKING:
    from ._extension import Call, Extension

Sampler = Callable[[], Any]


class Monitors:
    """A thread for each monitor that runs."""

    def __init__(self, extension: "Extension") -> None:
        self._extension = extension
        self._samplers: dict[str, tuple[Sampler, float]] = {}
        self._running: dict[str, threading.Event] = {}
        self._lock = threading.Lock()

    def add(self, id: str, every: float) -> Callable[[Sampler], Sampler]:
        def register(sampler: Sampler) -> Sampler:
            self._samplers[id] = (sampler, every)
            return sampler

        return register

    def start(self, call: "Call") -> dict[str, Any]:
        id = str(call.params.get("monitor"))
        if id not in self._samplers:
            raise InvalidParams(f"there is no monitor {id}")
        every = max(self._samplers[id][1], float(call.params.get("interval_ms", 0)) / 1000)
        with self._lock:
            if id in self._running:
                return {}
            stop = self._running[id] = threading.Event()
        threading.Thread(target=self._watch, args=(id, every, stop), name=f"monitor {id}", daemon=True).start()
        return {}

    def stop(self, call: "Call") -> dict[str, Any]:
        with self._lock:
            stop = self._running.pop(str(call.params.get("monitor")), None)
        if stop is not None:
            stop.set()
        return {}

    def stop_all(self) -> None:
        with self._lock:
            running = list(self._running.values())
            self._running.clear()
        for stop in running:
            stop.set()

    def _watch(self, id: str, every: float, stop: threading.Event) -> None:
        sampler = self._samplers[id][0]
        while not stop.is_set():
            try:
                values = sampler()
                if values and not stop.is_set():
                    self._extension.notify("monitor/sample", {"monitor": id, "time": time.time(), "values": values})
            except OSError:
                # The program is gone, or what is watched is: the former ends the process.
                traceback.print_exc()
            except Error as error:
                self._extension.log.warning("monitor %s: %s", id, error)
            except Exception:  # pylint: disable=broad-except
                traceback.print_exc()
            stop.wait(every)


class PanelUpdates:
    """Sends the last of what was asked for, four times a second at most."""

    INTERVAL = 0.25

    def __init__(self, extension: "Extension") -> None:
        self._extension = extension
        self._lock = threading.Lock()
        self._last: dict[str, float] = {}
        self._waiting: dict[str, Node] = {}

    def update(self, id: str, root: Node) -> None:
        with self._lock:
            due = self._last.get(id, 0.0) + self.INTERVAL - time.monotonic()
            if id in self._waiting:
                self._waiting[id] = root
                return
            if due > 0:
                self._waiting[id] = root
                timer = threading.Timer(due, self._later, args=(id,))
                timer.daemon = True
                timer.start()
                return
            self._last[id] = time.monotonic()
        self._extension.notify("panel/update", {"panel": id, "root": root})

    def _later(self, id: str) -> None:
        with self._lock:
            root = self._waiting.pop(id, None)
            self._last[id] = time.monotonic()
        if root is None:
            return
        try:
            self._extension.notify("panel/update", {"panel": id, "root": root})
        except OSError:
            # The program is gone, and whoever reads notices.
            pass
