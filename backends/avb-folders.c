/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-folders.h"

#define NAME "alpha-vbox"

#if defined(__APPLE__)
#define PLATFORM AVB_PLATFORM_MACOS
#elif defined(G_OS_WIN32)
#define PLATFORM AVB_PLATFORM_WINDOWS
#else
#define PLATFORM AVB_PLATFORM_LINUX
#endif

/* Apple, File System Programming Guide: "The Library Directory Stores App-Specific Files". */
static const struct {
  const char *variable;
  const char *library;
} folders[] = {
  [AVB_FOLDER_DATA] = { "XDG_DATA_HOME", "Application Support" },
  [AVB_FOLDER_CACHE] = { "XDG_CACHE_HOME", "Caches" },
  [AVB_FOLDER_STATE] = { "XDG_STATE_HOME", "Application Support" },
};

/* No table: on Windows the address of a function of another library is no constant. */
static const char *
ask_glib (AvbFolder folder)
{
  switch (folder)
    {
    case AVB_FOLDER_CACHE:
      return g_get_user_cache_dir ();
    case AVB_FOLDER_STATE:
      return g_get_user_state_dir ();
    case AVB_FOLDER_DATA:
    default:
      return g_get_user_data_dir ();
    }
}

char *
avb_folder_choose (
    AvbPlatform platform, AvbFolder folder, const char *xdg, const char *glib, const char *home)
{
  g_return_val_if_fail (folder < G_N_ELEMENTS (folders), NULL);

  if (platform != AVB_PLATFORM_MACOS || (xdg != NULL && g_path_is_absolute (xdg)))
    return g_build_filename (glib, NAME, NULL);
  return g_build_filename (home, "Library", folders[folder].library, NAME, NULL);
}

char *
avb_folder_build (AvbFolder folder, const char *name)
{
  g_autofree char *parent = NULL;

  g_return_val_if_fail (folder < G_N_ELEMENTS (folders), NULL);

  parent = avb_folder_choose (
      PLATFORM, folder, g_getenv (folders[folder].variable), ask_glib (folder), g_get_home_dir ());
  return g_build_filename (parent, name, NULL);
}
