/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Bytes of a whole name, and its parts. */
#define AVB_PACKAGE_NAME_MAX 240
#define AVB_PACKAGE_NAME_MAX_DEPTH 16

/**
 * avb_package_name_check:
 * @name: of a file in a package, e.g. "icons/app.svg"; not trusted, any bytes up to NUL
 *
 * Whether it means the same file below a folder on each system that this program runs on, and nothing outside: relative,
 * parts separated by "/", none of them "." or ".."; valid UTF-8 in NFC; no backslash, colon, control characters, or such as
 * change the direction of writing; no device of Windows; no part that begins or ends with a space, or ends with a dot.
 *
 * Returns: %AVB_ERROR_INVALID with a sentence; the name, made harmless, is in its details
 */
gboolean avb_package_name_check (const char *name, GError **error);

/* (transfer full): equal for names that some system takes for the same file: those that differ in case or composition. */
char *avb_package_name_fold (const char *name);

/**
 * AvbPackageNames:
 *
 * The names that a package has so far. A folder is there once something in it is.
 */
typedef struct _AvbPackageNames AvbPackageNames;

AvbPackageNames *avb_package_names_new  (void);
void             avb_package_names_free (AvbPackageNames *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbPackageNames, avb_package_names_free)

/* Checks @name and adds it; refuses one that is there, also as seen by avb_package_name_fold(), or that would be in a file.
 * @n_new: (out) (optional): how many files and folders it makes. */
gboolean avb_package_names_add (AvbPackageNames *self,
                                const char      *name,
                                gboolean         folder,
                                guint           *n_new,
                                GError         **error);

/* Whether a file of exactly this name was added. */
gboolean avb_package_names_has_file (AvbPackageNames *self, const char *name);

G_END_DECLS
