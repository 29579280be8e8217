/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-add-source-page.h"

#include <glib/gi18n-lib.h>

#include "app/marketplace/avb-market-fetch.h"
#include "app/marketplace/avb-metadata.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "ui/avb-feedback.h"

struct _AvbAddSourcePage {
  AdwNavigationPage    parent_instance;

  AvbMarketplace      *marketplace;
  DexFuture           *work;
  GPtrArray           *rows;
  char                *uri;  /* that was asked */
  GBytes              *root; /* (nullable): what it answered */

  AdwEntryRow         *address;
  GtkWidget           *busy;
  GtkLabel            *problem;
  AdwPreferencesGroup *keys;
  GtkWidget           *confirm;
  AdwSwitchRow        *compared;
};

G_DEFINE_FINAL_TYPE (AvbAddSourcePage, avb_add_source_page, ADW_TYPE_NAVIGATION_PAGE)

static void
show_problem (AvbAddSourcePage *self, const char *message)
{
  gtk_label_set_label (self->problem, message != NULL ? message : "");
  gtk_widget_set_visible (GTK_WIDGET (self->problem), message != NULL);
}

static void
forget_root (AvbAddSourcePage *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (self->keys, self->rows->pdata[i]);
  g_ptr_array_set_size (self->rows, 0);
  g_clear_pointer (&self->root, g_bytes_unref);
  adw_switch_row_set_active (self->compared, FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->keys), FALSE);
  gtk_widget_set_visible (self->confirm, FALSE);
}

static void
address_changed_cb (AvbAddSourcePage *self)
{
  dex_clear (&self->work);
  gtk_widget_set_visible (self->busy, FALSE);
  show_problem (self, NULL);
  forget_root (self);
}

/* --- its keys --- */

static DexFuture *
fetch_root_thread (gpointer data)
{
  g_autoptr (AvbMarketFetch) fetch = avb_market_fetch_new (data, NULL, NULL);
  g_autofree char *etag = NULL;
  GError *error = NULL;
  GBytes *root = avb_market_fetch_bytes (fetch, "1.root.json", AVB_METADATA_MAX_ROOT, &etag, &error);

  if (root == NULL)
    return dex_future_new_for_error (
        error != NULL ? error : avb_error_new (AVB_ERROR_NOT_FOUND, NULL, _("There is no marketplace at this address.")));
  return dex_future_new_take_boxed (G_TYPE_BYTES, root);
}

static void
add_key (AvbAddSourcePage *self, const char *fingerprint, guint number)
{
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *title = g_strdup_printf (_("Key %u"), number);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), fingerprint);
  adw_action_row_set_subtitle_selectable (ADW_ACTION_ROW (row), TRUE);
  gtk_widget_add_css_class (row, "property");
  gtk_widget_add_css_class (row, "fingerprint");
  adw_preferences_group_add (self->keys, row);
  g_ptr_array_add (self->rows, row);
}

static void
show_root (AvbAddSourcePage *self, GBytes *root)
{
  g_auto (GStrv) fingerprints = NULL;
  g_autofree char *title = NULL;
  g_autofree char *heading = NULL;
  g_autoptr (GError) error = NULL;

  if (!avb_marketplace_describe_root (root, &fingerprints, &title, &error))
    {
      show_problem (self, error->message);
      return;
    }
  self->root = g_bytes_ref (root);
  heading = title != NULL ? g_strdup_printf (_("The Keys of “%s”"), title) : g_strdup (_("Its Keys"));
  adw_preferences_group_set_title (self->keys, heading);
  for (guint i = 0; fingerprints[i] != NULL; i++)
    add_key (self, fingerprints[i], i + 1);
  gtk_widget_set_visible (GTK_WIDGET (self->keys), TRUE);
  gtk_widget_set_visible (self->confirm, TRUE);
}

static DexFuture *
fetched_cb (DexFuture *future, gpointer user_data)
{
  AvbAddSourcePage *self = user_data;
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  gtk_widget_set_visible (self->busy, FALSE);
  if (value != NULL)
    show_root (self, g_value_get_boxed (value));
  else
    show_problem (self, error->message);
  return dex_future_new_true ();
}

