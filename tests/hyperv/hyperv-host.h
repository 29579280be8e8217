/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "tests/hyperv/hyperv-simulator.h"
#include "tests/hyperv/hyperv-wql.h"
#include "tests/hyperv/hyperv-wsman.h"

G_BEGIN_DECLS

/* What the parts of the simulator share. All of it is guarded by one lock; messages are touched on the
 * server's thread only. */

/* ReturnValues that the methods of Msvm_* have in common (Microsoft's reference, each method). */
enum {
  HV_OK = 0,
  HV_STARTED = 4096,
  HV_FAILED = 32768,
  HV_NOT_SUPPORTED = 32770,
  HV_INVALID_PARAMETER = 32773,
  HV_IN_USE = 32774,
  HV_INVALID_STATE = 32775,
  HV_INCORRECT_TYPE = 32776,
  HV_FILE_NOT_FOUND = 32779,
  HV_NOT_READY = 32780,
};

/* A machine as it is set up, now or in a snapshot. */
typedef struct {
  HvObject  *settings; /* Msvm_VirtualSystemSettingData */
  GPtrArray *resources; /* all that Msvm_VirtualSystemSettingDataComponent connects */
} HvConfig;

typedef struct {
  char      *id;
  HvObject  *system;
  HvConfig  *current;
  GPtrArray *snapshots; /* HvConfig */
  GPtrArray *devices; /* HvObject: keyboard, mouse… */
  GString   *input;
  GHashTable *pressed; /* key codes */
  guint32    buttons;
  guint32    seed; /* of the picture: every input changes it */
  gint64     started; /* monotonic, ms; 0 while off */
  guint      last_device;
  char      *key_protector; /* (nullable): base64 */
} HvMachine;

typedef struct {
  HvObject *file; /* CIM_DataFile */
  guint64   capacity;
  char     *parent; /* (nullable): of a differencing disk */
  guint     type, format;
  guint32   block_size, logical_sector, physical_sector;
  char     *disk_id;
} HvFile;

typedef struct {
  char      *id;
  GPtrArray *items;
  guint      next;
  char     **properties;
  guint      mode; /* 0: objects, 1: EPRs, 2: both */
  gint64     last_use;
} HvContext;

typedef struct {
  char       *id; /* of the subscription, and of its enumeration context */
  char       *context;
  HvWql      *query;
  char       *space;
  GQueue      events; /* text */
  gint64      expires; /* monotonic, ms; 0: never */
  struct _HvCall *waiting; /* (nullable): a Pull */
  guint       waiting_max;
  GSource    *timeout;
} HvSubscription;

typedef enum { HV_TROUBLE_FAIL, HV_TROUBLE_STATUS, HV_TROUBLE_RETURN, HV_TROUBLE_DELAY } HvTroubleKind;

typedef struct {
  HvTroubleKind kind;
  char         *action; /* (nullable) */
  guint         value;
  guint         n;
} HvTrouble;

struct _HypervSimulator {
  GRecMutex     lock;
  GThread      *thread;
  GMainContext *context;
  GMainLoop    *loop;
  GPtrArray    *timers; /* GSource */

  SoupServer      *server;
  guint16          port;
  char            *uri;
  gboolean         tls;
  GTlsCertificate *certificate;
  char            *certificate_pem;
  GHashTable      *connections; /* GIOStream that are kept from their message */

  HypervSimulatorAuth auth;
  char               *user;
  char               *password;

  HvStore    *store;
  HvObject   *host;
  HvObject   *management, *snapshot_service, *image_service, *security_service, *terminal_settings;
  HvObject   *disk;
  GPtrArray  *machines;
  GHashTable *by_id;
  GHashTable *files; /* lower case path → HvFile */
  GHashTable *jobs; /* HvObject → HvJob */
  GHashTable *contexts;
  GHashTable *subscriptions;
  GPtrArray  *troubles;

  GHashTable *counts;
  guint       n_requests;
  guint64     sent, received;

