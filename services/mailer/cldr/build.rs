//! Takes out of CLDR, all of which is in ICU4X's crates, what the mails need: the formats of the languages that have a
//! message file, in each of their countries, and the names of all countries in these languages.

#[path = "build/countries.rs"]
mod countries;
#[path = "build/formats.rs"]
mod formats;

use std::path::{Path, PathBuf};
use std::{env, fs};

/// Where there is a file for each language, with the language's code as its name.
const MESSAGES: &str = "../messages";

fn main() {
    println!("cargo:rerun-if-changed={MESSAGES}");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=build");
    println!("cargo:rerun-if-changed=../../../shared/src/contract/countries.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let languages = languages();
    formats::export(&languages, &out.join("formats"));
    countries::write(&languages, &out);
}

/// The codes of all languages, sorted.
fn languages() -> Vec<String> {
    let files = fs::read_dir(Path::new(MESSAGES)).expect("the folder of the messages can be read");
    let mut codes: Vec<String> = files
        .filter_map(|file| Some(file.ok()?.file_name().to_str()?.strip_suffix(".ftl")?.to_owned()))
        .collect();
    codes.sort();
    codes
}
