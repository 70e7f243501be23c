//! The formats in which AWS hands an HTTP request to a function, told apart by the payload's shape:
//!
//! | format | comes from | answer |
//! | --- | --- | --- |
//! | [payload 2.0](https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html) | a Function URL, an HTTP API | `headers` |
//! | [payload 1.0](https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html) | a REST API, an HTTP API that is set to it | `headers`; an unknown member is a 502 |
//! | [load balancer](https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html) | an Application Load Balancer | also `statusDescription`; `multiValueHeaders` if its target group has them on, or else `headers` |

use serde_json::Value;
use shared::contract::event::MAX_REQUEST_BYTES;

/// How a request came, and how its answer is to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Payload format 2.0.
    V2,
    /// Payload format 1.0.
    V1,
    /// A target group of functions.
    LoadBalancer {
        /// Whether the target group's attribute `lambda.multi_value_headers.enabled` is on.
        multi_value: bool,
    },
}

/// The largest payload that may be a request within its limits: as JSON text, the body takes at most three times its
/// bytes (a character of two bytes as `\u0000`), and in base64 less. The rest is for what is around it.
const MAX_PAYLOAD_BYTES: usize = 3 * MAX_REQUEST_BYTES + 64 * 1024;

/// How each sender begins a payload, whatever its own sender puts into it.
const BEGINNINGS: [(&str, Format); 4] = [
    (r#"{"version":"2.0","#, Format::V2),
    (r#"{"version":"1.0","#, Format::V1),
    // A REST API has no `version`.
    (r#"{"resource":"/"#, Format::V1),
    (r#"{"requestContext":{"elb":{"#, Format::LoadBalancer { multi_value: false }),
];

/// What a load balancer with multi-value headers has before anything that its client chooses but the path.
const MULTI_VALUE: &[u8] = br#","multiValueQueryStringParameters":{"#;

/// The longest request line and what is before it, of a load balancer's payload
/// (<https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html>).
const MAX_BEGINNING_BYTES: usize = 20 * 1024;

impl Format {
    /// The format of a payload that is a request beyond every limit, as its length alone shows; `None` for any other. An
    /// open address can be flooded with bodies of 6 MB, and reading through one takes longer than whatever else refuses
    /// it.
    pub fn of_oversized(payload: &str) -> Option<Self> {
        if payload.len() <= MAX_PAYLOAD_BYTES {
            return None;
        }
        let mut known = BEGINNINGS.into_iter();
        let (_, format) = known.find(|(beginning, _)| payload.starts_with(beginning))?;
        Some(match format {
            Self::LoadBalancer { .. } => {
                let beginning = &payload.as_bytes()[..MAX_BEGINNING_BYTES];
                let mut windows = beginning.windows(MULTI_VALUE.len());
                Self::LoadBalancer { multi_value: windows.any(|window| window == MULTI_VALUE) }
            }
            other => other,
        })
    }

    /// The format of a payload that is meant as a request, but is not as AWS documents it; `None` if it is not meant as
    /// one.
    pub fn of_malformed(payload: &Value) -> Option<Self> {
        let context = payload.get("requestContext")?;
        if context.get("http").is_some() {
            Some(Self::V2)
        } else if context.get("elb").is_some() {
            Some(Self::LoadBalancer { multi_value: payload.get("multiValueHeaders").is_some() })
        } else {
            payload.get("httpMethod").map(|_| Self::V1)
        }
    }

    /// What a caller without IAM credentials has to do where `PUBLISHERS` is `iam`.
    pub const fn how_to_authenticate(self) -> &'static str {
        match self {
            Self::V2 => {
                "Sign the request with SigV4 as a principal that may publish: for the service lambda \
                 where it goes to a Function URL, for execute-api where it goes to an HTTP API, whose \
                 route needs AWS_IAM as its authorization. Nothing was stored."
            }
            Self::V1 => {
                "Sign the request with SigV4 for the service execute-api, and set AWS_IAM as the \
                 method's authorization. Nothing was stored."
            }
            Self::LoadBalancer { .. } => {
                "A load balancer passes no IAM credentials on, so that nobody may publish through it \
                 while intake takes them alone. Set Publishers=webhook and sign the events, or \
                 publish to the Function URL. Nothing was stored."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::prelude::BASE64_STANDARD;

    use super::*;

    const ELB: &str = r#"{"requestContext":{"elb":{"targetGroupArn":"arn"}},"httpMethod":"POST","path":"/v1/events","#;

    fn of_oversized(beginning: &str) -> Option<Format> {
        Format::of_oversized(&format!("{beginning}{}", "x".repeat(MAX_PAYLOAD_BYTES)))
    }

    #[test]
    fn a_request_of_each_format_that_is_too_large_is_known_by_its_beginning() {
        let load_balancer = |multi_value| Some(Format::LoadBalancer { multi_value });
        for (beginning, expected) in [
            (r#"{"version":"2.0","routeKey":"$default","body":""#.to_owned(), Some(Format::V2)),
            (r#"{"version":"1.0","resource":"/{proxy+}","body":""#.to_owned(), Some(Format::V1)),
            (
                r#"{"resource":"/{proxy+}","path":"/v1/events","body":""#.to_owned(),
                Some(Format::V1),
            ),
            (format!(r#"{ELB}"queryStringParameters":{{}},"body":""#), load_balancer(false)),
            (
                format!(r#"{ELB}"multiValueQueryStringParameters":{{}},"body":""#),
                load_balancer(true),
            ),
            // Messages of the inbox queue may be as large.
            (r#"{"Records":[{"body":""#.to_owned(), None),
            (r#"{"specversion":"1.0","data":""#.to_owned(), None),
        ] {
            assert_eq!(of_oversized(&beginning), expected, "{beginning}");
        }
        assert_eq!(Format::of_oversized(r#"{"version":"2.0","body":"x"}"#), None);
    }

    #[test]
    fn a_request_of_the_largest_size_is_read_however_its_characters_are_escaped() {
        let umlauts = format!("\"{}\"", "ä".repeat(MAX_REQUEST_BYTES / 2 - 1));
        assert_eq!(umlauts.len(), MAX_REQUEST_BYTES);
        let escaped = umlauts.replace('ä', "\\u00e4").replace('"', "\\\"");
        for body in [escaped, BASE64_STANDARD.encode(&umlauts)] {
            for (beginning, _) in BEGINNINGS {
                let payload = format!(r#"{beginning}"body":"{body}","isBase64Encoded":false}}"#);
                assert_eq!(Format::of_oversized(&payload), None, "{} bytes", payload.len());
            }
        }
    }
}
