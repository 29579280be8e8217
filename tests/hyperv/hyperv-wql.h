/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "tests/hyperv/hyperv-object.h"

G_BEGIN_DECLS

/* The part of WQL (MS-WMI section 2.2.1) that clients of Hyper-V use: SELECT … FROM … WHERE, ASSOCIATORS OF,
 * REFERENCES OF, and queries for events with WITHIN. */

typedef enum { HV_WQL_SELECT, HV_WQL_ASSOCIATORS, HV_WQL_REFERENCES } HvWqlKind;

typedef struct _HvExpression HvExpression;

typedef struct {
  HvWqlKind     kind;
  char         *class_name; /* of SELECT */
  char        **properties; /* (nullable): NULL for "*" */
  HvExpression *where; /* (nullable) */
  double        within; /* seconds; negative: not told */
  char         *path; /* of ASSOCIATORS and REFERENCES */
  char         *assoc_class;
  char         *result_class;
  char         *result_role;
  char         *role;
} HvWql;

/* NULL: this is no WQL, or not of the part. */
HvWql *hv_wql_parse (const char *text);
void   hv_wql_free  (HvWql *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvWql, hv_wql_free)

/* Whether WHERE holds for an instance. @event: (nullable): then names begin with "TargetInstance." or
 * "PreviousInstance.". */
gboolean hv_wql_matches (HvWql *self, HvObject *object, HvObject *before, gboolean event);
/* (transfer container): what a query finds; NULL: no such class or object */
GPtrArray *hv_wql_run (HvWql *self, HvStore *store, const char *space);
/* (transfer container): what is at the other ends of associations, or those themselves */
GPtrArray *hv_associators (HvObject *object, const char *assoc_class, const char *result_class,
                           const char *role, const char *result_role, gboolean references);
/* The class that an event query is about: the operand of ISA. (nullable) */
const char *hv_wql_get_isa (HvWql *self);
/* Whether all properties that it names exist. */
gboolean hv_wql_check (HvWql *self, const HvClass *klass);

G_END_DECLS
