/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-blocking.h"
#include "backends/avb-capabilities.h"
#include "backends/avb-connection.h"
#include "backends/avb-error.h"
#include "backends/avb-folders.h"
#include "backends/avb-machine.h"
#include "backends/avb-operation.h"
#include "backends/avb-secret.h"
#include "tests/avb-test.h"

/* --- Errors --- */

static void
test_error_details (void)
{
  g_autoptr (GError) error
      = avb_error_new (AVB_ERROR_BUSY, "native \xff text", "It is %s.", "busy");
  g_autoptr (GError) copy = g_error_copy (error);
  g_autoptr (GError) plain = avb_error_new (AVB_ERROR_FAILED, NULL, "100 %%");
  g_autoptr (GError) foreign = g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "x");

  g_assert_error (copy, AVB_ERROR, AVB_ERROR_BUSY);
  g_assert_cmpstr (copy->message, ==, "It is busy.");
  g_assert_true (g_utf8_validate (avb_error_get_details (copy), -1, NULL));
  g_assert_nonnull (strstr (avb_error_get_details (copy), "native"));
  g_assert_null (avb_error_get_details (plain));
  g_assert_null (avb_error_get_details (foreign));
  g_assert_true (avb_error_is_cancelled (foreign));
  g_assert_false (avb_error_is_cancelled (error));
  g_assert_false (avb_error_is_cancelled (NULL));
}

/* --- Blocking calls --- */

#define N_CALLS 1000

static guint    n_freed;
static guint    n_freed_elsewhere;
static GThread *caller;

typedef struct {
  guint    number;
  GObject *object;
} Ride;

static void
ride_free (gpointer data)
{
  Ride *ride = data;

  n_freed++;
  n_freed_elsewhere += g_thread_self () != caller;
  g_object_unref (ride->object);
  g_free (ride);
}

static DexFuture *
ride_thread (gpointer data)
{
  Ride *ride = data;

  g_assert_true (g_thread_self () != caller);
  if (ride->number % 3 == 0)
    return dex_future_new_for_error (
        avb_error_new (AVB_ERROR_FAILED, "native", "%u", ride->number));
  return dex_future_new_for_uint (ride->number);
}

static DexFuture *
start_ride (guint number)
{
  Ride *ride = g_new0 (Ride, 1);

  ride->number = number;
  ride->object = g_object_new (G_TYPE_OBJECT, NULL);
  return avb_blocking_run (ride_thread, ride, ride_free);
}

static DexFuture *
blocking_fiber (gpointer data)
{
  n_freed = n_freed_elsewhere = 0;
  caller = g_thread_self ();
  for (guint i = 0; i < N_CALLS; i++)
    {
      g_autoptr (GError) error = NULL;
      guint number = dex_await_uint (start_ride (i), &error);

      if (i % 3 == 0)
        {
          g_assert_error (error, AVB_ERROR, AVB_ERROR_FAILED);
          g_assert_cmpstr (avb_error_get_details (error), ==, "native");
        }
      else
        {
          g_assert_no_error (error);
          g_assert_cmpuint (number, ==, i);
        }
      g_assert_true (g_thread_self () == caller);
    }
  avb_test_until_true (n_freed == N_CALLS);
  g_assert_cmpuint (n_freed_elsewhere, ==, 0);
  return NULL;
}

static DexFuture *
blocking_dropped_fiber (gpointer data)
{
  n_freed = n_freed_elsewhere = 0;
  caller = g_thread_self ();
  for (guint i = 0; i < N_CALLS; i++)
    dex_unref (start_ride (i));
  avb_test_until_true (n_freed == N_CALLS);
  g_assert_cmpuint (n_freed_elsewhere, ==, 0);
  return NULL;
}

static DexFuture *
wait_thread (gpointer data)
{
  GAsyncQueue *queue = data;

  g_async_queue_pop (queue);
  return dex_future_new_true ();
}

