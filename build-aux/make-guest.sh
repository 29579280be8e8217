#!/usr/bin/env bash
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# make-guest.sh CACHE FOLDER NAME: makes the files of a Debian that tests run in, if they are not there, and prints the
# path of FOLDER/NAME-KEY.tar. What is in it stands in tests/NAME/image/packages.txt:
# "guest": a desktop without an init of its own. tests/guest/image/make-iso makes a disc of it.
# "cloud": as images for clouds are, waiting for cloud-init's data. tests/cloud/image/make-disk makes a disk of it.
set -euo pipefail

cache=$1 folder=$2 name=$3
list=tests/$name/image/packages.txt
. build-aux/mmdebstrap.sh
key=$( (packages_of "$list"; cat "$0" build-aux/mmdebstrap.sh) | sha256sum | cut -c1-16)
tar=$folder/$name-$key.tar

[ -e "$tar" ] && { touch -c "$tar" 2>/dev/null || true; echo "$tar"; exit 0; }

mkdir -p "$folder"
exec 9> "$cache/$name.lock"
if ! flock -n 9; then
  echo "Waiting for another ./dev, which makes the Debian for tests ($name)…" >&2
  flock 9
fi
[ -e "$tar" ] && { echo "$tar"; exit 0; }

exec 3>&1 1>&2
echo "Making a Debian 13 for the tests in $tar (once; 400 MB, about a minute)…"
prepare_mmdebstrap

# Nothing draws with OpenGL in it, nothing is compiled, it has few devices: a smaller disc is a faster one.
for path in '/usr/share/locale/*' '/usr/share/icons/*.svg' '/usr/share/gtk-3.0/emoji/*' '/usr/share/libwacom/*' \
  '/usr/libexec/gcc/*' '/usr/lib/*/libLLVM*' '/usr/lib/*/libz3.so*' '/usr/lib/*/libgallium*' \
  '/usr/lib/udev/hwdb.d/*' '/usr/lib/modules/*/kernel/drivers/net/wireless/*' \
  '/usr/lib/modules/*/kernel/drivers/net/ethernet/*' '/usr/lib/modules/*/kernel/drivers/media/*' \
  '/usr/lib/modules/*/kernel/drivers/gpu/drm/*/*/*' '/usr/lib/modules/*/kernel/drivers/scsi/*/*' \
  '/usr/lib/modules/*/kernel/drivers/infiniband/*'; do
  options+=(--dpkgopt="path-exclude=$path")
done
options+=(--dpkgopt='path-include=/usr/lib/modules/*/kernel/drivers/net/ethernet/intel/e1000*')

# The guest's initial file system is made from the modules: none by the package. The cloud image has one as it would
# have anywhere, but with no more in it than QEMU's devices need: unpacking it is slow when it is emulated.
case $name in
  guest) export INITRD=No ;;
  cloud)
    options+=(--essential-hook='mkdir -p "$1/etc/initramfs-tools/conf.d"'
              --essential-hook='printf "MODULES=list\nCOMPRESS=zstd\n" > "$1/etc/initramfs-tools/conf.d/small"'
              --essential-hook='printf "virtio_pci\nvirtio_blk\next4\n" > "$1/etc/initramfs-tools/modules"')
    ;;
esac
half=$tar.half
trap 'rm -f "$half"' EXIT
mmdebstrap --variant=essential --format=tar "${options[@]}" \
  --include="$(packages_of "$list" | paste -sd,)" "$suite" "$half" ${mirror:+"$mirror"} 9>&-
# The user of the build root reads it.
chmod 644 "$half"
sync "$half"
mv -T "$half" "$tar"
trap - EXIT

# What was made of former lists goes once nobody uses it any more.
find "$folder" -maxdepth 1 -name "$name-*" -mtime +1 -delete
echo "$tar" >&3
