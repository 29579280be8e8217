/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* Install scripts of libosinfo's database: which suit a disc, and what they become for a user. Worker threads. */

#include "config.h"

#include "app/avb-os-db-private.h"
#include "app/avb-unattended-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backends/avb-error.h"
#include "backends/avb-posix.h"
#include "backends/avb-secret.h"

/* A script that suits a disc. */
typedef struct {
  OsinfoInstallScript *script;
  AvbInstaller         installer;
} Choice;

void
avb_install_wishes_free (AvbInstallWishes *wishes)
{
  if (wishes == NULL)
    return;
  g_free (wishes->user);
  g_free (wishes->full_name);
  avb_secret_free (wishes->password);
  g_free (wishes->host_name);
  g_free (wishes->language);
  g_free (wishes->keyboard);
  g_free (wishes->time_zone);
  g_free (wishes->product_key);
  g_free (wishes->target_disk);
  g_free (wishes);
}

static void
install_file_free (gpointer data)
{
  AvbInstallFile *file = data;

  /* Windows' answers have the password in them. */
  avb_secret_free (file->text);
  g_free (file->name);
  g_free (file);
}

GPtrArray *
avb_install_files_new (void)
{
  return g_ptr_array_new_with_free_func (install_file_free);
}

void
avb_install_files_add (GPtrArray *files, const char *name, char *text)
{
  AvbInstallFile *file = g_new0 (AvbInstallFile, 1);

  file->name = g_strdup (name);
  file->text = text;
  g_ptr_array_add (files, file);
}

void
avb_install_plan_free (AvbInstallPlan *plan)
{
  if (plan == NULL)
    return;
  g_free (plan->kernel);
  g_free (plan->initrd);
  g_free (plan->arguments);
  g_ptr_array_unref (plan->files);
  g_free (plan);
}

static gssize
read_at (gpointer data, guint8 *buffer, gsize count, guint64 offset, GError **error)
{
  gssize n = pread (*(int *) data, buffer, count, (off_t) offset);

  if (n < 0)
    g_propagate_error (error, avb_error_new (AVB_ERROR_FAILED, g_strerror (errno), _("The disc image cannot be read.")));
  return n;
}

static gboolean
read_volume (const char *path, AvbIsoVolume *volume, GError **error)
{
  AvbImageHead head = { 0 };
  struct stat info;
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  gboolean read = FALSE;

  if (fd < 0 || fstat (fd, &info) != 0 || !S_ISREG (info.st_mode) || info.st_size <= 0)
    g_propagate_error (error, avb_error_new (AVB_ERROR_NOT_FOUND, path, _("The disc image cannot be read.")));
  else
    read = avb_image_head_read (read_at, &fd, (guint64) info.st_size, path, FALSE, &head, error);
  if (fd >= 0)
    close (fd);
  *volume = head.iso;
  if (read && head.format != AVB_IMAGE_FORMAT_ISO)
    g_propagate_error (error, avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL, _("Only a disc can be installed from.")));
  return read && head.format == AVB_IMAGE_FORMAT_ISO;
}

/* Whether a script is for an installer that this program knows to drive. The scripts of Windows before Vista want a
 * floppy disk; those that are fetched from a server would need one. */
static gboolean
find_installer (OsinfoInstallScript *script, OsinfoMedia *media, AvbInstaller *installer)
{
  const char *name = osinfo_install_script_get_expected_filename (script);
  guint methods = osinfo_install_script_get_injection_methods (script);

  if (name == NULL)
    return FALSE;
  if (g_str_equal (name, "preseed.cfg"))
    *installer = AVB_INSTALLER_PRESEED;
  else if (g_str_has_suffix (name, ".ks"))
    *installer = AVB_INSTALLER_KICKSTART;
  else if (g_str_equal (name, "autoinst.xml"))
    *installer = AVB_INSTALLER_AUTOYAST;
  else if (g_str_equal (name, "autounattend.xml"))
    *installer = AVB_INSTALLER_WINDOWS;
  else
    return FALSE;
  if (*installer == AVB_INSTALLER_WINDOWS)
    return (methods & OSINFO_INSTALL_SCRIPT_INJECTION_METHOD_CDROM) != 0;
  return (methods & OSINFO_INSTALL_SCRIPT_INJECTION_METHOD_INITRD) != 0 &&
         osinfo_media_get_kernel_path (media) != NULL && osinfo_media_get_initrd_path (media) != NULL;
}

