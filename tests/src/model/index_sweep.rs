//! The relay's sweep over its index, with the watermark that it writes: several chunks at the same time, any of
//! which may fail, a sweep that ends early, and one that dies.
//!
//! Each event has its place in the index, in the order of time. An event is either *lost*, so that the sweep has
//! to queue it, or *newer*: a newer version wrote its record, and this version, after a rollback, cannot tell
//! whether it is done. Such an entry moves to a later place, where the newer version finds it.

use stateright::{Model, Property};

use super::liveness::Terminates;

/// Events in the index. One is a chunk of its own.
const EVENTS: usize = 4;

/// How many chunks are checked at the same time.
const CONCURRENCY: usize = 2;

/// The watermark passes nothing that was not checked.
pub const NOTHING_PASSED: &str = "the watermark never passes an event that was not checked";

/// A bug in the sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SweepBug {
    /// It writes the end of its window, also when it ran out of time or failed.
    WatermarkAtEnd,
    /// It writes the place of the latest chunk that is done, although an earlier one is not.
    WatermarkOfLastDone,
    /// It writes the place up to which it began to check.
    WatermarkOfBegun,
    /// It writes the watermark before it has checked.
    WatermarkFirst,
    /// It takes what a newer version wrote for done.
    TrustsNewerState,
}

/// The sweep with its bounds.
#[derive(Debug, Clone, Copy)]
pub struct SweepModel {
    /// How often a chunk may fail.
    pub failures: u8,
    /// How often a sweep may die.
    pub crashes: u8,
    /// How often a sweep may run out of time.
    pub time_outs: u8,
    /// Whether the last event's record is one of a newer version.
    pub newer: bool,
    /// A bug that is seeded on purpose.
    pub bug: Option<SweepBug>,
}

/// How far an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Entry {
    /// Nobody but the sweep moves it on.
    Lost,
    /// A newer version has to decide.
    Newer,
    /// It was queued again, or moved to a later place.
    Checked,
}

/// What a running sweep knows of a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Chunk {
    /// It has not begun.
    Waiting,
    /// A task checks it.
    InProgress,
    /// It is done.
    Done,
}

/// A running sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Running {
    from: usize,
    chunks: [Chunk; EVENTS],
    /// It ran out of time, or a chunk failed: it begins no other.
    ends: bool,
}

/// A state of the index and of the sweep.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SweepState {
    entries: [Entry; EVENTS],
    watermark: usize,
    running: Option<Running>,
    failures: u8,
    crashes: u8,
    time_outs: u8,
}

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SweepAction {
    /// A sweep reads the watermark.
    Begin,
    /// A task begins to check a chunk.
    BeginChunk(usize),
    /// It has checked it.
    ChunkDone(usize),
    /// It failed: a table or the queue did not answer.
    ChunkFailed(usize),
    /// The sweep runs out of time.
    TimeOut,
    /// The sweep writes the watermark and ends.
    End,
    /// The sweep dies.
    Crash,
}

impl SweepModel {
    fn has(&self, bug: SweepBug) -> bool {
        self.bug == Some(bug)
    }

    /// The watermark that a sweep writes when it ends.
    fn watermark(&self, sweep: &Running) -> usize {
        let done = |chunk: &Chunk| *chunk == Chunk::Done;
        let from = sweep.from;
        let last = |is: &dyn Fn(&Chunk) -> bool| {
            sweep.chunks.iter().rposition(is).map_or(from, |at| at + 1)
        };
        match self.bug {
            Some(SweepBug::WatermarkAtEnd) => EVENTS,
            Some(SweepBug::WatermarkOfLastDone) => last(&done),
            Some(SweepBug::WatermarkOfBegun) => last(&|chunk| *chunk != Chunk::Waiting),
            // Everything before the first chunk that is not done.
            _ => from + sweep.chunks[from..].iter().take_while(|chunk| done(chunk)).count(),
        }
    }

