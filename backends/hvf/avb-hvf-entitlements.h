/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * AvbHvfEntitlements:
 *
 * What macOS lets a signed program do. A set.
 */
typedef enum {
  AVB_HVF_MAY_NOTHING = 0,
  AVB_HVF_MAY_VIRTUALIZE = 1 << 0, /* com.apple.security.hypervisor */
  AVB_HVF_MAY_NETWORK = 1 << 1,    /* com.apple.vm.networking: vmnet without being root */
} AvbHvfEntitlements;

/* Of what `codesign -d --entitlements - --xml` printed, which anybody may have made: at most 64 KiB, a property list; only
 * what its dictionary says to be true counts. Sets %AVB_ERROR_INVALID for what is none. Nothing at all is no error: it is
 * what a program without entitlements has. */
gboolean avb_hvf_entitlements_parse (const char         *text,
                                     gsize               length,
                                     AvbHvfEntitlements *entitlements,
                                     GError            **error);

/* Worker thread. Asks @codesign (nullable: the one of macOS) about @program, for ten seconds at most. Sets
 * %AVB_ERROR_UNAVAILABLE where there is no answer. */
gboolean avb_hvf_entitlements_read (const char         *codesign,
                                    const char         *program,
                                    AvbHvfEntitlements *entitlements,
                                    GError            **error);

G_END_DECLS
