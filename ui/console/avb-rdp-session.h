/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "ui/console/avb-console-session.h"

G_BEGIN_DECLS

/**
 * AvbRdpSession:
 *
 * A display of Hyper-V by VMConnect: RDP to the host, which is told which machine is meant before anything else (MS-RDPEPS),
 * and lets its users in with CredSSP. It is the basic session: picture, keys and an absolute pointer, and none of the
 * protocol's channels. Where it can't be had, the session is `replaced` by one that asks for pictures, whose `note` says why.
 */
#define AVB_TYPE_RDP_SESSION (avb_rdp_session_get_type ())
G_DECLARE_FINAL_TYPE (AvbRdpSession, avb_rdp_session, AVB, RDP_SESSION, AvbConsoleSession)

G_END_DECLS
