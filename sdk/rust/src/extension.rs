// SPDX-FileCopyrightText: Alpha VBox contributors
// SPDX-License-Identifier: MPL-2.0

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, BufReader, Write};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::Deserialize;
use serde_json::{json, Value};

use crate::monitors::{Monitors, Panels, Sampler};
use crate::peer::{lock, Cancel, Peer};
use crate::{code, Error, Event, Host, MachineRef, Node, Notice, PanelResult, Result, PROTOCOL};

/// Memory is counted, and each thread takes its stack.
const STACK: usize = 512 << 10;

/// A permission that the user granted.
#[derive(Clone, Debug, Deserialize)]
pub struct Grant {
    pub id: String,
    #[serde(default)]
    pub args: Vec<String>,
}

/// What the program says of itself and of this process.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Info {
    pub locale: String,
    pub role: String,
    pub granted: Vec<Grant>,
    /// "app", "data", "runtime": folders in the sandbox.
    pub paths: BTreeMap<String, String>,
}

impl Info {
    /// Whether the user granted it; for network.fetch: with this very host.
    pub fn is_granted(&self, permission: &str, host: Option<&str>) -> bool {
        let fits = |grant: &Grant| host.is_none_or(|host| grant.args.iter().any(|arg| arg == host));
        self.granted.iter().any(|grant| grant.id == permission && fits(grant))
    }
}

type Handler = Box<dyn Fn(&Call) -> Result<Value> + Send + Sync>;
type Contribute = Box<dyn Fn(&Info) -> Value + Send + Sync>;

/// All that an extension is: give it handlers, then `run`.
#[derive(Default)]
pub struct Extension {
    methods: HashMap<String, Handler>,
    /// By method, member of its parameters, and that member's value.
    by_id: HashMap<String, (String, HashMap<String, Handler>)>,
    actions: HashMap<(String, String), Handler>,
    samplers: HashMap<String, (Duration, Sampler)>,
    contribute: Option<Contribute>,
    shutdown: Vec<Box<dyn Fn() + Send + Sync>>,
}

/// One call of the program, while its handler runs.
pub struct Call {
    method: String,
    params: Value,
    id: Value,
    cancel: Arc<Cancel>,
    shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub peer: Arc<Peer>,
    pub panels: Panels,
    extension: Extension,
    info: OnceLock<Info>,
    calls: Mutex<HashMap<String, Arc<Cancel>>>,
    monitors: Monitors,
}

impl Call {
    /// The parameters, as they are.
    pub fn params(&self) -> &Value {
        &self.params
    }

    /// The parameters as a type.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_value(self.params.clone()).map_err(|error| Error::new(code::INVALID_PARAMS, error.to_string()))
    }

    /// The machine that it is about.
    pub fn machine(&self) -> Option<MachineRef> {
        serde_json::from_value(self.params["machine"].clone()).ok()
    }

    /// What the user chose, by the id of the control.
    pub fn value(&self, id: &str) -> &Value {
        match &self.params["values"][id] {
            Value::Null => &self.params["options"][id],
            value => value,
        }
    }

    /// What the program said at the start.
    pub fn info(&self) -> &Info {
        self.shared.info.get_or_init(Info::default)
    }

    /// The program. What is asked there is cancelled with this call.
    pub fn host(&self) -> Host {
        Host { peer: self.shared.peer.clone(), cancel: Some(self.cancel.clone()) }
    }

    pub fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }

    /// Sleeps; an error as soon as the call is cancelled.
    pub fn wait(&self, time: Duration) -> Result<()> {
        if self.cancel.wait(time) {
            return Err(Error::cancelled());
        }
        Ok(())
    }

    /// How it gets on. Long work must tell every 60 seconds; an error where it is not wanted any more.
    pub fn progress(&self, fraction: Option<f64>, text: &str) -> Result<()> {
        if self.is_cancelled() {
            return Err(Error::cancelled());
        }
        let mut params = json!({"token": self.id, "text": text});
        if let Some(fraction) = fraction {
            params["fraction"] = json!(fraction.clamp(0.0, 1.0));
        }
        self.shared.peer.notify("$/progress", params)
    }

    /// Shows a panel as it is now.
    pub fn update_panel(&self, id: &str, root: Node) {
        Panels::update(&self.shared, id, root);
    }
}

