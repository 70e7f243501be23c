//! Writes `languages.rs`: the codes of the languages in which there are mails, sorted. Each is the name of a message file
//! of the mailer, so that adding a file is all that it takes to add a language.

use std::path::PathBuf;
use std::{env, fs};

const MESSAGES: &str = "../services/mailer/messages";

fn main() {
    println!("cargo:rerun-if-changed={MESSAGES}");
    println!("cargo:rerun-if-changed=build.rs");
    let files = fs::read_dir(MESSAGES).expect("the folder of the messages can be read");
    let mut codes: Vec<String> = files
        .filter_map(|file| Some(file.ok()?.file_name().to_str()?.strip_suffix(".ftl")?.to_owned()))
        .collect();
    codes.sort();
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(out.join("languages.rs"), format!("{codes:?}")).expect("OUT_DIR can be written");
}
