/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <glib-object.h>

#include "backends/avb-machine-spec.h"

G_BEGIN_DECLS

/**
 * AvbFeature:
 *
 * Something a page may offer if the host can do it. Ask avb_capabilities_get_reason(). What a host is said to
 * do works; the verbs of what it is said not to do are %AVB_ERROR_NOT_SUPPORTED with that very sentence, in any state.
 */
typedef enum {
  AVB_FEATURE_CREATE,
  AVB_FEATURE_SAVE,
  AVB_FEATURE_PAUSE,
  AVB_FEATURE_SCREENSHOT,
  AVB_FEATURE_CONSOLE,
  AVB_FEATURE_RENAME,
  AVB_FEATURE_UEFI,
  AVB_FEATURE_SECURE_BOOT,
  AVB_FEATURE_TPM,
  AVB_FEATURE_SHARED_FOLDERS,
  AVB_FEATURE_RESET,
  AVB_FEATURE_SNAPSHOTS,
  AVB_FEATURE_CLONE, /* copies, linked ones, and templates */
  AVB_FEATURE_EXPORT,
  AVB_FEATURE_NETWORK_LINK,
  AVB_FEATURE_FREEZE,
  AVB_FEATURE_SERVED_DISKS, /* AVB_DISK_SOURCE_NBD */
  AVB_FEATURE_NETWORKS,     /* avb_connection_ensure_network() */
  AVB_FEATURE_GUEST_COMMANDS, /* avb_machine_run_command() */
  AVB_N_FEATURES,
} AvbFeature;

/**
 * AvbAcceleration:
 * @AVB_ACCELERATION_NONE: machines are emulated: slow, and the badge says so.
 * @AVB_ACCELERATION_HARDWARE: the processor runs guests itself.
 * @AVB_ACCELERATION_UNKNOWN: still being probed, or not a thing of this host.
 */
typedef enum {
  AVB_ACCELERATION_UNKNOWN,
  AVB_ACCELERATION_NONE,
  AVB_ACCELERATION_HARDWARE,
} AvbAcceleration;

/**
 * AvbCapabilities:
 *
 * What one connection can do, as read from its hypervisor. Immutable: when something changes, the
 * connection's `capabilities` property gets another one. Thread: any.
 */
#define AVB_TYPE_CAPABILITIES (avb_capabilities_get_type ())
G_DECLARE_FINAL_TYPE (AvbCapabilities, avb_capabilities, AVB, CAPABILITIES, GObject)

/* Builders, for backends; before the object is shared. Reasons are translated sentences. */
AvbCapabilities *avb_capabilities_new              (void);
/* All but the acceleration. */
AvbCapabilities *avb_capabilities_copy             (AvbCapabilities *self);
void             avb_capabilities_set_supported    (AvbCapabilities *self, AvbFeature feature);
void             avb_capabilities_set_unsupported  (AvbCapabilities *self,
                                                    AvbFeature       feature,
                                                    const char      *reason);
/* The host has not been asked yet. @reason says so; what asks for it is not refused, but tried. */
void             avb_capabilities_set_unknown      (AvbCapabilities *self,
                                                    AvbFeature       feature,
                                                    const char      *reason);
void             avb_capabilities_set_acceleration (AvbCapabilities *self,
                                                    AvbAcceleration  acceleration,
                                                    const char      *reason,
                                                    const char      *remedy);
void             avb_capabilities_set_host         (AvbCapabilities *self,
                                                    const char      *architecture,
                                                    guint            cpus,
                                                    guint64          memory_mib);
/* One call for each architecture that guests may have, the host's own first. */
void             avb_capabilities_add_architecture (AvbCapabilities *self,
                                                    const char      *architecture);
/* What new disks are to be: "qcow2" where nothing is set. */
void             avb_capabilities_set_disk_format  (AvbCapabilities *self,
                                                    const char      *format);

/**
 * avb_capabilities_get_reason:
 *
 * Returns: (nullable) (transfer none): %NULL if @feature works here, else why not, in a sentence
 */
const char      *avb_capabilities_get_reason       (AvbCapabilities *self, AvbFeature feature);
gboolean         avb_capabilities_can              (AvbCapabilities *self, AvbFeature feature);
/* %FALSE until the host was asked: see avb_capabilities_set_unknown(). */
gboolean         avb_capabilities_is_known         (AvbCapabilities *self, AvbFeature feature);

/**
 * avb_capabilities_get_spec_reason:
 * @before: (nullable): what the machine is now: that it has something already is no new wish
 *
 * Returns: (nullable) (transfer none): why no machine can be made or become like @spec here: the reason of the first
 *   feature that is known to be missing; %NULL if none is
 */
const char      *avb_capabilities_get_spec_reason  (AvbCapabilities *self,
                                                    AvbMachineSpec  *spec,
                                                    AvbMachineSpec  *before);

AvbAcceleration  avb_capabilities_get_acceleration (AvbCapabilities *self);
/* Why guests are emulated and what would mend it; both (nullable) (transfer none). */
const char      *avb_capabilities_get_acceleration_reason (AvbCapabilities *self);
const char      *avb_capabilities_get_acceleration_remedy (AvbCapabilities *self);
/* libvirt's names: "x86_64", "aarch64". (nullable) */
const char      *avb_capabilities_get_architecture (AvbCapabilities *self);
const char * const *avb_capabilities_get_architectures (AvbCapabilities *self);
const char      *avb_capabilities_get_disk_format  (AvbCapabilities *self);
guint            avb_capabilities_get_cpus         (AvbCapabilities *self);
guint64          avb_capabilities_get_memory_mib   (AvbCapabilities *self);

G_END_DECLS
