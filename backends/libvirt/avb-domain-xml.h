/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libxml/tree.h>

#include "backends/avb-machine-spec.h"
#include "backends/avb-machine.h"

G_BEGIN_DECLS

#define AVB_LIBOSINFO_NAMESPACE "http://libosinfo.org/xmlns/libvirt/domain/1.0"
/* What this program keeps in a definition. */
#define AVB_METADATA_NAMESPACE "https://alphavbox.org/xmlns/machine/1.0"
#define AVB_METADATA_PREFIX "avb"

/* Hyper-V's enlightenments, as a set. */
typedef enum {
  AVB_DOMAIN_HYPERV_RELAXED = 1 << 0,
  AVB_DOMAIN_HYPERV_VAPIC = 1 << 1,
  AVB_DOMAIN_HYPERV_SPINLOCKS = 1 << 2,
  AVB_DOMAIN_HYPERV_VPINDEX = 1 << 3,
  AVB_DOMAIN_HYPERV_RUNTIME = 1 << 4,
  AVB_DOMAIN_HYPERV_SYNIC = 1 << 5,
  AVB_DOMAIN_HYPERV_STIMER = 1 << 6,
  AVB_DOMAIN_HYPERV_FREQUENCIES = 1 << 7,
  AVB_DOMAIN_HYPERV_TLBFLUSH = 1 << 8,
  AVB_DOMAIN_HYPERV_IPI = 1 << 9,
} AvbDomainHyperv;
#define AVB_DOMAIN_N_HYPERV 10

/**
 * AvbDomainTraits:
 *
 * What decides how a spec becomes a definition: read from the hypervisor's capabilities. A plain
 * value; the strings belong to whoever made it.
 */
typedef struct {
  const char *domain_type;       /* (nullable) "test" for libvirt's test driver; else by the spec */
  const char *architecture;      /* the host's: for specs that state none */
  gboolean    spice;             /* displays are SPICE; else VNC */
  gboolean    virtio_video;
  gboolean    maximum_cpu;       /* `maximum` exists for emulated machines */
  gboolean    free_page_reporting;
  AvbDomainHyperv hyperv;        /* what accelerated machines may ask for */

  /* Where a host differs from one with KVM. */
  const char *accelerator;       /* (nullable) the type of accelerated machines; %NULL: "kvm" */
  const char *loader;            /* (nullable) UEFI, where libvirt cannot choose it by itself … */
  const char *nvram_template;    /* (nullable) … and what its variables begin as */
  gboolean    vmnet;             /* networks and bridges are those of macOS: see avb-domain-vmnet.c */
  const char *no_networks;       /* (nullable) why machines can be connected in user mode only */
  const char *no_secure_boot;    /* (nullable) why none can have Secure Boot */
} AvbDomainTraits;

/**
 * AvbDomainXml:
 *
 * A domain's definition as a document. Others edit it too: what is not understood stays as it is,
 * down to comments, order and foreign namespaces. Thread: one at a time.
 */
typedef struct _AvbDomainXml AvbDomainXml;

/* Refuses, with %AVB_ERROR_INVALID, what is malformed, no domain, larger than 4 MiB, or declares
 * entities. Nothing outside of @text is ever read. */
AvbDomainXml   *avb_domain_xml_parse      (const char *text, gsize length, GError **error);
/* A new definition for @spec, which is valid. */
AvbDomainXml   *avb_domain_xml_new        (AvbMachineSpec        *spec,
                                           const AvbDomainTraits *traits,
                                           GError               **error);
void            avb_domain_xml_free       (AvbDomainXml *self);
char           *avb_domain_xml_to_string  (AvbDomainXml *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbDomainXml, avb_domain_xml_free)

/* What a spec can say of the definition; the rest is left out. */
AvbMachineSpec *avb_domain_xml_read_spec  (AvbDomainXml *self);
/* Changes what differs between the definition and @spec, and nothing else. %AVB_ERROR_NOT_SUPPORTED
 * for what cannot be changed; then the document is of no more use. The name is not changed here. */
