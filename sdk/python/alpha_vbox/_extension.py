# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0

"""The extension: handlers by name, calls in threads, cancel and progress."""

from __future__ import annotations

import contextvars
import logging
import os
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import Any, BinaryIO, Callable

from . import _peer
from ._errors import Cancelled, Error, InvalidParams, MethodNotFound
from ._host import Host
from ._monitors import Monitors, PanelUpdates
from .panel import Node
from .types import MachineRef

PROTOCOL = 1

_current: contextvars.ContextVar["Call | None"] = contextvars.ContextVar("call", default=None)


class Call:
    """One call of the program, while its handler runs."""

    def __init__(self, extension: "Extension", method: str, number: int | str, params: dict[str, Any]) -> None:
        self.extension = extension
        self.method = method
        self.params = params
        self._number = number
        self._cancelled = threading.Event()
        self._lock = threading.Lock()
        self._inner: set[int] = set()

    @property
    def machine(self) -> MachineRef | None:
        """The machine that it is about."""
        return self.params.get("machine")

    @property
    def values(self) -> dict[str, Any]:
        """What the user chose, by the ids of the controls."""
        return self.params.get("values") or self.params.get("options") or {}

    @property
    def cancelled(self) -> bool:
        return self._cancelled.is_set()

    def raise_if_cancelled(self) -> None:
        """Between two steps of long work."""
        if self.cancelled:
            raise Cancelled()

    def wait(self, seconds: float) -> None:
        """Sleeps; raises Cancelled as soon as the call is."""
        if self._cancelled.wait(seconds):
            raise Cancelled()

    def progress(self, fraction: float | None = None, text: str | None = None) -> None:
        """How it gets on. Long work must tell every 60 seconds; raises Cancelled where it is not wanted any more."""
        self.raise_if_cancelled()
        params: dict[str, Any] = {"token": self._number}
        if fraction is not None:
            params["fraction"] = min(1.0, max(0.0, fraction))
        if text is not None:
            params["text"] = text
        self.extension.notify("$/progress", params)

    def cancel(self) -> None:
        """From the program: also cancels what the handler waits for."""
        self._cancelled.set()
        with self._lock:
            inner = list(self._inner)
        for number in inner:
            self.extension.peer.cancel(number)

    def _call_host(self, method: str, params: dict[str, Any]) -> Any:
        numbers: list[int] = []

        def begun(number: int) -> None:
            numbers.append(number)
            with self._lock:
                self._inner.add(number)
            if self.cancelled:
                self.extension.peer.cancel(number)

        self.raise_if_cancelled()
        try:
            return self.extension.peer.call(method, params, begun=begun)
        finally:
            with self._lock:
                self._inner.difference_update(numbers)


Handler = Callable[[Call], Any]


