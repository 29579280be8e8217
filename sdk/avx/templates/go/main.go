// SPDX-FileCopyrightText: Alpha VBox contributors
// SPDX-License-Identifier: MPL-2.0

// @TITLE@: change it to what it should do. The protocol is in docs/extensions/ of Alpha VBox.
package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"alphavbox.org/extension"
)

var ext = extension.New()

func overview(ctx context.Context) (*extension.Node, error) {
	machines, err := ext.Host().Machines(ctx)
	if err != nil {
		return nil, err
	}
	rows := [][]any{}
	for _, machine := range machines {
		rows = append(rows, []any{machine.Name, machine.State})
	}
	columns := []extension.Column{{Label: "Machine"}, {Label: "State"}}
	return extension.Group("Machines", extension.Table(columns, rows), extension.Button("refresh", "Refresh", "")), nil
}

// hello is the action of the manifest.
func hello(ctx context.Context, _ *extension.Call) (*extension.Notice, error) {
	machines, err := ext.Host().Machines(ctx)
	if err != nil {
		return nil, err
	}
	running := []string{}
	for _, machine := range machines {
		if machine.State == "running" {
			running = append(running, machine.Name)
		}
	}
	return &extension.Notice{Text: fmt.Sprintf("%d machines run: %s", len(running), strings.Join(running, ", "))}, nil
}

func main() {
	ext.Command("hello", hello)
	// Called while somebody watches.
	ext.Monitor("overview", 5*time.Second, func(ctx context.Context) (map[string]float64, error) {
		root, err := overview(ctx)
		if err == nil {
			ext.UpdatePanel("overview", root)
		}
		return nil, err
	})
	ext.Panel("overview", func(ctx context.Context, _ *extension.Call) (*extension.Node, error) { return overview(ctx) })
	ext.PanelAction("overview", "refresh", func(ctx context.Context, _ *extension.Call, _ any) (*extension.PanelResult, error) {
		root, err := overview(ctx)
		return &extension.PanelResult{Root: root}, err
	})
	ext.Run()
}
