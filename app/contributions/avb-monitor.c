/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/contributions/avb-monitor.h"

#include <string.h>

#define MAX_VALUES 100

struct _AvbMonitor
{
  GObject parent_instance;

  AvbContribution *contribution;
  GHashTable      *values; /* name → GArray of double */
  gint64           sampled;
  char            *message;
  char            *severity;
  gboolean         running;
};

G_DEFINE_FINAL_TYPE (AvbMonitor, avb_monitor, G_TYPE_OBJECT)

enum { PROP_0, PROP_CONTRIBUTION, PROP_RUNNING, PROP_SAMPLED, PROP_MESSAGE, PROP_SEVERITY, N_PROPS };

static GParamSpec *properties[N_PROPS];

static void
avb_monitor_finalize (GObject *object)
{
  AvbMonitor *self = AVB_MONITOR (object);

  g_clear_object (&self->contribution);
  g_hash_table_unref (self->values);
  g_free (self->message);
  g_free (self->severity);
  G_OBJECT_CLASS (avb_monitor_parent_class)->finalize (object);
}

static void
avb_monitor_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbMonitor *self = AVB_MONITOR (object);

  switch (id)
    {
    case PROP_CONTRIBUTION: g_value_set_object (value, self->contribution); break;
    case PROP_RUNNING: g_value_set_boolean (value, self->running); break;
    case PROP_SAMPLED: g_value_set_int64 (value, self->sampled); break;
    case PROP_MESSAGE: g_value_set_string (value, self->message); break;
    case PROP_SEVERITY: g_value_set_string (value, self->severity); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_monitor_class_init (AvbMonitorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = avb_monitor_finalize;
  object_class->get_property = avb_monitor_get_property;
  properties[PROP_CONTRIBUTION] = g_param_spec_object ("contribution", NULL, NULL, AVB_TYPE_CONTRIBUTION, flags);
  properties[PROP_RUNNING] = g_param_spec_boolean ("running", NULL, NULL, FALSE, flags);
  properties[PROP_SAMPLED] = g_param_spec_int64 ("sampled", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_MESSAGE] = g_param_spec_string ("message", NULL, NULL, NULL, flags);
  properties[PROP_SEVERITY] = g_param_spec_string ("severity", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
avb_monitor_init (AvbMonitor *self)
{
  self->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_array_unref);
}

AvbMonitor *
avb_monitor_new (AvbContribution *contribution)
{
  AvbMonitor *self;

  g_return_val_if_fail (AVB_IS_CONTRIBUTION (contribution), NULL);

  self = g_object_new (AVB_TYPE_MONITOR, NULL);
  self->contribution = g_object_ref (contribution);
  return self;
}

void
avb_monitor_set_running (AvbMonitor *self, gboolean running)
{
  g_return_if_fail (AVB_IS_MONITOR (self));

  running = !!running;
  if (self->running == running)
    return;
  self->running = running;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RUNNING]);
}

/* Of one machine they are kept under "machine/name". */
static char *
make_name (const char *machine, const char *name)
{
  return machine != NULL ? g_strdup_printf ("%s/%s", machine, name) : g_strdup (name);
}

static void
keep (AvbMonitor *self, char *name, double value)
{
  GArray *history = g_hash_table_lookup (self->values, name);

  if (history == NULL && g_hash_table_size (self->values) >= MAX_VALUES)
    {
      g_free (name);
      return;
    }
  if (history == NULL)
    {
      history = g_array_new (FALSE, FALSE, sizeof (double));
      g_hash_table_insert (self->values, name, history);
    }
  else
    g_free (name);
  if (history->len == AVB_MONITOR_HISTORY)
    g_array_remove_index (history, 0);
  g_array_append_val (history, value);
}

void
avb_monitor_take_sample (AvbMonitor *self, JsonObject *params)
{
  const char *machine;
  JsonNode *values;
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  g_return_if_fail (AVB_IS_MONITOR (self));
  g_return_if_fail (params != NULL);

  machine = json_object_get_string_member_with_default (params, "machine", NULL);
  values = json_object_get_member (params, "values");
  if (values == NULL || !JSON_NODE_HOLDS_OBJECT (values))
    return;
  json_object_iter_init (&iter, json_node_get_object (values));
  while (json_object_iter_next (&iter, &name, &node))
    if (JSON_NODE_HOLDS_VALUE (node)
        && (json_node_get_value_type (node) == G_TYPE_INT64 || json_node_get_value_type (node) == G_TYPE_DOUBLE))
      keep (self, make_name (machine, name), json_node_get_double (node));
  self->sampled = g_get_real_time () / G_USEC_PER_SEC;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SAMPLED]);
}

void
avb_monitor_take_event (AvbMonitor *self, JsonObject *params)
{
  g_return_if_fail (AVB_IS_MONITOR (self));
  g_return_if_fail (params != NULL);

  g_object_freeze_notify (G_OBJECT (self));
  if (g_set_str (&self->severity, json_object_get_string_member_with_default (params, "severity", "info")))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SEVERITY]);
  g_set_str (&self->message, json_object_get_string_member_with_default (params, "text", NULL));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MESSAGE]);
  g_object_thaw_notify (G_OBJECT (self));
}

const double *
avb_monitor_get_history (AvbMonitor *self, const char *name, guint *length)
{
  GArray *history;

  g_return_val_if_fail (AVB_IS_MONITOR (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  history = g_hash_table_lookup (self->values, name);
  if (length != NULL)
    *length = history != NULL ? history->len : 0;
  return history != NULL ? (const double *) (gpointer) history->data : NULL;
}

gboolean
avb_monitor_get_value (AvbMonitor *self, const char *name, double *value)
{
  guint length = 0;
  const double *history = avb_monitor_get_history (self, name, &length);

  if (length == 0)
    return FALSE;
  *value = history[length - 1];
  return TRUE;
}

#define GETTER(type, name)                          \
  type avb_monitor_get_##name (AvbMonitor *self)    \
  {                                                 \
    g_return_val_if_fail (AVB_IS_MONITOR (self), 0); \
    return self->name;                              \
  }

GETTER (AvbContribution *, contribution)
GETTER (gboolean, running)
GETTER (gint64, sampled)
GETTER (const char *, message)
GETTER (const char *, severity)
