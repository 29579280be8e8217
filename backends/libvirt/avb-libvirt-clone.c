/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-machine-clone.h"

#include <glib/gi18n-lib.h>

#include "backends/libvirt/avb-libvirt-chain.h"
#include "backends/libvirt/avb-libvirt-claim.h"
#include "backends/libvirt/avb-libvirt-clone-state.h"
#include "backends/libvirt/avb-libvirt-connection-private.h"
#include "backends/libvirt/avb-libvirt-machine-private.h"
#include "backends/libvirt/avb-libvirt-template.h"

/* A clone: first its disks, then its definition, then what the original keeps besides. What fails takes back all
 * that was made. */

typedef struct {
  AvbLibvirtMachine *original;
  char              *name;
  char              *uuid;
  char              *original_uuid;
  gboolean           linked;
  AvbOperation      *operation;

  char       *definition; /* of the original */
  GPtrArray  *disks;      /* (element-type AvbDiskSpec): those that it gets itself */
  GHashTable *copies;     /* path → path, or NULL: it has none */
  GHashTable *formats;    /* path of the copy → its format */
} Clone;

static void
clone_clear (gpointer data)
{
  Clone *clone = data;

  g_object_unref (clone->original);
  g_object_unref (clone->operation);
  g_free (clone->name);
  g_free (clone->uuid);
  g_free (clone->original_uuid);
  g_free (clone->definition);
  g_ptr_array_unref (clone->disks);
  g_hash_table_unref (clone->copies);
  g_hash_table_unref (clone->formats);
}

static void
clone_unref (gpointer clone)
{
  g_rc_box_release_full (clone, clone_clear);
}

static DexFuture *
reject (AvbError code, const char *sentence)
{
  return dex_future_new_for_error (avb_error_new (code, NULL, "%s", sentence));
}

static gboolean
is_file_disk (xmlNode *disk)
{
  return avb_xml_attribute_is (disk, "type", "file") || avb_xml_attribute_is (disk, "type", NULL);
}

/* What the clone needs of its own: (nullable): why it cannot be */
static DexFuture *
plan_disks (Clone *clone, AvbDomainXml *xml)
{
  xmlNode *devices = avb_xml_child (avb_domain_xml_get_root (xml), "devices");

  for (xmlNode *node = avb_xml_child (devices, "disk"); node; node = avb_xml_next (node, "disk"))
    {
      g_autoptr (AvbDiskSpec) disk = avb_domain_disk_read (node);

      if (disk != NULL && disk->path != NULL && disk->device == AVB_DISK_DEVICE_CDROM
          && avb_libvirt_clone_is_seed (disk->path))
        g_hash_table_insert (clone->copies, g_strdup (disk->path), NULL);
      /* Discs and what else is read only are used by both. */
      if (disk != NULL && (disk->device != AVB_DISK_DEVICE_DISK || disk->read_only))
        continue;
      if (disk == NULL && avb_xml_child (node, "readonly") != NULL)
        continue;
      if (disk == NULL || disk->path == NULL || !is_file_disk (node))
        return reject (AVB_ERROR_NOT_SUPPORTED,
                       _ ("A disk of this machine is not a file, and cannot be cloned."));
      g_ptr_array_add (clone->disks, g_steal_pointer (&disk));
    }
  return NULL;
}

/* Whether it may be cloned now: (nullable): why not */
static DexFuture *
refuse (virDomain *domain, Clone *clone, AvbDomainXml *xml)
{
  g_autoptr (GHashTable) settings = avb_domain_xml_read_settings (xml);

  if (virDomainIsActive (domain) != 0 || virDomainHasManagedSaveImage (domain, 0) != 0)
    return reject (AVB_ERROR_BUSY, _ ("Only a machine that is off can be cloned."));
  if (g_hash_table_contains (settings, "setup"))
    return reject (AVB_ERROR_BUSY, _ ("This machine is not set up yet. Clone it afterwards."));
  if (clone->linked && !g_hash_table_contains (settings, AVB_SETTING_TEMPLATE))
    return reject (AVB_ERROR_INVALID,
                   _ ("Only a template can have linked clones: its disks must not change."));
  if (avb_libvirt_name_is_taken (virDomainGetConnect (domain), clone->name))
    return reject (AVB_ERROR_EXISTS, _ ("There is already a machine of this name."));
  return NULL;
}

static DexFuture *
plan_thread (virDomain *domain, AvbLibvirtCall *call)
{
  Clone      *clone = call->data;
  const guint flags = VIR_DOMAIN_XML_INACTIVE | VIR_DOMAIN_XML_SECURE;
  GError     *error = NULL;
  g_autoptr (AvbDomainXml) xml = NULL;
  DexFuture  *refusal;

  xml = avb_libvirt_call_read_definition (domain, flags, call, &error);
  if (xml == NULL)
    return dex_future_new_for_error (error);
  refusal = refuse (domain, clone, xml);
  if (refusal == NULL)
    refusal = plan_disks (clone, xml);
  if (refusal != NULL)
    return refusal;
  /* A program that was killed may have said that it is one, but not have come to its disks. */
  if (clone->linked)
    {
      g_autoptr (GPtrArray) disks = avb_domain_xml_dup_disk_paths (xml, TRUE);

      avb_libvirt_template_lock (disks);
    }
  clone->definition = avb_domain_xml_to_string (xml);
  return dex_future_new_true ();
}

