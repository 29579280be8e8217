/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/hyperv/avb-wmi-object.h"

#include <string.h>

#include "backends/hyperv/avb-wmi-private.h"

/* A picture of the guest is an array of a million numbers: the texts of an array lie one after the other in one block,
 * each with its terminator, and `starts` says where. Most fields have one text and no such block. */
typedef struct {
  GRefString *name; /* interned: the same for all objects of a class */
  AvbWmiKind  kind;
  int         type;
  gboolean    is_array;
  char       *single; /* (nullable): the only text */
  GByteArray *texts;  /* (nullable) */
  GArray     *starts; /* (nullable) of guint32 */
  GPtrArray  *boxes;  /* (nullable) of AvbWmiPath or AvbWmiObject; of texts: what was read of them so far */
} Field;

struct _AvbWmiObject {
  char   *class_name;
  GArray *fields; /* of Field */
};

G_DEFINE_BOXED_TYPE (AvbWmiObject, avb_wmi_object, avb_wmi_object_ref, avb_wmi_object_unref)

static void
field_clear (gpointer data)
{
  Field *field = data;

  g_ref_string_release (field->name);
  g_clear_pointer (&field->single, g_free);
  g_clear_pointer (&field->texts, g_byte_array_unref);
  g_clear_pointer (&field->starts, g_array_unref);
  g_clear_pointer (&field->boxes, g_ptr_array_unref);
}

static Field *
get_field (AvbWmiObject *self, guint index)
{
  return &g_array_index (self->fields, Field, index);
}

/* (nullable); the last is looked at first: an array comes as one element after the other */
static Field *
find_field (AvbWmiObject *self, const char *name)
{
  for (guint i = self->fields->len; i > 0; i--)
    if (g_str_equal (get_field (self, i - 1)->name, name))
      return get_field (self, i - 1);
  return NULL;
}

static guint
field_count (const Field *field)
{
  switch (field->kind)
    {
    case AVB_WMI_TEXT:
      return field->starts != NULL ? field->starts->len : field->single != NULL;
    case AVB_WMI_PATH:
    case AVB_WMI_OBJECT:
      return field->boxes != NULL ? field->boxes->len : 0;
    case AVB_WMI_NIL:
    default:
      return 0;
    }
}

static const char *
field_text (const Field *field, guint index)
{
  if (field->kind != AVB_WMI_TEXT || index >= field_count (field))
    return NULL;
  if (field->starts == NULL)
    return field->single;
  return (const char *) field->texts->data + g_array_index (field->starts, guint32, index);
}

static void
unref_box (gpointer data)
{
  if (data != NULL)
    avb_wmi_object_unref (data);
}

static gboolean
add_to_block (Field *field, const char *value)
{
  gsize   length = strlen (value) + 1;
  guint32 start = field->texts->len;

  if (length > G_MAXINT32 - start)
    return FALSE;
  g_byte_array_append (field->texts, (const guint8 *) value, length);
  g_array_append_val (field->starts, start);
  return TRUE;
}

static gboolean
field_add_text (Field *field, const char *value)
{
  g_clear_pointer (&field->boxes, g_ptr_array_unref);
  if (field->starts == NULL && field->single == NULL)
    {
      field->single = g_strdup (value);
      return TRUE;
    }
  if (field->starts == NULL)
    {
      field->texts = g_byte_array_new ();
      field->starts = g_array_new (FALSE, FALSE, sizeof (guint32));
      add_to_block (field, field->single);
      g_clear_pointer (&field->single, g_free);
    }
  return add_to_block (field, value);
}

static void
field_add_box (Field *field, gpointer value)
{
  if (field->boxes == NULL)
    field->boxes = g_ptr_array_new_with_free_func (
        field->kind == AVB_WMI_PATH ? (GDestroyNotify) avb_wmi_path_unref : unref_box);
  g_ptr_array_add (field->boxes, value);
}

static Field *
add_field (AvbWmiObject *self, const char *name, AvbWmiKind kind, int type)
{
  Field field = { .kind = kind, .type = type };

  field.name = g_ref_string_new_intern (name);
  g_array_append_val (self->fields, field);
  return get_field (self, self->fields->len - 1);
}

/* The field @name without a value, where it was */
static Field *
reset_field (AvbWmiObject *self, const char *name, AvbWmiKind kind, int type)
{
  Field *field = find_field (self, name);

  if (field == NULL)
    return add_field (self, name, kind, type);
  g_clear_pointer (&field->single, g_free);
  g_clear_pointer (&field->texts, g_byte_array_unref);
  g_clear_pointer (&field->starts, g_array_unref);
  g_clear_pointer (&field->boxes, g_ptr_array_unref);
  field->kind = kind;
  field->type = type;
  field->is_array = FALSE;
  return field;
}

