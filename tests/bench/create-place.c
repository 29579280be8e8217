/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "create-bench.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define BLOCK (1024 * 1024)
/* Half of each is text, where asked for: a cluster of an image or a grain of a VMDK has some of both. */
#define PIECE (32 * 1024)
#define SEED G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)

struct _CreateMachines {
  virConnectPtr connection;
};

char *
create_place_path (const char *name)
{
  return g_build_filename (g_get_user_data_dir (), name, NULL);
}

gboolean
create_place_has_space (guint64 bytes, GError **error)
{
  g_autofree char *size = g_format_size (bytes);
  struct statvfs info;

  if (statvfs (g_get_user_data_dir (), &info) == 0 && (guint64) info.f_bavail * info.f_frsize >= bytes)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "This needs %s of space in %s", size,
               g_get_user_data_dir ());
  return FALSE;
}

/* xorshift64*: as quick as memory, and nothing that a compressor finds. */
static void
fill (guint64 *words, gsize n, guint64 *state)
{
  for (gsize i = 0; i < n; i++)
    {
      *state ^= *state >> 12;
      *state ^= *state << 25;
      *state ^= *state >> 27;
      words[i] = *state * G_GUINT64_CONSTANT (2685821657736338717);
    }
}

static void
write_text (char *piece, gsize size, guint *number)
{
  char line[64];
  gsize done = 0;

  while (done < size)
    {
      gsize length
          = g_snprintf (line, sizeof line, "%08u: what is in logs repeats itself, mostly\n", (*number)++);

      memcpy (piece + done, line, MIN (length, size - done));
      done += MIN (length, size - done);
    }
}

gboolean
create_place_write_data (const char *path, guint mib, gboolean compressible, GError **error)
{
  g_autofree char *block = g_malloc (BLOCK);
  guint64 state = SEED;
  guint number = 0;
  FILE *file = fopen (path, "wbe");
  gboolean ok = file != NULL;

  for (guint i = 0; ok && i < mib; i++)
    {
      fill ((guint64 *) (gpointer) block, BLOCK / sizeof (guint64), &state);
      for (gsize at = PIECE; compressible && at < BLOCK; at += 2 * PIECE)
        write_text (block + at, PIECE, &number);
      ok = fwrite (block, 1, BLOCK, file) == BLOCK;
    }
  if (file != NULL && fclose (file) != 0)
    ok = FALSE;
  if (!ok)
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "%s: %s", path, g_strerror (errno));
  return ok;
}

gboolean
create_place_prepare_turn (const char *path, GError **error)
{
  g_autofree char *block = g_malloc (BLOCK);
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  gssize n = -1;

  while (fd >= 0 && (n = read (fd, block, BLOCK)) > 0)
    ;
  if (n < 0)
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "%s: %s", path, g_strerror (errno));
  if (fd >= 0)
    close (fd);
  sync ();
  return n == 0;
}

static void
ignore_error_cb (void *user_data, virErrorPtr error)
{
}

CreateMachines *
create_machines_new (GError **error)
{
  CreateMachines *self = g_new0 (CreateMachines, 1);

  virSetErrorFunc (NULL, ignore_error_cb);
  /* The session's daemon starts by itself, but not always at once. */
  for (guint i = 0; self->connection == NULL && i < 20; i++)
    {
      if (i > 0)
        g_usleep (500000);
      self->connection = virConnectOpen ("qemu:///session");
    }
  if (self->connection != NULL)
    return self;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "libvirt can't be reached: %s",
               virGetLastErrorMessage ());
  g_free (self);
  return NULL;
}

void
create_machines_free (CreateMachines *self)
{
  virConnectClose (self->connection);
  g_free (self);
}

static guint
list (CreateMachines *self, guint flags, virDomainPtr **domains)
{
  int n = virConnectListAllDomains (self->connection, domains, flags);

  return n > 0 ? n : 0;
}

static void
free_list (virDomainPtr *domains, guint n)
{
  for (guint i = 0; i < n; i++)
    virDomainFree (domains[i]);
  free (domains);
}

gboolean
create_machines_is_running (CreateMachines *self)
{
  virDomainPtr *domains = NULL;
  guint n = list (self, VIR_CONNECT_LIST_DOMAINS_RUNNING, &domains);

  free_list (domains, n);
  return n > 0;
}

/* What @path selects in a machine's definition. */
static GStrv
evaluate (virDomainPtr domain, const char *path)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  char *xml = virDomainGetXMLDesc (domain, 0);
  xmlDocPtr document = xml != NULL ? xmlReadMemory (xml, strlen (xml), NULL, NULL, XML_PARSE_NONET) : NULL;
  xmlXPathContextPtr context = document != NULL ? xmlXPathNewContext (document) : NULL;
  xmlXPathObjectPtr object = context != NULL ? xmlXPathEval ((const xmlChar *) path, context) : NULL;

  for (int i = 0; object != NULL && object->nodesetval != NULL && i < object->nodesetval->nodeNr; i++)
    {
      xmlChar *text = xmlNodeGetContent (object->nodesetval->nodeTab[i]);

      g_strv_builder_add (builder, (const char *) text);
      xmlFree (text);
    }
  xmlXPathFreeObject (object);
  xmlXPathFreeContext (context);
  xmlFreeDoc (document);
  free (xml);
  return g_strv_builder_end (builder);
}

char *
create_machines_dup_type (CreateMachines *self)
{
  virDomainPtr *domains = NULL;
  guint n = list (self, 0, &domains);
  g_auto (GStrv) types = n > 0 ? evaluate (domains[0], "/domain/@type") : NULL;

  free_list (domains, n);
  return types != NULL ? g_strdup (types[0]) : NULL;
}

static void
remove_disk (CreateMachines *self, const char *path)
{
  virStorageVolPtr volume = virStorageVolLookupByPath (self->connection, path);

  /* Pools are told, or they hold the name for taken. */
  if (volume != NULL)
    {
      virStorageVolDelete (volume, 0);
      virStorageVolFree (volume);
    }
  g_unlink (path);
}

static void
remove_one (CreateMachines *self, virDomainPtr domain)
{
  g_auto (GStrv) disks = evaluate (domain, "/domain/devices/disk[@device='disk']/source/@file");

  virDomainDestroy (domain);
  virDomainUndefineFlags (domain, VIR_DOMAIN_UNDEFINE_MANAGED_SAVE | VIR_DOMAIN_UNDEFINE_NVRAM
                                      | VIR_DOMAIN_UNDEFINE_TPM | VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA);
  for (guint i = 0; disks[i] != NULL; i++)
    remove_disk (self, disks[i]);
}

void
create_machines_remove (CreateMachines *self, const char *name)
{
  virDomainPtr *domains = NULL;
  guint n = list (self, 0, &domains);

  for (guint i = 0; i < n; i++)
    if (name == NULL || g_strcmp0 (name, virDomainGetName (domains[i])) == 0)
      remove_one (self, domains[i]);
  free_list (domains, n);
}
