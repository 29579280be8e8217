/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-connection.h"
#include "backends/avb-error.h"

G_BEGIN_DECLS

/* What the files of AvbMachine share. */

/* What can be done with a machine now, in the order of the properties. */
typedef enum {
  AVB_MACHINE_CAN_START = 1 << 0,
  AVB_MACHINE_CAN_PAUSE = 1 << 1,
  AVB_MACHINE_CAN_RESUME = 1 << 2,
  AVB_MACHINE_CAN_SAVE = 1 << 3,
  AVB_MACHINE_CAN_SHUT_DOWN = 1 << 4,
  AVB_MACHINE_CAN_RESET = 1 << 5,
  AVB_MACHINE_CAN_FORCE_OFF = 1 << 6,
  AVB_MACHINE_CAN_DELETE = 1 << 7,
  AVB_MACHINE_CAN_RENAME = 1 << 8,
  AVB_MACHINE_CAN_EDIT = 1 << 9,
  AVB_MACHINE_HAS_CONSOLE = 1 << 10,
} AvbMachineCan;

/* What a state allows, before the link, a job under way and the hypervisor are asked. */
AvbMachineCan avb_machine_state_can        (AvbMachineState state);
/* What the hypervisor allows in any state. */
AvbMachineCan avb_machine_capabilities_can (AvbMachine *self);
gboolean      avb_machine_get_can          (AvbMachine *self, AvbMachineCan can);
/* (nullable): why @verb, a vfunc, which needs @can (0: nothing), cannot be called now */
DexFuture    *avb_machine_refuse           (AvbMachine   *self,
                                            gconstpointer verb,
                                            AvbMachineCan can) G_GNUC_WARN_UNUSED_RESULT;
/* The same for what needs a @feature of the host that follows from no @can. */
DexFuture    *avb_machine_refuse_feature   (AvbMachine   *self,
                                            gconstpointer verb,
                                            AvbFeature    feature,
                                            AvbMachineCan can) G_GNUC_WARN_UNUSED_RESULT;
DexFuture    *avb_machine_reject           (AvbError    code,
                                            const char *sentence) G_GNUC_WARN_UNUSED_RESULT;

/* The same for long work, which also waits for other work on the machine; @operation is finished then. */
DexFuture    *avb_machine_refuse_work      (AvbMachine   *self,
                                            gconstpointer verb,
                                            AvbFeature    feature,
                                            AvbOperation *operation) G_GNUC_WARN_UNUSED_RESULT;
/* Takes @future: @operation is finished with it. avb_machine_begin_work() made it the machine's. */
void          avb_machine_begin_work       (AvbMachine *self, AvbOperation *operation);
DexFuture    *avb_machine_end_work         (AvbMachine   *self,
                                            AvbOperation *operation,
                                            DexFuture    *future) G_GNUC_WARN_UNUSED_RESULT;

/* (nullable): what the guard does */
DexFuture    *avb_machine_call_start_guard     (AvbMachine *self) G_GNUC_WARN_UNUSED_RESULT;

/* avb-machine-settings.c */
typedef struct {
  GHashTable *values;  /* key → value that is in force */
  GHashTable *unkept;  /* key → serial number of what is in force though it is not kept (yet) */
  DexFuture  *keeping; /* (nullable): the last that is being kept */
  guint       serial;
} AvbMachineSettings;

AvbMachineSettings *avb_machine_settings_new  (void);
void                avb_machine_settings_free (AvbMachineSettings *self);
AvbMachineSettings *avb_machine_peek_settings (AvbMachine *self);
void                avb_machine_emit_setting_changed (AvbMachine *self, const char *key);

G_END_DECLS