/* With the database locked; (transfer full): the scripts of the disc itself, or of the system. */
static OsinfoList *
list_scripts (OsinfoMedia *media)
{
  g_autoptr (OsinfoOs) os = NULL;
  OsinfoList *list = OSINFO_LIST (osinfo_media_get_install_script_list (media));

  if (osinfo_list_get_length (list) > 0)
    return list;
  g_object_unref (list);
  os = osinfo_media_get_os (media);
  return OSINFO_LIST (osinfo_os_get_install_script_list (os));
}

static gboolean
choose (OsinfoMedia *media, const char *profile, Choice *choice)
{
  g_autoptr (OsinfoList) list = list_scripts (media);

  for (int i = 0; i < osinfo_list_get_length (list); i++)
    {
      OsinfoInstallScript *script = OSINFO_INSTALL_SCRIPT (osinfo_list_get_nth (list, i));

      if (g_strcmp0 (osinfo_install_script_get_profile (script), profile) == 0 &&
          find_installer (script, media, &choice->installer))
        {
          choice->script = script;
          return TRUE;
        }
    }
  return FALSE;
}

static OsinfoMedia *
find_media (OsinfoDb *database, const AvbIsoVolume *volume, GError **error)
{
  g_autoptr (OsinfoMedia) media = avb_os_db_match (database, volume);

  if (media == NULL)
    g_propagate_error (error, avb_error_new (AVB_ERROR_NOT_SUPPORTED, volume->volume_id,
                                             _("The system on this disc is not known, so its installer cannot be told "
                                               "what to do.")));
  else if (!osinfo_media_get_installer (media) || !osinfo_media_supports_installer_script (media))
    g_propagate_error (error, avb_error_new (AVB_ERROR_NOT_SUPPORTED, volume->volume_id,
                                             _("There is no installer on this disc that can work by itself.")));
  else
    return g_steal_pointer (&media);
  return NULL;
}

static GError *
no_script (const AvbIsoVolume *volume)
{
  return avb_error_new (AVB_ERROR_NOT_SUPPORTED, volume->volume_id,
                        _("It is not known how this installer is told what to do."));
}

static gboolean
lacks_virtio (OsinfoMedia *media)
{
  g_autoptr (OsinfoOs) os = osinfo_media_get_os (media);
  g_autoptr (OsinfoDeviceList) list = osinfo_os_get_all_devices (os, NULL);

  for (int i = 0; i < osinfo_list_get_length (OSINFO_LIST (list)); i++)
    {
      const char *id = osinfo_entity_get_id (osinfo_list_get_nth (OSINFO_LIST (list), i));

      if (g_str_has_suffix (id, "/1af4/1042") || g_str_has_suffix (id, "/1af4/1001"))
        return FALSE;
    }
  return TRUE;
}

