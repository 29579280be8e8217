/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-cloud-group.h"

#include <glib/gi18n-lib.h>

#include "app/avb-cloud-init.h"
#include "app/avb-ssh-key.h"
#include "app/avb-text.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "ui/create/avb-install-choices.h"

struct _AvbCloudGroup {
  AdwPreferencesGroup parent_instance;

  AvbFirstBoot       *first_boot;
  GPtrArray          *rows;    /* of keys, in the order in which they are shown */
  char               *problem;
  char               *file_name; /* (nullable): of the own user-data */

  AdwSwitchRow       *cloud;
  AdwEntryRow        *user;
  AdwEntryRow        *password;
  AdwExpanderRow     *keys;
  AdwEntryRow        *host_name;
  AdwEntryRow        *packages;
  AdwActionRow       *user_data;
  GtkWidget          *clear_user_data;
  AdwPreferencesRow  *refusal;
};

G_DEFINE_FINAL_TYPE (AvbCloudGroup, avb_cloud_group, ADW_TYPE_PREFERENCES_GROUP)

enum {
  PROP_0,
  PROP_FIRST_BOOT,
  PROP_SHOWS_WISHES,
  PROP_PROBLEM,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

#define KEY_LINE "avb-key-line"
#define KEY_CHECK "avb-key-check"

static gboolean
shows_wishes (AvbCloudGroup *self)
{
  return avb_first_boot_get_mode (self->first_boot) == AVB_FIRST_BOOT_CLOUD &&
         avb_first_boot_get_user_data (self->first_boot) == NULL;
}

static void
describe_user_data (AvbCloudGroup *self)
{
  gboolean own = avb_first_boot_get_user_data (self->first_boot) != NULL;

  adw_action_row_set_subtitle (self->user_data,
                               !own                     ? _("Instead of user, keys and packages")
                               : self->file_name != NULL ? self->file_name
                                                         : _("Chosen"));
  gtk_widget_set_visible (self->clear_user_data, own);
}

static void
check (AvbCloudGroup *self)
{
  g_autofree char *problem = avb_first_boot_get_mode (self->first_boot) == AVB_FIRST_BOOT_CLOUD
                                 ? avb_cloud_init_find_problem (self->first_boot)
                                 : NULL;

  describe_user_data (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SHOWS_WISHES]);
  if (g_set_str (&self->problem, problem))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROBLEM]);
}

/* --- keys --- */

static void
keys_changed (AvbCloudGroup *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) lines = NULL;
  guint count;
  g_autofree char *text = NULL;

  for (guint i = 0; i < self->rows->len; i++)
    if (gtk_check_button_get_active (g_object_get_data (self->rows->pdata[i], KEY_CHECK)))
      g_strv_builder_add (builder, g_object_get_data (self->rows->pdata[i], KEY_LINE));
  lines = g_strv_builder_end (builder);
  count = g_strv_length (lines);
  text = count == 0 ? g_strdup (_("None: log in with the password"))
                    : g_strdup_printf (ngettext ("%u chosen", "%u chosen", count), count);
  adw_expander_row_set_subtitle (self->keys, text);
  g_object_set (self->first_boot, "ssh-keys", lines, NULL);
}

/* (nullable): it is offered already */
static GtkWidget *
find_key (AvbCloudGroup *self, const AvbSshKey *key)
{
  for (guint i = 0; i < self->rows->len; i++)
    if (g_str_equal (g_object_get_data (self->rows->pdata[i], KEY_LINE), key->line))
      return self->rows->pdata[i];
  return NULL;
}

static void
add_key (AvbCloudGroup *self, const AvbSshKey *key, gboolean chosen)
{
  GtkWidget *row = find_key (self, key);
  GtkWidget *button;
  g_autofree char *details = NULL;

  if (row != NULL)
    {
      gtk_check_button_set_active (g_object_get_data (G_OBJECT (row), KEY_CHECK), TRUE);
      return;
    }
  row = adw_action_row_new ();
  button = gtk_check_button_new ();
  /* Translators: the kind of an SSH key, and its fingerprint. */
  details = g_strdup_printf (_("%1$s · %2$s"), key->type, key->fingerprint);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), *key->comment != '\0' ? key->comment : key->type);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), details);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 2);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (button), chosen);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), button);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), button);
  g_object_set_data_full (G_OBJECT (row), KEY_LINE, g_strdup (key->line), g_free);
  g_object_set_data (G_OBJECT (row), KEY_CHECK, button);
  g_signal_connect_object (button, "toggled", G_CALLBACK (keys_changed), self, G_CONNECT_SWAPPED);
  g_ptr_array_add (self->rows, row);
  adw_expander_row_add_row (self->keys, row);
}

