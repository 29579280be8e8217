/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-guest-group.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-blocking.h"
#include "backends/avb-guest-info.h"
#include "ui/avb-feedback.h"
#include "ui/avb-format.h"

/* A guest that just booted has no address yet, and no event tells when it gets one. */
#define FIRST_LOOK_SECONDS 3
#define MAX_LOOKS 6
/* Who has more is looked up in the guest. */
#define MAX_ADDRESS_ROWS 12

struct _AvbGuestGroup {
  AdwPreferencesGroup parent_instance;

  AvbMachine *machine;
  gboolean    asking;
  gboolean    ask_again; /* something changed meanwhile */
  guint       looks;
  guint       look_source;
  GPtrArray  *addresses; /* rows */

  GtkWidget    *refresh;
  AdwActionRow *reason;
  AdwActionRow *host_name;
  AdwActionRow *os_name;
  AdwActionRow *time_zone;
  AdwActionRow *users;
};

G_DEFINE_FINAL_TYPE (AvbGuestGroup, avb_guest_group, ADW_TYPE_PREFERENCES_GROUP)

enum { PROP_0, PROP_MACHINE, N_PROPS };

static GParamSpec *properties[N_PROPS];

static void ask (AvbGuestGroup *self);

static void
show_text (AdwActionRow *row, const char *text)
{
  adw_action_row_set_subtitle (row, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (row), text != NULL && *text != '\0');
}

/* --- Addresses --- */

static void
copy_cb (GtkWidget *button)
{
  const char *address = g_object_get_data (G_OBJECT (button), "address");

  gdk_clipboard_set_text (gtk_widget_get_clipboard (button), address);
  avb_feedback_message (button, _("Address copied"));
}

static GtkWidget *
make_address_row (const char *interface, const char *mac, const char *address)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *copy = gtk_button_new_from_icon_name ("edit-copy-symbolic");
  g_autofree char *title = NULL;
  g_autofree char *label = NULL;

  /* Translators: %s is the name of a network interface. */
  title = *interface != '\0' ? g_strdup_printf (_("Address (%s)"), interface) : g_strdup (_("Address"));
  /* Translators: %s is a network address. */
  label = g_strdup_printf (_("Copy Address %s"), address);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), address);
  adw_action_row_set_subtitle_selectable (ADW_ACTION_ROW (row), TRUE);
  gtk_widget_add_css_class (row, "property");
  if (mac != NULL)
    gtk_widget_set_tooltip_text (row, mac);
  gtk_widget_set_valign (copy, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (copy, "flat");
  gtk_widget_set_tooltip_text (copy, _("Copy Address"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (copy), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  g_object_set_data_full (G_OBJECT (copy), "address", g_strdup (address), g_free);
  g_signal_connect (copy, "clicked", G_CALLBACK (copy_cb), NULL);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), copy);
  return row;
}

static gboolean
is_link_local (const char *text)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (text);

  return address != NULL && g_inet_address_get_is_link_local (address);
}

static void
clear_addresses (AvbGuestGroup *self)
{
  for (guint i = 0; i < self->addresses->len; i++)
    adw_preferences_group_remove (ADW_PREFERENCES_GROUP (self), self->addresses->pdata[i]);
  g_ptr_array_set_size (self->addresses, 0);
}

/* Those by which it can be reached; where it has no others, those of the link alone. */
static void
add_addresses (AvbGuestGroup *self, const AvbGuestInfo *info, gboolean link_local)
{
  for (guint i = 0; i < info->interfaces->len; i++)
    {
      const AvbGuestInterface *interface = info->interfaces->pdata[i];

      for (guint j = 0; interface->addresses[j] != NULL; j++)
        {
          GtkWidget *row;

          if (is_link_local (interface->addresses[j]) != link_local ||
              self->addresses->len >= MAX_ADDRESS_ROWS)
            continue;
          row = make_address_row (interface->name, interface->mac, interface->addresses[j]);
          adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), row);
          g_ptr_array_add (self->addresses, row);
        }
    }
}