/* Takes back what virDomainDefineXMLFlags() made; what stays is an orphan. Takes @error. */
static DexFuture *
undo (virDomain *domain, GError *error)
{
  g_autoptr (DexFuture) deleted
      = avb_libvirt_delete_domain (domain, AVB_DELETE_KEEP_DISKS, NULL);
  g_autoptr (GError) why = NULL;

  if (dex_future_get_value (deleted, &why) == NULL)
    {
      g_debug ("Removing a clone that was made halfway: %s", why->message);
      error->code = AVB_ERROR_UNAVAILABLE;
    }
  return dex_future_new_for_error (error);
}

/* Once it is whole, its volumes are its; not before its own claim is gone: whoever takes back a machine that is claimed
 * must find the claims of its volumes. */
static void
settle (Clone *clone)
{
  GHashTableIter iter;
  gpointer       path;

  g_hash_table_iter_init (&iter, clone->copies);
  while (g_hash_table_iter_next (&iter, NULL, &path))
    if (path != NULL)
      avb_libvirt_claim_settle (path);
}

static DexFuture *
define (virDomain *original, AvbLibvirtCall *call)
{
  Clone            *clone = call->data;
  virConnect       *vir = virDomainGetConnect (original);
  GError           *error = NULL;
  g_autofree char  *text = NULL;
  AvbLibvirtDomain *read;
  g_autoptr (virDomain) domain = NULL;
  g_autoptr (AvbDomainXml) before = NULL;
  g_autoptr (AvbDomainXml) xml = NULL;
  g_autoptr (AvbDomainXml) defined = NULL;

  /* A clone may stand on it for the first time from here on. */
  if (clone->linked && !avb_libvirt_template_is (original))
    return reject (AVB_ERROR_BUSY, _ ("The template was made an ordinary machine meanwhile."));
  before = avb_domain_xml_parse (clone->definition, strlen (clone->definition), &error);
  xml = before != NULL
            ? avb_domain_xml_parse (clone->definition, strlen (clone->definition), &error)
            : NULL;
  if (xml == NULL)
    return dex_future_new_for_error (error);
  avb_domain_xml_make_clone (xml, clone->name, clone->uuid, clone->copies, clone->formats);
  text = avb_domain_xml_to_string (xml);
  domain = virDomainDefineXMLFlags (vir, text, 0);
  if (domain == NULL)
    {
      error = avb_libvirt_error_new (call->what);
      if (error->code != AVB_ERROR_UNAVAILABLE && virConnectIsAlive (vir) != 1)
        error->code = AVB_ERROR_UNAVAILABLE;
      return dex_future_new_for_error (error);
    }
  defined = avb_libvirt_call_read_definition (domain, VIR_DOMAIN_XML_INACTIVE, call, &error);
  if (defined == NULL
      || !avb_libvirt_clone_copy_state (
          before, clone->original_uuid, defined, clone->uuid, &error))
    return undo (domain, error);
  read = avb_libvirt_domain_read (vir, clone->uuid, FALSE, &error);
  if (read == NULL)
    return undo (domain, error);
  return dex_future_new_for_pointer (read);
}

/* From the definition to the copy of the firmware's variables it is there, but not whole. */
static DexFuture *
define_thread (virDomain *original, AvbLibvirtCall *call)
{
  Clone           *clone = call->data;
  AvbLibvirtClaim *claim = avb_libvirt_claim_new ();
  DexFuture       *result;
  g_autoptr (GError) error = NULL;

  avb_libvirt_claim_note_machine (claim, clone->uuid);
  result = define (original, call);
  if (dex_future_get_value (result, &error) == NULL
      && g_error_matches (error, AVB_ERROR, AVB_ERROR_UNAVAILABLE))
    avb_libvirt_claim_hold (claim, clone->uuid);
  else
    avb_libvirt_claim_free (claim);
  if (error == NULL)
    settle (clone);
  return result;
}

static AvbLibvirtCall *
clone_call_new (Clone *clone, AvbLibvirtFunc func)
{
  AvbLibvirtCall *call = avb_libvirt_call_new (
      AVB_MACHINE (clone->original), func, _ ("The machine could not be cloned."));

  if (call != NULL)
    {
      call->data = g_rc_box_acquire (clone);
      call->data_free = clone_unref;
    }
  return call;
}

/* Inside the fiber. */
static gboolean
make_disk (Clone *clone, const AvbDiskSpec *disk, GError **error)
{
  const char *format
      = !clone->linked && g_str_equal (disk->format, "raw") ? "raw" : "qcow2";
  AvbVolumeSpec volume = { .name = clone->name, .format = format };
  char         *path;

  if (clone->linked)
    {
      volume.backing = disk->path;
      volume.backing_format = disk->format;
    }
  else
    {
      volume.source = disk->path;
      volume.source_format = disk->format;
    }
  path = dex_await_string (avb_libvirt_volume_copy (&volume, clone->operation), error);
  if (path == NULL)
    return FALSE;
  g_hash_table_insert (clone->copies, g_strdup (disk->path), path);
  g_hash_table_insert (clone->formats, g_strdup (path), g_strdup (format));
  return TRUE;
}