static void
free_value (AvbWmiKind kind, gpointer value)
{
  if (kind == AVB_WMI_TEXT)
    g_free (value);
  else if (kind == AVB_WMI_PATH)
    avb_wmi_path_unref (value);
  else if (kind == AVB_WMI_OBJECT)
    avb_wmi_object_unref (value);
}

gboolean
avb_wmi_object_append (AvbWmiObject *self, const char *name, AvbWmiKind kind, int type, gpointer value)
{
  Field *field = find_field (self, name);

  if (field == NULL && self->fields->len < AVB_WMI_MAX_FIELDS)
    field = add_field (self, name, kind, type);
  else if (field != NULL)
    {
      field->is_array = TRUE;
      /* What is nil is no element of an array (MS-WSMV 3.1.4.1.26). */
      if (kind == AVB_WMI_NIL)
        return TRUE;
      if (field->kind == AVB_WMI_NIL)
        field->kind = kind;
    }
  if (field == NULL || field->kind != kind)
    {
      free_value (kind, value);
      return FALSE;
    }
  if (kind == AVB_WMI_TEXT)
    {
      g_autofree char *text = value;

      return field_add_text (field, text);
    }
  if (kind != AVB_WMI_NIL)
    field_add_box (field, value);
  return TRUE;
}

void
avb_wmi_object_mark_array (AvbWmiObject *self, const char *name)
{
  Field *field = find_field (self, name);

  if (field != NULL)
    field->is_array = TRUE;
}

AvbWmiObject *
avb_wmi_object_new (const char *class_name)
{
  AvbWmiObject *self;

  g_return_val_if_fail (class_name != NULL, NULL);

  self = g_atomic_rc_box_new0 (AvbWmiObject);
  self->class_name = g_utf8_make_valid (class_name, -1);
  self->fields = g_array_new (FALSE, FALSE, sizeof (Field));
  g_array_set_clear_func (self->fields, field_clear);
  return self;
}

static void
copy_field (AvbWmiObject *self, const Field *from)
{
  Field *to = add_field (self, from->name, from->kind, from->type);

  to->is_array = from->is_array;
  to->single = g_strdup (from->single);
  if (from->texts != NULL)
    {
      to->texts = g_byte_array_sized_new (from->texts->len);
      g_byte_array_append (to->texts, from->texts->data, from->texts->len);
      to->starts = g_array_copy (from->starts);
    }
  if (from->kind != AVB_WMI_TEXT)
    for (guint i = 0; i < field_count (from); i++)
      field_add_box (to, from->kind == AVB_WMI_PATH ? (gpointer) avb_wmi_path_ref (from->boxes->pdata[i])
                                                    : avb_wmi_object_copy (from->boxes->pdata[i]));
}

AvbWmiObject *
avb_wmi_object_copy (AvbWmiObject *self)
{
  AvbWmiObject *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = avb_wmi_object_new (self->class_name);
  for (guint i = 0; i < self->fields->len; i++)
    copy_field (copy, get_field (self, i));
  return copy;
}

