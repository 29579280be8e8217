/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>
#include <libdex.h>

G_BEGIN_DECLS

/* How the window speaks: see "Errors" in the house style. @widget may be any widget of a window. */

void avb_feedback_toast   (GtkWidget *widget, AdwToast *toast /* full */);
void avb_feedback_message (GtkWidget *widget, const char *message);
/* A toast with the sentence; "Details" shows the native text, to be copied. Silent if cancelled. */
void avb_feedback_error   (GtkWidget *widget, const GError *error);
/* The end of a chain that a user began: a failure becomes avb_feedback_error() on @widget's window,
 * or a line in the log if that has gone. Takes @future. */
void avb_feedback_watch   (GtkWidget *widget, DexFuture *future);
/* The dialog behind "Details". */
void avb_feedback_details (GtkWidget *widget, const char *message, const char *details);

G_END_DECLS
