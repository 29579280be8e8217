/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* The tour's machines that are made of other files than discs: an image for clouds, see tests/cloud/image, and an
 * appliance as VirtualBox writes it. */

#include "config.h"

#include "tour-steps.h"

#include <X11/keysym.h>
#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* Long for a computer that is busy with other things, too. */
#define READY_SECONDS 900
#define SSH_SECONDS 300

static gboolean
run (const char *folder, const char *const *argv, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  g_autoptr (GSubprocess) process = NULL;

  g_subprocess_launcher_set_cwd (launcher, folder);
  process = g_subprocess_launcher_spawnv (launcher, argv, error);
  return process != NULL && g_subprocess_wait_check (process, NULL, error);
}

static char *
make_folder (const char *name)
{
  char *folder = g_build_filename (g_get_user_data_dir (), name, NULL);

  g_mkdir_with_parents (folder, 0700);
  return folder;
}

/* --- an image for clouds --- */

/* What opens in place of a terminal: runs in the guest what a person would type there. */
static gboolean
make_terminal (const char *answer, GError **error)
{
  g_autofree char *folder = g_build_filename (g_get_home_dir (), "bin", NULL);
  g_autofree char *path = g_build_filename (folder, "xdg-terminal-exec", NULL);
  /* SSH looks for keys in the home that the system knows, which is not that of a test. */
  g_autofree char *key = g_build_filename (g_get_home_dir (), ".ssh", "id_ed25519", NULL);
  g_autofree char *script = g_strdup_printf ("#!/bin/sh\nshift\nssh -i '%s' \"$@\" 'id -un; hostname' > '%s.half' 2>&1 < /dev/null\n"
                                             "mv '%s.half' '%s'\n", key, answer, answer, answer);

  g_mkdir_with_parents (folder, 0700);
  return g_file_set_contents_full (path, script, -1, G_FILE_SET_CONTENTS_NONE, 0755, error);
}

static gboolean
make_key (GError **error)
{
  g_autofree char *folder = g_build_filename (g_get_home_dir (), ".ssh", NULL);
  g_autofree char *path = g_build_filename (folder, "id_ed25519", NULL);
  const char *const argv[] = { "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "ada@laptop", "-f", path, NULL };

  g_mkdir_with_parents (folder, 0700);
  return g_file_test (path, G_FILE_TEST_EXISTS) || run (folder, argv, error);
}

/* With a key nothing is left to type. */
gboolean
tour_cloud_create (Tour *self, GError **error)
{
  g_autofree char *folder = make_folder ("tour-cloud");
  /* The name is Debian's own. */
  g_autofree char *path = g_build_filename (folder, "debian-13-generic-amd64.qcow2", NULL);

  if (!make_key (error))
    return FALSE;
  if (symlink (self->cloud, path) != 0 && errno != EEXIST)
    return tour_fail (error, g_strerror (errno));
  return tour_drop_disc (self, path, error) && tour_create (self, error);
}

gboolean
tour_cloud_ready (Tour *self, GError **error)
{
  return avb_driver_expect (self->driver, NULL, "The guest is ready. Its address is 10.0.2.15.", READY_SECONDS, error);
}

static gboolean
exists (gpointer path)
{
  return g_file_test (path, G_FILE_TEST_EXISTS);
}

gboolean
tour_cloud_ssh (Tour *self, GError **error)
{
  g_autofree char *folder = make_folder ("tour-cloud");
  g_autofree char *answer = g_build_filename (folder, "answer", NULL);
  g_autofree char *text = NULL;
  g_autofree char *expected = NULL;

  if (!make_terminal (answer, error) || !avb_driver_press (self->driver, TOUR_BUTTON, "Open SSH", 60, error))
    return FALSE;
  if (!avb_driver_wait (exists, answer, SSH_SECONDS))
    return tour_fail (error, "No terminal was opened");
  if (!g_file_get_contents (answer, &text, NULL, error))
    return FALSE;
  expected = g_strdup_printf ("%s\ndebian-13\n", g_get_user_name ());
  if (g_str_has_suffix (text, expected))
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "SSH answered: %s", text);
  return FALSE;
}

/* --- an appliance --- */

