/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>

#include "backends/avb-capabilities.h"
#include "backends/avb-connection.h"
#include "backends/avb-machine.h"
#include "backends/avb-operation.h"

G_BEGIN_DECLS

/* Facts as text for people: translated, pure, without markup. All results are newly allocated
 * unless they are const. */

const char *avb_format_state     (AvbMachineState state);
/* The same, but that nothing is known of a machine whose host is out of reach. */
const char *avb_format_reachable_state (AvbMachineState state, gboolean available);
/* (nullable): why @machine is emulated and what would mend it */
char       *avb_format_emulation (AvbMachine *machine);
/* A CSS class: "running", "paused", "saved", "off", "failed". */
const char *avb_format_state_class (AvbMachineState state);
/* "1 CPU", "4 CPUs" */
char       *avb_format_cpus      (guint cpus);
/* "3 minutes left"; "" for 0 */
char       *avb_format_remaining (guint64 seconds);
/* "Downloading · 2.1 MB/s · 3 minutes left", or why it failed */
char       *avb_format_operation (AvbOperation *operation);
const char *avb_format_link      (AvbLink link);
/* "Yesterday", "5 minutes ago"; "" for 0 */
char       *avb_format_since     (gint64 since, gint64 now);
/* The name of an operating system from libosinfo's id, as far as the id tells it: "Debian 12". */
char       *avb_format_os_id     (const char *os_id);

/* Those that are not "", one below the other, all from the side where this program's language begins: a line would else be on the
 * side where its own script begins. */
char       *avb_format_lines     (const char *first, ...) G_GNUC_NULL_TERMINATED;

/* For g_object_bind_property_full(): a name that somebody else chose, as one harmless line. */
gboolean avb_format_name_binding (GBinding     *binding,
                                  const GValue *from,
                                  GValue       *to,
                                  gpointer      user_data);

G_END_DECLS
