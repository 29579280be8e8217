/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-download-cache.h"

#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/avb-download-private.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "backends/avb-folders.h"
#include "backends/avb-posix.h"

#define DEFAULT_LIMIT 2
#define DEFAULT_STALL_TIMEOUT 60
#define DEFAULT_TRIES 5
#define NAME_LENGTH 32 /* of a folder: so much of a hash that no two addresses share it */

struct _AvbDownloadCache {
  GObject parent_instance;

  char        *folder;
  AvbJobQueue *queue;
  guint        stall_timeout;
  guint        tries;
  GTlsDatabase *tls_database;
  GArray      *publishers; /* of AvbPublisher, added ones */
};

G_DEFINE_FINAL_TYPE (AvbDownloadCache, avb_download_cache, G_TYPE_OBJECT)

enum { PROP_0, PROP_FOLDER, PROP_LIMIT, PROP_STALL_TIMEOUT, PROP_TRIES, PROP_TLS_DATABASE, N_PROPS };

static GParamSpec *properties[N_PROPS];

/* Keys are where Debian's packages debian-keyring and ubuntu-keyring put them. */
static const AvbPublisher known_publishers[] = {
  { "cdimage.debian.org/*", "SHA512SUMS", "SHA512SUMS.sign", "/usr/share/keyrings/debian-role-keys.gpg" },
  { "cloud.debian.org/images/*", "SHA512SUMS", NULL, NULL },
  { "releases.ubuntu.com/*", "SHA256SUMS", "SHA256SUMS.gpg", "/usr/share/keyrings/ubuntu-archive-keyring.gpg" },
  { "cdimage.ubuntu.com/*", "SHA256SUMS", "SHA256SUMS.gpg", "/usr/share/keyrings/ubuntu-archive-keyring.gpg" },
  { "cloud-images.ubuntu.com/*", "SHA256SUMS", "SHA256SUMS.gpg",
    "/usr/share/keyrings/ubuntu-cloudimage-keyring.gpg" },
  { "download.opensuse.org/*", "%.sha256", NULL, NULL },
  { "dl-cdn.alpinelinux.org/*", "%.sha512", NULL, NULL },
  { "*/archlinux/iso/*", "sha256sums.txt", NULL, NULL },
  { "*.almalinux.org/*", "CHECKSUM", NULL, NULL },
  { "*.rockylinux.org/*", "CHECKSUM", NULL, NULL },
  { "cloud.centos.org/*", "%.SHA256SUM", NULL, NULL },
  { "cdn.openbsd.org/*", "SHA256", NULL, NULL },
};

typedef struct {
  char    *folder;
  char    *url;
  GStrv    keep;
} Call;

static void
call_free (gpointer data)
{
  Call *call = data;

  g_free (call->folder);
  g_free (call->url);
  g_strfreev (call->keep);
  g_free (call);
}

static Call *
call_new (AvbDownloadCache *self)
{
  Call *call = g_new0 (Call, 1);

  call->folder = g_strdup (self->folder);
  return call;
}

void
avb_cached_file_free (AvbCachedFile *self)
{
  if (self == NULL)
    return;
  g_free (self->path);
  g_free (self->url);
  g_free (self);
}

/* --- on worker threads --- */

int
avb_download_lock (const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, AVB_DOWNLOAD_LOCK, NULL);

  for (;;)
    {
      struct stat info;
      int fd;

      if (g_mkdir_with_parents (folder, 0755) != 0 ||
          (fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644)) < 0)
        {
          int code = errno;

          if (code == ENOENT)
            continue; /* it was removed in between */
          g_propagate_error (error, avb_error_new (code == ENOSPC || code == EDQUOT ? AVB_ERROR_NO_SPACE
                                                                                    : AVB_ERROR_PERMISSION,
                                                   g_strerror (code),
                                                   _("The folder for downloads cannot be written.")));
          return -1;
        }
      if (flock (fd, LOCK_EX | LOCK_NB) != 0)
        {
          close (fd);
          g_propagate_error (
              error, avb_error_new (AVB_ERROR_BUSY, NULL, _("This file is being downloaded already.")));
          return -1;
        }
      /* Who had it before may have removed the folder. */
      if (fstat (fd, &info) == 0 && info.st_nlink > 0)
        return fd;
      close (fd);
    }
}

