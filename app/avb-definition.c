/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* Machines that a file describes in the hypervisor's own language. What it means only a connection knows; here is what it
 * is called, and what becomes of its disks. */

#include "config.h"

#include "app/avb-definition.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/avb-text.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "backends/avb-posix.h"

#define MAX_DRIVES 64

gboolean
avb_definition_is_likely (const char *head)
{
  const char *root;

  if (g_str_has_prefix (head, "\xef\xbb\xbf"))
    head += 3;
  while (g_ascii_isspace (*head))
    head++;
  root = *head == '<' ? strstr (head, "<domain") : NULL;
  return root != NULL && strchr (" \t\r\n>", root[strlen ("<domain")]) != NULL && root[strlen ("<domain")] != '\0';
}

typedef struct {
  char *path;
  char *name;
} Load;

static void
load_free (gpointer data)
{
  Load *load = data;

  g_free (load->path);
  g_free (load->name);
  g_free (load);
}

static DexFuture *
load_thread (gpointer data)
{
  Load *load = data;
  g_autofree char *text = g_malloc (AVB_DEFINITION_MAX_LENGTH + 1);
  g_autofd int fd = open (load->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  struct stat info;
  gsize length = 0;
  gssize n = -1;

  if (fd >= 0 && fstat (fd, &info) == 0 && S_ISREG (info.st_mode))
    while ((n = read (fd, text + length, AVB_DEFINITION_MAX_LENGTH + 1 - length)) > 0 || (n < 0 && errno == EINTR))
      length += MAX (n, 0);
  if (n < 0)
    return dex_future_new_for_error (avb_error_new (AVB_ERROR_FAILED, g_strerror (errno),
                                                    _("“%s” cannot be read, or is too long."), load->name));
  if (length > AVB_DEFINITION_MAX_LENGTH)
    return dex_future_new_for_error (avb_error_new (
        AVB_ERROR_INVALID, NULL, _("“%s” is too long to be the definition of a machine."), load->name));
  return dex_future_new_take_boxed (G_TYPE_BYTES, g_bytes_new (text, length));
}

DexFuture *
avb_definition_load (const char *path, const char *name)
{
  Load *load = g_new0 (Load, 1);

  load->path = g_strdup (path);
  load->name = g_strdup (name);
  return avb_blocking_run (load_thread, load, load_free);
}

/* A definition has no use for a document type, and with it for entities of any kind. */
static void
refuse_subset_cb (void *context, const xmlChar *name, const xmlChar *id, const xmlChar *uri)
{
  xmlStopParser (context);
}

static xmlDoc *
parse (GBytes *text)
{
  gsize length;
  const char *content = g_bytes_get_data (text, &length);
  xmlParserCtxt *context = length > 0 ? xmlNewParserCtxt () : NULL;
  xmlDoc *doc;

  if (context == NULL)
    return NULL;
  context->sax->internalSubset = refuse_subset_cb;
  context->sax->externalSubset = NULL;
  doc = xmlCtxtReadMemory (context, content, (int) length, NULL, "UTF-8",
                           XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
  if (doc != NULL && (!context->wellFormed || doc->intSubset != NULL))
    g_clear_pointer (&doc, xmlFreeDoc);
  xmlFreeParserCtxt (context);
  return doc;
}

static char *
dup_child_text (xmlNode *parent, const char *name)
{
  for (xmlNode *node = parent->children; node != NULL; node = node->next)
    if (node->type == XML_ELEMENT_NODE && node->ns == NULL && xmlStrEqual (node->name, BAD_CAST name))
      {
        xmlChar *text = xmlNodeGetContent (node);
        char *copy = g_strdup ((char *) text);

        xmlFree (text);
        return copy;
      }
  return NULL;
}

char *
avb_definition_find_name (GBytes *text, const char *name, GError **error)
{
  xmlDoc *doc = parse (text);
  xmlNode *root = doc != NULL ? xmlDocGetRootElement (doc) : NULL;
  g_autofree char *own = NULL;
  gboolean is_one = root != NULL && root->ns == NULL && xmlStrEqual (root->name, BAD_CAST "domain");

  if (is_one)
    own = dup_child_text (root, "name");
  xmlFreeDoc (doc);
  if (is_one)
    return avb_text_make_machine_name (own);
  g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL, _("“%s” is a damaged definition of a machine."), name));
  return NULL;
}

