/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/extensions/avb-extension-host.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "app/extensions/avb-extension-kv.h"
#include "app/extensions/avb-extension-policy.h"
#include "app/extensions/avb-extension-private.h"
#include "app/extensions/avb-extension-serve.h"
#include "app/extensions/avb-json.h"
#include "app/extensions/avb-open-panels.h"
#include "app/extensions/avb-sandbox.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "backends/avb-folders.h"

/* Longer, and a socket within could not be named: see unix(7). */
#define MAX_RUNTIME_PATH 80
#define EVENT_INTERVAL_US G_TIME_SPAN_MINUTE
#define MAX_SAMPLE_VALUES 100

G_DEFINE_ENUM_TYPE (AvbRole,
                    avb_role,
                    G_DEFINE_ENUM_VALUE (AVB_ROLE_VIEWER, "viewer"),
                    G_DEFINE_ENUM_VALUE (AVB_ROLE_OPERATOR, "operator"),
                    G_DEFINE_ENUM_VALUE (AVB_ROLE_ADMINISTRATOR, "administrator"))

struct _AvbExtensionHost {
  GObject parent_instance;

  AvbLibrary         *library;
  AvbExtensionStore  *store;
  AvbExtensionPolicy *policy;
  GListStore         *extensions;
  AvbContributions   *contributions;
  AvbAuditLog        *audit;
  AvbRole             role;
  char               *sandbox_reason;
  gboolean            started;

  GHashTable           *kept;     /* id → AvbExtensionKv */
  GHashTable           *events;   /* "id monitor event" → gint64: when it was last shown */
  AvbOpenPanels        *panels;
  AvbExtensionQuestion *question; /* (nullable): the one that is open */
};

G_DEFINE_FINAL_TYPE (AvbExtensionHost, avb_extension_host, G_TYPE_OBJECT)

enum { PROP_0, PROP_EXTENSIONS, PROP_CONTRIBUTIONS, PROP_AUDIT, PROP_ROLE, PROP_SANDBOX_REASON, N_PROPS };
static GParamSpec *properties[N_PROPS];

enum { ASK, SAMPLE, EVENT, N_SIGNALS };
static guint signals[N_SIGNALS];

static const char *
role_word (AvbRole role)
{
  static const char *const words[] = { "viewer", "operator", "administrator" };

  return words[role];
}

/* --- what extensions send --- */

static DexFuture *
request_cb (AvbExtension *extension, const char *method, JsonNode *params, gpointer data)
{
  return avb_extension_serve (data, extension, method, params);
}

