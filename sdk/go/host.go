// SPDX-FileCopyrightText: Alpha VBox contributors
// SPDX-License-Identifier: MPL-2.0

package extension

import (
	"context"
	"encoding/base64"
	"encoding/json"
)

// Host is the program. Everything may return an Error, above all that it is denied: what was granted may change.
type Host struct{ extension *Extension }

func (h Host) call(ctx context.Context, method string, params, result any) error {
	return h.extension.peer.call(ctx, method, params, result)
}

type machineParams struct {
	Machine string `json:"machine"`
}

// Machines needs machines.read, as the next two.
func (h Host) Machines(ctx context.Context) ([]Machine, error) {
	var result struct {
		Machines []Machine `json:"machines"`
	}
	err := h.call(ctx, "host/machine.list", nil, &result)
	return result.Machines, err
}

// Machine tells what a machine's definition says.
func (h Host) Machine(ctx context.Context, machine string) (*MachineDetails, error) {
	var result struct {
		Machine *MachineDetails `json:"machine"`
	}
	err := h.call(ctx, "host/machine.get", machineParams{machine}, &result)
	return result.Machine, err
}

// Stats tells what a machine uses.
func (h Host) Stats(ctx context.Context, machine string) (*MachineStats, error) {
	var result struct {
		Stats *MachineStats `json:"stats"`
	}
	err := h.call(ctx, "host/machine.stats", machineParams{machine}, &result)
	return result.Stats, err
}

// Action does something to a machine: "start", "shut-down", "reboot", "reset", "force-off", "pause", "resume", "save",
// "discard-saved". Needs machines.control.
func (h Host) Action(ctx context.Context, machine, action string) error {
	return h.call(ctx, "host/machine.action", map[string]string{"machine": machine, "action": action}, nil)
}

// SetHardware changes what is not 0. It answers "now" or "next-start": when it is in force. Needs machines.hardware.
func (h Host) SetHardware(ctx context.Context, machine string, cpus int, memoryMiB int64) (string, error) {
	hardware := map[string]int64{}
	if cpus > 0 {
		hardware["cpus"] = int64(cpus)
	}
	if memoryMiB > 0 {
		hardware["memory_mib"] = memoryMiB
	}
	var result struct {
		Applied string `json:"applied"`
	}
	params := map[string]any{"machine": machine, "action": "set-hardware", "hardware": hardware}
	err := h.call(ctx, "host/machine.action", params, &result)
	return result.Applied, err
}

// Output of a program in a machine.
type Output struct {
	ExitCode  int    `json:"exit_code"`
	Output    string `json:"output"`
	Error     string `json:"error"`
	Truncated bool   `json:"truncated"`
}

// GuestExec runs a program in a running machine; no shell. Needs guest.exec.
func (h Host) GuestExec(ctx context.Context, machine string, command []string, timeoutSeconds int) (*Output, error) {
	result := &Output{}
	params := map[string]any{"machine": machine, "command": command, "timeout_s": timeoutSeconds}
	err := h.call(ctx, "host/guest.exec", params, result)
	return result, err
}

// Request is what Fetch fetches, by https; all but URL may be left out.
type Request struct {
	URL      string            `json:"url"`
	Method   string            `json:"method,omitempty"`
	Headers  map[string]string `json:"headers,omitempty"`
	Body     string            `json:"body,omitempty"`
	MaxBytes int               `json:"max_bytes,omitempty"`
}

// Response of Fetch.
type Response struct {
	Status  int
	Headers map[string]string
	Body    []byte
}

// Fetch needs network.fetch with the host of the URL.
func (h Host) Fetch(ctx context.Context, request Request) (*Response, error) {
	var result struct {
		Status  int               `json:"status"`
		Headers map[string]string `json:"headers"`
		Body    *string           `json:"body"`
		Base64  string            `json:"body_base64"`
	}
	if err := h.call(ctx, "host/http.fetch", request, &result); err != nil {
		return nil, err
	}
	response := &Response{Status: result.Status, Headers: result.Headers}
	if result.Body != nil {
		response.Body = []byte(*result.Body)
		return response, nil
	}
	body, err := base64.StdEncoding.DecodeString(result.Base64)
	response.Body = body
	return response, err
}

type keyParams struct {
	Key string `json:"key"`
}

// Get reads a kept value into value, a pointer, and tells whether there was one.
func (h Host) Get(ctx context.Context, key string, value any) (bool, error) {
	var result struct {
		Value json.RawMessage `json:"value"`
	}
	err := h.call(ctx, "host/kv.get", keyParams{key}, &result)
	if err != nil || len(result.Value) == 0 || string(result.Value) == "null" {
		return false, err
	}
	return true, json.Unmarshal(result.Value, value)
}

// Set keeps a value from one start to the next: any JSON, 64 KiB.
func (h Host) Set(ctx context.Context, key string, value any) error {
	return h.call(ctx, "host/kv.set", map[string]any{"key": key, "value": value}, nil)
}

// Delete forgets a kept value.
func (h Host) Delete(ctx context.Context, key string) error {
	return h.call(ctx, "host/kv.delete", keyParams{key}, nil)
}

// Keys lists those of kept values that begin with prefix.
func (h Host) Keys(ctx context.Context, prefix string) ([]string, error) {
	var result struct {
		Keys []string `json:"keys"`
	}
	err := h.call(ctx, "host/kv.list", map[string]string{"prefix": prefix}, &result)
	return result.Keys, err
}

// Secret reads a password from the user's keyring, and tells whether there was one. Needs secrets, as the next two.
func (h Host) Secret(ctx context.Context, key string) (string, bool, error) {
	var result struct {
		Value *string `json:"value"`
	}
	err := h.call(ctx, "host/secret.get", keyParams{key}, &result)
	if err != nil || result.Value == nil {
		return "", false, err
	}
	return *result.Value, true, nil
}

// SetSecret keeps a password.
func (h Host) SetSecret(ctx context.Context, key, value string) error {
	return h.call(ctx, "host/secret.set", map[string]string{"key": key, "value": value}, nil)
}

// DeleteSecret forgets a password.
func (h Host) DeleteSecret(ctx context.Context, key string) error {
	return h.call(ctx, "host/secret.delete", keyParams{key}, nil)
}

// Question is what Ask asks the user; all but Title may be left out. Controls: Switch, Entry, Combo.
type Question struct {
	Title       string  `json:"title"`
	Text        string  `json:"text,omitempty"`
	Controls    []*Node `json:"controls,omitempty"`
	Accept      string  `json:"accept,omitempty"`
	Destructive bool    `json:"destructive,omitempty"`
}

// Answer of the user.
type Answer struct {
	Accepted bool           `json:"accepted"`
	Values   map[string]any `json:"values"`
}

// Ask waits for as long as the user takes; busy where nobody looks.
func (h Host) Ask(ctx context.Context, question Question) (*Answer, error) {
	answer := &Answer{}
	err := h.call(ctx, "host/ui.ask", question, answer)
	return answer, err
}
