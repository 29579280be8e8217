/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * AvbGuest:
 *
 * The machines of `qemu:///session` as libvirt has them, whatever the window says, and the serial port of the first
 * one. All calls block: nothing else is to be done meanwhile.
 */
typedef struct _AvbGuest AvbGuest;

typedef enum {
  AVB_GUEST_NONE,
  AVB_GUEST_RUNNING,
  AVB_GUEST_PAUSED,
  AVB_GUEST_SAVED,
  AVB_GUEST_OFF,
} AvbGuestState;

/* Aborts without libvirt: only tests use it. */
AvbGuest     *avb_guest_new       (void);
void          avb_guest_free      (AvbGuest *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbGuest, avb_guest_free)

AvbGuestState avb_guest_get_state (AvbGuest *self);
guint         avb_guest_count     (AvbGuest *self);
/* Files of the machine's disks that can be written. */
GStrv         avb_guest_dup_disks (AvbGuest *self);
gboolean      avb_guest_wait      (AvbGuest *self, AvbGuestState state, guint seconds);

/* Opens the serial port anew; to be called after each start and restore, because it is another one then. */
gboolean      avb_guest_open_serial (AvbGuest *self, GError **error);
/* Waits until the guest has written @text since the port was opened. What it wrote is in @error otherwise. */
/* Types @line there. */
void          avb_guest_write_serial (AvbGuest *self, const char *line);
/* Gives the port to others. */
void          avb_guest_close_serial (AvbGuest *self);
gboolean      avb_guest_wait_serial (AvbGuest *self, const char *text, guint seconds, GError **error);

G_END_DECLS