gboolean        avb_domain_xml_apply_spec (AvbDomainXml          *self,
                                           AvbMachineSpec        *spec,
                                           const AvbDomainTraits *traits,
                                           GError               **error);

/* Gives a new definition the UUID that libvirt would choose otherwise. */
void            avb_domain_xml_set_uuid       (AvbDomainXml *self, const char *uuid);
/* Makes of a machine's definition that of another one like it: what may exist only once is new, or chosen by libvirt.
 * @disks: path → path of the files that it has instead, of the format that @formats has for them. */
void            avb_domain_xml_make_clone     (AvbDomainXml *self,
                                               const char   *name,
                                               const char   *uuid,
                                               GHashTable   *disks,
                                               GHashTable   *formats);
/* Whether this network or bridge is there to be connected to. */
typedef gboolean (*AvbNetworkFunc) (AvbInterfaceKind kind, const char *source, gpointer data);
/* Leaves of a definition that came from elsewhere what describes the machine, and nothing that is of a computer: its
 * files (but those of disks), devices, commands and identities. %AVB_ERROR_NOT_SUPPORTED: it is for another
 * hypervisor, or has disks that a spec cannot speak of. */
gboolean        avb_domain_xml_make_import    (AvbDomainXml          *self,
                                               const AvbDomainTraits *traits,
                                               AvbNetworkFunc         has_network,
                                               gpointer               data,
                                               GError               **error);
/* Gives the disks, in the order in which they are read, the files and formats of @disks. */
void            avb_domain_xml_set_disk_files (AvbDomainXml *self, GPtrArray *disks);
/* --- avb-domain-name.c: names of machines are not always names of domains --- */

/* (transfer full): the name of the domain for a machine of this @name: mostly the same */
char           *avb_domain_name_make          (const char *name);
/* A name of a domain that has this form is the machine's, unless avb_domain_name_is_made_of() its title. */
gboolean        avb_domain_name_may_be_made   (const char *name);
gboolean        avb_domain_name_is_made_of    (const char *name, const char *title); /* both (nullable) */
char           *avb_domain_xml_dup_name       (AvbDomainXml *self); /* (nullable): the machine's */
void            avb_domain_xml_set_name       (AvbDomainXml *self, const char *name);
/* (nullable) (transfer full): the file with the firmware's variables */
char           *avb_domain_xml_dup_nvram      (AvbDomainXml *self);
gboolean        avb_domain_xml_has_tpm        (AvbDomainXml *self);
/* The place of the display to connect to among all displays: the first with SPICE, else the first with VNC; or -1. */
int             avb_domain_xml_find_display   (AvbDomainXml *self);
gboolean        avb_domain_xml_is_emulated    (AvbDomainXml *self);
char           *avb_domain_xml_dup_os_id      (AvbDomainXml *self);
/* (transfer full): how the display of this running machine is reached from this computer */
AvbConsoleEndpoint *avb_domain_xml_find_console (AvbDomainXml *self);
/* (transfer full) (element-type filename): every file or device that a disk names */
GPtrArray      *avb_domain_xml_dup_disk_paths (AvbDomainXml *self, gboolean only_writable);

/* What the user chose for this machine: (transfer full) (element-type utf8 utf8), all hostile. At
 * most 256; the first of each name. */
GHashTable     *avb_domain_xml_read_settings  (AvbDomainXml *self);
/* The own element of <metadata>, without its namespace, as libvirt gives and takes it: @text, or
 * one that is new where that is %NULL, with the setting @key, or without it where @value is %NULL.
 * What else the element has is kept. */
char           *avb_domain_settings_edit      (const char *text,
                                               const char *key,
                                               const char *value,
                                               GError    **error);

