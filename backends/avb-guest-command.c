/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-guest-command.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "backends/avb-machine-private.h"

G_DEFINE_BOXED_TYPE (AvbGuestCommand, avb_guest_command, avb_guest_command_copy, avb_guest_command_free)

AvbGuestCommand *
avb_guest_command_copy (const AvbGuestCommand *self)
{
  AvbGuestCommand *copy = g_memdup2 (self, sizeof *self);

  g_bytes_ref (copy->output);
  g_bytes_ref (copy->error);
  return copy;
}

void
avb_guest_command_free (AvbGuestCommand *self)
{
  g_bytes_unref (self->output);
  g_bytes_unref (self->error);
  g_free (self);
}

static gboolean
is_acceptable (const char *const *words, GBytes *input)
{
  guint n = 0;

  for (; words[n] != NULL; n++)
    if (n >= AVB_GUEST_COMMAND_MAX_WORDS || strlen (words[n]) > AVB_GUEST_COMMAND_MAX_WORD ||
        !g_utf8_validate (words[n], -1, NULL))
      return FALSE;
  return n > 0 && *words[0] != '\0' && (input == NULL || g_bytes_get_size (input) <= AVB_GUEST_COMMAND_MAX_INPUT);
}

DexFuture *
avb_machine_run_command (AvbMachine        *self,
                         const char *const *words,
                         GBytes            *input,
                         guint              seconds,
                         GCancellable      *cancellable)
{
  AvbMachineClass *klass;
  DexFuture *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self) && words != NULL, NULL);
  g_return_val_if_fail (seconds > 0 && seconds <= AVB_GUEST_COMMAND_MAX_SECONDS, NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = avb_machine_refuse_feature (self, klass->run_command, AVB_FEATURE_GUEST_COMMANDS, 0);
  if (refusal == NULL && avb_machine_get_state (self) != AVB_MACHINE_RUNNING)
    refusal = avb_machine_reject (AVB_ERROR_BUSY, _("The machine is not running."));
  if (refusal == NULL && !is_acceptable (words, input))
    refusal = avb_machine_reject (AVB_ERROR_INVALID, _("This command is not one, or is too long."));
  return refusal != NULL ? refusal : klass->run_command (self, words, input, seconds, cancellable);
}
