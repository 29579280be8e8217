/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/extensions/avb-package-name.h"
#include "app/extensions/avb-package.h"

G_BEGIN_DECLS

AvbPackage *avb_package_new (AvbExtensionManifest *manifest,
                             const char           *sha256,
                             guint64               length,
                             guint64               unpacked,
                             guint                 n_entries);

/* A file that @manifest names and @names has not: its icon, a screenshot, a program, recipes. (transfer none) (nullable) */
const char *avb_package_find_missing (AvbExtensionManifest *manifest, AvbPackageNames *names);

/* libarchive turns names into what the locale of the thread has, and crashes where that has no word for them: let it be
 * UTF-8 from begin to end. NULL: there is no such locale here. */
gpointer avb_package_utf8_begin (void);
void     avb_package_utf8_end   (gpointer locale);

G_END_DECLS
