#!/usr/bin/env bash
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# check-portable.sh TOOLS OUT: compiles, for Windows, every file of the contract, of the back ends and of app/, and says how
# far that goes. TOOLS holds mingw-w64 as fetch-mingw.sh unpacked it. The libraries' headers are those of this system, with
# GLib's configuration rewritten (glibconfig-win64.sh): they are the same text on Windows, but nothing is linked, and nothing
# run. What is known not to compile stands in not-on-windows.txt; the rest must, and nothing else may stand there.
set -euo pipefail

tools=$1 out=$2
list=build-aux/not-on-windows.txt
compiler=$tools/usr/bin/x86_64-w64-mingw32-gcc-win32
rm -rf "$out"
mkdir -p "$out/include/glib" "$out/objects" "$out/log"

# --- Headers: what is in a folder of its own is used from there, the rest is copied, so that none of this system's C
# library is among it.
pkg_include() { pkg-config --variable=includedir "$1"; }
system=$(pkg_include glib-2.0)
libraries=(glib-2.0 libdex-1 json-glib-1.0 libxml-2.0 libsoup-3.0 libvirt libvirt-glib-1.0 libosinfo-1.0)
flags=(-I"$out/include" -I"$out/include/glib")
for library in "${libraries[@]}"; do
  for flag in $(pkg-config --cflags-only-I "$library"); do
    case ${flag#-I} in
      "$system" | */lib/glib-2.0/include | */gio-unix-2.0) ;;
      *) flags+=(-isystem "${flag#-I}") ;;
    esac
  done
done
for header in archive.h archive_entry.h yaml.h gnutls libvirt sodium.h sodium; do
  for folder in "$system" "$system/$(uname -m)-linux-gnu"; do
    [ ! -e "$folder/$header" ] || cp -rL "$folder/$header" "$out/include/"
  done
done
glibconfig=$(pkg-config --variable=libdir glib-2.0)/glib-2.0/include/glibconfig.h
build-aux/glibconfig-win64.sh "$glibconfig" > "$out/include/glib/glibconfig.h"
# gettext's, which comes with GLib on Windows.
cat > "$out/include/libintl.h" <<'END'
#pragma once
char *gettext (const char *text) __attribute__ ((format_arg (1)));
char *dgettext (const char *domain, const char *text) __attribute__ ((format_arg (2)));
char *dcgettext (const char *domain, const char *text, int category) __attribute__ ((format_arg (2)));
char *ngettext (const char *one, const char *many, unsigned long n) __attribute__ ((format_arg (1)));
char *dngettext (const char *domain, const char *one, const char *many, unsigned long n) __attribute__ ((format_arg (2)));
char *bindtextdomain (const char *domain, const char *folder);
char *textdomain (const char *domain);
END
# What libxml2 and GLib include there, and this system has not.
cat > "$out/include/iconv.h" <<'END'
#pragma once
typedef void *iconv_t;
END
mkdir -p "$out/include/sys"
cat > "$out/include/sys/uio.h" <<'END'
#pragma once
#include <stddef.h>
struct iovec { void *iov_base; size_t iov_len; };
END
cat > "$out/include/glib/gwin32.h" <<'END'
#pragma once
#include <glib/gtypes.h>
char *g_win32_error_message (int error);
char *g_win32_get_package_installation_directory_of_module (gpointer module);
END
cat > "$out/include/config.h" <<'END'
#pragma once
#define GETTEXT_PACKAGE "alpha-vbox"
#define AVB_VERSION "0"
#define AVB_APPLICATION_ID "org.alphavbox.AlphaVBox"
#define AVB_LOCALEDIR ""
#define AVB_PKGDATADIR ""
#define AVB_BACKEND_KVM 0
#define AVB_BACKEND_HVF 0
#define AVB_BACKEND_HYPERV 1
#define AVB_PORTAL 0
#define AVB_CRYPT 0
END

flags+=(-I. -std=gnu17 -O1 -DHAVE_CONFIG_H -D_GNU_SOURCE -DG_LOG_USE_STRUCTURED -D_WIN32_WINNT=0x0a00 -D_FILE_OFFSET_BITS=64
        -DGLIB_VERSION_MIN_REQUIRED=GLIB_VERSION_2_84 -DGLIB_VERSION_MAX_ALLOWED=GLIB_VERSION_2_84
        '-DAVB_LIBEXECDIR=""' -Wall -Wno-unused-parameter -Wformat-security
        -Werror=implicit -Werror=incompatible-pointer-types -Werror=int-conversion -Werror=format -Werror=return-type
        -Werror=discarded-qualifiers -Werror=shift-count-overflow -Werror=int-to-pointer-cast -Werror=pointer-to-int-cast)

# --- Each file.
compile() {
  local object=$out/objects/${1//\//_}.o log=$out/log/${1//\//_}.txt
  if "$compiler" "${flags[@]}" -c "$1" -o "$object" > "$log" 2>&1; then echo "yes $1"; else echo "no $1"; fi
}
export -f compile
export compiler out
export flags_text
flags_text=$(declare -p flags)
mapfile -t files < <(find backends app -name '*.c' | sort)
printf '%s\0' "${files[@]}" |
  xargs -0 -P "$(nproc)" -I{} bash -c 'eval "$flags_text"; compile "$1"' _ {} | sort -k2 > "$out/results.txt"

# --- What it means.
reason() { awk -v file="$1" '$1 == file { sub(/^[^ ]+ +/, ""); print; exit }' "$list"; }
failed=0
while read -r answer file; do
  why=$(reason "$file")
  case $answer:${why:+listed} in
    no:) failed=$((failed + 1))
      echo "$file does not compile for Windows, and is not in $list:"
      grep -m3 'error:' "$out/log/${file//\//_}.txt" | sed 's/^/    /' ;;
    yes:listed) failed=$((failed + 1)); echo "$file compiles for Windows: take it off $list." ;;
  esac
done < "$out/results.txt"
while read -r file _; do
  [ -e "$file" ] || { failed=$((failed + 1)); echo "$file stands in $list, and is not there."; }
done < <(awk 'NF && !/^#/' "$list")

count() { awk -v answer="$1" -v folder="$2" '$1 == answer { f = $2; sub(/\/[^\/]*$/, "", f); if (f == folder) n++ } END { print n + 0 }' "$out/results.txt"; }
echo "Folder: files that compile with mingw-w64 for 64-bit Windows, of all"
for folder in $(cut -d' ' -f2 "$out/results.txt" | xargs -n1 dirname | sort -u); do
  yes=$(count yes "$folder") no=$(count no "$folder")
  printf '  %-18s %3d of %3d\n' "$folder" "$yes" $((yes + no))
done
[ "$failed" = 0 ] || { echo "$failed differ from what is known."; exit 1; }
