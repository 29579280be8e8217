/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/libvirt/avb-libvirt-private.h"

G_BEGIN_DECLS

typedef struct _AvbLibvirtCall AvbLibvirtCall;

/* On a worker. An error of libvirt is turned into one of ours inside of it. */
typedef DexFuture *(*AvbLibvirtFunc) (virDomain *domain, AvbLibvirtCall *call);

/**
 * AvbLibvirtCall:
 *
 * One call about one domain, for a worker. The connection to libvirt is closed there too: closing
 * the last reference talks to the daemon.
 */
struct _AvbLibvirtCall {
  virConnect      *vir;
  char            *uuid;
  AvbLibvirtDriver driver;
  const AvbLibvirtHost *host; /* (nullable) */
  AvbLibvirtFunc   func;
  const char      *what; /* what failed, if it fails: a translated sentence */

  /* What the function needs besides; what is set is freed with the call. */
  char           *text;
  AvbMachineSpec *spec;
  AvbDeleteFlags  flags;
  GPtrArray      *disks;
  gpointer        data;
  GDestroyNotify  data_free;
};

/* Main thread. (nullable): %NULL without a link, which the functions below take as well */
AvbLibvirtCall *avb_libvirt_call_new  (AvbMachine *machine, AvbLibvirtFunc func, const char *what);
void            avb_libvirt_call_free (gpointer call);

/* Main thread; take @call. The long one is for what may take more than a second. */
DexFuture *avb_libvirt_call_run      (AvbLibvirtCall *call) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_libvirt_call_run_long (AvbLibvirtCall *call) G_GNUC_WARN_UNUSED_RESULT;
/* Takes @future; looks at the machine again once it is finished, for what libvirt has no event
 * for; and a verb that fails tells that what is shown may be out of date. */
DexFuture *avb_libvirt_refresh_after (AvbMachine *machine, DexFuture *future) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_libvirt_reject_without_link (void) G_GNUC_WARN_UNUSED_RESULT;

/* Worker thread. @result: what a function of libvirt returned */
DexFuture    *avb_libvirt_call_resolve         (int result, AvbLibvirtCall *call) G_GNUC_WARN_UNUSED_RESULT;
/* Worker thread. @flags: of virDomainGetXMLDesc() */
AvbDomainXml *avb_libvirt_call_read_definition (virDomain      *domain,
                                                guint           flags,
                                                AvbLibvirtCall *call,
                                                GError        **error);

/* --- avb-libvirt-name.c; worker thread --- */

/* (transfer full): the machine's, which is not always the domain's; valid UTF-8 */
char      *avb_libvirt_dup_name      (virDomain *domain);
gboolean   avb_libvirt_name_is_taken (virConnect *vir, const char *name);
DexFuture *avb_libvirt_reject_name   (void) G_GNUC_WARN_UNUSED_RESULT;
/* Whether QEMU did not start because others gave the machine a name that avb_domain_name_make() would not leave so. */
gboolean   avb_libvirt_name_is_refused (virDomain *domain, const GError *error);
DexFuture *avb_libvirt_rename        (virDomain *domain, const char *name) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
