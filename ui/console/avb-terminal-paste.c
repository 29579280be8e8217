/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

#include "ui/console/avb-terminal-private.h"

/* A fast serial port takes this in half a minute. */
#define MAX_BYTES (256 * 1024)
#define MAX_SHOWN 400

typedef struct {
  VteTerminal *terminal;
  char        *text;
} Paste;

static void
paste_free (Paste *paste)
{
  g_object_unref (paste->terminal);
  g_free (paste->text);
  g_free (paste);
}

static void
answered_cb (GObject *dialog, GAsyncResult *result, gpointer data)
{
  Paste      *paste = data;
  const char *answer = adw_alert_dialog_choose_finish (ADW_ALERT_DIALOG (dialog), result);

  if (g_str_equal (answer, "paste"))
    vte_terminal_paste_text (paste->terminal, paste->text);
  gtk_widget_grab_focus (GTK_WIDGET (paste->terminal));
  paste_free (paste);
}

static guint
count_lines (const char *text)
{
  guint n = 1;

  for (const char *c = text; *c != '\0'; c++)
    n += (*c == '\n' || *c == '\r') && !(c[0] == '\r' && c[1] == '\n');
  return n;
}

static GtkWidget *
make_sample (const char *text)
{
  g_autofree char *sample = g_utf8_substring (text, 0, MIN (g_utf8_strlen (text, -1), MAX_SHOWN));
  GtkWidget       *label = gtk_label_new (sample);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_lines (GTK_LABEL (label), 8);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "monospace");
  gtk_widget_add_css_class (label, "card");
  gtk_widget_add_css_class (label, "details");
  return label;
}

static void
ask (VteTerminal *terminal, char *text, guint lines)
{
  AdwAlertDialog  *dialog = ADW_ALERT_DIALOG (adw_alert_dialog_new (NULL, NULL));
  Paste           *paste = g_new0 (Paste, 1);
  g_autofree char *heading
      = g_strdup_printf (ngettext ("Paste %u Line?", "Paste %u Lines?", lines), lines);

  adw_alert_dialog_set_heading (dialog, heading);
  adw_alert_dialog_set_body (
      dialog, _ ("The guest may run each line as a command, as soon as it is pasted."));
  adw_alert_dialog_set_extra_child (dialog, make_sample (text));
  adw_alert_dialog_add_responses (
      dialog, "cancel", _ ("_Cancel"), "paste", _ ("_Paste"), NULL);
  adw_alert_dialog_set_response_appearance (dialog, "paste", ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_default_response (dialog, "paste");
  adw_alert_dialog_set_close_response (dialog, "cancel");
  paste->terminal = g_object_ref (terminal);
  paste->text = text;
  adw_alert_dialog_choose (dialog, GTK_WIDGET (terminal), NULL, answered_cb, paste);
}

static void
refuse (VteTerminal *terminal)
{
  AdwDialog *dialog = adw_alert_dialog_new (
      _ ("Too Much to Paste"),
      _ ("The clipboard has more text than a text console can take. Copy less of it, or bring it "
         "to the guest as a file."));

  adw_alert_dialog_add_response (ADW_ALERT_DIALOG (dialog), "close", _ ("_Close"));
  adw_dialog_present (dialog, GTK_WIDGET (terminal));
}

static void
read_cb (GObject *clipboard, GAsyncResult *result, gpointer data)
{
  g_autoptr (VteTerminal) terminal = data;
  g_autofree char *text = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (clipboard), result, NULL);
  guint            lines;

  /* No text there, or the terminal has gone meanwhile. */
  if (text == NULL || *text == '\0' || gtk_widget_get_root (GTK_WIDGET (terminal)) == NULL)
    return;
  if (strlen (text) > MAX_BYTES)
    {
      refuse (terminal);
      return;
    }
  lines = count_lines (text);
  if (lines > 1)
    ask (terminal, g_steal_pointer (&text), lines);
  else
    vte_terminal_paste_text (terminal, text);
}

void
avb_terminal_paste (VteTerminal *terminal, GdkClipboard *clipboard)
{
  gdk_clipboard_read_text_async (clipboard, NULL, read_cb, g_object_ref (terminal));
}
