/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/hyperv/avb-hyperv-job.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "backends/avb-error.h"

#define FIRST_PAUSE_MS 50
#define LAST_PAUSE_MS 2000

/* Values that all methods have, e.g. page "RequestStateChange method of the Msvm_ComputerSystem class"; those of
 * DMTF's own methods (1 to 6) beside them. */
enum {
  RETURN_DONE = 0,
  RETURN_NOT_SUPPORTED = 1,
  RETURN_TIMEOUT = 3,
  RETURN_INVALID_PARAMETER = 4,
  RETURN_INVALID_STATE = 5,
  RETURN_JOB = 4096,
  RETURN_ACCESS_DENIED = 32769,
  RETURN_HV_NOT_SUPPORTED = 32770,
  RETURN_HV_TIMEOUT = 32772,
  RETURN_HV_INVALID_PARAMETER = 32773,
  RETURN_IN_USE = 32774,
  RETURN_HV_INVALID_STATE = 32775,
  RETURN_NOT_AVAILABLE = 32777,
  RETURN_FILE_NOT_FOUND = 32779,
  RETURN_NOT_READY = 32780, /* these three: page "InitiateShutdown method of the Msvm_ShutdownComponent class" */
  RETURN_LOCKED = 32781,
  RETURN_IN_PROGRESS = 32782,
};

/* Page "Msvm_ConcreteJob", JobState */
enum {
  JOB_COMPLETED = 7,
  JOB_TERMINATED = 8,
  JOB_KILLED = 9,
  JOB_EXCEPTION = 10,
  JOB_WITH_WARNINGS = 32768,
};

#define JOB_TERMINATE 4 /* page "RequestStateChange method of the Msvm_ConcreteJob class" */

/* The host says more in words: the codes of Windows are in its sentences, whatever their language. */
static gboolean
find_windows_code (const char *details, AvbError *code)
{
  static const struct {
    const char *text;
    AvbError    code;
  } codes[] = {
    { "0x80070070", AVB_ERROR_NO_SPACE },  { "0x80070027", AVB_ERROR_NO_SPACE },
    { "0x80070050", AVB_ERROR_EXISTS },    { "0x800700B7", AVB_ERROR_EXISTS },
    { "0x80070002", AVB_ERROR_NOT_FOUND }, { "0x80070003", AVB_ERROR_NOT_FOUND },
    { "0x80070005", AVB_ERROR_PERMISSION }, { "0x80070020", AVB_ERROR_BUSY },
  };

  for (gsize i = 0; details != NULL && i < G_N_ELEMENTS (codes); i++)
    if (strstr (details, codes[i].text) != NULL)
      {
        *code = codes[i].code;
        return TRUE;
      }
  return FALSE;
}

static AvbError
code_of (guint64 value)
{
  switch (value)
    {
    case RETURN_NOT_SUPPORTED:
    case RETURN_HV_NOT_SUPPORTED:
      return AVB_ERROR_NOT_SUPPORTED;
    case RETURN_TIMEOUT:
    case RETURN_HV_TIMEOUT:
      return AVB_ERROR_UNAVAILABLE;
    case RETURN_INVALID_PARAMETER:
    case RETURN_HV_INVALID_PARAMETER:
      return AVB_ERROR_INVALID;
    case RETURN_INVALID_STATE:
    case RETURN_HV_INVALID_STATE:
    case RETURN_IN_USE:
    case RETURN_NOT_AVAILABLE:
    case RETURN_NOT_READY:
    case RETURN_LOCKED:
    case RETURN_IN_PROGRESS:
      return AVB_ERROR_BUSY;
    case RETURN_ACCESS_DENIED:
      return AVB_ERROR_PERMISSION;
    case RETURN_FILE_NOT_FOUND:
      return AVB_ERROR_NOT_FOUND;
    default:
      return AVB_ERROR_FAILED;
    }
}

GError *
avb_hyperv_error_new (guint64 value, const char *details, const char *sentence)
{
  AvbError         code = code_of (value);
  g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT, value);

  find_windows_code (details, &code);
  return avb_error_new (code, details != NULL && *details != '\0' ? details : number, "%s", sentence);
}

/* --- Following a job --- */

typedef struct {
  gint64   heard;   /* when it said something new, monotonic */
  guint64  state;
  guint64  percent;
  guint    pause_ms;
  gboolean terminated; /* was asked to end */
} Follow;