/* For the parts of this class. */
/* (nullable): of hostile text, as avb_domain_xml_parse() says; @details: what the parser says. */
xmlDoc      *avb_xml_parse           (const char *text, gsize length, char **details);
xmlNode     *avb_domain_xml_get_root (AvbDomainXml *self);
/* The first child element without a namespace that has this name; @parent is nullable. */
xmlNode     *avb_xml_child           (xmlNode *parent, const char *name);
xmlNode     *avb_xml_next            (xmlNode *node, const char *name);
char        *avb_xml_dup_attribute   (xmlNode *node, const char *name);
char        *avb_xml_dup_text        (xmlNode *node);
gboolean     avb_xml_attribute_is    (xmlNode *node, const char *name, const char *value);
/* Bytes; FALSE if it is no amount. */
gboolean     avb_xml_read_memory     (xmlNode *node, const char *amount_attribute, guint64 *bytes);
guint64      avb_xml_unit            (const char *unit);
/* (nullable) (transfer full): %NULL for devices that a spec cannot speak of */
AvbDiskSpec *avb_domain_disk_read    (xmlNode *disk);
AvbInterfaceSpec *avb_domain_interface_read (xmlNode *interface);
const char  *avb_domain_bus_name     (AvbDiskBus bus);
const char  *avb_domain_device_name  (AvbDiskDevice device);
guint        avb_domain_xml_read_cpus (AvbDomainXml *self);
guint64      avb_domain_xml_read_memory_mib (AvbDomainXml *self);

void         avb_xml_set_attribute   (xmlNode *node, const char *name, const char *value);
void         avb_xml_remove_children (xmlNode *parent, const char *name);
/* The child, made behind the first of @after (nullable) that exists where it is not there. */
xmlNode     *avb_xml_ensure_child    (xmlNode *parent, const char *name, const char *const *after);
/* Adds the elements of @fragment, each behind the last sibling of its name. */
gboolean     avb_xml_add_fragment    (xmlNode *parent, const char *fragment, GError **error);
/* Takes its indentation with it. */
void         avb_xml_remove          (xmlNode *node);
/* Sets %AVB_ERROR_NOT_SUPPORTED; always %FALSE. */
gboolean     avb_domain_edit_refuse  (GError **error, const char *sentence);
/* avb-domain-edit-devices.c */
/* Or none. */
void         avb_domain_edit_disk_file (xmlNode *node, const AvbDiskSpec *disk);
gboolean     avb_domain_edit_disks   (xmlNode               *root,
                                      xmlNode               *devices,
                                      GPtrArray             *before,
                                      GPtrArray             *after,
                                      const AvbDomainTraits *traits,
                                      GError               **error);
gboolean     avb_domain_edit_interfaces (xmlNode               *root,
                                         xmlNode               *devices,
                                         GPtrArray             *after,
                                         const AvbDomainTraits *traits,
                                         GError               **error);
/* (nullable) (transfer full): %NULL for what is no share of virtiofs */
AvbShareSpec *avb_domain_share_read  (xmlNode *filesystem);
/* What no tag of @shares names goes; with a new one the memory becomes one that can be shared. */
gboolean     avb_domain_edit_shares  (xmlNode   *root,
                                      xmlNode   *devices,
                                      GPtrArray *shares,
                                      GError   **error);
gboolean     avb_domain_memory_is_shared (xmlNode *root);
gboolean     avb_domain_has_extra    (xmlNode *devices, AvbExtra extra);
void         avb_domain_remove_extra (xmlNode *devices, AvbExtra extra);

/* avb-domain-served.c */
/* Whether a <source> is a disk that a program of this host serves by NBD, and nothing besides. */
gboolean avb_domain_source_is_served  (xmlNode *source);
/* (nullable) (transfer full) */
char    *avb_domain_served_dup_socket (xmlNode *source);
char    *avb_domain_served_dup_export (xmlNode *source);
/* Makes @node one with this source. */
void     avb_domain_served_edit       (xmlNode *node, const AvbDiskSpec *disk);
void     avb_domain_served_template   (GString *xml, const AvbDiskSpec *disk);

/* Fragments of XML, for new definitions and for devices that are added. */
void avb_domain_template_disk      (GString               *xml,
                                    const AvbDiskSpec     *disk,
                                    const char            *target,
                                    const AvbDomainTraits *traits);
