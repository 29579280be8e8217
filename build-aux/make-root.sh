#!/usr/bin/env bash
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# make-root.sh CACHE: makes the Debian 13 build root if it is not there, and prints its path.
# As an ordinary user it needs no root: sub-ids (newuidmap) and user namespaces do.
# shellcheck disable=SC2016 # what stands in single quotes is for mmdebstrap and apt
set -euo pipefail

suite=trixie
cache=$1
list=build-aux/packages/debian.txt
key=$( (grep -v -e '^#' -e '^$' "$list"; cat "$0"; id -u) | sha256sum | cut -c1-16)
root=$cache/root-$key

[ -e "$root" ] && { echo "$root"; exit 0; }

PATH=$PATH:/usr/sbin:/sbin
exec 9> "$cache/root.lock"
if ! flock -n 9; then
  echo "Waiting for another ./dev, which makes the build root…" >&2
  flock 9
fi
[ -e "$root" ] && { echo "$root"; exit 0; }

exec 3>&1 1>&2
echo "Making a Debian 13 build root in $root (once; 2.5 GB, about two minutes)…"

remove() {
  # As an ordinary user the files belong to sub-ids: only a namespace may remove them.
  local namespace=(unshare --map-auto --map-root-user)
  [ "$(id -u)" = 0 ] && namespace=()
  "${namespace[@]}" rm -rf --one-file-system "$@"
}

# Gets a package without installing it, where one may not install.
tools=$cache/tools
unpack() {
  mkdir -p "$tools"
  (cd "$tools" && apt-get download -q "$1" && for file in "$1"_*.deb; do dpkg -x "$file" .; rm "$file"; done) ||
    { echo "The package $1 could not be fetched; install it and try again."; exit 1; }
}

mode=root options=()
if [ "$(id -u)" != 0 ]; then
  mode=unshare
  if ! command -v newuidmap > /dev/null || ! grep -q -e "^$(id -un):" -e "^$(id -u):" /etc/subuid; then
    echo "An ordinary user needs sub-ids for the build root: install uidmap, then" \
         "sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $(id -un)"
    exit 1
  fi
  if ! unshare --map-auto --map-root-user true; then
    echo "This system forbids user namespaces; allow them (on Ubuntu: sudo sysctl" \
         "kernel.apparmor_restrict_unprivileged_userns=0) or run ./dev as root."
    exit 1
  fi
fi
if ! command -v mmdebstrap > /dev/null; then
  if [ "$mode" = root ]; then
    if ! { apt-get update -q && apt-get install -y --no-install-recommends mmdebstrap; }; then
      echo "mmdebstrap could not be installed; install it and try again."
      exit 1
    fi
  else
    [ -x "$tools/usr/bin/mmdebstrap" ] || unpack mmdebstrap
    PATH=$tools/usr/bin:$PATH
  fi
fi
if [ ! -e /usr/share/keyrings/debian-archive-keyring.gpg ]; then
  [ -e "$tools/usr/share/keyrings/debian-archive-keyring.gpg" ] || unpack debian-archive-keyring
  options+=("--keyring=$tools/usr/share/keyrings")
fi

# The mirror is the one that this machine's apt uses, if that is Debian's; else mmdebstrap's own.
mirror=$(apt-get indextargets --format '$(REPO_URI) $(ORIGIN) $(CODENAME)' |
         awk '$2 == "Debian" && $3 !~ /-/ { sub("/$", "", $1); print $1; exit }')
for file in /etc/apt/apt.conf.d/*proxy* /etc/apt/apt.conf.d/*valid-until* /etc/apt/apt.conf; do
  [ -r "$file" ] && options+=("--aptopt=$file")
done

# What was killed midway is begun anew.
half=$cache/root-$key.half
[ -e "$half" ] && remove "$half"
trap 'remove "$half"' EXIT

mmdebstrap --mode="$mode" --variant=apt --quiet "${options[@]}" \
  --aptopt='Acquire::Languages "none"' --aptopt='Acquire::Retries "3"' \
  --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
  --include="$(grep -v -e '^#' -e '^$' "$list" | paste -sd,)" \
  --customize-hook='printf "en_US.UTF-8 UTF-8\nde_DE.UTF-8 UTF-8\nar_EG.UTF-8 UTF-8\n" > "$1/etc/locale.gen"; chroot "$1" locale-gen >/dev/null' \
  --customize-hook='chroot "$1" useradd --uid 1000 --user-group --shell /bin/bash --home-dir /home/user --create-home user' \
  --customize-hook='mkdir -p "$1/src" "$1/build" "$1/host"' \
  --customize-hook='chroot "$1" dbus-uuidgen --ensure=/etc/machine-id' \
  --customize-hook='chmod -R a+rX "$1/boot"; chmod 755 "$1"' \
  "$suite" "$half" ${mirror:+"$mirror"} 9>&-
sync -f "$half"
mv -T "$half" "$root"
trap - EXIT

# Roots of former lists go, unless somebody is in one (enter-root.sh holds a lock on .used).
for used in "$cache"/root-*.used; do
  old=${used%.used}
  if [ "$old" = "$root" ] || [ ! -e "$used" ]; then continue; fi
  exec 7> "$used"
  if flock -n 7; then
    [ -e "$old" ] && remove "$old"
    rm -f "$used"
  fi
  exec 7>&-
done
echo "$root" >&3
