// SPDX-FileCopyrightText: Alpha VBox contributors
// SPDX-License-Identifier: MPL-2.0

// Prometheus exporter: what machines use, as a file for node_exporter's textfile collector and at a socket.
//
// The sandbox has no network, so there is no port to listen on. A file that is replaced whole needs nobody who listens,
// and a socket is there for those who would rather ask.
package main

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	extension "alphavbox.org/extension"
	"alphavbox.org/prometheus-exporter/metrics"
)

const (
	monitor  = "metrics"
	every    = 15 * time.Second
	fileName = "alpha-vbox.prom"
	maxAge   = 2 * time.Second
)

type exporter struct {
	ext *extension.Extension

	mutex   sync.Mutex
	text    []byte
	count   int
	errors  int
	read    time.Time
	written time.Time
	serving sync.Once
}

func add(values map[string]float64, name string, value *int64, factor float64) {
	if value != nil {
		values[name] = float64(*value) * factor
	}
}

func known(machine *extension.Machine, stats *extension.MachineStats) map[string]float64 {
	values := map[string]float64{}
	if machine.CPUs > 0 {
		values["cpus"] = float64(machine.CPUs)
	}
	if machine.MemoryMiB > 0 {
		values["memory_bytes"] = float64(machine.MemoryMiB) * (1 << 20)
	}
	if stats == nil {
		return values
	}
	if stats.CPUSeconds != nil {
		values["cpu_seconds"] = *stats.CPUSeconds
	}
	add(values, "memory_used_bytes", stats.MemoryUsedMiB, 1<<20)
	add(values, "disk_read_bytes", stats.DiskReadBytes, 1)
	add(values, "disk_written_bytes", stats.DiskWrittenBytes, 1)
	add(values, "net_received_bytes", stats.NetReceivedBytes, 1)
	add(values, "net_sent_bytes", stats.NetSentBytes, 1)
	return values
}

// collect asks for everything; who asks again within a moment gets the same.
func (x *exporter) collect(ctx context.Context) error {
	x.mutex.Lock()
	defer x.mutex.Unlock()
	if time.Since(x.read) < maxAge {
		return nil
	}
	machines, err := x.ext.Host().Machines(ctx)
	if err != nil {
		return err
	}
	found := []metrics.Machine{}
	errors := 0
	for i := range machines {
		machine := &machines[i]
		var stats *extension.MachineStats
		if machine.State == "running" || machine.State == "paused" {
			if stats, err = x.ext.Host().Stats(ctx, machine.ID); err != nil {
				if ctx.Err() != nil {
					return err
				}
				log.Printf("%s: %v", machine.Name, err)
				errors++
			}
		}
		found = append(found, metrics.Machine{ID: machine.ID, Name: machine.Name, Host: machine.Host, State: machine.State,
			Values: known(machine, stats)})
	}
	var text bytes.Buffer
	if err := metrics.Write(&text, found, errors); err != nil {
		return err
	}
	x.text, x.count, x.errors, x.read = text.Bytes(), len(found), errors, time.Now()
	return nil
}

// writeFile replaces the file whole: whoever reads it never sees half of it.
func (x *exporter) writeFile() error {
	folder := filepath.Join(x.ext.Info().Paths.Data, "metrics")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	file, err := os.CreateTemp(folder, ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	x.mutex.Lock()
	_, err = file.Write(x.text)
	x.mutex.Unlock()
	if err == nil {
		err = file.Chmod(0o644)
	}
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(file.Name(), filepath.Join(folder, fileName))
	}
	if err == nil {
		x.mutex.Lock()
		x.written = time.Now()
		x.mutex.Unlock()
	}
	return err
}

func (x *exporter) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	if request.Method != http.MethodGet && request.Method != http.MethodHead {
		http.Error(w, "only GET", http.StatusMethodNotAllowed)
		return
	}
	if err := x.collect(request.Context()); err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	x.mutex.Lock()
	text := x.text
	x.mutex.Unlock()
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	_, _ = w.Write(text)
}

func (x *exporter) socket() string { return filepath.Join(x.ext.Info().Paths.Runtime, "metrics.sock") }

func (x *exporter) serve() {
	_ = os.Remove(x.socket())
	listener, err := net.Listen("unix", x.socket())
	if err != nil {
		log.Printf("no socket: %v", err)
		return
	}
	server := &http.Server{Handler: x, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, MaxHeaderBytes: 1 << 14}
	go func() { log.Print(server.Serve(listener)) }()
}

func (x *exporter) sample(ctx context.Context) (map[string]float64, error) {
	x.serving.Do(x.serve)
	if err := x.collect(ctx); err != nil {
		return nil, err
	}
	if err := x.writeFile(); err != nil {
		return nil, err
	}
	x.ext.UpdatePanel(monitor, x.panel())
	x.mutex.Lock()
	defer x.mutex.Unlock()
	return map[string]float64{"machines": float64(x.count), "errors": float64(x.errors), "bytes": float64(len(x.text))}, nil
}

func (x *exporter) panel() *extension.Node {
	x.mutex.Lock()
	defer x.mutex.Unlock()
	written := "–"
	if !x.written.IsZero() {
		written = x.written.UTC().Format("2006-01-02 15:04:05 UTC")
	}
	return extension.Group("", extension.Group("Prometheus",
		extension.Row("Machines", fmt.Sprint(x.count)),
		extension.Row("Could not be asked", fmt.Sprint(x.errors)),
		extension.Row("File", "metrics/"+fileName),
		extension.Row("Written", written),
		extension.Row("Socket", "metrics.sock"),
	))
}

func main() {
	ext := extension.New()
	x := &exporter{ext: ext}
	ext.Monitor(monitor, every, x.sample)
	ext.Panel(monitor, func(context.Context, *extension.Call) (*extension.Node, error) { return x.panel(), nil })
	ext.OnShutdown(func() { _ = os.Remove(x.socket()) })
	ext.Run()
}
