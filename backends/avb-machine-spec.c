/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-machine-spec.h"

struct _AvbMachineSpec {
  GObject parent_instance;

  char       *name;
  char       *description;
  char       *os_id;
  char       *architecture;
  guint       cpus;
  guint64     memory_mib;
  AvbFirmware firmware;
  gboolean    tpm;
  gboolean    accelerated;
  gboolean    graphics;
  char       *serial;
  char       *kernel;
  char       *initrd;
  char       *kernel_arguments;
  gboolean    transient;
  gboolean    extras[AVB_N_EXTRAS];
  GPtrArray  *disks;
  GPtrArray  *interfaces;
  GPtrArray  *shares;
  GHashTable *settings;
};

G_DEFINE_FINAL_TYPE (AvbMachineSpec, avb_machine_spec, G_TYPE_OBJECT)

G_DEFINE_ENUM_TYPE (AvbFirmware,
                    avb_firmware,
                    G_DEFINE_ENUM_VALUE (AVB_FIRMWARE_BIOS, "bios"),
                    G_DEFINE_ENUM_VALUE (AVB_FIRMWARE_UEFI, "uefi"),
                    G_DEFINE_ENUM_VALUE (AVB_FIRMWARE_UEFI_SECURE, "uefi-secure"))
G_DEFINE_BOXED_TYPE (AvbDiskSpec, avb_disk_spec, avb_disk_spec_copy, avb_disk_spec_free)
G_DEFINE_BOXED_TYPE (AvbInterfaceSpec,
                     avb_interface_spec,
                     avb_interface_spec_copy,
                     avb_interface_spec_free)

enum {
  PROP_0,
  PROP_NAME,
  PROP_DESCRIPTION,
  PROP_OS_ID,
  PROP_ARCHITECTURE,
  PROP_CPUS,
  PROP_MEMORY_MIB,
  PROP_FIRMWARE,
  PROP_TPM,
  PROP_ACCELERATED,
  PROP_GRAPHICS,
  PROP_SERIAL,
  PROP_KERNEL,
  PROP_INITRD,
  PROP_KERNEL_ARGUMENTS,
  PROP_TRANSIENT,
  /* In the order of AvbExtra. */
  PROP_GUEST_AGENT,
  PROP_DISPLAY_AGENT,
  PROP_USB_REDIRECTION,
  PROP_SOUND,
  PROP_FOLDER_CHANNEL,
  PROP_SETUP_CHANNEL,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static void
avb_machine_spec_finalize (GObject *object)
{
  AvbMachineSpec *self = AVB_MACHINE_SPEC (object);

  g_free (self->name);
  g_free (self->description);
  g_free (self->os_id);
  g_free (self->architecture);
  g_free (self->serial);
  g_free (self->kernel);
  g_free (self->initrd);
  g_free (self->kernel_arguments);
  g_ptr_array_unref (self->disks);
  g_ptr_array_unref (self->interfaces);
  g_ptr_array_unref (self->shares);
  g_hash_table_unref (self->settings);

  G_OBJECT_CLASS (avb_machine_spec_parent_class)->finalize (object);
}

static void
avb_machine_spec_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  AvbMachineSpec *self = AVB_MACHINE_SPEC (object);