/* --- Users --- */

static char *
format_user (const AvbGuestUser *user)
{
  g_autofree char *since = avb_format_since (user->since, g_get_real_time () / G_USEC_PER_SEC);

  return *since != '\0' ? g_strdup_printf ("%s · %s", user->name, since) : g_strdup (user->name);
}

static char *
format_users (const AvbGuestInfo *info)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < info->users->len; i++)
    {
      g_autofree char *user = format_user (info->users->pdata[i]);

      if (i > 0)
        g_string_append_c (text, '\n');
      g_string_append (text, user);
    }
  if (info->more_users)
    g_string_append_printf (text, "\n%s", _("And others"));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* --- Asking --- */

static void
show_info (AvbGuestGroup *self, const AvbGuestInfo *info)
{
  g_autofree char *users = format_users (info);
  g_autofree char *os = NULL;

  if (info->os_name != NULL && info->kernel != NULL)
    os = g_strdup_printf ("%s · %s", info->os_name, info->kernel);
  else
    os = g_strdup (info->os_name != NULL ? info->os_name : info->kernel);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->reason),
                                 info->reason != NULL ? info->reason : "");
  gtk_widget_set_visible (GTK_WIDGET (self->reason), info->reason != NULL);
  show_text (self->host_name, info->host_name);
  show_text (self->os_name, os);
  show_text (self->time_zone, info->time_zone);
  show_text (self->users, users);
  clear_addresses (self);
  add_addresses (self, info, FALSE);
  if (self->addresses->len == 0)
    add_addresses (self, info, TRUE);
}

static gboolean
look_cb (gpointer data)
{
  AvbGuestGroup *self = data;

  self->look_source = 0;
  ask (self);
  return G_SOURCE_REMOVE;
}

static void
look_later (AvbGuestGroup *self)
{
  if (self->looks >= MAX_LOOKS)
    return;
  self->look_source = g_timeout_add_seconds (FIRST_LOOK_SECONDS << self->looks, look_cb, self);
  self->looks++;
}

typedef struct {
  AvbGuestGroup *self;
  AvbMachine    *machine;
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_object_unref (question->self);
  g_object_unref (question->machine);
  g_free (question);
}

static DexFuture *
answered_cb (DexFuture *future, gpointer data)
{
  Question *question = data;
  AvbGuestGroup *self = question->self;
  const GValue *value = dex_future_get_value (future, NULL);
  const AvbGuestInfo *info = value != NULL ? g_value_get_boxed (value) : NULL;

  self->asking = FALSE;
  gtk_widget_set_sensitive (self->refresh, TRUE);
  if (self->machine == question->machine && info != NULL && info->agent != AVB_GUEST_AGENT_NOT_RUNNING)
    {
      /* A frozen guest tells only a part. */
      if (avb_machine_get_frozen_until (self->machine) == 0)
        show_info (self, info);
      if (info->agent == AVB_GUEST_AGENT_SILENT ||
          (info->agent == AVB_GUEST_AGENT_ANSWERS && self->addresses->len == 0))
        look_later (self);
    }
  if (self->ask_again)
    ask (self);
  return dex_ref (future);
}

