/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-text-console.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-machine-private.h"

G_DEFINE_BOXED_TYPE (AvbTextConsole,
                     avb_text_console,
                     avb_text_console_copy,
                     avb_text_console_free)

AvbTextConsole *
avb_text_console_copy (const AvbTextConsole *console)
{
  AvbTextConsole *copy;

  g_return_val_if_fail (console != NULL, NULL);

  copy = g_memdup2 (console, sizeof *console);
  copy->name = g_strdup (console->name);
  copy->label = g_strdup (console->label);
  copy->reason = g_strdup (console->reason);
  return copy;
}

void
avb_text_console_free (AvbTextConsole *console)
{
  g_return_if_fail (console != NULL);

  g_free (console->name);
  g_free (console->label);
  g_free (console->reason);
  g_free (console);
}

DexFuture *
avb_machine_list_text_consoles (AvbMachine *self)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = avb_machine_refuse (self, klass->list_text_consoles, 0);
  return refusal != NULL ? refusal : klass->list_text_consoles (self);
}

DexFuture *
avb_machine_open_text_console (AvbMachine *self, const char *name, gboolean take_over)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = avb_machine_refuse (self, klass->open_text_console, 0);
  if (refusal == NULL
      && !(avb_machine_state_can (avb_machine_get_state (self)) & AVB_MACHINE_HAS_CONSOLE))
    refusal = avb_machine_reject (AVB_ERROR_BUSY, _ ("The machine is not running."));
  return refusal != NULL ? refusal : klass->open_text_console (self, name, take_over);
}
