/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

/* Without GLib: the self-test is a program of its own, which has none. Its exit status when another hypervisor has the
 * processor: Linux gives EBUSY for a machine where it cannot switch virtualization on. */
#define AVB_KVM_SELF_TEST_BUSY 3
