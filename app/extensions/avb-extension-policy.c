/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/extensions/avb-extension-policy.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "app/extensions/avb-permission.h"
#include "backends/avb-error.h"
#include "backends/avb-text-line.h"

#define PATH "/etc/alpha-vbox/policy.conf"
#define MAX_NAME 100

/* By which a file is known to be the same. All 0 where there is none. */
typedef struct {
  gint64  seconds;
  gint64  nanoseconds;
  guint64 size;
  guint64 inode;
} Stamp;

struct _AvbExtensionPolicy {
  GObject parent_instance;

  char      *path;
  Stamp      stamp;
  GKeyFile  *file; /* empty where there is none */
  gboolean   broken; /* it is there, and cannot be read */
  char      *organization; /* (nullable) */
  GPtrArray *sources;
};

G_DEFINE_FINAL_TYPE (AvbExtensionPolicy, avb_extension_policy, G_TYPE_OBJECT)

static void
source_free (gpointer data)
{
  AvbPolicySource *self = data;

  g_free (self->name);
  g_free (self->title);
  g_free (self->uri);
  g_free (self->root);
  g_free (self);
}

static void
avb_extension_policy_finalize (GObject *object)
{
  AvbExtensionPolicy *self = AVB_EXTENSION_POLICY (object);

  g_key_file_unref (self->file);
  g_free (self->path);
  g_free (self->organization);
  g_ptr_array_unref (self->sources);

  G_OBJECT_CLASS (avb_extension_policy_parent_class)->finalize (object);
}

static void
avb_extension_policy_class_init (AvbExtensionPolicyClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = avb_extension_policy_finalize;
}

static void
avb_extension_policy_init (AvbExtensionPolicy *self)
{
  self->file = g_key_file_new ();
  self->sources = g_ptr_array_new_with_free_func (source_free);
}

/* --- reading --- */

static void
read_source (AvbExtensionPolicy *self, const char *group)
{
  AvbPolicySource *source = g_new0 (AvbPolicySource, 1);

  source->name = g_strstrip (g_strdup (group + strlen ("source ")));
  source->uri = g_key_file_get_string (self->file, group, "uri", NULL);
  source->root = g_key_file_get_string (self->file, group, "root", NULL);
  source->title = g_key_file_get_locale_string (self->file, group, "title", NULL, NULL);
  g_ptr_array_add (self->sources, source);
  if (source->title == NULL)
    source->title = g_strdup (source->name);
  if (source->uri == NULL || source->root == NULL)
    self->broken = TRUE;
}

/* A word that cannot be read must not turn into what it would be without. */
static gboolean
is_boolean (GKeyFile *file, const char *group, const char *key)
{
  g_autoptr (GError) error = NULL;

  if (!g_key_file_has_key (file, group, key, NULL))
    return TRUE;
  g_key_file_get_boolean (file, group, key, &error);
  return error == NULL;
}

static Stamp
read_stamp (const char *path)
{
  Stamp stamp = { 0 };
  GStatBuf info;

  if (g_stat (path, &info) != 0)
    return stamp;
  stamp.seconds = info.st_mtime;
#ifdef __linux__
  stamp.nanoseconds = info.st_mtim.tv_nsec;
#endif
  stamp.size = info.st_size;
  stamp.inode = info.st_ino;
  return stamp;
}

AvbExtensionPolicy *
avb_extension_policy_new (const char *path)
{
  AvbExtensionPolicy *self = g_object_new (AVB_TYPE_EXTENSION_POLICY, NULL);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) groups = NULL;
  g_autofree char *organization = NULL;

  self->path = g_strdup (path != NULL ? path : PATH);
  /* First: what is written meanwhile is another one. */
  self->stamp = read_stamp (self->path);
  if (!g_key_file_load_from_file (self->file, self->path, G_KEY_FILE_NONE, &error) &&
      !g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    self->broken = TRUE;
  organization = g_key_file_get_locale_string (self->file, "policy", "organization", NULL, NULL);
  if (organization != NULL)
    self->organization = avb_text_make_line (organization, MAX_NAME);
  groups = g_key_file_get_groups (self->file, NULL);
  for (guint i = 0; groups[i] != NULL; i++)
    if (g_str_has_prefix (groups[i], "source "))
      read_source (self, groups[i]);
  self->broken |= !is_boolean (self->file, "extensions", "code") || !is_boolean (self->file, "extensions", "local-files") ||
                  !is_boolean (self->file, "extensions", "network-unrestricted") ||
                  !is_boolean (self->file, "extensions", "automatic-updates") ||
                  !is_boolean (self->file, "sources", "user");
  if (self->broken)
    g_message ("The policy for extensions can't be read, so it allows none: %s",
               error != NULL ? error->message : "a value is not what it must be");
  return self;
}

