//! The event source mappings and the Runtime API against AWS's documented rules: one test a rule,
//! against the services of the one-machine stack. The comment above a test is its source.
//!
//! | rule about | of queues | of streams |
//! | --- | --- | --- |
//! | partial failures | `queues::answers::only_the_messages_that_the_answer_names_stay` | `streams::answers::the_lowest_sequence_number_in_the_answer_is_the_new_start` |
//! | malformed answers | `queues::answers::a_malformed_answer_…` | `streams::answers::a_malformed_answer_…` |
//! | empty answers | `queues::answers::an_empty_or_null_answer_…` | `streams::answers::an_empty_or_null_answer_…` |
//! | answers nobody asked for | `queues::answers::without_report_batch_item_failures_…` | `streams::answers::without_report_batch_item_failures_…` |
//! | errors of the function | `queues::answers::a_function_error_…` | `streams::answers::a_function_error_…` |
//! | bisecting | Lambda has none | `streams::answers::bisecting_…`, `streams::answers::with_bisect_…` |
//! | windows and batch sizes | `queues::batching::…` | `streams::batching::…` |
//! | timeouts and dead processes | `queues::processes::…` | `functions::failures::…`; relay itself in `tests/promises/kills.rs` |
//! | redrive, giving up | `queues::answers::a_message_that_always_fails_…` | `streams::giving_up::…` |
//! | the event | `queues::event::…` | `streams::event::…` |
//! | stopping, and services that fail | `queues::lifecycle::…` | `streams::lifecycle::…` |

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod functions;
mod queues;
mod resources;
mod schedules;
mod streams;
mod support;
