/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <glib/gstdio.h>

#include "backends/avb-guest-channel.h"
#include "backends/avb-guest-info.h"
#include "backends/avb-machine-display.h"
#include "backends/avb-text-console.h"
#include "tests/contract/contract.h"

/* What of a guest can be seen and heard: exactly one kind of display, and the verbs of the others refuse. */

static AvbConsoleEndpoint *
find_console (AvbMachine *machine)
{
  return avb_test_await_boxed (avb_machine_find_console (machine));
}

static AvbMachine *
create_with_display (Contract *c, const char *name)
{
  g_autoptr (AvbMachineSpec) spec = contract_make_spec (c, name);

  avb_machine_spec_set_graphics (spec, TRUE);
  return contract_create_spec (c, spec);
}

static void
open_socket (AvbMachine *machine)
{
  g_autoptr (GError) error = NULL;
  int fd = dex_await_int (avb_machine_open_console_fd (machine), &error);

  g_assert_no_error (error);
  g_assert_cmpint (fd, >=, 0);
  g_close (fd, NULL);
}

static void
look_and_type (AvbMachine *machine)
{
  static const guint8 scancodes[] = { 0x1e, 0x9e };
  AvbPointer pointer = { .x = 1, .y = 1, .width = 64, .height = 48, .buttons = AVB_POINTER_LEFT };
  g_autoptr (AvbPicture) picture = avb_test_await_boxed (avb_machine_read_picture (machine));

  g_assert_cmpuint (picture->width, >, 0);
  g_assert_cmpuint (picture->height, >, 0);
  avb_test_await (avb_machine_send_scancodes (machine, scancodes, sizeof scancodes));
  avb_test_await (avb_machine_send_pointer (machine, &pointer));
}

static void
console (Contract *c)
{
  g_autoptr (AvbMachine) machine = create_with_display (c, "contract-console");
  g_autoptr (AvbConsoleEndpoint) off = find_console (machine);
  g_autoptr (AvbConsoleEndpoint) on = NULL;
  const char *reason = contract_reason (c, AVB_FEATURE_CONSOLE);

  if (reason != NULL)
    {
      contract_bring (machine, AVB_MACHINE_RUNNING);
      on = find_console (machine);
      g_assert_cmpint (on->kind, ==, AVB_CONSOLE_NONE);
      g_assert_nonnull (on->reason);
      g_assert_false (avb_machine_has_console (machine));
      contract_await_refusal (avb_machine_open_console_fd (machine), reason);
      contract_await_refusal (avb_machine_read_picture (machine), reason);
      contract_refused (c, reason);
      return;
    }
  g_assert_cmpint (off->kind, ==, AVB_CONSOLE_NONE);
  g_assert_nonnull (off->reason);
  contract_bring (machine, AVB_MACHINE_RUNNING);
  g_assert_true (avb_machine_has_console (machine));
  on = find_console (machine);
  if (on->kind == AVB_CONSOLE_SPICE_FD || on->kind == AVB_CONSOLE_VNC_FD)
    {
      open_socket (machine);
      contract_await_refusal (avb_machine_read_picture (machine), NULL);
      contract_remark (c, "a socket");
    }
  else if (on->kind == AVB_CONSOLE_PICTURES)
    {
      look_and_type (machine);
      contract_await_refusal (avb_machine_open_console_fd (machine), NULL);
      contract_remark (c, "pictures and scancodes");
    }
  else if (on->kind == AVB_CONSOLE_RDP_HOST)
    {
      g_assert_nonnull (on->host);
      g_assert_nonnull (on->user);
      g_assert_nonnull (on->id);
      g_assert_cmpuint (on->port, !=, 0);
      look_and_type (machine);
      contract_await_refusal (avb_machine_open_console_fd (machine), NULL);
      contract_remark (c, "VMConnect, or pictures and scancodes");
    }
  else
    {
      g_assert_nonnull (on->host);
      g_assert_true (on->port != 0 || on->tls_port != 0);
      contract_remark (c, "an address");
    }
  contract_bring (machine, AVB_MACHINE_OFF);
  g_assert_false (avb_machine_has_console (machine));
}