/* Long calls do not keep the short ones that cancel them from running. */
static DexFuture *
blocking_long_fiber (gpointer data)
{
  g_autoptr (GAsyncQueue) queue = g_async_queue_new ();
  DexFuture *waiting[8];

  caller = g_thread_self ();
  for (guint i = 0; i < G_N_ELEMENTS (waiting); i++)
    waiting[i] = avb_blocking_run_long (wait_thread, queue, NULL);
  avb_test_await (start_ride (1));
  for (guint i = 0; i < G_N_ELEMENTS (waiting); i++)
    g_async_queue_push (queue, GINT_TO_POINTER (1));
  for (guint i = 0; i < G_N_ELEMENTS (waiting); i++)
    avb_test_await (waiting[i]);
  return NULL;
}

/* --- Operations --- */

static void
count_cb (AvbOperation *operation, GParamSpec *pspec, guint *count)
{
  g_assert_true (g_main_context_is_owner (NULL) || g_thread_self () == caller);
  (*count)++;
}

static DexFuture *
report_thread (gpointer data)
{
  AvbOperation *operation = data;

  for (guint64 i = 1; i <= 100000; i++)
    avb_operation_set_bytes (operation, i, 100000);
  return dex_future_new_true ();
}

static DexFuture *
operation_coalesces_fiber (gpointer data)
{
  g_autoptr (AvbOperation) operation = avb_operation_new ("Copying");
  guint  count = 0;
  gint64 begin = g_get_monotonic_time ();
  gint64 tenths;

  caller = g_thread_self ();
  g_signal_connect (operation, "notify::done", G_CALLBACK (count_cb), &count);
  avb_test_await (avb_blocking_run (report_thread, operation, NULL));
  avb_test_until_true (avb_operation_get_done (operation) == 100000);
  tenths = (g_get_monotonic_time () - begin) / 100000;
  g_assert_cmpuint (count, >=, 1);
  /* At most ten a second, whatever the computer's speed. */
  g_assert_cmpint (count, <=, tenths + 2);
  g_assert_cmpfloat (avb_operation_get_fraction (operation), ==, 1);
  avb_operation_finish (operation, NULL);
  return NULL;
}

static DexFuture *
operation_rate_fiber (gpointer data)
{
  g_autoptr (AvbOperation) operation = avb_operation_new ("Copying");

  for (guint64 i = 1; avb_operation_get_rate (operation) == 0; i++)
    {
      avb_operation_set_bytes (operation, i * 1000, G_MAXUINT64 / 2);
      avb_test_pass_time ();
    }
  g_assert_cmpuint (avb_operation_get_remaining (operation), >, 0);
  avb_operation_finish (operation, NULL);
  g_assert_cmpuint (avb_operation_get_rate (operation), ==, 0);
  g_assert_cmpuint (avb_operation_get_remaining (operation), ==, 0);
  return NULL;
}

static DexFuture *
operation_ends_fiber (gpointer data)
{
  g_autoptr (AvbOperation) done = avb_operation_new ("Done");
  g_autoptr (AvbOperation) failed = avb_operation_new ("Failed");
  g_autoptr (AvbOperation) cancelled = avb_operation_new ("Cancelled");
  g_autoptr (GError) error = avb_error_new (AVB_ERROR_NO_SPACE, "native", "Full.");
  g_autoptr (GError) cancel = g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "x");

  avb_operation_finish (done, NULL);
  g_assert_cmpint (avb_operation_get_state (done), ==, AVB_OPERATION_DONE);
  avb_operation_finish (done, error);
  avb_operation_set_fraction (done, 0.5);
  g_assert_cmpint (avb_operation_get_state (done), ==, AVB_OPERATION_DONE);
  g_assert_cmpfloat (avb_operation_get_fraction (done), ==, 1);
  avb_operation_cancel (done);
  g_assert_false (g_cancellable_is_cancelled (avb_operation_get_cancellable (done)));

  avb_operation_finish (failed, error);
  g_assert_cmpint (avb_operation_get_state (failed), ==, AVB_OPERATION_FAILED);
  g_assert_error (avb_operation_get_error (failed), AVB_ERROR, AVB_ERROR_NO_SPACE);
  g_assert_cmpstr (avb_error_get_details (avb_operation_get_error (failed)), ==, "native");

  avb_operation_set_can_cancel (cancelled, FALSE);
  avb_operation_cancel (cancelled);
  g_assert_false (g_cancellable_is_cancelled (avb_operation_get_cancellable (cancelled)));
  avb_operation_set_can_cancel (cancelled, TRUE);
  avb_operation_cancel (cancelled);
  g_assert_true (g_cancellable_is_cancelled (avb_operation_get_cancellable (cancelled)));
  avb_operation_finish (cancelled, cancel);
  g_assert_cmpint (avb_operation_get_state (cancelled), ==, AVB_OPERATION_CANCELLED);
  return NULL;
}

