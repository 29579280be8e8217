/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libdex.h>
#include <gio/gio.h>

#include "backends/avb-operation.h"
#include "backends/hyperv/avb-wmi-object.h"

G_BEGIN_DECLS

/**
 * AvbWsmanClient:
 *
 * A client of WS-Management (DSP0226) that speaks of WMI objects (DSP0227, MS-WSMV), in one namespace
 * ("root/virtualization/v2"), at one endpoint. Requests may overlap. No redirects are followed; answers are limited in size,
 * time, depth and number of elements. Main thread only.
 *
 * Properties: `uri` (string, construct-only: "https://host:5986/wsman"), `user`, `password` (strings, nullable: Basic — over
 * TLS or loopback only —, NTLM, Negotiate, as the host offers and libsoup has them), `trusted-fingerprint` (string, nullable:
 * SHA-256, lower-case hexadecimal, of a certificate that is accepted though nobody vouches for it; any other is then refused
 * as changed), `timeout` (uint, seconds for each call, default 60).
 *
 * Signal `certificate` (#GTlsCertificate, #GTlsCertificateFlags): the host showed one that is not accepted; the call
 * fails with %G_TLS_ERROR_BAD_CERTIFICATE.
 *
 * Calls reject with: %AVB_ERROR_PERMISSION for 401 and access denied, %AVB_ERROR_NOT_FOUND,
 * %AVB_ERROR_UNAVAILABLE (no host, time-out, too many requests), %AVB_ERROR_INVALID (what it sent is no answer),
 * %AVB_ERROR_NOT_SUPPORTED, %AVB_ERROR_FAILED with the fault's own text as details; %G_IO_ERROR_CANCELLED once closed.
 */
#define AVB_TYPE_WSMAN_CLIENT (avb_wsman_client_get_type ())
G_DECLARE_FINAL_TYPE (AvbWsmanClient, avb_wsman_client, AVB, WSMAN_CLIENT, GObject)

AvbWsmanClient *avb_wsman_client_new       (const char *uri, const char *name_space);
void            avb_wsman_client_set_login (AvbWsmanClient *self, const char *user, const char *password);
void            avb_wsman_client_set_trusted_fingerprint (AvbWsmanClient *self, const char *fingerprint);
/* Aborts all calls; later ones are refused. */
void            avb_wsman_client_close     (AvbWsmanClient *self);

/* DSP0226 clause 11 (Identify). Resolves to a string: product and version. */
DexFuture *avb_wsman_client_identify (AvbWsmanClient *self) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves to an #AvbWmiObject (boxed). */
DexFuture *avb_wsman_client_get      (AvbWsmanClient *self, AvbWmiPath *path) G_GNUC_WARN_UNUSED_RESULT;
/* Enumerate and Pull to the end, whatever the pages. @limit: the first so many, and the rest is not asked for; 0: all, of which
 * there may be 100 000, else %AVB_ERROR_INVALID. @wql: "SELECT * FROM …" or
 * "ASSOCIATORS OF {…} WHERE …". Resolves to a #GPtrArray (boxed) of #AvbWmiObject. */
DexFuture *avb_wsman_client_query    (AvbWsmanClient *self, const char *wql, guint limit) G_GNUC_WARN_UNUSED_RESULT;
/* @parameters is nullable. Resolves to an #AvbWmiObject (boxed): the out parameters with ReturnValue, which the caller looks at. */
DexFuture *avb_wsman_client_invoke   (AvbWsmanClient *self, AvbWmiPath *path, const char *method, AvbWmiObject *parameters) G_GNUC_WARN_UNUSED_RESULT;

/* WS-Eventing, pull mode. @wql: "SELECT * FROM __InstanceModificationEvent WITHIN 2 WHERE TargetInstance ISA '…'".
 * Resolves to a string: the context for the next two; %AVB_ERROR_NOT_SUPPORTED where the host has no eventing. */
DexFuture *avb_wsman_client_subscribe   (AvbWsmanClient *self, const char *wql) G_GNUC_WARN_UNUSED_RESULT;
/* Waits until there are events, or the host's time is up: resolves to a #GPtrArray (boxed) of #AvbWmiObject, perhaps empty.
 * To be called again and again; rejects once the subscription is gone. */
DexFuture *avb_wsman_client_pull_events (AvbWsmanClient *self, const char *context) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_wsman_client_unsubscribe (AvbWsmanClient *self, const char *context) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
