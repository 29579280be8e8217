/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/hyperv/avb-wmi-object.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "backends/avb-error.h"
#include "backends/hyperv/avb-wmi-private.h"

#define MAX_TEXT (64 * 1024)
#define MAX_NAME 256

typedef struct {
  char    *name;
  char    *value;
  gboolean is_reference;
} Key;

struct _AvbWmiPath {
  char   *name_space;
  char   *class_name;
  GArray *keys; /* of Key, in the order they came */
};

G_DEFINE_BOXED_TYPE (AvbWmiPath, avb_wmi_path, avb_wmi_path_ref, avb_wmi_path_unref)

static void
key_clear (gpointer data)
{
  Key *key = data;

  g_free (key->name);
  g_free (key->value);
}

static Key *
get_key (AvbWmiPath *self, guint index)
{
  return &g_array_index (self->keys, Key, index);
}

/* WMI does not tell upper from lower case in names (MS-WSMV 3.1.4.1.2). */
static Key *
find_key (AvbWmiPath *self, const char *name)
{
  for (guint i = 0; i < self->keys->len; i++)
    if (g_ascii_strcasecmp (get_key (self, i)->name, name) == 0)
      return get_key (self, i);
  return NULL;
}

gboolean
avb_wmi_is_name (const char *name)
{
  gsize length = strlen (name);

  if (length == 0 || length > MAX_NAME || g_ascii_isdigit (*name))
    return FALSE;
  for (const char *c = name; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && *c != '_' && !(*c & 0x80))
      return FALSE;
  return g_utf8_validate (name, -1, NULL);
}

AvbWmiPath *
avb_wmi_path_new_bare (const char *name_space, const char *class_name)
{
  AvbWmiPath *self = g_atomic_rc_box_new0 (AvbWmiPath);

  self->name_space = g_strdelimit (g_strdup (name_space), "\\", '/');
  self->class_name = g_strdup (class_name);
  self->keys = g_array_new (FALSE, FALSE, sizeof (Key));
  g_array_set_clear_func (self->keys, key_clear);
  return self;
}

gboolean
avb_wmi_path_add_key (AvbWmiPath *self, const char *name, const char *value, gboolean is_reference)
{
  Key key;

  if (self->keys->len >= AVB_WMI_MAX_KEYS || find_key (self, name) != NULL)
    return FALSE;
  key.name = g_strdup (name);
  key.value = g_utf8_make_valid (value, -1);
  key.is_reference = is_reference;
  g_array_append_val (self->keys, key);
  return TRUE;
}

AvbWmiPath *
avb_wmi_path_new (const char *class_name, ...)
{
  AvbWmiPath *self;
  va_list     args;
  const char *name;

  g_return_val_if_fail (class_name != NULL && avb_wmi_is_name (class_name), NULL);

  self = avb_wmi_path_new_bare (AVB_WMI_NAMESPACE, class_name);
  va_start (args, class_name);
  while ((name = va_arg (args, const char *)) != NULL)
    {
      const char *value = va_arg (args, const char *);

      g_return_val_if_fail (value != NULL && avb_wmi_is_name (name), self);
      avb_wmi_path_add_key (self, name, value, FALSE);
    }
  va_end (args);
  return self;
}

