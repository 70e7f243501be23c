//! What services are asked while a function starts and connects: SES and EventBridge for nothing.

use std::sync::{Arc, Mutex};

use aws_sdk_eventbridge::Client;
use kit::{Clock, ShopDirectory};
use local::Config;
use local::edge::faults::{Call, Fault, Faults};
use local::resources::SHOPS_TABLE;
use mailer::{Sender, SenderSettings};
use shared::ShopId;

use crate::connector_support::aws;
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
    let sdk = aws(&services.stack.url()).await;
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

#[tokio::test]
async fn the_settings_that_were_read_while_a_function_started_are_not_read_for_its_first_event() {
    let operations = Arc::<Operations>::default();
    let faults = Arc::clone(&operations) as _;
    let services = TestStack::start_with(Config { faults, ..Config::default() }).await;
    let dynamodb = kit::aws::dynamodb(&aws(&services.stack.url()).await);
    let shops = ShopDirectory::new(dynamodb, SHOPS_TABLE.to_owned(), Clock::system());
    operations.0.lock().expect("no panic").clear();
    assert!(shops.warm_up().await.is_some());
    shops.settings(&ShopId::default()).await.expect("they are known");
    assert_eq!(*operations.0.lock().expect("no panic"), ["GetItem"]);
    services.stop().await;
}
