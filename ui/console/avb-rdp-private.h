/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <freerdp/freerdp.h>

#include "ui/console/avb-rdp-link.h"

G_BEGIN_DECLS

/* What the main thread and the thread of a connection share. */

/* What the main thread is told, in this order. */
typedef enum {
  AVB_RDP_TELL_CONNECTED = 1 << 0,
  AVB_RDP_TELL_LOCKS = 1 << 1,
  AVB_RDP_TELL_CURSOR = 1 << 2,
  AVB_RDP_TELL_PICTURE = 1 << 3,
  AVB_RDP_TELL_ENDED = 1 << 4,
} AvbRdpTell;

/* The largest pointer of the protocol (MS-RDPBCGR 2.2.7.2.7), in pixels of an edge. */
#define AVB_RDP_MAX_CURSOR 384

/* So long may it take to reach the host. */
#define AVB_RDP_TIMEOUT_S 10

typedef struct {
  int     width;
  int     height;
  int     hot_x;
  int     hot_y;
  guint8 *rgba; /* nullable */
} AvbRdpCursor;

typedef struct {
  gatomicrefcount ref_count;

  /* As they were at the beginning. */
  AvbConsoleEndpoint *endpoint; /* its password is the one to try */
  char               *fingerprint;
  GCancellable       *cancellable; /* of reaching the host */

  /* The main thread's. */
  AvbRdpLink *link; /* NULL once it is closed */

  GMutex mutex;
  GCond  cond;

  /* With the mutex. */
  gboolean    closed;
  HANDLE      wake;    /* there is input, or it is closed */
  rdpContext *context; /* NULL before and after the connection */
  GSocketConnection *connection; /* nullable: the same as FreeRDP's */
  guint       news;    /* #AvbRdpTell that the main thread does not know yet */
  gboolean    is_scheduled;
  GArray     *input;   /* of AvbRdpInput */

  gboolean      is_parked; /* the thread waits until the picture was taken */
  AvbRdpPicture picture;

  AvbRdpCursor         cursor;
  int                  locks;
  GTlsCertificate     *untrusted;
  GTlsCertificateFlags untrusted_errors;
  AvbRdpEnding         ending;
} AvbRdpShared;

AvbRdpShared *avb_rdp_shared_ref   (AvbRdpShared *self);
void          avb_rdp_shared_unref (AvbRdpShared *self);
/* With the mutex. */
void          avb_rdp_shared_tell  (AvbRdpShared *self, AvbRdpTell news);

/* With the mutex. FreeRDP waits for ever for a host that is silent while TLS begins; for one that is gone it does not. */
void          avb_rdp_shared_hang_up (AvbRdpShared *self);

gboolean      avb_rdp_set_up (rdpSettings *settings, const AvbConsoleEndpoint *endpoint);

/* The thread. @data: (transfer full): the AvbRdpShared */
gpointer      avb_rdp_thread       (gpointer data);

G_END_DECLS
