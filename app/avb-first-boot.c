/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-first-boot.h"

#include <string.h>

#include "backends/avb-secret.h"

enum {
  PROP_0,
  /* Strings, in the order of their names below. */
  PROP_USER,
  PROP_FULL_NAME,
  PROP_PASSWORD,
  PROP_HOST_NAME,
  PROP_LANGUAGE,
  PROP_KEYBOARD,
  PROP_TIME_ZONE,
  PROP_PRODUCT_KEY,
  PROP_USER_DATA,
  PROP_SSH_KEYS,
  PROP_PACKAGES,
  PROP_AUTO_LOGIN,
  PROP_DRIVERS,
  PROP_DESKTOP,
  PROP_SNAPSHOT,
  PROP_MODE,
  N_PROPS,
};

#define N_STRINGS (PROP_USER_DATA - PROP_USER + 1)
#define N_LISTS (PROP_PACKAGES - PROP_SSH_KEYS + 1)
#define N_SWITCHES (PROP_SNAPSHOT - PROP_AUTO_LOGIN + 1)

struct _AvbFirstBoot
{
  GObject parent_instance;

  AvbFirstBootMode mode;
  char            *strings[N_STRINGS];
  GStrv            lists[N_LISTS];
  gboolean         switches[N_SWITCHES];
};

G_DEFINE_FINAL_TYPE (AvbFirstBoot, avb_first_boot, G_TYPE_OBJECT)

G_DEFINE_ENUM_TYPE (AvbFirstBootMode, avb_first_boot_mode,
                    G_DEFINE_ENUM_VALUE (AVB_FIRST_BOOT_MANUAL, "manual"),
                    G_DEFINE_ENUM_VALUE (AVB_FIRST_BOOT_INSTALL, "install"),
                    G_DEFINE_ENUM_VALUE (AVB_FIRST_BOOT_CLOUD, "cloud"))

static GParamSpec *properties[N_PROPS];

static void
wipe (char **text)
{
  g_clear_pointer (text, avb_secret_free);
}

static void
set_string (AvbFirstBoot *self, guint id, const char *value)
{
  char **field = &self->strings[id - PROP_USER];

  /* Entries bind their text: empty is none. */
  if (value != NULL && *value == '\0')
    value = NULL;
  if (g_strcmp0 (*field, value) == 0)
    return;
  wipe (field);
  *field = g_strdup (value);
  g_object_notify_by_pspec (G_OBJECT (self), properties[id]);
}

static void
set_list (AvbFirstBoot *self, guint id, const char *const *value)
{
  GStrv *field = &self->lists[id - PROP_SSH_KEYS];

  if (value != NULL && value[0] == NULL)
    value = NULL;
  if (*field == value || (*field != NULL && value != NULL && g_strv_equal ((const char *const *) *field, value)))
    return;
  g_strfreev (*field);
  *field = g_strdupv ((GStrv) value);
  g_object_notify_by_pspec (G_OBJECT (self), properties[id]);
}

static void
set_switch (AvbFirstBoot *self, guint id, gboolean value)
{
  gboolean *field = &self->switches[id - PROP_AUTO_LOGIN];

  if (*field == !!value)
    return;
  *field = !!value;
  g_object_notify_by_pspec (G_OBJECT (self), properties[id]);
}

static void
avb_first_boot_finalize (GObject *object)
{
  AvbFirstBoot *self = AVB_FIRST_BOOT (object);

  for (guint i = 0; i < N_STRINGS; i++)
    wipe (&self->strings[i]);
  for (guint i = 0; i < N_LISTS; i++)
    g_strfreev (self->lists[i]);
  G_OBJECT_CLASS (avb_first_boot_parent_class)->finalize (object);
}

static void
avb_first_boot_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbFirstBoot *self = AVB_FIRST_BOOT (object);

  if (id == PROP_MODE)
    g_value_set_enum (value, self->mode);
  else if (id >= PROP_USER && id < PROP_USER + N_STRINGS)
    g_value_set_string (value, self->strings[id - PROP_USER]);
  else if (id >= PROP_SSH_KEYS && id < PROP_SSH_KEYS + N_LISTS)
    g_value_set_boxed (value, self->lists[id - PROP_SSH_KEYS]);
  else if (id >= PROP_AUTO_LOGIN && id < PROP_AUTO_LOGIN + N_SWITCHES)
    g_value_set_boolean (value, self->switches[id - PROP_AUTO_LOGIN]);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
