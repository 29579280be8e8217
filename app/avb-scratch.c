/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-scratch.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "backends/avb-error.h"

#define SCRATCH "install-"

void
avb_scratch_remove (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
}

/* The number of the process is in the folder's name. */
static void
remove_leftovers (const char *parent)
{
  g_autoptr (GDir) dir = g_dir_open (parent, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      guint64 pid;

      if (!g_str_has_prefix (name, SCRATCH))
        continue;
      pid = g_ascii_strtoull (name + strlen (SCRATCH), NULL, 10);
      if (pid > 1 && pid < G_MAXINT && kill ((pid_t) pid, 0) != 0 && errno == ESRCH)
        {
          g_autofree char *path = g_build_filename (parent, name, NULL);

          avb_scratch_remove (path);
        }
    }
}

char *
avb_scratch_make (GError **error)
{
  g_autofree char *parent = g_build_filename (g_get_user_cache_dir (), "alpha-vbox", NULL);
  g_autofree char *name = g_strdup_printf (SCRATCH "%d-XXXXXX", (int) getpid ());
  g_autofree char *folder = g_build_filename (parent, name, NULL);

  if (g_mkdir_with_parents (parent, 0700) != 0 || g_mkdtemp_full (folder, 0700) == NULL)
    {
      g_propagate_error (error, avb_error_new (errno == ENOSPC ? AVB_ERROR_NO_SPACE : AVB_ERROR_FAILED,
                                               g_strerror (errno),
                                               _("What the guest needs for its first start could not be written.")));
      return NULL;
    }
  remove_leftovers (parent);
  return g_steal_pointer (&folder);
}
