#!/usr/bin/env bash
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# make-archive.sh CACHE FOLDER INSTALLER: adds to what make-installer.sh made, INSTALLER, the packages of a system that is
# installed with it, and prints the path of the whole, FOLDER/archive-KEY.
set -euo pipefail

cache=$1 folder=$2 installer=$3
. build-aux/mmdebstrap.sh
key=$( (cat "$0" build-aux/mmdebstrap.sh; basename "$installer") | sha256sum | cut -c1-16)
made=$folder/archive-$key

# What the installer chooses for an emulated PC, beside the base system and what is standard.
packages=(linux-image-amd64 initramfs-tools busybox zstd grub-pc os-prober tasksel task-ssh-server sudo locales
          console-setup keyboard-configuration eject installation-report popularity-contest laptop-detect
          qemu-guest-agent ca-certificates apt-listchanges dbus)

[ -e "$made" ] && { touch -c "$made" 2>/dev/null || true; echo "$made"; exit 0; }

exec 9> "$cache/archive.lock"
if ! flock -n 9; then
  echo "Waiting for another ./dev, which fetches the packages of a Debian…" >&2
  flock 9
fi
[ -e "$made" ] && { echo "$made"; exit 0; }

exec 3>&1 1>&2
echo "Fetching what a Debian 13 is installed from for the tests to $made (once; 300 MB)…"
prepare_mmdebstrap
half=$(mktemp -d "$folder/archive.XXXXXX")
trap 'rm -rf "$half"' EXIT
prepare_own_apt "$half"
own_sources main
apt-get "${own[@]}" update
apt-cache "${own[@]}" dumpavail > "$half/available"
mapfile -t base < <(awk '/^Package: / { name = $2 } /^Priority: (required|important|standard)$/ { print name }' \
  "$half/available" | sort -u)
apt-get "${own[@]}" install --download-only --yes "${base[@]}" "${packages[@]}"

cp -al "$installer" "$half/made"
mirror=$half/made/mirror
cd "$mirror"
# Of what the lists say, that which was fetched, under the names of an archive: without the epoch of the version.
for file in "$half"/cache/archives/*.deb; do
  name=$(basename "$file")
  mv "$file" "pool/${name/_*%3a/_}"
  echo "${name//\%3a/:}"
done > "$half/fetched"
awk -v fetched="$half/fetched" '
  function value (key,   i) {
    for (i = 1; i <= NF; i++) if (index ($i, key ": ") == 1) return substr ($i, length (key) + 3)
  }
  BEGIN {
    while ((getline line < fetched) > 0) wanted[line] = 1
    RS = ""
    FS = "\n"
  }
  {
    file = value("Package") "_" value("Version") "_" value("Architecture") ".deb"
    if (!(file in wanted)) next
    delete wanted[file]
    sub (/_[0-9]+:/, "_", file)
    for (i = 1; i <= NF; i++) print ($i ~ /^Filename: / ? "Filename: pool/" file : $i)
    print ""
  }' "$half/available" > "$half/index"
[ "$(grep -c '^Package: ' "$half/index")" = "$(wc -l < "$half/fetched")" ] || { echo "Some packages are not in the lists."; exit 1; }
index=dists/$suite/main/binary-amd64/Packages
rm "$index" "$index.gz" "dists/$suite/Release"
mv "$half/index" "$index"
gzip -9kn "$index"
write_release "dists/$suite"
chmod -R u=rwX,go=rX "$half/made"
mv -T "$half/made" "$made"

# What was made of former lists goes once nobody uses it any more.
find "$folder" -maxdepth 1 -name 'archive-*' -mtime +1 -exec rm -rf {} +
echo "$made" >&3
