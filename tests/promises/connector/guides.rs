//! The guides `services/connector/SHOPIFY.md` and `WOOCOMMERCE.md`, word for word: what they say to type, and the PHP that
//! they give to a shop. Where a program for it is missing, these tests say so, and pass without having looked.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use connector::System;
use local::Config;
use serde_json::Value;

use super::recorded::{conversation, sample};
use super::support::{deliver, mailed_within, secret, start};
use crate::support::{TestStack, config};

/// The secret of the guides' examples.
const GUIDE_SECRET: &str = "try-it-try-it-try-it";

const MAILED_WITHIN: Duration = Duration::from_secs(120);

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the checkout")
}

fn guide(system: System) -> String {
    let file = format!("services/connector/{}.md", system.as_str().to_uppercase());
    std::fs::read_to_string(root().join(file)).expect("the guide")
}

/// The code blocks of this language.
fn blocks<'a>(guide: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    guide.split(&fence).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

fn is_installed(programs: &[&str]) -> bool {
    let is_there = |program: &&str| {
        let mut look = Command::new("sh");
        look.args(["-c", "command -v \"$1\"", "sh", program]).stdout(Stdio::null());
        look.status().is_ok_and(|status| status.success())
    };
    let missing: Vec<_> = programs.iter().filter(|program| !is_there(program)).collect();
    if !missing.is_empty() {
        eprintln!("{missing:?} not installed: the guides of shop systems are not tried.");
    }
    missing.is_empty()
}

/// Runs what a reader would type, in a folder that looks like the top of the checkout.
fn run(script: &str, folder: &Path) -> Output {
    let mut shell = Command::new("sh");
    shell.args(["-eu", "-c", script]).current_dir(folder);
    shell.output().expect("sh starts")
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::os::unix::fs::symlink(root().join("services"), folder.path().join("services"))
        .expect("a link to the samples");
    folder
}

/// What was mailed, sorted.
fn kinds(stack: &TestStack) -> Vec<String> {
    let mails = stack.mails();
    let mut kinds: Vec<String> = mails.iter().filter_map(|mail| mail.content.kind()).collect();
    kinds.sort();
    kinds
}

