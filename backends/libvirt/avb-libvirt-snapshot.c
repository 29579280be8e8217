/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-libvirt-snapshot.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "backends/avb-folders.h"
#include "backends/avb-machine-clone.h"
#include "backends/avb-snapshot.h"
#include "backends/libvirt/avb-libvirt-machine-private.h"
#include "backends/libvirt/avb-libvirt-template.h"

/* Snapshots are internal, kept in the qcow2 files themselves, where that works: one that is reverted to and deleted
 * leaves no chain behind. Where a disk is raw, or QEMU cannot put the state of a running machine with UEFI inside
 * (its variables are raw), they are external: an overlay for each disk, and the memory in a file. */

#define MAX_NAME 100
#define MAX_DESCRIPTION 4096

static inline void
avb_vir_snapshot_free (virDomainSnapshot *snapshot)
{
  virDomainSnapshotFree (snapshot);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (virDomainSnapshot, avb_vir_snapshot_free)

typedef struct {
  char         *name;
  char         *description;
  AvbOperation *operation;
} SnapshotCall;

static void
snapshot_call_free (gpointer data)
{
  SnapshotCall *snapshot = data;

  g_free (snapshot->name);
  g_free (snapshot->description);
  g_clear_object (&snapshot->operation);
  g_free (snapshot);
}

/* It becomes the name of a file, and a tag in an image. */
static gboolean
name_is_valid (const char *name)
{
  if (*name == '\0' || *name == '.' || strlen (name) > MAX_NAME
      || !g_utf8_validate (name, -1, NULL))
    return FALSE;
  for (const char *p = name; *p != '\0'; p = g_utf8_next_char (p))
    if (*p == '/' || g_unichar_iscntrl (g_utf8_get_char (p)))
      return FALSE;
  return TRUE;
}

static xmlDoc *
read_snapshot_xml (virDomainSnapshot *snapshot)
{
  char            *text = virDomainSnapshotGetXMLDesc (snapshot, 0);
  g_autofree char *details = NULL;
  xmlDoc          *doc = text != NULL ? avb_xml_parse (text, strlen (text), &details) : NULL;

  free (text);
  return doc;
}

/* (nullable): %NULL for one that went meanwhile */
static AvbSnapshot *
read_snapshot (virDomainSnapshot *vir_snapshot)
{
  xmlDoc          *doc = read_snapshot_xml (vir_snapshot);
  xmlNode         *root = doc != NULL ? xmlDocGetRootElement (doc) : NULL;
  g_autofree char *created = avb_xml_dup_text (avb_xml_child (root, "creationTime"));
  g_autofree char *state = avb_xml_dup_text (avb_xml_child (root, "state"));
  AvbSnapshot     *snapshot;

  if (root == NULL)
    {
      g_clear_pointer (&doc, xmlFreeDoc);
      return NULL;
    }
  snapshot = g_new0 (AvbSnapshot, 1);
  snapshot->name = g_strdup (virDomainSnapshotGetName (vir_snapshot));
  snapshot->description = avb_xml_dup_text (avb_xml_child (root, "description"));
  snapshot->parent = avb_xml_dup_text (avb_xml_child (avb_xml_child (root, "parent"), "name"));
  snapshot->created = created != NULL ? g_ascii_strtoll (created, NULL, 10) : 0;
  snapshot->running = g_strcmp0 (state, "running") == 0 || g_strcmp0 (state, "paused") == 0;
  snapshot->current = virDomainSnapshotIsCurrent (vir_snapshot, 0) == 1;
  xmlFreeDoc (doc);
  return snapshot;
}

static int
compare_snapshots (gconstpointer a, gconstpointer b)
{
  const AvbSnapshot *first = *(AvbSnapshot *const *) a;
  const AvbSnapshot *second = *(AvbSnapshot *const *) b;

  if (first->created != second->created)
    return first->created < second->created ? -1 : 1;
  /* Of the same second: the one that stands on the other comes after it. */
  if (g_strcmp0 (second->parent, first->name) == 0)
    return -1;
  if (g_strcmp0 (first->parent, second->name) == 0)
    return 1;
  return g_strcmp0 (first->name, second->name);
}

static DexFuture *
list_thread (virDomain *domain, AvbLibvirtCall *call)
{
  virDomainSnapshot **snapshots = NULL;
  const int           n = virDomainListAllSnapshots (domain, &snapshots, 0);
  GPtrArray          *list;

  if (n < 0)
    return avb_libvirt_future_error (call->what);
  list = g_ptr_array_new_with_free_func ((GDestroyNotify) avb_snapshot_free);
  for (int i = 0; i < n; i++)
    {
      AvbSnapshot *snapshot = read_snapshot (snapshots[i]);

      if (snapshot != NULL)
        g_ptr_array_add (list, snapshot);
      virDomainSnapshotFree (snapshots[i]);
    }
  free (snapshots);
  g_ptr_array_sort (list, compare_snapshots);
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, list);
}