AvbWmiObject *
avb_wmi_object_ref (AvbWmiObject *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
object_clear (gpointer data)
{
  AvbWmiObject *self = data;

  g_free (self->class_name);
  g_array_unref (self->fields);
}

void
avb_wmi_object_unref (AvbWmiObject *self)
{
  g_atomic_rc_box_release_full (self, object_clear);
}

const char *
avb_wmi_object_get_class (AvbWmiObject *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->class_name;
}

void
avb_wmi_object_set_class (AvbWmiObject *self, const char *class_name)
{
  g_free (self->class_name);
  self->class_name = g_utf8_make_valid (class_name, -1);
}

/* --- setting --- */

void
avb_wmi_object_set_string (AvbWmiObject *self, const char *name, const char *value)
{
  g_autofree char *valid = value != NULL ? g_utf8_make_valid (value, -1) : NULL;
  Field           *field;

  g_return_if_fail (self != NULL && name != NULL && avb_wmi_is_name (name));

  field = reset_field (self, name, valid != NULL ? AVB_WMI_TEXT : AVB_WMI_NIL, AVB_WMI_STRING);
  if (valid != NULL)
    field_add_text (field, valid);
}

void
avb_wmi_object_set_boolean (AvbWmiObject *self, const char *name, gboolean value)
{
  g_return_if_fail (self != NULL && name != NULL && avb_wmi_is_name (name));

  field_add_text (reset_field (self, name, AVB_WMI_TEXT, AVB_WMI_BOOLEAN), value ? "true" : "false");
}

static void
add_uint (Field *field, guint64 value)
{
  char text[32];

  if (field->type == AVB_WMI_SINT32)
    g_snprintf (text, sizeof (text), "%d", (int) (gint32) value);
  else
    g_snprintf (text, sizeof (text), "%" G_GUINT64_FORMAT, value);
  field_add_text (field, text);
}

void
avb_wmi_object_set_uint (AvbWmiObject *self, const char *name, AvbWmiType type, guint64 value)
{
  g_return_if_fail (self != NULL && name != NULL && avb_wmi_is_name (name));

  add_uint (reset_field (self, name, AVB_WMI_TEXT, type), value);
}

void
avb_wmi_object_set_strings (AvbWmiObject *self, const char *name, const char *const *values)
{
  Field *field;

  g_return_if_fail (self != NULL && name != NULL && avb_wmi_is_name (name));

  field = reset_field (self, name, values != NULL ? AVB_WMI_TEXT : AVB_WMI_NIL, AVB_WMI_STRING);
  field->is_array = TRUE;
  for (guint i = 0; values != NULL && values[i] != NULL; i++)
    {
      g_autofree char *valid = g_utf8_make_valid (values[i], -1);

      field_add_text (field, valid);
    }
}

void
avb_wmi_object_set_uints (AvbWmiObject *self, const char *name, AvbWmiType type, const guint64 *values, gsize n)
{
  Field *field;

  g_return_if_fail (self != NULL && name != NULL && avb_wmi_is_name (name));
  g_return_if_fail (values != NULL || n == 0);

  field = reset_field (self, name, AVB_WMI_TEXT, type);
  field->is_array = TRUE;
  for (gsize i = 0; i < n; i++)
    add_uint (field, values[i]);
}

void
avb_wmi_object_set_path (AvbWmiObject *self, const char *name, AvbWmiPath *path)
{
  Field *field;

  g_return_if_fail (self != NULL && name != NULL && avb_wmi_is_name (name));

  field = reset_field (self, name, path != NULL ? AVB_WMI_PATH : AVB_WMI_NIL, AVB_WMI_STRING);
  if (path != NULL)
    field_add_box (field, avb_wmi_path_ref (path));
}

/* The array @name of @kind: what is there of another kind goes. */
static Field *
array_field (AvbWmiObject *self, const char *name, AvbWmiKind kind)
{
  Field *field = find_field (self, name);

  if (field == NULL || field->kind != kind)
    field = reset_field (self, name, kind, AVB_WMI_STRING);
  field->is_array = TRUE;
  return field;
}

void
avb_wmi_object_add_path (AvbWmiObject *self, const char *name, AvbWmiPath *path)
{
  g_return_if_fail (self != NULL && path != NULL && name != NULL && avb_wmi_is_name (name));

  field_add_box (array_field (self, name, AVB_WMI_PATH), avb_wmi_path_ref (path));
}

void
avb_wmi_object_set_object (AvbWmiObject *self, const char *name, AvbWmiObject *value)
{
  Field *field;

  g_return_if_fail (self != NULL && value != self && name != NULL && avb_wmi_is_name (name));

  if (value != NULL)
    avb_wmi_object_ref (value);
  field = reset_field (self, name, value != NULL ? AVB_WMI_OBJECT : AVB_WMI_NIL, AVB_WMI_STRING);
  if (value != NULL)
    field_add_box (field, value);
}

void
avb_wmi_object_add_object (AvbWmiObject *self, const char *name, AvbWmiObject *value)
{
  g_return_if_fail (self != NULL && value != NULL && value != self);
  g_return_if_fail (name != NULL && avb_wmi_is_name (name));

  field_add_box (array_field (self, name, AVB_WMI_OBJECT), avb_wmi_object_ref (value));
}

void
avb_wmi_object_unset (AvbWmiObject *self, const char *name)
{
  g_return_if_fail (self != NULL && name != NULL);

  for (guint i = 0; i < self->fields->len; i++)
    if (g_str_equal (get_field (self, i)->name, name))
      {
        g_array_remove_index (self->fields, i);
        return;
      }
}

/* --- getting --- */

guint
avb_wmi_object_count (AvbWmiObject *self, const char *name)
{
  Field *field;

  g_return_val_if_fail (self != NULL && name != NULL, 0);
  field = find_field (self, name);
  return field != NULL ? field_count (field) : 0;
}

gboolean
avb_wmi_object_has (AvbWmiObject *self, const char *name)
{
  Field *field;

  g_return_val_if_fail (self != NULL && name != NULL, FALSE);
  field = find_field (self, name);
  return field != NULL && field->kind != AVB_WMI_NIL;
}

const char *
avb_wmi_object_get_string_at (AvbWmiObject *self, const char *name, guint index)
{
  Field *field;

  g_return_val_if_fail (self != NULL && name != NULL, NULL);
  field = find_field (self, name);
  return field != NULL ? field_text (field, index) : NULL;
}

const char *
avb_wmi_object_get_string (AvbWmiObject *self, const char *name)
{
  return avb_wmi_object_get_string_at (self, name, 0);
}

guint64
avb_wmi_object_get_uint (AvbWmiObject *self, const char *name, guint64 fallback)
{
  const char *text = avb_wmi_object_get_string_at (self, name, 0);
  guint64     value;

  return text != NULL && g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, &value, NULL) ? value : fallback;
}

