/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-sharing-row.h"

#include <glib/gi18n-lib.h>

#include "app/avb-text.h"

struct _AvbSharingRow {
  AdwExpanderRow parent_instance;

  AvbShareSpec *share;
  gboolean      filling;

  GtkLabel     *badge;
  AdwSwitchRow *read_only;
  AdwActionRow *command_row;
  GtkWidget    *copy;
  GtkWidget    *windows_row;
  GtkWidget    *remove;
};

G_DEFINE_FINAL_TYPE (AvbSharingRow, avb_sharing_row, ADW_TYPE_EXPANDER_ROW)

enum { CHANGED, COPIED, REMOVED, N_SIGNALS };

static guint signals[N_SIGNALS];

/* A tag may come from a definition that others wrote: it is never more than a word. */
static char *
format_command (const AvbShareSpec *share)
{
  g_autofree char *folder = g_strconcat ("/mnt/", share->tag, NULL);
  g_autofree char *tag = NULL;
  g_autofree char *quoted = NULL;

  if (avb_share_tag_is_valid (share->tag))
    return g_strdup_printf (
        "sudo mkdir -p %2$s && sudo mount -t virtiofs %1$s %2$s", share->tag, folder);
  tag = g_shell_quote (share->tag);
  quoted = g_shell_quote ("/mnt/share");
  return g_strdup_printf ("sudo mkdir -p %2$s && sudo mount -t virtiofs %1$s %2$s", tag, quoted);
}

static const char *
format_badge (const AvbShareSpec *share)
{
  switch (share->presence)
    {
    case AVB_SHARE_AT_NEXT_START:
      return _ ("At Next Start");
    case AVB_SHARE_UNTIL_OFF:
      return _ ("Until Powered Off");
    case AVB_SHARE_PRESENT:
    default:
      return share->read_only ? _ ("Read-Only") : _ ("Read and Write");
    }
}

static void
read_only_cb (AvbSharingRow *self)
{
  if (!self->filling)
    g_signal_emit (self, signals[CHANGED], 0, adw_switch_row_get_active (self->read_only));
}

static void
copy_cb (AvbSharingRow *self)
{
  g_autofree char *command = format_command (self->share);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), command);
  g_signal_emit (self, signals[COPIED], 0);
}

static void
remove_cb (AvbSharingRow *self)
{
  g_signal_emit (self, signals[REMOVED], 0);
}

static void
avb_sharing_row_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), AVB_TYPE_SHARING_ROW);
  G_OBJECT_CLASS (avb_sharing_row_parent_class)->dispose (object);
}

static void
avb_sharing_row_finalize (GObject *object)
{
  g_clear_pointer (&AVB_SHARING_ROW (object)->share, avb_share_spec_free);
  G_OBJECT_CLASS (avb_sharing_row_parent_class)->finalize (object);
}

static void
avb_sharing_row_class_init (AvbSharingRowClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GType     type = G_TYPE_FROM_CLASS (klass);

  object_class->dispose = avb_sharing_row_dispose;
  object_class->finalize = avb_sharing_row_finalize;

  signals[CHANGED] = g_signal_new (
      "changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
  signals[COPIED]
      = g_signal_new ("copied", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[REMOVED]
      = g_signal_new ("removed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/alphavbox/AlphaVBox/ui/machine/avb-sharing-row.ui");
  gtk_widget_class_bind_template_child (widget_class, AvbSharingRow, badge);
  gtk_widget_class_bind_template_child (widget_class, AvbSharingRow, read_only);
  gtk_widget_class_bind_template_child (widget_class, AvbSharingRow, command_row);
  gtk_widget_class_bind_template_child (widget_class, AvbSharingRow, copy);
  gtk_widget_class_bind_template_child (widget_class, AvbSharingRow, windows_row);
  gtk_widget_class_bind_template_child (widget_class, AvbSharingRow, remove);
  gtk_widget_class_bind_template_callback (widget_class, read_only_cb);
  gtk_widget_class_bind_template_callback (widget_class, copy_cb);
  gtk_widget_class_bind_template_callback (widget_class, remove_cb);
}

static void
avb_sharing_row_init (AvbSharingRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
avb_sharing_row_new (const AvbShareSpec *share, gboolean windows)
{
  AvbSharingRow *self;
  g_autoptr (GFile) file = NULL;
  g_autofree char *name = NULL;
  g_autofree char *path = NULL;
  g_autofree char *command = NULL;

  g_return_val_if_fail (share != NULL, NULL);

  self = g_object_new (AVB_TYPE_SHARING_ROW, NULL);
  self->share = avb_share_spec_copy (share);
  file = g_file_new_for_path (share->path);
  name = avb_text_dup_file_name (file);
  path = g_filename_display_name (share->path);
  command = format_command (share);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), name);
  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (self), path);
  gtk_label_set_label (self->badge, format_badge (share));
  self->filling = TRUE;
  adw_switch_row_set_active (self->read_only, share->read_only);
  self->filling = FALSE;
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self->command_row), FALSE);
  adw_action_row_set_subtitle (self->command_row, command);
  gtk_widget_set_visible (GTK_WIDGET (self->command_row), !windows);
  gtk_widget_set_visible (self->windows_row, windows);
  /* What is removed already can only be waited for. */
  gtk_widget_set_sensitive (GTK_WIDGET (self->read_only), share->presence != AVB_SHARE_UNTIL_OFF);
  gtk_widget_set_visible (self->remove, share->presence != AVB_SHARE_UNTIL_OFF);
  return GTK_WIDGET (self);
}

const AvbShareSpec *
avb_sharing_row_get_share (AvbSharingRow *self)
{
  g_return_val_if_fail (AVB_IS_SHARING_ROW (self), NULL);

  return self->share;
}