DexFuture *
avb_libvirt_machine_list_snapshots (AvbMachine *machine)
{
  return avb_libvirt_call_run (avb_libvirt_call_new (
      machine, list_thread, _ ("The snapshots of the machine could not be read.")));
}

static void
add_element (GString *xml, const char *name, const char *text)
{
  g_autofree char *escaped = g_markup_printf_escaped ("<%s>%s</%s>", name, text, name);

  g_string_append (xml, escaped);
}

/* Whether the snapshot must be external; FALSE with @error for a disk that no snapshot can be taken of. */
static gboolean
choose_kind (AvbDomainXml *xml, gboolean running, gboolean *external, GError **error)
{
  xmlNode         *devices = avb_xml_child (avb_domain_xml_get_root (xml), "devices");
  g_autofree char *nvram = avb_domain_xml_dup_nvram (xml);

  *external = running && nvram != NULL;
  for (xmlNode *node = avb_xml_child (devices, "disk"); node; node = avb_xml_next (node, "disk"))
    {
      g_autoptr (AvbDiskSpec) disk = avb_domain_disk_read (node);

      if (avb_xml_child (node, "readonly") != NULL
          || (disk != NULL && (disk->path == NULL || disk->read_only)))
        continue;
      if (disk != NULL && disk->source != AVB_DISK_SOURCE_FILE)
        {
          g_propagate_error (
              error, avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL,
                                    _ ("No snapshot can be taken while the machine writes to a disk that is "
                                       "served by an extension.")));
          return FALSE;
        }
      if (disk == NULL || disk->device != AVB_DISK_DEVICE_DISK)
        {
          g_propagate_error (
              error, avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL,
                                    _ ("No snapshot can be taken of a disk of this machine.")));
          return FALSE;
        }
      if (!g_str_equal (disk->format, "qcow2"))
        *external = TRUE;
    }
  return TRUE;
}

static char *
dup_memory_path (virDomain *domain, gint64 stamp)
{
  char             uuid[VIR_UUID_STRING_BUFLEN] = { 0 };
  g_autofree char *file = NULL;
  g_autofree char *folder = avb_folder_build (AVB_FOLDER_DATA, "snapshots");

  virDomainGetUUIDString (domain, uuid);
  g_mkdir_with_parents (folder, 0700);
  file = g_strdup_printf ("%s-%" G_GINT64_FORMAT ".memory", uuid, stamp);
  return g_build_filename (folder, file, NULL);
}

/* Overlays have names of ours: what the user wrote is no part of a file's name. */
static void
describe_external (GString *xml, virDomain *domain, AvbDomainXml *definition, gboolean running)
{
  xmlNode     *devices = avb_xml_child (avb_domain_xml_get_root (definition), "devices");
  const gint64 stamp = g_get_real_time ();

  if (running)
    {
      g_autofree char *memory = dup_memory_path (domain, stamp);
      g_autofree char *text
          = g_markup_printf_escaped ("<memory snapshot='external' file='%s'/>", memory);

      g_string_append (xml, text);
    }
  g_string_append (xml, "<disks>");
  for (xmlNode *node = avb_xml_child (devices, "disk"); node; node = avb_xml_next (node, "disk"))
    {
      g_autoptr (AvbDiskSpec) disk = avb_domain_disk_read (node);
      g_autofree char *target = avb_xml_dup_attribute (avb_xml_child (node, "target"), "dev");
      g_autofree char *text = NULL;

      if (disk == NULL || disk->path == NULL || disk->read_only || target == NULL)
        text = target != NULL
                   ? g_markup_printf_escaped ("<disk name='%s' snapshot='no'/>", target)
                   : g_strdup ("");
      else
        {
          g_autofree char *folder = avb_libvirt_volume_dup_folder ();
          g_autofree char *base = g_path_get_basename (disk->path);
          const char      *dot = strchr (base, '.');
          g_autofree char *file
              = g_strdup_printf ("%.*s.%" G_GINT64_FORMAT "-%s.qcow2",
                                 (int) (dot != NULL ? dot - base : (gssize) strlen (base)), base,
                                 stamp, target);
          g_autofree char *path = g_build_filename (folder, file, NULL);

          text = g_markup_printf_escaped (
              "<disk name='%s' snapshot='external' type='file'><driver type='qcow2'/>"
              "<source file='%s'/></disk>",
              target, path);
        }
      g_string_append (xml, text);
    }
  g_string_append (xml, "</disks>");
}

