//! What SES and EventBridge are asked while a function starts and connects: for nothing.

use std::sync::{Arc, Mutex};

use aws_config::Region;
use aws_credential_types::Credentials;
use aws_sdk_eventbridge::Client;
use local::Config;
use local::edge::faults::{Call, Fault, Faults};
use mailer::{Sender, SenderSettings};

use crate::support::TestStack;

/// Keeps the operations that any service is asked for.
#[derive(Default)]
struct Operations(Mutex<Vec<String>>);

impl Faults for Operations {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        self.0.lock().expect("no panic").push(call.operation.to_owned());
        None
    }
}

#[tokio::test]
async fn a_function_that_connects_to_ses_or_eventbridge_asks_them_for_no_operation() {
    let operations = Arc::<Operations>::default();
    let faults = Arc::clone(&operations) as _;
    let services = TestStack::start_with(Config { faults, ..Config::default() }).await;
    let sdk = kit::aws::loader()
        .endpoint_url(services.stack.url())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("a", "b", None, None, "test"))
        .load()
        .await;
    let settings = SenderSettings {
        mailbox: "orders@shop.example".to_owned(),
        reply_to: None,
        configuration_set: None,
        redirect_all_to: None,
    };
    let bus = Client::new(&sdk);
    operations.0.lock().expect("no panic").clear();
    Sender::new(&sdk, settings).connect().await;
    ::publisher::MailBus::new(bus.clone(), "mails".to_owned()).connect().await;
    assert_eq!(*operations.0.lock().expect("no panic"), [""; 0]);
    let _ = bus.put_events().send().await;
    assert_eq!(*operations.0.lock().expect("no panic"), ["PutEvents"], "a call would be seen");
    services.stop().await;
}
