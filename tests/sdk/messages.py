# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
"""What two sides said to each other, held against the schemas."""

import json

import schemas


def wrong_messages(messages):
    """Those that are not what the schemas say."""
    asked = {}
    for side, message in messages:
        found = schemas.problems("message.schema.json", message)
        method = message.get("method")
        if method is not None and method in schemas.methods():
            about = schemas.methods()[method]
            found += schemas.params_problems(method, message.get("params", {}))
            if about["from"] not in (side, "both"):
                found.append(f"{method} is not the {side}'s")
            if (about["kind"] == "request") != ("id" in message):
                found.append(f"{method} is a {about['kind']}")
        if method is not None and "id" in message:
            asked[(side, message["id"])] = method
        elif method is None:
            other = "host" if side == "extension" else "extension"
            question = asked.pop((other, message["id"]), None)
            if question is None:
                found.append("nobody asked for this")
            elif "result" in message and question in schemas.methods():
                found += schemas.result_problems(question, message["result"])
        yield from (f"{problem}: {json.dumps(message)[:300]}" for problem in found)
    yield from (f"{key[0]}: no answer to {method}" for key, method in asked.items())