  guint    job_duration, job_linger;
  gboolean fail_job, hang_job, synchronous, deaf, endless, wrong_namespaces, events;
  guint32  fail_code;
  char    *fail_text;
  guint    page_size;
  guint    context_timeout;
  gint64   skew;
  guint    last_mac;
};

/* A request that is being answered. */
typedef struct _HvCall {
  HypervSimulator   *sim;
  SoupServerMessage *message;
  HvRequest         *request;
  HvTrouble         *trouble; /* (nullable): what spoils the answer */
  gboolean           paused;
  gboolean           gone; /* who asked */
  gulong             finished_id, disconnected_id;
} HvCall;

/* Each takes @call. */
void hv_call_answer (HvCall *call, const char *action, const char *body);
void hv_call_fault  (HvCall *call, HvFault *fault);
void hv_call_free   (HvCall *call);
void hv_call_pause  (HvCall *call);
void hv_call_finish (HvCall *call, guint status, const char *type, const char *body);
/* @envelope: (nullable): what would have been right */
void hv_spoil       (HvCall *call, HypervFail kind, const char *envelope);
char *hv_spoil_namespaces (const char *envelope);
#define HV_SOAP_TYPE "application/soap+xml;charset=UTF-8"

/* A ReturnValue that a test asked for; G_MAXUINT: none */
guint    hv_take_return       (HypervSimulator *self, const char *method);
void     hv_server_listen     (HypervSimulator *self, GError **error);
void     hv_server_close      (HypervSimulator *self);
gboolean hv_auth_check        (HypervSimulator *self, SoupServerMessage *message);
void     hv_tls_make          (HypervSimulator *self, HypervSimulatorCertificate kind);
void     hv_md4               (const guint8 *data, gsize size, guint8 digest[16]);

void hv_enumerate (HvCall *call);
void hv_pull      (HvCall *call);
void hv_release   (HvCall *call);
void hv_get_instance (HvCall *call);
void hv_invoke    (HvCall *call);
void hv_subscribe (HvCall *call);
void hv_renew     (HvCall *call);
void hv_unsubscribe (HvCall *call);
/* Whether @id is the context of a subscription; then it took @call. */
gboolean hv_events_pull (HvCall *call, const char *id, guint max);
gboolean hv_events_release (HypervSimulator *self, const char *id);
void hv_events_watch (HvChange change, HvObject *object, HvObject *before, gpointer data);
void hv_events_forget (HypervSimulator *self);
void hv_subscription_free (HvSubscription *self);
void hv_context_free (HvContext *self);
/* DSP0226 section 8.4: the effective maximum */
guint hv_read_max (HypervSimulator *self, xmlNode *node, const char *space);
/* Facts that change by themselves, before they are told */
void hv_freshen (HypervSimulator *self, HvObject *object);

/* Runs after so many ms on the server's thread with the lock held, unless the simulator ends. */
typedef void (*HvTimerFunc) (HypervSimulator *self, gpointer data);
GSource *hv_timer_add  (HypervSimulator *self, guint milliseconds, HvTimerFunc func, gpointer data, GDestroyNotify destroy);
void     hv_timer_stop (HypervSimulator *self, GSource *timer);
/* The host's clock as text, with its skew. (transfer full) */
char    *hv_now        (HypervSimulator *self);
gint64   hv_monotonic  (void);
char    *hv_new_guid   (void);

/* --- methods ------------------------------------------------------------------------------------- */

typedef struct {
  GPtrArray *values; /* text */
  GPtrArray *objects; /* HvObject, NULL for what is not there */
} HvArgument;

typedef struct {
  HypervSimulator *sim;
  HvObject        *target;
  GHashTable      *args;
  GString         *out;
} HvInvoke;

typedef guint32 (*HvMethodFunc) (HvInvoke *in);

typedef struct {
  const char  *class_name;
  const char  *name;
  const char  *parameters; /* "string SystemSettings,string[] ResourceSettings,ref ReferenceConfiguration" */
  HvMethodFunc func;
} HvMethod;

extern const HvMethod hv_machine_methods[];
extern const HvMethod hv_management_methods[];
extern const HvMethod hv_snapshot_methods[];
extern const HvMethod hv_input_methods[];
extern const HvMethod hv_image_methods[];
extern const HvMethod hv_job_methods[];

