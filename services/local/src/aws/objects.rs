//! S3, as far as the mailer calls it: GetObject with the bucket as the first part of the path
//! (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html>).
//!
//! A request has to be signed in form; that the signature is right, nobody checks here. A bucket that is not there may not be
//! read, as the deployed mailer's role allows one bucket alone.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, Uri, header};
use percent_encoding::percent_decode_str;

use crate::response::request_id;

/// The bucket from which the mailer has the files of mails.
pub const ATTACHMENT_BUCKET: &str = "waybill-invoices";

/// The objects of the samples.
const SAMPLES: [(&str, &str, &[u8]); 1] = [(
    ATTACHMENT_BUCKET,
    "north/1001/faktura.pdf",
    include_bytes!("../../samples/objects/waybill-invoices/north/1001/faktura.pdf"),
)];

/// Objects by bucket and key: in memory, and the files of a directory, each bucket a folder in it.
#[derive(Debug, Default)]
pub struct Objects {
    directory: Option<PathBuf>,
    in_memory: Mutex<BTreeMap<(String, String), Object>>,
}

#[derive(Debug, Clone)]
struct Object {
    content_type: String,
    bytes: Bytes,
}

impl Objects {
    /// The files of a directory, or else the samples.
    pub fn new(directory: Option<PathBuf>) -> Self {
        let objects = Self { directory, ..Self::default() };
        if objects.directory.is_none() {
            for (bucket, key, bytes) in SAMPLES {
                objects.put((bucket, key), media_type(Path::new(key)), bytes);
            }
        }
        objects
    }

    /// Puts an object in memory, which goes before a file.
    pub fn put(&self, (bucket, key): (&str, &str), content_type: &str, bytes: &[u8]) {
        let (content_type, bytes) = (content_type.to_owned(), Bytes::copy_from_slice(bytes));
        let mut in_memory = self.in_memory.lock().unwrap_or_else(PoisonError::into_inner);
        in_memory.insert((bucket.to_owned(), key.to_owned()), Object { content_type, bytes });
    }

    /// Carries out a request that is signed for S3.
    pub fn call(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Response {
        if method != Method::GET {
            let message = "This S3 knows GetObject.";
            return error(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message);
        }
        if let Err(missing) = check_signature(headers) {
            let message =
                format!("The request is not signed as S3 asks: {missing} is missing or wrong.");
            return error(StatusCode::FORBIDDEN, "AccessDenied", &message);
        }
        let path = uri.path().trim_start_matches('/');
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        let key = percent_decode_str(key).decode_utf8_lossy();
        match self.find(bucket, &key) {
            Some(Object { content_type, bytes }) => {
                ([(header::CONTENT_TYPE, content_type)], bytes).into_response()
            }
            None if self.has_bucket(bucket) => {
                error(StatusCode::NOT_FOUND, "NoSuchKey", "The specified key does not exist.")
            }
            None => error(StatusCode::FORBIDDEN, "AccessDenied", "Access Denied"),
        }
    }

    fn find(&self, bucket: &str, key: &str) -> Option<Object> {
        let in_memory = self.in_memory.lock().unwrap_or_else(PoisonError::into_inner);
        let found = in_memory.get(&(bucket.to_owned(), key.to_owned()));
        found.cloned().or_else(|| self.read(bucket, key))
    }

    fn read(&self, bucket: &str, key: &str) -> Option<Object> {
        let key = Path::new(key);
        // A key is a path here, and must not leave the bucket's folder.
        if !key.components().all(|part| matches!(part, Component::Normal(_))) {
            return None;
        }
        let bytes = std::fs::read(self.folder(bucket)?.join(key)).ok()?;
        Some(Object { content_type: media_type(key).to_owned(), bytes: bytes.into() })
    }

    fn has_bucket(&self, bucket: &str) -> bool {
        let in_memory = self.in_memory.lock().unwrap_or_else(PoisonError::into_inner);
        let is_in_memory = in_memory.keys().any(|(own, _)| own == bucket);
        is_in_memory || self.folder(bucket).is_some_and(|folder| folder.is_dir())
    }

    fn folder(&self, bucket: &str) -> Option<PathBuf> {
        let is_name = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let is_bucket = !bucket.is_empty() && bucket.bytes().all(is_name);
        Some(self.directory.as_ref()?.join(Some(bucket).filter(|_| is_bucket)?))
    }
}

/// As the AWS CLI guesses it from the file's name.
fn media_type(file: &Path) -> &'static str {
    match file.extension().and_then(|ending| ending.to_str()).unwrap_or_default() {
        "pdf" => "application/pdf",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "txt" => "text/plain",
        "html" => "text/html",
        _ => "binary/octet-stream",
    }
}

