//! What the tests share.

pub mod function;
pub mod process;
pub mod responses;
pub mod services;
pub mod wait;
