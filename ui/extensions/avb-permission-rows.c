/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-permission-rows.h"

#include <glib/gi18n-lib.h>

#include "ui/avb-format.h"

#define KEY_PERMISSION "avb-permission"
#define KEY_CHECK "avb-check"
#define KEY_BADGES "avb-badges"

static const struct {
  const char *id;
  const char *icon;
} icons[] = {
  { AVB_PERMISSION_MACHINES_READ, "computer-symbolic" },
  { AVB_PERMISSION_MACHINES_CONTROL, "system-shutdown-symbolic" },
  { AVB_PERMISSION_MACHINES_HARDWARE, "applications-engineering-symbolic" },
  { AVB_PERMISSION_GUEST_EXEC, "utilities-terminal-symbolic" },
  { AVB_PERMISSION_NETWORK_FETCH, "network-transmit-receive-symbolic" },
  { AVB_PERMISSION_STORAGE_SERVE, "drive-multidisk-symbolic" },
  { AVB_PERMISSION_NETWORK_ATTACH, "network-wired-symbolic" },
  { AVB_PERMISSION_NETWORK_UNRESTRICTED, "network-workgroup-symbolic" },
  { AVB_PERMISSION_SECRETS, "dialog-password-symbolic" },
};

static const char *
get_icon (const char *id)
{
  for (gsize i = 0; i < G_N_ELEMENTS (icons); i++)
    if (g_str_equal (icons[i].id, id))
      return icons[i].icon;
  return "dialog-question-symbolic";
}

GtkWidget *
avb_badge_new (const char *text, const char *style)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_widget_set_valign (label, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (label, "extension-badge");
  if (style != NULL)
    gtk_widget_add_css_class (label, style);
  return label;
}

static GtkWidget *
make_risk (AvbRisk risk)
{
  switch (risk)
    {
    case AVB_RISK_HIGH:
      return avb_badge_new (_("High risk"), "error");
    case AVB_RISK_MEDIUM:
      return avb_badge_new (_("Some risk"), "warning");
    case AVB_RISK_LOW:
    default:
      return avb_badge_new (_("Low risk"), NULL);
    }
}

/* One below the other: what it is about has the width, also in a narrow window. */
static void
add_badge (GtkWidget *row, GtkWidget *badge)
{
  GtkWidget *box = g_object_get_data (G_OBJECT (row), KEY_BADGES);

  if (box == NULL)
    {
      box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
      gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), box);
      g_object_set_data (G_OBJECT (row), KEY_BADGES, box);
    }
  gtk_widget_set_halign (badge, GTK_ALIGN_END);
  gtk_box_append (GTK_BOX (box), badge);
}

static char *
dup_reason (AvbPermission *permission)
{
  const char *reason = avb_permission_get_reason (permission);

  if (reason == NULL || *reason == '\0')
    return g_strdup (_("The author gives no reason."));
  /* Translators: what the author of an extension wrote about why it needs a permission. */
  return g_strdup_printf (_("The author says: “%s”"), reason);
}

static void
add_check (GtkWidget *row, const char *sentence, gboolean active)
{
  GtkWidget *check = gtk_check_button_new ();

  gtk_check_button_set_active (GTK_CHECK_BUTTON (check), active);
  gtk_widget_set_valign (check, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (check), GTK_ACCESSIBLE_PROPERTY_LABEL, sentence, -1);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), check);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), check);
  g_object_set_data (G_OBJECT (row), KEY_CHECK, check);
}

GtkWidget *
avb_permission_row_new (AvbPermission *permission, gboolean choose, gboolean granted, gboolean is_new)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *icon = gtk_image_new_from_icon_name (get_icon (avb_permission_get_id (permission)));
  g_autofree char *sentence = avb_permission_dup_sentence (permission);
  g_autofree char *reason = dup_reason (permission);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), sentence);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), reason);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), icon);
  if (avb_permission_get_risk (permission) == AVB_RISK_HIGH)
    gtk_widget_add_css_class (icon, "error");
  if (is_new)
    add_badge (row, avb_badge_new (C_("permission", "New"), "accent"));
  add_badge (row, make_risk (avb_permission_get_risk (permission)));
  if (choose && !avb_permission_get_required (permission))
    add_check (row, sentence, granted);
  g_object_set_data_full (G_OBJECT (row), KEY_PERMISSION, g_object_ref (permission), g_object_unref);
  return row;
}

void
avb_permission_row_forbid (GtkWidget *row, const char *why)
{
  GtkWidget *check = g_object_get_data (G_OBJECT (row), KEY_CHECK);
  g_autofree char *text = avb_format_lines (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), why, NULL);

  g_return_if_fail (check != NULL);

  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), text);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (check), FALSE);
  gtk_widget_set_sensitive (row, FALSE);
}

gboolean
avb_permission_row_get_granted (GtkWidget *row)
{
  GtkCheckButton *check = g_object_get_data (G_OBJECT (row), KEY_CHECK);

  return check == NULL || gtk_check_button_get_active (check);
}

AvbPermission *
avb_permission_row_get_permission (GtkWidget *row)
{
  return g_object_get_data (G_OBJECT (row), KEY_PERMISSION);
}

static int
compare_risk (gconstpointer a, gconstpointer b)
{
  AvbPermission *first = *(AvbPermission *const *) a;
  AvbPermission *second = *(AvbPermission *const *) b;
  int order = (int) avb_permission_get_risk (second) - (int) avb_permission_get_risk (first);

  if (order == 0)
    order = avb_permission_get_required (second) - avb_permission_get_required (first);
  return order != 0 ? order : strcmp (avb_permission_get_id (first), avb_permission_get_id (second));
}

GPtrArray *
avb_permissions_sort (GListModel *permissions)
{
  GPtrArray *sorted = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (permissions); i++)
    g_ptr_array_add (sorted, g_list_model_get_item (permissions, i));
  g_ptr_array_sort (sorted, compare_risk);
  return sorted;
}

static void
append (AdwPreferencesGroup *group, GPtrArray *rows, GtkWidget *row)
{
  adw_preferences_group_add (group, row);
  g_ptr_array_add (rows, row);
}

static GtkWidget *
make_none (gboolean is_code)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _("Asks for nothing"));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), is_code ? _("It runs in a sandbox and sees only its own files.")
                                                             : _("It is data. Nothing of it is executed."));
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), gtk_image_new_from_icon_name ("security-high-symbolic"));
  return row;
}

void
avb_permission_rows_fill (AdwPreferencesGroup *group, GPtrArray *rows, GListModel *permissions, GListModel *granted,
                          gboolean is_code)
{
  g_autoptr (GPtrArray) sorted = avb_permissions_sort (permissions);

  for (guint i = 0; i < rows->len; i++)
    adw_preferences_group_remove (group, rows->pdata[i]);
  g_ptr_array_set_size (rows, 0);
  for (guint i = 0; i < sorted->len; i++)
    {
      GtkWidget *row = avb_permission_row_new (sorted->pdata[i], FALSE, FALSE, FALSE);

      if (granted != NULL && !avb_permissions_cover (granted, sorted->pdata[i]))
        add_badge (row, avb_badge_new (_("Not granted"), NULL));
      else if (granted == NULL && !avb_permission_get_required (sorted->pdata[i]))
        add_badge (row, avb_badge_new (_("Optional"), NULL));
      append (group, rows, row);
    }
  if (sorted->len == 0)
    append (group, rows, make_none (is_code));
}