AvbExtensionPolicy *
avb_extension_policy_get_default (void)
{
  static AvbExtensionPolicy *policy;

  if (policy == NULL)
    policy = avb_extension_policy_new (NULL);
  return policy;
}

AvbExtensionPolicy *
avb_extension_policy_renew (AvbExtensionPolicy *self)
{
  Stamp stamp;

  g_return_val_if_fail (AVB_IS_EXTENSION_POLICY (self), NULL);

  stamp = read_stamp (self->path);
  if (stamp.seconds == self->stamp.seconds && stamp.nanoseconds == self->stamp.nanoseconds && stamp.size == self->stamp.size &&
      stamp.inode == self->stamp.inode)
    return NULL;
  return avb_extension_policy_new (self->path);
}

/* --- asking --- */

static gboolean
refuse (AvbExtensionPolicy *self, const char *details, GError **error)
{
  if (self->organization != NULL)
    g_propagate_error (error, avb_error_new (AVB_ERROR_PERMISSION, details, _("“%s” does not allow this on this computer."),
                                             self->organization));
  else
    g_propagate_error (error, avb_error_new (AVB_ERROR_PERMISSION, details,
                                             _("Whoever looks after this computer does not allow this.")));
  return FALSE;
}

static gboolean
get_boolean (AvbExtensionPolicy *self, const char *group, const char *key, gboolean fallback)
{
  if (!g_key_file_has_key (self->file, group, key, NULL))
    return fallback;
  return g_key_file_get_boolean (self->file, group, key, NULL);
}

static gboolean
is_in_list (AvbExtensionPolicy *self, const char *group, const char *key, const char *text)
{
  g_auto (GStrv) patterns = g_key_file_get_string_list (self->file, group, key, NULL, NULL);

  for (guint i = 0; patterns != NULL && patterns[i] != NULL; i++)
    if (g_pattern_match_simple (g_strstrip (patterns[i]), text))
      return TRUE;
  return FALSE;
}

const char *
avb_extension_policy_get_organization (AvbExtensionPolicy *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_POLICY (self), NULL);

  return self->organization;
}

gboolean
avb_extension_policy_check_id (AvbExtensionPolicy *self, const char *id, gboolean code, GError **error)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_POLICY (self), FALSE);

  if (self->broken || is_in_list (self, "extensions", "blocked", id) ||
      (g_key_file_has_key (self->file, "extensions", "allowed", NULL) && !is_in_list (self, "extensions", "allowed", id)) ||
      (code && !get_boolean (self, "extensions", "code", TRUE)))
    return refuse (self, id, error);
  return TRUE;
}

gboolean
avb_extension_policy_check_source (AvbExtensionPolicy *self, const char *source, gboolean user, GError **error)
{
  gboolean is_file = g_strcmp0 (source, AVB_EXTENSION_SOURCE_FILE) == 0;

  g_return_val_if_fail (AVB_IS_EXTENSION_POLICY (self), FALSE);

  if (self->broken || (is_file && !get_boolean (self, "extensions", "local-files", TRUE)) ||
      (user && !is_file && !avb_extension_policy_check_user_sources (self, NULL)) ||
      (!is_file && g_key_file_has_key (self->file, "sources", "allowed", NULL) &&
       !is_in_list (self, "sources", "allowed", source)))
    return refuse (self, source, error);
  return TRUE;
}

gboolean
avb_extension_policy_check_user_sources (AvbExtensionPolicy *self, GError **error)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_POLICY (self), FALSE);

  return (!self->broken && get_boolean (self, "sources", "user", TRUE)) || refuse (self, NULL, error);
}

gboolean
avb_extension_policy_check_permission (AvbExtensionPolicy *self, const char *id, GError **error)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_POLICY (self), FALSE);

  if (!self->broken && (g_strcmp0 (id, AVB_PERMISSION_NETWORK_UNRESTRICTED) != 0 ||
                        get_boolean (self, "extensions", "network-unrestricted", FALSE)))
    return TRUE;
  if (self->broken || self->organization != NULL)
    return refuse (self, id, error);
  g_propagate_error (error, avb_error_new (AVB_ERROR_PERMISSION, id, _("This is off unless the policy of this computer allows it.")));
  return FALSE;
}

gboolean
avb_extension_policy_get_automatic (AvbExtensionPolicy *self, gboolean *automatic)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_POLICY (self), FALSE);

  *automatic = FALSE;
  if (self->broken)
    return TRUE;
  *automatic = get_boolean (self, "extensions", "automatic-updates", FALSE);
  return g_key_file_has_key (self->file, "extensions", "automatic-updates", NULL);
}

GPtrArray *
avb_extension_policy_get_sources (AvbExtensionPolicy *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_POLICY (self), NULL);

  return self->sources;
}
