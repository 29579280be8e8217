/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-blocking.h"
#include "backends/avb-connection.h"

G_BEGIN_DECLS

/* For tests with a hypervisor, inside a fiber. */

/* Resolved once the link is up. (transfer full) */
AvbConnection  *avb_session_test_connect           (const char *uri);
/* Until what the hypervisor can do was read, not guessed. */
void            avb_session_test_wait_capabilities (AvbConnection *connection);
/* A small emulated machine without a display; @disk is nullable, qcow2. */
AvbMachineSpec *avb_session_test_spec              (const char *name, const char *disk);
char           *avb_session_test_create_disk       (AvbConnection *connection, const char *name);
/* In the folder of the disks; hidden and half made ones too. */
guint           avb_session_test_count_files       (void);
/* The session's own daemon, known by its pid file. */
GPid            avb_session_test_daemon_pid        (void);
void            avb_session_test_kill_daemon       (void);
/* QEMU of the running machine @name. */
GPid            avb_session_test_qemu_pid          (const char *name);

G_END_DECLS
