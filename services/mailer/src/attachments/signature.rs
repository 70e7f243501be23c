//! The signature of a request to S3, by AWS's own crate. Unlike with other services, the path is encoded once and stays as it
//! is, and the hash of the body is a header
//! (<https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>).

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4::SigningParams;
use aws_smithy_runtime_api::client::identity::Identity;

/// A header: name and value.
pub type Header = (&'static str, String);

/// The headers that sign a GET of `url` with these further `headers` at the time `at`; `None` for what no request is made
/// of, such as a URL without a host.
pub fn headers_of_get(
    url: &str,
    headers: &[(&str, &str)],
    region: &str,
    credentials: Credentials,
    at: SystemTime,
) -> Option<Vec<Header>> {
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    let identity = Identity::from(credentials);
    let params = SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("s3")
        .time(at)
        .settings(settings)
        .build()
        .ok()?
        .into();
    let body = SignableBody::Bytes(&[]);
    let request = SignableRequest::new("GET", url, headers.iter().copied(), body).ok()?;
    let (signed, _) = sign(request, &params).ok()?.into_parts();
    let (signed, _) = signed.into_parts();
    Some(signed.iter().map(|header| (header.name(), header.value().to_owned())).collect())
}

/// The path of a key: what is not unreserved is percent-encoded once, but for the slashes.
pub fn path_of(key: &str) -> String {
    use std::fmt::Write as _;
    let mut path = String::with_capacity(key.len() + 1);
    path.push('/');
    for byte in key.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            path.push(char::from(byte));
        } else {
            write!(path, "%{byte:02X}").expect("a String takes every write");
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// 2013-05-24T00:00:00Z
    const AT: u64 = 1_369_353_600;

    fn signed(url: &str, headers: &[(&str, &str)], token: Option<&str>) -> Vec<Header> {
        let credentials = Credentials::new(
            "AKIAIOSFODNN7EXAMPLE",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            token.map(str::to_owned),
            None,
            "test",
        );
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(AT);
        headers_of_get(url, headers, "us-east-1", credentials, at).expect("signed")
    }

    fn value<'a>(headers: &'a [Header], name: &str) -> &'a str {
        let found = headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value)
    }

    /// The first example of
    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>.
    #[test]
    fn the_signature_is_that_of_the_example_that_aws_publishes() {
        let headers = signed(
            "https://examplebucket.s3.amazonaws.com/test.txt",
            &[("range", "bytes=0-9")],
            None,
        );
        assert_eq!(
            value(&headers, "authorization"),
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, \
             SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, \
             Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        );
        assert_eq!(value(&headers, "x-amz-date"), "20130524T000000Z");
        assert_eq!(
            value(&headers, "x-amz-content-sha256"),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn the_token_of_a_role_is_signed_too() {
        let headers = signed("https://b.s3.amazonaws.com/a", &[], Some("a-token"));
        assert_eq!(value(&headers, "x-amz-security-token"), "a-token");
        assert!(value(&headers, "authorization").contains("x-amz-security-token"));
    }

    #[test]
    fn a_key_is_encoded_once_and_its_path_is_kept() {
        for (key, path) in [
            ("north/2026/1001.pdf", "/north/2026/1001.pdf"),
            ("a b/ü+%20?#&=.pdf", "/a%20b/%C3%BC%2B%2520%3F%23%26%3D.pdf"),
            ("a//b~c_d-e'(f)", "/a//b~c_d-e%27%28f%29"),
        ] {
            assert_eq!(path_of(key), path);
        }
        // Nobody normalises what the signature is about: the signed path is the one that is asked for.
        let [once, twice] = ["a//b", "a/b"].map(|key| {
            let headers = signed(&format!("https://b.s3.amazonaws.com{}", path_of(key)), &[], None);
            value(&headers, "authorization").to_owned()
        });
        assert_ne!(once, twice);
    }
}