static AvbMedium *
inspect (const char *path, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);

  return dex_await_object (avb_medium_inspect (file), error);
}

/* In a fiber. Who brings a machine from another computer has its disks beside its definition. */
static AvbMedium *
find_image (AvbMedium *medium, const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (avb_medium_get_path (medium));
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *beside = g_build_filename (folder, name, NULL);
  g_autoptr (GError) local_error = NULL;
  AvbMedium *image = g_path_is_absolute (path) ? inspect (path, &local_error) : NULL;

  if (image == NULL && (local_error == NULL || g_error_matches (local_error, AVB_ERROR, AVB_ERROR_NOT_FOUND)))
    {
      g_clear_error (&local_error);
      image = inspect (beside, &local_error);
    }
  if (image == NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return image;
}

/* Whether it is what the definition takes it for. Raw is whatever it is: what stands in it is the guest's. */
static gboolean
check_image (const AvbDiskSpec *disk, AvbMedium *image, GError **error)
{
  AvbMediumKind kind = avb_medium_get_kind (image);
  gboolean fits = (kind == AVB_MEDIUM_ISO || (kind == AVB_MEDIUM_DISK && avb_medium_get_compression (image) == NULL)) &&
                  (g_strcmp0 (disk->format, "raw") == 0 ||
                   g_strcmp0 (disk->format, avb_medium_get_format (image)) == 0);
  g_autofree char *name = avb_text_dup_file_name (avb_medium_get_file (image));

  if (!fits)
    g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL,
                                             _("“%s” is not the disk that the definition of the machine says."), name));
  return fits;
}

/* In a fiber. */
static void
look_at_disk (AvbDefinition *self, AvbConnection *connection, AvbMedium *medium, const AvbDiskSpec *disk)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AvbMedium) image = disk->path != NULL ? find_image (medium, disk->path, &error) : NULL;
  gboolean is_disk = disk->device == AVB_DISK_DEVICE_DISK;
  gboolean reachable, writable;

  if (image != NULL && !check_image (disk, image, &error))
    g_clear_object (&image);
  if (error != NULL && is_disk && self->problem == NULL)
    self->problem = g_strdup (error->message);
  if (image != NULL)
    {
      avb_draft_read_access (connection, avb_medium_get_path (image), &reachable, &writable);
      self->reachable &= reachable;
      self->writable &= writable || !is_disk || disk->read_only;
      self->length += is_disk ? avb_medium_get_allocated (image) : 0;
    }
  g_ptr_array_add (self->images, g_steal_pointer (&image));
}

static void
clear_image (gpointer image)
{
  if (image != NULL)
    g_object_unref (image);
}

AvbDefinition *
avb_definition_read (AvbConnection *connection, AvbMedium *medium, GError **error)
{
  g_autoptr (AvbDefinition) self = g_new0 (AvbDefinition, 1);
  GPtrArray *disks;

  self->images = g_ptr_array_new_with_free_func (clear_image);
  self->reachable = self->writable = TRUE;
  self->spec = dex_await_object (
      avb_connection_read_definition (connection, avb_medium_get_definition (medium)), error);
  if (self->spec == NULL)
    return NULL;
  disks = avb_machine_spec_get_disks (self->spec);
  if (disks->len > MAX_DRIVES)
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL, _("“%s” has more drives than a machine can have."),
                                               avb_medium_get_label (medium)));
      return NULL;
    }
  for (guint i = 0; i < disks->len; i++)
    look_at_disk (self, connection, medium, disks->pdata[i]);
  return g_steal_pointer (&self);
}

void
avb_definition_free (AvbDefinition *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->images);
  g_clear_object (&self->spec);
  g_free (self->problem);
  g_free (self);
}

void
avb_definition_fill (AvbDefinition *self, AvbMachineSpec *spec, guint max_cpus)
{
  avb_machine_spec_set_cpus (spec, MIN (avb_machine_spec_get_cpus (self->spec), max_cpus));
  avb_machine_spec_set_memory_mib (spec, avb_machine_spec_get_memory_mib (self->spec));
  avb_machine_spec_set_description (spec, avb_machine_spec_get_description (self->spec));
  avb_machine_spec_set_os_id (spec, avb_machine_spec_get_os_id (self->spec));
  avb_machine_spec_set_architecture (spec, avb_machine_spec_get_architecture (self->spec));
  avb_machine_spec_set_firmware (spec, avb_machine_spec_get_firmware (self->spec));
  avb_machine_spec_set_tpm (spec, avb_machine_spec_get_tpm (self->spec));
  for (guint i = 0; i < AVB_N_EXTRAS; i++)
    avb_machine_spec_set_extra (spec, i, avb_machine_spec_get_extra (self->spec, i));
}

