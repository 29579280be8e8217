/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libdex.h>

G_BEGIN_DECLS

/* What an operating system needs on one architecture; 0: the database does not say. */
typedef struct {
  guint   cpus;
  guint64 memory_mib;
  guint64 storage; /* bytes */
} AvbOsResources;

/**
 * AvbOsInfo:
 *
 * What libosinfo's database knows of an operating system, or of a medium with one. A boxed value.
 */
typedef struct {
  char          *id;   /* "http://debian.org/debian/13" */
  char          *name; /* "Debian 13" */
  char          *architecture; /* (nullable): of a medium; "x86_64" */
  gboolean       live;         /* of a medium */
  gboolean       cloud;        /* of a disk image: it waits for cloud-init's data */
  AvbOsResources minimum;
  AvbOsResources recommended;
  gboolean       bios;        /* can start with BIOS */
  gboolean       uefi;        /* can start with UEFI */
  gboolean       secure_boot; /* wants UEFI with Secure Boot */
  gboolean       tpm;         /* wants a TPM 2.0 */
  gboolean       virtio_disk; /* has a driver of its own */
  gboolean       virtio_net;
} AvbOsInfo;

#define AVB_TYPE_OS_INFO (avb_os_info_get_type ())
GType      avb_os_info_get_type (void);
AvbOsInfo *avb_os_info_copy     (const AvbOsInfo *self);
void       avb_os_info_free     (AvbOsInfo *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbOsInfo, avb_os_info_free)

/**
 * avb_os_db_find:
 * @os_id: libosinfo's id
 * @architecture: (nullable): for which the resources are; %NULL: "x86_64"
 *
 * The database is read at the first call of this or avb_os_db_identify(), on a worker thread (it
 * takes about a second), and kept.
 *
 * Returns: (transfer full): resolves to an #AvbOsInfo (boxed), or rejects with %AVB_ERROR_NOT_FOUND
 */
DexFuture *avb_os_db_find (const char *os_id, const char *architecture) G_GNUC_WARN_UNUSED_RESULT;

/**
 * avb_os_db_identify:
 * @volume_id: of the primary volume descriptor, as are the others; "" where it has none
 * @volume_size: bytes
 *
 * Returns: (transfer full): resolves to an #AvbOsInfo (boxed), or rejects with %AVB_ERROR_NOT_FOUND
 *   where no medium of the database is like this one
 */
DexFuture *avb_os_db_identify (const char *volume_id,
                               const char *system_id,
                               const char *publisher_id,
                               const char *application_id,
                               guint64     volume_size) G_GNUC_WARN_UNUSED_RESULT;

/**
 * avb_os_db_identify_image:
 * @file_name: of a disk image, without folders
 *
 * Recognises the cloud images that distributions offer, by the names that they give to them. A name is
 * no proof: this is for defaults that suit, and nothing depends on it being true.
 *
 * Returns: (transfer full): as avb_os_db_identify()
 */
DexFuture *avb_os_db_identify_image (const char *file_name) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