void
avb_download_remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autofree char *lock = g_build_filename (folder, AVB_DOWNLOAD_LOCK, NULL);
  const char *name;

  /* Nothing makes folders in here, and a link is removed itself. The lock goes last. */
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (!g_str_equal (name, AVB_DOWNLOAD_LOCK))
        g_unlink (path);
    }
  g_unlink (lock);
  g_rmdir (folder);
}

static gboolean
is_folder_name (const char *name)
{
  return strlen (name) == NAME_LENGTH && strspn (name, "0123456789abcdef") == NAME_LENGTH;
}

/* (nullable) (transfer full): also of what broke off; NULL if there is neither */
static AvbCachedFile *
read_cached_file (const char *folder)
{
  g_auto (AvbDownloadAbout) about = { NULL };
  g_autoptr (AvbCachedFile) file = g_new0 (AvbCachedFile, 1);
  g_autofree char *part = g_build_filename (folder, AVB_DOWNLOAD_PART, NULL);
  g_autofree char *about_path = g_build_filename (folder, AVB_DOWNLOAD_ABOUT, NULL);
  GStatBuf info;

  avb_download_about_read (&about, folder);
  if (about.name != NULL)
    file->path = g_build_filename (folder, about.name, NULL);
  if (about.complete && g_lstat (file->path, &info) == 0 && S_ISREG (info.st_mode))
    {
      file->complete = TRUE;
      file->size = AVB_POSIX_ALLOCATED (&info);
    }
  if (g_lstat (part, &info) == 0)
    {
      file->size += AVB_POSIX_ALLOCATED (&info);
      if (!file->complete)
        {
          g_free (file->path);
          file->path = g_steal_pointer (&part);
        }
    }
  else if (!file->complete)
    return NULL;
  file->time = g_lstat (about_path, &info) == 0 ? info.st_mtime : 0;
  file->url = g_steal_pointer (&about.url);
  return g_steal_pointer (&file);
}

static int
compare_times (gconstpointer a, gconstpointer b)
{
  const AvbCachedFile *one = a;
  const AvbCachedFile *other = b;

  return (other->time > one->time) - (other->time < one->time);
}

static DexFuture *
list_thread (gpointer data)
{
  Call *call = data;
  g_autoptr (GDir) dir = g_dir_open (call->folder, 0, NULL);
  GPtrArray *files = g_ptr_array_new_with_free_func ((GDestroyNotify) avb_cached_file_free);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *folder = g_build_filename (call->folder, name, NULL);
      AvbCachedFile *file = is_folder_name (name) ? read_cached_file (folder) : NULL;

      if (file != NULL)
        g_ptr_array_add (files, file);
    }
  g_ptr_array_sort_values (files, compare_times);
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, files);
}

static DexFuture *
find_thread (gpointer data)
{
  Call *call = data;
  g_autoptr (AvbCachedFile) file = read_cached_file (call->folder);

  if (file == NULL || !file->complete)
    return dex_future_new_for_error (
        avb_error_new (AVB_ERROR_NOT_FOUND, NULL, _("This file has not been downloaded.")));
  return dex_future_new_take_string (g_steal_pointer (&file->path));
}

static gboolean
is_kept (Call *call, const char *folder)
{
  g_autofree char *prefix = g_strconcat (folder, G_DIR_SEPARATOR_S, NULL);

  for (guint i = 0; call->keep != NULL && call->keep[i] != NULL; i++)
    if (g_str_has_prefix (call->keep[i], prefix))
      return TRUE;
  return FALSE;
}

/* Whether some program has it open: a machine's overlay names it where its definition does not. The
 * kernel grants this kind of lease on files that nobody else has open. */