  switch (prop_id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_DESCRIPTION:
      g_value_set_string (value, self->description);
      break;
    case PROP_OS_ID:
      g_value_set_string (value, self->os_id);
      break;
    case PROP_ARCHITECTURE:
      g_value_set_string (value, self->architecture);
      break;
    case PROP_CPUS:
      g_value_set_uint (value, self->cpus);
      break;
    case PROP_MEMORY_MIB:
      g_value_set_uint64 (value, self->memory_mib);
      break;
    case PROP_FIRMWARE:
      g_value_set_enum (value, self->firmware);
      break;
    case PROP_TPM:
      g_value_set_boolean (value, self->tpm);
      break;
    case PROP_ACCELERATED:
      g_value_set_boolean (value, self->accelerated);
      break;
    case PROP_GRAPHICS:
      g_value_set_boolean (value, self->graphics);
      break;
    case PROP_SERIAL:
      g_value_set_string (value, self->serial);
      break;
    case PROP_KERNEL:
      g_value_set_string (value, self->kernel);
      break;
    case PROP_INITRD:
      g_value_set_string (value, self->initrd);
      break;
    case PROP_KERNEL_ARGUMENTS:
      g_value_set_string (value, self->kernel_arguments);
      break;
    case PROP_TRANSIENT:
      g_value_set_boolean (value, self->transient);
      break;
    case PROP_GUEST_AGENT:
    case PROP_DISPLAY_AGENT:
    case PROP_USB_REDIRECTION:
    case PROP_SOUND:
    case PROP_FOLDER_CHANNEL:
    case PROP_SETUP_CHANNEL:
      g_value_set_boolean (value, avb_machine_spec_get_extra (self, prop_id - PROP_GUEST_AGENT));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
avb_machine_spec_set_property (GObject      *object,
                               guint         prop_id,
                               const GValue *value,
                               GParamSpec   *pspec)
{
  AvbMachineSpec *self = AVB_MACHINE_SPEC (object);

  switch (prop_id)
    {
    case PROP_NAME:
      avb_machine_spec_set_name (self, g_value_get_string (value));
      break;
    case PROP_DESCRIPTION:
      avb_machine_spec_set_description (self, g_value_get_string (value));
      break;
    case PROP_OS_ID:
      avb_machine_spec_set_os_id (self, g_value_get_string (value));
      break;
    case PROP_ARCHITECTURE:
      avb_machine_spec_set_architecture (self, g_value_get_string (value));
      break;
    case PROP_CPUS:
      avb_machine_spec_set_cpus (self, g_value_get_uint (value));
      break;
    case PROP_MEMORY_MIB:
      avb_machine_spec_set_memory_mib (self, g_value_get_uint64 (value));
      break;
    case PROP_FIRMWARE:
      avb_machine_spec_set_firmware (self, g_value_get_enum (value));
      break;
    case PROP_TPM:
      avb_machine_spec_set_tpm (self, g_value_get_boolean (value));
      break;
    case PROP_ACCELERATED:
      avb_machine_spec_set_accelerated (self, g_value_get_boolean (value));
      break;
    case PROP_GRAPHICS:
      avb_machine_spec_set_graphics (self, g_value_get_boolean (value));
      break;
    case PROP_SERIAL:
      avb_machine_spec_set_serial (self, g_value_get_string (value));
      break;
    case PROP_KERNEL:
      avb_machine_spec_set_kernel (self, g_value_get_string (value));
      break;
    case PROP_INITRD:
      avb_machine_spec_set_initrd (self, g_value_get_string (value));
      break;
    case PROP_KERNEL_ARGUMENTS:
      avb_machine_spec_set_kernel_arguments (self, g_value_get_string (value));
      break;
    case PROP_TRANSIENT:
      avb_machine_spec_set_transient (self, g_value_get_boolean (value));
      break;
    case PROP_GUEST_AGENT:
    case PROP_DISPLAY_AGENT:
    case PROP_USB_REDIRECTION:
    case PROP_SOUND:
    case PROP_FOLDER_CHANNEL:
    case PROP_SETUP_CHANNEL:
      avb_machine_spec_set_extra (self, prop_id - PROP_GUEST_AGENT, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
avb_machine_spec_class_init (AvbMachineSpecClass *klass)
{
  static const char *const extra_names[AVB_N_EXTRAS]
      = { "guest-agent", "display-agent", "usb-redirection", "sound", "folder-channel",
          "setup-channel" };
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = avb_machine_spec_finalize;
  object_class->get_property = avb_machine_spec_get_property;
  object_class->set_property = avb_machine_spec_set_property;

  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_DESCRIPTION] = g_param_spec_string ("description", NULL, NULL, NULL, flags);
  properties[PROP_OS_ID] = g_param_spec_string ("os-id", NULL, NULL, NULL, flags);
  properties[PROP_ARCHITECTURE] = g_param_spec_string ("architecture", NULL, NULL, NULL, flags);
  properties[PROP_CPUS] = g_param_spec_uint ("cpus", NULL, NULL, 0, G_MAXUINT, 1, flags);
  properties[PROP_MEMORY_MIB]
      = g_param_spec_uint64 ("memory-mib", NULL, NULL, 0, G_MAXUINT64, 1024, flags);
  properties[PROP_FIRMWARE]
      = g_param_spec_enum ("firmware", NULL, NULL, AVB_TYPE_FIRMWARE, AVB_FIRMWARE_BIOS, flags);
  properties[PROP_TPM] = g_param_spec_boolean ("tpm", NULL, NULL, FALSE, flags);
  properties[PROP_ACCELERATED] = g_param_spec_boolean ("accelerated", NULL, NULL, TRUE, flags);
  properties[PROP_GRAPHICS] = g_param_spec_boolean ("graphics", NULL, NULL, TRUE, flags);
  properties[PROP_SERIAL] = g_param_spec_string ("serial", NULL, NULL, NULL, flags);
  properties[PROP_KERNEL] = g_param_spec_string ("kernel", NULL, NULL, NULL, flags);
  properties[PROP_INITRD] = g_param_spec_string ("initrd", NULL, NULL, NULL, flags);
  properties[PROP_KERNEL_ARGUMENTS]
      = g_param_spec_string ("kernel-arguments", NULL, NULL, NULL, flags);
  properties[PROP_TRANSIENT] = g_param_spec_boolean ("transient", NULL, NULL, FALSE, flags);
  for (guint i = 0; i < AVB_N_EXTRAS; i++)
    properties[PROP_GUEST_AGENT + i]
        = g_param_spec_boolean (extra_names[i], NULL, NULL, i != AVB_EXTRA_SETUP_CHANNEL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
avb_machine_spec_init (AvbMachineSpec *self)
{
  self->cpus = 1;
  self->memory_mib = 1024;
  self->accelerated = TRUE;
  self->graphics = TRUE;
  for (guint i = 0; i < AVB_N_EXTRAS; i++)
    self->extras[i] = i != AVB_EXTRA_SETUP_CHANNEL;
  self->disks = g_ptr_array_new_with_free_func ((GDestroyNotify) avb_disk_spec_free);
  self->interfaces = g_ptr_array_new_with_free_func ((GDestroyNotify) avb_interface_spec_free);
  self->shares = g_ptr_array_new_with_free_func ((GDestroyNotify) avb_share_spec_free);
  self->settings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

AvbMachineSpec *
avb_machine_spec_new (void)
{
  return g_object_new (AVB_TYPE_MACHINE_SPEC, NULL);
}

static void
copy_settings (GHashTable *from, GHashTable *to)
{
  GHashTableIter iter;
  gpointer       key, value;

  g_hash_table_iter_init (&iter, from);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_hash_table_replace (to, g_strdup (key), g_strdup (value));
}

AvbMachineSpec *
avb_machine_spec_copy (AvbMachineSpec *self)
{
  AvbMachineSpec *copy;

  g_return_val_if_fail (AVB_IS_MACHINE_SPEC (self), NULL);

  copy = avb_machine_spec_new ();
  copy->name = g_strdup (self->name);
  copy->description = g_strdup (self->description);
  copy->os_id = g_strdup (self->os_id);
  copy->architecture = g_strdup (self->architecture);
  copy->cpus = self->cpus;
  copy->memory_mib = self->memory_mib;
  copy->firmware = self->firmware;
  copy->tpm = self->tpm;
  copy->accelerated = self->accelerated;
  copy->graphics = self->graphics;
  copy->serial = g_strdup (self->serial);
  copy->kernel = g_strdup (self->kernel);
  copy->initrd = g_strdup (self->initrd);
  copy->kernel_arguments = g_strdup (self->kernel_arguments);
  copy->transient = self->transient;
  memcpy (copy->extras, self->extras, sizeof copy->extras);
  for (guint i = 0; i < self->disks->len; i++)
    g_ptr_array_add (copy->disks, avb_disk_spec_copy (self->disks->pdata[i]));
  for (guint i = 0; i < self->interfaces->len; i++)
    g_ptr_array_add (copy->interfaces, avb_interface_spec_copy (self->interfaces->pdata[i]));
  for (guint i = 0; i < self->shares->len; i++)
    g_ptr_array_add (copy->shares, avb_share_spec_copy (self->shares->pdata[i]));
  copy_settings (self->settings, copy->settings);

  return copy;
}

gboolean
avb_machine_spec_equal (AvbMachineSpec *a, AvbMachineSpec *b)
{
  g_return_val_if_fail (AVB_IS_MACHINE_SPEC (a), FALSE);
  g_return_val_if_fail (AVB_IS_MACHINE_SPEC (b), FALSE);

  if (g_strcmp0 (a->name, b->name) != 0 || g_strcmp0 (a->description, b->description) != 0
      || g_strcmp0 (a->os_id, b->os_id) != 0 ||
      /* None is the host's, which is what a hypervisor writes there. */
      (a->architecture != NULL && b->architecture != NULL
       && !g_str_equal (a->architecture, b->architecture))
      || a->cpus != b->cpus || a->memory_mib != b->memory_mib || a->firmware != b->firmware
      || a->tpm != b->tpm || a->accelerated != b->accelerated || a->graphics != b->graphics
      || g_strcmp0 (a->serial, b->serial) != 0 || g_strcmp0 (a->kernel, b->kernel) != 0
      || g_strcmp0 (a->initrd, b->initrd) != 0
      || g_strcmp0 (a->kernel_arguments, b->kernel_arguments) != 0
      || a->transient != b->transient || a->disks->len != b->disks->len
      || a->interfaces->len != b->interfaces->len || a->shares->len != b->shares->len)
    return FALSE;

  for (guint i = 0; i < AVB_N_EXTRAS; i++)
    if (avb_machine_spec_get_extra (a, i) != avb_machine_spec_get_extra (b, i))
      return FALSE;
  for (guint i = 0; i < a->disks->len; i++)
    if (!avb_disk_spec_equal (a->disks->pdata[i], b->disks->pdata[i]))
      return FALSE;
  for (guint i = 0; i < a->interfaces->len; i++)
    if (!avb_interface_spec_equal (a->interfaces->pdata[i], b->interfaces->pdata[i]))
      return FALSE;
  for (guint i = 0; i < a->shares->len; i++)
    if (!avb_share_spec_equal (a->shares->pdata[i], b->shares->pdata[i]))
      return FALSE;

  return TRUE;
}

GPtrArray *
avb_machine_spec_get_disks (AvbMachineSpec *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE_SPEC (self), NULL);

  return self->disks;
}

GPtrArray *
avb_machine_spec_get_interfaces (AvbMachineSpec *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE_SPEC (self), NULL);

  return self->interfaces;
}

GPtrArray *
avb_machine_spec_get_shares (AvbMachineSpec *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE_SPEC (self), NULL);

  return self->shares;
}

void
avb_machine_spec_add_share (AvbMachineSpec *self, AvbShareSpec *share)
{
  g_return_if_fail (AVB_IS_MACHINE_SPEC (self));
  g_return_if_fail (share != NULL);

  g_ptr_array_add (self->shares, share);
}

void
avb_machine_spec_add_disk (AvbMachineSpec *self, AvbDiskSpec *disk)
{
  g_return_if_fail (AVB_IS_MACHINE_SPEC (self));
  g_return_if_fail (disk != NULL);

  g_ptr_array_add (self->disks, disk);
}

void
avb_machine_spec_add_interface (AvbMachineSpec *self, AvbInterfaceSpec *nic)
{
  g_return_if_fail (AVB_IS_MACHINE_SPEC (self));
  g_return_if_fail (nic != NULL);

  g_ptr_array_add (self->interfaces, nic);
}

const char *
avb_machine_spec_get_name (AvbMachineSpec *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE_SPEC (self), NULL);

  return self->name;
}

void
avb_machine_spec_set_name (AvbMachineSpec *self, const char *name)
{
  g_return_if_fail (AVB_IS_MACHINE_SPEC (self));

  if (g_set_str (&self->name, name))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NAME]);
}

const char *
avb_machine_spec_get_description (AvbMachineSpec *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE_SPEC (self), NULL);

