/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-add-host-dialog.h"

#include <glib/gi18n-lib.h>

#include "app/avb-host-address.h"
#include "ui/hosts/avb-hosts.h"

struct _AvbAddHostDialog {
  AdwDialog parent_instance;

  AvbLibrary  *library;
  AvbHostKind  kinds[AVB_N_HOST_KINDS]; /* of the rows */

  AdwComboRow *kind;
  AdwEntryRow *host;
  AdwEntryRow *user;
  GtkLabel    *hint;
  GtkLabel    *problem;
  GtkWidget   *add;
};

G_DEFINE_FINAL_TYPE (AvbAddHostDialog, avb_add_host_dialog, ADW_TYPE_DIALOG)

static const struct {
  const char *title;
  const char *hint;
  const char *example; /* an address of this kind */
} about[AVB_N_HOST_KINDS] = {
  [AVB_HOST_SSH] = { N_ ("libvirt over SSH"),
                     N_ ("A computer with libvirt that you can log in to with an SSH key. Write “host:port” for "
                         "another port than 22."),
                     "qemu+ssh://host/system" },
  [AVB_HOST_HYPERV] = { N_ ("Hyper-V"),
                        N_ ("A Windows computer with Hyper-V whose remote management (WinRM) is on. It asks for the "
                            "user’s password. So far this has met a simulated host only."),
                        "hyperv://user@host" },
  [AVB_HOST_OWN] = { N_ ("This Computer: Your Machines"),
                     N_ ("Machines that are yours alone and need no administrator."), "qemu:///session" },
  [AVB_HOST_SYSTEM] = { N_ ("This Computer: System Machines"),
                        N_ ("Machines that belong to the computer. Whoever manages them may do much with it."),
                        "qemu:///system" },
};

/* What people add comes first. */
static const AvbHostKind order[] = { AVB_HOST_SSH, AVB_HOST_HYPERV, AVB_HOST_OWN, AVB_HOST_SYSTEM };

static AvbHostKind
get_kind (AvbAddHostDialog *self)
{
  guint selected = adw_combo_row_get_selected (self->kind);

  return self->kinds[selected < AVB_N_HOST_KINDS ? selected : 0];
}

static gboolean
is_elsewhere (AvbHostKind kind)
{
  return kind == AVB_HOST_SSH || kind == AVB_HOST_HYPERV;
}

static void
show_problem (AvbAddHostDialog *self, const char *message)
{
  gtk_label_set_label (self->problem, message != NULL ? message : "");
  gtk_widget_set_visible (GTK_WIDGET (self->problem), message != NULL);
}

static void
changed_cb (AvbAddHostDialog *self)
{
  AvbHostKind kind = get_kind (self);
  gboolean    elsewhere = is_elsewhere (kind);
  gboolean    has_host = *gtk_editable_get_text (GTK_EDITABLE (self->host)) != '\0';
  gboolean    has_user = *gtk_editable_get_text (GTK_EDITABLE (self->user)) != '\0';

  gtk_widget_set_visible (GTK_WIDGET (self->host), elsewhere);
  gtk_widget_set_visible (GTK_WIDGET (self->user), elsewhere);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->user),
                                 kind == AVB_HOST_SSH ? _("_User, if Another One Than Here") : _("_User"));
  gtk_label_set_label (self->hint, _(about[kind].hint));
  gtk_widget_set_sensitive (self->add,
                            !elsewhere || (has_host && (has_user || kind == AVB_HOST_SSH)));
  show_problem (self, NULL);
}

/* (transfer none) (nullable) */
static AvbConnection *
find_open (AvbAddHostDialog *self, const char *uri)
{
  GListModel *connections = avb_library_get_connections (self->library);

  for (guint i = 0; i < g_list_model_get_n_items (connections); i++)
    {
      g_autoptr (AvbConnection) connection = g_list_model_get_item (connections, i);

      if (g_str_equal (avb_connection_get_uri (connection), uri))
        return connection; /* the list holds it */
    }
  return NULL;
}

static void
add_cb (AvbAddHostDialog *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *uri = NULL;
  AvbConnection   *open;

  if (!gtk_widget_get_sensitive (self->add))
    return;
  uri = avb_host_address_build (get_kind (self), gtk_editable_get_text (GTK_EDITABLE (self->host)),
                                gtk_editable_get_text (GTK_EDITABLE (self->user)), &error);
  open = uri != NULL ? find_open (self, uri) : NULL;
  if (open != NULL && avb_hosts_is_kept (self->library, open))
    {
      show_problem (self, _("This host is in the list already."));
      return;
    }
  if (uri == NULL || avb_hosts_add (self->library, uri, &error) == NULL)
    {
      show_problem (self, error->message);
      gtk_widget_grab_focus (GTK_WIDGET (self->host));
      return;
    }
  adw_dialog_close (ADW_DIALOG (self));
}

static void
fill_kinds (AvbAddHostDialog *self)
{
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL);
  guint n = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (order); i++)
    if (avb_library_handles (self->library, about[order[i]].example))
      {
        self->kinds[n++] = order[i];
        gtk_string_list_append (titles, _(about[order[i]].title));
      }
  adw_combo_row_set_model (self->kind, G_LIST_MODEL (titles));
  gtk_widget_set_sensitive (self->add, n > 0);
}

static void
avb_add_host_dialog_dispose (GObject *object)
{
  AvbAddHostDialog *self = AVB_ADD_HOST_DIALOG (object);

  g_clear_object (&self->library);
  gtk_widget_dispose_template (GTK_WIDGET (self), AVB_TYPE_ADD_HOST_DIALOG);
  G_OBJECT_CLASS (avb_add_host_dialog_parent_class)->dispose (object);
}

static void
avb_add_host_dialog_class_init (AvbAddHostDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = avb_add_host_dialog_dispose;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/alphavbox/AlphaVBox/ui/hosts/avb-add-host-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, AvbAddHostDialog, kind);
  gtk_widget_class_bind_template_child (widget_class, AvbAddHostDialog, host);
  gtk_widget_class_bind_template_child (widget_class, AvbAddHostDialog, user);
  gtk_widget_class_bind_template_child (widget_class, AvbAddHostDialog, hint);
  gtk_widget_class_bind_template_child (widget_class, AvbAddHostDialog, problem);
  gtk_widget_class_bind_template_child (widget_class, AvbAddHostDialog, add);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, add_cb);
}

static void
avb_add_host_dialog_init (AvbAddHostDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

AdwDialog *
avb_add_host_dialog_new (AvbLibrary *library)
{
  AvbAddHostDialog *self;

  g_return_val_if_fail (AVB_IS_LIBRARY (library), NULL);

  self = g_object_new (AVB_TYPE_ADD_HOST_DIALOG, NULL);
  self->library = g_object_ref (library);
  fill_kinds (self);
  changed_cb (self);
  return ADW_DIALOG (self);
}
