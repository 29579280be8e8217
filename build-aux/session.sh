#!/usr/bin/env bash
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# session.sh PREFIX ARGS…: starts the program that is installed in PREFIX on the user's display.
set -euo pipefail

prefix=$1
shift
if [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  echo "There is no display here: the tour shows the program on a virtual one instead."
  exec build-aux/tour.sh "$(dirname "$prefix")"
fi

export XDG_DATA_DIRS=$prefix/share:${XDG_DATA_DIRS:-/usr/local/share:/usr/share}
export GSETTINGS_SCHEMA_DIR=$prefix/share/glib-2.0/schemas
bus=()
[ -n "${DBUS_SESSION_BUS_ADDRESS:-}" ] || bus=(dbus-run-session --)
if [ "${AVB_PLACE:-}" != root ]; then
  exec "${bus[@]}" "$prefix/bin/alpha-vbox" "$@"
fi

# The build root ends with this script, and every process in it: nothing may be lost by that.
trap : INT TERM HUP
code=0
"${bus[@]}" "$prefix/bin/alpha-vbox" "$@" || code=$?
if [ -e "$XDG_RUNTIME_DIR/libvirt/libvirtd.pid" ]; then
  virsh -c qemu:///session list --uuid | while read -r uuid; do
    [ -n "$uuid" ] || continue
    echo "Saving $(virsh -c qemu:///session domname "$uuid"): its machine cannot run on outside the build root."
    virsh -c qemu:///session managedsave "$uuid" > /dev/null || true
  done
fi
exit "$code"