  return self->description;
}

void
avb_machine_spec_set_description (AvbMachineSpec *self, const char *description)
{
  g_return_if_fail (AVB_IS_MACHINE_SPEC (self));

  /* Entries bind their text: empty is none. */
  if (description != NULL && *description == '\0')
    description = NULL;
  if (g_set_str (&self->description, description))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DESCRIPTION]);
}

const char *
avb_machine_spec_get_os_id (AvbMachineSpec *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE_SPEC (self), NULL);

  return self->os_id;
}

void
avb_machine_spec_set_os_id (AvbMachineSpec *self, const char *os_id)
{
  g_return_if_fail (AVB_IS_MACHINE_SPEC (self));

  /* Entries bind their text: empty is none. */
  if (os_id != NULL && *os_id == '\0')
    os_id = NULL;
  if (g_set_str (&self->os_id, os_id))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_OS_ID]);
}

const char *
avb_machine_spec_get_architecture (AvbMachineSpec *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE_SPEC (self), NULL);

  return self->architecture;
}

void
avb_machine_spec_set_architecture (AvbMachineSpec *self, const char *architecture)
{
  g_return_if_fail (AVB_IS_MACHINE_SPEC (self));

  /* Entries bind their text: empty is none. */
  if (architecture != NULL && *architecture == '\0')
    architecture = NULL;
  if (g_set_str (&self->architecture, architecture))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ARCHITECTURE]);
}

