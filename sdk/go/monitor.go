// SPDX-FileCopyrightText: Alpha VBox contributors
// SPDX-License-Identifier: MPL-2.0

package extension

import (
	"context"
	"log"
	"time"
)

// panelInterval: the program shows no more than four updates a second.
const panelInterval = 250 * time.Millisecond

type panelState struct {
	last    time.Time
	waiting *Node
}

// Monitor measures every so often while it runs.
func (e *Extension) Monitor(id string, every time.Duration, sample Sampler) {
	e.samplers[id] = sampler{every, sample}
}

func (e *Extension) startMonitor(_ context.Context, call *Call) (any, error) {
	var params struct {
		Monitor  string  `json:"monitor"`
		Interval float64 `json:"interval_ms"`
	}
	if err := call.Params(&params); err != nil {
		return nil, err
	}
	sampler, there := e.samplers[params.Monitor]
	if !there {
		return nil, Errorf(CodeInvalidParams, "there is no monitor %q", params.Monitor)
	}
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if e.monitors[params.Monitor] == nil {
		ctx, cancel := context.WithCancel(context.Background())
		e.monitors[params.Monitor] = cancel
		go e.watch(ctx, params.Monitor, max(sampler.every, time.Duration(params.Interval)*time.Millisecond), sampler.sample)
	}
	return nil, nil
}

func (e *Extension) stopMonitor(_ context.Context, call *Call) (any, error) {
	var params struct {
		Monitor string `json:"monitor"`
	}
	if err := call.Params(&params); err != nil {
		return nil, err
	}
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if cancel := e.monitors[params.Monitor]; cancel != nil {
		cancel()
		delete(e.monitors, params.Monitor)
	}
	return nil, nil
}

func (e *Extension) stopMonitors() {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	for id, cancel := range e.monitors {
		cancel()
		delete(e.monitors, id)
	}
}

func (e *Extension) watch(ctx context.Context, id string, every time.Duration, sample Sampler) {
	ticker := time.NewTicker(max(every, time.Millisecond))
	defer ticker.Stop()
	for {
		values, err := sample(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			log.Printf("monitor %s: %v", id, err)
		case values != nil:
			now := float64(time.Now().UnixMilli()) / 1000
			_ = e.peer.notify("monitor/sample", map[string]any{"monitor": id, "time": now, "values": values})
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Panel answers panel/open with its root.
func (e *Extension) Panel(id string, handler func(context.Context, *Call) (*Node, error)) {
	e.forID("panel/open", "panel", id, func(ctx context.Context, call *Call) (any, error) {
		root, err := handler(ctx, call)
		return map[string]any{"root": root}, err
	})
}

// PanelAction is called with a control's new value: a bool, a string, or nil for a button.
func (e *Extension) PanelAction(panel, node string, handler func(context.Context, *Call, any) (*PanelResult, error)) {
	e.actions[[2]string{panel, node}] = handler
	e.methods["panel/action"] = func(ctx context.Context, call *Call) (any, error) {
		var params struct {
			Panel string `json:"panel"`
			Node  string `json:"node"`
			Value any    `json:"value"`
		}
		if err := call.Params(&params); err != nil {
			return nil, err
		}
		found := e.actions[[2]string{params.Panel, params.Node}]
		if found == nil {
			return nil, Errorf(CodeInvalidParams, "nothing is done by this control")
		}
		result, err := found(ctx, call, params.Value)
		if result == nil {
			result = &PanelResult{}
		}
		return result, err
	}
}

// UpdatePanel shows the panel as it is now. Call it as often as you like: what is more often than the program shows is left
// out.
func (e *Extension) UpdatePanel(id string, root *Node) {
	e.mutex.Lock()
	state := e.panels[id]
	if state == nil {
		state = &panelState{}
		e.panels[id] = state
	}
	due := time.Until(state.last.Add(panelInterval))
	if state.waiting != nil || due > 0 {
		if state.waiting == nil {
			time.AfterFunc(due, func() { e.sendPanel(id) })
		}
		state.waiting = root
		e.mutex.Unlock()
		return
	}
	state.last = time.Now()
	e.mutex.Unlock()
	_ = e.peer.notify("panel/update", map[string]any{"panel": id, "root": root})
}

func (e *Extension) sendPanel(id string) {
	e.mutex.Lock()
	state := e.panels[id]
	root := state.waiting
	state.waiting, state.last = nil, time.Now()
	e.mutex.Unlock()
	_ = e.peer.notify("panel/update", map[string]any{"panel": id, "root": root})
}