const char *hv_arg        (HvInvoke *in, const char *name);
GPtrArray  *hv_arg_list   (HvInvoke *in, const char *name);
gint64      hv_arg_int    (HvInvoke *in, const char *name, gint64 otherwise);
/* (nullable): the object of a reference if it is of @class_name */
HvObject   *hv_arg_object (HvInvoke *in, const char *name, const char *class_name);
GPtrArray  *hv_arg_objects (HvInvoke *in, const char *name);
void        hv_out        (HvInvoke *in, const char *name, const char *type, const char *value);
void        hv_out_object (HvInvoke *in, const char *name, HvObject *object);

/* What a job does when its time has come. Returns HV_OK, or a code with *@error. What it makes goes into
 * @results. */
typedef guint32 (*HvJobFunc) (HypervSimulator *sim, gpointer data, GPtrArray *results, char **error);
typedef void (*HvJobUndo) (HypervSimulator *sim, gpointer data);

typedef struct {
  guint16        type; /* JobType */
  const char    *caption;
  HvObject      *affected; /* (nullable) */
  const char    *result; /* (nullable): the [out] parameter for what is made */
  HvJobFunc      func;
  HvJobUndo      undo; /* (nullable): it failed or was terminated */
  gpointer       data;
  GDestroyNotify destroy;
} HvJobPlan;

/* Starts a job, or does it at once: what the method returns. */
guint32 hv_job_start  (HvInvoke *in, const HvJobPlan *plan);
void    hv_jobs_clear (HypervSimulator *self);
void    hv_jobs_init  (HypervSimulator *self);

/* --- the host ------------------------------------------------------------------------------------ */

void       hv_host_fill    (HypervSimulator *self);
HvFile    *hv_file_add     (HypervSimulator *self, const char *path, guint64 size);
HvFile    *hv_file_find    (HypervSimulator *self, const char *path);
void       hv_file_remove  (HypervSimulator *self, HvFile *file);
void       hv_file_free    (HvFile *self);
gboolean   hv_file_in_use  (HypervSimulator *self, const char *path);
/* Once snapshots changed. */
void       hv_merge_disks  (HypervSimulator *self);
gboolean   hv_has_folder   (HypervSimulator *self, const char *path);
void       hv_add_folder   (HypervSimulator *self, const char *path);

HvConfig  *hv_config_new   (HvObject *settings);
void       hv_config_free  (HvConfig *self);
HvMachine *hv_machine_new  (HypervSimulator *self, const char *name, guint generation, HvObject *wanted);
void       hv_machine_free (HvMachine *self);
void       hv_machine_remove (HypervSimulator *self, HvMachine *machine);
void       hv_machine_set_state (HypervSimulator *self, HvMachine *machine, guint state);
gboolean   hv_machine_is_running (HvMachine *machine);
/* Of a Msvm_ComputerSystem, of its settings or of a device of it */
HvMachine *hv_machine_of   (HypervSimulator *self, HvObject *object);
/* The setup that @object, settings or a resource, belongs to; (nullable) */
HvConfig  *hv_config_of    (HypervSimulator *self, HvObject *object, HvMachine **machine);
/* Adds a resource of which @wanted says some. (nullable): with *@code. */
HvObject  *hv_config_add   (HypervSimulator *self, HvMachine *machine, HvConfig *config, HvObject *wanted, guint32 *code);
void       hv_config_remove (HypervSimulator *self, HvConfig *config, HvObject *resource);
/* Removes all that is in the store of it. */
void       hv_config_clear (HypervSimulator *self, HvConfig *config);
HvObject  *hv_config_find  (HvConfig *config, const char *class_name);
HvConfig  *hv_config_copy  (HypervSimulator *self, HvMachine *machine, HvConfig *from, const char *id);
/* What is wrong with a resource as it would be; HV_OK: nothing */
guint32    hv_resource_check (HypervSimulator *self, HvMachine *machine, HvConfig *config, HvObject *resource);

G_END_DECLS