static gboolean
is_open (const char *path)
{
#ifdef F_SETLEASE
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  gboolean busy;

  if (fd < 0)
    return FALSE;
  /* Who opens it in this moment makes the kernel send a signal: one that is ignored. */
  fcntl (fd, F_SETSIG, SIGURG);
  busy = fcntl (fd, F_SETLEASE, F_WRLCK) != 0 && errno == EAGAIN;
  if (!busy)
    fcntl (fd, F_SETLEASE, F_UNLCK);
  close (fd);
  return busy;
#else
  return FALSE;
#endif
}

static DexFuture *
empty_thread (gpointer data)
{
  Call *call = data;
  g_autoptr (GDir) dir = g_dir_open (call->folder, 0, NULL);
  guint64 freed = 0;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *folder = g_build_filename (call->folder, name, NULL);
      g_autoptr (AvbCachedFile) file = NULL;
      int lock;

      if (!is_folder_name (name) || is_kept (call, folder))
        continue;
      lock = avb_download_lock (folder, NULL);
      if (lock < 0)
        continue;
      file = read_cached_file (folder);
      if (file == NULL || !is_open (file->path))
        {
          avb_download_remove_folder (folder);
          freed += file != NULL ? file->size : 0;
        }
      close (lock);
    }
  return dex_future_new_for_uint64 (freed);
}

/* --- the object --- */

static void
avb_download_cache_finalize (GObject *object)
{
  AvbDownloadCache *self = AVB_DOWNLOAD_CACHE (object);

  g_free (self->folder);
  g_object_unref (self->queue);
  g_array_unref (self->publishers);
  g_clear_object (&self->tls_database);
  G_OBJECT_CLASS (avb_download_cache_parent_class)->finalize (object);
}

