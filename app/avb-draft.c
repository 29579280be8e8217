/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-draft.h"

#include <glib/gi18n-lib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/avb-definition.h"
#include "app/avb-draft-private.h"
#include "app/avb-link.h"
#include "app/avb-text.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"

struct _AvbDraft
{
  GObject parent_instance;

  AvbLibrary     *library;
  AvbConnection  *connection;
  AvbMedium      *medium;
  AvbMachineTemplate *template;
  AvbDefinition  *definition;
  AvbMachineSpec *spec;
  AvbFirstBoot   *first_boot;
  AvbOsInfo      *os;
  AvbDraftHost    host;

  AvbDraftSize size;
  guint64      disk_size;
  gboolean     copy_disk;
  GListStore  *obstacles;
  char        *problem;
  gboolean     fatal;
  gboolean     applying;         /* numbers change because of a preset */
  gboolean     accelerated_set;  /* the user chose, as with the next */
  gboolean     firmware_set;
};

G_DEFINE_FINAL_TYPE (AvbDraft, avb_draft, G_TYPE_OBJECT)

G_DEFINE_ENUM_TYPE (AvbDraftSize, avb_draft_size,
                    G_DEFINE_ENUM_VALUE (AVB_DRAFT_SIZE_SMALL, "small"),
                    G_DEFINE_ENUM_VALUE (AVB_DRAFT_SIZE_MEDIUM, "medium"),
                    G_DEFINE_ENUM_VALUE (AVB_DRAFT_SIZE_LARGE, "large"),
                    G_DEFINE_ENUM_VALUE (AVB_DRAFT_SIZE_CUSTOM, "custom"))

enum {
  PROP_0,
  PROP_LIBRARY,
  PROP_CONNECTION,
  PROP_MEDIUM,
  PROP_TEMPLATE,
  PROP_SPEC,
  PROP_FIRST_BOOT,
  PROP_SIZE,
  PROP_DISK_SIZE,
  PROP_COPY_DISK,
  PROP_MAX_CPUS,
  PROP_MAX_MEMORY_MIB,
  PROP_MAX_DISK_SIZE,
  PROP_FREE_MEMORY_MIB,
  PROP_OBSTACLES,
  PROP_PROBLEM,
  PROP_PROBLEM_IS_FATAL,
  PROP_CAN_CREATE,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

/* Those that stay keep their place: a row with the focus must not go while somebody types. */
static void
set_obstacles (AvbDraft *self, GPtrArray *obstacles)
{
  GListModel *model = G_LIST_MODEL (self->obstacles);
  guint old = g_list_model_get_n_items (model);
  guint same = 0;

  for (; same < MIN (old, obstacles->len); same++)
    {
      g_autoptr (AvbObstacle) one = g_list_model_get_item (model, same);

      if (!avb_obstacle_equal (one, g_ptr_array_index (obstacles, same)))
        break;
    }
  if (same < old || same < obstacles->len)
    g_list_store_splice (self->obstacles, same, old - same, obstacles->pdata != NULL ? obstacles->pdata + same : NULL,
                         obstacles->len - same);
}

static void
avb_draft_check (AvbDraft *self)
{
  g_autoptr (GPtrArray) obstacles = avb_draft_find_obstacles (self);
  AvbObstacle *worst = obstacles->len > 0 ? g_ptr_array_index (obstacles, 0) : NULL;
  gboolean fatal = worst != NULL && avb_obstacle_get_weight (worst) == AVB_OBSTACLE_FATAL;
  const char *problem =
      worst != NULL && avb_obstacle_get_weight (worst) != AVB_OBSTACLE_NOTE ? avb_obstacle_get_text (worst) : NULL;

  g_object_freeze_notify (G_OBJECT (self));
  set_obstacles (self, obstacles);
  if (g_set_str (&self->problem, problem))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROBLEM]);
  if (self->fatal != fatal)
    {
      self->fatal = fatal;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROBLEM_IS_FATAL]);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAN_CREATE]);
    }
  g_object_thaw_notify (G_OBJECT (self));
}

/* Images for clouds are as small as can be, and use what they find: they get a disk of a usual size. */
static guint64
plan_disk (AvbDraft *self, guint64 plan)
{
  if (self->medium == NULL || avb_medium_get_kind (self->medium) == AVB_MEDIUM_ISO)
    return plan;
  return avb_medium_get_cloud (self->medium) ? MAX (plan, avb_medium_get_capacity (self->medium)) : 0;
}