static char *
find_problem_of_place (AvbDefinition *self, AvbDraft *draft)
{
  const char *name = avb_medium_get_label (avb_draft_get_medium (draft));

  if (avb_draft_get_copy_disk (draft))
    return NULL;
  if (!avb_connection_get_is_local (avb_draft_get_connection (draft)))
    return g_strdup_printf (_("The disks of “%s” are on this computer, but the machine is to run on another one. Let "
                              "them be copied."),
                            name);
  if (!self->writable)
    return g_strdup_printf (_("You are not allowed to write to the disks of “%s”. Let them be copied."), name);
  if (!self->reachable)
    return g_strdup_printf (_("The hypervisor is not allowed to read the disks of “%s” where they are. Let them be "
                              "copied."),
                            name);
  return NULL;
}

/* A definition is of one architecture, where a medium for an older PC runs on one of today. */
static gboolean
is_offered (AvbCapabilities *capabilities, const char *architecture)
{
  const char *const *offered = capabilities != NULL ? avb_capabilities_get_architectures (capabilities) : NULL;

  return offered == NULL || architecture == NULL || g_strv_contains (offered, architecture);
}

char *
avb_definition_find_problem (AvbDefinition *self, AvbDraft *draft, AvbMend *mend)
{
  AvbCapabilities *capabilities = avb_connection_get_capabilities (avb_draft_get_connection (draft));
  const char *architecture = avb_machine_spec_get_architecture (self->spec);

  *mend = AVB_MEND_NOTHING;
  if (self->problem != NULL)
    return g_strdup (self->problem);
  if (!is_offered (capabilities, architecture))
    return g_strdup_printf (_("“%s” is for computers with an %s processor, which cannot be run here."),
                            avb_medium_get_label (avb_draft_get_medium (draft)), architecture);
  *mend = AVB_MEND_COPY;
  return find_problem_of_place (self, draft);
}

/* In the creation's fiber. (transfer full) (nullable) */
static char *
copy_image (AvbCreation *self, const AvbDiskSpec *disk, AvbMedium *image, GError **error)
{
  gboolean is_disk = disk->device == AVB_DISK_DEVICE_DISK;
  g_autofree char *name = avb_creation_make_volume_name (self, is_disk ? ".qcow2" : AVB_VOLUME_DISC_COPY);
  AvbVolumeSpec volume = { .name = name, .format = is_disk ? "qcow2" : "raw", .source = avb_medium_get_path (image),
                           .source_format = disk->format };

  avb_operation_set_status (self->operation, is_disk ? _("Copying the disk")
                                                     : _("Copying the disc image to the hypervisor"));
  return avb_creation_make_volume (self, &volume, error);
}

/* Discs stay where they are as long as they can be read there. */
static gboolean
import_disk (AvbCreation *self, AvbDefinition *definition, AvbDiskSpec *disk, AvbMedium *image, GError **error)
{
  gboolean is_disk = disk->device == AVB_DISK_DEVICE_DISK;
  gboolean copy = is_disk ? avb_draft_get_copy_disk (self->draft) : !definition->reachable;

  g_clear_pointer (&disk->path, g_free);
  if (image == NULL)
    {
      g_clear_pointer (&disk->format, g_free);
      return TRUE;
    }
  disk->path = copy ? copy_image (self, disk, image, error) : g_strdup (avb_medium_get_path (image));
  if (copy && is_disk)
    g_set_str (&disk->format, "qcow2");
  return disk->path != NULL;
}

gboolean
avb_creation_import_definition (AvbCreation *self, AvbDefinition *definition, GError **error)
{
  GPtrArray *disks = avb_machine_spec_get_disks (definition->spec);

  for (guint i = 0; i < disks->len; i++)
    {
      g_autoptr (AvbDiskSpec) disk = avb_disk_spec_copy (disks->pdata[i]);

      if (!import_disk (self, definition, disk, definition->images->pdata[i], error))
        return FALSE;
      avb_machine_spec_add_disk (self->spec, g_steal_pointer (&disk));
    }
  return TRUE;
}
