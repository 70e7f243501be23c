//! The event source mappings and the Runtime API against AWS's documented rules: one test a rule,
//! against the services of the one-machine stack. The comment above a test is its source.
//!
//! | rule about | of queues | of streams |
//! | --- | --- | --- |
//! | partial failures | `queues::responses::only_the_messages_that_the_response_names_stay` | `streams::responses::the_lowest_sequence_number_in_the_response_is_the_new_start` |
//! | malformed responses | `queues::responses::a_malformed_response_…` | `streams::responses::a_malformed_response_…` |
//! | empty responses | `queues::responses::an_empty_or_null_response_…` | `streams::responses::an_empty_or_null_response_…` |
//! | responses that are ignored | `queues::responses::without_report_batch_item_failures_…` | `streams::responses::without_report_batch_item_failures_…` |
//! | errors of the function | `queues::responses::a_function_error_…` | `streams::responses::a_function_error_…` |
//! | bisecting | Lambda has none | `streams::responses::bisecting_…`, `streams::responses::with_bisect_…` |
//! | windows and batch sizes | `queues::batching::…` | `streams::batching::…` |
//! | timeouts and dead processes | `queues::processes::…` | `functions::failures::…`; relay itself in `tests/promises/kills.rs` |
//! | redrive, discarding | `queues::responses::a_message_that_always_fails_…` | `streams::discarding::…` |
//! | the event | `queues::event::…` | `streams::event::…` |
//! | stopping, and services that fail | `queues::lifecycle::…` | `streams::lifecycle::…` |

//!
//! Besides, `mailbox` holds what a stack that is killed has promised about its mails.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod functions;
mod mailbox;
mod queues;
mod resources;
mod schedules;
mod streams;
mod support;
mod template;