guint
avb_machine_spec_get_cpus (AvbMachineSpec *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE_SPEC (self), 0);

  return self->cpus;
}

void
avb_machine_spec_set_cpus (AvbMachineSpec *self, guint cpus)
{
  g_return_if_fail (AVB_IS_MACHINE_SPEC (self));

  if (self->cpus == cpus)
    return;
  self->cpus = cpus;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CPUS]);
}

guint64
avb_machine_spec_get_memory_mib (AvbMachineSpec *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE_SPEC (self), 0);

  return self->memory_mib;
}

void
avb_machine_spec_set_memory_mib (AvbMachineSpec *self, guint64 memory_mib)
{
  g_return_if_fail (AVB_IS_MACHINE_SPEC (self));

  if (self->memory_mib == memory_mib)
    return;
  self->memory_mib = memory_mib;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MEMORY_MIB]);
}

AvbFirmware
avb_machine_spec_get_firmware (AvbMachineSpec *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE_SPEC (self), AVB_FIRMWARE_BIOS);

  return self->firmware;
}

void
avb_machine_spec_set_firmware (AvbMachineSpec *self, AvbFirmware firmware)
{
  g_return_if_fail (AVB_IS_MACHINE_SPEC (self));

  if (self->firmware == firmware)
    return;
  self->firmware = firmware;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FIRMWARE]);
}

