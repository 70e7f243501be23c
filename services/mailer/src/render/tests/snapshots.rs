//! The mail for every sample, compared with its reviewed snapshot.

use std::collections::BTreeSet;
use std::path::Path;

use super::{render_sample, samples};

#[test]
fn every_mail_matches_its_snapshot() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (name, event) in samples() {
            let mail = render_sample(&event);
            let text = format!("Subject: {}\n\n{}", mail.subject, mail.text);
            insta::assert_snapshot!(format!("{name}.txt"), text);
            insta::assert_snapshot!(format!("{name}.html"), mail.html);
        }
    });
}

#[test]
fn every_snapshot_belongs_to_a_sample() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/render/snapshots");
    let kept: BTreeSet<String> = std::fs::read_dir(directory)
        .expect("the snapshots' directory")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".snap"))
        .collect();
    let wanted: BTreeSet<String> = samples()
        .iter()
        .flat_map(|(name, _)| [format!("{name}.txt.snap"), format!("{name}.html.snap")])
        .collect();
    assert_eq!(kept, wanted);
}