gboolean
avb_wmi_object_get_boolean (AvbWmiObject *self, const char *name)
{
  const char *text = avb_wmi_object_get_string_at (self, name, 0);

  /* WMI writes TRUE in its own XML, XML Schema has "true" and "1". */
  return text != NULL && (g_ascii_strcasecmp (text, "true") == 0 || g_str_equal (text, "1"));
}

/* FALSE if @text is no number of eight bits. */
static gboolean
parse_byte (const char *text, guint8 *byte)
{
  guint value = 0;

  if (*text == '\0' || strlen (text) > 3)
    return FALSE;
  for (; *text != '\0'; text++)
    {
      if (!g_ascii_isdigit (*text))
        return FALSE;
      value = value * 10 + (*text - '0');
    }
  *byte = value;
  return value <= G_MAXUINT8;
}

/* A text that is base64 has at least four characters, and a number of eight bits at most three. */
static GBytes *
decode (const char *text)
{
  gsize   length;
  guchar *data;

  if (strlen (text) % 4 != 0 || strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=") != strlen (text))
    return NULL;
  data = g_base64_decode (text, &length);
  return g_bytes_new_take (data, length);
}

GBytes *
avb_wmi_object_dup_bytes (AvbWmiObject *self, const char *name)
{
  g_autoptr (GByteArray) bytes = NULL;
  Field *field;

  g_return_val_if_fail (self != NULL && name != NULL, NULL);

  field = find_field (self, name);
  if (field == NULL || field->kind != AVB_WMI_TEXT)
    return NULL;
  bytes = g_byte_array_sized_new (field_count (field));
  for (guint i = 0; i < field_count (field); i++)
    {
      guint8 byte;

      if (parse_byte (field_text (field, i), &byte))
        g_byte_array_append (bytes, &byte, 1);
      else
        return field_count (field) == 1 ? decode (field_text (field, 0)) : NULL;
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

AvbWmiPath *
avb_wmi_object_get_path_at (AvbWmiObject *self, const char *name, guint index)
{
  Field *field;

  g_return_val_if_fail (self != NULL && name != NULL, NULL);
  field = find_field (self, name);
  return field != NULL && field->kind == AVB_WMI_PATH && index < field_count (field) ? field->boxes->pdata[index]
                                                                                     : NULL;
}

AvbWmiPath *
avb_wmi_object_get_path (AvbWmiObject *self, const char *name)
{
  return avb_wmi_object_get_path_at (self, name, 0);
}

/* What came as text is read once it is asked for; what is no description of an object is asked again. */
static AvbWmiObject *
read_text (Field *field, guint index)
{
  if (field->boxes == NULL)
    {
      field->boxes = g_ptr_array_new_with_free_func (unref_box);
      g_ptr_array_set_size (field->boxes, field_count (field));
    }
  if (field->boxes->pdata[index] == NULL)
    field->boxes->pdata[index] = avb_wmi_object_from_cim_xml (field_text (field, index), -1, NULL);
  return field->boxes->pdata[index];
}

AvbWmiObject *
avb_wmi_object_get_object_at (AvbWmiObject *self, const char *name, guint index)
{
  Field *field;

  g_return_val_if_fail (self != NULL && name != NULL, NULL);
  field = find_field (self, name);
  if (field == NULL || index >= field_count (field) || field->kind == AVB_WMI_PATH)
    return NULL;
  return field->kind == AVB_WMI_OBJECT ? field->boxes->pdata[index] : read_text (field, index);
}

/* --- for the writers --- */

guint
avb_wmi_object_get_n_fields (AvbWmiObject *self)
{
  return self->fields->len;
}

AvbWmiField
avb_wmi_object_get_field (AvbWmiObject *self, guint index)
{
  const Field *field = get_field (self, index);

  return (AvbWmiField) { field->name, field->kind, field->type, field->is_array, field_count (field) };
}

AvbWmiObject *
avb_wmi_object_get_nested (AvbWmiObject *self, guint field, guint index)
{
  return get_field (self, field)->boxes->pdata[index];
}

AvbWmiPath *
avb_wmi_object_get_nested_path (AvbWmiObject *self, guint field, guint index)
{
  return get_field (self, field)->boxes->pdata[index];
}

const char *
avb_wmi_object_get_nested_text (AvbWmiObject *self, guint field, guint index)
{
  return field_text (get_field (self, field), index);
}
