/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-install-group.h"

#include <glib/gi18n-lib.h>

#include "avb-install-choices.h"

/* The rows of "Install for me": bound to an AvbFirstBoot, which knows everything; what this installer does not take is
 * not shown. */
struct _AvbInstallGroup {
  AdwPreferencesGroup parent_instance;

  AvbFirstBoot       *first_boot;
  AvbUnattended      *unattended; /* (nullable) */
  char               *problem;
  AvbInstallChoices  *languages;
  AvbInstallChoices  *keyboards;
  AvbInstallChoices  *time_zones;

  AdwEntryRow        *full_name;
  AdwEntryRow        *user;
  AdwEntryRow        *password;
  AdwEntryRow        *product_key;
  AdwSwitchRow       *desktop;
  AdwExpanderRow     *places;
  AdwComboRow        *language;
  AdwComboRow        *keyboard;
  AdwComboRow        *time_zone;
  AdwEntryRow        *host_name;
  AdwSwitchRow       *drivers;
  AdwSwitchRow       *snapshot;
  AdwPreferencesRow  *note;
};

G_DEFINE_FINAL_TYPE (AvbInstallGroup, avb_install_group, ADW_TYPE_PREFERENCES_GROUP)

enum {
  PROP_0,
  PROP_FIRST_BOOT,
  PROP_UNATTENDED,
  PROP_PROBLEM,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static void
check (AvbInstallGroup *self)
{
  g_autofree char *problem =
      self->unattended != NULL ? avb_unattended_find_problem (self->unattended, self->first_boot) : NULL;

  if (g_set_str (&self->problem, problem))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROBLEM]);
}

static gboolean
code_to_row (GBinding *binding, const GValue *from, GValue *to, gpointer user_data)
{
  g_value_set_uint (to, avb_install_choices_find (user_data, g_value_get_string (from)));
  return TRUE;
}

static gboolean
row_to_code (GBinding *binding, const GValue *from, GValue *to, gpointer user_data)
{
  const char *code = avb_install_choices_get (user_data, g_value_get_uint (from));

  /* A list that is being made has no choice yet. */
  if (code == NULL)
    return FALSE;
  g_value_set_string (to, code);
  return TRUE;
}

static void
bind_choices (AvbInstallGroup *self, const char *property, AdwComboRow *row, AvbInstallChoices *choices)
{
  g_autoptr (GtkExpression) title = gtk_property_expression_new (GTK_TYPE_STRING_OBJECT, NULL, "string");
  g_autofree char *code = NULL;

  g_object_get (self->first_boot, property, &code, NULL);
  avb_install_choices_find (choices, code);
  adw_combo_row_set_expression (row, title);
  adw_combo_row_set_search_match_mode (row, GTK_STRING_FILTER_MATCH_MODE_SUBSTRING);
  adw_combo_row_set_model (row, G_LIST_MODEL (choices->titles));
  g_object_bind_property_full (self->first_boot, property, row, "selected",
                               G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE, code_to_row, row_to_code, choices, NULL);
}

/* What is chosen within is told outside. */
static void
describe_places (AvbInstallGroup *self)
{
  GObject *language = adw_combo_row_get_selected_item (self->language);
  GObject *zone = adw_combo_row_get_selected_item (self->time_zone);
  gboolean has_zone = gtk_widget_get_visible (GTK_WIDGET (self->time_zone)) && zone != NULL;
  const char *name = language != NULL ? gtk_string_object_get_string (GTK_STRING_OBJECT (language)) : "";
  g_autofree char *text =
      has_zone ? g_strdup_printf ("%s · %s", name, gtk_string_object_get_string (GTK_STRING_OBJECT (zone)))
               : g_strdup (name);

  adw_expander_row_set_subtitle (self->places, text);
}

