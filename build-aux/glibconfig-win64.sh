#!/usr/bin/env bash
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# glibconfig-win64.sh FILE: GLib's configuration FILE of a Linux of 64 bits, as GLib has it on a Windows of 64 bits: a long
# has 32 bits there, processes and folders are written otherwise. For compile checks only.
set -euo pipefail

sed -E \
  -e '/GLIB_HAVE_ALLOCA_H|G_THREADS_IMPL_POSIX/d' \
  -e 's/^#define G_OS_UNIX$/#define G_OS_WIN32\n#define G_PLATFORM_WIN32/' \
  -e 's/^typedef (un)?signed long (g(u?int64|ssize|size|u?intptr));/typedef \1signed long long \2;/' \
  -e 's/\(val##L\)/(val##LL)/; s/\(val##UL\)/(val##ULL)/' \
  -e 's/^(#define G_(GINT64|GSIZE|GSSIZE|GINTPTR)_MODIFIER +)"l"/\1"ll"/' \
  -e 's/^(#define G_G?U?(INT64|INTPTR)_FORMAT +)"l([iu])"/\1"ll\3"/' \
  -e 's/^(#define G_GS?SIZE_FORMAT +)"l([iu])"/\1"ll\2"/' \
  -e 's/^#define GLIB_SIZEOF_LONG .*/#define GLIB_SIZEOF_LONG 4/' \
  -e 's/^#define G_MAXSIZE.*/#define G_MAXSIZE G_MAXUINT64/; s/^#define G_MINSSIZE.*/#define G_MINSSIZE G_MININT64/' \
  -e 's/^#define G_MAXSSIZE.*/#define G_MAXSSIZE G_MAXINT64/' \
  -e 's/^#define G_POLLFD_FORMAT.*/#define G_POLLFD_FORMAT "%#llx"/' \
  -e 's/\((gint|guint)\)  ?\(g?u?long\) \(p\)/(\1) (gintptr) (p)/; s/\(gpointer\) \(g?u?long\) \(([iu])\)/(gpointer) (gintptr) (\1)/' \
  -e 's/^(#define G(U?)LONG_TO_([LB]E)\(val\)).*/\1 ((g\L\2\Elong) G\2INT32_TO_\3 (val))/' \
  -e 's/"so"/"dll"/; s/^typedef int GPid;/typedef void * GPid;/; s/^#define G_PID_FORMAT.*/#define G_PID_FORMAT "p"/' \
  -e "s|^#define G_DIR_SEPARATOR '/'|#define G_DIR_SEPARATOR '\\\\\\\\'|; s|^#define G_DIR_SEPARATOR_S .*|#define G_DIR_SEPARATOR_S \"\\\\\\\\\"|" \
  -e "s|^#define G_SEARCHPATH_SEPARATOR ':'|#define G_SEARCHPATH_SEPARATOR ';'|; s|^#define G_SEARCHPATH_SEPARATOR_S .*|#define G_SEARCHPATH_SEPARATOR_S \";\"|" \
  -e 's/^#define GLIB_SYSDEF_AF_INET6 .*/#define GLIB_SYSDEF_AF_INET6 23/' \
  "$1"
