#![no_main]
use libfuzzer_sys::fuzz_target;

#[path = "../../src/hostile.rs"]
#[expect(dead_code, reason = "each target uses one of its functions")]
mod hostile;

fuzz_target!(|bytes: &[u8]| hostile::stream_image(bytes));
