/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/avb-test.h"

#include <glib/gstdio.h>
#include <string.h>

#include "backends/avb-error.h"

/* How many fibers of tests are on the stack: whether to await or to spin. */
static guint in_fiber;

typedef struct {
  DexFiberFunc func;
  gpointer     data;
} FiberCall;

/* libvirt-glib speaks of each change of a file descriptor. */
static void
log_cb (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  if ((level & (G_LOG_LEVEL_DEBUG | G_LOG_LEVEL_INFO)) == 0)
    g_log_default_handler (domain, level, message, NULL);
}

void
avb_test_init (int *argc, char ***argv)
{
  g_setenv ("GSETTINGS_BACKEND", "memory", TRUE);
  /* Folders are isolated by tests/tools/with-home, for the daemons too that a test starts. */
  g_test_init (argc, argv, NULL);
  g_log_set_default_handler (log_cb, NULL);
  dex_init ();
}

static gboolean
time_limit_cb (gpointer data)
{
  g_error ("This test did not come to its end in %d s", AVB_TEST_TIMEOUT);
  return G_SOURCE_REMOVE;
}

gboolean
avb_test_spin (DexFuture *future, GError **error)
{
  guint    limit = g_timeout_add_seconds (AVB_TEST_TIMEOUT, time_limit_cb, NULL);
  gboolean resolved;

  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (limit);
  resolved = dex_future_get_value (future, error) != NULL;
  dex_unref (future);

  return resolved;
}

static DexFuture *
fiber_call_fiber (gpointer data)
{
  FiberCall *call = data;
  DexFuture *future;

  in_fiber++;
  future = call->func (call->data);
  if (future != NULL)
    {
      g_autoptr (GError) error = NULL;

      dex_await (dex_ref (future), &error);
      g_assert_no_error (error);
      dex_unref (future);
    }
  in_fiber--;

  return dex_future_new_true ();
}

void
avb_test_run_fiber (DexFiberFunc func, gpointer data)
{
  g_autoptr (GError) error = NULL;
  FiberCall call = { func, data };
  gboolean  resolved;

  resolved = avb_test_spin (dex_scheduler_spawn (NULL, 0, fiber_call_fiber, &call, NULL), &error);
  g_assert_no_error (error);
  g_assert_true (resolved);
}

static void
run_fiber_cb (gconstpointer data)
{
  avb_test_run_fiber ((DexFiberFunc) data, NULL);
}

static gboolean
is_fatal (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  return g_strcmp0 (domain, "libsoup") != 0 || strstr (message, "soup_server_connection_") == NULL;
}

void
avb_test_forgive_soup_server (void)
{
  g_test_log_set_fatal_handler (is_fatal, NULL);
}

void
avb_test_add_fiber (const char *path, DexFiberFunc func)
{
  g_test_add_data_func (path, (gconstpointer) func, run_fiber_cb);
}

static gboolean
wake_cb (gpointer data)
{
  return G_SOURCE_REMOVE;
}

void
avb_test_pass_time (void)
{
  if (in_fiber > 0)
    {
      dex_await (dex_timeout_new_msec (10), NULL);
    }
  else
    {
      g_timeout_add (10, wake_cb, NULL);
      g_main_context_iteration (NULL, TRUE);
    }
}

void
avb_test_until_full (AvbTestPredicate predicate,
                     gpointer         data,
                     const char      *location,
                     const char      *what)
{
  gint64 end = g_get_monotonic_time () + AVB_TEST_TIMEOUT * G_USEC_PER_SEC;

  while (!predicate (data))
    {
      if (g_get_monotonic_time () > end)
        g_error ("%s: this never came true: %s", location, what);
      avb_test_pass_time ();
    }
}

static void
check_no_error (const GError *error, const char *location)
{
  if (error != NULL)
    g_error ("%s: %s (%s)", location, error->message, avb_error_get_details (error));
}

void
avb_test_await_full (DexFuture *future, const char *location)
{
  g_autoptr (GError) error = NULL;

  dex_await (future, &error);
  check_no_error (error, location);
}

void
avb_test_await_error_full (DexFuture *future, GQuark domain, int code, const char *location)
{
  g_autoptr (GError) error = NULL;

  if (dex_await (future, &error))
    g_error ("%s: this should have failed", location);
  if (!g_error_matches (error, domain, code))
    g_error ("%s: wrong error: %s %d: %s",
             location,
             g_quark_to_string (error->domain),
             error->code,
             error->message);
}

gpointer
avb_test_await_object_full (DexFuture *future, const char *location)
{
  g_autoptr (GError) error = NULL;
  gpointer object = dex_await_object (future, &error);

  check_no_error (error, location);
  return object;
}

char *
avb_test_await_string_full (DexFuture *future, const char *location)
{
  g_autoptr (GError) error = NULL;
  char *string = dex_await_string (future, &error);

  check_no_error (error, location);
  return string;
}

gpointer
avb_test_await_boxed_full (DexFuture *future, const char *location)
{
  g_autoptr (GError) error = NULL;
  gpointer boxed = dex_await_boxed (future, &error);

  check_no_error (error, location);
  return boxed;
}

char *
avb_test_make_folder (void)
{
  g_autoptr (GError) error = NULL;
  char *path = g_dir_make_tmp ("avb-test-XXXXXX", &error);

  g_assert_no_error (error);
  return path;
}

void
avb_test_remove_folder (const char *path)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (!g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    dir = g_dir_open (path, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR) && !g_file_test (child, G_FILE_TEST_IS_SYMLINK))
        avb_test_remove_folder (child);
      else
        g_assert_no_errno (g_unlink (child));
    }
  g_assert_no_errno (g_rmdir (path));
}
