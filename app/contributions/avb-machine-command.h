/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/extensions/avb-extension-host.h"

G_BEGIN_DECLS

/**
 * AvbCommandResult:
 *
 * What an action or a console tool answered. Texts are the extension's: text, not markup. A boxed value.
 */
typedef struct {
  char *text;   /* (nullable): one line, for a notice */
  char *report; /* (nullable): a text to read or save */
  char *panel;  /* (nullable): a panel to open: avb_extension_host_open_panel() */
} AvbCommandResult;

#define AVB_TYPE_COMMAND_RESULT (avb_command_result_get_type ())
GType             avb_command_result_get_type (void);
AvbCommandResult *avb_command_result_copy     (const AvbCommandResult *self);
void              avb_command_result_free     (AvbCommandResult *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbCommandResult, avb_command_result_free)

/* Whether an action belongs into the menu of @machine as it is now; with %NULL: into that of the program. Console tools
 * belong beside each console. */
gboolean   avb_machine_command_is_offered (AvbContribution *command, AvbMachine *machine);

/**
 * avb_machine_command_run:
 * @command: an action or a console tool
 * @machine: (nullable): that it is about
 * @operation: progress and cancel; finished by this
 *
 * Returns: (transfer full): resolves to an #AvbCommandResult (boxed); rejects as avb_extension_call() does
 */
DexFuture *avb_machine_command_run        (AvbContribution *command,
                                           AvbMachine      *machine,
                                           AvbOperation    *operation) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