static gboolean
check_sample (JsonObject *params)
{
  JsonObject *values = avb_json_get_object (params, "values", NULL);
  JsonObjectIter iter;
  JsonNode *value;

  if (values == NULL || json_object_get_size (values) > MAX_SAMPLE_VALUES)
    return FALSE;
  json_object_iter_init (&iter, values);
  while (json_object_iter_next (&iter, NULL, &value))
    {
      GType type = JSON_NODE_HOLDS_VALUE (value) ? json_node_get_value_type (value) : G_TYPE_INVALID;

      if (!JSON_NODE_HOLDS_NULL (value) && type != G_TYPE_INT64 && type != G_TYPE_DOUBLE)
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_event (AvbExtensionHost *self, AvbExtension *extension, const char *monitor, JsonObject *params)
{
  static const char *const severities[] = { "info", "warning", "critical", NULL };
  const char *event = avb_json_get_string (params, "event", 64, NULL);
  const char *severity = avb_json_get_string (params, "severity", 16, NULL);
  g_autofree char *key = NULL;
  gint64 now = g_get_monotonic_time ();
  gint64 *last;

  if (event == NULL || severity == NULL || !g_strv_contains (severities, severity) ||
      avb_json_get_string (params, "text", 4096, NULL) == NULL)
    return FALSE;
  key = g_strdup_printf ("%s %s %s", avb_extension_get_id (extension), monitor, event);
  last = g_hash_table_lookup (self->events, key);
  if (last != NULL && now - *last < EVENT_INTERVAL_US)
    return FALSE;
  /* Who makes up ever new names is not remembered for ever. */
  if (g_hash_table_size (self->events) > 1000)
    g_hash_table_remove_all (self->events);
  g_hash_table_insert (self->events, g_steal_pointer (&key), g_memdup2 (&now, sizeof now));
  return TRUE;
}

static gboolean
has_monitor (AvbExtensionHost *self, AvbExtension *extension, const char *id)
{
  g_autoptr (AvbContribution) monitor
      = avb_contributions_find (self->contributions, AVB_CONTRIBUTION_MONITOR, avb_extension_get_id (extension), id);

  return monitor != NULL;
}

static void
notify_cb (AvbExtension *extension, const char *method, JsonNode *node, gpointer data)
{
  AvbExtensionHost *self = data;
  JsonObject *params = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *monitor;

  if (params == NULL)
    return;
  if (g_str_equal (method, "panel/update"))
    {
      avb_open_panels_update (self->panels, extension, params);
      return;
    }
  monitor = avb_json_get_string (params, "monitor", 64, NULL);
  if (monitor == NULL || !has_monitor (self, extension, monitor))
    return;
  if (g_str_equal (method, "monitor/sample") && check_sample (params))
    g_signal_emit (self, signals[SAMPLE], 0, extension, monitor, params);
  else if (g_str_equal (method, "monitor/event") && check_event (self, extension, monitor, params))
    g_signal_emit (self, signals[EVENT], 0, extension, monitor, params);
}

AvbLibrary *
avb_extension_host_get_library (AvbExtensionHost *self)
{
  return self->library;
}

/* In the folder that goes with the extension, but not in what it sees of it. */
DexFuture *
avb_extension_host_keep (AvbExtensionHost *self, AvbExtension *extension, const char *method, JsonObject *params)
{
  const char *id = avb_extension_get_id (extension);
  AvbExtensionKv *kept = g_hash_table_lookup (self->kept, id);

  if (kept == NULL)
    {
      g_autofree char *dir = avb_extension_store_dup_data_dir (self->store, id);
      g_autofree char *path = g_build_filename (dir, "kept.json", NULL);

      kept = avb_extension_kv_new (id, path);
      g_hash_table_insert (self->kept, g_strdup (id), kept);
    }
  return avb_extension_kv_serve (kept, method, params);
}

/* --- questions --- */

static void
question_answered_cb (AvbExtensionQuestion *question, GParamSpec *pspec, AvbExtensionHost *self)
{
  if (self->question == question)
    g_clear_object (&self->question);
}

DexFuture *
avb_extension_host_ask (AvbExtensionHost *self, AvbExtension *extension, JsonObject *params)
{
  GError *error = NULL;
  g_autoptr (AvbExtensionQuestion) question = NULL;
  gboolean taken = FALSE;

  if (self->question != NULL)
    return dex_future_new_for_error (avb_error_new (AVB_ERROR_BUSY, NULL, _("The user is being asked something already.")));
  question = avb_extension_question_new (extension, params, &error);
  if (question == NULL)
    return dex_future_new_for_error (error);
  self->question = g_object_ref (question);
  g_signal_connect_object (question, "notify::answered", G_CALLBACK (question_answered_cb), self, 0);
  g_signal_emit (self, signals[ASK], 0, question, &taken);
  if (!taken && !avb_extension_question_get_answered (question))
    {
      g_clear_object (&self->question);
      return dex_future_new_for_error (avb_error_new (AVB_ERROR_BUSY, NULL, _("Nobody is there to be asked.")));
    }
  return avb_extension_question_await (question);
}

/* Who is gone wants to know nothing. */
static void
withdraw_question (AvbExtensionHost *self, AvbExtension *extension)
{
  g_autoptr (AvbExtensionQuestion) question = self->question != NULL ? g_object_ref (self->question) : NULL;

  if (question != NULL && avb_extension_question_get_extension (question) == extension)
    avb_extension_question_answer (question, FALSE);
}

/* --- the extensions --- */

static void
extension_changed_cb (AvbExtension *extension, GParamSpec *pspec, AvbExtensionHost *self)
{
  if (avb_extension_get_state (extension) == AVB_EXTENSION_RUNNING)
    return;
  avb_open_panels_end (self->panels, extension);
  withdraw_question (self, extension);
}

/* (transfer full): short enough that a socket within has a name */
static char *
make_runtime_dir (const char *id)
{
  g_autofree char *dir = g_build_filename (g_get_user_runtime_dir (), "alpha-vbox", "extensions", id, NULL);
  g_autofree char *sum = NULL;

  if (strlen (dir) <= MAX_RUNTIME_PATH)
    return g_steal_pointer (&dir);
  sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, id, -1);
  sum[16] = '\0';
  return g_build_filename (g_get_user_runtime_dir (), "alpha-vbox", "extensions", sum, NULL);
}

/* What policy and sandbox say about it, now. */
static void
judge (AvbExtensionHost *self, AvbExtension *extension)
{
  AvbInstalled *installed = avb_extension_get_installed (extension);
  gboolean code = avb_extension_get_has_code (extension);
  g_autoptr (GError) error = NULL;

  avb_extension_policy_check_id (self->policy, avb_extension_get_id (extension), code, &error);
  avb_extension_set_blocked (extension, error != NULL ? error->message : NULL);
  avb_extension_set_unsupported (extension, code ? self->sandbox_reason : NULL);
  avb_extension_set_network (extension, self->role == AVB_ROLE_ADMINISTRATOR &&
                                            avb_installed_allows (installed, AVB_PERMISSION_NETWORK_UNRESTRICTED, NULL) &&
                                            avb_extension_policy_check_permission (self->policy, AVB_PERMISSION_NETWORK_UNRESTRICTED, NULL));
}

static void
judge_all (AvbExtensionHost *self)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->extensions)); i++)
    {
      g_autoptr (AvbExtension) extension = g_list_model_get_item (G_LIST_MODEL (self->extensions), i);

      judge (self, extension);
    }
}

