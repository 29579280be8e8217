/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>

#include "app/avb-library.h"

G_BEGIN_DECLS

/**
 * AvbHostPrompts:
 *
 * Answers what the connections of a library ask: a password from the keyring, a certificate that is known; and asks the
 * user, one question at a time, where neither is right. What the user wants remembered is kept once it has proved right,
 * and what was kept and is wrong is forgotten. Main thread.
 */
#define AVB_TYPE_HOST_PROMPTS (avb_host_prompts_get_type ())
G_DECLARE_FINAL_TYPE (AvbHostPrompts, avb_host_prompts, AVB, HOST_PROMPTS, GObject)

/* @parent owns it: dialogs are shown over it. */
AvbHostPrompts *avb_host_prompts_new (GtkWidget *parent, AvbLibrary *library);

G_END_DECLS
