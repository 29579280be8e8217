#!/usr/bin/env bash
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# make-installer.sh CACHE FOLDER: fetches the Debian installer for the network and the parts that it loads, if they are
# not there, and prints the path of FOLDER/installer-KEY: the kernel "linux", its "initrd.gz", and "mirror", a part of a
# Debian archive that tests/install serves to it.
set -euo pipefail

cache=$1 folder=$2
. build-aux/mmdebstrap.sh
package=debian-installer-13-netboot-amd64
images=usr/lib/debian-installer/images/13/amd64/text/debian-installer/amd64
key=$(cat "$0" build-aux/mmdebstrap.sh | sha256sum | cut -c1-16)
made=$folder/installer-$key

[ -e "$made" ] && { touch -c "$made" 2>/dev/null || true; echo "$made"; exit 0; }

mkdir -p "$folder"
exec 9> "$cache/installer.lock"
if ! flock -n 9; then
  echo "Waiting for another ./dev, which fetches the Debian installer…" >&2
  flock 9
fi
[ -e "$made" ] && { echo "$made"; exit 0; }

exec 3>&1 1>&2
echo "Fetching the Debian 13 installer for the tests to $made (once; 250 MB)…"
prepare_mmdebstrap
half=$(mktemp -d "$cache/installer.XXXXXX")
trap 'rm -rf "$half"' EXIT
mkdir -p "$half"/{get,made/mirror}
prepare_own_apt "$half"
own_sources main main/debian-installer
index=
if apt-get "${own[@]}" update; then
  index=$(apt-get "${own[@]}" indextargets --format '$(FILENAME)' 'Component: main/debian-installer' 'Created-By: Packages')
else
  # An archive that is being synced has a new index beside an old signature for days.
  own_sources main
  apt-get "${own[@]}" update
fi
cd "$half/get"
apt-get "${own[@]}" download "$package"
dpkg-deb --fsys-tarfile "$package"_*.deb | tar -x "./$images/linux" "./$images/initrd.gz"
mv "$images/linux" "$images/initrd.gz" "$half/made"
rm "$package"_*.deb
# The kernel tells its release in its header.
kernel=$(grep -aoE '[0-9]+[.][0-9.]+[+]deb[0-9]+-amd64' "$half/made/linux" || true)
kernel=${kernel%%$'\n'*}
[ -n "$kernel" ]

# The index as it is in the archive; of the modules only those of this kernel. What it says is for a guest that has no
# network, so that one without a signature will do where there is no other.
if [ -n "$index" ]; then
  /usr/lib/apt/apt-helper "${own[@]}" cat-file "$index" > "$half/whole-index"
else
  /usr/lib/apt/apt-helper "${own[@]}" download-file "$mirror/dists/$suite/main/debian-installer/binary-amd64/Packages.xz" \
    "$half/whole-index.xz"
  xz -d "$half/whole-index.xz"
fi
# An index that is older than the installer names the modules of an older kernel: those that matter are made below.
if ! grep -q "^Kernel-Version: $kernel\$" "$half/whole-index"; then
  older=$(sed -n 's/^Kernel-Version: //p' "$half/whole-index" | sort -V | tail -n 1)
  sed -i "s/${older//+/[+]}/$kernel/g" "$half/whole-index"
fi
awk -v RS= -v ORS='\n\n' -v kernel="$kernel" -v FS='\n' '{
  other = 0
  for (i = 1; i <= NF; i++) if ($i ~ /^Kernel-Version: / && $i != "Kernel-Version: " kernel) other = 1
  if (!other) print
}' "$half/whole-index" > "$half/index"
# Those that are missing are made below, or left out.
mkdir "$half/pool"
awk '/^Filename: / { file = $2 } /^SHA256: / { sum = $2 } /^$/ { print file, sum }' "$half/index" |
  while read -r file sum; do
    /usr/lib/apt/apt-helper "${own[@]}" download-file "$mirror/$file" "$half/pool/$(basename "$file")" "SHA256:$sum" ||
      rm -f "$half/pool/$(basename "$file")"
  done > "$half/download.log" 2>&1

# What the index says of one udeb, but for the file.
stanza_of() { awk -v RS= -F '\n' -v name="Package: $1" '$1 == name' "$half/index"; }

