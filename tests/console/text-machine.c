/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/console/text-machine.h"

#include <glib/gstdio.h>
#include <sys/socket.h>

#include "backends/avb-error.h"

struct _TextMachine {
  AvbMachine parent_instance;

  int      fd;
  gboolean taken;
  guint    n_opened;
};

G_DEFINE_FINAL_TYPE (TextMachine, text_machine, AVB_TYPE_MACHINE)

static DexFuture *
text_machine_open_text_console (AvbMachine *machine, const char *name, gboolean take_over)
{
  TextMachine *self = TEXT_MACHINE (machine);
  int          fds[2];

  g_assert_cmpstr (name, ==, "serial0");
  if (self->taken && !take_over)
    return dex_future_new_for_error (avb_error_new (AVB_ERROR_BUSY, NULL, "Somebody has it."));
  self->taken = FALSE;
  g_clear_fd (&self->fd, NULL);
  g_assert_no_errno (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds));
  self->fd = fds[0];
  self->n_opened++;
  return dex_future_new_for_int (fds[1]);
}

static DexFuture *
text_machine_list_text_consoles (AvbMachine *machine)
{
  const AvbTextConsole consoles[] = {
    { (char *) "serial0", AVB_TEXT_CONSOLE_SERIAL, (char *) "Serial 1", NULL },
    { (char *) "serial1", AVB_TEXT_CONSOLE_SERIAL, (char *) "Serial 2", (char *) "It is closed." },
  };
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) avb_text_console_free);

  for (guint i = 0; i < G_N_ELEMENTS (consoles); i++)
    g_ptr_array_add (list, avb_text_console_copy (&consoles[i]));
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, list);
}

static void
text_machine_finalize (GObject *object)
{
  g_clear_fd (&TEXT_MACHINE (object)->fd, NULL);
  G_OBJECT_CLASS (text_machine_parent_class)->finalize (object);
}

static void
text_machine_class_init (TextMachineClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = text_machine_finalize;
  AVB_MACHINE_CLASS (klass)->list_text_consoles = text_machine_list_text_consoles;
  AVB_MACHINE_CLASS (klass)->open_text_console = text_machine_open_text_console;
}

static void
text_machine_init (TextMachine *self)
{
  self->fd = -1;
}

AvbMachine *
text_machine_new (void)
{
  AvbMachine *machine = g_object_new (TEXT_TYPE_MACHINE, NULL);

  avb_machine_set_name (machine, "text");
  avb_machine_set_available (machine, TRUE);
  avb_machine_set_details (machine, NULL, 1, 64, TRUE);
  avb_machine_set_has_graphics (machine, FALSE);
  avb_machine_set_state (machine, AVB_MACHINE_RUNNING, 1);
  return machine;
}

void
text_machine_set_taken (AvbMachine *machine, gboolean taken)
{
  TEXT_MACHINE (machine)->taken = taken;
}

int
text_machine_get_fd (AvbMachine *machine)
{
  return TEXT_MACHINE (machine)->fd;
}

void
text_machine_hang_up (AvbMachine *machine)
{
  g_clear_fd (&TEXT_MACHINE (machine)->fd, NULL);
}

guint
text_machine_get_n_opened (AvbMachine *machine)
{
  return TEXT_MACHINE (machine)->n_opened;
}
