/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/hyperv-host.h"

/* Msvm_ConcreteJob (Microsoft's reference; DSP0004's CIM_ConcreteJob): states that its page names. */
enum { RUNNING = 4, COMPLETED = 7, TERMINATED = 8, KILLED = 9, EXCEPTION = 10 };

typedef struct {
  HvJobPlan plan;
  HvObject *object;
  GSource  *timer;
  guint     quarters;
  gboolean  fails, hangs;
  guint32   code;
  char     *text;
} HvJob;

static void
job_free (gpointer data)
{
  HvJob *job = data;

  if (job->plan.destroy != NULL)
    job->plan.destroy (job->plan.data);
  g_clear_pointer (&job->plan.affected, hv_object_unref);
  g_clear_pointer (&job->object, hv_object_unref);
  g_free (job->text);
  g_free (job);
}

static void
set_state (HypervSimulator *self, HvJob *job, guint state, guint percent, const char *status)
{
  g_autofree char *now = hv_now (self);

  hv_set_uint (job->object, "JobState", state);
  hv_set_uint (job->object, "PercentComplete", percent);
  hv_set (job->object, "JobStatus", status);
  hv_set (job->object, "TimeOfLastStateChange", now);
  if (state != RUNNING)
    {
      hv_set_bool (job->object, "Cancellable", FALSE);
      hv_set (job->object, "ElapsedTime", "P0DT0H0M1S");
    }
  hv_store_changed (self->store, job->object);
}

static void
forget (HypervSimulator *self, gpointer data)
{
  HvObject *object = data;

  if (object->store != NULL)
    hv_store_remove (self->store, object);
}

/* A job that has ended can be asked for a while (TimeBeforeRemoval). */
static void
end (HypervSimulator *self, HvJob *job)
{
  hv_timer_add (self, self->job_linger, forget, hv_object_ref (job->object), (GDestroyNotify) hv_object_unref);
  g_hash_table_remove (self->jobs, job->object);
}

static void
fail (HypervSimulator *self, HvJob *job, guint state, guint32 code, const char *text)
{
  hv_set_uint (job->object, "ErrorCode", code);
  hv_set (job->object, "ErrorDescription", text);
  hv_set (job->object, "ErrorSummaryDescription", text);
  if (job->plan.undo != NULL)
    job->plan.undo (self, job->plan.data);
  set_state (self, job, state, job->quarters * 25, state == EXCEPTION ? "Job failed" : "Job was terminated");
  end (self, job);
}

static void
complete (HypervSimulator *self, HvJob *job)
{
  g_autoptr (GPtrArray) results = g_ptr_array_new ();
  g_autofree char *error = NULL;
  guint32 code = job->plan.func (self, job->plan.data, results, &error);

  if (code != HV_OK)
    {
      fail (self, job, EXCEPTION, code, error != NULL ? error : "The operation failed.");
      return;
    }
  for (guint i = 0; i < results->len; i++)
    hv_store_link (self->store, "Msvm_AffectedJobElement", g_ptr_array_index (results, i), job->object);
  set_state (self, job, COMPLETED, 100, "Job completed");
  end (self, job);
}

static void
tick (HypervSimulator *self, gpointer data)
{
  HvJob *job = data;

  job->timer = NULL;
  job->quarters++;
  if (job->quarters == 2 && job->fails)
    {
      fail (self, job, EXCEPTION, job->code, job->text);
      return;
    }
  if (job->quarters == 4)
    {
      complete (self, job);
      return;
    }
  set_state (self, job, RUNNING, job->quarters * 25, "Job is running");
  if (job->quarters != 2 || !job->hangs)
    job->timer = hv_timer_add (self, self->job_duration / 4, tick, job, NULL);
}

static HvObject *
make_object (HypervSimulator *self, const HvJobPlan *plan)
{
  HvObject *object = hv_object_new (HV_SPACE_VIRTUALIZATION, "Msvm_ConcreteJob");
  g_autofree char *id = hv_new_guid ();
  g_autofree char *now = hv_now (self);

  hv_set (object, "InstanceID", id);
  hv_set (object, "Name", "Msvm_ConcreteJob");
  hv_set (object, "Caption", plan->caption);
  hv_set (object, "ElementName", plan->caption);
  hv_set (object, "Description", plan->caption);
  hv_set_uint (object, "JobType", plan->type);
  hv_set_uint (object, "JobState", RUNNING);
  hv_set_uint (object, "PercentComplete", 0);
  hv_set (object, "JobStatus", "Job is running");
  hv_set (object, "StartTime", now);
  hv_set (object, "TimeSubmitted", now);
  hv_set (object, "TimeOfLastStateChange", now);
  hv_set (object, "ElapsedTime", "P0DT0H0M0S");
  return hv_store_add (self->store, object);
}

