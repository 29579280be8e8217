// SPDX-FileCopyrightText: Alpha VBox contributors
// SPDX-License-Identifier: MPL-2.0

//! JSON-RPC 2.0 in the framing of the Language Server Protocol.

use std::collections::{HashMap, HashSet};
use std::io::{self, BufRead, Read, Write};
use std::sync::mpsc::{channel, Receiver, Sender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use serde_json::{json, Value};

use crate::{Error, Result};

const MAX_HEADER: usize = 256;
const MAX_BODY: usize = 4 << 20;
const MAX_IN_FLIGHT: usize = 32;

/// A thread that panicked while it held a lock leaves nothing half done here.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn broken(text: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("the stream does not speak the protocol: {text}"))
}

/// The next message; `None` where the stream ends between two.
pub fn read_message(reader: &mut impl BufRead) -> io::Result<Option<Value>> {
    let Some(length) = read_header(reader)? else {
        return Ok(None);
    };
    let mut body = vec![0; length];
    reader.read_exact(&mut body).map_err(|_| broken("it ends within a message"))?;
    let message: Value = serde_json::from_slice(&body).map_err(|error| broken(&error.to_string()))?;
    if !message.is_object() {
        return Err(broken("a message is not an object"));
    }
    Ok(Some(message))
}

fn read_header(reader: &mut impl BufRead) -> io::Result<Option<usize>> {
    let mut length = None;
    let mut total = 0;
    loop {
        let mut line = Vec::new();
        reader.by_ref().take((MAX_HEADER + 1) as u64).read_until(b'\n', &mut line)?;
        if line.is_empty() && total == 0 {
            return Ok(None);
        }
        total += line.len();
        if total > MAX_HEADER || !line.ends_with(b"\r\n") {
            return Err(broken("a header is not one"));
        }
        if line == b"\r\n" {
            break;
        }
        let text = String::from_utf8_lossy(&line);
        let (name, value) = text.split_once(':').unwrap_or((&text, ""));
        if name.trim().eq_ignore_ascii_case("content-length") {
            let number = value.trim();
            if length.is_some() || number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(broken("a header has no length"));
            }
            length = Some(number.parse::<usize>().unwrap_or(usize::MAX));
        }
    }
    match length {
        Some(length) if length <= MAX_BODY => Ok(Some(length)),
        _ => Err(broken("a header has no length that can be")),
    }
}

/// Whether a call is still wanted; what it waits for is cancelled with it.
#[derive(Default)]
pub struct Cancel {
    state: Mutex<CancelState>,
    changed: Condvar,
}

#[derive(Default)]
struct CancelState {
    cancelled: bool,
    inner: HashSet<i64>,
}

impl Cancel {
    pub fn is_cancelled(&self) -> bool {
        lock(&self.state).cancelled
    }

    /// Whether it was cancelled in this time.
    pub fn wait(&self, time: Duration) -> bool {
        let state = lock(&self.state);
        let waited = self.changed.wait_timeout_while(state, time, |state| !state.cancelled);
        waited.unwrap_or_else(|poisoned| poisoned.into_inner()).0.cancelled
    }

    /// The calls that it waits for.
    pub fn cancel(&self) -> Vec<i64> {
        let mut state = lock(&self.state);
        state.cancelled = true;
        self.changed.notify_all();
        state.inner.iter().copied().collect()
    }

    /// Whether it is cancelled already.
    fn add(&self, id: i64) -> bool {
        let mut state = lock(&self.state);
        state.inner.insert(id);
        state.cancelled
    }

    fn remove(&self, id: i64) {
        lock(&self.state).inner.remove(&id);
    }
}

#[derive(Default)]
struct Pending {
    calls: HashMap<i64, Sender<Option<Value>>>,
    last: i64,
    closed: bool,
}

/// One side of the line; calls and notifications may be made from any thread.
pub struct Peer {
    writer: Mutex<Box<dyn Write + Send>>,
    pending: Mutex<Pending>,
    answered: Condvar,
}

impl Peer {
    pub fn new(writer: Box<dyn Write + Send>) -> Arc<Self> {
        Arc::new(Peer { writer: Mutex::new(writer), pending: Mutex::default(), answered: Condvar::new() })
    }

    pub fn send(&self, mut message: Value) -> Result<()> {
        message["jsonrpc"] = json!("2.0");
        let body = serde_json::to_vec(&message)?;
        if body.len() > MAX_BODY {
            return Err(Error::failed("a message is longer than 4 MiB"));
        }
        let mut data = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
        data.extend_from_slice(&body);
        let mut writer = lock(&self.writer);
        writer.write_all(&data)?;
        writer.flush()?;
        Ok(())
    }

    pub fn notify(&self, method: &str, params: Value) -> Result<()> {
        self.send(json!({"method": method, "params": params}))
    }

    /// Calls the other side and waits.
    pub fn call(&self, method: &str, params: Value, cancel: Option<&Cancel>) -> Result<Value> {
        if cancel.is_some_and(Cancel::is_cancelled) {
            return Err(Error::cancelled());
        }
        let (id, answer) = self.begin()?;
        let sent = self.send(json!({"id": id, "method": method, "params": params}));
        if let Err(error) = sent {
            lock(&self.pending).calls.remove(&id);
            return Err(error);
        }
        // Cancelled in between: then nobody else tells.
        if cancel.is_some_and(|cancel| cancel.add(id)) {
            self.cancel(id);
        }
        let message = answer.recv().ok().flatten();
        if let Some(cancel) = cancel {
            cancel.remove(id);
        }
        let Some(mut message) = message else {
            return Err(Error::failed("the program is gone"));
        };
        if let Some(error) = message.get("error") {
            return Err(serde_json::from_value(error.clone()).unwrap_or_else(|_| Error::failed("no reason was given")));
        }
        Ok(message["result"].take())
    }

    fn begin(&self) -> Result<(i64, Receiver<Option<Value>>)> {
        let mut pending = lock(&self.pending);
        while pending.calls.len() >= MAX_IN_FLIGHT && !pending.closed {
            pending = self.answered.wait(pending).unwrap_or_else(|poisoned| poisoned.into_inner());
        }
        if pending.closed {
            return Err(Error::failed("the program is gone"));
        }
        pending.last += 1;
        let id = pending.last;
        let (sender, receiver) = channel();
        pending.calls.insert(id, sender);
        Ok((id, receiver))
    }

    pub fn cancel(&self, id: i64) {
        let _ = self.notify("$/cancelRequest", json!({"id": id}));
    }

    /// Reads until the end of the stream, or until `dispatch`, which gets requests and notifications, returns false.
    pub fn run(&self, reader: &mut impl BufRead, mut dispatch: impl FnMut(Value) -> bool) -> io::Result<()> {
        let ended = loop {
            match read_message(reader) {
                Ok(Some(message)) if message.get("method").is_none() => self.take_answer(message),
                Ok(Some(message)) => {
                    if !dispatch(message) {
                        break Ok(());
                    }
                }
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        let mut pending = lock(&self.pending);
        pending.closed = true;
        for (_, sender) in pending.calls.drain() {
            let _ = sender.send(None);
        }
        self.answered.notify_all();
        ended
    }

    /// One that nobody waits for any more is of no interest.
    fn take_answer(&self, message: Value) {
        let Some(id) = message["id"].as_i64() else { return };
        let sender = lock(&self.pending).calls.remove(&id);
        self.answered.notify_one();
        if let Some(sender) = sender {
            let _ = sender.send(Some(message));
        }
    }
}