static void
show_drivers (AvbInstallGroup *self)
{
  g_autofree char *path = self->unattended != NULL && self->unattended->drivers ? avb_unattended_find_drivers () : NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->drivers), self->unattended != NULL && self->unattended->drivers);
  gtk_widget_set_sensitive (GTK_WIDGET (self->drivers), path != NULL);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->drivers),
                               path != NULL ? _("Without them the network is slow, and the display small.")
                                            : _("They are not on this computer: install the package virtio-win."));
}

static void
show_rows (AvbInstallGroup *self)
{
  const AvbUnattended none = { 0 };
  const AvbUnattended *info = self->unattended != NULL ? self->unattended : &none;

  gtk_widget_set_visible (GTK_WIDGET (self->product_key), info->product_key);
  gtk_widget_set_visible (GTK_WIDGET (self->desktop), info->desktop && info->minimal);
  gtk_widget_set_visible (GTK_WIDGET (self->keyboard), info->keyboard);
  gtk_widget_set_visible (GTK_WIDGET (self->time_zone), info->time_zone);
  gtk_widget_set_visible (GTK_WIDGET (self->note), info->needs_internet);
  show_drivers (self);
  describe_places (self);
  check (self);
}

void
avb_install_group_set_unattended (AvbInstallGroup *self, const AvbUnattended *unattended)
{
  g_return_if_fail (AVB_IS_INSTALL_GROUP (self));

  g_clear_pointer (&self->unattended, avb_unattended_free);
  self->unattended = unattended != NULL ? avb_unattended_copy (unattended) : NULL;
  show_rows (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_UNATTENDED]);
}

static void
avb_install_group_constructed (GObject *object)
{
  AvbInstallGroup *self = AVB_INSTALL_GROUP (object);
  const struct {
    const char *property;
    gpointer    row;
    const char *of_row;
  } plain[] = {
    { "full-name", self->full_name, "text" },
    { "user", self->user, "text" },
    { "password", self->password, "text" },
    { "product-key", self->product_key, "text" },
    { "host-name", self->host_name, "text" },
    { "desktop", self->desktop, "active" },
    { "drivers", self->drivers, "active" },
    { "snapshot", self->snapshot, "active" },
  };

  G_OBJECT_CLASS (avb_install_group_parent_class)->constructed (object);
  for (guint i = 0; i < G_N_ELEMENTS (plain); i++)
    g_object_bind_property_full (self->first_boot, plain[i].property, plain[i].row, plain[i].of_row,
                                 G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE,
                                 GTK_IS_EDITABLE (plain[i].row) ? avb_install_wish_to_text : NULL, NULL, NULL, NULL);
  bind_choices (self, "language", self->language, self->languages);
  bind_choices (self, "keyboard", self->keyboard, self->keyboards);
  bind_choices (self, "time-zone", self->time_zone, self->time_zones);
  g_signal_connect_object (self->first_boot, "notify", G_CALLBACK (check), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->language, "notify::selected", G_CALLBACK (describe_places), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->time_zone, "notify::selected", G_CALLBACK (describe_places), self, G_CONNECT_SWAPPED);
  show_rows (self);
}

static void
avb_install_group_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), AVB_TYPE_INSTALL_GROUP);
  G_OBJECT_CLASS (avb_install_group_parent_class)->dispose (object);
}

static void
avb_install_group_finalize (GObject *object)
{
  AvbInstallGroup *self = AVB_INSTALL_GROUP (object);

  g_clear_object (&self->first_boot);
  g_clear_pointer (&self->unattended, avb_unattended_free);
  g_clear_pointer (&self->languages, avb_install_choices_free);
  g_clear_pointer (&self->keyboards, avb_install_choices_free);
  g_clear_pointer (&self->time_zones, avb_install_choices_free);
  g_clear_pointer (&self->problem, g_free);
  G_OBJECT_CLASS (avb_install_group_parent_class)->finalize (object);
}

