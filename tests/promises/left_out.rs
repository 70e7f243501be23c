//! What `cargo test` leaves out, said where it is seen.

use std::io::Write;
use std::path::Path;
use std::process::Command;

/// The checks of `infra/` are written in Python and build what is deployed; `.ci/run` calls them.
#[test]
fn the_checks_of_infra_are_named_when_they_are_left_out() {
    let check = Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra/check");
    assert!(check.is_file(), "infra/check is gone");
    let has_python = Command::new("python3").arg("--version").output().is_ok();
    let next = match has_python {
        true => "run infra/check",
        false => "install Python 3.11 or later, then run infra/check",
    };
    // Not by println!, which the test harness keeps to itself.
    let said = writeln!(
        std::io::stderr(),
        "left out: the template, its permissions and its deployment; {next}"
    );
    assert!(said.is_ok());
}