# repack NAME PACKAGE… -- PATTERN…: the udeb NAME out of what the PACKAGEs install. Mirrors that keep no udebs of point
# releases have their packages.
repack() {
  local name=$1 tree=$half/tree packages=() path
  shift
  while [ "$1" != -- ]; do packages+=("$1"); shift; done
  shift
  rm -rf "$tree"
  mkdir -p "$tree/DEBIAN"
  apt-get "${own[@]}" download "${packages[@]}" || return 1
  for path in *.deb; do
    dpkg-deb --fsys-tarfile "$path" | tar -x -C "$tree" --wildcards "$@" 2> /dev/null || true
    rm "$path"
  done
  stanza_of "$name" |
    grep -v -e '^Filename:' -e '^Size:' -e '^SHA256:' -e '^MD5sum:' -e '^SHA1:' > "$tree/DEBIAN/control"
  dpkg-deb --root-owner-group -Zgzip -b "$tree" "$half/pool/${name}_made.udeb"
}
missing() { [ -z "$(find "$half/pool" -name "$1_*" -print -quit)" ]; }
modules=./usr/lib/modules/$kernel/kernel
if missing "scsi-modules-$kernel-di"; then
  repack "scsi-modules-$kernel-di" "linux-image-$kernel" -- \
    "$modules/drivers/block/virtio_blk.ko*" "$modules/drivers/char/virtio_console.ko*" "$modules/drivers/scsi/virtio_scsi.ko*"
fi
if missing "ext4-modules-$kernel-di"; then
  repack "ext4-modules-$kernel-di" "linux-image-$kernel" -- "$modules/fs/ext4/*" "$modules/fs/jbd2/*" \
    "$modules/fs/mbcache.ko*" "$modules/lib/crc16.ko*" "$modules/crypto/crc32c_generic.ko*"
fi
if missing e2fsprogs-udeb; then
  repack e2fsprogs-udeb e2fsprogs libext2fs2t64 libcom-err2 libss2 -- './usr/sbin/mke2fs' './usr/sbin/mkfs.ext*' \
    './usr/sbin/e2fsck' './usr/sbin/fsck.ext*' './usr/sbin/resize2fs' './usr/sbin/tune2fs' './usr/lib/*/lib*.so.*' './etc/mke2fs.conf'
fi

# The index of what is there.
parts=dists/$suite/main/debian-installer/binary-amd64
mirror=$half/made/mirror
mkdir -p "$mirror/$parts" "$mirror/pool"
find "$half/pool" -name '*.udeb' -exec mv -t "$mirror/pool" {} +
cd "$mirror"
# Without its modules RAID is a question that nobody answers.
rm -f pool/partman-md_* pool/partman-auto-raid_* pool/mdadm-udeb_*
# So are LVM and encryption, where those are missing.
if ! compgen -G "pool/md-modules-$kernel-di_*" > /dev/null; then
  rm -f pool/partman-lvm_* pool/partman-auto-lvm_* pool/lvm2-udeb_* pool/partman-crypto* pool/partman-auto-crypto_*
fi
for file in pool/*.udeb; do
  name=$(basename "$file")
  stanza_of "${name%%_*}" |
    grep -v -e '^Filename:' -e '^Size:' -e '^SHA256:' -e '^MD5sum:' -e '^SHA1:' || continue
  printf 'Filename: %s\nSize: %s\nSHA256: %s\n\n' "$file" "$(stat -c %s "$file")" "$(sha256sum < "$file" | cut -d' ' -f1)"
done > "$parts/Packages"
gzip -9kn "$parts/Packages"
cd "$half/made/mirror/dists/$suite"
# The installer looks here whether there is anything for this machine.
mkdir -p main/binary-amd64
printf 'Origin: Debian\nLabel: Debian\nArchive: stable\nComponent: main\nArchitecture: amd64\n' > main/binary-amd64/Release
: > main/binary-amd64/Packages
gzip -9kn main/binary-amd64/Packages
write_release .
ln -s "$suite" ../stable
chmod -R u=rwX,go=rX "$half/made"
mv -T "$half/made" "$made"

# What was made of former lists goes once nobody uses it any more.
find "$folder" -maxdepth 1 -name 'installer-*' -mtime +1 -exec rm -rf {} +
echo "$made" >&3
