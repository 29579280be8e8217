/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libxml/tree.h>

#include "app/avb-ovf.h"
#include "backends/avb-error.h"

G_BEGIN_DECLS

/* Elements are known by their local names: makers disagree on namespaces more than on anything else. */

/* CIM_ResourceAllocationSettingData.ResourceType */
typedef enum {
  RESOURCE_OTHER = 1,
  RESOURCE_CPU = 3,
  RESOURCE_MEMORY = 4,
  RESOURCE_SCSI = 6,
  RESOURCE_ETHERNET = 10,
  RESOURCE_FLOPPY = 14,
  RESOURCE_CD = 15,
  RESOURCE_DVD = 16,
  RESOURCE_DISK = 17,
  RESOURCE_OTHER_STORAGE = 20,
  RESOURCE_LOGICAL_DISK = 31, /* a disk of OVF 2.x */
  RESOURCE_SOUND = 35,
} AvbOvfResource;

typedef struct {
  guint   resource;
  char   *id;        /* InstanceID */
  char   *parent;    /* (nullable) */
  char   *sub_type;  /* (nullable), lower case */
  char   *host;      /* (nullable): HostResource */
  guint   address;   /* AddressOnParent, G_MAXUINT: not told */
  guint64 quantity;
  gboolean has_quantity;
  guint    sockets;   /* oVirt's: CPUs are told by their places; 0: not told */
  char   *units;     /* (nullable) */
  guint   order;
  guint   group;     /* the order of the controller, or its own */
} AvbOvfItem;

typedef struct {
  const char *name;
  xmlNode    *envelope;
  xmlNode    *system;
  xmlNode    *references;
  xmlNode    *disks;
  GPtrArray  *items;
  AvbOvf     *ovf;
  GError    **error;
} AvbOvfReader;

/* avb-ovf.c */
void avb_ovf_drive_free (gpointer drive);

/* --- avb-ovf-xml.c: reading the document --- */

gboolean avb_ovf_refuse (AvbOvfReader *reader, AvbError code, const char *format, ...) G_GNUC_PRINTF (3, 4);
gboolean avb_ovf_is_element (xmlNode *node, const char *name);
xmlNode *avb_ovf_find (xmlNode *node, const char *name);
xmlNode *avb_ovf_child (xmlNode *node, const char *name);
xmlNode *avb_ovf_section (xmlNode *parent, const char *name);
char *avb_ovf_attribute (xmlNode *node, const char *name);
char *avb_ovf_text (xmlNode *node);
gboolean avb_ovf_number (const char *value, guint64 *result);
guint64 avb_ovf_unit_bytes (const char *units);
gboolean avb_ovf_multiply (guint64 value, guint64 multiplier, guint64 limit, guint64 *result);
xmlNode *avb_ovf_find_by_id (AvbOvfReader *reader, xmlNode *parent, const char *name, const char *key, const char *id, gboolean *twice);
char *avb_ovf_dup_property (AvbOvfReader *reader, const char *reference);

/* --- avb-ovf-drives.c: controllers, and what is on them --- */

const AvbOvfItem *avb_ovf_find_item (AvbOvfReader *reader, const char *id);
gboolean avb_ovf_has_sub_type (const AvbOvfItem *item, const char *part);
gboolean avb_ovf_add_drive (AvbOvfReader *reader, const AvbOvfItem *item);

/* --- avb-ovf-hardware.c: the list of a machine's parts --- */

void avb_ovf_item_free (gpointer item);
gboolean avb_ovf_read_hardware (AvbOvfReader *reader, xmlNode *hardware, const char *configuration);

G_END_DECLS
