/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-extension-rig.h"

#include <string.h>

static char *
dup_id (const char *name)
{
  return strchr (name, '.') != NULL ? g_strdup (name) : g_strconcat ("org.example.", name, NULL);
}

static void
run_steps (ExtensionRig *self, va_list steps)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *output = NULL;
  g_autoptr (GError) error = NULL;
  const char *step;

  g_ptr_array_add (argv, (gpointer) g_getenv ("AVB_MAKE_MARKETPLACE"));
  g_ptr_array_add (argv, self->market);
  g_ptr_array_add (argv, (gpointer) g_getenv ("AVB_AVX"));
  g_ptr_array_add (argv, (gpointer) g_getenv ("AVB_AVX_MARKET"));
  while ((step = va_arg (steps, const char *)) != NULL)
    g_ptr_array_add (argv, (gpointer) step);
  g_ptr_array_add (argv, NULL);
  process = g_subprocess_newv ((const char *const *) argv->pdata,
                               G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, &error));
  if (!g_subprocess_get_successful (process))
    g_error ("make-marketplace: %s", output);
}

void
extension_rig_set_up_at (ExtensionRig *self, const AvbMarketplaceSetup *setup)
{
  AvbMarketplaceSetup own = *setup;
  g_autofree char *root = NULL;
  g_autofree char *kept = NULL;
  g_autofree char *cache = NULL;
  g_autoptr (GError) error = NULL;

  if (self->folder == NULL)
    self->folder = avb_test_make_folder ();
  root = g_build_filename (self->folder, "extensions", NULL);
  kept = g_build_filename (self->folder, "kept", NULL);
  cache = g_build_filename (self->folder, "cache", NULL);
  own.folder = kept;
  own.cache = cache;
  avb_ui_test_set_up (&self->ui, self->uri);
  self->root = GTK_WIDGET (self->ui.window);
  self->set = avb_extension_set_new (self->ui.library, root, &own);
  avb_window_set_extensions (self->ui.window, self->set);
  g_assert_true (avb_test_spin (avb_extension_set_start (self->set), &error));
  g_assert_no_error (error);
  gtk_widget_activate_action (self->root, "win.extensions", NULL);
}

void
extension_rig_set_up (ExtensionRig *self, const char *policy, ...)
{
  AvbMarketplaceSetup setup = { 0 };
  g_autofree char *tree = NULL;
  g_autofree char *uri = NULL;
  g_autofree char *root_path = NULL;
  g_autofree char *policy_path = NULL;
  g_autoptr (AvbExtensionPolicy) own_policy = NULL;
  g_autoptr (GBytes) root = NULL;
  char *text;
  gsize length;
  va_list steps;

  self->folder = avb_test_make_folder ();
  self->market = g_build_filename (self->folder, "market", NULL);
  va_start (steps, policy);
  run_steps (self, steps);
  va_end (steps);
  tree = g_build_filename (self->market, "tree", NULL);
  uri = g_filename_to_uri (tree, NULL, NULL);
  root_path = g_build_filename (self->market, "root.json", NULL);
  g_assert_true (g_file_get_contents (root_path, &text, &length, NULL));
  root = g_bytes_new_take (text, length);
  policy_path = g_build_filename (self->folder, "policy.conf", NULL);
  if (policy != NULL)
    g_assert_true (g_file_set_contents (policy_path, policy, -1, NULL));
  own_policy = avb_extension_policy_new (policy_path);
  setup.builtin_uri = uri;
  setup.builtin_root = root;
  setup.policy = own_policy;
  extension_rig_set_up_at (self, &setup);
}

void
extension_rig_tear_down (ExtensionRig *self)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (avb_test_spin (avb_extension_set_stop (self->set), &error));
  g_assert_no_error (error);
  g_assert_true (avb_test_spin (avb_library_await_jobs (self->ui.library), &error));
  /* The window holds it, too. */
  g_clear_object (&self->set);
  avb_ui_test_tear_down (&self->ui);
  avb_test_remove_folder (self->folder);
  g_clear_pointer (&self->folder, g_free);
  g_clear_pointer (&self->market, g_free);
}

void
extension_rig_change (ExtensionRig *self, ...)
{
  g_autoptr (GError) error = NULL;
  va_list steps;

  va_start (steps, self);
  run_steps (self, steps);
  va_end (steps);
  g_assert_true (avb_test_spin (avb_marketplace_refresh (extension_rig_marketplace (self)), &error));
  g_assert_no_error (error);
}

AvbMarketplace *
extension_rig_marketplace (ExtensionRig *self)
{
  return avb_extension_set_get_marketplace (self->set);
}

AvbInstalled *
extension_rig_installed (ExtensionRig *self, const char *name)
{
  g_autofree char *id = dup_id (name);
  g_autoptr (AvbInstalled) installed =
      avb_extension_store_find (avb_marketplace_get_store (extension_rig_marketplace (self)), id);

  return installed; /* the store holds it */
}

void
extension_rig_open (ExtensionRig *self, const char *name)
{
  g_autofree char *id = dup_id (name);

  gtk_widget_activate_action (self->root, "win.open-extension", "s", id);
}

void
extension_rig_install (ExtensionRig *self, const char *name)
{
  extension_rig_open (self, name);
  avb_ui_click (self->root, "Install");
  avb_test_until_true (avb_ui_find_text (self->root, "Install Extension?") != NULL);
  avb_ui_click (GTK_WIDGET (adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (self->root))), "Install");
  avb_test_until_true (extension_rig_installed (self, name) != NULL &&
                       avb_ui_find_text (self->root, "was installed.") != NULL);
}

GtkWidget *
extension_rig_show (ExtensionRig *self, const char *view)
{
  GtkWidget *pane = avb_ui_find_type (self->root, AVB_TYPE_EXTENSIONS_PANE);

  avb_extensions_pane_show (AVB_EXTENSIONS_PANE (pane), view);
  return pane;
}
