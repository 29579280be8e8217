/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gio/gio.h>

#include "backends/avb-text-line.h"

G_BEGIN_DECLS

/* The last part of a file's name, for messages; see avb_text_make_line(). */
char *avb_text_dup_file_name (GFile *file);

/**
 * avb_text_make_machine_name:
 * @wish: (nullable): what it would be called best, e.g. the label of a medium
 *
 * Returns: (transfer full): a name that avb_machine_spec_validate() takes
 */
char *avb_text_make_machine_name (const char *wish);

/* "3.2 GB", translated; sizes in mebibytes as binary units: "2 GiB". (transfer full) */
char *avb_format_size   (guint64 bytes);
char *avb_format_memory (guint64 mib);

G_END_DECLS
