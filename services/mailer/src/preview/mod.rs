//! Mails to look at: the samples of every kind as the mailer renders them, and the ways in which readers see one.
//!
//! For the `waybill` command, the one-machine stack and the checks of `infra/`. Nothing that is deployed calls it, so no zip
//! has it.

mod sample;
mod sheet;
pub mod stress;
mod view;

pub use sample::{SAMPLES, Sample, with_changes};
pub use sheet::{SheetMail, write_sheet};
pub use view::View;
