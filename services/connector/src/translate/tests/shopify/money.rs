//! Money: what an order costs, what goes back, and what an edit changes of it.

use super::*;

#[test]
fn money_is_in_what_the_customer_paid_and_adds_up_in_named_rows() {
    let (shown, total) = rows(&events(&order())[0]);
    assert_eq!(shown, ["Subtotal 10000", "Shipping 500"]);
    assert_eq!(total, 10_500);
    let all = with(
        order(),
        json!({
            "currency": "EUR", "taxes_included": false, "total_tip_received": "3.00",
            "total_discounts_set": set("10.00", "EUR"), "discount_codes": [{ "code": "TEN" }],
            "original_total_duties_set": set("7.00", "EUR"),
            "original_total_additional_fees_set": set("1.00", "EUR"),
            "total_tax_set": set("19.00", "EUR"),
            "tax_lines": [{ "title": "VAT", "rate": 0.19, "price_set": set("19.00", "EUR") }],
            "total_price_set": set("125.00", "EUR"),
        }),
    );
    let events = events(&all);
    let (shown, total) = rows(&events[0]);
    let expected = [
        "Subtotal 10000",
        "Discount -1000",
        "Shipping 500",
        "Fee 100",
        "Tip 300",
        "Duties 700",
        "Tax 1900",
    ];
    assert_eq!(shown, expected);
    assert_eq!(total, 12_500);
    let totals = &events[0].order.totals;
    assert_eq!(totals.tax[0].label.as_ref().map(|label| label.as_str()), Some("VAT 19 %"));
    assert_eq!(totals.discount[0].code.as_ref().map(|code| code.as_str()), Some("TEN"));
}

#[test]
fn what_does_not_add_up_is_rounding_or_the_total_alone() {
    let cents = with(order(), json!({ "total_price_set": set("105.02", "EUR") }));
    assert_eq!(rows(&events(&cents)[0]).0, ["Subtotal 10000", "Shipping 500", "Rounding 2"]);
    let unknown = with(order(), json!({ "total_price_set": set("95.00", "EUR") }));
    let events = events(&unknown);
    assert_eq!(rows(&events[0]), (vec![], 9500));
    assert!(
        events[0].order.lines[0].unit_price.is_none(),
        "prices above the total explain nothing"
    );
}

#[test]
fn a_tip_in_the_shop_s_currency_is_what_is_left_of_the_total() {
    let tip = json!({ "total_tip_received": "3.40", "total_price_set": set("108.00", "EUR") });
    assert_eq!(
        rows(&events(&with(order(), tip))[0]).0,
        ["Subtotal 10000", "Shipping 500", "Tip 300"]
    );
}

#[test]
fn an_edit_is_told_with_what_is_left_of_the_order() {
    let removed = json!([{ "line_item_id": 1, "quantity": 1, "restock_type": "no_restock",
                           "subtotal_set": set("20.00", "EUR"), "total_tax_set": set("0.00", "EUR") }]);
    let mut edited = with(
        order(),
        json!({
            "updated_at": "2026-11-20T10:20:00Z", "refunds": [refund(5, "", removed)],
            "current_total_price_set": set("85.00", "EUR"),
        }),
    );
    edited["line_items"][0]["current_quantity"] = json!(0);
    let told = events(&edited);
    assert_eq!(kinds(&told), ["order.confirmed", "order.updated"], "no refund: no money moved");
    let updated = of_kind(&told, "order.updated");
    assert_eq!(updated.order.lines.len(), 2);
    assert_eq!(rows(updated), (vec!["Subtotal 8000".to_owned(), "Shipping 500".to_owned()], 8500));
    // The money for what was taken out is no refund in full of what is left.
    let nothing = json!([]);
    let paid_back = refund(6, "20.00", nothing);
    edited["refunds"].as_array_mut().expect("a list").push(paid_back);
    edited["current_total_price_set"] = set("65.00", "EUR");
    let told = events(&edited);
    let refunded = of_kind(&told, "order.refunded");
    assert_eq!(refunded.order.totals.total.map(|total| total.amount), Some(10_500));
    let updated = of_kind(&told, "order.updated");
    assert_eq!(updated.order.totals.total.map(|total| total.amount), Some(8500), "as before");
}

#[test]
fn goods_that_came_back_are_still_what_was_bought() {
    let returned = json!([{ "line_item_id": 1, "quantity": 1, "restock_type": "return",
                            "subtotal_set": set("20.00", "EUR") }]);
    for amount in ["20.00", ""] {
        let mut order = with(
            order(),
            json!({ "fulfillments": [fulfillment(8, &[1, 2])],
                                              "refunds": [refund(5, amount, returned.clone())],
                                              "current_total_price_set": set("85.00", "EUR") }),
        );
        order["line_items"][0]["current_quantity"] = json!(0);
        let told = events(&order);
        let is_refunded = kinds(&told).contains(&"order.refunded 5".to_owned());
        assert_eq!(is_refunded, !amount.is_empty(), "without money there is no word of it");
        assert!(told.iter().all(|it| it.order.lines.len() == 3 && rows(it).1 == 10_500));
    }
}

#[test]
fn a_refund_says_how_much_and_to_which_card_and_not_why() {
    let told = events(&with(order(), json!({ "refunds": [refund(5, "20.00", json!([]))] })));
    let event = of_kind(&told, "order.refunded");
    let EventPayload::Refunded(refund) = &event.payload else { panic!("{event:?}") };
    let Money { amount, currency } = refund.amount;
    assert_eq!((amount, currency.code(), refund.reason.as_ref()), (2000, "EUR", None));
    assert_eq!(refund.method.as_ref().map(|it| it.as_str()), Some("Visa •••• 4242"));
    assert!(!event.to_json().to_string().contains("shouted"));
}

#[test]
fn a_refund_that_failed_is_none() {
    let mut failed = with(order(), json!({ "refunds": [refund(5, "20.00", json!([]))] }));
    failed["refunds"][0]["transactions"][0]["status"] = json!("failure");
    assert_eq!(kinds(&events(&failed)), ["order.confirmed"]);
}

#[test]
fn a_cancellation_says_of_money_what_went_back_with_it() {
    let cancelled = |members: Value| {
        let cancelled = json!({ "cancelled_at": "2026-11-20T11:30:00Z", "cancel_reason": "fraud" });
        with(with(order(), cancelled), members)
    };
    let unpaid = cancellation(&cancelled(json!({ "financial_status": "voided" })));
    assert!(!unpaid.is_partial());
    assert_eq!((unpaid.refund, unpaid.charged, unpaid.reason), (None, None, None));
    let with_refund = cancelled(json!({ "refunds": [refund(5, "105.00", json!([]))] }));
    let paid = cancellation(&with_refund);
    assert_eq!(paid.refund.map(|it| it.amount), Some(10_500));
    assert_eq!(paid.refund_id.as_ref().map(|id| id.as_str()), Some("5"));
    let mut earlier = with_refund;
    earlier["refunds"][0]["created_at"] = json!("2026-11-20T11:00:00Z");
    assert_eq!(cancellation(&earlier).refund, None, "told by its own mail, half an hour before");
    let all = events(&cancelled(json!({})));
    assert!(all.iter().all(|event| !event.to_json().to_string().contains("fraud")));
}