/// Whether the request is one of S3's: no header of an SDK names that service but the signature.
pub fn is_signed_for_s3(headers: &HeaderMap) -> bool {
    text(headers, header::AUTHORIZATION.as_str()).contains("/s3/aws4_request")
}

/// # Errors
/// What is missing
/// (<https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>).
fn check_signature(headers: &HeaderMap) -> Result<(), &'static str> {
    let authorization = text(headers, header::AUTHORIZATION.as_str());
    let part = |name: &str| {
        let (_, rest) = authorization.split_once(name).unwrap_or_default();
        rest.split(',').next().unwrap_or_default()
    };
    let signature = part("Signature=");
    let signed: Vec<&str> = part("SignedHeaders=").split(';').collect();
    let must_be_signed = ["host", "x-amz-content-sha256", "x-amz-date"];
    let (date, hash) = (text(headers, "x-amz-date"), text(headers, "x-amz-content-sha256"));
    let is_hex = |text: &str| text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
    for (is_right, what) in [
        (authorization.starts_with("AWS4-HMAC-SHA256 Credential="), "the algorithm"),
        (is_hex(signature), "the signature"),
        (must_be_signed.iter().all(|name| signed.contains(name)), "a signed header"),
        (date.len() == 16 && part("Credential=").contains(&date[..8]), "the date"),
        (is_hex(hash) || hash == "UNSIGNED-PAYLOAD", "x-amz-content-sha256"),
    ] {
        if !is_right {
            return Err(what);
        }
    }
    Ok(())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// An error as S3 answers it (<https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>).
pub fn error(status: StatusCode, code: &str, message: &str) -> Response {
    let id = request_id();
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message>\
         <RequestId>{id}</RequestId></Error>"
    );
    (status, [(header::CONTENT_TYPE, "application/xml")], body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNED: [(&str, &str); 3] = [
        (
            "authorization",
            "AWS4-HMAC-SHA256 Credential=id/20130524/us-east-1/s3/aws4_request, \
             SignedHeaders=host;x-amz-content-sha256;x-amz-date, \
             Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        ),
        ("x-amz-date", "20130524T000000Z"),
        ("x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
    ];

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (http::HeaderName::from_static(name), http::HeaderValue::from_static(value))
            })
            .collect()
    }

    fn status(objects: &Objects, path: &str, headers: &HeaderMap) -> u16 {
        let uri: Uri = path.parse().expect("a path");
        objects.call(&Method::GET, &uri, headers).status().as_u16()
    }

    #[test]
    fn a_signed_request_gets_an_object_and_what_is_missing_or_not_allowed_is_told_apart() {
        let (objects, signed) = (Objects::new(None), headers(&SIGNED));
        assert_eq!(status(&objects, "/waybill-invoices/north/1001/faktura.pdf", &signed), 200);
        assert_eq!(status(&objects, "/waybill-invoices/north/1002/faktura.pdf", &signed), 404);
        assert_eq!(status(&objects, "/others/north/1001/faktura.pdf", &signed), 403);
        for (i, (missing, _)) in SIGNED.iter().enumerate() {
            let mut without = SIGNED.to_vec();
            without.remove(i);
            let path = "/waybill-invoices/north/1001/faktura.pdf";
            assert_eq!(status(&objects, path, &headers(&without)), 403, "{missing}");
        }
    }

    #[test]
    fn the_files_of_a_directory_are_objects_and_no_key_leaves_it() {
        let directory = tempfile::tempdir().unwrap();
        let folder = directory.path().join("invoices/north");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("ü 1.pdf"), "%PDF-1.4").unwrap();
        std::fs::write(directory.path().join("secret.pdf"), "%PDF-1.4").unwrap();
        let (objects, signed) = (Objects::new(Some(directory.path().to_owned())), headers(&SIGNED));
        assert_eq!(status(&objects, "/invoices/north/%C3%BC%201.pdf", &signed), 200);
        for (path, expected) in [
            ("/invoices/north/2.pdf", 404),
            ("/invoices/../secret.pdf", 404),
            ("/invoices/%2E%2E/secret.pdf", 404),
            ("/../secret.pdf", 403),
            ("/waybill-invoices/north/1001/faktura.pdf", 403),
        ] {
            assert_eq!(status(&objects, path, &signed), expected, "{path}");
        }
    }
}
