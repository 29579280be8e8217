/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-capabilities.h"

#include <glib/gi18n-lib.h>

/* What a feature is that nobody spoke of: unsupported, with a sentence, so that a page never shows
 * an empty reason. */
struct _AvbCapabilities {
  GObject parent_instance;

  gboolean        supported[AVB_N_FEATURES];
  gboolean        unknown[AVB_N_FEATURES];
  char           *reasons[AVB_N_FEATURES];
  AvbAcceleration acceleration;
  char           *acceleration_reason;
  char           *acceleration_remedy;
  char           *architecture;
  GStrv           architectures;
  char           *disk_format;
  guint           cpus;
  guint64         memory_mib;
};

G_DEFINE_FINAL_TYPE (AvbCapabilities, avb_capabilities, G_TYPE_OBJECT)

static void
avb_capabilities_finalize (GObject *object)
{
  AvbCapabilities *self = AVB_CAPABILITIES (object);

  for (guint i = 0; i < AVB_N_FEATURES; i++)
    g_free (self->reasons[i]);
  g_free (self->acceleration_reason);
  g_free (self->acceleration_remedy);
  g_free (self->architecture);
  g_strfreev (self->architectures);
  g_free (self->disk_format);

  G_OBJECT_CLASS (avb_capabilities_parent_class)->finalize (object);
}

static void
avb_capabilities_class_init (AvbCapabilitiesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = avb_capabilities_finalize;
}

static void
avb_capabilities_init (AvbCapabilities *self)
{
  self->architectures = g_new0 (char *, 1);
}

AvbCapabilities *
avb_capabilities_new (void)
{
  return g_object_new (AVB_TYPE_CAPABILITIES, NULL);
}

void
avb_capabilities_set_supported (AvbCapabilities *self, AvbFeature feature)
{
  g_return_if_fail (AVB_IS_CAPABILITIES (self));
  g_return_if_fail (feature < AVB_N_FEATURES);

  self->supported[feature] = TRUE;
  self->unknown[feature] = FALSE;
  g_clear_pointer (&self->reasons[feature], g_free);
}

void
avb_capabilities_set_unsupported (AvbCapabilities *self, AvbFeature feature, const char *reason)
{
  g_return_if_fail (AVB_IS_CAPABILITIES (self));
  g_return_if_fail (feature < AVB_N_FEATURES);
  g_return_if_fail (reason != NULL && *reason != '\0');

  self->supported[feature] = FALSE;
  self->unknown[feature] = FALSE;
  g_set_str (&self->reasons[feature], reason);
}

void
avb_capabilities_set_unknown (AvbCapabilities *self, AvbFeature feature, const char *reason)
{
  g_return_if_fail (AVB_IS_CAPABILITIES (self));
  g_return_if_fail (feature < AVB_N_FEATURES);

  avb_capabilities_set_unsupported (self, feature, reason);
  self->unknown[feature] = TRUE;
}

void
avb_capabilities_set_acceleration (AvbCapabilities *self,
                                   AvbAcceleration  acceleration,
                                   const char      *reason,
                                   const char      *remedy)
{
  g_return_if_fail (AVB_IS_CAPABILITIES (self));

  self->acceleration = acceleration;
  g_set_str (&self->acceleration_reason, reason);
  g_set_str (&self->acceleration_remedy, remedy);
}

void
avb_capabilities_set_host (AvbCapabilities *self,
                           const char      *architecture,
                           guint            cpus,
                           guint64          memory_mib)
{
  g_return_if_fail (AVB_IS_CAPABILITIES (self));

  g_set_str (&self->architecture, architecture);
  self->cpus = cpus;
  self->memory_mib = memory_mib;
}

void
avb_capabilities_add_architecture (AvbCapabilities *self, const char *architecture)
{
  guint n;

  g_return_if_fail (AVB_IS_CAPABILITIES (self));
  g_return_if_fail (architecture != NULL);

  if (g_strv_contains ((const char *const *) self->architectures, architecture))
    return;
  n = g_strv_length (self->architectures);
  self->architectures = g_renew (char *, self->architectures, n + 2);
  self->architectures[n] = g_strdup (architecture);
  self->architectures[n + 1] = NULL;
}

void
avb_capabilities_set_disk_format (AvbCapabilities *self, const char *format)
{
  g_return_if_fail (AVB_IS_CAPABILITIES (self));
  g_return_if_fail (format != NULL);

  g_set_str (&self->disk_format, format);
}

const char *
avb_capabilities_get_disk_format (AvbCapabilities *self)
{
  g_return_val_if_fail (AVB_IS_CAPABILITIES (self), NULL);

  return self->disk_format != NULL ? self->disk_format : "qcow2";
}

const char *
avb_capabilities_get_reason (AvbCapabilities *self, AvbFeature feature)
{
  g_return_val_if_fail (AVB_IS_CAPABILITIES (self), NULL);
  g_return_val_if_fail (feature < AVB_N_FEATURES, NULL);

  if (self->supported[feature])
    return NULL;
  return self->reasons[feature] != NULL ? self->reasons[feature]
                                        : _ ("This hypervisor does not offer this.");
}

