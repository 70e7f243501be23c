#![no_main]
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| waybill_tests::hostile::ses_event(text));