static DexFuture *
finish_thread (gpointer data)
{
  avb_operation_set_status (data, "Nearly there");
  avb_operation_finish (data, NULL);
  return dex_future_new_true ();
}

/* Finished on a worker, and the last reference dropped with a notification on its way. */
static DexFuture *
operation_worker_fiber (gpointer data)
{
  for (guint i = 0; i < 100; i++)
    {
      AvbOperation *operation = avb_operation_new ("Working");
      gpointer      weak = operation;

      g_object_add_weak_pointer (G_OBJECT (operation), &weak);
      avb_test_await (avb_blocking_run (finish_thread, operation, NULL));
      g_object_unref (operation);
      avb_test_until_true (weak == NULL);
    }
  return NULL;
}

/* --- Capabilities --- */

static void
test_capabilities (void)
{
  g_autoptr (AvbCapabilities) caps = avb_capabilities_new ();

  for (guint i = 0; i < AVB_N_FEATURES; i++)
    {
      g_assert_false (avb_capabilities_can (caps, i));
      g_assert_nonnull (avb_capabilities_get_reason (caps, i));
    }
  avb_capabilities_set_unsupported (caps, AVB_FEATURE_TPM, "No emulator.");
  g_assert_cmpstr (avb_capabilities_get_reason (caps, AVB_FEATURE_TPM), ==, "No emulator.");
  avb_capabilities_set_supported (caps, AVB_FEATURE_TPM);
  g_assert_null (avb_capabilities_get_reason (caps, AVB_FEATURE_TPM));
  avb_capabilities_add_architecture (caps, "x86_64");
  avb_capabilities_add_architecture (caps, "i686");
  avb_capabilities_add_architecture (caps, "x86_64");
  g_assert_cmpuint (g_strv_length ((GStrv) avb_capabilities_get_architectures (caps)), ==, 2);
}

/* --- Specs --- */

