/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Runs a program to its end, its arguments up to NULL; the test fails if it does. */
void avb_fixture_run (const char *program, ...) G_GNUC_NULL_TERMINATED;

/* A new folder's file NAME; (transfer full). */
char *avb_fixture_path (const char *folder, const char *name);

/* A disc image of a few files with this volume id; @bootable: with a boot catalogue for BIOS and
 * UEFI. (transfer full): its path. */
char *avb_fixture_make_iso (const char *folder, const char *name, const char *volume_id, gboolean bootable);

/* As `qemu-img create` makes it; @options: (nullable): for -o. */
char *avb_fixture_make_disk (const char *folder, const char *name, const char *format, const char *options);

/* A file with these bytes. */
char *avb_fixture_write (const char *folder, const char *name, const void *bytes, gssize length);

G_END_DECLS