static gboolean
is_over (guint64 state)
{
  return (state >= JOB_COMPLETED && state <= JOB_EXCEPTION) || state == JOB_WITH_WARNINGS;
}

static gboolean
finish_job (const AvbHypervCall *call, const Follow *follow, AvbWmiObject *job, GError **error)
{
  const char *details = avb_wmi_object_get_string (job, "ErrorDescription");

  if (follow->state == JOB_COMPLETED || follow->state == JOB_WITH_WARNINGS)
    return TRUE;
  if (follow->terminated && (follow->state == JOB_TERMINATED || follow->state == JOB_KILLED))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "The job was terminated");
      return FALSE;
    }
  if (details == NULL || *details == '\0')
    details = avb_wmi_object_get_string (job, "ErrorSummaryDescription");
  if (details == NULL || *details == '\0')
    details = avb_wmi_object_get_string (job, "JobStatus");
  g_propagate_error (error,
                     avb_hyperv_error_new (avb_wmi_object_get_uint (job, "ErrorCode", 0), details, call->what));
  return FALSE;
}

static void
terminate (const AvbHypervCall *call, AvbWmiPath *job, Follow *follow)
{
  g_autoptr (AvbWmiObject) parameters = avb_wmi_object_new ("RequestStateChange");
  g_autoptr (AvbWmiObject) result = NULL;

  follow->terminated = TRUE;
  follow->pause_ms = FIRST_PAUSE_MS;
  avb_operation_set_can_cancel (call->operation, FALSE);
  avb_wmi_object_set_uint (parameters, "RequestedState", AVB_WMI_UINT16, JOB_TERMINATE);
  /* One that cannot be ended goes on, and its end is what counts. */
  result = dex_await_boxed (
      avb_wsman_client_invoke (call->client, job, "RequestStateChange", parameters), NULL);
}

static gboolean
wants_to_end (const AvbHypervCall *call, const Follow *follow)
{
  return call->operation != NULL && !follow->terminated
         && g_cancellable_is_cancelled (avb_operation_get_cancellable (call->operation));
}

static void
wait (const AvbHypervCall *call, Follow *follow)
{
  DexFuture *timeout = dex_timeout_new_msec ((int) follow->pause_ms);

  follow->pause_ms = MIN (follow->pause_ms * 3 / 2, LAST_PAUSE_MS);
  if (call->operation == NULL || follow->terminated)
    dex_await (timeout, NULL);
  else
    dex_await (dex_future_first (timeout, dex_cancellable_new_from_cancellable (
                                              avb_operation_get_cancellable (call->operation)), NULL),
               NULL);
}

static void
take_news (const AvbHypervCall *call, Follow *follow, AvbWmiObject *job)
{
  guint64 state = avb_wmi_object_get_uint (job, "JobState", 0);
  guint64 percent = avb_wmi_object_get_uint (job, "PercentComplete", 0);

  if (state != follow->state || percent != follow->percent)
    follow->heard = g_get_monotonic_time ();
  follow->state = state;
  follow->percent = percent;
  if (call->operation != NULL && percent > 0 && percent <= 100)
    avb_operation_set_fraction (call->operation, (double) percent / 100);
}

