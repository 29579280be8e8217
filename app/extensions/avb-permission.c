/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/extensions/avb-permission.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "app/extensions/avb-json.h"
#include "app/extensions/avb-localized.h"
#include "backends/avb-error.h"

#define MAX_ARGS 32
#define MAX_HOST 253
#define MAX_LABEL 63
#define MAX_REASON 400

typedef struct {
  const char *id;
  AvbRisk     risk;
  gboolean    has_args;
  const char *sentence; /* the arguments take the place of %s */
} Kind;

static const Kind kinds[] = {
  { AVB_PERMISSION_MACHINES_READ, AVB_RISK_LOW, FALSE, N_ ("See your machines") },
  { AVB_PERMISSION_MACHINES_CONTROL, AVB_RISK_MEDIUM, FALSE, N_ ("Start and stop machines") },
  { AVB_PERMISSION_MACHINES_HARDWARE, AVB_RISK_MEDIUM, FALSE, N_ ("Change machine hardware") },
  { AVB_PERMISSION_GUEST_EXEC, AVB_RISK_HIGH, FALSE, N_ ("Run commands inside machines") },
  { AVB_PERMISSION_NETWORK_FETCH, AVB_RISK_MEDIUM, TRUE, NULL },
  { AVB_PERMISSION_STORAGE_SERVE, AVB_RISK_MEDIUM, FALSE, N_ ("Serve virtual disks") },
  { AVB_PERMISSION_NETWORK_ATTACH, AVB_RISK_MEDIUM, FALSE, N_ ("Connect machines to networks that it makes") },
  { AVB_PERMISSION_NETWORK_UNRESTRICTED, AVB_RISK_HIGH, FALSE,
    N_ ("Unrestricted network: can reach this computer and your LAN") },
  { AVB_PERMISSION_SECRETS, AVB_RISK_LOW, FALSE, N_ ("Keep passwords of its own in your keyring") },
};

struct _AvbPermission {
  GObject parent_instance;

  const Kind *kind;
  char      **args; /* sorted, each once */
  char       *reason;
  gboolean    required;
};

G_DEFINE_ENUM_TYPE (AvbRisk,
                    avb_risk,
                    G_DEFINE_ENUM_VALUE (AVB_RISK_LOW, "low"),
                    G_DEFINE_ENUM_VALUE (AVB_RISK_MEDIUM, "medium"),
                    G_DEFINE_ENUM_VALUE (AVB_RISK_HIGH, "high"))

G_DEFINE_FINAL_TYPE (AvbPermission, avb_permission, G_TYPE_OBJECT)

enum { PROP_0, PROP_ID, PROP_ARGS, PROP_REASON, PROP_REQUIRED, PROP_SENTENCE, PROP_RISK, N_PROPS };

static GParamSpec *properties[N_PROPS];

static const Kind *
find_kind (const char *id)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_strcmp0 (kinds[i].id, id) == 0)
      return &kinds[i];
  return NULL;
}

