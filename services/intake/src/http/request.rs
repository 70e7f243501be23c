//! A request, as any of the formats carries it.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;

use super::format::Format;
use crate::problem::Problem;

/// A request, whose body is not read yet.
#[derive(Debug)]
pub struct Request<'a> {
    pub format: Format,
    pub method: String,
    /// With whatever the sender leaves before the path of intake: an API's stage, a custom domain's mapping.
    pub path: String,
    /// By names in lower case; several values are joined by commas.
    pub headers: BTreeMap<String, String>,
    /// Whether AWS authenticated the caller as an IAM principal.
    pub is_iam_caller: bool,
    /// The body as JSON text.
    body: Option<&'a RawValue>,
    is_base64_encoded: bool,
}

/// What is read of a payload of any format. Borrowed and small: most of an open address's requests may be a flood.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Payload<'a> {
    /// Payload 2.0.
    raw_path: Option<String>,
    /// Payload 1.0 and load balancers, as is the method.
    path: Option<String>,
    http_method: Option<String>,
    headers: Option<BTreeMap<String, String>>,
    multi_value_headers: Option<BTreeMap<String, Vec<String>>>,
    #[serde(borrow)]
    body: Option<&'a RawValue>,
    is_base64_encoded: Option<bool>,
    request_context: Option<Context>,
}

#[derive(Deserialize)]
struct Context {
    /// Payload 2.0.
    #[serde(default)]
    http: Option<RequestLine>,
    /// Load balancers.
    #[serde(default)]
    elb: Option<IgnoredAny>,
    /// Payload 2.0; `null` or absent if no credentials are required.
    #[serde(default)]
    authorizer: Option<Authorizer>,
    /// Payload 1.0.
    #[serde(default)]
    identity: Option<Identity>,
}

#[derive(Deserialize)]
struct RequestLine {
    method: String,
}

/// The caller, as authenticated by AWS.
#[derive(Deserialize)]
struct Authorizer {
    #[serde(default)]
    iam: Option<Value>,
}

/// The caller, as authenticated by AWS. Its other members say where the request came from, whoever sent it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Identity {
    /// `null` where the method requires no IAM credentials.
    #[serde(default)]
    user_arn: Option<String>,
}

impl<'a> Request<'a> {
    /// The HTTP request that a payload is; `None` if it is another one, or an HTTP request in another format.
    pub fn from_payload(payload: &'a str) -> Option<Self> {
        // Otherwise an array would do, with the members in order.
        let is_object = payload.trim_ascii_start().starts_with('{');
        let payload: Option<Payload<'a>> =
            is_object.then(|| serde_json::from_str(payload).ok()).flatten();
        let mut payload = payload?;
        let Context { http, elb, authorizer, identity } = payload.request_context.take()?;
        if let Some(RequestLine { method }) = http {
            let is_iam_caller = authorizer.is_some_and(|caller| caller.iam.is_some());
            let path = payload.raw_path.take().unwrap_or_default();
            return Some(payload.into_request(Format::V2, method, path, is_iam_caller));
        }
        let (method, path) = (payload.http_method.take()?, payload.path.take()?);
        if elb.is_some() {
            let multi_value = payload.multi_value_headers.is_some();
            let format = Format::LoadBalancer { multi_value };
            return Some(payload.into_request(format, method, path, false));
        }
        let user = identity.and_then(|caller| caller.user_arn);
        let is_iam_caller = user.is_some_and(|arn| !arn.is_empty());
        Some(payload.into_request(Format::V1, method, path, is_iam_caller))
    }

    /// The value of the header `name`, in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The body's bytes, as they were sent.
    pub fn body(&self) -> Result<Vec<u8>, Problem> {
        let body = match self.body {
            Some(text) => serde_json::from_str(text.get()),
            None => Ok(String::new()),
        };
        let body = body.map_err(|_| Problem::invalid("expected a body of whole characters"))?;
        // Each sender encodes every body whose content type it does not count as text.
        if self.is_base64_encoded {
            BASE64_STANDARD.decode(body).map_err(|_| Problem::invalid("expected a body in base64"))
        } else {
            Ok(body.into_bytes())
        }
    }
}

impl<'a> Payload<'a> {
    fn into_request(
        self,
        format: Format,
        method: String,
        path: String,
        is_iam_caller: bool,
    ) -> Request<'a> {
        Request {
            format,
            method,
            path,
            headers: joined(self.headers, self.multi_value_headers),
            is_iam_caller,
            body: self.body,
            is_base64_encoded: self.is_base64_encoded.unwrap_or_default(),
        }
    }
}

/// The headers as payload 2.0 has them. Where a payload has both, `single` lacks all but the last value of a header, so that
/// a second signature, say, would decide in one format and be refused in another.
fn joined(
    single: Option<BTreeMap<String, String>>,
    multi_value: Option<BTreeMap<String, Vec<String>>>,
) -> BTreeMap<String, String> {
    let multi_value = multi_value.filter(|headers| !headers.is_empty());
    let values: Vec<(String, String)> = match multi_value {
        Some(headers) => {
            headers.into_iter().map(|(name, values)| (name, values.join(","))).collect()
        }
        None => single.unwrap_or_default().into_iter().collect(),
    };
    let mut joined = BTreeMap::<String, String>::new();
    for (mut name, value) in values {
        // A REST API passes names on as they were sent, also two that differ in case alone.
        name.make_ascii_lowercase();
        joined
            .entry(name)
            .and_modify(|before| {
                before.push(',');
                before.push_str(&value);
            })
            .or_insert(value);
    }
    joined
}