static gboolean
judge_cb (gpointer data)
{
  judge_all (data);
  return G_SOURCE_REMOVE;
}

/* TRUE: it is another one now */
static gboolean
renew_policy (AvbExtensionHost *self)
{
  g_autoptr (AvbExtensionPolicy) policy = avb_extension_policy_renew (self->policy);

  return policy != NULL && g_set_object (&self->policy, policy);
}

void
avb_extension_host_renew_policy (AvbExtensionHost *self)
{
  if (renew_policy (self))
    g_idle_add_full (G_PRIORITY_DEFAULT, judge_cb, g_object_ref (self), g_object_unref);
}

static void
prepare_cb (AvbExtension *extension, gpointer data)
{
  if (renew_policy (data))
    judge_all (data);
}

static gboolean
wants_start (AvbExtension *extension)
{
  AvbExtensionManifest *manifest = avb_installed_get_manifest (avb_extension_get_installed (extension));

  return avb_extension_get_state (extension) == AVB_EXTENSION_STOPPED &&
         g_strv_contains (avb_extension_manifest_get_activation (manifest), "startup");
}

static void
installed_changed_cb (AvbInstalled *installed, GParamSpec *pspec, AvbExtensionHost *self)
{
  g_autoptr (AvbExtension) extension = avb_extension_host_find (self, avb_installed_get_id (installed));

  if (extension == NULL)
    return;
  judge (self, extension);
  /* Switched on again, it goes on from now, and not from the next start of the program. */
  if (self->started && g_str_equal (pspec->name, "active") && wants_start (extension))
    avb_future_finish (avb_extension_start (extension), "starting an extension");
}