impl Extension {
    pub fn new() -> Self {
        Extension::default()
    }

    /// Answers a method by its name: "template/list".
    pub fn method(&mut self, name: &str, handler: impl Fn(&Call) -> Result<Value> + Send + Sync + 'static) {
        self.methods.insert(name.into(), Box::new(handler));
    }

    fn for_id(&mut self, method: &str, member: &str, id: &str, handler: Handler) {
        let entry = self.by_id.entry(method.into()).or_insert_with(|| (member.into(), HashMap::new()));
        entry.1.insert(id.into(), handler);
    }

    /// Answers an action or a console tool.
    pub fn command(&mut self, id: &str, handler: impl Fn(&Call) -> Result<Notice> + Send + Sync + 'static) {
        let handler = Box::new(move |call: &Call| Ok(serde_json::to_value(handler(call)?)?));
        self.for_id("command/run", "command", id, handler);
    }

    /// `{"spec": MachineSpec, "recipe": …}`
    pub fn template(&mut self, id: &str, handler: impl Fn(&Call) -> Result<Value> + Send + Sync + 'static) {
        self.for_id("template/render", "template", id, Box::new(handler));
    }

    /// `{"urls": […], "sha256": …, "size": …}`
    pub fn recipe(&mut self, id: &str, handler: impl Fn(&Call) -> Result<Value> + Send + Sync + 'static) {
        self.for_id("recipe/resolve", "recipe", id, Box::new(handler));
    }

    /// `{"result": "passed", "failed" or "unknown", "text": …}`
    pub fn lab_check(&mut self, id: &str, handler: impl Fn(&Call) -> Result<Value> + Send + Sync + 'static) {
        self.for_id("lab/check", "check", id, Box::new(handler));
    }

    /// One operation of a storage target: "probe", "list", "attach", …
    pub fn storage(&mut self, id: &str, operation: &str, handler: impl Fn(&Call) -> Result<Value> + Send + Sync + 'static) {
        self.for_id(&format!("storage/{operation}"), "target", id, Box::new(handler));
    }

    /// One operation of a kind of network: "list", "create", "delete", "status", "attach".
    pub fn network(&mut self, id: &str, operation: &str, handler: impl Fn(&Call) -> Result<Value> + Send + Sync + 'static) {
        self.for_id(&format!("network/{operation}"), "network", id, Box::new(handler));
    }

    /// The root of a panel that is opened.
    pub fn panel(&mut self, id: &str, handler: impl Fn(&Call) -> Result<Node> + Send + Sync + 'static) {
        let handler = Box::new(move |call: &Call| Ok(json!({"root": handler(call)?})));
        self.for_id("panel/open", "panel", id, handler);
    }

    /// A control was used; its value is a boolean, a string, or `Null` for a button.
    pub fn panel_action(
        &mut self,
        panel: &str,
        node: &str,
        handler: impl Fn(&Call, &Value) -> Result<PanelResult> + Send + Sync + 'static,
    ) {
        let handler = move |call: &Call| Ok(serde_json::to_value(handler(call, &call.params["value"])?)?);
        self.actions.insert((panel.into(), node.into()), Box::new(handler));
    }

    /// Measures every so often while the monitor runs; an empty map is no sample.
    pub fn monitor(
        &mut self,
        id: &str,
        every: Duration,
        sampler: impl Fn(&Sampling) -> Result<BTreeMap<String, f64>> + Send + Sync + 'static,
    ) {
        self.samplers.insert(id.into(), (every, Box::new(sampler)));
    }

