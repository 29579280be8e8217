/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "tests/contract/contract.h"

G_BEGIN_DECLS

/* Somebody else at a libvirt host: libvirt itself, over a link of its own. */
void contract_libvirt_other (const char *uri, ContractDeed deed, const char *target, const char *argument);

G_END_DECLS
