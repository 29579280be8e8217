/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-blocking.h"
#include "backends/libvirt/avb-domain-xml.h"
#include "backends/libvirt/avb-libvirt-connection.h"
#include "backends/libvirt/avb-libvirt-util.h"

G_BEGIN_DECLS

/**
 * AvbLibvirtDriver:
 *
 * Which of libvirt's drivers serves a connection, and where.
 */
typedef enum {
  AVB_LIBVIRT_DRIVER_QEMU_SESSION, /* this user's, on this computer */
  AVB_LIBVIRT_DRIVER_QEMU_SYSTEM,  /* this computer's */
  AVB_LIBVIRT_DRIVER_QEMU_REMOTE,
  AVB_LIBVIRT_DRIVER_TEST,
} AvbLibvirtDriver;

AvbLibvirtDriver avb_libvirt_connection_get_driver (AvbLibvirtConnection *self);
/* (nullable) (transfer full): %NULL while the link is down; close it on a worker. */
virConnect      *avb_libvirt_connection_ref_vir    (AvbLibvirtConnection *self);
/* Looks at a domain again, soon, in a batch with others. */
void             avb_libvirt_connection_refresh    (AvbLibvirtConnection *self, const char *uuid);

/* (nullable): lives for ever */
const AvbLibvirtHost *avb_libvirt_connection_get_host (AvbLibvirtConnection *self);

/* Worker threads. Frees with avb_libvirt_traits_free(). */
AvbDomainTraits *avb_libvirt_traits_read (virConnect           *vir,
                                          const AvbLibvirtHost *host,
                                          const char           *arch,
                                          gboolean              accelerated);
void             avb_libvirt_traits_free (AvbDomainTraits *traits);
AvbCapabilities *avb_libvirt_capabilities_guess (virConnect *vir, AvbLibvirtDriver driver);
AvbCapabilities *avb_libvirt_capabilities_read  (virConnect           *vir,
                                                 const AvbLibvirtHost *host,
                                                 AvbLibvirtDriver      driver);

/* Worker thread: whether this computer has a virtiofsd that libvirt would find. */
gboolean         avb_libvirt_find_virtiofsd     (void);

/**
 * AvbLibvirtDomain:
 *
 * What a worker read of one domain.
 */
typedef struct {
  char            *uuid;
  char            *name;
  AvbMachineState  state;
  gboolean         gone;
  gboolean         crashed;
  /* Details, if they were asked for. */
  gboolean         has_details;
  gboolean         emulated;
  gboolean         has_graphics;
  char            *os_id;
  guint            cpus;
  guint64          memory_mib;
  GHashTable      *settings;
} AvbLibvirtDomain;

void       avb_libvirt_domain_free (AvbLibvirtDomain *domain);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbLibvirtDomain, avb_libvirt_domain_free)
/* Worker threads. (element-type AvbLibvirtDomain); %NULL after an error of libvirt */
GPtrArray *avb_libvirt_domains_list (virConnect *vir);
/* %NULL after an error that says nothing about the domain. */
AvbLibvirtDomain *avb_libvirt_domain_read (virConnect *vir,
                                           const char *uuid,
                                           gboolean    details,
                                           GError    **error);

/* Volumes: avb-libvirt-volume.c (files of this user) and avb-libvirt-pool.c (libvirt's pools). */
char      *avb_libvirt_volume_dup_folder (void);
/* What a volume is called: no folder, no control characters, an ending that fits. */
char      *avb_libvirt_volume_make_name  (const char *wish, const char *format);
DexFuture *avb_libvirt_volume_create     (const AvbVolumeSpec *volume, AvbOperation *operation) G_GNUC_WARN_UNUSED_RESULT;
/* The same of a machine's own disk, with all that it stands on. */
DexFuture *avb_libvirt_volume_copy       (const AvbVolumeSpec *volume, AvbOperation *operation) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_libvirt_volume_export     (const AvbExportSpec *spec, AvbOperation *operation) G_GNUC_WARN_UNUSED_RESULT;
/* What errno @code means for the file of a disk. */
GError    *avb_libvirt_volume_error      (int code, const char *path);
DexFuture *avb_libvirt_volume_delete     (const char *path) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_libvirt_pool_create       (virConnect *vir, const AvbVolumeSpec *volume, AvbOperation *operation) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_libvirt_pool_delete       (virConnect *vir, const char *path) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_libvirt_free_read         (virConnect *vir, AvbLibvirtDriver driver) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