static void
check_invalid (AvbMachineSpec *spec)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (avb_machine_spec_validate (spec, &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
  g_clear_error (&error);
}

static AvbMachineSpec *
make_spec (void)
{
  AvbMachineSpec *spec = avb_machine_spec_new ();

  avb_machine_spec_set_name (spec, "a name");
  return spec;
}

static void
test_spec_names (void)
{
  static const char *const bad[] = { "", " ", ".", "..", "a/b", "a\nb", "a\033b", "\xff", NULL };
  static const char *const good[] = { "a", "...", "ä <b> & 'c'", "日本", NULL };
  g_autoptr (AvbMachineSpec) spec = make_spec ();
  g_autofree char *longest = g_strnfill (255, 'x');
  g_autofree char *longer = g_strnfill (256, 'x');

  for (guint i = 0; bad[i] != NULL; i++)
    {
      avb_machine_spec_set_name (spec, bad[i]);
      check_invalid (spec);
    }
  for (guint i = 0; good[i] != NULL; i++)
    {
      avb_machine_spec_set_name (spec, good[i]);
      g_assert_true (avb_machine_spec_validate (spec, NULL));
    }
  avb_machine_spec_set_name (spec, longest);
  g_assert_true (avb_machine_spec_validate (spec, NULL));
  avb_machine_spec_set_name (spec, longer);
  check_invalid (spec);
  avb_machine_spec_set_name (spec, NULL);
  check_invalid (spec);
}

static void
test_spec_validate (void)
{
  g_autoptr (AvbMachineSpec) spec = make_spec ();
  AvbDiskSpec *disk = avb_disk_spec_new (AVB_DISK_DEVICE_DISK, AVB_DISK_BUS_VIRTIO, "/a", "qcow2");
  AvbInterfaceSpec *nic = avb_interface_spec_new (AVB_INTERFACE_BRIDGE, "br0", NULL);

  avb_machine_spec_add_disk (spec, disk);
  avb_machine_spec_add_interface (spec, nic);
  g_assert_true (avb_machine_spec_validate (spec, NULL));
  g_set_str (&disk->path, "relative");
  check_invalid (spec);
  g_set_str (&disk->path, NULL);
  check_invalid (spec);
  g_set_str (&disk->path, "/a");
  g_set_str (&disk->format, "host_device");
  check_invalid (spec);
  g_set_str (&disk->format, "raw");
  g_set_str (&nic->mac, "52:54:00:00:00:zz");
  check_invalid (spec);
  g_set_str (&nic->mac, "52:54:00:00:00:0A");
  g_set_str (&nic->source, NULL);
  check_invalid (spec);
  g_set_str (&nic->source, "br0");
  g_assert_true (avb_machine_spec_validate (spec, NULL));
  avb_machine_spec_set_cpus (spec, 0);
  check_invalid (spec);
  avb_machine_spec_set_cpus (spec, 1);
  avb_machine_spec_set_memory_mib (spec, 15);
  check_invalid (spec);
  avb_machine_spec_set_memory_mib (spec, G_MAXUINT64);
  check_invalid (spec);
  avb_machine_spec_set_memory_mib (spec, 16);
  avb_machine_spec_set_serial (spec, "tty");
  check_invalid (spec);
}

static void
notify_cb (GObject *object, GParamSpec *pspec, guint *count)
{
  (*count)++;
}

static void
test_spec_copy (void)
{
  g_autoptr (AvbMachineSpec) spec = make_spec ();
  g_autoptr (AvbMachineSpec) copy = NULL;
  guint count = 0;

  avb_machine_spec_add_disk (
      spec, avb_disk_spec_new (AVB_DISK_DEVICE_CDROM, AVB_DISK_BUS_SATA, NULL, NULL));
  g_signal_connect (spec, "notify", G_CALLBACK (notify_cb), &count);
  avb_machine_spec_set_cpus (spec, 4);
  avb_machine_spec_set_cpus (spec, 4);
  avb_machine_spec_set_description (spec, "");
  g_assert_cmpuint (count, ==, 1);
  copy = avb_machine_spec_copy (spec);
  g_assert_true (avb_machine_spec_equal (spec, copy));
  avb_machine_spec_set_tpm (copy, TRUE);
  g_assert_false (avb_machine_spec_equal (spec, copy));
  avb_machine_spec_set_tpm (copy, FALSE);
  avb_machine_spec_add_interface (copy, avb_interface_spec_new (AVB_INTERFACE_USER, NULL, NULL));
  g_assert_false (avb_machine_spec_equal (spec, copy));
}

/* --- Machines: what can be done when --- */

#define TEST_TYPE_MACHINE (test_machine_get_type ())
G_DECLARE_FINAL_TYPE (TestMachine, test_machine, TEST, MACHINE, AvbMachine)

struct _TestMachine {
  AvbMachine parent_instance;

  DexPromise *keeping; /* (nullable): of the setting that is being kept; %NULL rejects at once */
  GString    *kept;
};

G_DEFINE_FINAL_TYPE (TestMachine, test_machine, AVB_TYPE_MACHINE)

static DexFuture *
test_machine_verb (AvbMachine *machine)
{
  return dex_future_new_true ();
}

static DexFuture *
test_machine_save (AvbMachine *machine, AvbOperation *operation)
{
  g_assert_true (avb_machine_get_operation (machine) == operation);
  return dex_future_new_true ();
}

static DexFuture *
test_machine_keep_setting (AvbMachine *machine, const char *key, const char *value)
{
  TestMachine *self = TEST_MACHINE (machine);

  g_string_append_printf (self->kept, "%s=%s ", key, value);
  if (self->keeping == NULL)
    return dex_future_new_for_error (avb_error_new (AVB_ERROR_UNAVAILABLE, NULL, "No link"));
  return dex_ref (DEX_FUTURE (self->keeping));
}

static void
test_machine_finalize (GObject *object)
{
  g_string_free (TEST_MACHINE (object)->kept, TRUE);
  G_OBJECT_CLASS (test_machine_parent_class)->finalize (object);
}

static void
test_machine_class_init (TestMachineClass *klass)
{
  AvbMachineClass *machine_class = AVB_MACHINE_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = test_machine_finalize;
  machine_class->keep_setting = test_machine_keep_setting;
  machine_class->start = test_machine_verb;
  machine_class->force_off = test_machine_verb;
  machine_class->discard_saved = test_machine_verb;
  machine_class->save = test_machine_save;
}

static void
test_machine_init (TestMachine *self)
{
  self->kept = g_string_new (NULL);
}

static void
read_setting (AvbMachine *machine, const char *value)
{
  g_autoptr (GHashTable) settings = g_hash_table_new (g_str_hash, g_str_equal);

  if (value != NULL)
    g_hash_table_insert (settings, (gpointer) "key", (gpointer) value);
  avb_machine_set_settings (machine, settings);
}

static void
end_keeping (TestMachine *self)
{
  g_autoptr (DexPromise) promise = g_steal_pointer (&self->keeping);

  self->keeping = dex_promise_new ();
  dex_promise_resolve_boolean (promise, TRUE);
}

/* In force at once, kept one after the other, and no older one comes back meanwhile. */
static DexFuture *
settings_fiber (gpointer data)
{
  g_autoptr (AvbMachine) machine = g_object_new (TEST_TYPE_MACHINE, "uuid", "u", NULL);
  TestMachine *self = TEST_MACHINE (machine);
  DexFuture   *first, *second;

  self->keeping = dex_promise_new ();
  first = avb_machine_set_setting (machine, "key", "1");
  second = avb_machine_set_setting (machine, "key", "2");
  g_assert_cmpstr (self->kept->str, ==, "key=1 ");
  read_setting (machine, "0");
  g_assert_cmpstr (avb_machine_get_setting (machine, "key"), ==, "2");
  end_keeping (self);
  avb_test_await (first);
  avb_test_until_true (g_str_equal (self->kept->str, "key=1 key=2 "));
  read_setting (machine, NULL);
  g_assert_cmpstr (avb_machine_get_setting (machine, "key"), ==, "2");
  end_keeping (self);
  avb_test_await (second);
  read_setting (machine, "0");
  g_assert_cmpstr (avb_machine_get_setting (machine, "key"), ==, "0");

  /* One that cannot be kept stays for as long as the machine is known, but does not hold it. */
  dex_clear (&self->keeping);
  avb_test_await_error (avb_machine_set_setting (machine, "key", "3"), AVB_ERROR, AVB_ERROR_UNAVAILABLE);
  read_setting (machine, "0");
  g_assert_cmpstr (avb_machine_get_setting (machine, "key"), ==, "3");
  g_assert_finalize_object (g_steal_pointer (&machine));
  return NULL;
}

static DexFuture *
machine_fiber (gpointer data)
{
  g_autoptr (AvbMachine) machine = g_object_new (TEST_TYPE_MACHINE, "uuid", "u", NULL);
  guint count = 0;

  g_signal_connect (machine, "notify::can-start", G_CALLBACK (notify_cb), &count);
  avb_test_await_error (avb_machine_start (machine), AVB_ERROR, AVB_ERROR_UNAVAILABLE);
  avb_machine_set_available (machine, TRUE);
  avb_test_await_error (avb_machine_start (machine), AVB_ERROR, AVB_ERROR_BUSY);
  avb_machine_set_state (machine, AVB_MACHINE_OFF, 0);
  g_assert_cmpuint (count, ==, 1);
  g_assert_true (avb_machine_can_start (machine) && avb_machine_can_delete (machine)
                 && avb_machine_can_rename (machine));
  g_assert_false (avb_machine_can_force_off (machine) || avb_machine_can_pause (machine)
                  || avb_machine_has_console (machine));
  avb_test_await (avb_machine_start (machine));
  avb_test_await_error (avb_machine_pause (machine), AVB_ERROR, AVB_ERROR_NOT_SUPPORTED);

  avb_machine_set_state (machine, AVB_MACHINE_RUNNING, 5);
  g_assert_cmpuint (count, ==, 2);
  g_assert_true (avb_machine_can_pause (machine) && avb_machine_can_save (machine)
                 && avb_machine_has_console (machine));
  g_assert_false (avb_machine_can_delete (machine) || avb_machine_can_resume (machine));
  avb_machine_set_has_graphics (machine, FALSE);
  g_assert_false (avb_machine_has_console (machine));
  avb_test_await (avb_machine_save (machine, NULL));
  g_assert_null (avb_machine_get_operation (machine));

  avb_machine_set_state (machine, AVB_MACHINE_SAVED, 6);
  g_assert_true (avb_machine_can_start (machine) && avb_machine_can_force_off (machine));
  g_assert_false (avb_machine_can_rename (machine) || avb_machine_can_edit (machine));
  avb_test_await (avb_machine_force_off (machine));

  avb_machine_set_state (machine, AVB_MACHINE_RUNNING, 7);
  {
    g_autoptr (AvbOperation) operation = avb_operation_new ("Busy");

    avb_machine_set_operation (machine, operation);
    g_assert_false (avb_machine_can_save (machine));
    g_assert_true (avb_machine_can_force_off (machine));
    avb_test_await_error (avb_machine_save (machine, NULL), AVB_ERROR, AVB_ERROR_BUSY);
    avb_machine_set_operation (machine, NULL);
  }
  avb_machine_set_available (machine, FALSE);
  g_assert_false (avb_machine_can_force_off (machine));
  avb_test_await_error (avb_machine_rename (machine, "x"), AVB_ERROR, AVB_ERROR_NOT_SUPPORTED);
  g_assert_finalize_object (g_steal_pointer (&machine));
  return NULL;
}

/* XDG is what Linux has; a Mac has its Library, unless the user says otherwise; Windows is GLib's.
 */
static void
test_folders (void)
{
  static const struct {
    AvbPlatform platform;
    AvbFolder   folder;
    const char *xdg;
    const char *expected;
  } cases[] = {
    { AVB_PLATFORM_LINUX, AVB_FOLDER_DATA, NULL, "/glib/alpha-vbox" },
    { AVB_PLATFORM_LINUX, AVB_FOLDER_CACHE, "/xdg", "/glib/alpha-vbox" },
    { AVB_PLATFORM_WINDOWS, AVB_FOLDER_STATE, NULL, "/glib/alpha-vbox" },
    { AVB_PLATFORM_MACOS, AVB_FOLDER_DATA, NULL, "/home/Library/Application Support/alpha-vbox" },
    { AVB_PLATFORM_MACOS, AVB_FOLDER_STATE, NULL, "/home/Library/Application Support/alpha-vbox" },
    { AVB_PLATFORM_MACOS, AVB_FOLDER_CACHE, NULL, "/home/Library/Caches/alpha-vbox" },
    { AVB_PLATFORM_MACOS, AVB_FOLDER_CACHE, "relative", "/home/Library/Caches/alpha-vbox" },
    { AVB_PLATFORM_MACOS, AVB_FOLDER_DATA, "/xdg", "/glib/alpha-vbox" },
  };
  g_autofree char *here = avb_folder_build (AVB_FOLDER_CACHE, "a");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path
          = avb_folder_choose (cases[i].platform, cases[i].folder, cases[i].xdg, "/glib", "/home");

      g_assert_cmpstr (path, ==, cases[i].expected);
    }
  g_assert_true (g_path_is_absolute (here));
  g_assert_true (g_str_has_suffix (here, "alpha-vbox" G_DIR_SEPARATOR_S "a"));
}

