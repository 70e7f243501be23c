//! What a mail will look like is known before it is sent: on the preview page, and by `waybill preview`.

use http::StatusCode;
use serde_json::json;

use crate::ops::process::waybill;
use crate::support::TestStack;
use crate::support::http::request;

#[tokio::test(flavor = "multi_thread")]
async fn settings_look_before_they_are_put_as_the_mailer_has_them_afterwards() {
    let stack = TestStack::start().await;
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("north.json").display().to_string();
    let settings = json!({
        "brand": { "name": "Norden", "url": "https://n.example", "support_email": "h@n.example" },
        "default_locale": "de", "formality": "informal",
        "wording": { "de": { "delivered-heading": "Ist da!" } },
    });
    std::fs::write(&file, settings.to_string()).expect("written");
    let preview = ["preview", "shipment.delivered", "--locale", "de"];
    let of_file = [&preview[..], &["--shop-settings", &file]].concat();
    let before = waybill(&stack, &of_file).await;
    assert_eq!(before.code, Some(0), "{before:#?}");
    assert!(before.stdout.contains("Ist da!") && before.stdout.contains("Norden"), "{before:#?}");

    let in_no_language =
        waybill(&stack, &["preview", "shipment.delivered", "--locale", "tlh"]).await;
    assert_eq!(in_no_language.code, Some(2), "{in_no_language:#?}");
    assert!(in_no_language.stderr.contains("in the shop's default_locale"), "{in_no_language:#?}");

    let of_shop = [&preview[..], &["--shop", "north"]].concat();
    let unknown = waybill(&stack, &of_shop).await;
    assert_eq!(unknown.code, Some(2), "{unknown:#?}");
    assert!(unknown.stderr.contains("The shop north has no settings"), "{unknown:#?}");
    let put = waybill(&stack, &["shop", "put", "north", &file, "--reason", "new"]).await;
    assert_eq!(put.code, Some(0), "{put:#?}");
    assert_eq!(waybill(&stack, &of_shop).await.stdout, before.stdout);

    // The page has its mails from a process of the executable whose mailer sends them.
    let path = "/preview?shop=north&kind=shipment.delivered&language=de&view=text";
    let page = request(stack.stack.address, "GET", path, &[], b"").await;
    let text = String::from_utf8_lossy(&page.body);
    assert_eq!(page.status, StatusCode::OK, "{text}");
    assert!(text.contains("Ist da!") && text.contains("Norden"), "{text}");
    stack.stop().await;
}