static AvbExtension *
make_extension (AvbExtensionHost *self, AvbInstalled *installed)
{
  static const AvbExtensionFuncs funcs = { request_cb, notify_cb, prepare_cb };
  const char *id = avb_installed_get_id (installed);
  g_autofree char *data = avb_extension_store_dup_data_dir (self->store, id);
  g_autofree char *files = g_build_filename (data, "files", NULL);
  g_autofree char *runtime = make_runtime_dir (id);
  AvbExtension *extension = avb_extension_new (installed, files, runtime, &funcs, self);

  avb_extension_set_role (extension, role_word (self->role));
  judge (self, extension);
  g_signal_connect (extension, "notify::state", G_CALLBACK (extension_changed_cb), self);
  g_signal_connect (installed, "notify", G_CALLBACK (installed_changed_cb), self);
  return extension;
}

static void
forget_extension (AvbExtensionHost *self, AvbExtension *extension)
{
  g_signal_handlers_disconnect_by_data (extension, self);
  g_signal_handlers_disconnect_by_data (avb_extension_get_installed (extension), self);
  avb_open_panels_end (self->panels, extension);
  withdraw_question (self, extension);
  g_hash_table_remove (self->kept, avb_extension_get_id (extension));
  /* Whoever else holds it shall find nothing that still runs. */
  avb_extension_set_blocked (extension, _("It is not installed any more."));
}

static void
store_changed_cb (GListModel *store, guint position, guint removed, guint added, AvbExtensionHost *self)
{
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) new = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < removed; i++)
    g_ptr_array_add (gone, g_list_model_get_item (G_LIST_MODEL (self->extensions), position + i));
  for (guint i = 0; i < added; i++)
    {
      g_autoptr (AvbInstalled) installed = g_list_model_get_item (store, position + i);

      g_ptr_array_add (new, make_extension (self, installed));
    }
  g_list_store_splice (self->extensions, position, removed, new->pdata, new->len);
  for (guint i = 0; i < gone->len; i++)
    forget_extension (self, gone->pdata[i]);
  for (guint i = 0; self->started && i < new->len; i++)
    if (wants_start (new->pdata[i]))
      avb_future_finish (avb_extension_start (new->pdata[i]), "starting an extension");
}

/* --- start and end --- */

static void
set_sandbox_reason (AvbExtensionHost *self, const char *reason)
{
  if (!g_set_str (&self->sandbox_reason, reason))
    return;
  judge_all (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SANDBOX_REASON]);
}

/* (transfer full): of futures of all that @func gives one for; nullable: none */
static DexFuture *
gather (AvbExtensionHost *self, DexFuture *(*func) (AvbExtension *))
{
  g_autoptr (GPtrArray) futures = g_ptr_array_new_with_free_func (dex_unref);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->extensions)); i++)
    {
      g_autoptr (AvbExtension) extension = g_list_model_get_item (G_LIST_MODEL (self->extensions), i);
      DexFuture *future = func (extension);

      if (future != NULL)
        g_ptr_array_add (futures, future);
    }
  return futures->len > 0 ? dex_future_allv ((DexFuture **) futures->pdata, futures->len) : dex_future_new_true ();
}

static DexFuture *
start_if_wanted (AvbExtension *extension)
{
  return wants_start (extension) ? avb_extension_start (extension) : NULL;
}

static DexFuture *
start_fiber (gpointer data)
{
  AvbExtensionHost *self = data;
  g_autoptr (GError) error = NULL;

  if (!dex_await (avb_sandbox_self_test (), &error))
    {
      set_sandbox_reason (self, error->message);
      return dex_future_new_true ();
    }
  set_sandbox_reason (self, NULL);
  if (self->started)
    dex_await (gather (self, start_if_wanted), NULL);
  return dex_future_new_true ();
}

DexFuture *
avb_extension_host_start (AvbExtensionHost *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_HOST (self), NULL);

  self->started = TRUE;
  return avb_fiber_spawn (start_fiber, g_object_ref (self), g_object_unref);
}

