#![no_main]
use libfuzzer_sys::fuzz_target;

#[path = "../../src/parser_properties.rs"]
#[expect(dead_code, reason = "each target uses one of its functions")]
mod parser_properties;

fuzz_target!(|bytes: &[u8]| parser_properties::check_stream_image(bytes));
