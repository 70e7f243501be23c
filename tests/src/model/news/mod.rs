//! The news of one order: several events about it, in any order, repeated and late, two dispatchers and two mailers.
//!
//! [`super::settings`] models one notification through everything that can happen to it; here are several, and what
//! they make of each other. Who is skipped for whom is decided by the code that is deployed
//! ([`shared::notification::judge()`] and [`shared::notification::superseding`]), and every write of the ledger is
//! [`shared::ledger::Transition::apply`]. All events are accepted at the beginning: that each is handled at any time
//! is their arrival in any order. Everything here happened more than a minute ago, so that the leniency of
//! [`shared::notification::news::LATE_AFTER_MS`] hides nothing.
//!
//! Each write, each read and each call is a step, and a worker may die before any of them. A mailer that lives keeps
//! its lease. The messages are counted; a third copy would only make it harder to lose one.

mod checked;
mod dispatcher;
mod mailer;
mod properties;
mod state;
mod truth;

pub use properties::{
    LAST_IS_NEWEST, NEWS_LOST_NOWHERE, NO_OLDER_AFTER_NEWER, NOT_TWICE_IN_A_ROW, REASONS_ARE_TRUE,
};
pub use state::{Answer, EventState, NewsAction, NewsBug, NewsFaults, NewsModel, NewsState};