static void
avb_install_group_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbInstallGroup *self = AVB_INSTALL_GROUP (object);

  switch (id)
    {
    case PROP_FIRST_BOOT:
      g_value_set_object (value, self->first_boot);
      break;
    case PROP_UNATTENDED:
      g_value_set_boxed (value, self->unattended);
      break;
    case PROP_PROBLEM:
      g_value_set_string (value, self->problem);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_install_group_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  AvbInstallGroup *self = AVB_INSTALL_GROUP (object);

  switch (id)
    {
    case PROP_FIRST_BOOT:
      self->first_boot = g_value_dup_object (value);
      break;
    case PROP_UNATTENDED:
      /* While it is constructed the rows are not bound yet. */
      if (self->first_boot != NULL)
        avb_install_group_set_unattended (self, g_value_get_boxed (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_install_group_class_init (AvbInstallGroupClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->constructed = avb_install_group_constructed;
  object_class->dispose = avb_install_group_dispose;
  object_class->finalize = avb_install_group_finalize;
  object_class->get_property = avb_install_group_get_property;
  object_class->set_property = avb_install_group_set_property;

  properties[PROP_FIRST_BOOT] = g_param_spec_object ("first-boot", NULL, NULL, AVB_TYPE_FIRST_BOOT,
                                                     G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | flags);
  properties[PROP_UNATTENDED] =
      g_param_spec_boxed ("unattended", NULL, NULL, AVB_TYPE_UNATTENDED, G_PARAM_READWRITE | flags);
  properties[PROP_PROBLEM] = g_param_spec_string ("problem", NULL, NULL, NULL, G_PARAM_READABLE | flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/alphavbox/AlphaVBox/ui/create/avb-install-group.ui");
  gtk_widget_class_bind_template_child (widget_class, AvbInstallGroup, full_name);
  gtk_widget_class_bind_template_child (widget_class, AvbInstallGroup, user);
  gtk_widget_class_bind_template_child (widget_class, AvbInstallGroup, password);
  gtk_widget_class_bind_template_child (widget_class, AvbInstallGroup, product_key);
  gtk_widget_class_bind_template_child (widget_class, AvbInstallGroup, desktop);
  gtk_widget_class_bind_template_child (widget_class, AvbInstallGroup, places);
  gtk_widget_class_bind_template_child (widget_class, AvbInstallGroup, language);
  gtk_widget_class_bind_template_child (widget_class, AvbInstallGroup, keyboard);
  gtk_widget_class_bind_template_child (widget_class, AvbInstallGroup, time_zone);
  gtk_widget_class_bind_template_child (widget_class, AvbInstallGroup, host_name);
  gtk_widget_class_bind_template_child (widget_class, AvbInstallGroup, drivers);
  gtk_widget_class_bind_template_child (widget_class, AvbInstallGroup, snapshot);
  gtk_widget_class_bind_template_child (widget_class, AvbInstallGroup, note);
}

static void
avb_install_group_init (AvbInstallGroup *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->languages = avb_install_choices_new_languages ();
  self->keyboards = avb_install_choices_new_keyboards ();
  self->time_zones = avb_install_choices_new_time_zones ();
  adw_preferences_row_set_title (self->note, _("The installer fetches the rest of the system from the Internet."));
}

GtkWidget *
avb_install_group_new (AvbFirstBoot *first_boot, const AvbUnattended *unattended)
{
  AvbInstallGroup *self;

  g_return_val_if_fail (AVB_IS_FIRST_BOOT (first_boot), NULL);

  self = g_object_new (AVB_TYPE_INSTALL_GROUP, "first-boot", first_boot, NULL);
  if (unattended != NULL)
    avb_install_group_set_unattended (self, unattended);
  return GTK_WIDGET (self);
}

const char *
avb_install_group_get_problem (AvbInstallGroup *self)
{
  g_return_val_if_fail (AVB_IS_INSTALL_GROUP (self), NULL);

  return self->problem;
}