/* Whoever has a key is spared typing a password: one is chosen, and can be left out. */
static DexFuture *
found_cb (DexFuture *future, gpointer user_data)
{
  AvbCloudGroup *self = user_data;
  GPtrArray *keys = g_value_get_boxed (dex_future_get_value (future, NULL));

  /* The sheet may be gone by now. */
  if (self->keys == NULL)
    return dex_future_new_true ();
  for (guint i = 0; i < keys->len; i++)
    add_key (self, keys->pdata[i], self->rows->len == 0);
  keys_changed (self);
  return dex_future_new_true ();
}

/* --- files --- */

typedef struct {
  AvbCloudGroup *self;
  GFile         *file;
  gboolean       key_wanted;
} Taking;

static void
taking_free (gpointer data)
{
  Taking *taking = data;

  g_object_unref (taking->self);
  g_object_unref (taking->file);
  g_free (taking);
}

/* Here, where it was wished for: toasts are behind the sheet. @message: (nullable) */
static void
show_refusal (AvbCloudGroup *self, const char *message)
{
  adw_preferences_row_set_title (self->refusal, message != NULL ? message : "");
  gtk_widget_set_visible (GTK_WIDGET (self->refusal), message != NULL);
  if (message != NULL)
    gtk_accessible_announce (GTK_ACCESSIBLE (self), message, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_HIGH);
}

static DexFuture *
taken_cb (DexFuture *future, gpointer user_data)
{
  AvbCloudGroup *self = user_data;
  g_autoptr (GError) error = NULL;

  dex_future_get_value (future, &error);
  if (self->refusal != NULL)
    show_refusal (self, error != NULL ? error->message : NULL);
  return dex_future_new_true ();
}

/* Takes @future: the end of a file's way. */
static void
watch (AvbCloudGroup *self, DexFuture *future)
{
  avb_future_finish (dex_future_finally (future, taken_cb, g_object_ref (self), g_object_unref), "take a file");
}

static DexFuture *
user_data_cb (DexFuture *future, gpointer user_data)
{
  Taking *taking = user_data;
  AvbCloudGroup *self = taking->self;

  if (self->keys == NULL)
    return dex_future_new_true ();
  g_free (self->file_name);
  self->file_name = avb_text_dup_file_name (taking->file);
  g_object_set (self->first_boot, "mode", AVB_FIRST_BOOT_CLOUD, "user-data",
                g_value_get_string (dex_future_get_value (future, NULL)), NULL);
  return dex_future_new_true ();
}

static DexFuture *
key_cb (DexFuture *future, gpointer user_data)
{
  Taking *taking = user_data;
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (value == NULL && taking->key_wanted)
    return dex_future_new_for_error (g_steal_pointer (&error));
  /* What is no key may be the other thing that can be dropped. */
  if (value == NULL)
    {
      Taking *next = g_new0 (Taking, 1);

      next->self = g_object_ref (taking->self);
      next->file = g_object_ref (taking->file);
      return dex_future_then (avb_cloud_init_load_user_data (g_file_peek_path (taking->file)), user_data_cb, next,
                              taking_free);
    }
  if (taking->self->keys == NULL)
    return dex_future_new_true ();
  g_object_set (taking->self->first_boot, "mode", AVB_FIRST_BOOT_CLOUD, NULL);
  add_key (taking->self, g_value_get_boxed (value), TRUE);
  keys_changed (taking->self);
  return dex_future_new_true ();
}

/* (transfer full) (nullable): the sheet is gone, or the file is elsewhere */
static Taking *
taking_new (AvbCloudGroup *self, GFile *file)
{
  Taking *taking;

  if (self->keys == NULL)
    return NULL;
  if (g_file_peek_path (file) == NULL)
    {
      show_refusal (self, _("This file is not on this computer. Copy it here first."));
      return NULL;
    }
  taking = g_new0 (Taking, 1);
  taking->self = g_object_ref (self);
  taking->file = g_object_ref (file);
  return taking;
}

static void
take (AvbCloudGroup *self, GFile *file, gboolean key_wanted)
{
  Taking *taking = taking_new (self, file);

  if (taking == NULL)
    return;
  taking->key_wanted = key_wanted;
  watch (self, dex_future_finally (avb_ssh_key_load (g_file_peek_path (file)), key_cb, taking, taking_free));
}

void
avb_cloud_group_take_file (AvbCloudGroup *self, GFile *file)
{
  g_return_if_fail (AVB_IS_CLOUD_GROUP (self));
  g_return_if_fail (G_IS_FILE (file));

  take (self, file, FALSE);
}