void avb_domain_template_interface (GString                *xml,
                                    const AvbInterfaceSpec *nic,
                                    const AvbDomainTraits  *traits);
void avb_domain_template_graphics  (GString *xml, const char *arch, const AvbDomainTraits *traits);
void avb_domain_template_tpm       (GString *xml, const char *arch);
/* Whether it is a PC: another kind of computer has other devices. @arch is nullable. */
gboolean avb_domain_is_pc          (const char *arch);
/* What the type of accelerated machines is. */
const char *avb_domain_accelerator (const AvbDomainTraits *traits);
/* avb-domain-firmware.c: all within <os>. */
void        avb_domain_template_firmware (GString *xml, AvbFirmware firmware, const AvbDomainTraits *traits);
AvbFirmware avb_domain_read_firmware     (xmlNode *os);
gboolean    avb_domain_edit_firmware     (xmlNode               *root,
                                          AvbFirmware            firmware,
                                          const AvbDomainTraits *traits,
                                          GError               **error);
/* Says again which firmware it is, in the words of this host. */
gboolean    avb_domain_set_firmware      (xmlNode               *os,
                                          AvbFirmware            firmware,
                                          const AvbDomainTraits *traits,
                                          GError               **error);
/* Sets %AVB_ERROR_NOT_SUPPORTED where such a machine cannot have it. */
gboolean    avb_domain_check_firmware    (const char            *arch,
                                          AvbFirmware            firmware,
                                          const AvbDomainTraits *traits,
                                          GError               **error);
/* Sets %AVB_ERROR_NOT_SUPPORTED where such a machine cannot have one of them. */
gboolean avb_domain_check_disks    (GPtrArray *disks, const char *arch, const AvbDomainTraits *traits, GError **error);
/* avb-domain-vmnet.c */
gboolean avb_domain_is_vmnet       (const AvbInterfaceSpec *nic, const AvbDomainTraits *traits);
/* Sets %AVB_ERROR_NOT_SUPPORTED where one of them cannot be had on this host. */
gboolean avb_domain_check_interfaces (GPtrArray *interfaces, const AvbDomainTraits *traits, GError **error);
/* At the end of the definition. */
void     avb_domain_template_vmnet (GString *xml, GPtrArray *interfaces, const AvbDomainTraits *traits);
void     avb_domain_read_vmnet     (xmlNode *root, AvbMachineSpec *spec);
void     avb_domain_edit_vmnet     (xmlNode *root, GPtrArray *interfaces, const AvbDomainTraits *traits);
/* (transfer full): one for each device; @devices is nullable: none yet */
GPtrArray *avb_domain_template_extra (AvbExtra extra, xmlNode *devices);
char *avb_domain_template_share (const AvbShareSpec *share);
gboolean avb_domain_can_extra (AvbExtra extra, const AvbDomainTraits *traits);
/* libvirt's name of the enlightenment at this bit */
const char *avb_domain_hyperv_name (guint index);
/* Inside <features> and <clock>, for Windows on x86. */
void avb_domain_template_hyperv         (GString               *xml,
                                         gboolean               accelerated,
                                         const AvbDomainTraits *traits);
void avb_domain_template_windows_timers (GString               *xml,
                                         gboolean               accelerated,
                                         const AvbDomainTraits *traits);
void avb_domain_template_serial    (GString *xml, const char *path);
/* Inside <os>. */
void     avb_domain_template_kernel (GString *xml, AvbMachineSpec *spec);
void     avb_domain_read_kernel     (xmlNode *os, AvbMachineSpec *spec);
gboolean avb_domain_kernel_equal    (AvbMachineSpec *a, AvbMachineSpec *b);
void     avb_domain_edit_kernel     (xmlNode *root, AvbMachineSpec *spec);
void avb_domain_template_cpu       (GString               *xml,
                                    const char            *arch,
                                    gboolean               accelerated,
                                    const AvbDomainTraits *traits);
/* "vda", "sdb", …: one that @taken (a set of strings) does not have; adds it there. */
char *avb_domain_template_target   (AvbDiskBus bus, GHashTable *taken);

G_END_DECLS
