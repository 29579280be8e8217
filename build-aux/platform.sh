# SPDX-FileCopyrightText: Alpha VBox contributors
# shellcheck shell=bash
# SPDX-License-Identifier: MPL-2.0
#
# Sourced by dev.sh: is this system new enough, and what does it lack?

# platform_begin COMMAND…: what must be there before anything else, on systems whose own tools are too old or too few for these
# scripts. On macOS: Homebrew's bash (Apple's has no mapfile), and GNU's tools before Apple's; then begins anew with them.
platform_begin() {
  local prefix folder name
  case "$(uname -s)" in
    Darwin)
      if ! command -v brew > /dev/null; then
        for folder in /opt/homebrew /usr/local; do
          [ ! -x "$folder/bin/brew" ] || PATH=$folder/bin:$PATH
        done
      fi
      command -v brew > /dev/null || { echo "Install Homebrew first: see https://brew.sh" >&2; exit 1; }
      prefix=$(brew --prefix)
      for name in bash coreutils findutils flock gnu-sed grep; do
        [ -e "$prefix/opt/$name" ] || brew install "$name"
      done
      for name in coreutils findutils gnu-sed grep; do PATH=$prefix/opt/$name/libexec/gnubin:$PATH; done
      PATH=$prefix/bin:$prefix/sbin:$PATH
      # What macOS has an own one of is not linked into Homebrew's folders.
      for name in libarchive libxcrypt libxml2; do
        PKG_CONFIG_PATH=$prefix/opt/$name/lib/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
      done
      export PATH PKG_CONFIG_PATH
      if [ "${BASH_VERSINFO[0]}" -lt 5 ]; then exec "$prefix/bin/bash" build-aux/dev.sh "$@"; fi
      ;;
    MINGW* | MSYS*)
      # The environment that the list is for; elsewhere pacman would install what is not used.
      if [ "${MSYSTEM:-}" != UCRT64 ]; then
        echo "Start ./dev in the UCRT64 shell of MSYS2." >&2
        exit 1
      fi
      ;;
  esac
}

# platform_place CACHE: prints "here" if this system has GTK 4.18 and libadwaita 1.7 or its packages do, else
# "root". Asking apt takes half a second: the answer is kept as long as the system and its sources are the same.
platform_place() {
  local system kept="" answer
  system=$(cat /etc/os-release /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | cksum)
  if [ -r "$1/place" ]; then kept=$(< "$1/place"); fi
  if [ "${kept#* }" != "$system" ] || [ "${kept%% *}" = here ]; then
    answer=$(platform_find_place)
    printf '%s %s\n' "$answer" "$system" > "$1/place"
    kept=$answer
  fi
  echo "${kept%% *}"
}

platform_find_place() {
  if pkg-config --atleast-version=4.18 gtk4 2>/dev/null &&
     pkg-config --atleast-version=1.7 libadwaita-1 2>/dev/null; then
    echo here
    return
  fi
  if command -v apt-get >/dev/null; then
    local version
    version=$(apt-cache policy libgtk-4-dev 2>/dev/null | awk '/Candidate:/ {print $2}')
    if [ -n "$version" ] && dpkg --compare-versions "$version" ge 4.18; then echo here; else echo root; fi
  else
    echo here
  fi
}

# The package list of this system: a file in build-aux/packages.
platform_list() {
  case "$(uname -s)" in
    Darwin) echo homebrew ;;
    MINGW* | MSYS*) echo msys2 ;;
    *)
      if command -v apt-get >/dev/null; then echo debian
      elif command -v dnf >/dev/null; then echo fedora
      elif command -v pacman >/dev/null; then echo arch
      fi ;;
  esac
}

# Installs what the list names and this system lacks; asks for root only if something is missing.
platform_install() {
  local list missing sudo=
  list=$(platform_list)
  if [ -z "$list" ]; then
    echo "No package list for this system; install what build-aux/packages/fedora.txt names." >&2
    return
  fi
  mapfile -t packages < <(grep -v -e '^#' -e '^$' "build-aux/packages/$list.txt")
  case $list in
    debian) mapfile -t missing < <(comm -23 <(printf '%s\n' "${packages[@]}" | sort) \
              <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p' | sort)) ;;
    fedora) mapfile -t missing < <(for p in "${packages[@]}"; do rpm -q --quiet --whatprovides "$p" || echo "$p"; done) ;;
    arch | msys2) mapfile -t missing < <(pacman -T "${packages[@]}") ;;
    homebrew) mapfile -t missing < <(comm -23 <(printf '%s\n' "${packages[@]}" | sort) <(brew list --formula -1 | sort)) ;;
  esac
  [ ${#missing[@]} -gt 0 ] || return 0
  [ "$(id -u)" = 0 ] || case $list in debian | fedora | arch) sudo=sudo ;; esac
  echo "Installing: ${missing[*]}" >&2
  case $list in
    debian) $sudo apt-get update -q && $sudo apt-get install -y --no-install-recommends "${missing[@]}" ;;
    fedora) $sudo dnf install -y "${missing[@]}" ;;
    arch) $sudo pacman -S --needed --noconfirm "${missing[@]}" ;;
    msys2) pacman -S --needed --noconfirm "${missing[@]}" ;;
    homebrew) brew install "${missing[@]}" ;;
  esac
}