    /// Called once, at the start: what is contributed beside the manifest.
    pub fn contributes(&mut self, contribute: impl Fn(&Info) -> Value + Send + Sync + 'static) {
        self.contribute = Some(Box::new(contribute));
    }

    /// Called before the end, if it is an orderly one.
    pub fn on_shutdown(&mut self, handler: impl Fn() + Send + Sync + 'static) {
        self.shutdown.push(Box::new(handler));
    }

    /// Speaks until the program says that it is enough, then ends the process.
    pub fn run(self) -> ! {
        let ended = self.serve(BufReader::new(std::io::stdin()), Box::new(std::io::stdout()));
        if let Err(error) = &ended {
            eprintln!("{error}");
        }
        std::process::exit(i32::from(ended.is_err()))
    }

    /// `run` with other streams, and it returns.
    pub fn serve(self, mut reader: impl BufRead, writer: Box<dyn Write + Send>) -> Result<()> {
        let peer = Peer::new(writer);
        let shared = Arc::new(Shared {
            peer: peer.clone(),
            panels: Panels::default(),
            extension: self,
            info: OnceLock::new(),
            calls: Mutex::default(),
            monitors: Monitors::default(),
        });
        let ended = peer.run(&mut reader, |message| shared.dispatch(message));
        shared.monitors.stop_all();
        for cancel in lock(&shared.calls).values() {
            cancel.cancel();
        }
        Ok(ended?)
    }
}

/// The program, for those who measure.
pub struct Sampling {
    shared: Arc<Shared>,
    cancel: Arc<Cancel>,
}

impl Sampling {
    pub fn host(&self) -> Host {
        Host { peer: self.shared.peer.clone(), cancel: Some(self.cancel.clone()) }
    }

    /// Shows a panel as it is now. What is more often than the program shows is left out.
    pub fn update_panel(&self, id: &str, root: Node) {
        Panels::update(&self.shared, id, root);
    }

    /// Tells the user something.
    pub fn event(&self, event: &Event) -> Result<()> {
        self.shared.peer.notify("monitor/event", serde_json::to_value(event)?)
    }
}

impl Shared {
    fn dispatch(self: &Arc<Self>, mut message: Value) -> bool {
        let method = message["method"].as_str().unwrap_or_default().to_string();
        let params = match message["params"].take() {
            Value::Object(params) => Value::Object(params),
            _ => json!({}),
        };
        let id = message["id"].take();
        if id.is_null() {
            return self.notified(&method, &params);
        }
        if method == "ping" {
            let _ = self.peer.send(json!({"id": id, "result": {}}));
            return true;
        }
        let cancel = Arc::new(Cancel::default());
        lock(&self.calls).insert(id.to_string(), cancel.clone());
        let call = Call { method, params, id, cancel, shared: self.clone() };
        let id = call.id.clone();
        if thread::Builder::new().stack_size(STACK).spawn(move || serve(call)).is_err() {
            lock(&self.calls).remove(&id.to_string());
            let error = Error::new(code::BUSY, "no thread can be started");
            let _ = self.peer.send(json!({"id": id, "error": error}));
        }
        true
    }

    fn notified(&self, method: &str, params: &Value) -> bool {
        if method == "$/cancelRequest" {
            let cancel = lock(&self.calls).get(&params["id"].to_string()).cloned();
            if let Some(cancel) = cancel {
                for id in cancel.cancel() {
                    self.peer.cancel(id);
                }
            }
        }
        method != "exit"
    }

