/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/hyperv/avb-wmi-object.h"

G_BEGIN_DECLS

/* What a namespace is called where a path does not say: the one of the Hyper-V classes. */
#define AVB_WMI_NAMESPACE "root/virtualization/v2"

/* Far more than any class of Windows has. */
#define AVB_WMI_MAX_KEYS 32
#define AVB_WMI_MAX_FIELDS 1024

/* --- paths --- */

/* A path that is still being read. FALSE: there are too many keys. */
AvbWmiPath *avb_wmi_path_new_bare      (const char *name_space, const char *class_name);
gboolean    avb_wmi_path_add_key       (AvbWmiPath *self, const char *name, const char *value, gboolean is_reference);
guint       avb_wmi_path_get_n_keys    (AvbWmiPath *self);
const char *avb_wmi_path_get_key_name  (AvbWmiPath *self, guint index);
const char *avb_wmi_path_get_key_value (AvbWmiPath *self, guint index);
/* The value is the textual form of another path: a key of an association. */
gboolean    avb_wmi_path_key_is_reference (AvbWmiPath *self, guint index);
const char *avb_wmi_path_get_namespace (AvbWmiPath *self); /* with slashes */

/* A name of a class, property or key: DSP0004 clause 5.1.2.3 and A.2 (IDENTIFIER), within reason. Names become parts of XML. */
gboolean    avb_wmi_is_name            (const char *name);

/* --- objects --- */

typedef enum {
  AVB_WMI_NIL,
  AVB_WMI_TEXT,
  AVB_WMI_PATH,
  AVB_WMI_OBJECT,
} AvbWmiKind;

/* The type of what came without one: over WS-Management everything is text. */
#define AVB_WMI_UNKNOWN -1

/* A field as it is: for the writers. */
typedef struct {
  const char *name;
  AvbWmiKind  kind;
  int         type; /* AvbWmiType or AVB_WMI_UNKNOWN */
  gboolean    is_array;
  guint       count;
} AvbWmiField;

guint         avb_wmi_object_get_n_fields (AvbWmiObject *self);
AvbWmiField   avb_wmi_object_get_field    (AvbWmiObject *self, guint index);
AvbWmiObject *avb_wmi_object_get_nested   (AvbWmiObject *self, guint field, guint index);
AvbWmiPath   *avb_wmi_object_get_nested_path (AvbWmiObject *self, guint field, guint index);
const char   *avb_wmi_object_get_nested_text (AvbWmiObject *self, guint field, guint index);

void          avb_wmi_object_set_class  (AvbWmiObject *self, const char *class_name);
/* For the readers: adds a value to the field @name, and makes an array of it where there is one already. The @kind of all
 * values of a field is one; FALSE if it is not, or if there are too many fields. Takes @value: a string, an #AvbWmiPath,
 * an #AvbWmiObject or %NULL. */
gboolean      avb_wmi_object_append     (AvbWmiObject *self, const char *name, AvbWmiKind kind, int type, gpointer value);
void          avb_wmi_object_mark_array (AvbWmiObject *self, const char *name);

/* --- types --- */

/* "uint16" (DSP0201 CIMType) */
const char *avb_wmi_type_to_name   (AvbWmiType type);
int         avb_wmi_type_from_name (const char *name); /* AVB_WMI_STRING for what is not known */
/* What the property @name has in the classes of Hyper-V: AVB_WMI_STRING where none is known. */
AvbWmiType  avb_wmi_type_of_property (const char *name);
/* The same for whether it is an array. */
gboolean    avb_wmi_property_is_array (const char *name);

G_END_DECLS