AvbUnattended *
avb_unattended_read (const char *path, GError **error)
{
  AvbUnattended *info = NULL;
  AvbIsoVolume volume;
  OsinfoDb *database;
  OsinfoMedia *media;

  if (!read_volume (path, &volume, error))
    return NULL;
  database = avb_os_db_lock ();
  media = find_media (database, &volume, error);
  if (media != NULL)
    {
      Choice desktop = { 0 }, minimal = { 0 };
      gboolean have_desktop = choose (media, OSINFO_INSTALL_SCRIPT_PROFILE_DESKTOP, &desktop);
      gboolean have_minimal = choose (media, OSINFO_INSTALL_SCRIPT_PROFILE_JEOS, &minimal);
      const Choice *any = have_desktop ? &desktop : &minimal;

      if (have_desktop || have_minimal)
        {
          OsinfoInstallScript *script = any->script;

          info = g_new0 (AvbUnattended, 1);
          info->installer = any->installer;
          info->desktop = have_desktop;
          /* Windows' small profile is a small script, not a small system. */
          info->minimal = have_minimal && !(have_desktop && any->installer == AVB_INSTALLER_WINDOWS);
          info->product_key = osinfo_install_script_has_config_param_name (script, OSINFO_INSTALL_CONFIG_PROP_REG_PRODUCTKEY);
          info->product_key_format = g_strdup (osinfo_install_script_get_product_key_format (script));
          info->time_zone = osinfo_install_script_has_config_param_name (script, OSINFO_INSTALL_CONFIG_PROP_L10N_TIMEZONE);
          info->keyboard = osinfo_install_script_has_config_param_name (script, OSINFO_INSTALL_CONFIG_PROP_L10N_KEYBOARD);
          info->drivers = osinfo_install_script_get_can_pre_install_drivers (script) &&
                          any->installer == AVB_INSTALLER_WINDOWS && lacks_virtio (media);
          info->needs_internet = osinfo_install_script_get_needs_internet (script);
        }
      else
        g_propagate_error (error, no_script (&volume));
      g_object_unref (media);
    }
  avb_os_db_unlock ();
  return info;
}

static OsinfoInstallConfig *
make_config (OsinfoDb               *database,
             const AvbInstallWishes *wishes,
             OsinfoMedia            *media,
             AvbInstaller            installer,
             const char             *name_mark,
             const char             *password_mark)
{
  OsinfoInstallConfig *config = osinfo_install_config_new ("https://alphavbox.org/install");
  const char *architecture = osinfo_media_get_architecture (media);
  g_autofree char *language = g_strdup (wishes->language);

  /* What the database does not translate to Windows' names is one but for this. */
  if (installer == AVB_INSTALLER_WINDOWS && strchr (language, '_') != NULL)
    {
      OsinfoDatamap *map = osinfo_db_get_datamap (database, "http://microsoft.com/win/8/l10n-language-reverse");
      if (map == NULL || osinfo_datamap_lookup (map, language) == NULL)
        *strchr (language, '_') = '-';
    }
  osinfo_install_config_set_hardware_arch (
      config, g_strcmp0 (architecture, "i686") == 0 ? "i386" : architecture != NULL ? architecture : "x86_64");
  osinfo_install_config_set_l10n_language (config, language);
  osinfo_install_config_set_l10n_keyboard (config, wishes->keyboard);
  osinfo_install_config_set_l10n_timezone (config, wishes->time_zone);
  osinfo_install_config_set_user_login (config, wishes->user);
  osinfo_install_config_set_user_realname (config, name_mark);
  osinfo_install_config_set_user_password (config, password_mark);
  osinfo_install_config_set_admin_password (config, password_mark);
  osinfo_install_config_set_user_autologin (config, wishes->auto_login);
  osinfo_install_config_set_hostname (config, wishes->host_name);
  osinfo_install_config_set_reg_product_key (config, wishes->product_key != NULL ? wishes->product_key : "");
  if (installer == AVB_INSTALLER_WINDOWS)
    {
      osinfo_install_config_set_target_disk (config, "C");
      osinfo_install_config_set_script_disk (config, "E");
      osinfo_install_config_set_pre_install_drivers_disk (config, wishes->drivers ? "F" : "E");
      osinfo_install_config_set_pre_install_drivers_location (config, "\\");
    }
  else
    osinfo_install_config_set_target_disk (config, wishes->target_disk);
  return config;
}

