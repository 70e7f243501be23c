#![no_main]
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| waybill_tests::hostile::stream_image(bytes));
