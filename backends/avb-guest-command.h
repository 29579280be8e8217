/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-machine.h"

G_BEGIN_DECLS

#define AVB_GUEST_COMMAND_MAX_WORDS 64
#define AVB_GUEST_COMMAND_MAX_WORD 4096
#define AVB_GUEST_COMMAND_MAX_INPUT (64 * 1024)
#define AVB_GUEST_COMMAND_MAX_OUTPUT (1024 * 1024) /* of either kind */
#define AVB_GUEST_COMMAND_MAX_SECONDS 600

/**
 * AvbGuestCommand:
 *
 * What a command that was run in a guest came to. A boxed type.
 */
typedef struct {
  int      exit_code; /* −1: ended by a signal, or by an exception of Windows */
  GBytes  *output;
  GBytes  *error;
  gboolean truncated; /* there was more of either than is kept */
} AvbGuestCommand;

#define AVB_TYPE_GUEST_COMMAND (avb_guest_command_get_type ())
GType            avb_guest_command_get_type (void);
AvbGuestCommand *avb_guest_command_copy     (const AvbGuestCommand *self);
void             avb_guest_command_free     (AvbGuestCommand *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbGuestCommand, avb_guest_command_free)

/**
 * avb_machine_run_command:
 * @words: the program, a path or what is found in the guest's, and its arguments, UTF-8, at most
 *   %AVB_GUEST_COMMAND_MAX_WORDS of %AVB_GUEST_COMMAND_MAX_WORD bytes; no shell reads them
 * @input: (nullable): for its standard input, which ends then
 * @seconds: 1 to %AVB_GUEST_COMMAND_MAX_SECONDS: when it is given up
 * @cancellable: (nullable): gives it up before
 *
 * Runs a command in the running guest, as its agent's user, who is the administrator. The agent has no events: it is asked
 * again until the command has ended. One that is given up is killed where the guest lets it (Linux and other Unix), and may go on
 * otherwise. Main thread.
 *
 * Returns: (transfer full): resolves to an #AvbGuestCommand (boxed), whatever it came to; %AVB_ERROR_NOT_SUPPORTED by
 *   %AVB_FEATURE_GUEST_COMMANDS; %AVB_ERROR_BUSY if the machine does not run or its agent does not answer;
 *   %AVB_ERROR_INVALID if the words are too many or too long; %G_IO_ERROR_TIMED_OUT, %G_IO_ERROR_CANCELLED
 */
DexFuture *avb_machine_run_command (AvbMachine         *self,
                                    const char *const  *words,
                                    GBytes             *input,
                                    guint               seconds,
                                    GCancellable       *cancellable) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
