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
key=$(cat "$0" | sha256sum | cut -c1-16)
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
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -e "$keyring" ] || keyring=$tools$keyring
half=$(mktemp -d "$cache/installer.XXXXXX")
trap 'rm -rf "$half"' EXIT
mkdir -p "$half"/{state/lists/partial,cache/archives/partial,get,made/mirror}
touch "$half/status"
echo "deb [signed-by=$keyring] ${mirror:-http://deb.debian.org/debian} $suite main main/debian-installer" > "$half/sources.list"

# An apt of its own, which takes what the installer is made of and not what this machine runs.
own=(-o "Dir::State=$half/state" -o "Dir::Cache=$half/cache" -o "Dir::State::status=$half/status"
     -o "Dir::Etc::SourceList=$half/sources.list" -o Dir::Etc::SourceParts=/dev/null -o Dir::Etc::Preferences=/dev/null
     -o Dir::Etc::PreferencesParts=/dev/null -o APT::Architecture=amd64 -o APT::Architectures=amd64
     -o 'Acquire::Languages=none' -o APT::Sandbox::User=root -o Acquire::Retries=3 -q)
apt-get "${own[@]}" update
cd "$half/get"
apt-get "${own[@]}" download "$package"
dpkg-deb --fsys-tarfile "$package"_*.deb | tar -x "./$images/linux" "./$images/initrd.gz"
mv "$images/linux" "$images/initrd.gz" "$half/made"
rm "$package"_*.deb
# The kernel tells its release in its header.
kernel=$(grep -aoE '[0-9]+[.][0-9.]+[+]deb[0-9]+-amd64' "$half/made/linux" || true)
kernel=${kernel%%$'\n'*}
[ -n "$kernel" ]

# The index as it is in the archive; of the modules only those of this kernel.
index=$(apt-get "${own[@]}" indextargets --format '$(FILENAME)' 'Component: main/debian-installer' 'Created-By: Packages')
/usr/lib/apt/apt-helper "${own[@]}" cat-file "$index" |
  awk -v RS= -v ORS='\n\n' -v kernel="$kernel" -v FS='\n' '{
    other = 0
    for (i = 1; i <= NF; i++) if ($i ~ /^Kernel-Version: / && $i != "Kernel-Version: " kernel) other = 1
    if (!other) print
  }' > "$half/index"
sed -n 's/^Package: //p' "$half/index" | sort -u | xargs apt-get "${own[@]}" download
parts=dists/$suite/main/debian-installer/binary-amd64
mkdir -p "$half/made/mirror/$parts"
cp "$half/index" "$half/made/mirror/$parts/Packages"
gzip -9kn "$half/made/mirror/$parts/Packages"
while read -r path; do
  name=$(basename "$path")
  [ -e "$name" ] || continue
  mkdir -p "$half/made/mirror/$(dirname "$path")"
  mv "$name" "$half/made/mirror/$path"
done < <(sed -n 's/^Filename: //p' "$half/index")
cd "$half/made/mirror/dists/$suite"
{
  printf 'Origin: Debian\nLabel: Debian\nSuite: stable\nCodename: %s\nVersion: 13\nArchitectures: amd64\n' "$suite"
  printf 'Components: main\nDate: %s\nSHA256:\n' "$(date -Ru)"
  find main -type f | while read -r file; do
    printf ' %s %s %s\n' "$(sha256sum < "$file" | cut -d' ' -f1)" "$(stat -c %s "$file")" "$file"
  done
} > Release
ln -s "$suite" ../stable
chmod -R u=rwX,go=rX "$half/made"
mv -T "$half/made" "$made"

# What was made of former lists goes once nobody uses it any more.
find "$folder" -maxdepth 1 -name 'installer-*' -mtime +1 -exec rm -rf {} +
echo "$made" >&3