/* libosinfo spins a main loop in this: one of this thread's own, or it would run the main thread's callbacks here. */
static char *
generate (OsinfoInstallScript *script, OsinfoMedia *media, OsinfoInstallConfig *config, GError **error)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  char *text;

  g_main_context_push_thread_default (context);
  text = osinfo_install_script_generate_for_media (script, media, config, NULL, error);
  g_main_context_pop_thread_default (context);
  return text;
}

static gboolean
add_file (AvbInstallPlan         *plan,
          OsinfoDb               *database,
          Choice                 *choice,
          OsinfoMedia            *media,
          const AvbInstallWishes *wishes,
          GError                **error)
{
  g_autofree char *uuid = g_uuid_string_random ();
  g_autofree char *name_mark = g_strconcat ("name-", uuid, NULL);
  g_autofree char *password_mark = g_strconcat ("password-", uuid, NULL);
  g_autoptr (OsinfoInstallConfig) config = 
      make_config (database, wishes, media, choice->installer, name_mark, password_mark);
  g_autoptr (GError) local_error = NULL;
  g_autofree char *raw = NULL;
  char *text;

  osinfo_install_script_set_preferred_injection_method (
      choice->script, choice->installer == AVB_INSTALLER_WINDOWS ? OSINFO_INSTALL_SCRIPT_INJECTION_METHOD_CDROM
                                                                 : OSINFO_INSTALL_SCRIPT_INJECTION_METHOD_INITRD);
  osinfo_install_script_set_installation_source (choice->script, OSINFO_INSTALL_SCRIPT_INSTALLATION_SOURCE_MEDIA);
  raw = generate (choice->script, media, config, &local_error);
  if (raw == NULL)
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_FAILED, local_error->message,
                                               _("What to tell the installer could not be written.")));
      return FALSE;
    }
  text = avb_install_text_finish (choice->installer, raw, wishes, name_mark, password_mark, error);
  if (text == NULL)
    return FALSE;
  avb_install_files_add (plan->files, osinfo_install_script_get_expected_filename (choice->script), text);
  if (choice->installer != AVB_INSTALLER_WINDOWS)
    plan->arguments = osinfo_install_script_generate_command_line_for_media (choice->script, media, config);
  return TRUE;
}

static const char *
skip_slashes (const char *path)
{
  return path != NULL ? path + strspn (path, "/") : NULL;
}

AvbInstallPlan *
avb_unattended_plan (const char *path, const AvbInstallWishes *wishes, GError **error)
{
  g_autoptr (AvbInstallPlan) plan = NULL;
  AvbIsoVolume volume;
  OsinfoDb *database;
  OsinfoMedia *media;
  gboolean made = FALSE;

  if (!read_volume (path, &volume, error))
    return NULL;
  database = avb_os_db_lock ();
  media = find_media (database, &volume, error);
  if (media != NULL)
    {
      const char *first = OSINFO_INSTALL_SCRIPT_PROFILE_DESKTOP, *second = OSINFO_INSTALL_SCRIPT_PROFILE_JEOS;
      Choice choice = { 0 };

      if (choose (media, wishes->desktop ? first : second, &choice) ||
          choose (media, wishes->desktop ? second : first, &choice))
        {
          plan = g_new0 (AvbInstallPlan, 1);
          plan->installer = choice.installer;
          plan->files = avb_install_files_new ();
          if (choice.installer != AVB_INSTALLER_WINDOWS)
            {
              plan->kernel = g_strdup (skip_slashes (osinfo_media_get_kernel_path (media)));
              plan->initrd = g_strdup (skip_slashes (osinfo_media_get_initrd_path (media)));
            }
          made = add_file (plan, database, &choice, media, wishes, error);
        }
      else
        g_propagate_error (error, no_script (&volume));
      g_object_unref (media);
    }
  avb_os_db_unlock ();
  return made ? g_steal_pointer (&plan) : NULL;
}
