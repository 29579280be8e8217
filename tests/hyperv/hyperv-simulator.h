/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * HypervSimulator:
 *
 * A Hyper-V host on loopback: WS-Management over HTTP with the WMI classes of root/virtualization/v2
 * and what a client needs of root/cimv2 as a state machine. It is written from the published documents
 * alone (DMTF DSP0226, DSP0227, DSP0230, DSP0201; MS-WSMV; MS-NLMP; Microsoft's reference of the classes),
 * so that it is a second reading of them and no mirror of a client.
 *
 * The server runs on a thread of its own: a test that spins the main loop, or sits in a fiber, gets its
 * answers. Every function may be called from any thread and at any time, except that those marked
 * "before start" have no effect later.
 *
 * What is made here directly (machines, states, files) is what somebody else did at the host: clients
 * hear of it by events only.
 */
typedef struct _HypervSimulator HypervSimulator;

HypervSimulator *hyperv_simulator_new  (void);
void             hyperv_simulator_free (HypervSimulator *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HypervSimulator, hyperv_simulator_free)

/* Before start: 0, the default, takes any free port. */
void        hyperv_simulator_set_port (HypervSimulator *self, guint16 port);
gboolean    hyperv_simulator_start    (HypervSimulator *self, GError **error);
/* After start: "http://127.0.0.1:12345/wsman", or https. */
const char *hyperv_simulator_get_uri  (HypervSimulator *self);
guint16     hyperv_simulator_get_port (HypervSimulator *self);
/* "HV-SIM": the Name of the hosting system. */
const char *hyperv_simulator_get_host_name (HypervSimulator *self);

/* --- who may come in --------------------------------------------------------------------------- */

typedef enum {
  HYPERV_SIMULATOR_AUTH_NONE      = 0,
  HYPERV_SIMULATOR_AUTH_BASIC     = 1 << 0,
  HYPERV_SIMULATOR_AUTH_NTLM      = 1 << 1, /* NTLMv2 is really verified; also inside Negotiate */
  HYPERV_SIMULATOR_AUTH_NEGOTIATE = 1 << 2, /* offered by a 401 and never granted without NTLM */
} HypervSimulatorAuth;

/* With AUTH_NONE, the default, user and password are NULL. Any domain is taken. */
void hyperv_simulator_set_auth (HypervSimulator    *self,
                                HypervSimulatorAuth auth,
                                const char         *user,
                                const char         *password);

typedef enum {
  HYPERV_SIMULATOR_CERTIFICATE_VALID,   /* self-signed, for "localhost" and 127.0.0.1 */
  HYPERV_SIMULATOR_CERTIFICATE_EXPIRED, /* the same, of last year */
  HYPERV_SIMULATOR_CERTIFICATE_FOREIGN, /* for "elsewhere.example" */
} HypervSimulatorCertificate;

/* Before start. */
void  hyperv_simulator_set_tls            (HypervSimulator *self, gboolean tls);
/* Makes another key and certificate and drops all connections: a changed certificate. */
void  hyperv_simulator_change_certificate (HypervSimulator *self, HypervSimulatorCertificate kind);
/* (transfer full): PEM of the certificate that is shown now */
char *hyperv_simulator_dup_certificate    (HypervSimulator *self);

/* --- machines and files ------------------------------------------------------------------------ */

/* EnabledState and RequestedState of Msvm_ComputerSystem */
typedef enum {
  HYPERV_STATE_UNKNOWN  = 0,
  HYPERV_STATE_ENABLED  = 2,
  HYPERV_STATE_DISABLED = 3,
  HYPERV_STATE_SHUTTING_DOWN = 4,
  HYPERV_STATE_SAVED    = 6,
  HYPERV_STATE_QUIESCE  = 9,
  HYPERV_STATE_STARTING = 10,
  HYPERV_STATE_RESET    = 11,
  HYPERV_STATE_SAVING   = 32773,
  HYPERV_STATE_PAUSING  = 32776,
  HYPERV_STATE_RESUMING = 32777,
} HypervState;

/* A machine with 2 processors, 2048 MiB, a disk of 64 GiB and a port on "Default Switch".
 * @generation: 1 or 2; @state: ENABLED, DISABLED, SAVED or QUIESCE. Names may be the same.
 * (transfer full): its GUID in capitals, the Name of the Msvm_ComputerSystem */
char       *hyperv_simulator_add_machine       (HypervSimulator *self,
                                                const char      *name,
                                                guint            generation,
                                                HypervState      state);
/* "NAME 0001" and so on: turned off, generation 2. No events. */
void        hyperv_simulator_add_machines      (HypervSimulator *self, const char *name, guint n);
void        hyperv_simulator_remove_machine    (HypervSimulator *self, const char *id);
void        hyperv_simulator_rename_machine    (HypervSimulator *self, const char *id, const char *name);
void        hyperv_simulator_set_machine_state (HypervSimulator *self, const char *id, HypervState state);
/* UNKNOWN where there is none */
HypervState hyperv_simulator_get_machine_state (HypervSimulator *self, const char *id);
guint       hyperv_simulator_get_n_machines    (HypervSimulator *self);
/* (transfer full) (nullable): the GUID of the first machine of that name */
char       *hyperv_simulator_find_machine      (HypervSimulator *self, const char *name);
guint       hyperv_simulator_get_n_snapshots   (HypervSimulator *self, const char *id);

/* All instances of @class_name whose InstanceID, or Name, or DeviceID contains @part (NULL: any), are
 * looked through; (transfer full) (nullable): @property of the first. Values of arrays are joined by "\n". */
char *hyperv_simulator_dup_property (HypervSimulator *self,
                                     const char      *class_name,
                                     const char      *part,
                                     const char      *property);
/* How many instances of exactly @class_name have @part in InstanceID, Name or DeviceID. */
guint hyperv_simulator_count_instances (HypervSimulator *self, const char *class_name, const char *part);

/* A file of the host: "C:\\ISO\\debian.iso". Its folders exist with it. @capacity: what a disk is for
 * the guest, 0 for what is no disk. */
void     hyperv_simulator_add_file          (HypervSimulator *self,
                                             const char      *path,
                                             guint64          size,
                                             guint64          capacity);
gboolean hyperv_simulator_has_file          (HypervSimulator *self, const char *path);
guint64  hyperv_simulator_get_file_capacity (HypervSimulator *self, const char *path);
/* How many files have this ending, "vhdx", but for the disks of machines that were added here. */
guint    hyperv_simulator_count_files       (HypervSimulator *self, const char *ending);
/* Of drive C: 200 GiB by default. What is less than a disk wants makes CreateVirtualHardDisk fail. */
void     hyperv_simulator_set_free_space    (HypervSimulator *self, guint64 bytes);

/* ListenerPort of Msvm_TerminalServiceSettingData, 2179 by default: what listens there is not the simulator's. */
void     hyperv_simulator_set_console_port  (HypervSimulator *self, guint16 port);

/* What a guest got from Msvm_Keyboard and Msvm_SyntheticMouse, a line each: "scancodes 1e 9e",
 * "text hello", "key 65", "press 65", "release 65", "move 100 200", "click 1", "scroll -1".
 * (transfer full) */
char *hyperv_simulator_dup_input   (HypervSimulator *self, const char *id);
void  hyperv_simulator_clear_input (HypervSimulator *self, const char *id);

/* --- when things go wrong ---------------------------------------------------------------------- */

/* Actions are named by their last part: "Identify", "Get", "Put", "Enumerate", "Pull", "Release",
 * "Subscribe", "Renew", "Unsubscribe"; methods by their name: "DefineSystem". NULL is any. */
typedef enum {
  HYPERV_FAIL_FAULT,              /* wsman:InternalError with detail */
  HYPERV_FAIL_FAULT_WITHOUT_DETAIL,
  HYPERV_FAIL_ACCESS_DENIED,      /* wsman:AccessDenied */
  HYPERV_FAIL_TIMED_OUT,          /* wsman:TimedOut, at once */
  HYPERV_FAIL_UNAVAILABLE,        /* HTTP 503 with an HTML page */
  HYPERV_FAIL_SERVER_ERROR,       /* HTTP 500 without a body */
  HYPERV_FAIL_UNAUTHORIZED,       /* HTTP 401 without an offer */
  HYPERV_FAIL_NO_ANSWER,          /* the request is read and never answered */
  HYPERV_FAIL_DROP,               /* the connection is closed instead of an answer */
  HYPERV_FAIL_CUT,                /* the answer breaks off in its middle */
  HYPERV_FAIL_GARBAGE,            /* HTTP 200 with what is not XML */
  HYPERV_FAIL_EMPTY,              /* HTTP 200 without a body */
  HYPERV_FAIL_ENTITIES,           /* XML with a DTD whose entities grow without limit */
  HYPERV_FAIL_HUGE,               /* SOAP with 100,000 elements */
  HYPERV_FAIL_DEEP,               /* SOAP with 10,000 elements inside each other */
  HYPERV_FAIL_WRONG_NAMESPACES,   /* the right answer in namespaces that do not exist */
  HYPERV_FAIL_WRONG_RELATES_TO,   /* the right answer to another message */
  HYPERV_FAIL_REDIRECT,           /* HTTP 302 to http://127.0.0.1:9/wsman */
  HYPERV_FAIL_REDIRECT_LOOP,      /* HTTP 302 to itself */
} HypervFail;

void hyperv_simulator_fail_next  (HypervSimulator *self, const char *action, HypervFail kind);
/* The next @n (G_MAXUINT: until told otherwise; 0: no longer). */
void hyperv_simulator_fail_times (HypervSimulator *self, const char *action, HypervFail kind, guint n);
void hyperv_simulator_fail_status (HypervSimulator *self, const char *action, guint http_status);
/* The next call of a method returns this ReturnValue and does nothing. */
void hyperv_simulator_return_next (HypervSimulator *self, const char *method, guint32 value);
/* The next answer to an action waits so many milliseconds. */
void hyperv_simulator_delay_next (HypervSimulator *self, const char *action, guint milliseconds);
/* Forgets all of the above. */
void hyperv_simulator_fail_never (HypervSimulator *self);

/* How long a job takes, 20 ms by default. What takes time is done when its job ends. */
void hyperv_simulator_set_job_duration (HypervSimulator *self, guint milliseconds);
/* How long a finished job can be asked for, 5 minutes by default. */
void hyperv_simulator_set_job_linger   (HypervSimulator *self, guint milliseconds);
/* The next job fails in its middle: JobState 10 with this ErrorCode and ErrorDescription. */
void hyperv_simulator_fail_next_job    (HypervSimulator *self, guint32 code, const char *description);
/* The next job stays at 50 % until it is terminated. */
void hyperv_simulator_hang_next_job    (HypervSimulator *self);
/* FALSE by default. TRUE: methods are done when they answer, without a job (ReturnValue 0). */
void hyperv_simulator_set_synchronous  (HypervSimulator *self, gboolean synchronous);

/* Guests that do not answer: InitiateShutdown returns 32780 (not ready) and the heartbeat is lost. */
void hyperv_simulator_set_guests_deaf (HypervSimulator *self, gboolean deaf);

/* An answer to Pull or Enumerate has so many items at most: 50 by default, whatever is asked for. */
void hyperv_simulator_set_page_size           (HypervSimulator *self, guint n);
/* Every Pull says that there is more, with the same items again. */
void hyperv_simulator_set_endless_pulls       (HypervSimulator *self, gboolean endless);
/* Enumeration contexts end so long after they were last used: 5 minutes by default. */
void hyperv_simulator_set_enumeration_timeout (HypervSimulator *self, guint milliseconds);
/* All answers are in namespaces that do not exist. */
void hyperv_simulator_set_wrong_namespaces    (HypervSimulator *self, gboolean wrong);
/* Date headers and times of the host are so many seconds ahead. */
void hyperv_simulator_set_clock_skew          (HypervSimulator *self, gint64 seconds);
/* Subscribe answers wsme:DeliveryModeRequestedUnavailable while FALSE. */
void hyperv_simulator_set_events              (HypervSimulator *self, gboolean events);

/* The host restarts: connections drop and are refused for @milliseconds; subscriptions, enumeration
 * contexts and running jobs are gone; machines that ran run again, or are off. The port stays. */
void hyperv_simulator_reboot           (HypervSimulator *self, guint milliseconds, gboolean machines_run);
/* Connections break, and the host knows nothing of it: contexts and subscriptions live on. */
void hyperv_simulator_drop_connections (HypervSimulator *self);

/* --- what it cost ------------------------------------------------------------------------------- */

/* Requests that were read, by action or method as above; NULL: all. */
guint   hyperv_simulator_get_n_requests      (HypervSimulator *self, const char *action);
/* Bodies of answers and of requests, since the last reset */
guint64 hyperv_simulator_get_bytes_sent      (HypervSimulator *self);
guint64 hyperv_simulator_get_bytes_received  (HypervSimulator *self);
void    hyperv_simulator_reset_counts        (HypervSimulator *self);
guint   hyperv_simulator_get_n_subscriptions (HypervSimulator *self);
/* Pulls that wait for an event */
guint   hyperv_simulator_get_n_waiting       (HypervSimulator *self);
guint   hyperv_simulator_get_n_contexts      (HypervSimulator *self);
guint   hyperv_simulator_get_n_jobs          (HypervSimulator *self);

G_END_DECLS
