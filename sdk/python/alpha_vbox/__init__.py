# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0

"""Extensions for Alpha VBox, in Python.

    from alpha_vbox import Extension

    ext = Extension()

    @ext.command("count")
    def count(call):
        return {"text": f"{len(ext.host.machines())} machines"}

    ext.run()

Nothing beside the standard library. Handlers run in threads of their own, so they may block; see Extension.
"""

from . import panel
from ._errors import Busy, Cancelled, Denied, Error, InvalidParams, MethodNotFound, Timeout, Unsupported
from ._extension import Call, Extension
from ._host import Answer, Host, Response

__all__ = [
    "Answer", "Busy", "Call", "Cancelled", "Denied", "Error", "Extension", "Host", "InvalidParams", "MethodNotFound",
    "Response", "Timeout", "Unsupported", "panel",
]
PROTOCOL = 1
