/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-log-page.h"

#include <glib/gi18n-lib.h>

#include "ui/avb-feedback.h"
#include "ui/avb-label.h"
#include "ui/extensions/avb-permission-rows.h"

#define KEY "avb-line"

struct _AvbLogPage {
  AdwNavigationPage parent_instance;

  GListModel       *model;
  AvbLogDescribe    describe;
  gboolean          monospace;

  GtkStack         *stack;
  GtkListView      *lines;
  AdwStatusPage    *empty;
  GtkWidget        *copy;
};

G_DEFINE_FINAL_TYPE (AvbLogPage, avb_log_page, ADW_TYPE_NAVIGATION_PAGE)

typedef struct {
  GtkWidget *time;
  GtkWidget *badge;
  GtkWidget *text;
  GtkWidget *detail;
} Line;

static char *
format_time (gint64 time)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_local_usec (time);

  return date != NULL ? g_date_time_format (date, "%F %T") : g_strdup ("");
}

static void
log_text_clear (AvbLogText *text)
{
  g_free (text->text);
  g_free (text->detail);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AvbLogText, log_text_clear)

/* --- lines --- */

static void
setup_cb (AvbLogPage *self, GtkListItem *item)
{
  Line *line = g_new0 (Line, 1);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  line->time = avb_label_new_wrapped ("caption");
  gtk_widget_add_css_class (line->time, "dimmed");
  gtk_widget_add_css_class (line->time, "numeric");
  line->badge = avb_badge_new ("", NULL);
  line->text = avb_label_new_wrapped (self->monospace ? "monospace" : NULL);
  line->detail = avb_label_new_wrapped ("caption");
  gtk_widget_add_css_class (line->detail, "dimmed");
  gtk_box_append (GTK_BOX (head), line->time);
  gtk_box_append (GTK_BOX (head), line->badge);
  gtk_box_append (GTK_BOX (box), head);
  gtk_box_append (GTK_BOX (box), line->text);
  gtk_box_append (GTK_BOX (box), line->detail);
  g_object_set_data_full (G_OBJECT (item), KEY, line, g_free);
  gtk_list_item_set_activatable (item, FALSE);
  gtk_list_item_set_child (item, box);
}

static void
bind_cb (AvbLogPage *self, GtkListItem *item)
{
  Line *line = g_object_get_data (G_OBJECT (item), KEY);
  g_auto (AvbLogText) text = { 0 };
  g_autofree char *time = NULL;

  self->describe (gtk_list_item_get_item (item), &text);
  time = format_time (text.time);
  gtk_label_set_label (GTK_LABEL (line->time), time);
  gtk_label_set_label (GTK_LABEL (line->text), text.text);
  gtk_label_set_label (GTK_LABEL (line->detail), text.detail != NULL ? text.detail : "");
  gtk_widget_set_visible (line->detail, text.detail != NULL);
  gtk_label_set_label (GTK_LABEL (line->badge), text.word != NULL ? text.word : "");
  gtk_widget_set_visible (line->badge, text.word != NULL);
  gtk_widget_remove_css_class (line->badge, "error");
  gtk_widget_remove_css_class (line->badge, "warning");
  if (text.style != NULL)
    gtk_widget_add_css_class (line->badge, text.style);
  gtk_list_item_set_accessible_label (item, text.text);
  gtk_list_item_set_accessible_description (item, time);
}

/* --- the page --- */

static void
changed_cb (AvbLogPage *self)
{
  gboolean any = g_list_model_get_n_items (self->model) > 0;

  gtk_stack_set_visible_child_name (self->stack, any ? "lines" : "empty");
  gtk_widget_set_sensitive (self->copy, any);
}

static void
copy_cb (AvbLogPage *self)
{
  g_autoptr (GString) all = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (self->model); i++)
    {
      g_autoptr (GObject) item = g_list_model_get_item (self->model, i);
      g_auto (AvbLogText) text = { 0 };
      g_autofree char *time = NULL;

      self->describe (item, &text);
      time = format_time (text.time);
      g_string_append_printf (all, "%s %s%s%s%s%s\n", time, text.word != NULL ? text.word : "",
                              text.word != NULL ? ": " : "", text.text, text.detail != NULL ? " | " : "",
                              text.detail != NULL ? text.detail : "");
    }
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), all->str);
  avb_feedback_message (GTK_WIDGET (self), _("Copied."));
}

/* The newest is what is looked for. Only now: until then the menu that led here has the keyboard. */
static void
avb_log_page_shown (AdwNavigationPage *page)
{
  AvbLogPage *self = AVB_LOG_PAGE (page);
  guint n = g_list_model_get_n_items (self->model);

  if (n > 0)
    gtk_list_view_scroll_to (self->lines, n - 1, GTK_LIST_SCROLL_FOCUS, NULL);
  else
    gtk_widget_child_focus (GTK_WIDGET (self), GTK_DIR_TAB_FORWARD);
}

static void
avb_log_page_dispose (GObject *object)
{
  AvbLogPage *self = AVB_LOG_PAGE (object);

  if (self->lines != NULL)
    gtk_list_view_set_model (self->lines, NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), AVB_TYPE_LOG_PAGE);
  g_clear_object (&self->model);
  G_OBJECT_CLASS (avb_log_page_parent_class)->dispose (object);
}

static void
avb_log_page_class_init (AvbLogPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = avb_log_page_dispose;
  ADW_NAVIGATION_PAGE_CLASS (klass)->shown = avb_log_page_shown;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/alphavbox/AlphaVBox/ui/extensions/avb-log-page.ui");
  gtk_widget_class_bind_template_child (widget_class, AvbLogPage, stack);
  gtk_widget_class_bind_template_child (widget_class, AvbLogPage, lines);
  gtk_widget_class_bind_template_child (widget_class, AvbLogPage, empty);
  gtk_widget_class_bind_template_child (widget_class, AvbLogPage, copy);
  gtk_widget_class_bind_template_callback (widget_class, copy_cb);
}

static void
avb_log_page_init (AvbLogPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

AdwNavigationPage *
avb_log_page_new (const char *title, const char *empty, GListModel *lines, AvbLogDescribe describe, gboolean monospace)
{
  AvbLogPage *self;
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();
  g_autoptr (GtkSelectionModel) selection = NULL;

  g_return_val_if_fail (G_IS_LIST_MODEL (lines), NULL);
  g_return_val_if_fail (describe != NULL, NULL);

  self = g_object_new (AVB_TYPE_LOG_PAGE, "title", title, NULL);
  self->model = g_object_ref (lines);
  self->describe = describe;
  self->monospace = monospace;
  adw_status_page_set_title (self->empty, empty);
  selection = GTK_SELECTION_MODEL (gtk_no_selection_new (g_object_ref (lines)));
  g_signal_connect_object (factory, "setup", G_CALLBACK (setup_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "bind", G_CALLBACK (bind_cb), self, G_CONNECT_SWAPPED);
  gtk_list_view_set_factory (self->lines, factory);
  gtk_list_view_set_model (self->lines, selection);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->lines), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  g_signal_connect_object (lines, "items-changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  changed_cb (self);
  return ADW_NAVIGATION_PAGE (self);
}
