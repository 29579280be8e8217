// SPDX-FileCopyrightText: Alpha VBox contributors
// SPDX-License-Identifier: MPL-2.0

// Package extension is for extensions of Alpha VBox, with nothing beside the standard library.
//
//	ext := extension.New()
//	ext.Command("count", func(ctx context.Context, call *extension.Call) (*extension.Notice, error) {
//		machines, err := ext.Host().Machines(ctx)
//		return &extension.Notice{Text: fmt.Sprint(len(machines), " machines")}, err
//	})
//	ext.Run()
//
// Handlers run in goroutines of their own. Their context ends when the program cancels the call. What is printed or logged
// goes to the extension's log.
package extension

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"runtime/debug"
	"sync"
	"time"
)

// Protocol is the version that this package speaks.
const Protocol = 1

// Handler of a method: what it returns is the result, nil an empty one.
type Handler func(ctx context.Context, call *Call) (any, error)

// Sampler measures; a nil map is no sample.
type Sampler func(ctx context.Context) (map[string]float64, error)

// Extension is all that an extension is. Give it handlers, then Run.
type Extension struct {
	peer       *peer
	info       Info
	methods    map[string]Handler
	byID       map[string]map[string]Handler
	actions    map[[2]string]func(context.Context, *Call, any) (*PanelResult, error)
	samplers   map[string]sampler
	shutdown   []func()
	contribute func(Info) any

	mutex    sync.Mutex
	calls    map[string]context.CancelFunc
	monitors map[string]context.CancelFunc
	panels   map[string]*panelState
}

type sampler struct {
	every  time.Duration
	sample Sampler
}

// New makes an extension without handlers.
func New() *Extension {
	e := &Extension{
		methods:  map[string]Handler{},
		byID:     map[string]map[string]Handler{},
		actions:  map[[2]string]func(context.Context, *Call, any) (*PanelResult, error){},
		samplers: map[string]sampler{},
		calls:    map[string]context.CancelFunc{},
		monitors: map[string]context.CancelFunc{},
		panels:   map[string]*panelState{},
	}
	e.methods["monitor/start"] = e.startMonitor
	e.methods["monitor/stop"] = e.stopMonitor
	e.methods["panel/close"] = func(context.Context, *Call) (any, error) { return nil, nil }
	return e
}

// Call is one call of the program, while its handler runs.
type Call struct {
	Method string
	params json.RawMessage
	id     json.RawMessage
	peer   *peer
	common struct {
		Machine *MachineRef    `json:"machine"`
		Values  map[string]any `json:"values"`
		Options map[string]any `json:"options"`
	}
}

// Params reads the parameters into a pointer.
func (c *Call) Params(params any) error {
	if err := json.Unmarshal(c.params, params); err != nil {
		return Errorf(CodeInvalidParams, "%v", err)
	}
	return nil
}

// Machine is the machine that the call is about, or nil.
func (c *Call) Machine() *MachineRef { return c.common.Machine }

// Values are what the user chose, by the ids of the controls: strings, float64s, bools.
func (c *Call) Values() map[string]any {
	if c.common.Values != nil {
		return c.common.Values
	}
	return c.common.Options
}

// Progress tells how the call gets on; below 0: nobody knows how far. Long work must tell every 60 seconds.
func (c *Call) Progress(fraction float64, text string) {
	params := map[string]any{"token": c.id, "text": text}
	if fraction >= 0 {
		params["fraction"] = min(fraction, 1)
	}
	_ = c.peer.notify("$/progress", params)
}

// Host is the program.
func (e *Extension) Host() Host { return Host{e} }

// Info is what the program said in `initialize`.
func (e *Extension) Info() Info { return e.info }

// Granted tells whether the user granted a permission; for network.fetch: with this very host.
func (e *Extension) Granted(permission, host string) bool {
	for _, grant := range e.info.Granted {
		if grant.ID != permission {
			continue
		}
		if host == "" {
			return true
		}
		for _, arg := range grant.Args {
			if arg == host {
				return true
			}
		}
	}
	return false
}

// Method answers a method by its name: "template/list".
func (e *Extension) Method(name string, handler Handler) { e.methods[name] = handler }

func (e *Extension) forID(method, member, id string, handler Handler) {
	if e.byID[method] == nil {
		e.byID[method] = map[string]Handler{}
		e.methods[method] = func(ctx context.Context, call *Call) (any, error) {
			var params map[string]any
			if err := call.Params(&params); err != nil {
				return nil, err
			}
			name, _ := params[member].(string)
			if found := e.byID[method][name]; found != nil {
				return found(ctx, call)
			}
			return nil, Errorf(CodeInvalidParams, "%s has no %q", method, name)
		}
	}
	e.byID[method][id] = handler
}

// Command answers an action or a console tool.
func (e *Extension) Command(id string, handler func(context.Context, *Call) (*Notice, error)) {
	e.forID("command/run", "command", id, func(ctx context.Context, call *Call) (any, error) {
		notice, err := handler(ctx, call)
		if notice == nil {
			notice = &Notice{}
		}
		return notice, err
	})
}

// Template answers template/render: {"spec": MachineSpec, "recipe": …}.
func (e *Extension) Template(id string, handler Handler) {
	e.forID("template/render", "template", id, handler)
}

