/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/hyperv-host.h"

#include <string.h>

/* What tests turn, and what they look at. */

#define LOCKED G_REC_MUTEX_AUTO_LOCK (&self->lock, locker)

void
hyperv_simulator_set_port (HypervSimulator *self, guint16 port)
{
  LOCKED;
  self->port = port;
}

const char *
hyperv_simulator_get_uri (HypervSimulator *self)
{
  return self->uri;
}

guint16
hyperv_simulator_get_port (HypervSimulator *self)
{
  return self->port;
}

const char *
hyperv_simulator_get_host_name (HypervSimulator *self)
{
  return hv_get (self->host, "Name");
}

void
hyperv_simulator_set_auth (HypervSimulator *self, HypervSimulatorAuth auth, const char *user, const char *password)
{
  LOCKED;
  self->auth = auth;
  g_set_str (&self->user, user != NULL ? user : "");
  g_set_str (&self->password, password != NULL ? password : "");
}

void
hyperv_simulator_set_tls (HypervSimulator *self, gboolean tls)
{
  LOCKED;
  self->tls = tls;
}

char *
hyperv_simulator_dup_certificate (HypervSimulator *self)
{
  LOCKED;
  return g_strdup (self->certificate_pem);
}

/* --- troubles ------------------------------------------------------------------------------------ */

static void
add_trouble (HypervSimulator *self, HvTroubleKind kind, const char *action, guint value, guint n)
{
  HvTrouble *trouble = g_new0 (HvTrouble, 1);

  trouble->kind = kind;
  trouble->action = g_strdup (action);
  trouble->value = value;
  trouble->n = n;
  g_ptr_array_add (self->troubles, trouble);
}

void
hyperv_simulator_fail_next (HypervSimulator *self, const char *action, HypervFail kind)
{
  hyperv_simulator_fail_times (self, action, kind, 1);
}

void
hyperv_simulator_fail_times (HypervSimulator *self, const char *action, HypervFail kind, guint n)
{
  LOCKED;

  if (n > 0)
    {
      add_trouble (self, HV_TROUBLE_FAIL, action, kind, n);
      return;
    }
  for (guint i = self->troubles->len; i > 0; i--)
    {
      HvTrouble *trouble = g_ptr_array_index (self->troubles, i - 1);

      if (trouble->kind == HV_TROUBLE_FAIL && trouble->value == kind && g_strcmp0 (trouble->action, action) == 0)
        g_ptr_array_remove_index (self->troubles, i - 1);
    }
}

void
hyperv_simulator_fail_status (HypervSimulator *self, const char *action, guint http_status)
{
  LOCKED;
  add_trouble (self, HV_TROUBLE_STATUS, action, http_status, 1);
}

void
hyperv_simulator_return_next (HypervSimulator *self, const char *method, guint32 value)
{
  LOCKED;
  add_trouble (self, HV_TROUBLE_RETURN, method, value, 1);
}

void
hyperv_simulator_delay_next (HypervSimulator *self, const char *action, guint milliseconds)
{
  LOCKED;
  add_trouble (self, HV_TROUBLE_DELAY, action, milliseconds, 1);
}

void
hyperv_simulator_fail_never (HypervSimulator *self)
{
  LOCKED;
  g_ptr_array_set_size (self->troubles, 0);
}

void
hyperv_simulator_fail_next_job (HypervSimulator *self, guint32 code, const char *description)
{
  LOCKED;
  self->fail_job = TRUE;
  self->fail_code = code;
  g_set_str (&self->fail_text, description);
}

void
hyperv_simulator_hang_next_job (HypervSimulator *self)
{
  LOCKED;
  self->hang_job = TRUE;
}

#define SETTER(name, type, field)                                  \
  void hyperv_simulator_set_##name (HypervSimulator *self, type x) \
  {                                                                \
    LOCKED;                                                        \
    self->field = x;                                               \
  }

SETTER (job_duration, guint, job_duration)
SETTER (job_linger, guint, job_linger)
SETTER (synchronous, gboolean, synchronous)
SETTER (guests_deaf, gboolean, deaf)
SETTER (endless_pulls, gboolean, endless)
SETTER (enumeration_timeout, guint, context_timeout)
SETTER (wrong_namespaces, gboolean, wrong_namespaces)
SETTER (clock_skew, gint64, skew)
SETTER (events, gboolean, events)

void
hyperv_simulator_set_page_size (HypervSimulator *self, guint n)
{
  LOCKED;
  self->page_size = MAX (n, 1);
}

/* --- counts -------------------------------------------------------------------------------------- */

guint
hyperv_simulator_get_n_requests (HypervSimulator *self, const char *action)
{
  LOCKED;
  return action == NULL ? self->n_requests : GPOINTER_TO_UINT (g_hash_table_lookup (self->counts, action));
}

guint64
hyperv_simulator_get_bytes_sent (HypervSimulator *self)
{
  LOCKED;
  return self->sent;
}

guint64
hyperv_simulator_get_bytes_received (HypervSimulator *self)
{
  LOCKED;
  return self->received;
}

void
hyperv_simulator_reset_counts (HypervSimulator *self)
{
  LOCKED;
  self->n_requests = 0;
  self->sent = self->received = 0;
  g_hash_table_remove_all (self->counts);
}

guint
hyperv_simulator_get_n_subscriptions (HypervSimulator *self)
{
  LOCKED;
  return g_hash_table_size (self->subscriptions);
}

guint
hyperv_simulator_get_n_waiting (HypervSimulator *self)
{
  GHashTableIter iter;
  gpointer value;
  guint n = 0;
  LOCKED;

  g_hash_table_iter_init (&iter, self->subscriptions);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      HvCall *call = ((HvSubscription *) value)->waiting;

      if (call != NULL && !call->gone)
        n++;
    }
  return n;
}

guint
hyperv_simulator_get_n_contexts (HypervSimulator *self)
{
  LOCKED;
  return g_hash_table_size (self->contexts);
}

guint
hyperv_simulator_get_n_jobs (HypervSimulator *self)
{
  LOCKED;
  return g_hash_table_size (self->jobs);
}