gboolean
avb_capabilities_can (AvbCapabilities *self, AvbFeature feature)
{
  g_return_val_if_fail (AVB_IS_CAPABILITIES (self), FALSE);
  g_return_val_if_fail (feature < AVB_N_FEATURES, FALSE);

  return self->supported[feature];
}

gboolean
avb_capabilities_is_known (AvbCapabilities *self, AvbFeature feature)
{
  g_return_val_if_fail (AVB_IS_CAPABILITIES (self), FALSE);
  g_return_val_if_fail (feature < AVB_N_FEATURES, FALSE);

  return !self->unknown[feature];
}

static gboolean
has_served_disk (AvbMachineSpec *spec)
{
  GPtrArray *disks = avb_machine_spec_get_disks (spec);

  for (guint i = 0; i < disks->len; i++)
    if (((const AvbDiskSpec *) disks->pdata[i])->source != AVB_DISK_SOURCE_FILE)
      return TRUE;
  return FALSE;
}

/* What of a machine needs a feature of its host; %FALSE for no machine. */
static gboolean
spec_wants (AvbMachineSpec *spec, AvbFeature feature)
{
  if (spec == NULL)
    return FALSE;
  switch (feature)
    {
    case AVB_FEATURE_UEFI:
      return avb_machine_spec_get_firmware (spec) != AVB_FIRMWARE_BIOS;
    case AVB_FEATURE_SECURE_BOOT:
      return avb_machine_spec_get_firmware (spec) == AVB_FIRMWARE_UEFI_SECURE;
    case AVB_FEATURE_TPM:
      return avb_machine_spec_get_tpm (spec);
    case AVB_FEATURE_SHARED_FOLDERS:
      return avb_machine_spec_get_shares (spec)->len > 0;
    case AVB_FEATURE_SERVED_DISKS:
      return has_served_disk (spec);
    default:
      return FALSE;
    }
}

const char *
avb_capabilities_get_spec_reason (AvbCapabilities *self,
                                  AvbMachineSpec  *spec,
                                  AvbMachineSpec  *before)
{
  const char *architecture;

  g_return_val_if_fail (AVB_IS_CAPABILITIES (self), NULL);
  g_return_val_if_fail (AVB_IS_MACHINE_SPEC (spec), NULL);

  /* What is known is known of the host's own machines. */
  architecture = avb_machine_spec_get_architecture (spec);
  if (architecture != NULL && g_strcmp0 (architecture, self->architecture) != 0)
    return NULL;
  for (guint i = 0; i < AVB_N_FEATURES; i++)
    if (!self->supported[i] && !self->unknown[i] && spec_wants (spec, i) && !spec_wants (before, i))
      return avb_capabilities_get_reason (self, i);
  return NULL;
}

AvbAcceleration
avb_capabilities_get_acceleration (AvbCapabilities *self)
{
  g_return_val_if_fail (AVB_IS_CAPABILITIES (self), AVB_ACCELERATION_UNKNOWN);

  return self->acceleration;
}

const char *
avb_capabilities_get_acceleration_reason (AvbCapabilities *self)
{
  g_return_val_if_fail (AVB_IS_CAPABILITIES (self), NULL);

  return self->acceleration_reason;
}

const char *
avb_capabilities_get_acceleration_remedy (AvbCapabilities *self)
{
  g_return_val_if_fail (AVB_IS_CAPABILITIES (self), NULL);

  return self->acceleration_remedy;
}

const char *
avb_capabilities_get_architecture (AvbCapabilities *self)
{
  g_return_val_if_fail (AVB_IS_CAPABILITIES (self), NULL);

  return self->architecture;
}

const char *const *
avb_capabilities_get_architectures (AvbCapabilities *self)
{
  g_return_val_if_fail (AVB_IS_CAPABILITIES (self), NULL);

  return (const char *const *) self->architectures;
}

guint
avb_capabilities_get_cpus (AvbCapabilities *self)
{
  g_return_val_if_fail (AVB_IS_CAPABILITIES (self), 0);

  return self->cpus;
}

guint64
avb_capabilities_get_memory_mib (AvbCapabilities *self)
{
  g_return_val_if_fail (AVB_IS_CAPABILITIES (self), 0);

  return self->memory_mib;
}

AvbCapabilities *
avb_capabilities_copy (AvbCapabilities *self)
{
  AvbCapabilities   *copy = avb_capabilities_new ();
  const char *const *architectures = avb_capabilities_get_architectures (self);

  for (guint i = 0; i < AVB_N_FEATURES; i++)
    {
      const char *reason = avb_capabilities_get_reason (self, i);

      if (reason == NULL)
        avb_capabilities_set_supported (copy, i);
      else if (!avb_capabilities_is_known (self, i))
        avb_capabilities_set_unknown (copy, i, reason);
      else
        avb_capabilities_set_unsupported (copy, i, reason);
    }
  avb_capabilities_set_host (copy,
                             avb_capabilities_get_architecture (self),
                             avb_capabilities_get_cpus (self),
                             avb_capabilities_get_memory_mib (self));
  for (guint i = 0; architectures[i] != NULL; i++)
    avb_capabilities_add_architecture (copy, architectures[i]);
  avb_capabilities_set_disk_format (copy, avb_capabilities_get_disk_format (self));
  return copy;
}
