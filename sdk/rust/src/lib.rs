// SPDX-FileCopyrightText: Alpha VBox contributors
// SPDX-License-Identifier: MPL-2.0

//! Extensions for Alpha VBox.
//!
//! ```no_run
//! use alpha_vbox_extension::{Extension, Notice};
//!
//! let mut ext = Extension::new();
//! ext.command("count", |call| {
//!     let machines = call.host().machines()?;
//!     Ok(Notice::text(format!("{} machines", machines.len())))
//! });
//! ext.run();
//! ```
//!
//! Handlers run in threads of their own, so they may block. stdout belongs to the protocol: write what is for people to stderr,
//! which is the extension's log.

mod error;
mod extension;
mod host;
mod monitors;
pub mod panel;
mod peer;
mod types;

pub use error::{code, Error, Result};
pub use extension::{Call, Extension, Grant, Info, Sampling};
pub use host::{Answer, Host, Output, Question, Request, Response};
pub use panel::Node;
pub use types::*;

/// The version of the protocol that this crate speaks.
pub const PROTOCOL: i64 = 1;

#[cfg(test)]
mod tests;