/* At once, with what it makes as a result: reference or references */
static guint32
run_now (HvInvoke *in, const HvJobPlan *plan)
{
  g_autoptr (GPtrArray) results = g_ptr_array_new ();
  g_autofree char *error = NULL;
  guint32 code = plan->func (in->sim, plan->data, results, &error);

  if (code != HV_OK && plan->undo != NULL)
    plan->undo (in->sim, plan->data);
  for (guint i = 0; code == HV_OK && plan->result != NULL && i < results->len; i++)
    hv_out_object (in, plan->result, g_ptr_array_index (results, i));
  hv_append_nil (in->out, "p:Job");
  if (plan->destroy != NULL)
    plan->destroy (plan->data);
  return code;
}

guint32
hv_job_start (HvInvoke *in, const HvJobPlan *plan)
{
  HypervSimulator *self = in->sim;
  HvJob *job;

  if (self->synchronous && !self->fail_job && !self->hang_job)
    return run_now (in, plan);
  job = g_new0 (HvJob, 1);
  job->plan = *plan;
  if (plan->affected != NULL)
    hv_object_ref (plan->affected);
  job->object = hv_object_ref (make_object (self, plan));
  job->fails = self->fail_job;
  job->hangs = self->hang_job;
  job->code = self->fail_code;
  job->text = g_steal_pointer (&self->fail_text);
  self->fail_job = self->hang_job = FALSE;
  g_hash_table_insert (self->jobs, job->object, job);
  if (plan->affected != NULL && plan->affected->store != NULL)
    hv_store_link (self->store, "Msvm_AffectedJobElement", plan->affected, job->object);
  job->timer = hv_timer_add (self, self->job_duration / 4, tick, job, NULL);
  if (plan->result != NULL)
    {
      g_autofree char *element = g_strconcat ("p:", plan->result, NULL);

      hv_append_nil (in->out, element);
    }
  hv_out_object (in, "Job", job->object);
  return HV_STARTED;
}

/* The host restarts: they are gone, and so is what they made of a machine's state. */
void
hv_jobs_clear (HypervSimulator *self)
{
  g_autoptr (GPtrArray) all = hv_store_collect (self->store, HV_SPACE_VIRTUALIZATION, "Msvm_ConcreteJob");
  g_autoptr (GPtrArray) jobs = g_hash_table_get_values_as_ptr_array (self->jobs);

  for (guint i = 0; i < jobs->len; i++)
    {
      HvJob *job = g_ptr_array_index (jobs, i);

      if (job->timer != NULL)
        hv_timer_stop (self, job->timer);
      if (job->plan.undo != NULL)
        job->plan.undo (self, job->plan.data);
    }
  g_hash_table_remove_all (self->jobs);
  for (guint i = 0; i < all->len; i++)
    hv_store_remove (self->store, g_ptr_array_index (all, i));
}

void
hv_jobs_init (HypervSimulator *self)
{
  self->jobs = g_hash_table_new_full (NULL, NULL, NULL, job_free);
}

/* Msvm_ConcreteJob.RequestStateChange: Terminate (4), Kill (5) */
static guint32
request_state_change (HvInvoke *in)
{
  HvJob *job = g_hash_table_lookup (in->sim->jobs, in->target);
  gint64 state = hv_arg_int (in, "RequestedState", -1);

  if (state < 2 || state > 6)
    return 5; /* Invalid Parameter */
  if (state != 4 && state != 5)
    return 1; /* Not Supported */
  if (job == NULL)
    return 4097; /* Invalid State Transition: it has ended */
  if (job->timer != NULL)
    hv_timer_stop (in->sim, job->timer);
  fail (in->sim, job, state == 4 ? TERMINATED : KILLED, HV_FAILED, "The operation was cancelled.");
  return HV_OK;
}

/* An Msvm_Error as text, or NULL */
static guint32
tell_error (HvInvoke *in, const char *name)
{
  g_autoptr (HvObject) error = NULL;
  g_autofree char *text = NULL;

  if (hv_get_uint (in->target, "ErrorCode") != 0)
    {
      error = hv_object_new (HV_SPACE_VIRTUALIZATION, "Msvm_Error");
      hv_set (error, "Message", hv_get (in->target, "ErrorDescription"));
      hv_set_uint (error, "ErrorType", 4);
      hv_set_uint (error, "CIMStatusCode", 1);
      text = hv_instance_to_cim_xml (error);
    }
  hv_out (in, name, "string", text);
  return HV_OK;
}

static guint32
get_error (HvInvoke *in)
{
  return tell_error (in, "Error");
}

static guint32
get_error_ex (HvInvoke *in)
{
  return tell_error (in, "Errors");
}

const HvMethod hv_job_methods[] = {
  { "CIM_ConcreteJob", "RequestStateChange", "uint16 RequestedState,datetime TimeoutPeriod", request_state_change },
  { "CIM_ConcreteJob", "GetError", "", get_error },
  { "CIM_ConcreteJob", "GetErrorEx", "", get_error_ex },
  { NULL, NULL, NULL, NULL },
};
