/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * AvbWmiPath:
 *
 * Names an instance, or a class where there are no keys: class name and keys (DSP0226 selectors; MS-WSMV 2.2.4). Immutable,
 * reference-counted boxed.
 */
typedef struct _AvbWmiPath AvbWmiPath;
#define AVB_TYPE_WMI_PATH (avb_wmi_path_get_type ())
GType       avb_wmi_path_get_type  (void);
/* key, value, …, NULL */
AvbWmiPath *avb_wmi_path_new       (const char *class_name, ...) G_GNUC_NULL_TERMINATED;
AvbWmiPath *avb_wmi_path_ref       (AvbWmiPath *self);
void        avb_wmi_path_unref     (AvbWmiPath *self);
const char *avb_wmi_path_get_class (AvbWmiPath *self);
const char *avb_wmi_path_get_key   (AvbWmiPath *self, const char *name); /* (nullable) */
gboolean    avb_wmi_path_equal     (AvbWmiPath *a, AvbWmiPath *b);
/* WMI's textual form, "\\.\root\virtualization\v2:Msvm_X.A=\"…\"", as properties such as Parent and HostResource hold it */
char       *avb_wmi_path_to_text   (AvbWmiPath *self);
AvbWmiPath *avb_wmi_path_from_text (const char *text, GError **error); /* hostile */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbWmiPath, avb_wmi_path_unref)

/**
 * AvbWmiObject:
 *
 * An instance of a class, or the parameters of a method: named values in order. A value is nil, a string (numbers and
 * booleans in the text form of XML Schema), a path, another object, or an array of one of those. Reference-counted boxed;
 * one thread at a time while it is changed.
 */
typedef struct _AvbWmiObject AvbWmiObject;
#define AVB_TYPE_WMI_OBJECT (avb_wmi_object_get_type ())
GType         avb_wmi_object_get_type  (void);
AvbWmiObject *avb_wmi_object_new       (const char *class_name);
AvbWmiObject *avb_wmi_object_copy      (AvbWmiObject *self); /* deep */
AvbWmiObject *avb_wmi_object_ref       (AvbWmiObject *self);
void          avb_wmi_object_unref     (AvbWmiObject *self);
const char   *avb_wmi_object_get_class (AvbWmiObject *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbWmiObject, avb_wmi_object_unref)

/* How a value is written in CIM-XML (DSP0201: TYPE=…); on the wire of WS-Management all are text. */
typedef enum {
  AVB_WMI_STRING,
  AVB_WMI_BOOLEAN,
  AVB_WMI_UINT8,
  AVB_WMI_UINT16,
  AVB_WMI_UINT32,
  AVB_WMI_UINT64,
  AVB_WMI_SINT32,
  AVB_WMI_DATETIME,
} AvbWmiType;

/* Each replaces what was there; @value (nullable): nil. */
void          avb_wmi_object_set_string  (AvbWmiObject *self, const char *name, const char *value);
void          avb_wmi_object_set_boolean (AvbWmiObject *self, const char *name, gboolean value);
void          avb_wmi_object_set_uint    (AvbWmiObject *self, const char *name, AvbWmiType type, guint64 value);
void          avb_wmi_object_set_strings (AvbWmiObject *self, const char *name, const char *const *values);
void          avb_wmi_object_set_uints   (AvbWmiObject *self, const char *name, AvbWmiType type, const guint64 *values, gsize n);
void          avb_wmi_object_set_path    (AvbWmiObject *self, const char *name, AvbWmiPath *path);
void          avb_wmi_object_add_path    (AvbWmiObject *self, const char *name, AvbWmiPath *path); /* to an array */
/* As embedded instances: on the wire the text of avb_wmi_object_to_cim_xml(). */
void          avb_wmi_object_set_object  (AvbWmiObject *self, const char *name, AvbWmiObject *value);
void          avb_wmi_object_add_object  (AvbWmiObject *self, const char *name, AvbWmiObject *value); /* to an array */
void          avb_wmi_object_unset       (AvbWmiObject *self, const char *name);

/* Hostile values: what is missing, nil, of another kind or out of range gives the fallback. Of an array, the first. */
gboolean      avb_wmi_object_has         (AvbWmiObject *self, const char *name); /* there and not nil */
const char   *avb_wmi_object_get_string  (AvbWmiObject *self, const char *name); /* (nullable) (transfer none) */
guint64       avb_wmi_object_get_uint    (AvbWmiObject *self, const char *name, guint64 fallback);
gboolean      avb_wmi_object_get_boolean (AvbWmiObject *self, const char *name);
guint         avb_wmi_object_count       (AvbWmiObject *self, const char *name); /* values */
const char   *avb_wmi_object_get_string_at (AvbWmiObject *self, const char *name, guint index); /* (nullable) */
/* (transfer full) (nullable): an array of uint8, whether it came as one number after the other (DSP0230 clause 9.2.2) or, as
 * what is an octet string does, as one text in base64. */
GBytes       *avb_wmi_object_dup_bytes   (AvbWmiObject *self, const char *name);
AvbWmiPath   *avb_wmi_object_get_path    (AvbWmiObject *self, const char *name); /* (nullable) (transfer none) */
AvbWmiPath   *avb_wmi_object_get_path_at (AvbWmiObject *self, const char *name, guint index); /* (nullable) */
AvbWmiObject *avb_wmi_object_get_object_at (AvbWmiObject *self, const char *name, guint index); /* (nullable); also one that came as text */

/* The instance as text, as parameters of Msvm_* methods take it (DSP0201 INSTANCE, "WMI DTD 2.0"). */
char         *avb_wmi_object_to_cim_xml  (AvbWmiObject *self);
AvbWmiObject *avb_wmi_object_from_cim_xml (const char *text, gssize length, GError **error); /* hostile */

G_END_DECLS