gboolean
avb_machine_spec_get_tpm (AvbMachineSpec *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE_SPEC (self), FALSE);

  return self->tpm;
}

void
avb_machine_spec_set_tpm (AvbMachineSpec *self, gboolean tpm)
{
  g_return_if_fail (AVB_IS_MACHINE_SPEC (self));

  if (self->tpm == !!tpm)
    return;
  self->tpm = !!tpm;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TPM]);
}

gboolean
avb_machine_spec_get_accelerated (AvbMachineSpec *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE_SPEC (self), FALSE);

  return self->accelerated;
}

void
avb_machine_spec_set_accelerated (AvbMachineSpec *self, gboolean accelerated)
{
  g_return_if_fail (AVB_IS_MACHINE_SPEC (self));

  if (self->accelerated == !!accelerated)
    return;
  self->accelerated = !!accelerated;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ACCELERATED]);
}

/* They ride on the display's connection. */
static gboolean
needs_display (AvbExtra extra)
{
  return extra != AVB_EXTRA_GUEST_AGENT && extra != AVB_EXTRA_SETUP_CHANNEL;
}

gboolean
avb_machine_spec_get_graphics (AvbMachineSpec *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE_SPEC (self), FALSE);

  return self->graphics;
}

void
avb_machine_spec_set_graphics (AvbMachineSpec *self, gboolean graphics)
{
  g_return_if_fail (AVB_IS_MACHINE_SPEC (self));

  if (self->graphics == !!graphics)
    return;
  self->graphics = !!graphics;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_GRAPHICS]);
  for (guint i = 0; i < AVB_N_EXTRAS; i++)
    if (self->extras[i] && needs_display (i))
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_GUEST_AGENT + i]);
}

