// SPDX-FileCopyrightText: Alpha VBox contributors
// SPDX-License-Identifier: MPL-2.0

// What the library can do, in one small extension. Those in Python and Rust do the same, and so does the test of all three.
package main

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"alphavbox.org/extension"
)

var (
	ext    = extension.New()
	paused atomic.Bool
)

func running(ctx context.Context) (all, running int, err error) {
	machines, err := ext.Host().Machines(ctx)
	for _, machine := range machines {
		if machine.State == "running" {
			running++
		}
	}
	return len(machines), running, err
}

// count asks the program, keeps a number from one start to the next, says something.
func count(ctx context.Context, _ *extension.Call) (*extension.Notice, error) {
	fmt.Println("This goes to the log.")
	runs := 0
	if _, err := ext.Host().Get(ctx, "runs", &runs); err != nil {
		return nil, err
	}
	runs++
	if err := ext.Host().Set(ctx, "runs", runs); err != nil {
		return nil, err
	}
	all, n, err := running(ctx)
	if err != nil {
		return nil, err
	}
	return &extension.Notice{Text: fmt.Sprintf("%d machines, %d of them running, counted %d times", all, n, runs)}, nil
}

// slow is long work: it tells how it gets on, and ends early when it is cancelled.
func slow(ctx context.Context, call *extension.Call) (*extension.Notice, error) {
	for step := range 100 {
		call.Progress(float64(step)/100, fmt.Sprintf("Step %d of 100 for %s", step+1, call.Machine().Name))
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
	return &extension.Notice{Text: "Done"}, nil
}

// saveAll does something to machines, if the user lets it.
func saveAll(ctx context.Context, _ *extension.Call) (*extension.Notice, error) {
	machines, err := ext.Host().Machines(ctx)
	if err != nil {
		return nil, err
	}
	saved := 0
	for _, machine := range machines {
		if machine.State != "running" {
			continue
		}
		err := ext.Host().Action(ctx, machine.ID, "save")
		if extension.IsDenied(err) {
			return &extension.Notice{Text: fmt.Sprintf("Not allowed: %v", err)}, nil
		}
		if err != nil {
			return nil, err
		}
		saved++
	}
	return &extension.Notice{Text: fmt.Sprintf("%d saved", saved)}, nil
}

// everything asks the program for all that it offers.
func everything(ctx context.Context, _ *extension.Call) (*extension.Notice, error) {
	host := ext.Host()
	machines, err := host.Machines(ctx)
	if err != nil {
		return nil, err
	}
	machine := machines[0].ID
	details, err := host.Machine(ctx, machine)
	if err != nil {
		return nil, err
	}
	stats, err := host.Stats(ctx, machine)
	if err != nil {
		return nil, err
	}
	applied, err := host.SetHardware(ctx, machine, 0, 2*details.MemoryMiB)
	if err != nil {
		return nil, err
	}
	output, err := host.GuestExec(ctx, machine, []string{"uname", "-n"}, 10)
	if err != nil {
		return nil, err
	}
	page, err := host.Fetch(ctx, extension.Request{URL: "https://example.org/", Headers: map[string]string{"Accept": "text/plain"}})
	if err != nil {
		return nil, err
	}
	kept, err := keep(ctx)
	if err != nil {
		return nil, err
	}
	answer, err := host.Ask(ctx, extension.Question{
		Title: "Go on?", Text: "Nothing is lost.", Accept: "Go On", Controls: []*extension.Node{extension.Switch("sure", "Sure", true)},
	})
	if err != nil {
		return nil, err
	}
	event := extension.Event{Monitor: "running", Event: "tried", Severity: "warning", Text: "Everything was tried", Machine: machine, Action: "count"}
	if err := ext.Event(event); err != nil {
		return nil, err
	}
	return &extension.Notice{Text: fmt.Sprintf("%d %s %s %d %s %s %v %v", *stats.CPUs, applied, strings.TrimSpace(output.Output),
		page.Status, page.Body, kept, answer.Accepted, answer.Values["sure"])}, nil
}

// keep keeps a password and a value, and forgets them.
func keep(ctx context.Context) (string, error) {
	host := ext.Host()
	if err := host.SetSecret(ctx, "password", "secret"); err != nil {
		return "", err
	}
	secret, _, err := host.Secret(ctx, "password")
	if err != nil {
		return "", err
	}
	if err := host.DeleteSecret(ctx, "password"); err != nil {
		return "", err
	}
	if err := host.Set(ctx, "list/a", []any{1, map[string]any{"b": nil}}); err != nil {
		return "", err
	}
	keys, err := host.Keys(ctx, "list/")
	if err != nil {
		return "", err
	}
	return fmt.Sprint(secret, " ", keys), host.Delete(ctx, "list/a")
}

func show(ctx context.Context) (*extension.Node, error) {
	_, n, err := running(ctx)
	pause := extension.Switch("paused", "Pause", paused.Load())
	pause.Description = "Measures nothing meanwhile"
	return extension.Group("Machines",
		extension.Row("Running", fmt.Sprint(n)),
		pause,
		extension.Button("refresh", "Refresh", ""),
	), err
}

// sample is called while the monitor runs.
func sample(ctx context.Context) (map[string]float64, error) {
	if paused.Load() {
		return nil, nil
	}
	_, n, err := running(ctx)
	if err != nil {
		return nil, err
	}
	if root, err := show(ctx); err == nil {
		ext.UpdatePanel("running", root)
	}
	return map[string]float64{"running": float64(n)}, nil
}

func main() {
	ext.Command("count", count)
	ext.Command("slow", slow)
	ext.Command("save-all", saveAll)
	ext.Command("everything", everything)
	ext.Monitor("running", 500*time.Millisecond, sample)
	ext.Panel("running", func(ctx context.Context, _ *extension.Call) (*extension.Node, error) { return show(ctx) })
	ext.PanelAction("running", "paused", func(ctx context.Context, _ *extension.Call, value any) (*extension.PanelResult, error) {
		paused.Store(value == true)
		root, err := show(ctx)
		return &extension.PanelResult{Root: root}, err
	})
	ext.PanelAction("running", "refresh", func(ctx context.Context, _ *extension.Call, _ any) (*extension.PanelResult, error) {
		root, err := show(ctx)
		return &extension.PanelResult{Root: root, Text: "Counted again"}, err
	})
	ext.Run()
}
