/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/hyperv-host.h"

/* Its thread, its timers, its coming and going. */

static gpointer
run_thread (gpointer data)
{
  HypervSimulator *self = data;

  g_main_context_push_thread_default (self->context);
  g_main_loop_run (self->loop);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

static void
trouble_free (gpointer data)
{
  g_free (((HvTrouble *) data)->action);
  g_free (data);
}

HypervSimulator *
hyperv_simulator_new (void)
{
  HypervSimulator *self = g_new0 (HypervSimulator, 1);

  g_rec_mutex_init (&self->lock);
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->timers = g_ptr_array_new_with_free_func ((GDestroyNotify) g_source_unref);
  self->connections = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  self->store = hv_store_new (hv_events_watch, self);
  self->machines = g_ptr_array_new_with_free_func ((GDestroyNotify) hv_machine_free);
  self->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  self->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) hv_file_free);
  self->contexts = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) hv_context_free);
  self->subscriptions = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) hv_subscription_free);
  self->troubles = g_ptr_array_new_with_free_func (trouble_free);
  self->counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  hv_jobs_init (self);
  self->job_duration = 20;
  self->job_linger = 300000;
  self->page_size = 50;
  self->context_timeout = 300000;
  self->events = TRUE;
  self->last_mac = 0x010000;
  hv_host_fill (self);
  self->thread = g_thread_new ("hyperv-simulator", run_thread, self);
  return self;
}

typedef void (*Func) (HypervSimulator *self, gpointer data);

typedef struct {
  HypervSimulator *self;
  Func             func;
  gpointer         data;
  GMutex           mutex;
  GCond            cond;
  gboolean         done;
} Errand;

static gboolean
run_errand (gpointer data)
{
  Errand *errand = data;

  g_rec_mutex_lock (&errand->self->lock);
  errand->func (errand->self, errand->data);
  g_rec_mutex_unlock (&errand->self->lock);
  g_mutex_lock (&errand->mutex);
  errand->done = TRUE;
  g_cond_signal (&errand->cond);
  g_mutex_unlock (&errand->mutex);
  return G_SOURCE_REMOVE;
}

/* On the server's thread, to its end: what is done to sockets. */
static void
call_server (HypervSimulator *self, Func func, gpointer data)
{
  Errand errand = { .self = self, .func = func, .data = data };

  g_mutex_init (&errand.mutex);
  g_cond_init (&errand.cond);
  g_main_context_invoke (self->context, run_errand, &errand);
  g_mutex_lock (&errand.mutex);
  while (!errand.done)
    g_cond_wait (&errand.cond, &errand.mutex);
  g_mutex_unlock (&errand.mutex);
  g_mutex_clear (&errand.mutex);
  g_cond_clear (&errand.cond);
}

static void
close_all (HypervSimulator *self, gpointer data)
{
  hv_events_forget (self);
  hv_server_close (self);
  while (self->timers->len > 0)
    hv_timer_stop (self, g_ptr_array_index (self->timers, 0));
}

static gboolean
quit_cb (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

void
hyperv_simulator_free (HypervSimulator *self)
{
  call_server (self, close_all, NULL);
  g_main_context_invoke (self->context, quit_cb, self->loop);
  g_thread_join (self->thread);
  /* What the closed connections left to do */
  g_main_context_push_thread_default (self->context);
  while (g_main_context_iteration (self->context, FALSE))
    ;
  g_main_context_pop_thread_default (self->context);
  g_hash_table_unref (self->jobs);
  g_hash_table_unref (self->contexts);
  g_hash_table_unref (self->subscriptions);
  g_hash_table_unref (self->by_id);
  g_ptr_array_unref (self->machines);
  g_hash_table_unref (self->files);
  hv_store_free (self->store);
  g_ptr_array_unref (self->troubles);
  g_hash_table_unref (self->counts);
  g_hash_table_unref (self->connections);
  g_ptr_array_unref (self->timers);
  g_clear_object (&self->certificate);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_rec_mutex_clear (&self->lock);
  g_free (self->certificate_pem);
  g_free (self->user);
  g_free (self->password);
  g_free (self->fail_text);
  g_free (self->uri);
  g_free (self);
}

static void
listen_now (HypervSimulator *self, gpointer error)
{
  hv_server_listen (self, error);
}

gboolean
hyperv_simulator_start (HypervSimulator *self, GError **error)
{
  GError *local = NULL;

  if (self->tls)
    hv_tls_make (self, HYPERV_SIMULATOR_CERTIFICATE_VALID);
  call_server (self, listen_now, &local);
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, local);
  return FALSE;
}