/* Overwritten, and nothing beside it. */
static void
test_secret (void)
{
  char text[] = "xsecretx";

  avb_secret_wipe (text + 1, 6);
  g_assert_cmpmem (text, sizeof text, "x\0\0\0\0\0\0x", 9);
  avb_secret_wipe (NULL, 0);
  avb_secret_free (NULL);
  avb_secret_free (g_strdup ("secret"));
}

#define N_OTHERS 5

typedef struct {
  DexPromise *awaited;
  guint       ended;
  guint       freed;
} Waiters;

static DexFuture *
wait_fiber (gpointer data)
{
  Waiters *waiters = data;
  GError *error = NULL;

  if (!dex_await (dex_ref (waiters->awaited), &error))
    return dex_future_new_for_error (error);
  waiters->ended++;
  return dex_future_new_true ();
}

static void
waiter_free (gpointer data)
{
  Waiters *waiters = data;

  waiters->freed++;
}

static DexFuture *
not_called_cb (DexFuture *future, gpointer data)
{
  g_assert_not_reached ();
}

/* Nobody wants what a fiber makes any more, others become ready behind it, and then there is what it waited for: the others, and
 * it as well, go on. Outside of a fiber, since the one that runs would be before them in libdex's queue. */
static void
test_fiber_dropped (void)
{
  Waiters dropped = { .awaited = dex_promise_new () };
  Waiters others = { .awaited = dex_promise_new () };
  DexFuture *unwanted = dex_future_finally (avb_fiber_spawn (wait_fiber, &dropped, waiter_free), not_called_cb, NULL, NULL);
  DexFuture *waiting[N_OTHERS];

  for (int i = 0; i < N_OTHERS; i++)
    waiting[i] = avb_fiber_spawn (wait_fiber, &others, waiter_free);
  avb_test_pass_time ();
  dex_clear (&unwanted);
  dex_promise_resolve_boolean (others.awaited, TRUE);
  dex_promise_resolve_boolean (dropped.awaited, TRUE);
  avb_test_until_true (others.freed == N_OTHERS && dropped.freed == 1);
  g_assert_cmpuint (others.ended, ==, N_OTHERS);
  g_assert_cmpuint (dropped.ended, ==, 1);
  for (int i = 0; i < N_OTHERS; i++)
    g_assert_true (avb_test_spin (waiting[i], NULL));
  dex_unref (dropped.awaited);
  dex_unref (others.awaited);
}

