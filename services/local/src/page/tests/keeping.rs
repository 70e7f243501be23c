//! What is left of the mailbox after a restart. Each test starts the second stack on what the files of
//! the first are while it runs, as after a kill: nothing may depend on an orderly end.

use serde_json::Value;
use tempfile::TempDir;

use super::{Draft, json, send, subjects};
use crate::edge::tests::test_edge::{Setup, TestEdge};
use crate::ses::{Directories, MAX_MAILS_IN_MEMORY, Ses};
use crate::test_support::{any_file_holds, as_a_kill_leaves_it, until};

async fn edge_on(data: &TempDir) -> TestEdge {
    TestEdge::start(Setup { data: Some(data.path()), ..Setup::default() }).await
}

fn after_a_kill(data: &TempDir) -> TempDir {
    as_a_kill_leaves_it(data.path())
}

#[tokio::test]
async fn mails_their_ids_and_deletions_survive_a_restart() {
    let data = tempfile::tempdir().unwrap();
    let first = edge_on(&data).await;
    let deleted = send(&first, "a", "").await;
    let bounce = "Jo Ü <bounce@simulator.amazonses.com>".replace('Ü', "U");
    let kept = Draft { subject: "Über", to: &bounce, html: "<p>Hi</p>", ..Draft::default() };
    let kept = kept.send(&first).await;
    first.request(http::Request::delete(format!("/mail/{deleted}.json")), "").await;
    let before = first.get(&format!("/mail/{kept}.json")).await.1;
    let raw = first.get(&format!("/mail/{kept}.eml")).await.1;

    let data = after_a_kill(&data);
    let second = edge_on(&data).await;
    assert_eq!(second.get(&format!("/mail/{kept}.json")).await.1, before);
    assert_eq!(second.get(&format!("/mail/{kept}.eml")).await.1, raw);
    let list = json(&second, "").await;
    assert_eq!((list["accepted"].as_u64(), subjects(&list)), (Some(2), vec!["Über"]));
    assert_eq!(list["mails"][0]["state"], "bounced");
    send(&second, "b", "").await;
    let data = after_a_kill(&data);
    let third = edge_on(&data).await;
    let list = json(&third, "").await;
    assert_eq!((list["accepted"].as_u64(), subjects(&list)), (Some(3), vec!["b", "Über"]));
}

#[tokio::test]
async fn an_event_that_did_not_reach_the_feedback_queue_is_published_after_the_restart() {
    let data = tempfile::tempdir().unwrap();
    let mut first = edge_on(&data).await;
    send(&first, "a", "").await;
    let published: Vec<_> =
        [first.events.recv().await.unwrap(), first.events.recv().await.unwrap()].into();
    first.service.mailbox().forget_events(&published).await;
    let lost = send(&first, "b", "").await;

    let mut second = edge_on(&after_a_kill(&data)).await;
    for expected in ["Send", "Delivery"] {
        // Without waiting: it is published while the mailbox is opened.
        let event = second.events.try_recv().unwrap();
        let event: Value = serde_json::from_str(&event.body).unwrap();
        assert_eq!(event["detail"]["mail"]["messageId"], lost);
        assert_eq!(event["detail"]["eventType"], expected);
    }
    assert!(second.events.try_recv().is_err());
}

#[tokio::test]
async fn the_file_keeps_no_more_mails_than_memory() {
    let data = tempfile::tempdir().unwrap();
    let first = edge_on(&data).await;
    let newest = send(&first, "the newest", "").await;
    let data = after_a_kill(&data);
    let copies = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MAX_MAILS_IN_MEMORY})
         INSERT INTO mails (number, id, mail)
         SELECT -i, 'old-' || i, replace(mail, '{newest}', 'old-' || i) FROM n, mails WHERE id = '{newest}'"
    );
    open_file(&data).execute_batch(&copies).unwrap();
    assert_eq!(rows(&data), MAX_MAILS_IN_MEMORY + 1);
    let second = edge_on(&data).await;
    assert_eq!(rows(&after_a_kill(&data)), MAX_MAILS_IN_MEMORY);
    assert_eq!(json(&second, "?limit=0").await["kept"], MAX_MAILS_IN_MEMORY);
    send(&second, "one more", "").await;
    assert_eq!(rows(&after_a_kill(&data)), MAX_MAILS_IN_MEMORY);
    assert_eq!(subjects(&json(&second, "?limit=2").await), ["one more", "the newest"]);
}

fn open_file(data: &TempDir) -> rusqlite::Connection {
    rusqlite::Connection::open(data.path().join("mailbox.sqlite")).unwrap()
}

fn rows(data: &TempDir) -> usize {
    open_file(data).query_row("SELECT count(*) FROM mails", [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn a_deleted_mail_is_soon_in_no_file_while_the_stack_runs() {
    let data = tempfile::tempdir().unwrap();
    let edge = edge_on(&data).await;
    let id = send(&edge, "a", "<p>Zaphod, Main Street 1</p>").await;
    assert!(any_file_holds(data.path(), "Zaphod"));
    edge.request(http::Request::delete(format!("/mail/{id}.json")), "").await;
    until("no file holds it", async || (!any_file_holds(data.path(), "Zaphod")).then_some(()))
        .await;
}

#[tokio::test]
async fn a_second_stack_does_not_share_the_mailbox() {
    let data = tempfile::tempdir().unwrap();
    let _first = edge_on(&data).await;
    let (sink, _events) = tokio::sync::mpsc::unbounded_channel();
    let directories = Directories { data: Some(data.path()), eml: None };
    let error = Ses::open(Default::default(), directories, sink).await.unwrap_err().to_string();
    assert!(error.contains("Stop the other stack"), "{error}");
}

#[tokio::test]
async fn a_mailbox_of_another_version_is_refused_with_what_to_do() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("mailbox.sqlite");
    open_file(&data).pragma_update(None, "user_version", 99).unwrap();
    let (sink, _events) = tokio::sync::mpsc::unbounded_channel();
    let directories = Directories { data: Some(data.path()), eml: None };
    let error = Ses::open(Default::default(), directories, sink).await.unwrap_err().to_string();
    let sentence = "is the mailbox of another version of Waybill. Move it away: the next start makes a new one.";
    assert_eq!(error, format!("{} {sentence}", file.display()));
}