static DexFuture *
take_thread (virDomain *domain, AvbLibvirtCall *call)
{
  SnapshotCall *wish = call->data;
  GError       *error = NULL;
  guint         flags = 0;
  gboolean      running = virDomainIsActive (domain) == 1, external = FALSE;
  g_autoptr (GString) xml = g_string_new ("<domainsnapshot>");
  g_autoptr (AvbDomainXml) definition = NULL;
  g_autoptr (virDomainSnapshot) taken = NULL;
  g_autoptr (virDomainSnapshot) snapshot = NULL;

  if (avb_libvirt_template_is (domain))
    return dex_future_new_for_error (avb_error_new (
        AVB_ERROR_NOT_SUPPORTED, NULL, _ ("A template stays as it is and needs no snapshots.")));
  if (!running && virDomainHasManagedSaveImage (domain, 0) != 0)
    return dex_future_new_for_error (avb_error_new (
        AVB_ERROR_BUSY, NULL, _ ("Start this machine or discard its saved state first.")));
  taken = virDomainSnapshotLookupByName (domain, wish->name, 0);
  if (taken != NULL)
    return dex_future_new_for_error (
        avb_error_new (AVB_ERROR_EXISTS, NULL, _ ("There is already a snapshot of this name.")));
  definition = avb_libvirt_call_read_definition (
      domain, running ? 0 : VIR_DOMAIN_XML_INACTIVE, call, &error);
  if (definition == NULL || !choose_kind (definition, running, &external, &error))
    return dex_future_new_for_error (error);
  add_element (xml, "name", wish->name);
  if (wish->description != NULL && *wish->description != '\0')
    add_element (xml, "description", wish->description);
  if (external)
    describe_external (xml, domain, definition, running);
  g_string_append (xml, "</domainsnapshot>");
  if (external)
    flags = VIR_DOMAIN_SNAPSHOT_CREATE_ATOMIC
            | (running ? 0 : VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY);
  snapshot = virDomainSnapshotCreateXML (domain, xml->str, flags);
  return snapshot != NULL ? dex_future_new_true () : avb_libvirt_future_error (call->what);
}

static DexFuture *
revert_thread (virDomain *domain, AvbLibvirtCall *call)
{
  SnapshotCall *wish = call->data;
  g_autoptr (virDomainSnapshot) snapshot = NULL;

  if (avb_libvirt_template_is (domain))
    return dex_future_new_for_error (avb_error_new (
        AVB_ERROR_NOT_SUPPORTED, NULL, "%s", avb_machine_template_refusal ()));
  snapshot = virDomainSnapshotLookupByName (domain, wish->name, 0);
  if (snapshot == NULL)
    return dex_future_new_for_error (
        avb_error_new (AVB_ERROR_NOT_FOUND, NULL, _ ("This snapshot is no longer there.")));
  /* A memory of before does not fit to the disks of then. */
  if (virDomainIsActive (domain) == 0 && virDomainHasManagedSaveImage (domain, 0) == 1
      && virDomainManagedSaveRemove (domain, 0) < 0)
    return avb_libvirt_future_error (call->what);
  if (virDomainRevertToSnapshot (snapshot, 0) == 0)
    return dex_future_new_true ();
  /* Where the definition changed so much that libvirt starts another process for it. */
  if (virGetLastErrorCode () == VIR_ERR_SNAPSHOT_REVERT_RISKY
      && virDomainRevertToSnapshot (snapshot, VIR_DOMAIN_SNAPSHOT_REVERT_FORCE) == 0)
    return dex_future_new_true ();
  return avb_libvirt_future_error (call->what);
}

static DexFuture *
delete_thread (virDomain *domain, AvbLibvirtCall *call)
{
  SnapshotCall *wish = call->data;
  g_autoptr (virDomainSnapshot) snapshot = NULL;

  if (avb_libvirt_template_is (domain))
    return dex_future_new_for_error (avb_error_new (
        AVB_ERROR_NOT_SUPPORTED, NULL, "%s", avb_machine_template_refusal ()));
  snapshot = virDomainSnapshotLookupByName (domain, wish->name, 0);
  /* Gone already is what was asked for. */
  if (snapshot == NULL)
    return virGetLastErrorCode () == VIR_ERR_NO_DOMAIN_SNAPSHOT
               ? dex_future_new_true ()
               : avb_libvirt_future_error (call->what);
  return avb_libvirt_call_resolve (virDomainSnapshotDelete (snapshot, 0), call);
}