const char *
avb_machine_spec_get_serial (AvbMachineSpec *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE_SPEC (self), NULL);

  return self->serial;
}

void
avb_machine_spec_set_serial (AvbMachineSpec *self, const char *serial)
{
  g_return_if_fail (AVB_IS_MACHINE_SPEC (self));

  /* Entries bind their text: empty is none. */
  if (serial != NULL && *serial == '\0')
    serial = NULL;
  if (g_set_str (&self->serial, serial))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SERIAL]);
}

#define STRING_ACCESSORS(field, property)                                                          \
  const char *avb_machine_spec_get_##field (AvbMachineSpec *self)                                  \
  {                                                                                                \
    g_return_val_if_fail (AVB_IS_MACHINE_SPEC (self), NULL);                                       \
    return self->field;                                                                            \
  }                                                                                                \
  void avb_machine_spec_set_##field (AvbMachineSpec *self, const char *field)                      \
  {                                                                                                \
    g_return_if_fail (AVB_IS_MACHINE_SPEC (self));                                                 \
    if (g_set_str (&self->field, field))                                                           \
      g_object_notify_by_pspec (G_OBJECT (self), properties[property]);                            \
  }

STRING_ACCESSORS (kernel, PROP_KERNEL)
STRING_ACCESSORS (initrd, PROP_INITRD)
STRING_ACCESSORS (kernel_arguments, PROP_KERNEL_ARGUMENTS)

gboolean
avb_machine_spec_get_transient (AvbMachineSpec *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE_SPEC (self), FALSE);

  return self->transient;
}

void
avb_machine_spec_set_transient (AvbMachineSpec *self, gboolean transient)
{
  g_return_if_fail (AVB_IS_MACHINE_SPEC (self));

  if (self->transient == !!transient)
    return;
  self->transient = !!transient;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TRANSIENT]);
}

gboolean
avb_machine_spec_get_extra (AvbMachineSpec *self, AvbExtra extra)
{
  g_return_val_if_fail (AVB_IS_MACHINE_SPEC (self), FALSE);
  g_return_val_if_fail (extra < AVB_N_EXTRAS, FALSE);

  return self->extras[extra] && (self->graphics || !needs_display (extra));
}

void
avb_machine_spec_set_extra (AvbMachineSpec *self, AvbExtra extra, gboolean wanted)
{
  gboolean before;

  g_return_if_fail (AVB_IS_MACHINE_SPEC (self));
  g_return_if_fail (extra < AVB_N_EXTRAS);

  before = avb_machine_spec_get_extra (self, extra);
  self->extras[extra] = !!wanted;
  if (avb_machine_spec_get_extra (self, extra) != before)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_GUEST_AGENT + extra]);
}

void
avb_machine_spec_set_setting (AvbMachineSpec *self, const char *key, const char *value)
{
  g_return_if_fail (AVB_IS_MACHINE_SPEC (self));
  g_return_if_fail (key != NULL);

  if (value != NULL)
    g_hash_table_replace (self->settings, g_strdup (key), g_strdup (value));
  else
    g_hash_table_remove (self->settings, key);
}

GHashTable *
avb_machine_spec_get_settings (AvbMachineSpec *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE_SPEC (self), NULL);

  return self->settings;
}
