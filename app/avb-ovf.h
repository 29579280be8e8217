/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gio/gio.h>

#include "backends/avb-machine-spec.h"

G_BEGIN_DECLS

/* The largest description that is read: real ones have some KiB. */
#define AVB_OVF_MAX_LENGTH (4 * 1024 * 1024)

/**
 * AvbOvfDrive:
 *
 * A drive of the machine that an OVF describes. A plain value.
 */
typedef struct {
  AvbDiskDevice device;
  AvbDiskBus    bus;
  char         *file;     /* (nullable): a plain file name, of the package; %NULL: an empty drive or disk */
  guint64       capacity; /* bytes, as the description says; 0: it does not */
  gboolean      gzip;     /* the file is compressed as a whole */
} AvbOvfDrive;

/**
 * AvbOvf:
 *
 * What an OVF description says of one machine. A boxed value that is shared and not changed.
 *
 * @spec has name, description, OS, architecture, CPUs, memory, firmware, TPM and interfaces; its disks are
 * @drives, whose files are not looked at here.
 */
typedef struct {
  AvbMachineSpec *spec;
  GPtrArray      *drives; /* (element-type AvbOvfDrive), in the order in which the guest counts them */
} AvbOvf;

#define AVB_TYPE_OVF (avb_ovf_get_type ())
GType   avb_ovf_get_type (void);
AvbOvf *avb_ovf_ref      (AvbOvf *self);
void    avb_ovf_unref    (AvbOvf *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbOvf, avb_ovf_unref)

/**
 * avb_ovf_parse:
 * @text: (array length=length): an OVF description, not trusted
 * @name: what to call it in messages
 *
 * Reads OVF 0.9, 1.x and 2.0 (DMTF DSP0243) as VirtualBox, VMware and others write it. Files are only ever
 * those of the package: names with folders, addresses and the like are refused, as are document type
 * definitions, several machines in one package, and sizes that cannot be.
 *
 * Thread: any.
 *
 * Returns: (transfer full): %NULL with %AVB_ERROR_INVALID or %AVB_ERROR_NOT_SUPPORTED and a sentence that says why
 */
AvbOvf *avb_ovf_parse (const char *text, gsize length, const char *name, GError **error);

/* avb-ovf-os.c: libosinfo's id of what VMware or VirtualBox calls an OS, (nullable) (transfer full). @architecture
 * gets "aarch64" where it is told. */
char *avb_ovf_find_os (const char *vmware_type, const char *virtualbox_type, const char *description, const char **architecture);

G_END_DECLS
