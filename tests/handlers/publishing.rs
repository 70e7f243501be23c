//! Intake as it is set up for its publishers.

use aws_config::{Region, SdkConfig};
use aws_credential_types::Credentials;
use intake::{EventStore, Inbox, Intake, Publishers, Webhooks};
use kit::queue::{DeadLetterQueue, DelayedRequeue};
use kit::{Clock, ShopDirectory};
use local::resources::{EVENTS_TABLE, SHOPS_TABLE};
use standardwebhooks::Webhook;

use crate::support::TestStack;

pub const SECRET_ARN: &str =
    "arn:aws:secretsmanager:us-east-1:000000000000:secret:publishers-AbCdEf";
pub const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDC2FVsBQI";
pub const FORGED: &str = "whsec_F2FVsBQIhrscChlQIMV+b5sSYspob7oDC2FVsBQI";

/// Nothing listens there.
const NOWHERE: &str = "http://127.0.0.1:1";

/// Who may publish, and what intake can reach.
#[derive(Clone, Copy)]
pub enum Setting {
    Anyone,
    Iam,
    Webhook,
    WebhookWithoutSecret,
    AnyoneWithoutStore,
}

async fn aws(endpoint: &str) -> SdkConfig {
    kit::aws::loader()
        .endpoint_url(endpoint)
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("a", "b", None, None, "test"))
        .load()
        .await
}

/// Intake over the stack's services.
pub async fn intake(services: &TestStack, setting: Setting) -> Intake {
    let (here, nowhere) = (aws(&services.stack.url()).await, aws(NOWHERE).await);
    let clock = Clock::system();
    let webhooks =
        |aws| Publishers::Webhook(Box::new(Webhooks::new(aws, SECRET_ARN.to_owned(), clock)));
    let publishers = match setting {
        Setting::Anyone | Setting::AnyoneWithoutStore => Publishers::Anyone,
        Setting::Iam => Publishers::Iam,
        Setting::Webhook => webhooks(&here),
        Setting::WebhookWithoutSecret => webhooks(&nowhere),
    };
    let store = match setting {
        Setting::AnyoneWithoutStore => kit::aws::dynamodb(&nowhere),
        _ => services.stack.dynamodb.clone(),
    };
    let sqs = services.stack.sqs.clone();
    Intake {
        store: EventStore::new(store, EVENTS_TABLE.to_owned(), 90, clock),
        shops: ShopDirectory::new(services.stack.dynamodb.clone(), SHOPS_TABLE.to_owned(), clock),
        publishers,
        inbox: Inbox {
            dead_letters: DeadLetterQueue::new(sqs.clone(), "dlq".to_owned(), clock),
            requeue: DelayedRequeue::new(sqs, "inbox".to_owned(), clock),
            clock,
        },
    }
}

/// The headers that sign this body.
pub fn signature_headers(secret: &str, body: &str) -> [(&'static str, String); 3] {
    let at = jiff::Timestamp::now().as_second();
    let webhook = Webhook::new(secret).expect("a secret");
    let signature = webhook.sign("msg_1", at, body.as_bytes()).expect("it signs");
    [
        ("webhook-id", "msg_1".to_owned()),
        ("webhook-timestamp", at.to_string()),
        ("webhook-signature", signature),
    ]
}