/* As VirtualBox 7 writes it, with the guest's disc in the drive. */
static const char ovf[]
    = "<?xml version=\"1.0\"?>\n"
      "<Envelope ovf:version=\"1.0\" xml:lang=\"en-US\" xmlns=\"http://schemas.dmtf.org/ovf/envelope/1\"\n"
      " xmlns:ovf=\"http://schemas.dmtf.org/ovf/envelope/1\"\n"
      " xmlns:rasd=\"http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData\"\n"
      " xmlns:vssd=\"http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData\"\n"
      " xmlns:vbox=\"http://www.virtualbox.org/ovf/machine\">\n"
      "<References><File ovf:id=\"file1\" ovf:href=\"exhibit-disk001.vmdk\"/>\n"
      "<File ovf:id=\"file2\" ovf:href=\"exhibit-file1.iso\"/></References>\n"
      "<DiskSection><Info>List of the virtual disks used in the package</Info>\n"
      "<Disk ovf:capacity=\"1073741824\" ovf:diskId=\"vmdisk1\" ovf:fileRef=\"file1\"\n"
      " ovf:format=\"http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized\"/>\n"
      "<Disk ovf:diskId=\"vmdisk2\" ovf:fileRef=\"file2\" ovf:capacity=\"0\"\n"
      " ovf:format=\"http://www.ecma-international.org/publications/standards/Ecma-119.htm\"/></DiskSection>\n"
      "<NetworkSection><Info>Logical networks used in the package</Info><Network ovf:name=\"NAT\"/></NetworkSection>\n"
      "<VirtualSystem ovf:id=\"Exhibit\"><Info>A virtual machine</Info>\n"
      "<OperatingSystemSection ovf:id=\"101\"><Info>The kind of installed guest operating system</Info>\n"
      "<Description>Linux_64</Description><vbox:OSType ovf:required=\"false\">Linux_64</vbox:OSType>"
      "</OperatingSystemSection>\n"
      "<VirtualHardwareSection><Info>Virtual hardware requirements for a virtual machine</Info>\n"
      "<System><vssd:ElementName>Virtual Hardware Family</vssd:ElementName><vssd:InstanceID>0</vssd:InstanceID>"
      "<vssd:VirtualSystemIdentifier>Exhibit</vssd:VirtualSystemIdentifier>"
      "<vssd:VirtualSystemType>virtualbox-2.2</vssd:VirtualSystemType></System>\n"
      "<Item><rasd:Caption>1 virtual CPU</rasd:Caption><rasd:ElementName>1 virtual CPU</rasd:ElementName>"
      "<rasd:InstanceID>1</rasd:InstanceID><rasd:ResourceType>3</rasd:ResourceType>"
      "<rasd:VirtualQuantity>1</rasd:VirtualQuantity></Item>\n"
      "<Item><rasd:AllocationUnits>MegaBytes</rasd:AllocationUnits><rasd:Caption>512 MB of memory</rasd:Caption>"
      "<rasd:ElementName>512 MB of memory</rasd:ElementName><rasd:InstanceID>2</rasd:InstanceID>"
      "<rasd:ResourceType>4</rasd:ResourceType><rasd:VirtualQuantity>512</rasd:VirtualQuantity></Item>\n"
      "<Item><rasd:Address>0</rasd:Address><rasd:Caption>sataController0</rasd:Caption>"
      "<rasd:ElementName>sataController0</rasd:ElementName><rasd:InstanceID>3</rasd:InstanceID>"
      "<rasd:ResourceSubType>AHCI</rasd:ResourceSubType><rasd:ResourceType>20</rasd:ResourceType></Item>\n"
      "<Item><rasd:AddressOnParent>0</rasd:AddressOnParent><rasd:Caption>disk1</rasd:Caption>"
      "<rasd:ElementName>disk1</rasd:ElementName><rasd:HostResource>/disk/vmdisk1</rasd:HostResource>"
      "<rasd:InstanceID>4</rasd:InstanceID><rasd:Parent>3</rasd:Parent>"
      "<rasd:ResourceType>17</rasd:ResourceType></Item>\n"
      "<Item><rasd:AddressOnParent>1</rasd:AddressOnParent><rasd:AutomaticAllocation>true</rasd:AutomaticAllocation>"
      "<rasd:Caption>cdrom1</rasd:Caption><rasd:ElementName>cdrom1</rasd:ElementName>"
      "<rasd:HostResource>/disk/vmdisk2</rasd:HostResource><rasd:InstanceID>5</rasd:InstanceID>"
      "<rasd:Parent>3</rasd:Parent><rasd:ResourceType>15</rasd:ResourceType></Item>\n"
      "<Item><rasd:AutomaticAllocation>true</rasd:AutomaticAllocation><rasd:Connection>NAT</rasd:Connection>"
      "<rasd:ElementName>Ethernet adapter on 'NAT'</rasd:ElementName><rasd:InstanceID>6</rasd:InstanceID>"
      "<rasd:ResourceSubType>E1000</rasd:ResourceSubType><rasd:ResourceType>10</rasd:ResourceType></Item>\n"
      "</VirtualHardwareSection></VirtualSystem></Envelope>\n";

/* (transfer full) (nullable): with a manifest, as VirtualBox has it */
static char *
make_ova (Tour *self, GError **error)
{
  g_autofree char *folder = make_folder ("tour-ova");
  g_autofree char *description = g_build_filename (folder, "exhibit.ovf", NULL);
  const char *const disk[] = { "qemu-img", "create", "-q", "-f", "vmdk", "-o", "subformat=streamOptimized",
                               "exhibit-disk001.vmdk", "1G", NULL };
  g_autofree char *iso = g_canonicalize_filename (self->iso, NULL);
  const char *const disc[] = { "cp", iso, "exhibit-file1.iso", NULL };
  const char *const sums[] = { "sh", "-c", "sha256sum --tag exhibit.ovf exhibit-* > exhibit.mf", NULL };
  const char *const pack[] = { "tar", "--format=ustar", "-cf", "exhibit.ova", "exhibit.ovf", "exhibit.mf",
                               "exhibit-disk001.vmdk", "exhibit-file1.iso", NULL };

  return g_file_set_contents (description, ovf, -1, error) && run (folder, disk, error) && run (folder, disc, error)
                 && run (folder, sums, error) && run (folder, pack, error)
             ? g_build_filename (folder, "exhibit.ova", NULL)
             : NULL;
}

gboolean
tour_ova_create (Tour *self, GError **error)
{
  g_autofree char *path = make_ova (self, error);

  return path != NULL && tour_drop_disc (self, path, error) && tour_create (self, error);
}