static void
refuse_busy_or_never (DexFuture *future)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (dex_await (future, &error));
  g_assert_true (g_error_matches (error, AVB_ERROR, AVB_ERROR_BUSY)
                 || g_error_matches (error, AVB_ERROR, AVB_ERROR_NOT_SUPPORTED));
}

/* Of a machine that is off there is nothing to see. */
static void
off (Contract *c)
{
  static const guint8 scancode[] = { 0x1e };
  g_autoptr (AvbMachine) machine = create_with_display (c, "contract-off");
  AvbPointer pointer = { .width = 64, .height = 48 };

  refuse_busy_or_never (avb_machine_take_screenshot (machine));
  refuse_busy_or_never (avb_machine_open_console_fd (machine));
  refuse_busy_or_never (avb_machine_read_picture (machine));
  refuse_busy_or_never (avb_machine_send_scancodes (machine, scancode, 1));
  refuse_busy_or_never (avb_machine_send_pointer (machine, &pointer));
  refuse_busy_or_never (avb_machine_open_text_console (machine, "serial0", FALSE));
  refuse_busy_or_never (avb_machine_open_guest_channel (machine, AVB_SETUP_CHANNEL));
  refuse_busy_or_never (avb_machine_forward_port (machine, 22));
}

static void
text_consoles (Contract *c)
{
  g_autoptr (AvbMachine) machine = contract_create (c, "contract-text");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) consoles = dex_await_boxed (avb_machine_list_text_consoles (machine), &error);

  if (consoles == NULL)
    {
      g_assert_error (error, AVB_ERROR, AVB_ERROR_NOT_SUPPORTED);
      contract_await_refusal (avb_machine_open_text_console (machine, "serial0", FALSE), NULL);
      contract_refused (c, error->message);
      return;
    }
  g_clear_pointer (&consoles, g_ptr_array_unref);
  contract_bring (machine, AVB_MACHINE_RUNNING);
  consoles = avb_test_await_boxed (avb_machine_list_text_consoles (machine));
  for (guint i = 0; i < consoles->len; i++)
    {
      const AvbTextConsole *one = consoles->pdata[i];
      int fd = dex_await_int (avb_machine_open_text_console (machine, one->name, FALSE), &error);

      /* One that says it can be opened can be, and one that says why not cannot. */
      if (one->reason == NULL)
        {
          g_assert_no_error (error);
          g_close (fd, NULL);
        }
      else
        g_assert_nonnull (error);
      g_clear_error (&error);
    }
  contract_remark (c, "%u", consoles->len);
  g_assert_cmpint (dex_await_int (avb_machine_open_guest_channel (machine, "no.such.channel"), &error), ==, 0);
  g_assert_true (g_error_matches (error, AVB_ERROR, AVB_ERROR_NOT_FOUND)
                 || g_error_matches (error, AVB_ERROR, AVB_ERROR_NOT_SUPPORTED));
}

static void
guest_info (Contract *c)
{
  g_autoptr (AvbMachine) machine = contract_create (c, "contract-guest");
  g_autoptr (GError) error = NULL;
  g_autoptr (AvbGuestInfo) info = dex_await_boxed (avb_machine_read_guest_info (machine), &error);

  if (info == NULL)
    {
      g_assert_error (error, AVB_ERROR, AVB_ERROR_NOT_SUPPORTED);
      contract_refused (c, error->message);
      return;
    }
  g_assert_cmpint (info->agent, ==, AVB_GUEST_AGENT_NOT_RUNNING);
  g_assert_nonnull (info->reason);
  g_clear_pointer (&info, avb_guest_info_free);
  contract_bring (machine, AVB_MACHINE_RUNNING);
  info = avb_test_await_boxed (avb_machine_read_guest_info (machine));
  g_assert_true ((info->agent == AVB_GUEST_AGENT_ANSWERS) == (info->reason == NULL));
}

const ContractBehaviour contract_display_behaviours[] = {
  { "console", console },
  { "console-of-a-machine-that-is-off", off },
  { "text-consoles", text_consoles },
  { "guest-info", guest_info },
  { NULL, NULL },
};
