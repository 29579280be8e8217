// SPDX-FileCopyrightText: Alpha VBox contributors
// SPDX-License-Identifier: MPL-2.0

// Package metrics writes the text format of Prometheus:
// https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
package metrics

import (
	"bufio"
	"fmt"
	"io"
	"sort"
	"strconv"
	"strings"
)

// Machine is one machine and what is known of it. What is nil is not known, and left out.
type Machine struct {
	ID, Name, Host, State string
	Values                map[string]float64
}

type family struct {
	key, name, kind, help string
}

// In the order in which they are written. Counters count from the start of a machine.
var families = []family{
	{"cpu_seconds", "alpha_vbox_machine_cpu_seconds_total", "counter", "Time that the machine had processors, in seconds."},
	{"cpus", "alpha_vbox_machine_cpus", "gauge", "Processors of the machine."},
	{"memory_bytes", "alpha_vbox_machine_memory_bytes", "gauge", "Memory of the machine."},
	{"memory_used_bytes", "alpha_vbox_machine_memory_used_bytes", "gauge", "Memory of this computer that the machine takes."},
	{"disk_read_bytes", "alpha_vbox_machine_disk_read_bytes_total", "counter", "Bytes that the machine read from its disks."},
	{"disk_written_bytes", "alpha_vbox_machine_disk_written_bytes_total", "counter", "Bytes that the machine wrote to its disks."},
	{"net_received_bytes", "alpha_vbox_machine_network_received_bytes_total", "counter", "Bytes that the machine received."},
	{"net_sent_bytes", "alpha_vbox_machine_network_sent_bytes_total", "counter", "Bytes that the machine sent."},
}

// States are all that a machine can be in.
var States = []string{"off", "saved", "running", "paused", "stopping", "crashed", "unknown"}

var escaper = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)

func labels(machine *Machine, more ...string) string {
	pairs := []string{"machine", machine.ID, "name", machine.Name}
	if machine.Host != "" {
		pairs = append(pairs, "host", machine.Host)
	}
	pairs = append(pairs, more...)
	var text strings.Builder
	for i := 0; i < len(pairs); i += 2 {
		if i > 0 {
			text.WriteByte(',')
		}
		fmt.Fprintf(&text, `%s="%s"`, pairs[i], escaper.Replace(strings.ToValidUTF8(pairs[i+1], "\uFFFD")))
	}
	return text.String()
}

func header(out *bufio.Writer, name, kind, help string) {
	fmt.Fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

// Write writes all machines, sorted, so that the same numbers are the same text. errors: how many could not be asked.
func Write(w io.Writer, machines []Machine, errors int) error {
	out := bufio.NewWriter(w)
	sorted := append([]Machine(nil), machines...)
	sort.Slice(sorted, func(a, b int) bool { return sorted[a].ID < sorted[b].ID })
	header(out, "alpha_vbox_machines", "gauge", "Machines that are known.")
	fmt.Fprintf(out, "alpha_vbox_machines %d\n", len(sorted))
	header(out, "alpha_vbox_scrape_errors", "gauge", "Machines that could not be asked this time.")
	fmt.Fprintf(out, "alpha_vbox_scrape_errors %d\n", errors)
	writeStates(out, sorted)
	for _, family := range families {
		begun := false
		for i := range sorted {
			value, known := sorted[i].Values[family.key]
			if !known {
				continue
			}
			if !begun {
				header(out, family.name, family.kind, family.help)
				begun = true
			}
			fmt.Fprintf(out, "%s{%s} %s\n", family.name, labels(&sorted[i]), strconv.FormatFloat(value, 'g', -1, 64))
		}
	}
	return out.Flush()
}

func writeStates(out *bufio.Writer, machines []Machine) {
	const name = "alpha_vbox_machine_state"
	if len(machines) == 0 {
		return
	}
	header(out, name, "gauge", "1 for the state that the machine is in, 0 for all others.")
	for i := range machines {
		for _, state := range States {
			value := 0
			if machines[i].State == state {
				value = 1
			}
			fmt.Fprintf(out, "%s{%s} %d\n", name, labels(&machines[i], "state", state), value)
		}
	}
}
