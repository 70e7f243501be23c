#![no_main]
use libfuzzer_sys::fuzz_target;

#[path = "../../src/hostile.rs"]
#[expect(dead_code, reason = "each target uses one of its functions")]
mod hostile;

fuzz_target!(|text: &str| hostile::ses_event(text));