gboolean
avb_hyperv_follow_job (const AvbHypervCall *call, AvbWmiPath *path, GError **error)
{
  Follow follow = { .heard = g_get_monotonic_time (), .state = G_MAXUINT64, .pause_ms = FIRST_PAUSE_MS };
  gint64 silence = (gint64) (call->silence_ms > 0 ? call->silence_ms : AVB_HYPERV_JOB_SILENCE_MS) * 1000;

  for (;;)
    {
      g_autoptr (AvbWmiObject) job = NULL;
      g_autoptr (GError) local_error = NULL;

      if (wants_to_end (call, &follow))
        terminate (call, path, &follow);
      job = dex_await_boxed (avb_wsman_client_get (call->client, path), &local_error);
      if (job == NULL && g_error_matches (local_error, AVB_ERROR, AVB_ERROR_NOT_FOUND))
        {
          /* Nobody can say what became of it. */
          g_propagate_error (error, avb_error_new (AVB_ERROR_FAILED, local_error->message, "%s", call->what));
          return FALSE;
        }
      if (job == NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      take_news (call, &follow, job);
      if (is_over (follow.state))
        return finish_job (call, &follow, job, error);
      if (g_get_monotonic_time () - follow.heard > silence)
        {
          g_propagate_error (error, avb_error_new (AVB_ERROR_UNAVAILABLE, call->what,
                                                   _ ("The host works on this without an end, and nobody knows how it will turn out.")));
          return FALSE;
        }
      wait (call, &follow);
    }
}

/* --- Methods --- */

static const char *
find_details (AvbWmiObject *result)
{
  const char *details = avb_wmi_object_get_string (result, "ErrorDescription");

  return details != NULL ? details : avb_wmi_object_get_string (result, "Errors");
}

AvbWmiObject *
avb_hyperv_call (const AvbHypervCall *call,
                 AvbWmiPath          *path,
                 const char          *method,
                 AvbWmiObject        *parameters,
                 GError             **error)
{
  g_autoptr (AvbWmiObject) result
      = dex_await_boxed (avb_wsman_client_invoke (call->client, path, method, parameters), error);
  guint64     value;
  AvbWmiPath *job;

  if (result == NULL)
    return NULL;
  value = avb_wmi_object_get_uint (result, "ReturnValue", G_MAXUINT32);
  if (value == RETURN_DONE)
    return g_steal_pointer (&result);
  job = avb_wmi_object_get_path (result, "Job");
  if (value == RETURN_JOB && job != NULL)
    return avb_hyperv_follow_job (call, job, error) ? g_steal_pointer (&result) : NULL;
  /* Methods of guests say so, too, and have no job. */
  if (value == RETURN_JOB)
    return g_steal_pointer (&result);
  g_propagate_error (error, avb_hyperv_error_new (value, find_details (result), call->what));
  return NULL;
}

/* The keys of a service: pages "Msvm_VirtualSystemManagementService" and so on. */
static const char *const service_keys[] = { "CreationClassName", "Name", "SystemCreationClassName", "SystemName" };

static AvbWmiPath *
read_service_path (AvbWsmanClient *client, const char *service, GError **error)
{
  g_autofree char *wql = g_strdup_printf ("SELECT * FROM %s", service);
  g_autoptr (GPtrArray) found = dex_await_boxed (avb_wsman_client_query (client, wql, 1), error);
  const char *values[G_N_ELEMENTS (service_keys)];

  if (found == NULL)
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (service_keys); i++)
    {
      values[i] = found->len > 0 ? avb_wmi_object_get_string (found->pdata[0], service_keys[i]) : NULL;
      if (values[i] == NULL)
        {
          g_propagate_error (error, avb_error_new (AVB_ERROR_NOT_SUPPORTED, service,
                                                   _ ("This version of Hyper-V does not offer this.")));
          return NULL;
        }
    }
  return avb_wmi_path_new (service, service_keys[0], values[0], service_keys[1], values[1], service_keys[2], values[2],
                           service_keys[3], values[3], NULL);
}

/* There is one of each, which is the same as long as the link is: it is asked for once. */
static AvbWmiPath *
find_service (AvbWsmanClient *client, const char *service, GError **error)
{
  GHashTable *known = g_object_get_data (G_OBJECT (client), "avb-hyperv-services");
  AvbWmiPath *path;

  if (known == NULL)
    {
      known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) avb_wmi_path_unref);
      g_object_set_data_full (G_OBJECT (client), "avb-hyperv-services", known, (GDestroyNotify) g_hash_table_unref);
    }
  path = g_hash_table_lookup (known, service);
  if (path != NULL)
    return avb_wmi_path_ref (path);
  path = read_service_path (client, service, error);
  if (path != NULL)
    g_hash_table_replace (known, g_strdup (service), avb_wmi_path_ref (path));
  return path;
}

AvbWmiObject *
avb_hyperv_call_service (const AvbHypervCall *call,
                         const char          *service,
                         const char          *method,
                         AvbWmiObject        *parameters,
                         GError             **error)
{
  g_autoptr (AvbWmiPath) path = find_service (call->client, service, error);

  return path != NULL ? avb_hyperv_call (call, path, method, parameters, error) : NULL;
}

char *
avb_hyperv_quote (const char *text)
{
  GString *quoted = g_string_new ("'");

  for (const char *c = text; *c != '\0'; c++)
    {
      if (*c == '\'' || *c == '\\')
        g_string_append_c (quoted, '\\');
      g_string_append_c (quoted, *c);
    }
  g_string_append_c (quoted, '\'');
  return g_string_free (quoted, FALSE);
}