static void
chosen_key_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (AvbCloudGroup) self = user_data;
  g_autoptr (GFile) file = gtk_file_dialog_open_finish (GTK_FILE_DIALOG (source), result, NULL);

  if (file != NULL)
    take (self, file, TRUE);
}

static void
add_key_cb (AvbCloudGroup *self)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autofree char *path = g_build_filename (g_get_home_dir (), ".ssh", NULL);
  g_autoptr (GFile) folder = g_file_new_for_path (path);

  gtk_file_dialog_set_title (dialog, _("Choose a Public SSH Key"));
  gtk_file_dialog_set_initial_folder (dialog, folder);
  gtk_file_dialog_open (dialog, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), NULL, chosen_key_cb,
                        g_object_ref (self));
}

static void
chosen_user_data_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (AvbCloudGroup) self = user_data;
  g_autoptr (GFile) file = gtk_file_dialog_open_finish (GTK_FILE_DIALOG (source), result, NULL);
  Taking *taking = file != NULL ? taking_new (self, file) : NULL;

  if (taking == NULL)
    return;
  watch (self, dex_future_then (avb_cloud_init_load_user_data (g_file_peek_path (file)), user_data_cb, taking,
                                taking_free));
}

static void
choose_user_data_cb (AvbCloudGroup *self)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();

  gtk_file_dialog_set_title (dialog, _("Choose User-Data for cloud-init"));
  gtk_file_dialog_open (dialog, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), NULL, chosen_user_data_cb,
                        g_object_ref (self));
}

static void
clear_user_data_cb (AvbCloudGroup *self)
{
  g_clear_pointer (&self->file_name, g_free);
  g_object_set (self->first_boot, "user-data", NULL, NULL);
}

/* --- drops --- */

static GdkDragAction
enter_cb (AvbCloudGroup *self)
{
  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (self),
                                         _("Drop a public SSH key or user-data to use it for the first start."));
  return GDK_ACTION_COPY;
}

static void
leave_cb (AvbCloudGroup *self)
{
  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (self), NULL);
}

static gboolean
drop_cb (AvbCloudGroup *self, const GValue *value)
{
  g_autoptr (GSList) files = gdk_file_list_get_files (g_value_get_boxed (value));

  for (GSList *l = files; l != NULL; l = l->next)
    avb_cloud_group_take_file (self, l->data);
  return files != NULL;
}

/* --- binding --- */

static gboolean
mode_to_active (GBinding *binding, const GValue *from, GValue *to, gpointer user_data)
{
  g_value_set_boolean (to, g_value_get_enum (from) == AVB_FIRST_BOOT_CLOUD);
  return TRUE;
}

static gboolean
active_to_mode (GBinding *binding, const GValue *from, GValue *to, gpointer user_data)
{
  g_value_set_enum (to, g_value_get_boolean (from) ? AVB_FIRST_BOOT_CLOUD : AVB_FIRST_BOOT_MANUAL);
  return TRUE;
}

