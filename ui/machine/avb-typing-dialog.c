/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-typing-dialog.h"

#include <glib/gi18n-lib.h>
#include <spice/vd_agent.h>

#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "ui/console/avb-clipboard-format.h"
#include "ui/console/avb-clipboard-reader.h"
#include "ui/console/avb-console-typing.h"

/* Longer texts should go as files. */
#define MAX_BYTES (64 * 1024)
/* Whoever waits longer is told so before. */
#define TELL_SECONDS 10

#define LAYOUT_KEY "typing-layout"

struct _AvbTypingDialog {
  AdwDialog parent_instance;

  AvbLibrary *library;
  AvbConsoleSession *session;
  GPtrArray *layouts; /* AvbTypingLayoutInfo: all rows but the first */
  GCancellable *reading;
  char *text; /* nullable */
  GArray *strokes;
  guint kept; /* the row that was chosen before */
  gboolean filled;

  GtkWidget *type;
  GtkWidget *preview_area;
  GtkTextView *preview;
  AdwComboRow *layout;
  GtkLabel *note;
  GtkLabel *problem;
};

G_DEFINE_FINAL_TYPE (AvbTypingDialog, avb_typing_dialog, ADW_TYPE_DIALOG)

static void
show (GtkLabel *label, const char *text)
{
  gtk_label_set_label (label, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (label), text != NULL && *text != '\0');
}

static AvbTypingLayout *
find_layout (AvbTypingDialog *self)
{
  guint selected = adw_combo_row_get_selected (self->layout);
  AvbTypingLayout *layout = NULL;

  if (selected > 0 && selected <= self->layouts->len)
    {
      const AvbTypingLayoutInfo *info = self->layouts->pdata[selected - 1];

      layout = avb_typing_layout_new (info->name);
    }
  return layout != NULL
             ? layout
             : avb_typing_layout_new_for_display (gtk_widget_get_display (GTK_WIDGET (self)));
}

static char *
format_note (AvbTypingDialog *self)
{
  guint lines = 0;
  guint seconds = self->strokes->len / AVB_TYPING_RATE;
  g_autoptr (GString) note = g_string_new (NULL);

  for (guint i = 0; i < self->strokes->len; i++)
    lines += g_array_index (self->strokes, AvbStroke, i).code == 28;
  if (lines > 0)
    g_string_append_printf (
        note,
        ngettext ("The text has %u line end. It is typed as Enter, which in a terminal runs what "
                  "stands before it.",
                  "The text has %u line ends. Each is typed as Enter, which in a terminal runs "
                  "what stands before it.",
                  lines),
        lines);
  if (seconds >= TELL_SECONDS)
    {
      guint minutes = (seconds + 59) / 60;

      if (note->len > 0)
        g_string_append_c (note, '\n');
      g_string_append_printf (note,
                              ngettext ("Typing takes about %u minute.",
                                        "Typing takes about %u minutes.", minutes),
                              minutes);
    }
  return g_string_free (g_steal_pointer (&note), FALSE);
}

/* What the keys of the chosen layout make of the text. */
static void
update_plan (AvbTypingDialog *self)
{
  g_autoptr (AvbTypingLayout) layout = NULL;
  g_autofree char *missing = NULL;
  g_autofree char *note = NULL;
  g_autofree char *problem = NULL;

  if (self->text == NULL)
    return;
  layout = find_layout (self);
  g_clear_pointer (&self->strokes, g_array_unref);
  self->strokes = avb_typing_layout_plan (layout, self->text, &missing);
  note = format_note (self);
  show (self->note, note);
  if (*missing != '\0')
    /* Translators: %s are the characters */
    problem = g_strdup_printf (_("No keys of this layout make these characters, and they are left "
                                 "out: %s"),
                               missing);
  show (self->problem, problem);
  gtk_widget_set_sensitive (self->type, self->strokes->len > 0);
}

static void
layout_cb (AvbTypingDialog *self)
{
  guint selected = adw_combo_row_get_selected (self->layout);
  const char *name = NULL;

  if (!self->filled || selected == self->kept)
    return;
  self->kept = selected;
  if (selected > 0 && selected <= self->layouts->len)
    name = ((const AvbTypingLayoutInfo *) self->layouts->pdata[selected - 1])->name;
  avb_future_finish (avb_machine_set_setting (avb_console_session_get_machine (self->session),
                                              LAYOUT_KEY, name),
                     "keep the layout for typing");
  update_plan (self);
}

static void
type_cb (AvbTypingDialog *self)
{
  AvbMachine *machine = avb_console_session_get_machine (self->session);
  g_autofree char *title = NULL;
  g_autoptr (AvbOperation) operation = NULL;

  if (self->strokes == NULL)
    return;
  /* Translators: %s is the name of a machine */
  title = g_strdup_printf (_("Typing into “%s”"), avb_machine_get_name (machine));
  operation = avb_operation_new (title);
  avb_library_add_job (self->library, operation);
  avb_console_type (self->session, self->strokes, operation);
  adw_dialog_close (ADW_DIALOG (self));
}