static DexFuture *
delegate_fiber (gpointer data)
{
  return dex_ref (DEX_FUTURE (data));
}

/* Its future is completed as what it returned, be that later. */
static DexFuture *
fiber_result_fiber (gpointer data)
{
  DexPromise *later = dex_promise_new ();
  g_autoptr (DexFuture) future = avb_fiber_spawn (delegate_fiber, dex_ref (later), dex_unref);
  g_autofree char *text = NULL;

  avb_test_pass_time ();
  g_assert_true (dex_future_is_pending (future));
  dex_promise_resolve_string (later, g_strdup ("told"));
  text = avb_test_await_string (dex_ref (future));
  g_assert_cmpstr (text, ==, "told");
  dex_unref (later);
  later = dex_promise_new ();
  dex_promise_reject (later, avb_error_new (AVB_ERROR_BUSY, NULL, "Busy"));
  avb_test_await_error (avb_fiber_spawn (delegate_fiber, later, dex_unref), AVB_ERROR, AVB_ERROR_BUSY);
  return NULL;
}

int
main (int argc, char **argv)
{
  avb_test_init (&argc, &argv);
  g_test_add_func ("/Avb/Error/details", test_error_details);
  avb_test_add_fiber ("/Avb/Blocking/frees-on-caller", blocking_fiber);
  avb_test_add_fiber ("/Avb/Blocking/dropped", blocking_dropped_fiber);
  avb_test_add_fiber ("/Avb/Blocking/long", blocking_long_fiber);
  g_test_add_func ("/Avb/Fiber/dropped", test_fiber_dropped);
  avb_test_add_fiber ("/Avb/Fiber/result", fiber_result_fiber);
  avb_test_add_fiber ("/Avb/Operation/coalesces", operation_coalesces_fiber);
  avb_test_add_fiber ("/Avb/Operation/rate", operation_rate_fiber);
  avb_test_add_fiber ("/Avb/Operation/ends", operation_ends_fiber);
  avb_test_add_fiber ("/Avb/Operation/worker", operation_worker_fiber);
  g_test_add_func ("/Avb/Capabilities/reasons", test_capabilities);
  g_test_add_func ("/Avb/MachineSpec/names", test_spec_names);
  g_test_add_func ("/Avb/MachineSpec/validate", test_spec_validate);
  g_test_add_func ("/Avb/MachineSpec/copy", test_spec_copy);
  avb_test_add_fiber ("/Avb/Machine/can", machine_fiber);
  avb_test_add_fiber ("/Avb/Machine/settings", settings_fiber);
  g_test_add_func ("/Avb/Folders/platforms", test_folders);
  g_test_add_func ("/Avb/Secret/wiped", test_secret);
  return g_test_run ();
}