static void
avb_download_cache_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbDownloadCache *self = AVB_DOWNLOAD_CACHE (object);

  switch (id)
    {
    case PROP_FOLDER:
      g_value_set_string (value, self->folder);
      break;
    case PROP_LIMIT:
      g_value_set_uint (value, avb_job_queue_get_limit (self->queue));
      break;
    case PROP_STALL_TIMEOUT:
      g_value_set_uint (value, self->stall_timeout);
      break;
    case PROP_TRIES:
      g_value_set_uint (value, self->tries);
      break;
    case PROP_TLS_DATABASE:
      g_value_set_object (value, self->tls_database);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_download_cache_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  AvbDownloadCache *self = AVB_DOWNLOAD_CACHE (object);

  switch (id)
    {
    case PROP_FOLDER:
      self->folder = g_value_dup_string (value);
      if (self->folder == NULL)
        self->folder = avb_folder_build (AVB_FOLDER_CACHE, "downloads");
      break;
    case PROP_LIMIT:
      avb_job_queue_set_limit (self->queue, g_value_get_uint (value));
      break;
    case PROP_STALL_TIMEOUT:
      self->stall_timeout = g_value_get_uint (value);
      break;
    case PROP_TRIES:
      self->tries = g_value_get_uint (value);
      break;
    case PROP_TLS_DATABASE:
      g_set_object (&self->tls_database, g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_download_cache_class_init (AvbDownloadCacheClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = avb_download_cache_finalize;
  object_class->get_property = avb_download_cache_get_property;
  object_class->set_property = avb_download_cache_set_property;
  properties[PROP_FOLDER]
      = g_param_spec_string ("folder", NULL, NULL, NULL, flags | G_PARAM_CONSTRUCT_ONLY);
  properties[PROP_LIMIT] = g_param_spec_uint ("limit", NULL, NULL, 1, 64, DEFAULT_LIMIT, flags);
  properties[PROP_STALL_TIMEOUT]
      = g_param_spec_uint ("stall-timeout", NULL, NULL, 1, 3600, DEFAULT_STALL_TIMEOUT, flags);
  properties[PROP_TRIES] = g_param_spec_uint ("tries", NULL, NULL, 1, 100, DEFAULT_TRIES, flags);
  properties[PROP_TLS_DATABASE] = g_param_spec_object ("tls-database", NULL, NULL, G_TYPE_TLS_DATABASE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
avb_download_cache_init (AvbDownloadCache *self)
{
  self->queue = avb_job_queue_new (DEFAULT_LIMIT);
  self->stall_timeout = DEFAULT_STALL_TIMEOUT;
  self->tries = DEFAULT_TRIES;
  self->publishers = g_array_new (FALSE, FALSE, sizeof (AvbPublisher));
}

AvbDownloadCache *
avb_download_cache_new (const char *folder)
{
  return g_object_new (AVB_TYPE_DOWNLOAD_CACHE, "folder", folder, NULL);
}

const char *
avb_download_cache_get_folder (AvbDownloadCache *self)
{
  g_return_val_if_fail (AVB_IS_DOWNLOAD_CACHE (self), NULL);

  return self->folder;
}

AvbJobQueue *
avb_download_cache_get_queue (AvbDownloadCache *self)
{
  g_return_val_if_fail (AVB_IS_DOWNLOAD_CACHE (self), NULL);

  return self->queue;
}

guint
avb_download_cache_get_stall_timeout (AvbDownloadCache *self)
{
  g_return_val_if_fail (AVB_IS_DOWNLOAD_CACHE (self), DEFAULT_STALL_TIMEOUT);

  return self->stall_timeout;
}

guint
avb_download_cache_get_tries (AvbDownloadCache *self)
{
  g_return_val_if_fail (AVB_IS_DOWNLOAD_CACHE (self), DEFAULT_TRIES);

  return self->tries;
}

GTlsDatabase *
avb_download_cache_get_tls_database (AvbDownloadCache *self)
{
  g_return_val_if_fail (AVB_IS_DOWNLOAD_CACHE (self), NULL);

  return self->tls_database;
}

void
avb_download_cache_add_publisher (AvbDownloadCache *self, const AvbPublisher *publisher)
{
  g_return_if_fail (AVB_IS_DOWNLOAD_CACHE (self));
  g_return_if_fail (publisher != NULL && publisher->pattern != NULL && publisher->checksums != NULL);

  g_array_append_val (self->publishers, *publisher);
}

static const AvbPublisher *
find_publisher (const AvbPublisher *publishers, guint n, const char *address)
{
  for (guint i = 0; i < n; i++)
    if (g_pattern_match_simple (publishers[i].pattern, address))
      return &publishers[i];
  return NULL;
}

const AvbPublisher *
avb_download_cache_find_publisher (AvbDownloadCache *self, const char *url)
{
  const char *address;
  const AvbPublisher *found;

  g_return_val_if_fail (AVB_IS_DOWNLOAD_CACHE (self), NULL);
  g_return_val_if_fail (url != NULL, NULL);

  address = strstr (url, "://");
  if (address == NULL)
    return NULL;
  found = find_publisher ((AvbPublisher *) self->publishers->data, self->publishers->len, address + 3);
  return found != NULL ? found
                       : find_publisher (known_publishers, G_N_ELEMENTS (known_publishers), address + 3);
}

char *
avb_download_cache_dup_folder_for (AvbDownloadCache *self, const char *url)
{
  g_autofree char *name = g_compute_checksum_for_string (G_CHECKSUM_SHA256, url, -1);

  name[NAME_LENGTH] = '\0';
  return g_build_filename (self->folder, name, NULL);
}

DexFuture *
avb_download_cache_list (AvbDownloadCache *self)
{
  dex_return_error_if_fail (AVB_IS_DOWNLOAD_CACHE (self));

  return avb_blocking_run (list_thread, call_new (self), call_free);
}

DexFuture *
avb_download_cache_find (AvbDownloadCache *self, const char *url)
{
  Call *call;

  dex_return_error_if_fail (AVB_IS_DOWNLOAD_CACHE (self));
  dex_return_error_if_fail (url != NULL);

  call = g_new0 (Call, 1);
  call->folder = avb_download_cache_dup_folder_for (self, url);
  return avb_blocking_run (find_thread, call, call_free);
}

DexFuture *
avb_download_cache_empty (AvbDownloadCache *self, const char *const *keep)
{
  Call *call;

  dex_return_error_if_fail (AVB_IS_DOWNLOAD_CACHE (self));

  call = call_new (self);
  call->keep = g_strdupv ((char **) keep);
  return avb_blocking_run (empty_thread, call, call_free);
}
