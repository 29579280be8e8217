/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "tests/hyperv/hyperv-wql.h"

G_BEGIN_DECLS

/* A condition, as a tree. */
typedef enum { HV_OP_OR, HV_OP_AND, HV_OP_NOT, HV_OP_COMPARE } HvOp;

struct _HvExpression {
  HvOp          op;
  HvExpression *left;
  HvExpression *right;
  char         *name;
  char         *comparison; /* "=", "<>", "LIKE", "ISA", "IS NULL", "IS NOT NULL"… */
  char         *literal;
};

G_END_DECLS