static void
set_size (AvbDraft *self, AvbDraftSize size)
{
  if (self->size == size)
    return;
  self->size = size;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SIZE]);
}

static void
apply_size (AvbDraft *self)
{
  AvbDraftPlan plan;

  avb_draft_plan_size (&self->host, self->os, self->size, &plan);
  self->applying = TRUE;
  avb_machine_spec_set_cpus (self->spec, plan.cpus);
  avb_machine_spec_set_memory_mib (self->spec, plan.memory_mib);
  avb_draft_set_disk_size (self, plan_disk (self, plan.disk_size));
  self->applying = FALSE;
  avb_draft_check (self);
}

static void
spec_notify_cb (AvbMachineSpec *spec, GParamSpec *pspec, AvbDraft *self)
{
  if (self->applying)
    return;
  if (g_str_equal (pspec->name, "cpus") || g_str_equal (pspec->name, "memory-mib"))
    set_size (self, AVB_DRAFT_SIZE_CUSTOM);
  else if (g_str_equal (pspec->name, "accelerated"))
    self->accelerated_set = TRUE;
  else if (g_str_equal (pspec->name, "firmware") || g_str_equal (pspec->name, "tpm"))
    self->firmware_set = TRUE;
  avb_draft_check (self);
}

static void
fill_firmware (AvbDraft *self)
{
  AvbCapabilities *capabilities = avb_connection_get_capabilities (self->connection);
  gboolean only_uefi = self->medium != NULL && avb_medium_get_boots_uefi (self->medium) &&
                       !avb_medium_get_boots_bios (self->medium);
  const char *architecture = avb_machine_spec_get_architecture (self->spec);
  AvbFirmware firmware = AVB_FIRMWARE_BIOS;

  if (self->firmware_set)
    return;
  /* Only PCs have a BIOS. */
  if (architecture != NULL && !g_str_equal (architecture, "x86_64") && !g_str_equal (architecture, "i686"))
    only_uefi = TRUE;
  if (only_uefi || (self->os != NULL && !self->os->bios))
    firmware = AVB_FIRMWARE_UEFI;
  if (firmware == AVB_FIRMWARE_UEFI && self->os != NULL && self->os->secure_boot && capabilities != NULL &&
      avb_capabilities_can (capabilities, AVB_FEATURE_SECURE_BOOT))
    firmware = AVB_FIRMWARE_UEFI_SECURE;
  self->applying = TRUE;
  avb_machine_spec_set_firmware (self->spec, firmware);
  avb_machine_spec_set_tpm (self->spec, self->os != NULL && self->os->tpm && capabilities != NULL &&
                                            avb_capabilities_can (capabilities, AVB_FEATURE_TPM));
  self->applying = FALSE;
}

static void
fill_accelerated (AvbDraft *self)
{
  AvbCapabilities *capabilities = avb_connection_get_capabilities (self->connection);
  const char *architecture = avb_machine_spec_get_architecture (self->spec);

  if (capabilities == NULL || self->accelerated_set)
    return;
  self->applying = TRUE;
  avb_machine_spec_set_accelerated (
      self->spec,
      avb_capabilities_get_acceleration (capabilities) != AVB_ACCELERATION_NONE &&
          (architecture == NULL || g_strcmp0 (architecture, avb_capabilities_get_architecture (capabilities)) == 0));
  self->applying = FALSE;
}

static void
connection_notify_cb (AvbConnection *connection, GParamSpec *pspec, AvbDraft *self)
{
  /* What a hypervisor can do is known a while after it answers. */
  fill_firmware (self);
  fill_accelerated (self);
  avb_draft_check (self);
}

static void
machines_changed_cb (GListModel *machines, guint position, guint removed, guint added, AvbDraft *self)
{
  avb_draft_check (self);
}

static void
avb_draft_finalize (GObject *object)
{
  AvbDraft *self = AVB_DRAFT (object);

  g_clear_object (&self->library);
  g_clear_object (&self->connection);
  g_clear_object (&self->medium);
  g_clear_object (&self->template);
  g_clear_pointer (&self->definition, avb_definition_free);
  g_clear_object (&self->spec);
  g_clear_object (&self->first_boot);
  g_clear_pointer (&self->os, avb_os_info_free);
  g_free (self->host.disk_path);
  g_clear_object (&self->obstacles);
  g_free (self->problem);
  G_OBJECT_CLASS (avb_draft_parent_class)->finalize (object);
}