static void
packages_changed_cb (AvbCloudGroup *self)
{
  g_auto (GStrv) words = g_strsplit_set (gtk_editable_get_text (GTK_EDITABLE (self->packages)), " ,\t", -1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) names = NULL;

  for (guint i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0')
      g_strv_builder_add (builder, words[i]);
  names = g_strv_builder_end (builder);
  g_object_set (self->first_boot, "packages", names, NULL);
}

static void
avb_cloud_group_constructed (GObject *object)
{
  AvbCloudGroup *self = AVB_CLOUD_GROUP (object);
  const struct {
    const char *property;
    gpointer    row;
  } texts[] = { { "user", self->user }, { "password", self->password }, { "host-name", self->host_name } };
  const GBindingFlags both = G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE;

  G_OBJECT_CLASS (avb_cloud_group_parent_class)->constructed (object);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_object_bind_property_full (self->first_boot, texts[i].property, texts[i].row, "text", both, avb_install_wish_to_text,
                                 NULL, NULL, NULL);
  g_object_bind_property_full (self->first_boot, "mode", self->cloud, "active", both, mode_to_active, active_to_mode, NULL,
                               NULL);
  g_signal_connect_object (self->packages, "changed", G_CALLBACK (packages_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->first_boot, "notify", G_CALLBACK (check), self, G_CONNECT_SWAPPED);
  avb_future_finish (dex_future_then (avb_ssh_key_find_own (), found_cb, g_object_ref (self), g_object_unref),
                     "look for SSH keys");
  keys_changed (self);
  check (self);
}

static void
avb_cloud_group_dispose (GObject *object)
{
  AvbCloudGroup *self = AVB_CLOUD_GROUP (object);

  g_ptr_array_set_size (self->rows, 0);
  gtk_widget_dispose_template (GTK_WIDGET (self), AVB_TYPE_CLOUD_GROUP);
  G_OBJECT_CLASS (avb_cloud_group_parent_class)->dispose (object);
}

static void
avb_cloud_group_finalize (GObject *object)
{
  AvbCloudGroup *self = AVB_CLOUD_GROUP (object);

  g_clear_object (&self->first_boot);
  g_ptr_array_unref (self->rows);
  g_free (self->problem);
  g_free (self->file_name);
  G_OBJECT_CLASS (avb_cloud_group_parent_class)->finalize (object);
}

static void
avb_cloud_group_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbCloudGroup *self = AVB_CLOUD_GROUP (object);

  switch (id)
    {
    case PROP_FIRST_BOOT:
      g_value_set_object (value, self->first_boot);
      break;
    case PROP_SHOWS_WISHES:
      g_value_set_boolean (value, self->first_boot != NULL && shows_wishes (self));
      break;
    case PROP_PROBLEM:
      g_value_set_string (value, self->problem);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_cloud_group_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  AvbCloudGroup *self = AVB_CLOUD_GROUP (object);

  if (id == PROP_FIRST_BOOT)
    self->first_boot = g_value_dup_object (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
avb_cloud_group_class_init (AvbCloudGroupClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->constructed = avb_cloud_group_constructed;
  object_class->dispose = avb_cloud_group_dispose;
  object_class->finalize = avb_cloud_group_finalize;
  object_class->get_property = avb_cloud_group_get_property;
  object_class->set_property = avb_cloud_group_set_property;

  properties[PROP_FIRST_BOOT] = g_param_spec_object ("first-boot", NULL, NULL, AVB_TYPE_FIRST_BOOT,
                                                     G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | flags);
  properties[PROP_SHOWS_WISHES] = g_param_spec_boolean ("shows-wishes", NULL, NULL, FALSE, G_PARAM_READABLE | flags);
  properties[PROP_PROBLEM] = g_param_spec_string ("problem", NULL, NULL, NULL, G_PARAM_READABLE | flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/alphavbox/AlphaVBox/ui/create/avb-cloud-group.ui");
  gtk_widget_class_bind_template_child (widget_class, AvbCloudGroup, cloud);
  gtk_widget_class_bind_template_child (widget_class, AvbCloudGroup, user);
  gtk_widget_class_bind_template_child (widget_class, AvbCloudGroup, password);
  gtk_widget_class_bind_template_child (widget_class, AvbCloudGroup, keys);
  gtk_widget_class_bind_template_child (widget_class, AvbCloudGroup, host_name);
  gtk_widget_class_bind_template_child (widget_class, AvbCloudGroup, packages);
  gtk_widget_class_bind_template_child (widget_class, AvbCloudGroup, user_data);
  gtk_widget_class_bind_template_child (widget_class, AvbCloudGroup, clear_user_data);
  gtk_widget_class_bind_template_child (widget_class, AvbCloudGroup, refusal);
  gtk_widget_class_bind_template_callback (widget_class, add_key_cb);
  gtk_widget_class_bind_template_callback (widget_class, choose_user_data_cb);
  gtk_widget_class_bind_template_callback (widget_class, clear_user_data_cb);
}

static void
avb_cloud_group_init (AvbCloudGroup *self)
{
  GtkDropTarget *drop = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (drop, "enter", G_CALLBACK (enter_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (drop, "leave", G_CALLBACK (leave_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (drop, "drop", G_CALLBACK (drop_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drop));
}

GtkWidget *
avb_cloud_group_new (AvbFirstBoot *first_boot)
{
  g_return_val_if_fail (AVB_IS_FIRST_BOOT (first_boot), NULL);

  return g_object_new (AVB_TYPE_CLOUD_GROUP, "first-boot", first_boot, NULL);
}

const char *
avb_cloud_group_get_problem (AvbCloudGroup *self)
{
  g_return_val_if_fail (AVB_IS_CLOUD_GROUP (self), NULL);

  return self->problem;
}

void
avb_cloud_group_focus_problem (AvbCloudGroup *self)
{
  g_return_if_fail (AVB_IS_CLOUD_GROUP (self));

  if (shows_wishes (self) && avb_first_boot_get_user (self->first_boot) != NULL &&
      avb_first_boot_get_password (self->first_boot) == NULL && avb_first_boot_get_ssh_keys (self->first_boot) == NULL)
    gtk_widget_grab_focus (GTK_WIDGET (self->password));
  else
    gtk_widget_child_focus (GTK_WIDGET (self), GTK_DIR_TAB_FORWARD);
}
