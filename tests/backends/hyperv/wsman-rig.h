/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libsoup/soup.h>

#include "backends/avb-error.h"
#include "backends/hyperv/avb-wsman-client.h"
#include "tests/avb-test.h"

G_BEGIN_DECLS

/* A server on loopback that gives the answers it was told, one after the other, and keeps what it was asked. It knows nothing
 * of WS-Management. In an answer "@ID@" becomes the message's own. */
typedef struct {
  SoupServer     *server;
  AvbWsmanClient *client;
  char           *address;
  GQueue          answers;  /* of WsmanReply */
  GPtrArray      *requests; /* of char *: bodies */
  GPtrArray      *logins;   /* of char *: the Authorization of each, "" where there was none */
  char           *login;    /* (nullable): "Basic …" that is asked for */
  const char     *offer;    /* (nullable): WWW-Authenticate */
  const char     *ntlm;     /* (nullable): what NTLM is called; who answers its challenge is let in */
  GSList         *held;     /* messages that are never answered */
  guint           n_certificates;
  GTlsCertificateFlags flags; /* of the last */
  char           *fingerprint;
} WsmanRig;

/* @certificate is nullable: without TLS then. */
WsmanRig *wsman_rig_new  (GTlsCertificate *certificate);
void      wsman_rig_free (WsmanRig *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsmanRig, wsman_rig_free)

/* The file answers/@name.soap */
void wsman_rig_add       (WsmanRig *self, const char *name);
/* A fault comes with 500. */
void wsman_rig_add_fault (WsmanRig *self, const char *name);
/* @type and @text are nullable. */
void wsman_rig_add_raw   (WsmanRig *self, guint status, const char *type, const char *text);
void wsman_rig_add_redirect (WsmanRig *self, const char *location);
/* No answer at all */
void wsman_rig_add_silence  (WsmanRig *self);

/* (transfer full): what the XPath expression @path (prefixes s, a, w, n, e, i, p) gives as text in request @index */
char *wsman_rig_dup_value (WsmanRig *self, guint index, const char *path);
void  wsman_rig_check     (WsmanRig *self, guint index, const char *path, const char *value);

G_END_DECLS
