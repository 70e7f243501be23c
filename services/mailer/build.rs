//! Makes Rust of the message files in `messages/`:
//!
//! - `messages.rs`: for each message of `en.ftl` a function with the message's variables as its parameters, in
//!   alphabetical order. A template that names a message that is not there does not compile, and a message that nothing
//!   uses is a function that nothing calls, of which rustc warns.
//! - `languages.rs`: every file, without its comments, with its language.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use fluent_syntax::parser;

/// Where all languages take their messages and variables from.
const ORIGINAL: &str = "en.ftl";

fn main() {
    let messages = Path::new("messages");
    println!("cargo:rerun-if-changed=messages");
    println!("cargo:rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let original = read(&messages.join(ORIGINAL));
    fs::write(out.join("messages.rs"), functions(&original)).expect("OUT_DIR can be written");
    fs::write(out.join("languages.rs"), languages(messages, &out)).expect("OUT_DIR can be written");
}

fn read(file: &Path) -> String {
    fs::read_to_string(file)
        .unwrap_or_else(|error| panic!("{} cannot be read: {error}", file.display()))
}

/// The array of all languages, sorted by code.
fn languages(messages: &Path, out: &Path) -> String {
    let files = fs::read_dir(messages).expect("the folder messages can be read");
    let mut codes: Vec<String> = files
        .filter_map(|file| Some(file.ok()?.file_name().to_str()?.strip_suffix(".ftl")?.to_owned()))
        .collect();
    codes.sort();
    let mut array = format!("static LANGUAGES: [MailLanguage; {}] = [\n", codes.len());
    for code in codes {
        let bare = without_comments(&read(&messages.join(format!("{code}.ftl"))));
        let file = out.join(format!("{code}.ftl"));
        fs::write(&file, bare).expect("OUT_DIR can be written");
        writeln!(array, "    MailLanguage::new({code:?}, include_str!({file:?})),")
            .expect("a String");
    }
    array.push_str("];\n");
    array
}

/// Comments are for translators: the binary carries none.
fn without_comments(source: &str) -> String {
    let lines = source.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines.flat_map(|line| [line, "\n"]).collect()
}

fn functions(source: &str) -> String {
    let resource = parser::parse(source)
        .unwrap_or_else(|(_, errors)| panic!("{ORIGINAL} has faults: {errors:?}"));
    let mut code = String::from("impl Localizer {\n");
    for entry in &resource.body {
        let Entry::Message(message) = entry else { continue };
        let Some(pattern) = &message.value else { continue };
        let mut variables = BTreeSet::new();
        collect(pattern, &mut variables);
        write_function(&mut code, message.id.name, &first_words(pattern), &variables);
    }
    code.push('}');
    code
}

fn write_function(code: &mut String, id: &str, words: &str, variables: &BTreeSet<&str>) {
    let name = id.replace('-', "_");
    let parameters: String =
        variables.iter().map(|it| format!(", {}: impl Argument", it.replace('-', "_"))).collect();
    let arguments: String =
        variables.iter().map(|it| format!("({it:?}, &{}), ", it.replace('-', "_"))).collect();
    writeln!(code, "    /// `{words}`").expect("a String");
    writeln!(code, "    pub fn {name}(&self{parameters}) -> String {{").expect("a String");
    writeln!(code, "        self.format({id:?}, &[{arguments}])\n    }}").expect("a String");
}

/// The variables of a pattern, those that choose included.
fn collect<'s>(pattern: &Pattern<&'s str>, variables: &mut BTreeSet<&'s str>) {
    for element in &pattern.elements {
        let PatternElement::Placeable { expression } = element else { continue };
        match expression {
            Expression::Inline(inline) => variables.extend(variable(inline)),
            Expression::Select { selector, variants } => {
                variables.extend(variable(selector));
                variants.iter().for_each(|variant| collect(&variant.value, variables));
            }
        }
    }
}

fn variable<'s>(inline: &InlineExpression<&'s str>) -> Option<&'s str> {
    match inline {
        InlineExpression::VariableReference { id } => Some(id.name),
        _ => None,
    }
}

/// What the message says, of several wordings the last.
fn first_words(pattern: &Pattern<&str>) -> String {
    let words = pattern.elements.iter().map(|element| match element {
        PatternElement::TextElement { value } => (*value).to_owned(),
        PatternElement::Placeable { expression: Expression::Inline(inline) } => {
            variable(inline).map_or_else(String::new, |name| format!("{{ ${name} }}"))
        }
        PatternElement::Placeable { expression: Expression::Select { variants, .. } } => {
            variants.last().map(|last| first_words(&last.value)).unwrap_or_default()
        }
    });
    words.collect::<String>().replace('\n', " ")
}