static void
look_cb (AvbAddSourcePage *self)
{
  g_autofree char *uri = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->address))));
  g_autoptr (GError) error = NULL;

  address_changed_cb (self);
  if (g_path_is_absolute (uri))
    {
      g_autofree char *path = g_steal_pointer (&uri);

      uri = g_filename_to_uri (path, NULL, NULL);
    }
  if (!avb_market_fetch_check_uri (uri, &error))
    {
      show_problem (self, error->message);
      return;
    }
  g_set_str (&self->uri, uri);
  gtk_widget_set_visible (self->busy, TRUE);
  self->work = dex_future_finally (avb_blocking_run_long (fetch_root_thread, g_strdup (uri), g_free), fetched_cb, self,
                                   NULL);
}

static void
folder_chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (AvbAddSourcePage) self = user_data;
  g_autoptr (GFile) folder = gtk_file_dialog_select_folder_finish (GTK_FILE_DIALOG (source), result, NULL);
  g_autofree char *uri = folder != NULL ? g_file_get_uri (folder) : NULL;

  /* Otherwise the user wanted none; the page may be gone meanwhile. */
  if (uri == NULL || self->marketplace == NULL)
    return;
  gtk_editable_set_text (GTK_EDITABLE (self->address), uri);
  look_cb (self);
}

static void
folder_cb (AvbAddSourcePage *self)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  gtk_file_dialog_set_title (dialog, _("Choose the Folder of a Marketplace"));
  gtk_file_dialog_select_folder (dialog, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, NULL, folder_chosen_cb,
                                 g_object_ref (self));
}

/* --- adding it --- */

static DexFuture *
added_cb (DexFuture *future, gpointer user_data)
{
  AvbAddSourcePage *self = user_data;
  g_autoptr (GError) error = NULL;
  GtkWidget *dialog = gtk_widget_get_ancestor (GTK_WIDGET (self), ADW_TYPE_PREFERENCES_DIALOG);

  gtk_widget_set_visible (self->busy, FALSE);
  if (dex_future_get_value (future, &error) == NULL)
    show_problem (self, error->message);
  else if (dialog != NULL)
    adw_preferences_dialog_pop_subpage (ADW_PREFERENCES_DIALOG (dialog));
  return dex_future_new_true ();
}

static void
add_cb (AvbAddSourcePage *self)
{
  if (self->root == NULL || !adw_switch_row_get_active (self->compared))
    return;
  show_problem (self, NULL);
  gtk_widget_set_visible (self->busy, TRUE);
  dex_clear (&self->work);
  self->work = dex_future_finally (avb_marketplace_add_source (self->marketplace, self->uri, self->root), added_cb,
                                   self, NULL);
}

static void
avb_add_source_page_dispose (GObject *object)
{
  AvbAddSourcePage *self = AVB_ADD_SOURCE_PAGE (object);

  dex_clear (&self->work);
  gtk_widget_dispose_template (GTK_WIDGET (self), AVB_TYPE_ADD_SOURCE_PAGE);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_clear_pointer (&self->root, g_bytes_unref);
  g_clear_pointer (&self->uri, g_free);
  g_clear_object (&self->marketplace);
  G_OBJECT_CLASS (avb_add_source_page_parent_class)->dispose (object);
}

static void
avb_add_source_page_class_init (AvbAddSourcePageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = avb_add_source_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/alphavbox/AlphaVBox/ui/extensions/avb-add-source-page.ui");
  gtk_widget_class_bind_template_child (widget_class, AvbAddSourcePage, address);
  gtk_widget_class_bind_template_child (widget_class, AvbAddSourcePage, busy);
  gtk_widget_class_bind_template_child (widget_class, AvbAddSourcePage, problem);
  gtk_widget_class_bind_template_child (widget_class, AvbAddSourcePage, keys);
  gtk_widget_class_bind_template_child (widget_class, AvbAddSourcePage, confirm);
  gtk_widget_class_bind_template_child (widget_class, AvbAddSourcePage, compared);
  gtk_widget_class_bind_template_callback (widget_class, address_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, look_cb);
  gtk_widget_class_bind_template_callback (widget_class, folder_cb);
  gtk_widget_class_bind_template_callback (widget_class, add_cb);
}

static void
avb_add_source_page_init (AvbAddSourcePage *self)
{
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

AdwNavigationPage *
avb_add_source_page_new (AvbMarketplace *marketplace)
{
  AvbAddSourcePage *self;

  g_return_val_if_fail (AVB_IS_MARKETPLACE (marketplace), NULL);

  self = g_object_new (AVB_TYPE_ADD_SOURCE_PAGE, NULL);
  self->marketplace = g_object_ref (marketplace);
  return ADW_NAVIGATION_PAGE (self);
}