static gboolean
is_label (const char *label)
{
  gsize length = strlen (label);

  return length > 0 && length <= MAX_LABEL && *label != '-' && label[length - 1] != '-' &&
         strspn (label, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

/* A name of the DNS with a dot. Addresses and names of this computer or its neighbours are none: who may reach those has
 * network.unrestricted. "*." stands for one or more labels, and not before a whole top-level domain. */
static gboolean
is_host (const char *host)
{
  const char *name = g_str_has_prefix (host, "*.") ? host + 2 : host;
  const char *colon = strchr (name, ':');
  g_autofree char *bare = g_strndup (name, colon != NULL ? (gsize) (colon - name) : strlen (name));
  g_auto (GStrv) labels = g_strsplit (bare, ".", -1);
  guint n = g_strv_length (labels);
  guint64 port;

  if (n < 2 || strlen (bare) > MAX_HOST || g_ascii_isdigit (*labels[n - 1]) || g_str_equal (labels[n - 1], "local") ||
      g_str_equal (labels[n - 1], "localhost"))
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (!is_label (labels[i]))
      return FALSE;
  /* That of https is meant without saying so. */
  return colon == NULL || (g_ascii_string_to_unsigned (colon + 1, 10, 1, 65535, &port, NULL) && port != 443);
}

static int
compare_strings (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static char **
sort_args (const char *const *args)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; args != NULL && args[i] != NULL; i++)
    g_ptr_array_add (sorted, (gpointer) args[i]);
  g_ptr_array_sort (sorted, compare_strings);
  for (guint i = 0; i < sorted->len; i++)
    if (i == 0 || !g_str_equal (sorted->pdata[i], sorted->pdata[i - 1]))
      g_strv_builder_add (builder, sorted->pdata[i]);
  return g_strv_builder_end (builder);
}

static void
avb_permission_finalize (GObject *object)
{
  AvbPermission *self = AVB_PERMISSION (object);

  g_strfreev (self->args);
  g_free (self->reason);
  G_OBJECT_CLASS (avb_permission_parent_class)->finalize (object);
}

static void
avb_permission_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbPermission *self = AVB_PERMISSION (object);

  switch (id)
    {
    case PROP_ID:
      g_value_set_string (value, self->kind->id);
      break;
    case PROP_ARGS:
      g_value_set_boxed (value, self->args);
      break;
    case PROP_REASON:
      g_value_set_string (value, self->reason);
      break;
    case PROP_REQUIRED:
      g_value_set_boolean (value, self->required);
      break;
    case PROP_SENTENCE:
      g_value_take_string (value, avb_permission_dup_sentence (self));
      break;
    case PROP_RISK:
      g_value_set_enum (value, self->kind->risk);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_permission_class_init (AvbPermissionClass *klass)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = avb_permission_finalize;
  object_class->get_property = avb_permission_get_property;

  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  properties[PROP_ARGS] = g_param_spec_boxed ("args", NULL, NULL, G_TYPE_STRV, flags);
  properties[PROP_REASON] = g_param_spec_string ("reason", NULL, NULL, NULL, flags);
  properties[PROP_REQUIRED] = g_param_spec_boolean ("required", NULL, NULL, FALSE, flags);
  properties[PROP_SENTENCE] = g_param_spec_string ("sentence", NULL, NULL, NULL, flags);
  properties[PROP_RISK] = g_param_spec_enum ("risk", NULL, NULL, AVB_TYPE_RISK, AVB_RISK_LOW, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
avb_permission_init (AvbPermission *self)
{
}

static gboolean
check_args (const Kind *kind, const char *const *args, GError **error)
{
  guint n = args != NULL ? g_strv_length ((char **) args) : 0;

  if (n > MAX_ARGS || (n > 0) != kind->has_args)
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL,
                                               _("The permission “%s” does not have its arguments."), kind->id));
      return FALSE;
    }
  for (guint i = 0; i < n; i++)
    if (!is_host (args[i]))
      {
        g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, args[i], _("The permission “%s” names what is no host."),
                                                 kind->id));
        return FALSE;
      }
  return TRUE;
}

AvbPermission *
avb_permission_new (const char *id, const char *const *args, const char *reason, gboolean required, GError **error)
{
  const Kind *kind = find_kind (id);
  AvbPermission *self;

  g_return_val_if_fail (id != NULL, NULL);

  if (kind == NULL)
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, id, _("It asks for a permission that is not known here.")));
      return NULL;
    }
  if (!check_args (kind, args, error))
    return NULL;
  self = g_object_new (AVB_TYPE_PERMISSION, NULL);
  self->kind = kind;
  self->args = sort_args (args);
  self->reason = g_strdup (reason);
  self->required = required;
  return self;
}

AvbPermission *
avb_permission_new_from_json (JsonObject *object, GError **error)
{
  static const char *const known[] = { "id", "args", "reason", "optional", NULL };
  const char *id = avb_json_get_string (object, "id", 64, error);
  g_auto (GStrv) args = NULL;
  g_autofree char *reason = NULL;
  gboolean optional = FALSE;

  if (id == NULL || !avb_json_check_members (object, known, error) ||
      !avb_json_find_bool (object, "optional", &optional, error) ||
      !avb_localized_read (object, "reason", MAX_REASON, FALSE, FALSE, &reason, error))
    return NULL;
  args = avb_json_dup_strv (object, "args", MAX_ARGS, MAX_HOST + 8, error);
  if (args == NULL)
    return NULL;
  return avb_permission_new (id, (const char *const *) args, reason, !optional, error);
}

