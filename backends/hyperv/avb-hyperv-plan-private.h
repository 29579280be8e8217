/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/hyperv/avb-hyperv-match.h"

G_BEGIN_DECLS

/* What the files of the plan share. */

typedef struct {
  AvbHypervConfig *config;
  AvbMachineSpec  *spec;
  AvbHypervMatch  *match;
  AvbHypervStep   *step;
} AvbHypervPlan;

/* Takes @object, for the step, which is of this kind then. */
void avb_hyperv_plan_take       (AvbHypervPlan *plan, AvbHypervStepKind kind, AvbWmiObject *object);
void avb_hyperv_plan_set_string (AvbWmiObject *object, const char *name, const char *value); /* an array of one */
/* @mac: (nullable): the host's choice */
void avb_hyperv_plan_set_mac    (AvbWmiObject *adapter, const char *mac);
/* %FALSE if there is nothing that it could be connected to. */
gboolean avb_hyperv_plan_connect (AvbHypervPlan *plan, AvbWmiObject *connection, const AvbInterfaceSpec *nic);

/* --- avb-hyperv-plan-change.c --- */

void avb_hyperv_plan_removal  (AvbHypervPlan *plan);
void avb_hyperv_plan_size     (AvbHypervPlan *plan);
void avb_hyperv_plan_discs    (AvbHypervPlan *plan);
void avb_hyperv_plan_adapters (AvbHypervPlan *plan);

/* --- avb-hyperv-plan-add.c --- */

gboolean avb_hyperv_plan_drives       (AvbHypervPlan *plan, GError **error);
void     avb_hyperv_plan_media        (AvbHypervPlan *plan);
void     avb_hyperv_plan_new_adapters (AvbHypervPlan *plan);
void     avb_hyperv_plan_connections  (AvbHypervPlan *plan);

/* --- avb-hyperv-plan-system.c --- */

/* Whether there is something to do. */
gboolean avb_hyperv_plan_boot           (AvbHypervPlan *plan);
void     avb_hyperv_plan_system         (AvbHypervPlan *plan);
gboolean avb_hyperv_plan_security       (AvbHypervPlan *plan, GError **error);
gboolean avb_hyperv_secure_boot_differs (AvbHypervConfig *config, AvbMachineSpec *spec);
gboolean avb_hyperv_tpm_differs         (AvbHypervConfig *config, AvbMachineSpec *spec);

G_END_DECLS
