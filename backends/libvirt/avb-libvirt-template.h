/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/libvirt/avb-libvirt-util.h"

G_BEGIN_DECLS

/* Worker threads. */

/* What the definition says, whatever is known of it elsewhere. */
gboolean   avb_libvirt_template_is     (virDomain *domain);
/* (nullable) (transfer full) (element-type filename): of a template: its disks, which can be written from now on */
GPtrArray *avb_libvirt_template_unlock (virDomain *domain);
/* @disks is nullable */
void       avb_libvirt_template_lock   (GPtrArray *disks);

G_END_DECLS