JsonNode *
avb_permission_to_json (AvbPermission *self)
{
  g_autoptr (JsonObject) object = json_object_new ();
  JsonArray *args;

  g_return_val_if_fail (AVB_IS_PERMISSION (self), NULL);

  json_object_set_string_member (object, "id", self->kind->id);
  if (*self->args != NULL)
    {
      args = json_array_new ();
      for (guint i = 0; self->args[i] != NULL; i++)
        json_array_add_string_element (args, self->args[i]);
      json_object_set_array_member (object, "args", args);
    }
  return json_node_init_object (json_node_alloc (), object);
}

const char *
avb_permission_get_id (AvbPermission *self)
{
  g_return_val_if_fail (AVB_IS_PERMISSION (self), NULL);

  return self->kind->id;
}

const char *const *
avb_permission_get_args (AvbPermission *self)
{
  g_return_val_if_fail (AVB_IS_PERMISSION (self), NULL);

  return (const char *const *) self->args;
}

const char *
avb_permission_get_reason (AvbPermission *self)
{
  g_return_val_if_fail (AVB_IS_PERMISSION (self), NULL);

  return self->reason;
}

gboolean
avb_permission_get_required (AvbPermission *self)
{
  g_return_val_if_fail (AVB_IS_PERMISSION (self), FALSE);

  return self->required;
}

AvbRisk
avb_permission_get_risk (AvbPermission *self)
{
  g_return_val_if_fail (AVB_IS_PERMISSION (self), AVB_RISK_HIGH);

  return self->kind->risk;
}

char *
avb_permission_dup_sentence (AvbPermission *self)
{
  g_autofree char *hosts = NULL;

  g_return_val_if_fail (AVB_IS_PERMISSION (self), NULL);

  if (self->kind->sentence != NULL)
    return g_strdup (_(self->kind->sentence));
  /* Translators: between the names of hosts in “Contact %s”. */
  hosts = g_strjoinv (_(", "), self->args);
  /* Translators: a permission; %s is one or more names of hosts. */
  return g_strdup_printf (_("Contact %s"), hosts);
}

gboolean
avb_permission_equal (AvbPermission *a, AvbPermission *b)
{
  g_return_val_if_fail (AVB_IS_PERMISSION (a) && AVB_IS_PERMISSION (b), FALSE);

  return a->kind == b->kind && g_strv_equal ((const char *const *) a->args, (const char *const *) b->args);
}

/* @host may be a pattern too: then all that it stands for. */
static gboolean
matches (const char *pattern, const char *host)
{
  g_autofree char *lower = g_ascii_strdown (host, -1);

  if (g_str_equal (pattern, lower))
    return TRUE;
  /* "*.a.org" does not stand for "a.org". */
  return g_str_has_prefix (pattern, "*.") && strlen (lower) > strlen (pattern) - 1 && g_str_has_suffix (lower, pattern + 1);
}

gboolean
avb_permission_allows (AvbPermission *self, const char *id, const char *arg)
{
  g_return_val_if_fail (AVB_IS_PERMISSION (self), FALSE);

  if (g_strcmp0 (self->kind->id, id) != 0)
    return FALSE;
  if (!self->kind->has_args)
    return TRUE;
  for (guint i = 0; arg != NULL && self->args[i] != NULL; i++)
    if (matches (self->args[i], arg))
      return TRUE;
  return FALSE;
}

gboolean
avb_permissions_allow (GListModel *permissions, const char *id, const char *arg)
{
  for (guint i = 0; permissions != NULL && i < g_list_model_get_n_items (permissions); i++)
    {
      g_autoptr (AvbPermission) permission = g_list_model_get_item (permissions, i);

      if (avb_permission_allows (permission, id, arg))
        return TRUE;
    }
  return FALSE;
}

gboolean
avb_permissions_cover (GListModel *permissions, AvbPermission *other)
{
  g_return_val_if_fail (AVB_IS_PERMISSION (other), FALSE);

  if (*other->args == NULL)
    return avb_permissions_allow (permissions, other->kind->id, NULL);
  for (guint i = 0; other->args[i] != NULL; i++)
    if (!avb_permissions_allow (permissions, other->kind->id, other->args[i]))
      return FALSE;
  return TRUE;
}
