#!/usr/bin/env python3
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0

"""Simple networks: a network of their own for machines that belong together, with or without the world."""

from alpha_vbox import Extension, InvalidParams

from names import make_name, make_subnet

ext = Extension()


def find(network, instance):
    kept = ext.host.store.get(f"network.{instance}") if isinstance(instance, str) else None
    if not isinstance(kept, dict) or kept.get("network") != network:
        raise InvalidParams("There is no such network.")
    return kept


def list_instances(network):
    def run(call):
        instances = []
        for key in ext.host.store.keys("network."):
            kept = ext.host.store.get(key)
            if isinstance(kept, dict) and kept.get("network") == network:
                name = key.removeprefix("network.")
                instances.append({"instance": name, "title": kept.get("title") or name, "text": kept["subnet"], "name": name})
        return {"instances": instances}

    return run


def create(network):
    def run(call):
        taken = {key.removeprefix("network.") for key in ext.host.store.keys("network.")}
        instance = make_name(str(call.params.get("title", "")), taken)
        used = {(ext.host.store.get(f"network.{name}") or {}).get("subnet") for name in taken}
        ext.host.store.set(
            f"network.{instance}",
            {"network": network, "title": call.params.get("title"), "subnet": make_subnet(instance, used)},
        )
        return {"instance": instance}

    return run


def delete(network):
    def run(call):
        find(network, call.params.get("instance"))
        ext.host.store.delete(f"network.{call.params['instance']}")

    return run


def status(network):
    def run(call):
        kept = find(network, call.params.get("instance"))
        return {"state": "up", "text": kept["subnet"]}

    return run


def attach(network):
    def run(call):
        instance = call.params.get("instance")
        if instance is None:
            return {"kind": network, "name": f"avb-{network}"}
        kept = find(network, instance)
        return {"kind": network, "name": instance, "dhcp": True, "subnet": kept["subnet"]}

    return run


for kind in ("nat", "isolated"):
    for operation, make in (
        ("list", list_instances),
        ("create", create),
        ("delete", delete),
        ("status", status),
        ("attach", attach),
    ):
        ext.network(kind, operation)(make(kind))

if __name__ == "__main__":
    ext.run()