AvbWmiPath *
avb_wmi_path_ref (AvbWmiPath *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
path_clear (gpointer data)
{
  AvbWmiPath *self = data;

  g_free (self->name_space);
  g_free (self->class_name);
  g_array_unref (self->keys);
}

void
avb_wmi_path_unref (AvbWmiPath *self)
{
  g_atomic_rc_box_release_full (self, path_clear);
}

const char *
avb_wmi_path_get_class (AvbWmiPath *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->class_name;
}

const char *
avb_wmi_path_get_namespace (AvbWmiPath *self)
{
  return self->name_space;
}

const char *
avb_wmi_path_get_key (AvbWmiPath *self, const char *name)
{
  Key *key;

  g_return_val_if_fail (self != NULL && name != NULL, NULL);
  key = find_key (self, name);
  return key != NULL ? key->value : NULL;
}

guint
avb_wmi_path_get_n_keys (AvbWmiPath *self)
{
  return self->keys->len;
}

const char *
avb_wmi_path_get_key_name (AvbWmiPath *self, guint index)
{
  return get_key (self, index)->name;
}

const char *
avb_wmi_path_get_key_value (AvbWmiPath *self, guint index)
{
  return get_key (self, index)->value;
}

gboolean
avb_wmi_path_key_is_reference (AvbWmiPath *self, guint index)
{
  return get_key (self, index)->is_reference;
}

/* Nor does it in values (MS-WSMV 3.1.4.1.2); which host a path names is not compared: it is always the one that is asked. */
gboolean
avb_wmi_path_equal (AvbWmiPath *a, AvbWmiPath *b)
{
  g_return_val_if_fail (a != NULL && b != NULL, FALSE);

  if (g_ascii_strcasecmp (a->class_name, b->class_name) != 0 || a->keys->len != b->keys->len)
    return FALSE;
  for (guint i = 0; i < a->keys->len; i++)
    {
      Key *other = find_key (b, get_key (a, i)->name);

      if (other == NULL || g_ascii_strcasecmp (other->value, get_key (a, i)->value) != 0)
        return FALSE;
    }
  return TRUE;
}

/* --- the textual form: "Managed Object Format" of WMI, "Describing the Location of a WMI Object" --- */

static void
append_quoted (GString *text, const char *value)
{
  g_string_append_c (text, '"');
  for (const char *c = value; *c != '\0'; c++)
    {
      if (*c == '"' || *c == '\\')
        g_string_append_c (text, '\\');
      g_string_append_c (text, *c);
    }
  g_string_append_c (text, '"');
}

char *
avb_wmi_path_to_text (AvbWmiPath *self)
{
  GString *text;

  g_return_val_if_fail (self != NULL, NULL);

  text = g_string_new ("\\\\.\\");
  for (const char *c = self->name_space; *c != '\0'; c++)
    g_string_append_c (text, *c == '/' ? '\\' : *c);
  g_string_append_printf (text, ":%s", self->class_name);
  for (guint i = 0; i < self->keys->len; i++)
    {
      g_string_append_printf (text, "%c%s=", i == 0 ? '.' : ',', get_key (self, i)->name);
      append_quoted (text, get_key (self, i)->value);
    }
  return g_string_free (text, FALSE);
}

/* Takes a quoted value off @text; NULL if it does not end. */
static char *
take_quoted (const char **text)
{
  g_autoptr (GString) value = g_string_new (NULL);
  const char *c;

  for (c = *text + 1; *c != '\0' && *c != '"'; c++)
    {
      if (*c == '\\' && c[1] != '\0')
        c++;
      g_string_append_c (value, *c);
    }
  if (*c != '"')
    return NULL;
  *text = c + 1;
  return g_string_free (g_steal_pointer (&value), FALSE);
}

/* A number, or TRUE or FALSE */
static char *
take_bare (const char **text)
{
  const char *start = *text;
  gsize       length = strcspn (start, ",");

  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (start[i]) && start[i] != '-' && start[i] != '+' && start[i] != '.')
      return NULL;
  *text += length;
  return length > 0 ? g_strndup (start, length) : NULL;
}

static gboolean
take_key (AvbWmiPath *self, const char **text)
{
  const char      *equals = strchr (*text, '=');
  g_autofree char *name = equals != NULL ? g_strndup (*text, equals - *text) : NULL;
  g_autofree char *value = NULL;

  if (name == NULL || !avb_wmi_is_name (name))
    return FALSE;
  *text = equals + 1;
  value = **text == '"' ? take_quoted (text) : take_bare (text);
  return value != NULL && avb_wmi_path_add_key (self, name, value, FALSE);
}

static gboolean
take_keys (AvbWmiPath *self, const char *text)
{
  /* The one instance of a class without keys */
  if (g_str_equal (text, "=@"))
    return TRUE;
  if (*text == '.')
    do
      {
        text++;
        if (!take_key (self, &text))
          return FALSE;
      }
    while (*text == ',');
  return *text == '\0';
}

static gboolean
is_namespace (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, "/", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    if (!avb_wmi_is_name (parts[i]))
      return FALSE;
  return parts[0] != NULL;
}

/* Cuts "\\HOST\root\virtualization\v2:" off @text; "" for what is none. */
static char *
take_namespace (const char **text)
{
  const char      *end = *text + strcspn (*text, ":\"");
  g_autofree char *head = NULL;
  const char      *start;

  if (*end != ':')
    return g_strdup (AVB_WMI_NAMESPACE);
  head = g_strdelimit (g_strndup (*text, end - *text), "\\", '/');
  *text = end + 1;
  start = head;
  if (g_str_has_prefix (head, "//"))
    {
      start = strchr (head + 2, '/');
      if (start == NULL)
        return g_strdup ("");
      start++;
    }
  return g_strdup (is_namespace (start) ? start : "");
}

static AvbWmiPath *
parse (const char *text)
{
  g_autofree char *name_space = take_namespace (&text);
  gsize            length = strcspn (text, ".=");
  g_autofree char *class_name = g_strndup (text, length);
  g_autoptr (AvbWmiPath) self = NULL;

  if (*name_space == '\0' || !avb_wmi_is_name (class_name))
    return NULL;
  self = avb_wmi_path_new_bare (name_space, class_name);
  return take_keys (self, text + length) ? g_steal_pointer (&self) : NULL;
}

AvbWmiPath *
avb_wmi_path_from_text (const char *text, GError **error)
{
  AvbWmiPath *self = NULL;

  g_return_val_if_fail (text != NULL, NULL);

  if (strlen (text) <= MAX_TEXT && g_utf8_validate (text, -1, NULL))
    self = parse (text);
  if (self == NULL)
    {
      g_autofree char *details = g_strndup (text, 200);

      g_propagate_error (error,
                         avb_error_new (AVB_ERROR_INVALID, details, _("The name of an object could not be read.")));
    }
  return self;
}
