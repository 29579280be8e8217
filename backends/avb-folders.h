/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * AvbFolder:
 * @AVB_FOLDER_DATA: what the user would miss: disks, snapshots.
 * @AVB_FOLDER_CACHE: what can be made again.
 * @AVB_FOLDER_STATE: what is only true for a while: work under way.
 *
 * Where this user's programs keep such things on this kind of computer. GLib follows XDG everywhere but on Windows; a Mac
 * has them below ~/Library, where its backups and its cleaning know them. Where the variables of XDG are set they are heeded.
 */
typedef enum {
  AVB_FOLDER_DATA,
  AVB_FOLDER_CACHE,
  AVB_FOLDER_STATE,
} AvbFolder;

typedef enum {
  AVB_PLATFORM_LINUX, /* and other systems that follow XDG */
  AVB_PLATFORM_MACOS,
  AVB_PLATFORM_WINDOWS,
} AvbPlatform;

/* (transfer full): @name (nullable) in this program's own folder there, which may not exist yet */
char *avb_folder_build  (AvbFolder folder, const char *name) G_GNUC_WARN_UNUSED_RESULT;

/* That folder, without asking the computer. @xdg: the value of the variable (nullable); @glib: what GLib says.
 * (transfer full) */
char *avb_folder_choose (AvbPlatform platform,
                         AvbFolder   folder,
                         const char *xdg,
                         const char *glib,
                         const char *home) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
