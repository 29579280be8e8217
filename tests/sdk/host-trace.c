/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* host-trace PACKAGE TRACE METHOD PARAMS: installs a package with all that it asks for, and has the real host call it. TRACE gets
 * all messages after `initialized`, a line each: {"from": …, "message": …}. Prints the answer. */

#include "config.h"

#include <stdio.h>
#include <string.h>

#include "app/extensions/avb-extension-host.h"
#include "app/extensions/avb-extension-policy.h"
#include "app/extensions/avb-extension-private.h"
#include "app/extensions/avb-json.h"
#include "app/extensions/avb-package.h"
#include "tests/app/avb-fake-connection.h"
#include "tests/avb-test.h"

typedef struct {
  char **arguments;
  FILE  *trace;
} Trace;

static void
trace_cb (AvbRpcPeer *peer, gboolean outgoing, const char *text, gsize length, gpointer data)
{
  Trace *self = data;

  fprintf (self->trace, "{\"from\":\"%s\",\"message\":%.*s}\n", outgoing ? "host" : "extension", (int) length, text);
}

static AvbLibrary *
make_library (void)
{
  g_autoptr (GListModel) backends = avb_fake_backends ();
  AvbLibrary *library = avb_library_new (backends);
  AvbConnection *connection = avb_library_open (library, "fake:one", NULL);

  avb_fake_connection_add (AVB_FAKE_CONNECTION (connection), "one", AVB_MACHINE_RUNNING);
  avb_fake_connection_add (AVB_FAKE_CONNECTION (connection), "two", AVB_MACHINE_OFF);
  return library;
}

/* Runs in the fiber. */
static void
install (AvbExtensionStore *store, const char *path)
{
  g_autoptr (AvbPackage) package = avb_test_await_object (avb_package_inspect (path));
  AvbInstallInfo info = { .source = "builtin",
                          .granted = avb_extension_manifest_get_permissions (avb_package_get_manifest (package)) };

  avb_test_await (avb_extension_store_load (store));
  avb_test_await (avb_extension_store_install (store, path, &info, NULL));
}

static DexFuture *
trace_fiber (gpointer data)
{
  Trace *self = data;
  g_autofree char *folder = avb_test_make_folder ();
  g_autofree char *root = g_build_filename (folder, "extensions", NULL);
  g_autofree char *policy_path = g_build_filename (folder, "no-policy.conf", NULL);
  g_autoptr (AvbLibrary) library = make_library ();
  g_autoptr (AvbExtensionStore) store = avb_extension_store_new (root);
  g_autoptr (AvbExtensionPolicy) policy = avb_extension_policy_new (policy_path);
  g_autoptr (AvbExtensionHost) host = avb_extension_host_new (library, store);
  g_autoptr (AvbExtension) extension = NULL;
  g_autoptr (AvbInstalled) installed = NULL;
  g_autoptr (JsonNode) answer = NULL;
  g_autofree char *text = NULL;
  JsonNode *params;

  avb_extension_host_set_policy (host, policy);
  install (store, self->arguments[1]);
  avb_test_await (avb_extension_host_start (host));
  installed = g_list_model_get_item (G_LIST_MODEL (store), 0);
  extension = avb_extension_host_find (host, avb_installed_get_id (installed));
  g_assert_nonnull (extension);
  avb_test_await (avb_extension_start (extension));
  avb_rpc_peer_set_trace (avb_extension_process_get_peer (avb_extension_get_process (extension)), trace_cb, self, NULL);
  params = avb_json_parse (self->arguments[4], strlen (self->arguments[4]), 65536, NULL);
  g_assert_nonnull (params);
  answer = avb_test_await_boxed (avb_extension_call (extension, self->arguments[3], params, NULL));
  text = avb_json_canonical (answer);
  printf ("%s\n", text);
  avb_test_await (avb_extension_host_stop (host));
  avb_test_remove_folder (folder);
  return NULL;
}

int
main (int argc, char **argv)
{
  Trace self = { .arguments = argv };

  avb_test_init (&argc, &argv);
  if (argc != 5)
    return 2;
  self.trace = fopen (argv[2], "we");
  g_assert_nonnull (self.trace);
  avb_test_run_fiber (trace_fiber, &self);
  fclose (self.trace);
  return 0;
}
