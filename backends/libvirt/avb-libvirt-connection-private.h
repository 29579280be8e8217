/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/libvirt/avb-libvirt-private.h"

G_BEGIN_DECLS

/* What the files of AvbLibvirtConnection share. Main thread, where nothing else is said. */

/* How it stays true: libvirt's events arrive on the main loop. Each names a domain; what it says is
 * believed at once where it is clear, and the domain is looked at again in a worker, together with
 * all others that had an event meanwhile. An event that arrives while a worker looks makes it look
 * again, so that an old answer never wins. */
struct _AvbLibvirtConnection {
  AvbConnection parent_instance;

  AvbLibvirtDriver driver;
  virConnect      *vir;
  GHashTable      *machines; /* uuid → AvbLibvirtMachine, as in the list */
  GHashTable      *pending;  /* uuids to look at */
  GHashTable      *orphans;  /* uuids of machines whose creation failed with the link */
  gboolean         refreshing;
  gboolean         opening;
  guint            attempt;
  guint            retry_source;

  AvbLibvirtProbeFunc probe; /* (nullable) */
  const AvbLibvirtHost *host; /* (nullable) */
  AvbAcceleration acceleration;
  char           *acceleration_reason;
  char           *acceleration_remedy;
};

/* avb-libvirt-connection.c */
/* The link is gone: machines are greyed, and it is opened again, each time a little later. */
void avb_libvirt_connection_lose (AvbLibvirtConnection *self, const char *error);
/* Takes @vir: the last reference talks to the daemon, so a worker drops it. */
DexFuture *avb_libvirt_close (virConnect *vir) G_GNUC_WARN_UNUSED_RESULT;

/* avb-libvirt-events.c; worker thread. */
void avb_libvirt_connection_register_events (virConnect *vir, AvbLibvirtConnection *self);
/* Tells when @vir is found dead; worker thread. */
void avb_libvirt_connection_watch_link (virConnect *vir, AvbLibvirtConnection *self);

/* avb-libvirt-listing.c */
/* Takes over what was read; new ones enter the list all at once. (transfer full): the UUIDs that
 * came, owned by @domains */
GHashTable *avb_libvirt_connection_apply_domains (AvbLibvirtConnection *self, GPtrArray *domains);
/* The same with all that there are: what did not come is gone. */
void avb_libvirt_connection_apply_list (AvbLibvirtConnection *self, GPtrArray *domains);
/* Begins to look at what is to be looked at, unless that goes on already. */
void avb_libvirt_connection_kick (AvbLibvirtConnection *self);

/* avb-libvirt-create.c */
DexFuture *avb_libvirt_connection_create_machine (AvbConnection  *connection,
                                                  AvbMachineSpec *spec) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_libvirt_connection_create_from_definition (AvbConnection  *connection,
                                                          GBytes         *definition,
                                                          AvbMachineSpec *spec) G_GNUC_WARN_UNUSED_RESULT;
void avb_libvirt_connection_discard_orphans (AvbLibvirtConnection *self);

/* avb-libvirt-network.c */
DexFuture *avb_libvirt_connection_ensure_network (AvbConnection        *connection,
                                                  const AvbNetworkSpec *network) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_libvirt_connection_has_network (AvbConnection *connection,
                                               const char    *name,
                                               const char    *owner) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_libvirt_connection_remove_network (AvbConnection *connection,
                                                  const char    *name,
                                                  const char    *owner) G_GNUC_WARN_UNUSED_RESULT;

/* avb-libvirt-import.c */
DexFuture *avb_libvirt_connection_read_definition (AvbConnection *connection,
                                                   GBytes        *definition) G_GNUC_WARN_UNUSED_RESULT;
/* Worker thread. What a definition from elsewhere becomes here. (transfer full) (nullable) */
AvbDomainXml *avb_libvirt_import_definition (virConnect            *vir,
                                             GBytes                *definition,
                                             AvbMachineSpec        *spec,
                                             const AvbDomainTraits *traits,
                                             GError               **error);

G_END_DECLS