static DexFuture *
stop_fiber (gpointer data)
{
  AvbExtensionHost *self = data;

  dex_await (gather (self, avb_extension_stop), NULL);
  avb_audit_log_flush (self->audit);
  return dex_future_new_true ();
}

DexFuture *
avb_extension_host_stop (AvbExtensionHost *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_HOST (self), NULL);

  self->started = FALSE;
  return avb_fiber_spawn (stop_fiber, g_object_ref (self), g_object_unref);
}

/* --- the object --- */

static void
avb_extension_host_dispose (GObject *object)
{
  AvbExtensionHost *self = AVB_EXTENSION_HOST (object);

  if (self->store != NULL)
    g_signal_handlers_disconnect_by_data (self->store, self);
  for (guint i = g_list_model_get_n_items (G_LIST_MODEL (self->extensions)); i > 0; i--)
    {
      g_autoptr (AvbExtension) extension = g_list_model_get_item (G_LIST_MODEL (self->extensions), i - 1);

      g_list_store_remove (self->extensions, i - 1);
      forget_extension (self, extension);
    }
  g_clear_object (&self->question);
  g_clear_object (&self->contributions);
  g_clear_object (&self->store);
  g_clear_object (&self->library);
  G_OBJECT_CLASS (avb_extension_host_parent_class)->dispose (object);
}

static void
avb_extension_host_finalize (GObject *object)
{
  AvbExtensionHost *self = AVB_EXTENSION_HOST (object);

  g_object_unref (self->extensions);
  g_clear_object (&self->audit);
  g_clear_object (&self->policy);
  g_hash_table_unref (self->kept);
  g_hash_table_unref (self->events);
  g_object_unref (self->panels);
  g_free (self->sandbox_reason);
  G_OBJECT_CLASS (avb_extension_host_parent_class)->finalize (object);
}

