/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * AvbInstallChoices:
 *
 * A list to choose from: a title for people, and a code for installers, each. Values of which nobody knows a title
 * are their own.
 */
typedef struct {
  GPtrArray     *codes;  /* char* */
  GtkStringList *titles;
} AvbInstallChoices;

void               avb_install_choices_free (AvbInstallChoices *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbInstallChoices, avb_install_choices_free)

/* (transfer full). Reading the time zones of this computer takes less than a millisecond. */
AvbInstallChoices *avb_install_choices_new_languages  (void); /* "de_DE" */
AvbInstallChoices *avb_install_choices_new_keyboards  (void); /* "de" */
AvbInstallChoices *avb_install_choices_new_time_zones (void); /* "Europe/Berlin" */

/* The row of @code, which is added if it is not there; GTK_INVALID_LIST_POSITION for %NULL. */
guint              avb_install_choices_find (AvbInstallChoices *self, const char *code);
/* (nullable) (transfer none) */
const char        *avb_install_choices_get  (AvbInstallChoices *self, guint row);

/* For bindings of a wish to an entry's text: what nobody wished yet is an empty entry. */
gboolean avb_install_wish_to_text (GBinding *binding, const GValue *from, GValue *to, gpointer user_data);

G_END_DECLS