static void
avb_draft_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbDraft *self = AVB_DRAFT (object);

  switch (id)
    {
    case PROP_LIBRARY: g_value_set_object (value, self->library); break;
    case PROP_CONNECTION: g_value_set_object (value, self->connection); break;
    case PROP_MEDIUM: g_value_set_object (value, self->medium); break;
    case PROP_TEMPLATE: g_value_set_object (value, self->template); break;
    case PROP_SPEC: g_value_set_object (value, self->spec); break;
    case PROP_FIRST_BOOT: g_value_set_object (value, self->first_boot); break;
    case PROP_SIZE: g_value_set_enum (value, self->size); break;
    case PROP_DISK_SIZE: g_value_set_uint64 (value, self->disk_size); break;
    case PROP_COPY_DISK: g_value_set_boolean (value, self->copy_disk); break;
    case PROP_MAX_CPUS: g_value_set_uint (value, avb_draft_get_max_cpus (self)); break;
    case PROP_MAX_MEMORY_MIB: g_value_set_uint64 (value, avb_draft_get_max_memory_mib (self)); break;
    case PROP_MAX_DISK_SIZE: g_value_set_uint64 (value, self->host.free_disk); break;
    case PROP_FREE_MEMORY_MIB: g_value_set_uint64 (value, self->host.free_memory_mib); break;
    case PROP_OBSTACLES: g_value_set_object (value, self->obstacles); break;
    case PROP_PROBLEM: g_value_set_string (value, self->problem); break;
    case PROP_PROBLEM_IS_FATAL: g_value_set_boolean (value, self->fatal); break;
    case PROP_CAN_CREATE: g_value_set_boolean (value, !self->fatal); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_draft_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  AvbDraft *self = AVB_DRAFT (object);

  switch (id)
    {
    case PROP_SIZE: avb_draft_set_size (self, g_value_get_enum (value)); break;
    case PROP_DISK_SIZE: avb_draft_set_disk_size (self, g_value_get_uint64 (value)); break;
    case PROP_COPY_DISK: avb_draft_set_copy_disk (self, g_value_get_boolean (value)); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_draft_class_init (AvbDraftClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  const GParamFlags writable = readable | G_PARAM_WRITABLE;

  object_class->finalize = avb_draft_finalize;
  object_class->get_property = avb_draft_get_property;
  object_class->set_property = avb_draft_set_property;

  properties[PROP_LIBRARY] = g_param_spec_object ("library", NULL, NULL, AVB_TYPE_LIBRARY, readable);
  properties[PROP_CONNECTION] = g_param_spec_object ("connection", NULL, NULL, AVB_TYPE_CONNECTION, readable);
  properties[PROP_MEDIUM] = g_param_spec_object ("medium", NULL, NULL, AVB_TYPE_MEDIUM, readable);
  properties[PROP_TEMPLATE] =
      g_param_spec_object ("template", NULL, NULL, AVB_TYPE_MACHINE_TEMPLATE, readable);
  properties[PROP_SPEC] = g_param_spec_object ("spec", NULL, NULL, AVB_TYPE_MACHINE_SPEC, readable);
  properties[PROP_FIRST_BOOT] = g_param_spec_object ("first-boot", NULL, NULL, AVB_TYPE_FIRST_BOOT, readable);
  properties[PROP_SIZE] =
      g_param_spec_enum ("size", NULL, NULL, AVB_TYPE_DRAFT_SIZE, AVB_DRAFT_SIZE_MEDIUM, writable);
  properties[PROP_DISK_SIZE] = g_param_spec_uint64 ("disk-size", NULL, NULL, 0, G_MAXUINT64, 0, writable);
  properties[PROP_COPY_DISK] = g_param_spec_boolean ("copy-disk", NULL, NULL, TRUE, writable);
  properties[PROP_MAX_CPUS] = g_param_spec_uint ("max-cpus", NULL, NULL, 1, G_MAXUINT, 1, readable);
  properties[PROP_MAX_MEMORY_MIB] =
      g_param_spec_uint64 ("max-memory-mib", NULL, NULL, 0, G_MAXUINT64, 0, readable);
  properties[PROP_MAX_DISK_SIZE] =
      g_param_spec_uint64 ("max-disk-size", NULL, NULL, 0, G_MAXUINT64, 0, readable);
  properties[PROP_FREE_MEMORY_MIB] =
      g_param_spec_uint64 ("free-memory-mib", NULL, NULL, 0, G_MAXUINT64, 0, readable);
  properties[PROP_OBSTACLES] = g_param_spec_object ("obstacles", NULL, NULL, G_TYPE_LIST_MODEL, readable);
  properties[PROP_PROBLEM] = g_param_spec_string ("problem", NULL, NULL, NULL, readable);
  properties[PROP_PROBLEM_IS_FATAL] = g_param_spec_boolean ("problem-is-fatal", NULL, NULL, FALSE, readable);
  properties[PROP_CAN_CREATE] = g_param_spec_boolean ("can-create", NULL, NULL, TRUE, readable);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
avb_draft_init (AvbDraft *self)
{
  self->size = AVB_DRAFT_SIZE_MEDIUM;
  self->copy_disk = TRUE;
  self->spec = avb_machine_spec_new ();
  self->first_boot = avb_first_boot_new ();
  self->obstacles = g_list_store_new (AVB_TYPE_OBSTACLE);
}

/* What a fiber gathers before there is a draft. */
typedef struct {
  AvbLibrary    *library;
  AvbConnection *connection;
  AvbMedium     *medium;
  AvbMachineTemplate *template;
} Request;

static void
request_free (gpointer data)
{
  Request *request = data;

  g_object_unref (request->library);
  g_object_unref (request->connection);
  g_clear_object (&request->medium);
  g_clear_object (&request->template);
  g_free (request);
}

#define REACHABLE 1
#define WRITABLE 2

/* Whether any user may read a file and pass through the folders above it. */
static gboolean
is_open_to_all (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  struct stat info;

  if (stat (path, &info) != 0 || (info.st_mode & S_IROTH) == 0)
    return FALSE;
  for (;;)
    {
      g_autofree char *parent = g_path_get_dirname (folder);

      if (stat (folder, &info) != 0 || (info.st_mode & S_IXOTH) == 0)
        return FALSE;
      if (g_str_equal (parent, folder))
        return TRUE;
      g_free (folder);
      folder = g_steal_pointer (&parent);
    }
}

static DexFuture *
access_thread (gpointer data)
{
  const char *path = data;

  return dex_future_new_for_int ((is_open_to_all (path) ? REACHABLE : 0) |
                                 (access (path, W_OK) == 0 ? WRITABLE : 0));
}

/* avb_machine_spec_validate() takes no others: a definition is XML, where not everything can be written. */
static gboolean
is_plain_path (const char *path)
{
  for (const char *c = path; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c))
      return FALSE;
  return TRUE;
}

void
avb_draft_read_access (AvbConnection *connection, const char *path, gboolean *reachable, gboolean *writable)
{
  const char *uri = avb_connection_get_uri (connection);
  int access_bits = dex_await_int (avb_blocking_run (access_thread, g_strdup (path), g_free), NULL);

  *writable = (access_bits & WRITABLE) != 0;
  *reachable = avb_connection_get_is_local (connection) && is_plain_path (path) &&
               ((access_bits & REACHABLE) != 0 || !g_str_has_suffix (uri, "/system"));
}

/* In a fiber. */
static void
read_access (AvbDraft *self)
{
  if (self->medium != NULL)
    avb_draft_read_access (self->connection, avb_medium_get_path (self->medium), &self->host.reachable,
                           &self->host.writable);
}

/* In a fiber. A host that does not tell what it has left is not judged by it. */
static void
read_host (AvbDraft *self)
{
  g_autoptr (AvbHostFree) left = dex_await_boxed (avb_connection_read_free (self->connection), NULL);
  /* Only now: others may have come while this waited. */
  AvbCapabilities *capabilities = avb_connection_get_capabilities (self->connection);

  if (capabilities != NULL)
    {
      self->host.cpus = avb_capabilities_get_cpus (capabilities);
      self->host.memory_mib = avb_capabilities_get_memory_mib (capabilities);
    }
  self->host.free_memory_mib = left != NULL ? left->memory_mib : 0;
  self->host.free_disk = left != NULL ? left->disk_bytes : G_MAXUINT64;
  self->host.disk_path = left != NULL ? g_strdup (left->disk_path) : NULL;
}

static void
fill_spec (AvbDraft *self)
{
  AvbCapabilities *capabilities = avb_connection_get_capabilities (self->connection);
  const char *architecture = self->medium != NULL ? avb_medium_get_architecture (self->medium) : NULL;
  g_autofree char *wish =
      avb_text_make_machine_name (self->template != NULL ? avb_machine_template_get_title (self->template)
                                  : self->medium != NULL ? avb_medium_get_label (self->medium)
                                                         : NULL);
  g_autofree char *name = avb_draft_plan_name (self->connection, wish);

  avb_machine_spec_set_name (self->spec, name);
  avb_machine_spec_set_os_id (self->spec, self->os != NULL ? self->os->id : NULL);
  if (architecture == NULL && self->template != NULL)
    architecture = avb_machine_template_get_architecture (self->template);
  if (capabilities != NULL)
    avb_machine_spec_set_architecture (self->spec, avb_draft_plan_architecture (capabilities, architecture));
  avb_machine_spec_set_graphics (self->spec, TRUE);
  fill_firmware (self);
  fill_accelerated (self);
}

/* As it is described, as far as this computer has that. */
static void
fill_appliance (AvbDraft *self)
{
  AvbMachineSpec *spec = avb_appliance_get_ovf (avb_medium_get_appliance (self->medium))->spec;

  avb_machine_spec_set_cpus (self->spec,
                             MIN (avb_machine_spec_get_cpus (spec), MAX (self->host.cpus, avb_draft_get_max_cpus (self))));
  avb_machine_spec_set_memory_mib (self->spec, avb_machine_spec_get_memory_mib (spec));
  avb_machine_spec_set_description (self->spec, avb_machine_spec_get_description (spec));
  self->size = AVB_DRAFT_SIZE_CUSTOM;
}

/* What is there to start from knows best. */
static gboolean
can_use_firmware (AvbDraft *self, AvbFirmware firmware)
{
  if (self->medium == NULL)
    return TRUE;
  return firmware == AVB_FIRMWARE_BIOS
             ? avb_medium_get_boots_bios (self->medium) || !avb_medium_get_boots_uefi (self->medium)
             : avb_medium_get_boots_uefi (self->medium) || !avb_medium_get_boots_bios (self->medium);
}

/* In a fiber. */
static gboolean
read_definition (AvbDraft *self, GError **error)
{
  if (self->medium == NULL || avb_medium_get_kind (self->medium) != AVB_MEDIUM_DEFINITION)
    return TRUE;
  self->definition = avb_definition_read (self->connection, self->medium, error);
  return self->definition != NULL;
}

static void
fill_definition (AvbDraft *self)
{
  avb_definition_fill (self->definition, self->spec, MAX (self->host.cpus, avb_draft_get_max_cpus (self)));
  self->size = AVB_DRAFT_SIZE_CUSTOM;
  self->firmware_set = TRUE;
  fill_accelerated (self);
}

/* What this computer cannot give is left to be mended, but for processors, of which fewer are as good. */
static void
fill_template (AvbDraft *self)
{
  guint cpus = avb_machine_template_get_cpus (self->template);
  guint64 memory = avb_machine_template_get_memory_mib (self->template);
  guint64 disk = avb_machine_template_get_disk_size (self->template);
  AvbFirmware firmware;

  self->applying = TRUE;
  if (cpus > 0)
    avb_machine_spec_set_cpus (self->spec, MIN (cpus, MAX (self->host.cpus, avb_draft_get_max_cpus (self))));
  if (memory > 0)
    avb_machine_spec_set_memory_mib (self->spec, memory);
  if (disk > 0)
    avb_draft_set_disk_size (self, plan_disk (self, disk));
  if (avb_machine_template_get_firmware (self->template, &firmware) && can_use_firmware (self, firmware))
    {
      avb_machine_spec_set_firmware (self->spec, firmware);
      self->firmware_set = TRUE;
    }
  avb_machine_template_fill (self->template, self->spec);
  self->applying = FALSE;
  if (cpus > 0 || memory > 0 || disk > 0)
    self->size = AVB_DRAFT_SIZE_CUSTOM;
}

static DexFuture *
new_fiber (gpointer data)
{
  Request *request = data;
  g_autoptr (AvbDraft) self = NULL;
  const char *refusal;
  const char *os_id = request->medium != NULL ? avb_medium_get_os_id (request->medium) : NULL;
  const char *architecture = NULL;
  GError *error = NULL;

  if (!dex_await (avb_link_wait (request->connection, FALSE), &error))
    return dex_future_new_for_error (error);
  refusal = avb_connection_get_create_refusal (request->connection);
  if (refusal != NULL)
    return dex_future_new_for_error (avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL, "%s", refusal));

  self = g_object_new (AVB_TYPE_DRAFT, NULL);
  self->library = g_object_ref (request->library);
  self->connection = g_object_ref (request->connection);
  self->medium = request->medium != NULL ? g_object_ref (request->medium) : NULL;
  g_set_object (&self->template, request->template);
  read_host (self);
  read_access (self);
  if (!read_definition (self, &error))
    return dex_future_new_for_error (error);
  if (self->definition != NULL)
    os_id = avb_machine_spec_get_os_id (self->definition->spec);
  if (request->medium != NULL)
    architecture = avb_medium_get_architecture (request->medium);
  if (self->template != NULL && os_id == NULL)
    os_id = avb_machine_template_get_os_id (self->template);
  if (self->template != NULL && architecture == NULL)
    architecture = avb_machine_template_get_architecture (self->template);
  if (os_id != NULL)
    self->os = dex_await_boxed (avb_os_db_find (os_id, architecture), NULL);
  fill_spec (self);
  if (self->medium != NULL && avb_medium_get_cloud (self->medium))
    avb_first_boot_set_mode (self->first_boot, AVB_FIRST_BOOT_CLOUD);
  apply_size (self);
  if (self->medium != NULL && avb_medium_get_appliance (self->medium) != NULL)
    fill_appliance (self);
  if (self->definition != NULL)
    fill_definition (self);
  else if (self->template != NULL && (self->medium == NULL || avb_medium_get_appliance (self->medium) == NULL))
    fill_template (self);
  avb_draft_check (self);

  g_signal_connect_object (self->spec, "notify", G_CALLBACK (spec_notify_cb), self, G_CONNECT_DEFAULT);
  g_signal_connect_object (self->connection, "notify::capabilities", G_CALLBACK (connection_notify_cb), self,
                           G_CONNECT_DEFAULT);
  g_signal_connect_object (self->connection, "notify::link", G_CALLBACK (connection_notify_cb), self,
                           G_CONNECT_DEFAULT);
  g_signal_connect_object (avb_connection_get_machines (self->connection), "items-changed",
                           G_CALLBACK (machines_changed_cb), self, G_CONNECT_DEFAULT);
  return dex_future_new_take_object (g_steal_pointer (&self));
}

static DexFuture *
draft_new (AvbLibrary *library, AvbConnection *connection, AvbMedium *medium, AvbMachineTemplate *template)
{
  Request *request;

  dex_return_error_if_fail (AVB_IS_LIBRARY (library));
  dex_return_error_if_fail (AVB_IS_CONNECTION (connection));
  dex_return_error_if_fail (medium == NULL || AVB_IS_MEDIUM (medium));

  request = g_new0 (Request, 1);
  request->library = g_object_ref (library);
  request->connection = g_object_ref (connection);
  request->medium = medium != NULL ? g_object_ref (medium) : NULL;
  g_set_object (&request->template, template);
  return avb_fiber_spawn (new_fiber, request, request_free);
}

DexFuture *
avb_draft_new (AvbLibrary *library, AvbConnection *connection, AvbMedium *medium)
{
  return draft_new (library, connection, medium, NULL);
}

DexFuture *
avb_draft_new_from_template (AvbLibrary         *library,
                             AvbConnection      *connection,
                             AvbMedium          *medium,
                             AvbMachineTemplate *template)
{
  dex_return_error_if_fail (AVB_IS_MACHINE_TEMPLATE (template));

  return draft_new (library, connection, medium, template);
}

AvbDiskBus
avb_draft_get_disk_bus (AvbDraft *self)
{
  return self->os != NULL && self->os->virtio_disk ? AVB_DISK_BUS_VIRTIO : AVB_DISK_BUS_SATA;
}

AvbMachineSpec *
avb_draft_dup_spec (AvbDraft *self)
{
  AvbMachineSpec *spec = avb_machine_spec_copy (self->spec);
  AvbAppliance *appliance = self->medium != NULL ? avb_medium_get_appliance (self->medium) : NULL;
  GPtrArray *interfaces =
      appliance != NULL          ? avb_machine_spec_get_interfaces (avb_appliance_get_ovf (appliance)->spec)
      : self->definition != NULL ? avb_machine_spec_get_interfaces (self->definition->spec)
      : self->template != NULL   ? avb_machine_template_get_interfaces (self->template)
                                 : NULL;

  for (guint i = 0; interfaces != NULL && i < interfaces->len; i++)
    avb_machine_spec_add_interface (spec, avb_interface_spec_copy (interfaces->pdata[i]));
  if (interfaces != NULL)
    return spec;
  avb_machine_spec_add_interface (
      spec, avb_interface_spec_new (AVB_INTERFACE_USER, NULL,
                                    self->os != NULL && self->os->virtio_net ? "virtio" : "e1000e"));
  return spec;
}

char *
avb_draft_dup_job_title (AvbDraft *self)
{
  const char *name;

  g_return_val_if_fail (AVB_IS_DRAFT (self), NULL);

  name = avb_machine_spec_get_name (self->spec);
  return g_strdup_printf (_("Creating “%s”"), name != NULL ? name : "");
}

void
avb_draft_set_size (AvbDraft *self, AvbDraftSize size)
{
  g_return_if_fail (AVB_IS_DRAFT (self));
  g_return_if_fail (size <= AVB_DRAFT_SIZE_CUSTOM);

  if (self->size == size)
    return;
  set_size (self, size);
  if (size != AVB_DRAFT_SIZE_CUSTOM)
    apply_size (self);
}

void
avb_draft_set_disk_size (AvbDraft *self, guint64 bytes)
{
  g_return_if_fail (AVB_IS_DRAFT (self));

  if (self->disk_size == bytes)
    return;
  self->disk_size = bytes;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DISK_SIZE]);
  if (self->applying)
    return;
  set_size (self, AVB_DRAFT_SIZE_CUSTOM);
  avb_draft_check (self);
}

