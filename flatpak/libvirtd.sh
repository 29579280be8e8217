#!/bin/sh
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# Starts libvirt's session daemon in the Flatpak, by the name "libvirtd" in $LIBVIRTD_PATH.
#
# libvirt keeps QEMU's sockets below the configuration folder. Here that is deep in ~/.var/app, and the
# path of a socket has at most 107 bytes: with a long user name no machine would start. So the daemon
# sees the same folder by a short name.
set -eu

short=$XDG_RUNTIME_DIR/avb
ln -sfn "$XDG_CONFIG_HOME" "$short"
exec env XDG_CONFIG_HOME="$short" /app/bin/libvirtd "$@"
