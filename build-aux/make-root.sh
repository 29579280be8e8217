#!/usr/bin/env bash
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# make-root.sh CACHE: makes the Debian 13 build root if it is not there, and prints its path.
set -euo pipefail

suite=trixie
cache=$1
list=build-aux/packages/debian.txt
key=$( (grep -v -e '^#' -e '^$' "$list"; cat "$0"; id -u) | sha256sum | cut -c1-16)
root=$cache/root-$key

[ -e "$root" ] && { echo "$root"; exit 0; }

mkdir -p "$cache"
exec 9> "$cache/root.lock"
flock 9
[ -e "$root" ] && { echo "$root"; exit 0; }

exec 3>&1 1>&2
echo "Making a Debian 13 build root in $root (once; 2.5 GB, about two minutes)…"

PATH=$PATH:/usr/sbin:/sbin
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
if ! command -v mmdebstrap >/dev/null; then
  as_root apt-get update -q
  as_root apt-get install -y --no-install-recommends mmdebstrap debian-archive-keyring ||
    { echo "mmdebstrap could not be installed; install it and try again." >&2; exit 1; }
fi

# The mirror is the one that this machine's apt uses, if that is Debian's; else mmdebstrap's own.
mirror=$(apt-get indextargets --format '$(REPO_URI) $(ORIGIN) $(CODENAME)' |
         awk '$2 == "Debian" && $3 !~ /-/ { sub("/$", "", $1); print $1; exit }')

half=$cache/root-$key.half
clean() {
  # As an ordinary user the files belong to sub-ids: only a namespace may remove them.
  if [ "$(id -u)" = 0 ]; then rm -rf --one-file-system "$1"
  else unshare --map-auto --map-root-user rm -rf --one-file-system "$1"; fi
}
[ -e "$half" ] && clean "$half"
trap 'clean "$half"' EXIT

configuration=()
for file in /etc/apt/apt.conf.d/*proxy* /etc/apt/apt.conf.d/*valid-until* /etc/apt/apt.conf; do
  [ -r "$file" ] && configuration+=("--aptopt=$file")
done
mmdebstrap --variant=apt --quiet "${configuration[@]}" \
  --aptopt='Acquire::Languages "none"' \
  --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
  --include="$(grep -v -e '^#' -e '^$' "$list" | paste -sd,)" \
  --customize-hook='printf "en_US.UTF-8 UTF-8\nde_DE.UTF-8 UTF-8\nar_EG.UTF-8 UTF-8\n" > "$1/etc/locale.gen"; chroot "$1" locale-gen >/dev/null' \
  --customize-hook='chroot "$1" useradd --uid 1000 --user-group --shell /bin/bash --home-dir /home/user --create-home user' \
  --customize-hook='mkdir -p "$1/src" "$1/build" "$1/host"' \
  --customize-hook='chroot "$1" dbus-uuidgen --ensure=/etc/machine-id' \
  --customize-hook='chmod -R a+rX "$1/boot"' \
  "$suite" "$half" ${mirror:+"$mirror"}
sync -f "$half"
mv -T "$half" "$root"
trap - EXIT
echo "$root" >&3