/* --- timers and time ----------------------------------------------------------------------------- */

typedef struct {
  HypervSimulator *self;
  GSource         *source;
  HvTimerFunc      func;
  gpointer         data;
  GDestroyNotify   destroy;
} Timer;

static void
timer_free (gpointer data)
{
  Timer *timer = data;

  if (timer->destroy != NULL)
    timer->destroy (timer->data);
  g_free (timer);
}

static gboolean
timer_cb (gpointer data)
{
  Timer *timer = data;
  G_REC_MUTEX_AUTO_LOCK (&timer->self->lock, locker);

  /* It may have been stopped on another thread meanwhile. */
  if (g_source_is_destroyed (timer->source))
    return G_SOURCE_REMOVE;
  timer->func (timer->self, timer->data);
  g_ptr_array_remove (timer->self->timers, timer->source);
  return G_SOURCE_REMOVE;
}

GSource *
hv_timer_add (HypervSimulator *self, guint milliseconds, HvTimerFunc func, gpointer data, GDestroyNotify destroy)
{
  GSource *source = g_timeout_source_new (milliseconds);
  Timer *timer = g_new0 (Timer, 1);

  timer->self = self;
  timer->source = source;
  timer->func = func;
  timer->data = data;
  timer->destroy = destroy;
  g_source_set_callback (source, timer_cb, timer, timer_free);
  g_ptr_array_add (self->timers, source);
  g_source_attach (source, self->context);
  return source;
}

void
hv_timer_stop (HypervSimulator *self, GSource *source)
{
  g_source_destroy (source);
  g_ptr_array_remove (self->timers, source);
}

char *
hv_now (HypervSimulator *self)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autoptr (GDateTime) then = g_date_time_add_seconds (now, (gdouble) self->skew);

  return g_date_time_format (then, "%Y-%m-%dT%H:%M:%SZ");
}

gint64
hv_monotonic (void)
{
  return g_get_monotonic_time () / 1000;
}

char *
hv_new_guid (void)
{
  g_autofree char *id = g_uuid_string_random ();

  return g_ascii_strup (id, -1);
}

/* --- what is done to connections ----------------------------------------------------------------- */

static void
listen_again (HypervSimulator *self, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (self->server != NULL)
    return;
  hv_server_listen (self, &error);
  if (error != NULL)
    g_warning ("the simulated host does not come back: %s", error->message);
}

static void
drop (HypervSimulator *self, gpointer data)
{
  hv_server_close (self);
  listen_again (self, NULL);
}

void
hyperv_simulator_drop_connections (HypervSimulator *self)
{
  call_server (self, drop, NULL);
}

typedef struct {
  guint    milliseconds;
  gboolean machines_run;
} Reboot;

static void
reboot (HypervSimulator *self, gpointer data)
{
  Reboot *plan = data;
  GHashTable *machines = self->by_id;
  GHashTableIter iter;
  gpointer value;

  hv_events_forget (self);
  hv_server_close (self);
  g_hash_table_remove_all (self->contexts);
  hv_jobs_clear (self);
  g_hash_table_iter_init (&iter, machines);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      HvMachine *machine = value;

      if (!hv_machine_is_running (machine))
        continue;
      machine->started = 0;
      hv_machine_set_state (self, machine, plan->machines_run ? HYPERV_STATE_ENABLED : HYPERV_STATE_DISABLED);
    }
  hv_timer_add (self, plan->milliseconds, listen_again, NULL, NULL);
}

void
hyperv_simulator_reboot (HypervSimulator *self, guint milliseconds, gboolean machines_run)
{
  Reboot plan = { milliseconds, machines_run };

  call_server (self, reboot, &plan);
}

static void
change_certificate (HypervSimulator *self, gpointer data)
{
  hv_tls_make (self, *(HypervSimulatorCertificate *) data);
  drop (self, NULL);
}

void
hyperv_simulator_change_certificate (HypervSimulator *self, HypervSimulatorCertificate kind)
{
  call_server (self, change_certificate, &kind);
}
