/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-machine.h"

G_BEGIN_DECLS

/* The first serial port of a running guest, for tests: what it writes is kept, without carriage returns. */
typedef struct _AvbGuestSerial AvbGuestSerial;

/* In a fiber. */
AvbGuestSerial *avb_guest_serial_open   (AvbMachine *machine);
/* Safe with %NULL. */
void            avb_guest_serial_close  (AvbGuestSerial *self);
/* Since the last line that was typed. */
const char     *avb_guest_serial_get    (AvbGuestSerial *self);
/* The last of it, for messages. (transfer full) */
char           *avb_guest_serial_tail   (AvbGuestSerial *self);
void            avb_guest_serial_type   (AvbGuestSerial *self, const char *text);
/* In a fiber. At a getty, until the shell asks. */
void            avb_guest_serial_log_in (AvbGuestSerial *self,
                                         const char     *host,
                                         const char     *user,
                                         const char     *password);
/* In a fiber. At the shell: what @command writes. */
const char     *avb_guest_serial_run    (AvbGuestSerial *self, const char *command);

G_END_DECLS
