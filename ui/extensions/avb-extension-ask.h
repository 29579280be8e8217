/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>
#include <libdex.h>

G_BEGIN_DECLS

/* Shows an alert dialog. Returns: (transfer full): resolves to the response (string) */
DexFuture *avb_extension_ask (AdwDialog *dialog, GtkWidget *parent) G_GNUC_WARN_UNUSED_RESULT;

/**
 * avb_extension_ask_to_stop:
 * @n: how many machines that run have disks that it serves; 0: nobody is asked
 * @back: it runs again at once
 * @label: what is done to it: "_Remove"
 *
 * In a fiber. Returns: whether an extension may be stopped all the same
 */
gboolean avb_extension_ask_to_stop (GtkWidget *parent, guint n, gboolean back, const char *label);

G_END_DECLS
