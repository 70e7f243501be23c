//! What an operator reads of a plan: what the snapshots do not show.

use super::super::edit::{EditFailure, Edits};
use super::*;
use crate::cli::{Cli, Command as Commands};
use crate::dlq::Command;
use clap::Parser;

/// A plan of the samples with these flags, at this many messages a second.
fn plan(flags: &[&str], rate: f64, change: impl FnOnce(&mut DlqScan)) -> Plan {
    let typed = ["waybill", "dlq", "replay", "mail"].iter().chain(flags);
    let Commands::Dlq(Command::Replay(args)) = Cli::parse_from(typed).command else {
        panic!("a replay")
    };
    let mut scan = print::samples::scan();
    change(&mut scan);
    Plan::new(scan, &args, rate)
}

#[test]
fn a_long_plan_lists_its_messages_only_where_it_is_asked_to() {
    let many = |scan: &mut DlqScan| {
        let entry = scan.entries[0].clone();
        scan.entries = vec![entry; MAX_LISTED + 1];
    };
    let (hint, id) = ("--list lists them", "00000001-1111");
    for (flags, is_listed) in [(&[][..], false), (&["--list"], true)] {
        let text = plan(flags, 11.2, many).text(ColorMode::Plain);
        assert_eq!((text.contains(id), text.contains(hint)), (is_listed, !is_listed), "{text}");
    }
    let text = plan(&[], 11.2, |_| ()).text(ColorMode::Plain);
    assert!(text.contains(id) && !text.contains(hint), "{text}");
}

#[test]
fn the_parts_of_a_plan_are_apart_by_one_empty_line_and_the_last_says_how_long_it_takes() {
    let slow = plan(&[], 0.5, |scan| scan.skipped = crate::dlq::scan::Skipped::default());
    let text = slow.text(ColorMode::Plain);
    assert!(!text.contains("\n\n\n") && !text.starts_with('\n'), "{text}");
    assert!(
        text.ends_with("To move: 2 messages, at most 0.5 a second, so 4s or longer.\n"),
        "{text}"
    );
}

#[test]
fn an_edit_shows_how_many_messages_it_changes_how_and_on_which_it_fails() {
    let edits = Edits {
        changed: 2,
        unchanged: 1,
        failed: 3,
        failures: vec![EditFailure {
            message_id: "m-1".to_owned(),
            reason: "no such path".to_owned(),
        }],
        diffs: vec!["-was\n+is\n same".to_owned()],
        ..Edits::default()
    };
    let plain = "The edit changes 2 messages and leaves 1 as before.\n-was\n+is\n same\n\n\
                 Not moved, because the edit fails on them: 3 messages, the first of them:\n m-1: no such path\n";
    assert_eq!(edits_text(&edits, ColorMode::Plain), plain);
    let coloured = ColorMode::Terminal { columns: 80, has_colours: true };
    let lines = "\u{1b}[31m-was\u{1b}[0m\n\u{1b}[32m+is\u{1b}[0m\n same\n";
    assert!(edits_text(&edits, coloured).contains(lines), "{}", edits_text(&edits, coloured));
    let text = plan(&[], 11.2, |scan| scan.edits = Some(edits.clone())).text(ColorMode::Plain);
    assert!(text.contains(plain), "{text}");
}
