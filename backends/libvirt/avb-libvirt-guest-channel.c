/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <glib/gi18n-lib.h>

#include "backends/libvirt/avb-libvirt-machine-private.h"
#include "backends/libvirt/avb-libvirt-stream-open.h"

DexFuture *
avb_libvirt_machine_open_guest_channel (AvbMachine *machine, const char *name)
{
  const AvbLibvirtStreamKind kind = {
    .open = virDomainOpenChannel,
    .what = _ ("The channel to the guest could not be opened."),
    .busy = _ ("Another program has this channel open."),
    .missing = _ ("The machine has no such channel."),
  };

  return avb_libvirt_stream_open (machine, &kind, name, 0);
}