void
avb_draft_set_copy_disk (AvbDraft *self, gboolean copy)
{
  g_return_if_fail (AVB_IS_DRAFT (self));

  copy = !!copy;
  if (self->copy_disk == copy)
    return;
  self->copy_disk = copy;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_COPY_DISK]);
  avb_draft_check (self);
}

guint
avb_draft_get_max_cpus (AvbDraft *self)
{
  g_return_val_if_fail (AVB_IS_DRAFT (self), 1);

  return avb_draft_plan_max_cpus (&self->host, self->os);
}

guint64
avb_draft_get_max_memory_mib (AvbDraft *self)
{
  g_return_val_if_fail (AVB_IS_DRAFT (self), 0);

  return avb_draft_plan_max_memory_mib (&self->host, self->os);
}

gboolean
avb_draft_get_can_create (AvbDraft *self)
{
  g_return_val_if_fail (AVB_IS_DRAFT (self), FALSE);

  return !self->fatal;
}

GListModel *
avb_draft_get_obstacles (AvbDraft *self)
{
  g_return_val_if_fail (AVB_IS_DRAFT (self), NULL);

  return G_LIST_MODEL (self->obstacles);
}

AvbDefinition *
avb_draft_get_definition (AvbDraft *self)
{
  return self->definition;
}

const AvbOsInfo *
avb_draft_get_os (AvbDraft *self)
{
  return self->os;
}

const AvbDraftHost *
avb_draft_get_host (AvbDraft *self)
{
  return &self->host;
}

#define GETTER(type, name, field)                   \
  type avb_draft_get_##name (AvbDraft *self)        \
  {                                                 \
    g_return_val_if_fail (AVB_IS_DRAFT (self), 0);  \
    return self->field;                             \
  }

GETTER (AvbLibrary *, library, library)
GETTER (AvbConnection *, connection, connection)
GETTER (AvbMedium *, medium, medium)
GETTER (AvbMachineTemplate *, template, template)
GETTER (AvbMachineSpec *, spec, spec)
GETTER (AvbFirstBoot *, first_boot, first_boot)
GETTER (AvbDraftSize, size, size)
GETTER (guint64, disk_size, disk_size)
GETTER (gboolean, copy_disk, copy_disk)
GETTER (guint64, max_disk_size, host.free_disk)
GETTER (guint64, free_memory_mib, host.free_memory_mib)
GETTER (const char *, problem, problem)
GETTER (gboolean, problem_is_fatal, fatal)
