/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <cairo.h>
#include <gio/gio.h>

#include "backends/avb-machine.h"

G_BEGIN_DECLS

/**
 * AvbRdpEnding:
 * @AVB_RDP_LOST: the connection went, or the host ended it.
 * @AVB_RDP_TAKEN: another viewer took the display over.
 * @AVB_RDP_UNTRUSTED: nobody vouches for the host's certificate: see avb_rdp_link_get_untrusted().
 * @AVB_RDP_REFUSED: the name and the password are not accepted.
 * @AVB_RDP_DENIED: the user may not see displays.
 * @AVB_RDP_LOCKED: the account can't be used now.
 * @AVB_RDP_EXPIRED: the password must be changed first.
 * @AVB_RDP_UNREACHABLE: nobody answers there.
 * @AVB_RDP_STRANGE: who answers there does not speak as VMConnect does.
 * @AVB_RDP_TOO_LARGE: the display is beyond the limits of #AvbFramebuffer.
 */
typedef enum {
  AVB_RDP_LOST,
  AVB_RDP_TAKEN,
  AVB_RDP_UNTRUSTED,
  AVB_RDP_REFUSED,
  AVB_RDP_DENIED,
  AVB_RDP_LOCKED,
  AVB_RDP_EXPIRED,
  AVB_RDP_UNREACHABLE,
  AVB_RDP_STRANGE,
  AVB_RDP_TOO_LARGE,
} AvbRdpEnding;

/* How an attempt ended, from FreeRDP's error and the host's last words. Any thread. @connected: the display was there */
AvbRdpEnding avb_rdp_ending_read   (gboolean connected, guint32 error, guint32 info);
/* (transfer full): a translated sentence. @endpoint: of the attempt */
char        *avb_rdp_ending_format (AvbRdpEnding ending, const AvbConsoleEndpoint *endpoint);

/**
 * AvbRdpInput:
 *
 * What is typed and pointed at, as the protocol has it. A plain value.
 */
typedef enum {
  AVB_RDP_KEY,            /* code: with 0x100 for the extended ones */
  AVB_RDP_PAUSE,
  AVB_RDP_LOCKS,          /* flags: #AvbInputLocks */
  AVB_RDP_MOUSE,          /* flags: PTR_FLAGS_… */
  AVB_RDP_EXTENDED_MOUSE, /* flags: PTR_XFLAGS_… */
} AvbRdpInputKind;

typedef struct {
  AvbRdpInputKind kind;
  guint16         flags;
  guint16         x; /* guest pixels */
  guint16         y;
  guint           code;
  gboolean        press;
  gboolean        repeat; /* it is down already */
} AvbRdpInput;

/**
 * AvbRdpPicture:
 *
 * The whole display, and what changed in it. 32 bits a pixel, native byte order, the upper byte garbage.
 */
typedef struct {
  int             width;
  int             height;
  int             stride;
  const guint8   *pixels;
  cairo_region_t *damage; /* inside the picture */
} AvbRdpPicture;

/**
 * AvbRdpLink:
 *
 * One attempt to show a machine by VMConnect, in a thread of FreeRDP's own: nothing here waits for it. No channel of the
 * protocol is opened: there is a picture, a pointer, and keys.
 *
 * The thread stands still while the main thread takes a picture, and goes on when the handlers of `picture` have returned:
 * so a host can't send more than is shown, and nothing is kept but the display itself.
 *
 * Signals, on the main thread: `connected`: let in; `picture`: see avb_rdp_link_get_picture(); `cursor`: another shape;
 * `locks`: the guest's lock keys; `ended`: once, and the last.
 */
#define AVB_TYPE_RDP_LINK (avb_rdp_link_get_type ())
G_DECLARE_FINAL_TYPE (AvbRdpLink, avb_rdp_link, AVB, RDP_LINK, GObject)

/* @endpoint: with host, port, user and id. @fingerprint: (nullable): of the certificate that is trusted there */
AvbRdpLink *avb_rdp_link_new   (const AvbConsoleEndpoint *endpoint,
                                const char               *password,
                                const char               *fingerprint);
/* No signal any more; the thread ends by itself. */
void        avb_rdp_link_close (AvbRdpLink *self);

/* (nullable): only in a handler of `picture`, and until avb_rdp_link_close() */
const AvbRdpPicture *avb_rdp_link_get_picture (AvbRdpLink *self);
/* (transfer full) (nullable): straight RGBA without gaps; %NULL where the guest leaves the pointer to us */
guint8      *avb_rdp_link_dup_cursor (AvbRdpLink *self, int *width, int *height, int *hot_x, int *hot_y);
/* #AvbInputLocks, or -1 while the guest did not tell. */
int          avb_rdp_link_get_locks     (AvbRdpLink *self);
AvbRdpEnding avb_rdp_link_get_ending    (AvbRdpLink *self);
/* (nullable) */
GTlsCertificate *avb_rdp_link_get_untrusted (AvbRdpLink *self, GTlsCertificateFlags *errors);

/* In order. A host that takes nothing gets no more than some hundred; releases are kept in any case. */
void         avb_rdp_link_send (AvbRdpLink *self, const AvbRdpInput *input);

/* How many threads there are; for tests. */
guint        avb_rdp_link_get_n_threads (void);

G_END_DECLS