static void
remove_disks (Clone *clone)
{
  GHashTableIter iter;
  gpointer       path;

  g_hash_table_iter_init (&iter, clone->copies);
  while (g_hash_table_iter_next (&iter, NULL, &path))
    if (path != NULL)
      dex_await (avb_libvirt_volume_delete (path), NULL);
}

/* The machine is in the list when the future resolves. */
static AvbMachine *
adopt (Clone *clone, AvbLibvirtConnection *connection, AvbLibvirtDomain *read, GError **error)
{
  g_autoptr (GPtrArray) domains
      = g_ptr_array_new_with_free_func ((GDestroyNotify) avb_libvirt_domain_free);
  AvbMachine *machine;

  g_ptr_array_add (domains, read);
  if (!g_hash_table_contains (connection->machines, clone->uuid))
    g_hash_table_unref (avb_libvirt_connection_apply_domains (connection, domains));
  machine = g_hash_table_lookup (connection->machines, clone->uuid);
  if (machine == NULL)
    g_propagate_error (error,
                       avb_error_new (AVB_ERROR_NOT_FOUND, NULL,
                                      _ ("The machine was deleted while it was being created.")));
  else if (connection->vir == NULL)
    avb_machine_set_available (machine, FALSE);
  return machine;
}

/* Nobody knows what became of the definition: it goes with the next link. */
static void
leave_orphan (Clone *clone, AvbLibvirtConnection *connection)
{
  g_hash_table_add (connection->orphans, g_strdup (clone->uuid));
  if (connection->vir != NULL)
    avb_libvirt_connection_discard_orphans (connection);
}

static AvbMachine *
make_machine (Clone *clone, AvbLibvirtConnection *connection, GError **error)
{
  AvbLibvirtDomain *read;
  g_autoptr (GError) why = NULL;

  avb_operation_set_can_cancel (clone->operation, FALSE);
  if (g_cancellable_set_error_if_cancelled (avb_operation_get_cancellable (clone->operation),
                                            error))
    return NULL;
  read = dex_await_pointer (avb_libvirt_call_run_long (clone_call_new (clone, define_thread)),
                            &why);
  if (read != NULL)
    return adopt (clone, connection, read, error);
  if (g_error_matches (why, AVB_ERROR, AVB_ERROR_UNAVAILABLE))
    leave_orphan (clone, connection);
  g_propagate_error (error, g_steal_pointer (&why));
  return NULL;
}

static DexFuture *
clone_fiber (gpointer data)
{
  Clone *clone = data;
  g_autoptr (AvbConnection) connection
      = avb_machine_dup_connection (AVB_MACHINE (clone->original));
  AvbMachine *machine = NULL;
  GError     *error = NULL;
  gboolean    ok;

  if (connection == NULL)
    return avb_libvirt_reject_without_link ();
  ok = dex_await (avb_libvirt_call_run (clone_call_new (clone, plan_thread)), &error);
  for (guint i = 0; ok && i < clone->disks->len; i++)
    ok = make_disk (clone, clone->disks->pdata[i], &error);
  if (ok)
    machine = make_machine (clone, AVB_LIBVIRT_CONNECTION (connection), &error);
  if (machine != NULL)
    return dex_future_new_for_object (machine);
  remove_disks (clone);
  return dex_future_new_for_error (error);
}

/* (nullable) */
static DexFuture *
refuse_name (const char *name)
{
  g_autoptr (AvbMachineSpec) spec = avb_machine_spec_new ();
  GError *error = NULL;

  avb_machine_spec_set_name (spec, name);
  return avb_machine_spec_validate (spec, &error) ? NULL : dex_future_new_for_error (error);
}

DexFuture *
avb_libvirt_machine_clone (AvbMachine         *machine,
                           const AvbCloneSpec *spec,
                           AvbOperation       *operation)
{
  g_autoptr (AvbConnection) connection = avb_machine_dup_connection (machine);
  DexFuture *refusal = refuse_name (spec->name);
  Clone     *clone;

  if (refusal != NULL)
    return refusal;
  if (connection == NULL)
    return avb_libvirt_reject_without_link ();
  clone = g_rc_box_new0 (Clone);
  clone->original = g_object_ref (AVB_LIBVIRT_MACHINE (machine));
  clone->name = g_strdup (spec->name);
  clone->uuid = g_uuid_string_random ();
  clone->original_uuid = g_strdup (avb_machine_get_uuid (machine));
  clone->linked = spec->linked;
  clone->operation = g_object_ref (operation);
  clone->disks = g_ptr_array_new_with_free_func ((GDestroyNotify) avb_disk_spec_free);
  clone->copies = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  clone->formats = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return avb_fiber_spawn (clone_fiber, clone, clone_unref);
}
