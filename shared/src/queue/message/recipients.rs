//! To whom the mails of an event go: one mail request for each recipient.

use jiff::Timestamp;

use super::{DispatchRequest, MailRequest};
use crate::contract::email::EmailAddress;
use crate::notification::{AddressHash, NotificationKey, Recipient};

impl DispatchRequest {
    /// Whose notifications the event asks for. The customer is last: whoever finds the customer's in the ledger knows
    /// that those of all copies are there.
    #[must_use]
    pub fn recipients(&self) -> Vec<Recipient> {
        let copy = |address| Recipient::copy_to(&self.event.shop, address);
        let copies = self.routing.copies.iter().map(copy);
        copies.chain([Recipient::Customer]).collect()
    }

    /// The mail request for one of its [recipients](Self::recipients), valid until `send_before`; `None` for another
    /// recipient, whose address it does not know.
    #[must_use]
    pub fn mail_request_for(
        &self,
        recipient: Recipient,
        send_before: Timestamp,
    ) -> Option<MailRequest> {
        let customers = || self.clone().into_mail_request(send_before);
        if recipient == Recipient::Customer {
            return Some(customers());
        }
        let is_it = |address: &&EmailAddress| {
            recipient.address_hash() == Some(AddressHash::new(&self.event.shop, address))
        };
        let address = match recipient {
            // An event that corrects the address names it as the customer's.
            Recipient::Corrected(_) => Some(&self.event.order.customer.email).filter(is_it),
            _ => self.routing.copies.iter().find(is_it),
        }?;
        Some(customers().addressed_to(recipient, address.clone()))
    }
}

impl MailRequest {
    /// The same request for another recipient, who is not the customer at the event's address. `recipient` must be of
    /// this address, or nobody can parse the request.
    #[must_use]
    pub fn addressed_to(self, recipient: Recipient, address: EmailAddress) -> Self {
        let key = NotificationKey { recipient, ..self.key };
        Self { key, other_address: Some(address), ..self }
    }

    /// Where the mail goes.
    #[must_use]
    pub fn to(&self) -> &EmailAddress {
        self.other_address.as_ref().unwrap_or(&self.event.order.customer.email)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::ids::CorrelationId;
    use crate::routing::Routing;
    use serde_json::json;

    const ACCEPTED_AT: Timestamp = Timestamp::constant(1_763_900_000, 0);

    fn address(text: &str) -> EmailAddress {
        EmailAddress::parse(text).expect("an address")
    }

    /// A request of the customer jo@example.com, and of these copies.
    fn request(copies: &[&str]) -> DispatchRequest {
        let price = json!({ "amount": 1490, "currency": "EUR" });
        let event = json!({
            "specversion": "1.0", "source": "shop", "id": "e-1", "type": "order.confirmed",
            "data": { "order": {
                "id": "1001", "customer": { "email": "jo@example.com" },
                "lines": [{ "sku": "MUG", "title": "Mug", "quantity": 1, "unit_price": price }],
                "totals": { "total": price },
            } }
        });
        let id = CorrelationId::parse("c-1").expect("valid");
        let copies = copies.iter().map(|text| address(text)).collect();
        let routing = Routing { is_off: false, copies };
        let body = DispatchRequest::body_of_arrival(&event, ACCEPTED_AT, &id, &routing, None, None);
        DispatchRequest::parse(&body).expect("valid")
    }

    #[test]
    fn each_recipient_has_a_mail_request_with_its_own_address_and_the_customer_is_last() {
        let request = request(&["a@north.example", "b@north.example"]);
        let recipients = request.recipients();
        let mails = recipients.iter().map(|it| request.mail_request_for(*it, ACCEPTED_AT));
        let mails: Vec<MailRequest> = mails.map(|mail| mail.expect("its own")).collect();
        let addresses: Vec<&str> = mails.iter().map(|mail| mail.to().expose()).collect();
        assert_eq!(addresses, ["a@north.example", "b@north.example", "jo@example.com"]);
        for (mail, recipient) in mails.iter().zip(&recipients) {
            assert_eq!(mail.key.recipient, *recipient);
            assert_eq!(MailRequest::parse(&mail.to_body()).as_ref(), Ok(mail));
        }
        let shop = &request.event.shop;
        for role in [Recipient::copy_to, Recipient::corrected_to] {
            let unknown = role(shop, &address("c@north.example"));
            assert_eq!(request.mail_request_for(unknown, ACCEPTED_AT), None);
        }
        let corrected = Recipient::corrected_to(shop, mails[2].to());
        let mail = request.mail_request_for(corrected, ACCEPTED_AT).expect("the event's own");
        assert_eq!((mail.to().expose(), mail.key.recipient), ("jo@example.com", corrected));
        assert_eq!(request.news_for(corrected), request.news(), "it is told to the customer");
    }

    #[test]
    fn a_mail_request_to_another_address_than_its_recipients_is_refused() {
        let request = request(&[]);
        let (own, other) = (address("a@north.example"), address("b@north.example"));
        let shop = request.event.shop.clone();
        for role in [Recipient::copy_to, Recipient::corrected_to] {
            let to = |recipient, address| {
                let mail = request.clone().into_mail_request(ACCEPTED_AT);
                MailRequest::parse(&mail.addressed_to(recipient, address).to_body())
            };
            let mail = to(role(&shop, &own), own.clone()).expect("its own address");
            assert_eq!(mail.to(), &own);
            for refused in [
                to(role(&shop, &own), other.clone()),
                to(Recipient::Customer, own.clone()),
                MailRequest::parse(&mail.to_body().replace(r#""to":"a@north.example","#, "")),
            ] {
                let why = refused.expect_err("refused").to_string();
                assert!(why.contains("/to"), "{why}");
            }
        }
    }
}
