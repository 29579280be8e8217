#!/usr/bin/env bash
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# enter-root.sh ROOT SOURCE BUILD HOME COMMAND…: runs inside.sh COMMAND… in the build root.
#
# The root is entered by pivot_root in a mount and PID namespace with a /proc of its own, so that user
# namespaces, and with them bubblewrap, work inside (in a chroot the kernel forbids them).
# Everything runs as the user "user" (1000); called by root, AVB_ROOT=1 keeps root inside.
set -euo pipefail

if [ "${AVB_STAGE:-}" = "" ]; then
  root=$1 source=$2 build=$3 home=$4
  mkdir -p "$build" "$home"
  PATH=$PATH:/usr/sbin:/sbin
  # Held while anybody is in: make-root.sh removes only what nobody uses.
  exec 7> "$root.used"
  flock -s 7
  namespaces=(--mount --pid --fork --kill-child --propagation private)
  if [ "$(id -u)" = 0 ]; then
    chown 1000:1000 "$build" "$home" ${AVB_OUT:+"$AVB_OUT"}
  else
    AVB_OUTER=$(id -u)
    export AVB_OUTER
    namespaces+=(--user --map-root-user)
    # Where parts of /proc are masked (containers), the kernel allows no other one: then we share it, and with it
    # the process numbers. Bubblewrap is as restricted there as it is outside.
    if ! unshare "${namespaces[@]}" -- mount -t proc none /proc 2>/dev/null; then
      namespaces=(--mount --fork --kill-child --propagation private --user --map-root-user)
      export AVB_PROC=shared
    fi
  fi
  # unshare blocks the signals that would end it: they are handed to its child, the first process within, and
  # everything goes with that one.
  AVB_STAGE=mounts env --default-signal=INT,QUIT setpriv --pdeathsig KILL \
    unshare "${namespaces[@]}" -- "$0" "$@" <&0 7>&- &
  outer=$!
  trap 'pkill -TERM -P "$outer"' TERM HUP INT
  code=0
  wait "$outer" || code=$?
  # A trapped signal ends wait, not the child.
  while kill -0 "$outer" 2>/dev/null; do
    code=0
    wait "$outer" || code=$?
  done
  exit "$code"
fi

root=$1 source=$2 build=$3 home=$4
shift 4
old=$root
bind() { mount --rbind "$1" "$root/$2" && mount --make-rslave "$root/$2"; }
# In a user namespace the flags that a mount came with must stay.
readonly_mount() {
  local flags
  flags=$(findmnt --noheadings --first-only --output VFS-OPTIONS --mountpoint "$1" |
          tr , '\n' | grep -x -e nosuid -e nodev -e noexec -e '.*atime' | paste -sd,)
  mount -o "remount,bind,ro${flags:+,$flags}" "$1"
}

mount --bind "$old" "$old"
cd "$root"
mount -t tmpfs -o mode=755 none dev
mkdir dev/pts dev/shm dev/net dev/mqueue
for node in null zero full random urandom tty; do
  touch dev/$node
  mount --bind /dev/$node dev/$node
done
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin
ln -s /proc/self/fd/1 dev/stdout
ln -s /proc/self/fd/2 dev/stderr
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 none dev/pts
ln -s pts/ptmx dev/ptmx
mount -t tmpfs -o mode=1777 none dev/shm
# As on a desktop, where everybody at the seat may use them.
for node in kvm fuse net/tun; do
  [ -e /dev/$node ] || continue
  if [ "${AVB_OUTER:-}" = "" ]; then
    mknod -m 666 dev/$node "c" "0x$(stat -c %t /dev/$node)" "0x$(stat -c %T /dev/$node)"
  else
    touch dev/$node
    mount --bind /dev/$node dev/$node
  fi
done
if [ "${AVB_PROC:-}" = shared ]; then bind /proc proc; else mount -t proc none proc; fi
bind /sys sys
mount -t tmpfs -o mode=1777 none tmp
mount -t tmpfs -o mode=1777 none var/tmp
mount -t tmpfs -o mode=755 none run
mkdir -p run/lock run/user/1000
chmod 1777 run/lock
for state in var/lib/libvirt var/log var/cache/libvirt; do
  [ -d $state ] && mount -t tmpfs -o mode=755 none $state
done
bind "$source" src
readonly_mount "$root/src"
bind "$build" build
bind "$home" home/user
if [ -n "${AVB_OUT:-}" ]; then
  mkdir run/out
  bind "$AVB_OUT" run/out
fi
if [ -e /etc/resolv.conf ] && [ -e etc/resolv.conf ]; then
  mount --bind "$(readlink -f /etc/resolv.conf)" etc/resolv.conf
fi

# The user's display, where there is one.
if [ -d /tmp/.X11-unix ] && [ -n "${DISPLAY:-}" ]; then
  mkdir -p tmp/.X11-unix
  mount --rbind /tmp/.X11-unix tmp/.X11-unix
  [ -n "${XAUTHORITY:-}" ] && cp "$XAUTHORITY" tmp/.Xauthority && chmod 644 tmp/.Xauthority &&
    export XAUTHORITY=/tmp/.Xauthority
fi
case ${WAYLAND_DISPLAY:-} in
  '') wayland= ;;
  /*) wayland=$WAYLAND_DISPLAY ;;
  *) wayland=${XDG_RUNTIME_DIR:-}/$WAYLAND_DISPLAY ;;
esac
unset WAYLAND_DISPLAY
if [ -S "$wayland" ]; then
  touch run/user/1000/wayland-0
  mount --bind "$wayland" run/user/1000/wayland-0
  export WAYLAND_DISPLAY=wayland-0
fi
[ "${AVB_OUTER:-}" = "" ] && chown 1000:1000 run/user/1000
chmod 700 run/user/1000

readonly_mount "$root"
pivot_root . host
umount --lazy /host
cd /src

clean=(env -i "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin" "HOME=/home/user" "USER=user"
       "LOGNAME=user" "SHELL=/bin/bash" "LANG=${AVB_LANG:-en_US.UTF-8}" "TERM=${TERM:-dumb}"
       "XDG_RUNTIME_DIR=/run/user/1000" "AVB_SOURCE=/src" "AVB_BUILD=/build" "AVB_PLACE=root")
for variable in DISPLAY XAUTHORITY WAYLAND_DISPLAY CI ${!ALPHA_VBOX_*} ${!GTK_*} ${!GSK_*} ${!GDK_*} ${!G_*}; do
  [ -n "${!variable:-}" ] && clean+=("$variable=${!variable}")
done

if [ "${AVB_OUTER:-}" != "" ]; then
  exec tini -s -g -- "${clean[@]}" unshare --user --map-user=1000 --map-group=1000 build-aux/inside.sh "$@"
elif [ "${AVB_ROOT:-}" = 1 ]; then
  exec tini -s -g -- "${clean[@]}" AVB_ROOT=1 build-aux/inside.sh "$@"
else
  exec tini -s -g -- setpriv --reuid 1000 --regid 1000 --init-groups "${clean[@]}" build-aux/inside.sh "$@"
fi
