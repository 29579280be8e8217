// SPDX-FileCopyrightText: Alpha VBox contributors
// SPDX-License-Identifier: MPL-2.0

package extension

// MachineRef is a machine that something is about.
type MachineRef struct {
	ID    string `json:"id"`
	Name  string `json:"name,omitempty"`
	State string `json:"state,omitempty"`
}

// Machine is a machine as the program sees it. State: "off", "saved", "running", "paused", "stopping", "crashed", "unknown".
type Machine struct {
	ID         string  `json:"id"`
	Name       string  `json:"name"`
	State      string  `json:"state"`
	StateSince float64 `json:"state_since,omitempty"`
	Host       string  `json:"host,omitempty"`
	OS         string  `json:"os,omitempty"`
	CPUs       int     `json:"cpus,omitempty"`
	MemoryMiB  int64   `json:"memory_mib,omitempty"`
	Template   bool    `json:"template,omitempty"`
}

// MachineDetails is a machine with what its definition says.
type MachineDetails struct {
	Machine
	Description string       `json:"description,omitempty"`
	Spec        *MachineSpec `json:"spec,omitempty"`
	Disks       []Disk       `json:"disks,omitempty"`
	Addresses   []string     `json:"addresses,omitempty"`
}

// Disk of a machine; where it lies is not told.
type Disk struct {
	Device   string `json:"device"`
	Bus      string `json:"bus,omitempty"`
	Format   string `json:"format,omitempty"`
	ReadOnly bool   `json:"read_only,omitempty"`
}

// MachineSpec is a machine in words that no hypervisor owns; what is left out is chosen by the program.
type MachineSpec struct {
	OS           string      `json:"os,omitempty"`
	Architecture string      `json:"architecture,omitempty"`
	CPUs         int         `json:"cpus,omitempty"`
	MemoryMiB    int64       `json:"memory_mib,omitempty"`
	DiskGiB      int64       `json:"disk_gib,omitempty"`
	Firmware     string      `json:"firmware,omitempty"`
	TPM          *bool       `json:"tpm,omitempty"`
	Graphics     *bool       `json:"graphics,omitempty"`
	Interfaces   []Interface `json:"interfaces,omitempty"`
	Extras       *Extras     `json:"extras,omitempty"`
}

// Interface of a machine. Kind: "user", "network", "bridge".
type Interface struct {
	Kind   string `json:"kind"`
	Source string `json:"source,omitempty"`
	Model  string `json:"model,omitempty"`
}

// Extras are devices that make a machine convenient.
type Extras struct {
	GuestAgent     *bool `json:"guest_agent,omitempty"`
	DisplayAgent   *bool `json:"display_agent,omitempty"`
	USBRedirection *bool `json:"usb_redirection,omitempty"`
	Sound          *bool `json:"sound,omitempty"`
	FolderChannel  *bool `json:"folder_channel,omitempty"`
}

// MachineStats are counters of a running machine since its start. Nil: not known.
type MachineStats struct {
	ID               string   `json:"id"`
	State            string   `json:"state"`
	Time             float64  `json:"time"`
	CPUSeconds       *float64 `json:"cpu_seconds,omitempty"`
	CPUs             *int     `json:"cpus,omitempty"`
	MemoryMiB        *int64   `json:"memory_mib,omitempty"`
	MemoryUsedMiB    *int64   `json:"memory_used_mib,omitempty"`
	DiskReadBytes    *int64   `json:"disk_read_bytes,omitempty"`
	DiskWrittenBytes *int64   `json:"disk_written_bytes,omitempty"`
	NetReceivedBytes *int64   `json:"net_received_bytes,omitempty"`
	NetSentBytes     *int64   `json:"net_sent_bytes,omitempty"`
}

// Volume is a disk that a storage target has. Format: "raw", "qcow2".
type Volume struct {
	ID        string     `json:"id"`
	Title     string     `json:"title"`
	Size      int64      `json:"size"`
	Format    string     `json:"format"`
	Used      *int64     `json:"used,omitempty"`
	ReadOnly  bool       `json:"read_only,omitempty"`
	Snapshots []Snapshot `json:"snapshots,omitempty"`
}

// Snapshot is a state of a volume.
type Snapshot struct {
	ID      string  `json:"id"`
	Title   string  `json:"title"`
	Created float64 `json:"created,omitempty"`
}

// Grant is a permission that the user granted.
type Grant struct {
	ID   string   `json:"id"`
	Args []string `json:"args,omitempty"`
}

// Info is what the program says of itself and of this process.
type Info struct {
	Protocol  struct{ Min, Max int }         `json:"protocol"`
	Host      struct{ Name, Version string } `json:"host"`
	Extension struct{ ID, Version string }   `json:"extension"`
	Locale    string                         `json:"locale"`
	Granted   []Grant                        `json:"granted"`
	Role      string                         `json:"role"`
	Paths     struct {
		App     string `json:"app"`
		Data    string `json:"data"`
		Runtime string `json:"runtime"`
	} `json:"paths"`
}

// Notice is what an action or a console tool answers: a short notice, a text to read or save, a panel to open.
type Notice struct {
	Text   string `json:"text,omitempty"`
	Report string `json:"report,omitempty"`
	Panel  string `json:"panel,omitempty"`
}

// PanelResult is what the use of a control answers.
type PanelResult struct {
	Root *Node  `json:"root,omitempty"`
	Text string `json:"text,omitempty"`
}

// Attachment is what storage/attach answers. Kind: "nbd-unix", "file".
type Attachment struct {
	Kind     string `json:"kind"`
	Path     string `json:"path"`
	Format   string `json:"format"`
	Export   string `json:"export,omitempty"`
	ReadOnly bool   `json:"read_only,omitempty"`
	Size     int64  `json:"size,omitempty"`
}

// Event is something that the user should know. Severity: "info", "warning", "critical".
type Event struct {
	Monitor  string `json:"monitor"`
	Event    string `json:"event"`
	Severity string `json:"severity"`
	Text     string `json:"text"`
	Machine  string `json:"machine,omitempty"`
	Action   string `json:"action,omitempty"`
}