static void
ask (AvbGuestGroup *self)
{
  gboolean running = self->machine != NULL && avb_machine_get_available (self->machine) &&
                     avb_machine_get_state (self->machine) == AVB_MACHINE_RUNNING;
  Question *question;

  self->ask_again = self->asking;
  g_clear_handle_id (&self->look_source, g_source_remove);
  if (!running || self->asking || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  self->asking = TRUE;
  gtk_widget_set_sensitive (self->refresh, FALSE);
  question = g_new0 (Question, 1);
  question->self = g_object_ref (self);
  question->machine = g_object_ref (self->machine);
  avb_future_finish (dex_future_finally (avb_machine_read_guest_info (self->machine), answered_cb,
                                         question, question_free),
                     "Reading what the guest tells");
}

static void
refresh_cb (AvbGuestGroup *self)
{
  self->looks = 0;
  ask (self);
}

/* A machine that is paused still is what it was. */
static void
changed_cb (AvbGuestGroup *self)
{
  AvbMachineState state =
      self->machine != NULL ? avb_machine_get_state (self->machine) : AVB_MACHINE_UNKNOWN;
  gboolean active = state == AVB_MACHINE_RUNNING || state == AVB_MACHINE_PAUSED;

  if (!active)
    {
      g_autoptr (AvbGuestInfo) nothing = avb_guest_info_new ();

      show_info (self, nothing);
    }
  gtk_widget_set_visible (GTK_WIDGET (self), active);
  refresh_cb (self);
}

static void
avb_guest_group_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (avb_guest_group_parent_class)->map (widget);
  refresh_cb (AVB_GUEST_GROUP (widget));
}

static void
avb_guest_group_dispose (GObject *object)
{
  AvbGuestGroup *self = AVB_GUEST_GROUP (object);

  g_clear_handle_id (&self->look_source, g_source_remove);
  if (self->machine != NULL)
    g_signal_handlers_disconnect_by_func (self->machine, changed_cb, self);
  g_clear_object (&self->machine);
  gtk_widget_dispose_template (GTK_WIDGET (self), AVB_TYPE_GUEST_GROUP);
  G_OBJECT_CLASS (avb_guest_group_parent_class)->dispose (object);
}

static void
avb_guest_group_finalize (GObject *object)
{
  g_ptr_array_unref (AVB_GUEST_GROUP (object)->addresses);
  G_OBJECT_CLASS (avb_guest_group_parent_class)->finalize (object);
}

static void
avb_guest_group_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_MACHINE)
    g_value_set_object (value, AVB_GUEST_GROUP (object)->machine);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
avb_guest_group_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_MACHINE)
    avb_guest_group_set_machine (AVB_GUEST_GROUP (object), g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
avb_guest_group_class_init (AvbGuestGroupClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = avb_guest_group_dispose;
  object_class->finalize = avb_guest_group_finalize;
  object_class->get_property = avb_guest_group_get_property;
  object_class->set_property = avb_guest_group_set_property;
  widget_class->map = avb_guest_group_map;
  properties[PROP_MACHINE] =
      g_param_spec_object ("machine", NULL, NULL, AVB_TYPE_MACHINE,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/alphavbox/AlphaVBox/ui/machine/avb-guest-group.ui");
  gtk_widget_class_bind_template_child (widget_class, AvbGuestGroup, refresh);
  gtk_widget_class_bind_template_child (widget_class, AvbGuestGroup, reason);
  gtk_widget_class_bind_template_child (widget_class, AvbGuestGroup, host_name);
  gtk_widget_class_bind_template_child (widget_class, AvbGuestGroup, os_name);
  gtk_widget_class_bind_template_child (widget_class, AvbGuestGroup, time_zone);
  gtk_widget_class_bind_template_child (widget_class, AvbGuestGroup, users);
  gtk_widget_class_bind_template_callback (widget_class, refresh_cb);
}

static void
avb_guest_group_init (AvbGuestGroup *self)
{
  self->addresses = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
avb_guest_group_set_machine (AvbGuestGroup *self, AvbMachine *machine)
{
  static const char *const facts[] = { "notify::state", "notify::available",
                                       "notify::agent-connected", "notify::frozen-until" };

  g_return_if_fail (AVB_IS_GUEST_GROUP (self));

  if (self->machine == machine)
    return;
  if (self->machine != NULL)
    g_signal_handlers_disconnect_by_func (self->machine, changed_cb, self);
  g_set_object (&self->machine, machine);
  for (guint i = 0; machine != NULL && i < G_N_ELEMENTS (facts); i++)
    g_signal_connect_object (machine, facts[i], G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  changed_cb (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MACHINE]);
}
