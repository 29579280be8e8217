/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-operation.h"
#include "backends/hyperv/avb-wsman-client.h"

G_BEGIN_DECLS

/* How long a job may say nothing new (state, percent) until it counts as one that never ends, in milliseconds. Merging
 * large disks takes hours, but it counts its percents meanwhile. */
#define AVB_HYPERV_JOB_SILENCE_MS (30 * 60 * 1000)

/**
 * AvbHypervCall:
 *
 * How a method is called. A plain value for the stack.
 */
typedef struct {
  AvbWsmanClient *client;
  const char     *what;       /* translated: what failed if it fails */
  AvbOperation   *operation;  /* (nullable): gets the job's progress; its cancel terminates the job */
  guint           silence_ms; /* 0: %AVB_HYPERV_JOB_SILENCE_MS */
} AvbHypervCall;

/* (transfer full): an error for a ReturnValue, or the ErrorCode of a job, with the host's own text */
GError *avb_hyperv_error_new (guint64 value, const char *details, const char *sentence);

/**
 * avb_hyperv_follow_job:
 *
 * Follows an Msvm_ConcreteJob to its end. Only inside a fiber.
 *
 * A job sends events, but a subscription for each costs more than it saves: it is asked, often at first and every two
 * seconds at most later. One that is over is known to the host for five minutes (TimeBeforeRemoval).
 *
 * Returns: %FALSE with %G_IO_ERROR_CANCELLED if it was terminated because the operation was cancelled; with
 *   %AVB_ERROR_UNAVAILABLE if the host went away, or if the job is silent for too long
 */
gboolean avb_hyperv_follow_job (const AvbHypervCall *call, AvbWmiPath *job, GError **error);

/* Calls a method and sees its job to the end. Only inside a fiber. @parameters: (nullable).
 * Returns: (transfer full) (nullable): what it gave */
AvbWmiObject *avb_hyperv_call (const AvbHypervCall *call,
                               AvbWmiPath          *path,
                               const char          *method,
                               AvbWmiObject        *parameters,
                               GError             **error);
/* The same for a service of the host, of which there is one: "Msvm_VirtualSystemManagementService". */
AvbWmiObject *avb_hyperv_call_service (const AvbHypervCall *call,
                                       const char          *service,
                                       const char          *method,
                                       AvbWmiObject        *parameters,
                                       GError             **error);

/* (transfer full): as a string of WQL */
char *avb_hyperv_quote (const char *text);

G_END_DECLS
