//! The addresses, for people.

use super::args::Args;
use crate::aws::arn::REGION;
use crate::stack::Stack;

/// What runs where.
pub fn print(stack: &Stack, args: &Args) {
    let url = stack.url();
    let endpoints = &stack.endpoints;
    println!("Waybill runs on this machine.");
    println!();
    println!("  Mailbox          {url}/");
    println!("  Publish events   POST {url}/v1/events");
    if let Some(dir) = &args.mail_dir {
        println!("  E-mails as files {}", dir.display());
    }
    println!();
    println!("  The AWS CLI and the `waybill` command see it with");
    println!("    export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local");
    // Version 1 of the CLI reads the second of these only.
    println!("    export AWS_REGION={REGION} AWS_DEFAULT_REGION={REGION}");
    println!("    export AWS_ENDPOINT_URL={url}");
    println!("    export AWS_ENDPOINT_URL_DYNAMODB={}", endpoints.dynamodb);
    println!("    export AWS_ENDPOINT_URL_SQS={}", endpoints.sqs);
    println!("    export AWS_ENDPOINT_URL_SESV2={}", endpoints.ses);
    println!("  and then, for instance");
    println!("    cargo run --bin waybill -- status");
    println!("    cargo run --bin waybill -- order 1001");
    println!();
}

/// The last line before Ctrl-C.
pub fn stays_up(stack: &Stack) {
    println!("Open {}/ to read the mails. Ctrl-C stops everything.", stack.url());
}