    fn check(&self, state: &mut SweepState, at: usize) {
        let trusts = self.has(SweepBug::TrustsNewerState);
        if state.entries[at] != Entry::Newer || !trusts {
            state.entries[at] = Entry::Checked;
        }
    }
}

impl Model for SweepModel {
    type State = SweepState;
    type Action = SweepAction;

    fn init_states(&self) -> Vec<SweepState> {
        let mut entries = [Entry::Lost; EVENTS];
        if self.newer {
            entries[EVENTS - 1] = Entry::Newer;
        }
        vec![SweepState {
            entries,
            watermark: 0,
            running: None,
            failures: self.failures,
            crashes: self.crashes,
            time_outs: self.time_outs,
        }]
    }

    fn actions(&self, state: &SweepState, actions: &mut Vec<SweepAction>) {
        let Some(sweep) = &state.running else {
            if state.watermark < EVENTS {
                actions.push(SweepAction::Begin);
            }
            return;
        };
        let busy = sweep.chunks.iter().filter(|chunk| **chunk == Chunk::InProgress).count();
        for at in sweep.from..EVENTS {
            match sweep.chunks[at] {
                // In the order of time, but several at once.
                Chunk::Waiting if !sweep.ends && busy < CONCURRENCY => {
                    actions.push(SweepAction::BeginChunk(at));
                    break;
                }
                Chunk::InProgress => {
                    actions.push(SweepAction::ChunkDone(at));
                    if state.failures > 0 {
                        actions.push(SweepAction::ChunkFailed(at));
                    }
                }
                _ => {}
            }
        }
        if !sweep.ends && state.time_outs > 0 {
            actions.push(SweepAction::TimeOut);
        }
        let all_begun = !sweep.chunks[sweep.from..].contains(&Chunk::Waiting);
        // After a failure, what is in progress is dropped wherever it is.
        if sweep.ends || (all_begun && busy == 0) {
            actions.push(SweepAction::End);
        }
        if state.crashes > 0 {
            actions.push(SweepAction::Crash);
        }
    }

    fn next_state(&self, last: &SweepState, action: SweepAction) -> Option<SweepState> {
        let mut state = last.clone();
        if action == SweepAction::Begin {
            let chunks = [Chunk::Waiting; EVENTS];
            state.running = Some(Running { from: state.watermark, chunks, ends: false });
            if self.has(SweepBug::WatermarkFirst) {
                state.watermark = EVENTS;
            }
            return Some(state);
        }
        let mut sweep = state.running?;
        match action {
            SweepAction::Begin => {}
            SweepAction::BeginChunk(at) => sweep.chunks[at] = Chunk::InProgress,
            SweepAction::ChunkDone(at) => {
                sweep.chunks[at] = Chunk::Done;
                self.check(&mut state, at);
            }
            SweepAction::ChunkFailed(at) => {
                state.failures -= 1;
                sweep.chunks[at] = Chunk::Waiting;
                sweep.ends = true;
            }
            SweepAction::TimeOut => {
                state.time_outs -= 1;
                sweep.ends = true;
            }
            SweepAction::End => {
                // Never backwards: another sweep may be further.
                state.watermark = state.watermark.max(self.watermark(&sweep));
            }
            SweepAction::Crash => state.crashes -= 1,
        }
        let is_over = matches!(action, SweepAction::End | SweepAction::Crash);
        state.running = (!is_over).then_some(sweep);
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always(NOTHING_PASSED, |_, state: &SweepState| {
            // With the watermark written, a crash at this very moment leaves the events to nobody.
            state.entries[..state.watermark].iter().all(|entry| *entry == Entry::Checked)
        })]
    }
}

impl Terminates for SweepModel {
    fn is_terminal(&self, state: &SweepState) -> bool {
        state.watermark == EVENTS && state.running.is_none()
    }

    fn is_fault_free(action: &SweepAction) -> bool {
        use SweepAction::{Begin, BeginChunk, ChunkDone, End};
        matches!(action, Begin | BeginChunk(_) | ChunkDone(_) | End)
    }
}
