/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The CIM model of the simulated host: classes, instances, and where they are kept (DSP0004). Values are
 * lists of text whatever their type is: one for a scalar, none at all for NULL. Times are as XML has them
 * ("2026-11-28T17:45:14Z", "P0DT0H5M0S"); references are paths. */

#define HV_SPACE_VIRTUALIZATION "root/virtualization/v2"
#define HV_SPACE_CIMV2          "root/cimv2"

typedef struct {
  char       *name;
  const char *type; /* "string", "boolean", "datetime", "ref", "object", "uint16"… */
  gboolean    array;
  gboolean    key;
  char      **preset; /* (nullable): what instances have that set nothing */
} HvProperty;

typedef struct {
  char       *name;
  const char *parent;
  const char *space;
  GPtrArray  *properties; /* HvProperty, sorted by name */
} HvClass;

/* Names of classes and properties are compared without regard to case (DSP0004 section 5.1.1). */
const HvClass    *hv_class_find          (const char *space, const char *name);
const HvProperty *hv_class_find_property (const HvClass *klass, const char *name);
gboolean          hv_class_exists        (const char *space, const char *name);
/* Also for classes that have no instances of their own: "CIM_SettingData". */
gboolean          hv_class_is_a          (const HvClass *klass, const char *ancestor);
/* Whether @text is a value of a property of this type. */
gboolean          hv_property_accepts    (const HvProperty *property, const char *text);

extern const char *const hv_schema_virtualization[];
extern const char *const hv_schema_cimv2[];
extern const char *const hv_schema_parents[];

typedef struct _HvObject HvObject;
typedef struct _HvStore  HvStore;

struct _HvObject {
  grefcount      refs;
  const HvClass *klass;
  GArray        *values; /* of what was set */
  HvObject      *ends[2]; /* of an association: first and second reference by name */
  GPtrArray     *links; /* associations that end here, not owned */
  GHashTable    *embedded; /* (nullable): name → GPtrArray of HvObject, for type "object" */
  HvStore       *store; /* (nullable) */
  HvObject      *before; /* (nullable): how it was at the last event */
};

HvObject   *hv_object_new   (const char *space, const char *class_name);
HvObject   *hv_object_ref   (HvObject *self);
void        hv_object_unref (HvObject *self);
HvObject   *hv_object_copy  (HvObject *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvObject, hv_object_unref)

const char         *hv_get      (HvObject *self, const char *name);
const char *const  *hv_get_list (HvObject *self, const char *name);
guint64             hv_get_uint (HvObject *self, const char *name);
gboolean            hv_get_bool (HvObject *self, const char *name);
/* @value: NULL for nil */
void hv_set       (HvObject *self, const char *name, const char *value);
void hv_set_list  (HvObject *self, const char *name, const char *const *values);
void hv_set_uint  (HvObject *self, const char *name, guint64 value);
void hv_set_bool  (HvObject *self, const char *name, gboolean value);
void hv_embed     (HvObject *self, const char *name, HvObject *object);
/* Takes over whatever @from has set, keys excepted. */
void hv_take_over (HvObject *self, HvObject *from);

/* "\\HV-SIM\root\virtualization\v2:Class.Key=\"value\"" (transfer full) */
char *hv_object_dup_path (HvObject *self);
/* What a reference of an association points to */
HvObject *hv_object_get_end (HvObject *self, const HvProperty *property);
/* What finds it in a store, from names and values of keys. (transfer full) (nullable) */
char *hv_key_from_object    (HvObject *self);
char *hv_key_from_selectors (const HvClass *klass, GHashTable *selectors);
char *hv_key_from_path      (const char *path);

typedef enum { HV_CREATED, HV_CHANGED, HV_REMOVED } HvChange;
typedef void (*HvWatch) (HvChange change, HvObject *object, HvObject *before, gpointer data);

HvStore   *hv_store_new       (HvWatch watch, gpointer data);
void       hv_store_free      (HvStore *self);
/* While nobody listens, nothing is copied. */
void       hv_store_set_heard (HvStore *self, gboolean heard);
gboolean   hv_store_is_heard  (HvStore *self);
HvObject  *hv_store_add       (HvStore *self, HvObject *object); /* (transfer full), returned as borrowed */
void       hv_store_remove    (HvStore *self, HvObject *object);
/* After some hv_set(): says so to the one who watches. */
void       hv_store_changed   (HvStore *self, HvObject *object);
HvObject  *hv_store_link      (HvStore *self, const char *association, HvObject *first, HvObject *second);
HvObject  *hv_store_find      (HvStore *self, const char *key);
HvObject  *hv_store_find_path (HvStore *self, const char *path);
/* Instances of exactly this class; not owned, do not change the store meanwhile. */
GPtrArray *hv_store_list      (HvStore *self, const HvClass *klass);
/* (transfer container): instances of @class_name and of what derives from it */
GPtrArray *hv_store_collect   (HvStore *self, const char *space, const char *class_name);
/* (nullable): the other end of the first @association of @object */
HvObject  *hv_follow          (HvObject *object, const char *association);

G_END_DECLS
