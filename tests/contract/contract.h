/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-connection.h"
#include "backends/avb-error.h"
#include "tests/avb-test.h"

G_BEGIN_DECLS

/* The contract's tests: what every host must do, in the same way. A host is one small file with a ContractHost and a
 * main() that calls contract_main(); all else is said once. Each behaviour is a test case of its own, and what came
 * of it goes into the table: it works, it is refused for a reason (then the refusal is what was tested), or the host
 * has no way to show it. */

/**
 * ContractDeed:
 *
 * What somebody else does at the host, behind our back.
 */
typedef enum {
  CONTRACT_OTHER_CREATES, /* a machine called @target */
  CONTRACT_OTHER_RENAMES, /* to @argument; @target is a UUID, as below */
  CONTRACT_OTHER_DELETES,
  CONTRACT_OTHER_STARTS,
  CONTRACT_OTHER_PAUSES,
  CONTRACT_OTHER_TURNS_OFF,
} ContractDeed;

/* What a host does not do or cannot show, and why. The array ends with a %NULL name. */
typedef struct {
  const char *name;
  const char *reason;
} ContractNote;

/**
 * ContractHost:
 *
 * A kind of host that the tests can reach. All functions are called in a fiber.
 */
typedef struct {
  const char *name;          /* in paths: "qemu-session" */
  const char *title;         /* in the table */
  const char *kind;          /* "real" or "simulated" */
  const char *volume_format; /* of new disks */
  AvbDiskBus  disk_bus;
  const char *bridge;        /* of the host, or of none if it takes any */

  void           (*set_up)    (void); /* (nullable) before everything */
  void           (*tear_down) (void); /* (nullable) */
  /* The link is up and the host's capabilities are known. */
  AvbConnection *(*connect)   (void);
  /* A small machine without a disk that can be started. */
  AvbMachineSpec *(*make_spec) (const char *name);
  /* What is really there, seen past the connection. */
  gboolean       (*volume_exists) (const char *path);
  guint          (*count_volumes) (void); /* half made ones too */
  /* (nullable) (transfer full): a file of somebody else's, not where this program makes volumes */
  char          *(*make_stranger) (void);
  void           (*other)      (ContractDeed deed, const char *target, const char *argument);
  /* The link breaks, and comes back a moment later. */
  void           (*break_link) (AvbConnection *connection);
  /* (nullable) The guest or its process dies. */
  void           (*crash)      (AvbMachine *machine);
  /* Work with volumes takes so long that a cancel meets it, or no longer. @source: (nullable): of a copy that takes long,
   * which the function may fill. */
  void           (*slow_down)  (gboolean slow, AvbVolumeSpec *volume, const char *source);
  /* The volume cannot be made in the end; what the host says about that must be among the error's details. */
  void           (*spoil)      (AvbVolumeSpec *volume, const char *source);

  const ContractNote *refused; /* properties of a spec, by the names of the cases: refused with NOT_SUPPORTED */
  const ContractNote *lacks;   /* behaviours that cannot be shown */
} ContractHost;

typedef struct {
  const ContractHost *host;
  AvbConnection      *connection;
  GPtrArray          *volumes; /* paths, deleted in the end */
  char               *refusal; /* (nullable) */
  char               *remark;  /* (nullable) */
} Contract;

typedef struct {
  const char *name;
  void      (*run) (Contract *c);
} ContractBehaviour;

/* One array for each file of behaviours; each ends with a %NULL name. */
extern const ContractBehaviour contract_spec_behaviours[];
extern const ContractBehaviour contract_capability_behaviours[];
extern const ContractBehaviour contract_verb_behaviours[];
extern const ContractBehaviour contract_event_behaviours[];
extern const ContractBehaviour contract_link_behaviours[];
extern const ContractBehaviour contract_job_behaviours[];
extern const ContractBehaviour contract_snapshot_behaviours[];
extern const ContractBehaviour contract_volume_behaviours[];
extern const ContractBehaviour contract_display_behaviours[];
extern const ContractBehaviour contract_machine_behaviours[];

int contract_main (int argc, char **argv, const ContractHost *host);

/* For the table: it was a refusal that was tested. */
void contract_refused (Contract *c, const char *reason);
/* For the table: what there is to know beyond “works”. */
void contract_remark  (Contract *c, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* (nullable): why the host does not have @feature */
const char *contract_reason (Contract *c, AvbFeature feature);
/* Awaits @future, which must reject as what the host does not have, with @reason: (nullable): any sentence. */
#define contract_await_refusal(future, reason) \
  contract_await_refusal_full ((future), (reason), G_STRLOC)
void        contract_await_refusal_full (DexFuture *future, const char *reason, const char *location);
/* What a verb says for which there is no feature, and no code. */
#define CONTRACT_NOT_OFFERED "This hypervisor does not offer this."

AvbMachineSpec *contract_make_spec    (Contract *c, const char *name);
char           *contract_make_volume  (Contract *c, const char *name); /* borrowed by c->volumes too: a copy */
void            contract_add_disk     (Contract *c, AvbMachineSpec *spec);
AvbMachine     *contract_create       (Contract *c, const char *name);
AvbMachine     *contract_create_spec  (Contract *c, AvbMachineSpec *spec);
AvbMachine     *contract_create_with_disk (Contract *c, const char *name);
AvbMachineSpec *contract_read_spec    (AvbMachine *machine);
void            contract_assert_spec  (AvbMachine *machine, AvbMachineSpec *expected);
/* By the shortest way, from any state. */
void            contract_bring        (AvbMachine *machine, AvbMachineState state);
#define contract_until_state(machine, expected) \
  avb_test_until_true (avb_machine_get_state (machine) == (expected))
/* It is off and out of the list; the disks of the test stay. */
void            contract_remove       (Contract *c, AvbMachine *machine);
/* (transfer full) (nullable) */
AvbMachine     *contract_find         (AvbConnection *connection, const char *name);
gboolean        contract_has          (AvbConnection *connection, const char *name);
/* Takes @connection: closes it, and nothing may hold it then. */
void            contract_close        (AvbConnection *connection);
guint           contract_count        (AvbConnection *connection);
const char     *contract_state_name   (AvbMachineState state);

/* --- contract-ticks.c: whether somebody blocks the main loop --- */

typedef struct _ContractTicks ContractTicks;
ContractTicks *contract_ticks_new  (void);
/* The longest time for which the main loop did not turn, in ms; frees @self. Time in which this process did not get
 * a processor is not counted: a second thread measures that. */
guint          contract_ticks_end  (ContractTicks *self);

/* --- contract-report.c: JSON lines for the table --- */

void contract_report_begin (const ContractHost *host);
void contract_report       (const ContractHost *host, const char *behaviour, const char *outcome, const char *note);

G_END_DECLS