static void
avb_extension_host_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbExtensionHost *self = AVB_EXTENSION_HOST (object);

  switch (id)
    {
    case PROP_EXTENSIONS:
      g_value_set_object (value, self->extensions);
      break;
    case PROP_CONTRIBUTIONS:
      g_value_set_object (value, self->contributions);
      break;
    case PROP_AUDIT:
      g_value_set_object (value, self->audit);
      break;
    case PROP_ROLE:
      g_value_set_enum (value, self->role);
      break;
    case PROP_SANDBOX_REASON:
      g_value_set_string (value, self->sandbox_reason);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_extension_host_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_ROLE)
    avb_extension_host_set_role (AVB_EXTENSION_HOST (object), g_value_get_enum (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
avb_extension_host_class_init (AvbExtensionHostClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = avb_extension_host_dispose;
  object_class->finalize = avb_extension_host_finalize;
  object_class->get_property = avb_extension_host_get_property;
  object_class->set_property = avb_extension_host_set_property;
  properties[PROP_EXTENSIONS] = g_param_spec_object ("extensions", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  properties[PROP_CONTRIBUTIONS] = g_param_spec_object ("contributions", NULL, NULL, AVB_TYPE_CONTRIBUTIONS, flags);
  properties[PROP_AUDIT] = g_param_spec_object ("audit", NULL, NULL, AVB_TYPE_AUDIT_LOG, flags);
  properties[PROP_ROLE] = g_param_spec_enum ("role", NULL, NULL, AVB_TYPE_ROLE, AVB_ROLE_ADMINISTRATOR, flags | G_PARAM_WRITABLE);
  properties[PROP_SANDBOX_REASON] = g_param_spec_string ("sandbox-reason", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[ASK] = g_signal_new ("ask", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, g_signal_accumulator_true_handled, NULL, NULL,
                               G_TYPE_BOOLEAN, 1, AVB_TYPE_EXTENSION_QUESTION);
  signals[SAMPLE] = g_signal_new ("sample", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3,
                                  AVB_TYPE_EXTENSION, G_TYPE_STRING, JSON_TYPE_OBJECT);
  signals[EVENT] = g_signal_new ("event", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3,
                                 AVB_TYPE_EXTENSION, G_TYPE_STRING, JSON_TYPE_OBJECT);
}

static void
avb_extension_host_init (AvbExtensionHost *self)
{
  self->extensions = g_list_store_new (AVB_TYPE_EXTENSION);
  self->role = AVB_ROLE_ADMINISTRATOR;
  self->kept = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->events = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->panels = avb_open_panels_new ();
}

AvbExtensionHost *
avb_extension_host_new (AvbLibrary *library, AvbExtensionStore *store)
{
  g_autofree char *path = avb_folder_build (AVB_FOLDER_STATE, "extensions.log");
  AvbExtensionHost *self;

  g_return_val_if_fail (AVB_IS_LIBRARY (library) && AVB_IS_EXTENSION_STORE (store), NULL);

  self = g_object_new (AVB_TYPE_EXTENSION_HOST, NULL);
  self->library = g_object_ref (library);
  self->store = g_object_ref (store);
  self->policy = g_object_ref (avb_extension_policy_get_default ());
  self->audit = avb_audit_log_new (path);
  self->contributions = avb_contributions_new (G_LIST_MODEL (self->extensions));
  g_signal_connect (store, "items-changed", G_CALLBACK (store_changed_cb), self);
  store_changed_cb (G_LIST_MODEL (store), 0, 0, g_list_model_get_n_items (G_LIST_MODEL (store)), self);
  return self;
}

void
avb_extension_host_set_policy (AvbExtensionHost *self, AvbExtensionPolicy *policy)
{
  g_return_if_fail (AVB_IS_EXTENSION_HOST (self) && AVB_IS_EXTENSION_POLICY (policy));

  g_set_object (&self->policy, policy);
  judge_all (self);
}

GListModel *
avb_extension_host_get_extensions (AvbExtensionHost *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_HOST (self), NULL);
  return G_LIST_MODEL (self->extensions);
}

AvbExtension *
avb_extension_host_find (AvbExtensionHost *self, const char *id)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_HOST (self) && id != NULL, NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->extensions)); i++)
    {
      g_autoptr (AvbExtension) extension = g_list_model_get_item (G_LIST_MODEL (self->extensions), i);

      if (g_str_equal (avb_extension_get_id (extension), id))
        return g_steal_pointer (&extension);
    }
  return NULL;
}

AvbContributions *
avb_extension_host_get_contributions (AvbExtensionHost *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_HOST (self), NULL);
  return self->contributions;
}

AvbAuditLog *
avb_extension_host_get_audit (AvbExtensionHost *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_HOST (self), NULL);
  return self->audit;
}

DexFuture *
avb_extension_host_open_panel (AvbExtensionHost *self, AvbExtension *extension, const char *panel, AvbMachine *machine)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_HOST (self) && AVB_IS_EXTENSION (extension) && panel != NULL, NULL);

  return avb_open_panels_open (self->panels, extension, panel, machine);
}

AvbExtensionStore *
avb_extension_host_get_store (AvbExtensionHost *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_HOST (self), NULL);
  return self->store;
}

AvbExtensionPolicy *
avb_extension_host_get_policy (AvbExtensionHost *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_HOST (self), NULL);
  return self->policy;
}

AvbRole
avb_extension_host_get_role (AvbExtensionHost *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_HOST (self), AVB_ROLE_VIEWER);
  return self->role;
}

void
avb_extension_host_set_role (AvbExtensionHost *self, AvbRole role)
{
  g_return_if_fail (AVB_IS_EXTENSION_HOST (self));

  if (self->role == role)
    return;
  self->role = role;
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->extensions)); i++)
    {
      g_autoptr (AvbExtension) extension = g_list_model_get_item (G_LIST_MODEL (self->extensions), i);

      avb_extension_set_role (extension, role_word (role));
      judge (self, extension);
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ROLE]);
}

const char *
avb_extension_host_get_sandbox_reason (AvbExtensionHost *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_HOST (self), NULL);
  return self->sandbox_reason;
}
