//! Messages between rustack's limit of 256 KiB and AWS's of 1 MiB: they lie in the queue
//! compressed, and no client sees that but by the MD5 of the body.
//!
//! One that does not shrink below the limit stays as it is, and is refused.

use std::io::{Read, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde_json::Value;

use super::sqs_adapt::{MAX_BATCH_EVENTS, MAX_MESSAGE_BYTES};

const MARK: &str = "waybill-local:deflate:base64:";

/// Compresses the bodies of a `SendMessage` or `SendMessageBatch` call that are too large.
pub fn pack(call: Bytes) -> Bytes {
    if call.len() <= MAX_MESSAGE_BYTES {
        return call;
    }
    let Ok(mut json) = serde_json::from_slice::<Value>(&call) else { return call };
    pack_body(&mut json);
    json["Entries"].as_array_mut().into_iter().flatten().for_each(pack_body);
    Bytes::from(json.to_string())
}

fn pack_body(message: &mut Value) {
    let Some(Value::String(body)) = message.get_mut("MessageBody") else { return };
    if !(MAX_MESSAGE_BYTES + 1..=MAX_BATCH_EVENTS).contains(&body.len()) {
        return;
    }
    let mut packed = DeflateEncoder::new(Vec::new(), Compression::fast());
    let written = packed.write_all(body.as_bytes()).and_then(|()| packed.finish());
    *body = format!("{MARK}{}", STANDARD.encode(written.expect("a Vec takes every byte")));
}

/// Gives the bodies of a `ReceiveMessage` answer back as they were sent.
pub fn unpack(answer: Bytes) -> Bytes {
    if !answer.windows(MARK.len()).any(|window| window == MARK.as_bytes()) {
        return answer;
    }
    let Ok(mut json) = serde_json::from_slice::<Value>(&answer) else { return answer };
    json["Messages"].as_array_mut().into_iter().flatten().for_each(unpack_body);
    Bytes::from(json.to_string())
}

fn unpack_body(message: &mut Value) {
    let Some(Value::String(body)) = message.get_mut("Body") else { return };
    let packed = body.strip_prefix(MARK).and_then(|b| STANDARD.decode(b).ok());
    let mut text = String::new();
    if packed.is_some_and(|p| DeflateDecoder::new(p.as_slice()).read_to_string(&mut text).is_ok()) {
        *body = text;
    }
}