/// Types block after block, and waits after each for the mails of these kinds.
async fn follow(system: System, after_each: &[&[&str]]) {
    if !is_installed(&["curl", "openssl", "sed", "base64"]) {
        return;
    }
    let system_secrets = vec![secret(system, GUIDE_SECRET)];
    let stack = TestStack::start_with(Config { system_secrets, ..config() }).await;
    let guide = guide(system).replace("127.0.0.1:8080", &stack.stack.address.to_string());
    let blocks = blocks(&guide, "sh");
    let [definition, steps @ ..] = blocks.as_slice() else { panic!("no blocks") };
    assert_eq!(steps.len(), after_each.len());
    let folder = folder();
    for (step, expected) in steps.iter().zip(after_each) {
        let output = run(&format!("{definition}\n{step}"), folder.path());
        assert!(output.status.success(), "{step}\n{output:?}");
        let are_mailed = async || kinds(&stack) == *expected;
        mailed_within(MAILED_WITHIN, &stack, &format!("{step}: {expected:?}"), are_mailed).await;
        if step.contains("AAAA") {
            assert!(String::from_utf8_lossy(&output.stdout).ends_with("401\n"), "{output:?}");
        }
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_guide_for_shopify_says_to_type_does_what_it_says() {
    let confirmed = &["order.confirmed"][..];
    let edited = &["order.confirmed", "order.updated"];
    let shipped = &["order.confirmed", "order.updated", "shipment.shipped"];
    let other = &["order.confirmed", "order.confirmed", "order.updated", "shipment.shipped"];
    let cancelled = &[
        "order.cancelled",
        "order.confirmed",
        "order.confirmed",
        "order.updated",
        "shipment.shipped",
    ];
    follow(System::Shopify, &[confirmed, edited, shipped, other, cancelled]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_guide_for_woocommerce_says_to_type_does_what_it_says() {
    let confirmed = &["order.confirmed"][..];
    let shipped = &["order.confirmed", "shipment.shipped"];
    let cancelled = &["order.cancelled", "order.confirmed", "shipment.shipped"];
    follow(System::WooCommerce, &[confirmed, shipped, cancelled]).await;
}

/// The part of WordPress and WooCommerce that the guide's PHP calls. The order has a parcel of the core's fulfilments with
/// one article, a gift card, which is not shipped, and money that went back.
const WORDPRESS: &str = r#"<?php
$GLOBALS['user'] = 0;
function add_action( $name, $callback ) { $GLOBALS['hooks'][ $name ] = $callback; }
function add_filter( $name, $callback, $priority, $arguments ) { $GLOBALS['hooks'][ $name ] = $callback; }
function determine_locale() { return 'de_DE_formal'; }
function get_current_user_id() { return $GLOBALS['user']; }
function wp_set_current_user( $id ) { $GLOBALS['user'] = $id; }
class Stub {
	public $meta = array();
	function __construct( public $value ) {}
	function needs_shipping() { return 4103 !== $this->value; }
	function get_user_id() { return 5; }
	function get_date_created() { return null === $this->value ? null : $this; }
	function getTimestamp() { return 1795770000; }
	function update_meta_data( $key, $value ) { $this->meta[ $key ] = $value; }
	function is_error() { return false; }
	function get_data() { return $this->value; }
}
function wc_get_product( $id ) { return new Stub( $id ); }
function wc_get_order( $id ) { return $GLOBALS['orders'][ $id ] ?? new Stub( $id ); }
function wc_get_webhook( $id ) { return 9 === $id ? new Stub( $id ) : null; }
class WP_REST_Request { function __construct( public $method, public $path ) {} }
function rest_do_request( $request ) {
	if ( null === wc_get_webhook( $GLOBALS['webhook'] ) ) { return new Stub( array() ); }
	if ( 5 !== $GLOBALS['user'] || '/wc/v3/orders/7315/fulfillments' !== $request->path ) { exit( 1 ); }
	return new Stub( json_decode( '[{"id":31,"status":"fulfilled","is_fulfilled":true,"date_updated":"NOW",
		"meta_data":[{"key":"_items","value":[{"item_id":9101,"qty":1}]},{"key":"_tracking_number","value":"00340434161094022115"},
		{"key":"_shipment_provider","value":"dhl"}]}]', true ) );
}
require 'waybill.php';
$order = new Stub( 1 );
$GLOBALS['hooks']['woocommerce_checkout_create_order']( $order );
if ( array( '_customer_locale' => 'de_DE_formal' ) !== $order->meta ) { exit( 2 ); }
$filter = $GLOBALS['hooks']['woocommerce_webhook_payload'];
if ( array( 'id' => 1 ) !== $filter( array( 'id' => 1 ), 'product', 1, 9 ) ) { exit( 3 ); }
// Of refund 8 there is nothing, of 7 no date, and the webhook 4 was deleted.
$lines = array( array( 'product_id' => 1, 'variation_id' => 0 ) );
$gone = array( 'line_items' => $lines, 'refunds' => array( array( 'id' => 8 ), array( 'id' => 7 ), array( 'id' => 6 ) ) );
$GLOBALS['orders'] = array( 8 => false, 7 => new Stub( null ) );
$GLOBALS['webhook'] = 4;
$dates = array_column( $filter( $gone, 'order', 1, 4 )['refunds'], 'date_created_gmt', 'id' );
if ( array( 6 ) !== array_keys( $dates ) ) { exit( 5 ); }
$GLOBALS['webhook'] = 9;
$payload = $filter( json_decode( stream_get_contents( STDIN ), true ), 'order', 7315, 9 );
if ( 0 !== $GLOBALS['user'] ) { exit( 4 ); }
echo json_encode( $payload );
"#;

#[tokio::test(flavor = "multi_thread")]
async fn with_the_guide_s_php_a_parcel_says_what_is_in_it_and_what_is_still_to_come() {
    if !is_installed(&["php"]) {
        return;
    }
    let guide = guide(System::WooCommerce);
    let [php] = blocks(&guide, "php")[..] else { panic!("one block") };
    let folder = tempfile::tempdir().expect("a folder");
    let write =
        |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    write("waybill.php", php);
    let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S").to_string();
    write("wordpress.php", &WORDPRESS.replace("NOW", &now));
    write("order.json", &sample(System::WooCommerce, "04-order-edited.json").to_string());
    let output = run("php -d display_errors=stderr wordpress.php < order.json", folder.path());
    assert!(output.status.success(), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
    let payload: Value = serde_json::from_slice(&output.stdout).expect("JSON");

    let stack = start().await;
    deliver(&stack, System::WooCommerce, "order.updated", &payload).await;
    let is_shipped = async || kinds(&stack).contains(&"shipment.shipped".to_owned());
    mailed_within(MAILED_WITHIN, &stack, "the parcel is told", is_shipped).await;
    let mails = stack.mails();
    let mut shipped = mails.iter().filter_map(|mail| mail.content.text.clone());
    let shipped = shipped.rfind(|text| text.contains("00340434161094022115"));
    let text = shipped.expect("the mail of the parcel");
    let of = |part: &str| text.find(part).unwrap_or_else(|| panic!("{part}: {text}"));
    assert!(
        of("Becher") < of("Schale mit Gravur"),
        "in the parcel, then what is still to come: {text}"
    );
    assert!(!text.contains("Holzlöffel"), "what is not shipped is not to come: {text}");
    stack.stop().await;
}

#[test]
fn the_guides_name_each_topic_of_the_recorded_conversations() {
    for system in System::ALL {
        let guide = guide(system).to_lowercase();
        for delivery in conversation(system) {
            let topic = delivery.topic.replace('.', " ");
            // What is deleted is no news, so that no webhook is created for it.
            let is_named = guide.contains(&topic) || delivery.topic == "order.deleted";
            assert!(is_named, "{system}: {topic}");
        }
    }
}
