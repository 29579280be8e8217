/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/hyperv/avb-hyperv-devices.h"

G_BEGIN_DECLS

/* A model of what a host keeps of one machine: it does what each step says and gives what is new its names. */

#define GUID "5B0CF3E5-9D5F-4E7F-8A1F-0123456789AB"
#define SWITCH(n) "0000000" #n "-0000-0000-0000-000000000000"

typedef struct {
  AvbHypervConfig *config;
  guint            serial;
  guint            n_steps; /* of the last time that it was brought to a spec */
  GString         *log;     /* (nullable): what the steps say, as text */
} HypervModel;

/* As DefineSystem leaves it. */
HypervModel *hyperv_model_new  (AvbMachineSpec *spec);
void         hyperv_model_free (HypervModel *model);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HypervModel, hyperv_model_free)

void hyperv_model_bring        (HypervModel *model, AvbMachineSpec *spec);
/* It is what @spec says, and what the program does not know is there. */
void hyperv_model_assert_reads (HypervModel *model, AvbMachineSpec *spec);
void hyperv_model_log_object   (GString *log, AvbWmiObject *object);

/* For what a host has that no step makes. */
AvbWmiObject *hyperv_model_new_resource (const char *class_name, guint type, const char *sub_type);
/* Takes @object and gives it an identifier with this @end. (transfer none) */
AvbWmiObject *hyperv_model_add          (HypervModel *model, AvbWmiObject *object, const char *end);

G_END_DECLS