static void
set_text (AvbTypingDialog *self, GBytes *bytes)
{
  g_autoptr (GBytes) text = avb_clipboard_text_to_guest (bytes, FALSE);
  gsize size;
  const char *data = g_bytes_get_data (text, &size);

  self->text = g_strndup (data, size);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->preview), self->text, -1);
  if (*self->text == '\0')
    {
      show (self->problem, _("The clipboard has no text."));
      return;
    }
  update_plan (self);
}

static DexFuture *
read_cb (DexFuture *future, gpointer user_data)
{
  AvbTypingDialog *self = user_data;
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (self->session == NULL || g_cancellable_is_cancelled (self->reading))
    return dex_future_new_true ();
  if (value != NULL)
    {
      const AvbClipboardPiece *piece = g_value_get_boxed (value);

      set_text (self, piece->bytes);
      return dex_future_new_true ();
    }
  gtk_widget_set_visible (self->preview_area, FALSE);
  if (g_error_matches (error, AVB_ERROR, AVB_ERROR_INVALID))
    show (self->problem, _("The text is too long to be typed. Send it as a file instead."));
  else
    show (self->problem, _("The clipboard has no text."));
  return dex_future_new_true ();
}

static void
fill_layouts (AvbTypingDialog *self)
{
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL);
  g_autoptr (GtkExpression) title =
      gtk_property_expression_new (GTK_TYPE_STRING_OBJECT, NULL, "string");
  const char *kept =
      avb_machine_get_setting (avb_console_session_get_machine (self->session), LAYOUT_KEY);

  self->layouts = avb_typing_layout_list ();
  gtk_string_list_append (titles, _("Same as This Computer"));
  for (guint i = 0; i < self->layouts->len; i++)
    {
      const AvbTypingLayoutInfo *info = self->layouts->pdata[i];

      gtk_string_list_append (titles, info->title);
      if (g_strcmp0 (kept, info->name) == 0)
        self->kept = i + 1;
    }
  adw_combo_row_set_expression (self->layout, title);
  adw_combo_row_set_search_match_mode (self->layout, GTK_STRING_FILTER_MATCH_MODE_SUBSTRING);
  adw_combo_row_set_model (self->layout, G_LIST_MODEL (titles));
  adw_combo_row_set_selected (self->layout, self->kept);
  self->filled = TRUE;
}

static void
avb_typing_dialog_dispose (GObject *object)
{
  AvbTypingDialog *self = AVB_TYPING_DIALOG (object);

  self->filled = FALSE;
  if (self->reading != NULL)
    g_cancellable_cancel (self->reading);
  gtk_widget_dispose_template (GTK_WIDGET (self), AVB_TYPE_TYPING_DIALOG);
  g_clear_object (&self->reading);
  g_clear_object (&self->session);
  g_clear_object (&self->library);
  G_OBJECT_CLASS (avb_typing_dialog_parent_class)->dispose (object);
}

static void
avb_typing_dialog_finalize (GObject *object)
{
  AvbTypingDialog *self = AVB_TYPING_DIALOG (object);

  g_clear_pointer (&self->strokes, g_array_unref);
  g_clear_pointer (&self->layouts, g_ptr_array_unref);
  g_free (self->text);
  G_OBJECT_CLASS (avb_typing_dialog_parent_class)->finalize (object);
}

static void
avb_typing_dialog_class_init (AvbTypingDialogClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = avb_typing_dialog_dispose;
  object_class->finalize = avb_typing_dialog_finalize;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/alphavbox/AlphaVBox/ui/machine/avb-typing-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, AvbTypingDialog, type);
  gtk_widget_class_bind_template_child (widget_class, AvbTypingDialog, preview_area);
  gtk_widget_class_bind_template_child (widget_class, AvbTypingDialog, preview);
  gtk_widget_class_bind_template_child (widget_class, AvbTypingDialog, layout);
  gtk_widget_class_bind_template_child (widget_class, AvbTypingDialog, note);
  gtk_widget_class_bind_template_child (widget_class, AvbTypingDialog, problem);
  gtk_widget_class_bind_template_callback (widget_class, type_cb);
  gtk_widget_class_bind_template_callback (widget_class, layout_cb);
}

static void
avb_typing_dialog_init (AvbTypingDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->reading = g_cancellable_new ();
}

AdwDialog *
avb_typing_dialog_new (AvbLibrary *library, AvbConsoleSession *session)
{
  AvbTypingDialog *self;
  DexFuture *future;

  g_return_val_if_fail (AVB_IS_LIBRARY (library), NULL);
  g_return_val_if_fail (AVB_IS_CONSOLE_SESSION (session), NULL);

  self = g_object_new (AVB_TYPE_TYPING_DIALOG, NULL);
  self->library = g_object_ref (library);
  self->session = g_object_ref (session);
  fill_layouts (self);
  future = avb_clipboard_read (gtk_widget_get_clipboard (GTK_WIDGET (self)),
                               avb_clipboard_mime_types (VD_AGENT_CLIPBOARD_UTF8_TEXT), MAX_BYTES,
                               self->reading);
  avb_future_finish (dex_future_finally (future, read_cb, g_object_ref (self),
                                         g_object_unref),
                     "read the text to type");
  return ADW_DIALOG (self);
}