static DexFuture *
run (AvbMachine    *machine,
     AvbLibvirtFunc func,
     const char    *what,
     const char    *name,
     const char    *description,
     AvbOperation  *operation)
{
  AvbLibvirtCall *call = avb_libvirt_call_new (machine, func, what);
  SnapshotCall   *snapshot;

  /* libvirt does each in one step that cannot be taken back. */
  avb_operation_set_can_cancel (operation, FALSE);
  if (call != NULL)
    {
      snapshot = g_new0 (SnapshotCall, 1);
      snapshot->name = g_strdup (name);
      snapshot->description = g_strdup (description);
      snapshot->operation = g_object_ref (operation);
      call->data = snapshot;
      call->data_free = snapshot_call_free;
    }
  return avb_libvirt_refresh_after (machine, avb_libvirt_call_run_long (call));
}

DexFuture *
avb_libvirt_machine_take_snapshot (AvbMachine   *machine,
                                   const char   *name,
                                   const char   *description,
                                   AvbOperation *operation)
{
  if (!name_is_valid (name)
      || (description != NULL
          && (strlen (description) > MAX_DESCRIPTION || !g_utf8_validate (description, -1, NULL))))
    return dex_future_new_for_error (
        avb_error_new (AVB_ERROR_INVALID, NULL, _ ("A snapshot cannot have this name.")));
  return run (machine, take_thread, _ ("The snapshot could not be taken."), name, description,
              operation);
}

DexFuture *
avb_libvirt_machine_revert_snapshot (AvbMachine   *machine,
                                     const char   *name,
                                     AvbOperation *operation)
{
  return run (machine, revert_thread, _ ("The machine could not go back to this snapshot."), name,
              NULL, operation);
}

DexFuture *
avb_libvirt_machine_delete_snapshot (AvbMachine   *machine,
                                     const char   *name,
                                     AvbOperation *operation)
{
  return run (machine, delete_thread, _ ("The snapshot could not be deleted."), name, NULL,
              operation);
}

static void
add_file (GPtrArray *files, char *path)
{
  if (path != NULL && !g_ptr_array_find_with_equal_func (files, path, g_str_equal, NULL))
    g_ptr_array_add (files, path);
  else
    g_free (path);
}

static void
add_snapshot_files (xmlNode *root, GPtrArray *files)
{
  xmlNode *memory = avb_xml_child (root, "memory");
  xmlNode *disks = avb_xml_child (root, "disks");
  gboolean external = FALSE;

  if (avb_xml_attribute_is (memory, "snapshot", "external"))
    add_file (files, avb_xml_dup_attribute (memory, "file"));
  for (xmlNode *disk = avb_xml_child (disks, "disk"); disk; disk = avb_xml_next (disk, "disk"))
    if (avb_xml_attribute_is (disk, "snapshot", "external"))
      {
        external = TRUE;
        add_file (files, avb_xml_dup_attribute (avb_xml_child (disk, "source"), "file"));
      }
  if (!external)
    return;
  /* As it was then: the disks that the overlays stand on. */
  disks = avb_xml_child (avb_xml_child (root, "domain"), "devices");
  for (xmlNode *disk = avb_xml_child (disks, "disk"); disk; disk = avb_xml_next (disk, "disk"))
    {
      g_autoptr (AvbDiskSpec) spec = avb_domain_disk_read (disk);

      if (spec != NULL && spec->device == AVB_DISK_DEVICE_DISK && !spec->read_only
          && spec->source == AVB_DISK_SOURCE_FILE)
        add_file (files, g_steal_pointer (&spec->path));
    }
}

void
avb_libvirt_snapshot_add_files (virDomain *domain, GPtrArray *files)
{
  virDomainSnapshot **snapshots = NULL;
  const int           n = virDomainListAllSnapshots (domain, &snapshots, 0);

  for (int i = 0; i < n; i++)
    {
      xmlDoc *doc = read_snapshot_xml (snapshots[i]);

      if (doc != NULL)
        add_snapshot_files (xmlDocGetRootElement (doc), files);
      g_clear_pointer (&doc, xmlFreeDoc);
      virDomainSnapshotFree (snapshots[i]);
    }
  free (snapshots);
}
