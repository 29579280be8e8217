/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "tests/hyperv/hyperv-host.h"

G_BEGIN_DECLS

/* What a method of the management service hands to its job. */
typedef struct {
  char      *id; /* of the machine */
  HvObject  *settings; /* (nullable): as asked for */
  GPtrArray *wanted; /* HvObject as asked for */
  GPtrArray *targets; /* HvObject that are there */
} HvWork;

HvWork *hv_work_new  (const char *id);
void    hv_work_free (gpointer data);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvWork, hv_work_free)

/* The embedded instances of a parameter; other classes are an invalid parameter. */
guint32   hv_read_instances (HvInvoke *in, const char *parameter, const char *class_name, GPtrArray *into);
/* The machine was set up anew: TimeOfLastConfigurationChange. */
void      hv_touch      (HypervSimulator *self, HvMachine *machine);
guint32   hv_add_wanted (HypervSimulator *self, HvMachine *machine, HvConfig *config, HvObject *wanted, HvObject **added);
/* Whether @wanted says @name, and says something else. */
gboolean  hv_differs    (HvObject *now, HvObject *wanted, const char *name);
/* (nullable): the instance with the keys of @wanted */
HvObject *hv_find_same  (HypervSimulator *self, HvObject *wanted);

guint32 hv_add_resource_settings    (HvInvoke *in);
guint32 hv_modify_resource_settings (HvInvoke *in);
guint32 hv_modify_security_settings (HvInvoke *in);
guint32 hv_remove_resource_settings (HvInvoke *in);
guint32 hv_get_key_protector        (HvInvoke *in);
guint32 hv_set_key_protector        (HvInvoke *in);

G_END_DECLS