avb_first_boot_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  AvbFirstBoot *self = AVB_FIRST_BOOT (object);

  if (id == PROP_MODE)
    avb_first_boot_set_mode (self, g_value_get_enum (value));
  else if (id >= PROP_USER && id < PROP_USER + N_STRINGS)
    set_string (self, id, g_value_get_string (value));
  else if (id >= PROP_SSH_KEYS && id < PROP_SSH_KEYS + N_LISTS)
    set_list (self, id, g_value_get_boxed (value));
  else if (id >= PROP_AUTO_LOGIN && id < PROP_AUTO_LOGIN + N_SWITCHES)
    set_switch (self, id, g_value_get_boolean (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
avb_first_boot_class_init (AvbFirstBootClass *klass)
{
  static const char *const strings[N_STRINGS] = { "user", "full-name", "password", "host-name", "language",
                                                  "keyboard", "time-zone", "product-key", "user-data" };
  static const char *const lists[N_LISTS] = { "ssh-keys", "packages" };
  static const char *const switches[N_SWITCHES] = { "auto-login", "drivers", "desktop", "snapshot" };
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = avb_first_boot_finalize;
  object_class->get_property = avb_first_boot_get_property;
  object_class->set_property = avb_first_boot_set_property;

  for (guint i = 0; i < N_STRINGS; i++)
    properties[PROP_USER + i] = g_param_spec_string (strings[i], NULL, NULL, NULL, flags);
  for (guint i = 0; i < N_LISTS; i++)
    properties[PROP_SSH_KEYS + i] = g_param_spec_boxed (lists[i], NULL, NULL, G_TYPE_STRV, flags);
  for (guint i = 0; i < N_SWITCHES; i++)
    properties[PROP_AUTO_LOGIN + i] =
        g_param_spec_boolean (switches[i], NULL, NULL, PROP_AUTO_LOGIN + i != PROP_AUTO_LOGIN, flags);
  properties[PROP_MODE] = g_param_spec_enum ("mode", NULL, NULL, AVB_TYPE_FIRST_BOOT_MODE, AVB_FIRST_BOOT_MANUAL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
avb_first_boot_init (AvbFirstBoot *self)
{
  self->switches[PROP_DESKTOP - PROP_AUTO_LOGIN] = TRUE;
  self->switches[PROP_DRIVERS - PROP_AUTO_LOGIN] = TRUE;
  self->switches[PROP_SNAPSHOT - PROP_AUTO_LOGIN] = TRUE;
}

/* "de_DE.UTF-8" → "de_DE"; "C" says nothing. */
static char *
find_language (void)
{
  const char *const *languages = g_get_language_names ();
  g_autofree char *language = g_strdup (languages[0]);

  language[strcspn (language, ".@")] = '\0';
  return g_str_equal (language, "C") || g_str_equal (language, "POSIX") || strchr (language, '_') == NULL
             ? g_strdup ("en_US")
             : g_steal_pointer (&language);
}

static char *
find_time_zone (void)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_local ();
  const char *name = g_time_zone_get_identifier (zone);

  return strchr (name, '/') != NULL && name[0] != '/' ? g_strdup (name) : g_strdup ("Etc/UTC");
}

AvbFirstBoot *
avb_first_boot_new (void)
{
  AvbFirstBoot *self = g_object_new (AVB_TYPE_FIRST_BOOT, NULL);
  const char *name = g_get_user_name ();
  g_autofree char *language = find_language ();
  g_autofree char *time_zone = find_time_zone ();

  /* Installers refuse a second root. */
  if (name != NULL && !g_str_equal (name, "root") && g_utf8_validate (name, -1, NULL))
    set_string (self, PROP_USER, name);
  else
    set_string (self, PROP_USER, "user");
  name = g_get_real_name ();
  if (name != NULL && !g_str_equal (name, "Unknown") && g_utf8_validate (name, -1, NULL))
    set_string (self, PROP_FULL_NAME, name);
  set_string (self, PROP_LANGUAGE, language);
  set_string (self, PROP_KEYBOARD, "us");
  set_string (self, PROP_TIME_ZONE, time_zone);
  return self;
}

AvbFirstBootMode
avb_first_boot_get_mode (AvbFirstBoot *self)
{
  g_return_val_if_fail (AVB_IS_FIRST_BOOT (self), AVB_FIRST_BOOT_MANUAL);

  return self->mode;
}

void
avb_first_boot_set_mode (AvbFirstBoot *self, AvbFirstBootMode mode)
{
  g_return_if_fail (AVB_IS_FIRST_BOOT (self));

  if (self->mode == mode)
    return;
  self->mode = mode;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MODE]);
}

#define GETTER(type, name, field)                          \
  type avb_first_boot_get_##name (AvbFirstBoot *self)      \
  {                                                        \
    g_return_val_if_fail (AVB_IS_FIRST_BOOT (self), 0);    \
    return (type) self->field;                             \
  }

GETTER (const char *, user, strings[PROP_USER - PROP_USER])
GETTER (const char *, full_name, strings[PROP_FULL_NAME - PROP_USER])
GETTER (const char *, password, strings[PROP_PASSWORD - PROP_USER])
GETTER (const char *, host_name, strings[PROP_HOST_NAME - PROP_USER])
GETTER (const char *, language, strings[PROP_LANGUAGE - PROP_USER])
GETTER (const char *, keyboard, strings[PROP_KEYBOARD - PROP_USER])
GETTER (const char *, time_zone, strings[PROP_TIME_ZONE - PROP_USER])
GETTER (const char *, product_key, strings[PROP_PRODUCT_KEY - PROP_USER])
GETTER (const char *, user_data, strings[PROP_USER_DATA - PROP_USER])
GETTER (const char *const *, ssh_keys, lists[PROP_SSH_KEYS - PROP_SSH_KEYS])
GETTER (const char *const *, packages, lists[PROP_PACKAGES - PROP_SSH_KEYS])
GETTER (gboolean, auto_login, switches[PROP_AUTO_LOGIN - PROP_AUTO_LOGIN])
GETTER (gboolean, desktop, switches[PROP_DESKTOP - PROP_AUTO_LOGIN])
GETTER (gboolean, drivers, switches[PROP_DRIVERS - PROP_AUTO_LOGIN])
GETTER (gboolean, snapshot, switches[PROP_SNAPSHOT - PROP_AUTO_LOGIN])
