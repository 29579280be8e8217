/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* The user's own key combinations: adds one by pressing its keys, puts them in order, removes them. Kept in the
 * setting `key-combinations`, in the form that `console.send-keys` takes. */
#define AVB_TYPE_KEYS_DIALOG (avb_keys_dialog_get_type ())
G_DECLARE_FINAL_TYPE (AvbKeysDialog, avb_keys_dialog, AVB, KEYS_DIALOG, AdwDialog)

AdwDialog *avb_keys_dialog_new (void);

/* (transfer full) (nullable): how a combination is shown, "Ctrl+Alt+Del"; %NULL if it is none */
char *avb_keys_format (const char *combination);
/* (transfer full): those that are kept and are valid */
char **avb_keys_dup_kept (GSettings *settings);

G_END_DECLS