    fn handle(self: &Arc<Self>, call: &Call) -> Result<Value> {
        let extension = &self.extension;
        let text = |member: &str| call.params[member].as_str().unwrap_or_default().to_string();
        match call.method.as_str() {
            "initialize" => return self.initialize(call),
            "shutdown" => {
                self.monitors.stop_all();
                extension.shutdown.iter().for_each(|handler| handler());
                return Ok(Value::Null);
            }
            "monitor/start" => {
                let id = text("monitor");
                let Some((every, _)) = extension.samplers.get(&id) else {
                    return Err(Error::new(code::INVALID_PARAMS, format!("there is no monitor “{id}”")));
                };
                let asked = Duration::from_millis(call.params["interval_ms"].as_u64().unwrap_or(0));
                if let Some(cancel) = self.monitors.start(&id) {
                    self.watch(id, asked.max(*every), cancel)?;
                }
                return Ok(json!({}));
            }
            "monitor/stop" => {
                self.monitors.stop(&text("monitor"));
                return Ok(json!({}));
            }
            "panel/action" => {
                let found = extension.actions.get(&(text("panel"), text("node")));
                return found.ok_or_else(|| Error::new(code::INVALID_PARAMS, "nothing is done by this control"))?(call);
            }
            _ => (),
        }
        if let Some(handler) = extension.methods.get(&call.method) {
            return handler(call);
        }
        if let Some((member, handlers)) = extension.by_id.get(&call.method) {
            let id = text(member);
            let missing = || Error::new(code::INVALID_PARAMS, format!("{} has no “{id}”", call.method));
            return handlers.get(&id).ok_or_else(missing)?(call);
        }
        if call.method == "panel/close" {
            return Ok(json!({}));
        }
        Err(Error::new(code::METHOD_NOT_FOUND, format!("{} is not offered", call.method)))
    }

    fn initialize(&self, call: &Call) -> Result<Value> {
        let spoken = |member: &str| call.params["protocol"][member].as_i64().unwrap_or(PROTOCOL);
        if spoken("min") > PROTOCOL || spoken("max") < PROTOCOL {
            return Err(Error::failed(format!("this extension speaks version {PROTOCOL} of the protocol")));
        }
        let info = self.info.get_or_init(|| call.read().unwrap_or_default());
        let mut result = json!({"protocol": PROTOCOL});
        if let Some(contribute) = &self.extension.contribute {
            result["contributes"] = contribute(info);
        }
        Ok(result)
    }

    fn watch(self: &Arc<Self>, id: String, every: Duration, cancel: Arc<Cancel>) -> Result<()> {
        let sampling = Sampling { shared: self.clone(), cancel };
        let watch = move || loop {
            let sampler = &sampling.shared.extension.samplers[&id].1;
            match catch_unwind(AssertUnwindSafe(|| sampler(&sampling))) {
                Ok(Ok(values)) if values.is_empty() || sampling.cancel.is_cancelled() => (),
                Ok(Ok(values)) => {
                    let now = std::time::UNIX_EPOCH.elapsed().map_or(0.0, |time| time.as_secs_f64());
                    let sample = json!({"monitor": id, "time": now, "values": values});
                    let _ = sampling.shared.peer.notify("monitor/sample", sample);
                }
                Ok(Err(error)) => eprintln!("monitor {id}: {error}"),
                Err(_) => eprintln!("monitor {id} panicked"),
            }
            if sampling.cancel.wait(every) {
                return;
            }
        };
        thread::Builder::new().stack_size(STACK).spawn(watch)?;
        Ok(())
    }
}

fn serve(call: Call) {
    let shared = call.shared.clone();
    let result = catch_unwind(AssertUnwindSafe(|| shared.handle(&call)));
    let result = result.unwrap_or_else(|_| Err(Error::failed("it panicked; see the log")));
    lock(&shared.calls).remove(&call.id.to_string());
    let answer = match result {
        Ok(result) => json!({"id": call.id, "result": result}),
        Err(error) => json!({"id": call.id, "error": error}),
    };
    if let Err(error) = shared.peer.send(answer) {
        eprintln!("{}: the answer cannot be sent: {error}", call.method);
        let _ = shared.peer.send(json!({"id": call.id, "error": Error::failed("the result cannot be sent")}));
    }
}
