/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/hyperv/avb-hyperv-match.h"

gboolean
avb_hyperv_wants_scsi (AvbHypervConfig *config, const AvbDiskSpec *disk)
{
  if (avb_hyperv_config_get_generation (config) == 2)
    return TRUE;
  return disk->device == AVB_DISK_DEVICE_DISK && disk->bus == AVB_DISK_BUS_SCSI;
}

/* Files of Windows: case is kept and means nothing. */
static gboolean
same_path (const char *a, const char *b)
{
  g_autofree char *first = a != NULL ? g_utf8_casefold (a, -1) : NULL;
  g_autofree char *second = b != NULL ? g_utf8_casefold (b, -1) : NULL;

  return g_strcmp0 (first, second) == 0;
}

typedef gboolean (*DriveFits) (const AvbHypervDrive *drive, const AvbDiskSpec *disk);

static gboolean
fits_exactly (const AvbHypervDrive *drive, const AvbDiskSpec *disk)
{
  const char *path = avb_hyperv_drive_get_path (drive);

  return same_path (path, disk->path) && (path != NULL || drive->dvd);
}

/* Another disc can be put into a drive; a hard drive is made for its medium. */
static gboolean
fits_otherwise (const AvbHypervDrive *drive, const AvbDiskSpec *disk)
{
  return drive->dvd || avb_hyperv_drive_get_path (drive) == NULL;
}

static void
match_drives (AvbHypervMatch *self, AvbHypervConfig *config, GPtrArray *disks, GHashTable *used, DriveFits fits)
{
  for (guint i = 0; i < disks->len; i++)
    {
      const AvbDiskSpec *disk = disks->pdata[i];

      for (guint k = 0; self->disks->pdata[i] == NULL && k < self->drives->len; k++)
        {
          AvbHypervDrive *drive = self->drives->pdata[k];

          if (drive->dvd != (disk->device == AVB_DISK_DEVICE_CDROM)
              || !drive->scsi != !avb_hyperv_wants_scsi (config, disk) || g_hash_table_contains (used, drive)
              || !fits (drive, disk))
            continue;
          self->disks->pdata[i] = drive;
          g_hash_table_add (used, drive);
        }
    }
}

typedef gboolean (*AdapterFits) (const AvbInterfaceSpec *is, const AvbInterfaceSpec *wanted);

static gboolean
has_same_mac (const AvbInterfaceSpec *is, const AvbInterfaceSpec *wanted)
{
  return wanted->mac != NULL && is->mac != NULL && g_ascii_strcasecmp (is->mac, wanted->mac) == 0;
}

static gboolean
is_as_wanted (const AvbInterfaceSpec *is, const AvbInterfaceSpec *wanted)
{
  return avb_interface_spec_equal (is, wanted) && (is->mac != NULL || wanted->mac == NULL);
}

static gboolean
is_any (const AvbInterfaceSpec *is, const AvbInterfaceSpec *wanted)
{
  return TRUE;
}

static void
match_adapters (AvbHypervMatch  *self,
                AvbHypervConfig *config,
                GPtrArray       *ordered,
                GPtrArray       *nics,
                GHashTable      *used,
                AdapterFits      fits)
{
  for (guint i = 0; i < nics->len; i++)
    for (guint k = 0; self->nics->pdata[i] == NULL && k < ordered->len; k++)
      {
        AvbHypervAdapter *adapter = ordered->pdata[k];
        g_autoptr (AvbInterfaceSpec) is = avb_hyperv_adapter_read (config, adapter);

        if (g_hash_table_contains (used, adapter) || !fits (is, nics->pdata[i]))
          continue;
        self->nics->pdata[i] = adapter;
        g_hash_table_add (used, adapter);
      }
}

static GPtrArray *
new_slots (guint n)
{
  GPtrArray *slots = g_ptr_array_new ();

  g_ptr_array_set_size (slots, (int) n);
  return slots;
}

AvbHypervMatch *
avb_hyperv_match_new (AvbHypervConfig *config, AvbMachineSpec *spec)
{
  AvbHypervMatch *self = g_new0 (AvbHypervMatch, 1);
  GPtrArray      *disks = avb_machine_spec_get_disks (spec);
  GPtrArray      *nics = avb_machine_spec_get_interfaces (spec);
  g_autoptr (AvbHypervNotes) notes = avb_hyperv_config_parse_notes (config);
  g_autoptr (GHashTable) used = g_hash_table_new (NULL, NULL);
  g_autoptr (GPtrArray) ordered = NULL;

  self->controllers = avb_hyperv_list_controllers (config);
  self->drives = avb_hyperv_list_drives (config, self->controllers);
  self->adapters = avb_hyperv_list_adapters (config);
  self->disks = new_slots (disks->len);
  self->nics = new_slots (nics->len);
  self->unused_drives = g_ptr_array_new ();
  self->unused_adapters = g_ptr_array_new ();
  ordered = avb_hyperv_adapters_sort (self->adapters, avb_hyperv_notes_get (notes, "nics"));

  match_drives (self, config, disks, used, fits_exactly);
  match_drives (self, config, disks, used, fits_otherwise);
  match_adapters (self, config, ordered, nics, used, has_same_mac);
  match_adapters (self, config, ordered, nics, used, is_as_wanted);
  match_adapters (self, config, ordered, nics, used, is_any);

  for (guint i = 0; i < self->drives->len; i++)
    {
      AvbHypervDrive *drive = self->drives->pdata[i];

      /* What no spec can say is left alone. */
      if (!g_hash_table_contains (used, drive) && (drive->dvd || avb_hyperv_drive_get_path (drive) != NULL))
        g_ptr_array_add (self->unused_drives, drive);
    }
  for (guint i = 0; i < ordered->len; i++)
    if (!g_hash_table_contains (used, ordered->pdata[i]))
      g_ptr_array_add (self->unused_adapters, ordered->pdata[i]);
  return self;
}

void
avb_hyperv_match_free (AvbHypervMatch *self)
{
  g_ptr_array_unref (self->disks);
  g_ptr_array_unref (self->unused_drives);
  g_ptr_array_unref (self->nics);
  g_ptr_array_unref (self->unused_adapters);
  g_ptr_array_unref (self->drives);
  g_ptr_array_unref (self->adapters);
  g_ptr_array_unref (self->controllers);
  g_free (self);
}