class Extension:
    """All that an extension is. Make one, give it handlers by its decorators, and run().

    A handler gets a Call and returns the result of the method, a dictionary; None means an empty one. It runs in a thread
    of its own, may block, and may raise an Error. What it prints goes to the log, as all that is written to stderr; before
    run() nothing may be printed, as that goes to the program.
    """

    def __init__(self) -> None:
        self.log = logging.getLogger("extension")
        self.info: dict[str, Any] = {}
        self.peer: _peer.Peer
        self.host = Host(self._call_host)
        self._methods: dict[str, Handler] = {}
        self._by_id: dict[tuple[str, str], Handler] = {}
        self._panel_actions: dict[tuple[str, str], Handler] = {}
        self._contributes: Callable[[], dict[str, Any]] | None = None
        self._shutdown: list[Callable[[], None]] = []
        self._calls: dict[int | str, Call] = {}
        self._calls_lock = threading.Lock()
        self._monitors = Monitors(self)
        self._panels = PanelUpdates(self)
        self._methods["monitor/start"] = self._monitors.start
        self._methods["monitor/stop"] = self._monitors.stop

    # What is known after the program has introduced itself

    def granted(self, permission: str, host: str | None = None) -> bool:
        """Whether the user granted it; for network.fetch: with this very host."""
        for grant in self.info.get("granted", []):
            if grant.get("id") == permission and (host is None or host in grant.get("args", [])):
                return True
        return False

    @property
    def locale(self) -> str:
        """"de-DE"."""
        return self.info.get("locale", "en")

    @property
    def role(self) -> str:
        """"viewer", "operator" or "administrator"."""
        return self.info.get("role", "viewer")

    @property
    def data_dir(self) -> str:
        """Private and kept."""
        return self.info.get("paths", {}).get("data", "/data")

    @property
    def app_dir(self) -> str:
        """The package, read-only."""
        return self.info.get("paths", {}).get("app", "/app")

    @property
    def runtime_dir(self) -> str:
        """Where sockets go that the program is told of."""
        return self.info["paths"]["runtime"]

    # Handlers

    def method(self, name: str) -> Callable[[Handler], Handler]:
        """A method by its name: "template/list"."""

        def register(handler: Handler) -> Handler:
            self._methods[name] = handler
            return handler

        return register

    def _for_id(self, method: str, member: str, id: str) -> Callable[[Handler], Handler]:
        def route(call: Call) -> Any:
            handler = self._by_id.get((method, str(call.params.get(member))))
            if handler is None:
                raise InvalidParams(f"{method} has no {call.params.get(member)}")
            return handler(call)

        def register(handler: Handler) -> Handler:
            self._methods.setdefault(method, route)
            self._by_id[(method, id)] = handler
            return handler

        return register

    def command(self, id: str) -> Callable[[Handler], Handler]:
        """An action or a console tool. Returns {"text": …, "report": …, "panel": …}, all optional."""
        return self._for_id("command/run", "command", id)

    def template(self, id: str) -> Callable[[Handler], Handler]:
        """Returns {"spec": MachineSpec, "recipe": …}."""
        return self._for_id("template/render", "template", id)

    def recipe(self, id: str) -> Callable[[Handler], Handler]:
        """Returns {"urls": […], "sha256": …, "size": …}."""
        return self._for_id("recipe/resolve", "recipe", id)

    def lab_check(self, id: str) -> Callable[[Handler], Handler]:
        """Returns {"result": "passed", "failed" or "unknown", "text": …}."""
        return self._for_id("lab/check", "check", id)

    def storage(self, id: str, operation: str) -> Callable[[Handler], Handler]:
        """`operation`: "probe", "list", "attach", …"""
        return self._for_id(f"storage/{operation}", "target", id)

    def network(self, id: str, operation: str) -> Callable[[Handler], Handler]:
        """`operation`: "list", "create", "delete", "status" or "attach"."""
        return self._for_id(f"network/{operation}", "network", id)

    def panel(self, id: str) -> Callable[[Callable[[Call], Node]], Callable[[Call], Node]]:
        """Returns the node that is the panel's root, see alpha_vbox.panel."""

        def register(handler: Callable[[Call], Node]) -> Callable[[Call], Node]:
            self._methods.setdefault("panel/close", lambda call: {})
            self._for_id("panel/open", "panel", id)(lambda call: {"root": handler(call)})
            return handler

        return register

    def panel_closed(self, id: str) -> Callable[[Handler], Handler]:
        """Called when nobody looks any more."""
        self._methods.pop("panel/close", None)
        return self._for_id("panel/close", "panel", id)

    def panel_action(self, panel: str, node: str) -> Callable[[Callable[[Call, Any], Any]], Callable[[Call, Any], Any]]:
        """A control was used: called with the call and the control's new value. May return {"root": …, "text": …}."""

        def route(call: Call) -> Any:
            handler = self._panel_actions.get((str(call.params.get("panel")), str(call.params.get("node"))))
            if handler is None:
                raise InvalidParams("nothing is done by this control")
            return handler(call)

        def register(handler: Callable[[Call, Any], Any]) -> Callable[[Call, Any], Any]:
            self._methods.setdefault("panel/action", route)
            self._panel_actions[(panel, node)] = lambda call: handler(call, call.params.get("value"))
            return handler

        return register

    def monitor(self, id: str, every: float = 5.0) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
        """Called every so many seconds while the monitor runs. A dictionary of numbers that it returns is a sample."""
        return self._monitors.add(id, every)

    def contributes(self, handler: Callable[[], dict[str, Any]]) -> Callable[[], dict[str, Any]]:
        """What is contributed beside the manifest; called once, when `info` is known."""
        self._contributes = handler
        return handler

    def on_shutdown(self, handler: Callable[[], None]) -> Callable[[], None]:
        """Called before the end, if it is an orderly one."""
        self._shutdown.append(handler)
        return handler

    # To the program

    def update_panel(self, id: str, root: Node) -> None:
        """The panel as it is now. Call it as often as you like: what is more often than the program shows is left out."""
        self._panels.update(id, root)

    def event(
        self, monitor: str, event: str, text: str, severity: str = "info", machine: str | None = None, action: str | None = None
    ) -> None:
        """Something that the user should know. `severity`: "info", "warning" or "critical"."""
        params: dict[str, Any] = {"monitor": monitor, "event": event, "severity": severity, "text": text}
        if machine is not None:
            params["machine"] = machine
        if action is not None:
            params["action"] = action
        self.notify("monitor/event", params)

    def notify(self, method: str, params: dict[str, Any]) -> None:
        self.peer.notify(method, params)

    def _call_host(self, method: str, params: dict[str, Any]) -> Any:
        call = _current.get()
        return call._call_host(method, params) if call is not None else self.peer.call(method, params)

    # Running

    def run(self, reader: BinaryIO | None = None, writer: BinaryIO | None = None) -> None:
        """Speaks until the program says that it is enough, then ends the process."""
        own = reader is None or writer is None
        # Memory is counted, and each thread takes its stack.
        threading.stack_size(1 << 20)
        if own:
            reader, writer = _take_stdio()
        assert reader is not None and writer is not None
        if not logging.getLogger().handlers:
            logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s: %(message)s")
        self.peer = _peer.Peer(reader, writer)
        pool = ThreadPoolExecutor(max_workers=_peer.MAX_IN_FLIGHT, thread_name_prefix="call")
        status = 0
        try:
            self.peer.loop(lambda message: self._dispatch(message, pool))
        except (_peer.Broken, OSError) as error:
            self.log.error("%s", error)
            status = 1
        self._monitors.stop_all()
        pool.shutdown(wait=False, cancel_futures=True)
        if own:
            # Threads of handlers that do not end would keep the process.
            sys.stderr.flush()
            os._exit(status)

    def _dispatch(self, message: dict[str, Any], pool: ThreadPoolExecutor) -> bool:
        method = message.get("method")
        params = message.get("params")
        number = message.get("id")
        if not isinstance(params, dict):
            params = {}
        if number is None:
            return self._notified(str(method), params)
        if method == "ping":
            self.peer.send({"id": number, "result": {}})
            return True
        call = Call(self, str(method), number, params)
        with self._calls_lock:
            self._calls[number] = call
        pool.submit(self._serve, call)
        return True

    def _notified(self, method: str, params: dict[str, Any]) -> bool:
        if method == "exit":
            return False
        if method == "$/cancelRequest":
            with self._calls_lock:
                call = self._calls.get(params.get("id", ""))
            if call is not None:
                # Not here: it writes, and whoever reads must not wait for whoever writes.
                threading.Thread(target=call.cancel, daemon=True).start()
        return True

    def _serve(self, call: Call) -> None:
        answer: dict[str, Any]
        _current.set(call)
        try:
            answer = {"result": self._handle(call)}
        except Error as error:
            answer = {"error": error.to_json()}
        except Exception as error:  # pylint: disable=broad-except
            traceback.print_exc()
            answer = {"error": Error(f"{type(error).__name__}: {error}").to_json()}
        with self._calls_lock:
            self._calls.pop(call._number, None)
        try:
            self.peer.send({"id": call._number, **answer})
        except (TypeError, ValueError) as error:
            self.log.error("%s: what was returned cannot be sent: %s", call.method, error)
            self.peer.send({"id": call._number, "error": Error("the result cannot be sent").to_json()})
        except OSError:
            # The program is gone, and whoever reads notices.
            pass

    def _handle(self, call: Call) -> Any:
        if call.method == "initialize":
            return self._initialize(call.params)
        if call.method == "shutdown":
            self._monitors.stop_all()
            for handler in self._shutdown:
                handler()
            return None
        handler = self._methods.get(call.method)
        if handler is None:
            raise MethodNotFound(f"{call.method} is not offered")
        result = handler(call)
        return {} if result is None else result

    def _initialize(self, params: dict[str, Any]) -> dict[str, Any]:
        spoken = params.get("protocol") or {}
        if not spoken.get("min", 1) <= PROTOCOL <= spoken.get("max", 1):
            raise Error(f"this extension speaks version {PROTOCOL} of the protocol")
        self.info = params
        result: dict[str, Any] = {"protocol": PROTOCOL}
        if self._contributes is not None:
            result["contributes"] = self._contributes()
        return result


def _take_stdio() -> tuple[BinaryIO, BinaryIO]:
    """The streams of the protocol. What somebody prints goes to the log instead of between two messages."""
    sys.stdout.flush()
    reader = os.fdopen(os.dup(0), "rb", buffering=65536)
    writer = os.fdopen(os.dup(1), "wb", buffering=0)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return reader, _Whole(writer)  # type: ignore[return-value]


class _Whole:
    """Writes all of what it is given: a raw stream may write less."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    def write(self, data: bytes) -> int:
        view = memoryview(data)
        while view:
            view = view[self._raw.write(view) or 0 :]
        return len(data)

    def flush(self) -> None:
        pass