// Recipe answers recipe/resolve: {"urls": …, "sha256": …, "size": …}.
func (e *Extension) Recipe(id string, handler Handler) {
	e.forID("recipe/resolve", "recipe", id, handler)
}

// LabCheck answers lab/check: {"result": "passed", "failed" or "unknown", "text": …}.
func (e *Extension) LabCheck(id string, handler Handler) { e.forID("lab/check", "check", id, handler) }

// Storage answers one operation of a storage target: "probe", "list", "attach", …
func (e *Extension) Storage(id, operation string, handler Handler) {
	e.forID("storage/"+operation, "target", id, handler)
}

// Network answers one operation of a kind of network: "list", "create", "delete", "status", "attach".
func (e *Extension) Network(id, operation string, handler Handler) {
	e.forID("network/"+operation, "network", id, handler)
}

// Contribute is called once, when Info is known: what is contributed beside the manifest.
func (e *Extension) Contribute(contribute func(Info) any) { e.contribute = contribute }

// OnShutdown is called before the end, if it is an orderly one.
func (e *Extension) OnShutdown(handler func()) { e.shutdown = append(e.shutdown, handler) }

// Notify sends a notification.
func (e *Extension) Notify(method string, params any) error { return e.peer.notify(method, params) }

// Event tells the user something; Severity may be left out.
func (e *Extension) Event(event Event) error {
	if event.Severity == "" {
		event.Severity = "info"
	}
	return e.peer.notify("monitor/event", event)
}

// Run speaks until the program says that it is enough, then ends the process.
func (e *Extension) Run() {
	reader, writer, err := takeStdio()
	if err == nil {
		err = e.Serve(reader, writer)
	}
	if err != nil {
		log.Print(err)
		os.Exit(1)
	}
	os.Exit(0)
}

// Serve is Run with other streams, and returns.
func (e *Extension) Serve(reader io.Reader, writer io.Writer) error {
	e.peer = newPeer(reader, writer)
	err := e.peer.loop(e.dispatch)
	e.stopMonitors()
	e.mutex.Lock()
	for _, cancel := range e.calls {
		cancel()
	}
	e.mutex.Unlock()
	return err
}

func (e *Extension) dispatch(msg *message) bool {
	if len(msg.Params) == 0 {
		msg.Params = json.RawMessage("{}")
	}
	if len(msg.ID) == 0 {
		return e.notified(msg)
	}
	if msg.Method == "ping" {
		_ = e.peer.send(&message{ID: msg.ID, Result: json.RawMessage("{}")})
		return true
	}
	ctx, cancel := context.WithCancel(context.Background())
	e.mutex.Lock()
	e.calls[string(msg.ID)] = cancel
	e.mutex.Unlock()
	go e.serve(ctx, msg)
	return true
}

func (e *Extension) notified(msg *message) bool {
	if msg.Method == "exit" {
		return false
	}
	if msg.Method == "$/cancelRequest" {
		var params struct {
			ID json.RawMessage `json:"id"`
		}
		if json.Unmarshal(msg.Params, &params) == nil {
			e.mutex.Lock()
			defer e.mutex.Unlock()
			if cancel := e.calls[string(params.ID)]; cancel != nil {
				cancel()
			}
		}
	}
	return true
}

func (e *Extension) serve(ctx context.Context, msg *message) {
	call := &Call{Method: msg.Method, params: msg.Params, id: msg.ID, peer: e.peer}
	answer := &message{ID: msg.ID}
	result, err := e.handle(ctx, call)
	if err == nil {
		answer.Result, err = json.Marshal(result)
	}
	if err != nil {
		answer.Result, answer.Error = nil, toError(err)
	}
	e.mutex.Lock()
	cancel := e.calls[string(msg.ID)]
	delete(e.calls, string(msg.ID))
	e.mutex.Unlock()
	if cancel != nil {
		cancel()
	}
	if err := e.peer.send(answer); err != nil {
		log.Printf("%s: the answer cannot be sent: %v", msg.Method, err)
		_ = e.peer.send(&message{ID: msg.ID, Error: Errorf(CodeInternal, "the result cannot be sent")})
	}
}

func (e *Extension) handle(ctx context.Context, call *Call) (result any, err error) {
	defer func() {
		if problem := recover(); problem != nil {
			log.Printf("%v\n%s", problem, debug.Stack())
			err = Errorf(CodeInternal, "%v", problem)
		}
	}()
	switch call.Method {
	case "initialize":
		return e.initialize(call)
	case "shutdown":
		e.stopMonitors()
		for _, handler := range e.shutdown {
			handler()
		}
		return nil, nil
	}
	handler := e.methods[call.Method]
	if handler == nil {
		return nil, Errorf(CodeMethodNotFound, "%s is not offered", call.Method)
	}
	if err := call.Params(&call.common); err != nil {
		return nil, err
	}
	if result, err = handler(ctx, call); result == nil {
		result = struct{}{}
	}
	return result, err
}

func (e *Extension) initialize(call *Call) (any, error) {
	if err := call.Params(&e.info); err != nil {
		return nil, err
	}
	if e.info.Protocol.Min > Protocol || e.info.Protocol.Max < Protocol {
		return nil, fmt.Errorf("this extension speaks version %d of the protocol", Protocol)
	}
	result := map[string]any{"protocol": Protocol}
	if e.contribute != nil {
		result["contributes"] = e.contribute(e.info)
	}
	return result, nil
}
