/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The filter of system calls as a file of BPF at its start, which the caller owns; -1 with %AVB_ERROR_NOT_SUPPORTED. */
int avb_sandbox_filter_open (gboolean network, GError **error);

G_END_DECLS
