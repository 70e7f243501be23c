//! What servers of 127.0.0.1 need that a browser talks to: the one-machine stack and the console of the `waybill`
//! command. Never deployed.

pub mod browser_guard;
pub mod mail_frame;
