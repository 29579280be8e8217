/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/avb-library.h"

G_BEGIN_DECLS

/**
 * avb_debug_info:
 *
 * What a report of a problem should say about the place it happened in. For people who mend the
 * program, so it is not translated. It names no machine, no user and no remote host.
 *
 * Returns: (transfer full): several lines of plain text
 */
char *avb_debug_info (AvbLibrary *library);

/**
 * avb_debug_info_describe_uri:
 * @uri: the address of a hypervisor
 *
 * Returns: (transfer full): @uri without what it tells about people and places
 */
char *avb_debug_info_describe_uri (const char *uri);

G_END_DECLS
