# shellcheck shell=bash disable=SC2016,SC2034 # used where this is sourced; mmdebstrap and apt see single quotes
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# For scripts that make a Debian 13 with mmdebstrap, as root or as an ordinary user. Sourced with $cache set.
#
# prepare_mmdebstrap sets mode, mirror and options: the packages come from where this machine's apt gets them.

suite=trixie
PATH=$PATH:/usr/sbin:/sbin

# As an ordinary user the files belong to sub-ids: only a namespace may remove them.
remove() {
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

# Without comments and empty lines.
packages_of() { grep -v -e '^#' -e '^$' "$1"; }

prepare_mmdebstrap() {
  local file
  mode=root options=()
  if [ "$(id -u)" != 0 ]; then
    mode=unshare
    if ! command -v newuidmap > /dev/null || ! grep -q -e "^$(id -un):" -e "^$(id -u):" /etc/subuid; then
      echo "An ordinary user needs sub-ids to make a Debian: install uidmap, then" \
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
  options+=(--mode="$mode" --quiet --aptopt='Acquire::Languages "none"' --aptopt='Acquire::Retries "3"'
            --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*')
}

# prepare_own_apt FOLDER sets own, the options of an apt that has its state in FOLDER and takes what the Debian is made of
# and not what this machine runs; after prepare_mmdebstrap. own_sources COMPONENT… says what it may fetch.
prepare_own_apt() {
  own_folder=$1 own_keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  [ -e "$own_keyring" ] || own_keyring=$tools$own_keyring
  [ -n "$mirror" ] || { echo "The apt of this machine has no archive of Debian: the installer's tests cannot be run here."; exit 1; }
  mkdir -p "$own_folder"/{state/lists/partial,cache/archives/partial}
  touch "$own_folder/status"
  own=(-o "Dir::State=$own_folder/state" -o "Dir::Cache=$own_folder/cache" -o "Dir::State::status=$own_folder/status"
       -o "Dir::Etc::SourceList=$own_folder/sources.list" -o Dir::Etc::SourceParts=/dev/null -o Dir::Etc::Preferences=/dev/null
       -o Dir::Etc::PreferencesParts=/dev/null -o APT::Architecture=amd64 -o APT::Architectures=amd64
       -o 'Acquire::Languages=none' -o APT::Sandbox::User=root -o Acquire::Retries=3 -q)
}
own_sources() { echo "deb [signed-by=$own_keyring] $mirror $suite $*" > "$own_folder/sources.list"; }

# write_release FOLDER: the Release of an archive's suite in dists/SUITE, without a signature.
write_release() {
  (
    cd "$1"
    {
      printf 'Origin: Debian\nLabel: Debian\nSuite: stable\nCodename: %s\nVersion: 13\nArchitectures: amd64\n' "$suite"
      printf 'Components: main\nDate: %s\nSHA256:\n' "$(date -Ru)"
      find main -type f | while read -r file; do
        printf ' %s %s %s\n' "$(sha256sum < "$file" | cut -d' ' -f1)" "$(stat -c %s "$file")" "$file"
      done
    } > "$own_folder/Release"
    mv "$own_folder/Release" .
  )
}
