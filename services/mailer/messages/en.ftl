### The sentences of the mails that customers get from a shop about their orders. English, for all English-speaking
### countries: dates, numbers and money follow the customer's own country without any work here, and of the words that
### differ those stand here which British and American shops both use.
###
### To translate them: copy this file to the code of your language, such as `sv.ftl`, and translate what stands after
### each `=`. The names before the `=` stay. Write as a good shop of your country writes, not word by word; sentences
### may be put in another order, joined or split within a message. Comments need not be copied.
### `cargo test -p waybill-mailer --lib message_files` says what
### is missing or misspelt; `cargo run -p waybill-ops -- preview KIND --locale CODE` shows the mails. The syntax is Project
### Fluent's (https://projectfluent.org/fluent/guide/).
###
### - Plain text: no markup, no web addresses, no line breaks that mean something. An indented line goes on with the
###   sentence of the line before.
### - `{ $name }` is replaced. Each such variable of a message must stay in it, spelt the same. What comes in its place is
###   finished text: a day is written by the rules of the country (`Tuesday 24 November`), and so is an amount of money.
###   Its grammar cannot change, so build the sentence around it: `Expected: { $day }` where a day cannot follow a word.
###   Often there are: `$order`, the order's number (`#1001`); `$carrier` (`DHL`); `$day` (`Tuesday 24 November`; of another
###   year `Tuesday 5 January 2027`); `$amount` (`€14.90`); `$method`, where money comes from or goes to (`Visa ending
###   4242`); `$place`, where an order is picked up (`Store 7`); `$article`, its name as the shop writes it.
### - Variables that choose one of several wordings:
###   `$share` is how much of the order a parcel holds: `whole` (all of it), `part` (a part; the rest follows later) or
###   `parcel` (one parcel of several; nobody says whether more will follow).
###   `$count` is a number and chooses by the plural forms of your language (https://cldr.unicode.org/index/cldr-spec/plural-rules):
###   give each form that your language has. `[0]` and `[1]` are exactly these numbers.
###   `$extent`, `$delivery`: what stands at the message.
###   A language that needs no difference writes one sentence and no choice.
### - The sentence in each case is whole: nothing is put together of pieces, so translate each for itself.
### - Formality: where your language has a formal and an informal way to address the customer (Sie and du, vous and tu),
###   the message is formal, and an attribute `.informal` has the other wording:
###       confirmed-lead = Wir haben Ihre Bestellung { $order } erhalten.
###           .informal = Wir haben deine Bestellung { $order } erhalten.
###   Give `.informal` to every message that addresses the customer, and to no other. Where good shops know one form alone
###   (Swedish du), write that one, without attributes.
### - Labels and buttons are short: about 20 characters for a label, 25 for a button, 16 for a step.
### - Use the quotation marks, dashes, and the spaces before signs that your language has; a no-break space (U+00A0) where
###   a line must not break.

# How the shops of your country mostly address their customers: `formal` or `informal`. A shop's setting `formality` goes
# before it. `formal` too where there is one form alone.
usual-formality = formal

## The frame of every mail

# Subject of a copy that goes to somebody else, such as the shop's accountant. $subject: the subject of the customer's mail.
copy-subject = Copy: { $subject }
# At the top beside the shop's name; also the subject when the customer writes to the shop. $order: the order's number, such as "#1001".
order-and-number = Order { $order }
# The first line. $name: the customer's full name, as typed in the shop.
greeting = Hello { $name },
# The first line where the name is not known.
greeting-without-name = Hello,
# At the end. $email: the shop's address for questions, shown as a link. $order: the order's number.
questions = Any questions? Email us at { $email } and mention order { $order }.
# The last line: why the reader gets this mail. $shop: the shop's name.
why-you-get-this = You’re receiving this email because you placed an order with { $shop }.
# The last line of a copy.
why-you-get-a-copy = This is a copy. The email itself is for the customer who placed the order with { $shop }.
# Button and link to the page of the order in the shop.
view-order = View your order

## Links to pages of the shop, in a row below the mail

# How something is sent back.
link-returns = Returns
# Answers to questions, or the customer service.
link-help = Help
# The customer's account in the shop.
link-account = Your account
# The terms of sale.
link-terms = Terms and conditions
# What becomes of personal data.
link-privacy = Privacy policy

## Progress: four steps in a row, each in a narrow column

step-ordered = Ordered
# The parcel left the shop.
step-shipped = Shipped
# The driver has it on board.
step-out-for-delivery = Out for delivery
step-delivered = Delivered
# It is on its way to the place where the customer will pick it up.
step-on-its-way = On its way
# It can be picked up.
step-ready = Ready
step-picked-up = Picked up
# What a screen reader says of the row. $step: number of the step reached; $steps: number of all steps; $name: its name, as above.
step-spoken = Step { $step } of { $steps }: { $name }

## Signs between texts

# A label before what it names, in running text: "Engraving: FOR A.", "Reason: sold out". No sentence.
label-and-value = { $label }: { $value }
# In the plain-text part, above a web address on a line of its own. $label: a button's or link's words.
label-of-link = { $label }:
# A remark behind a text: "Gift card (1234)", "Linen (€24.00 per m)".
text-with-remark = { $text } ({ $remark })

## Lists of articles

# How many, before the article's name. $quantity: a number, such as "2".
pieces = { $quantity } ×
# How much, of what has a unit. $unit: the shop's word, such as "m" or "kg": "1.5 m".
quantity-with-unit = { $quantity } { $unit }
# $quantity: as made by the two messages above. $article: its name.
quantity-and-article = { $quantity } { $article }
# Between articles that follow each other in one line. Their names contain commas.
articles-in-a-row = { $first }; { $second }
# Below a long list: the articles that are only named. $articles: as made by the message above.
also-in-list = And also: { $articles }
# The end of a very long list. $count: the number of articles that are not named.
more-in-list =
    { $count ->
        [one] … and 1 more item
       *[other] … and { $count } more items
    }
# Link below such a list.
see-whole-order = View the whole order
# Below an article that is a part of a set. $set: the set's name.
part-of-set = Part of: { $set }
# Below an article that is still to come. $day: such as "Tuesday 24 November".
article-expected = Estimated delivery: { $day }
# What is in the parcel, beside the subject in the list of mails. $article: the first article's name; $count: the number of the others.
parcel-contents =
    { $count ->
        [0] Inside: { $article }.
        [one] Inside: { $article } and 1 more item.
       *[other] Inside: { $article } and { $count } more items.
    }
# What is cancelled, beside the subject in the list of mails. As above.
cancelled-contents =
    { $count ->
        [0] Cancelled: { $article }.
        [one] Cancelled: { $article } and 1 more item.
       *[other] Cancelled: { $article } and { $count } more items.
    }

## What an order costs

# When the order was placed. $time: day and time, such as "20 November 2026 at 10:30".
placed-at = Ordered on { $time }
# A time in UTC. $time: as above.
time-in-utc = { $time } UTC
# Price of one piece.
price-each = { $price } each
# Price of one unit. $unit: such as "m".
price-per-unit = { $price } per { $unit }
# How the price of a line comes about: "2 × €14.90", "1.5 m × €24.00".
quantity-times-price = { $quantity } × { $price }
row-subtotal = Subtotal
row-discount = Discount
row-shipping = Shipping
# Instead of an amount, where shipping costs nothing.
shipping-free = Free
row-fee = Fee
row-tip = Tip
row-duties = Duties
row-tax = Tax
row-gift-card = Gift card
# Store credit.
row-credit = Store credit
row-rounding = Rounding
row-total = Total
row-paid = Paid
row-due = Amount due
# Below the total: tax that is within it.
tax-included = including tax: { $amount }
# The same where the tax has a name. $tax: such as "VAT 19 %".
named-tax-included = including { $tax }: { $amount }

## Parcel, address and pick-up

# Label. $carrier comes after it: "Carrier  DHL".
carrier = Carrier
# Label.
tracking-number = Tracking number
# Label before the web address of a tracking page, in the plain-text part, where a parcel has several.
tracking-page = Track it at
# Button and link.
track-parcel = Track your parcel
# Button after the delivery: leads to the carrier's page.
delivery-details = Delivery details
# Label before a day.
expected = Estimated delivery
# Instead of the day.
expected-today = Today
# Label before the reason that the shop gives.
reason = Reason
# Heading of the list of articles in the parcel.
in-this-parcel = What’s included
# Heading of the list of articles that are not in this parcel.
still-to-come = Still to come
# Below that heading.
still-to-come-note = The rest will be sent separately. We’ll let you know when it’s on its way.
# Heading.
delivery-address = Delivery address
# Heading of the place where the customer picks it up.
pickup-place = Pickup location
# Label before the code that the customer needs there.
pickup-code = Pickup code
# Label before the last day on which it can be picked up.
pickup-until = Pick up by
# Link to a page about the place.
pickup-page = About this location
# Heading.
your-order = Your order
# Below that heading.
your-order-number = Order number: { $order }

## order.confirmed: we have the order

confirmed-subject = We’ve received your order { $order }
# Beside the subject in the list of mails. $total: what the order costs.
confirmed-preheader = Total: { $total }. Here’s what you ordered.
confirmed-preheader-without-total = Here’s what you ordered.
confirmed-heading = Thank you for your order
# $delivery: `pickup` (the customer will pick it up), `shipping` (it will be sent) or `none` (there is nothing to send).
confirmed-lead =
    { $delivery ->
        [pickup] We’ve received your order { $order } and are getting it ready. We’ll let you know when you can pick it up.
        [shipping] We’ve received your order { $order } and are getting it ready. We’ll let you know when it’s on its way.
       *[none] We’ve received your order { $order } and are getting it ready.
    }
# Heading of the list of articles.
confirmed-articles = What you ordered

## order.updated: the shop or the customer changed the order

order-updated-subject = Your order { $order } has changed
order-updated-preheader = Here’s your updated order.
order-updated-heading = Your order has changed
order-updated-lead = Your order { $order } has changed. Here’s how it looks now.
# Heading of the list of changes, which are the messages below.
order-updated-changes = What changed
# Heading of the list of articles.
order-updated-articles = Your updated order
# $article: with its quantity, such as "2 × Mug".
change-added = Added: { $article }
change-removed = Removed: { $article }
# $article: with its new quantity; $before: the quantity before: "3 × Mug instead of 2 ×".
change-quantity = { $article } instead of { $before }
# $before, $now: an article, each with its quantity.
change-replaced = { $now } instead of { $before }
# $before, $now: the price.
change-price = Price of { $article }: { $now } instead of { $before }
change-total = Total: { $now } instead of { $before }
change-shipping-address = New delivery address (see below)
change-pickup = New pickup details (see below)
change-billing-address = New billing address
# The end of a long list of changes.
change-more =
    { $count ->
        [one] And 1 more change.
       *[other] And { $count } more changes.
    }

## order.payment_failed: the payment did not go through

payment-failed-subject = Your payment for order { $order } didn’t go through
payment-failed-preheader-with-day = Please pay by { $day }.
payment-failed-preheader = Please try again.
payment-failed-heading = Your payment didn’t go through
# Above a button that leads to the payment.
payment-failed-lead = Your payment for order { $order } didn’t go through. Please try again.
# Where there is no such button.
payment-failed-lead-without-link = Your payment for order { $order } didn’t go through. Please try again, or let us know if you need help.
# Label before the amount.
payment-failed-amount = Amount due
# Label before the means of payment, such as "Visa ending 4242".
payment-failed-method = Payment method
# Label before a day.
payment-failed-pay-by = Please pay by
# Button.
payment-failed-button = Pay now

## order.cancelled: the order, or a part of it, is cancelled

# $extent: `whole` or `part`.
cancelled-subject =
    { $extent ->
        [part] Part of your order { $order } has been cancelled
       *[whole] Your order { $order } has been cancelled
    }
# $amount: the money that the customer gets back.
cancelled-preheader-with-refund = You’ll get { $amount } back.
cancelled-heading =
    { $extent ->
        [part] Part of your order has been cancelled
       *[whole] Your order has been cancelled
    }
# $extent: `whole`, `part` or `part-with-rest` (it is known that the order holds more).
cancelled-lead =
    { $extent ->
        [part] We’ve cancelled part of your order { $order }.
        [part-with-rest] We’ve cancelled part of your order { $order }. The rest of your order isn’t affected.
       *[whole] We’ve cancelled your order { $order }.
    }
# Also beside the subject in the list of mails.
cancelled-not-charged = You haven’t been charged.
# Below the amount that the customer gets back. $method: where to, such as "Visa ending 4242"; $day: until when.
cancelled-refund-to-by = Your refund will go to { $method } and should arrive by { $day }.
cancelled-refund-to = Your refund will go to { $method }.
cancelled-refund-by = Your refund should arrive by { $day }.
# Heading of the list of articles.
cancelled-articles = Cancelled items

## order.refunded: the customer gets money back

refunded-subject = Refund of { $amount } for order { $order }
# Beside the subject in the list of mails. $method: where to, such as "Visa ending 4242".
refunded-preheader-to-by = On its way to { $method }, expected by { $day }.
refunded-preheader-to = On its way to { $method }.
refunded-preheader-by = On its way to you, expected by { $day }.
refunded-preheader = On its way to you.
refunded-heading = Your refund is on its way
refunded-in-full = We’ve refunded your order { $order } in full.
# The last of several refunds.
refunded-rest = We’ve refunded the rest of your order { $order }, so it’s now refunded in full.
refunded-part = We’ve refunded part of your order { $order }.
# Where it is not known how much of the order's price this is.
refunded-amount = We’ve refunded { $amount } for your order { $order }.
# Label before the amount; also in the mail about a cancellation.
refund-amount = Refund amount
# Label before the account or card.
refund-to = Refunded to
# Label before a day.
refund-expected-by = Expected by
# Label before what the whole order cost.
refund-order-total = Order total
# Below a day until which the money should be there.
refunded-note-with-day = How soon the money appears in your account depends on your bank. If it hasn’t arrived by the date above, please let us know.
refunded-note = How soon the money appears in your account depends on your bank. If it hasn’t arrived within two weeks, please let us know.

## order.withdrawal_received: the receipt for a consumer's withdrawal from the contract (EU law: Widerruf, rétractation)

withdrawal-subject = We’ve received your withdrawal notice for order { $order }
# $time: day and time.
withdrawal-preheader-with-time = Received on { $time }.
withdrawal-preheader = Here’s your confirmation that we’ve received it.
withdrawal-heading = We’ve received your withdrawal notice
withdrawal-lead = This is to confirm that we’ve received your notice of withdrawal from the contract for order { $order }.
# Label before day and time.
withdrawal-received-on = Received on
# Label before the number of the withdrawal.
withdrawal-id = Reference
# Heading of the customer's own words.
withdrawal-content = Your statement
# Heading of the list of articles.
withdrawal-articles = Items covered

## shipment.shipped: a parcel left the shop

shipped-subject =
    { $share ->
        [whole] Your order { $order } is on its way
        [part] Part of your order { $order } is on its way
       *[parcel] A parcel from your order { $order } is on its way
    }
# Beside the subject in the list of mails. $contents: a whole sentence, the message parcel-contents, or nothing.
shipped-preheader-with-carrier = Estimated delivery: { $day } with { $carrier }. { $contents }
shipped-preheader = Estimated delivery: { $day }. { $contents }
shipped-heading =
    { $share ->
        [whole] Your order is on its way
        [part] Part of your order is on its way
       *[parcel] Your parcel is on its way
    }
shipped-lead =
    { $share ->
        [whole] We’ve shipped your order { $order }, all in one parcel.
        [part] We’ve shipped part of your order { $order }. The rest will follow as soon as possible.
       *[parcel] We’ve shipped a parcel from your order { $order }.
    }

## On its way to a place where the customer will pick it up (shipment.shipped, shipment.out_for_delivery)

to-pickup-heading = Your order is on its way
# $place: the name of the shop or station.
to-pickup-lead-with-place =
    { $share ->
        [whole] Your order { $order } is on its way to { $place }. We’ll let you know when you can pick it up.
        [part] Part of your order { $order } is on its way to { $place }. We’ll let you know when you can pick it up.
       *[parcel] A parcel from your order { $order } is on its way to { $place }. We’ll let you know when you can pick it up.
    }
to-pickup-lead =
    { $share ->
        [whole] Your order { $order } is on its way. We’ll let you know when you can pick it up.
        [part] Part of your order { $order } is on its way. We’ll let you know when you can pick it up.
       *[parcel] A parcel from your order { $order } is on its way. We’ll let you know when you can pick it up.
    }
# Beside the subject in the list of mails. $contents: the message parcel-contents, or nothing.
to-pickup-preheader-with-carrier = On its way with { $carrier }. { $contents }
to-pickup-preheader = On its way. { $contents }

## shipment.updated: the parcel has a new carrier, number, link or day

updated-subject =
    { $share ->
        [whole] Updated delivery details for your order { $order }
        [part] Updated delivery details for part of your order { $order }
       *[parcel] Updated delivery details for a parcel from your order { $order }
    }
updated-heading = Updated delivery details
updated-lead =
    { $share ->
        [whole] The delivery details for your order { $order } have been updated. Here’s the latest.
        [part] The delivery details for part of your order { $order } have been updated. Here’s the latest.
       *[parcel] The delivery details for a parcel from your order { $order } have been updated. Here’s the latest.
    }
# Where the day alone is new.
updated-day-subject =
    { $share ->
        [whole] New estimated delivery date for your order { $order }
        [part] New estimated delivery date for part of your order { $order }
       *[parcel] New estimated delivery date for a parcel from your order { $order }
    }
updated-day-heading = New estimated delivery date
updated-day-lead =
    { $share ->
        [whole] There’s a new estimated delivery date for your order { $order }.
        [part] There’s a new estimated delivery date for part of your order { $order }.
       *[parcel] There’s a new estimated delivery date for a parcel from your order { $order }.
    }
# Beside the subject in the list of mails: one of these.
updated-preheader-number-with-carrier = Tracking number { $number } with { $carrier }.
updated-preheader-number = Tracking number { $number }.
updated-preheader-numbers =
    { $count ->
        [one] 1 tracking number.
       *[other] { $count } tracking numbers.
    }
updated-preheader-carrier = On its way with { $carrier }.
updated-preheader-day = Estimated delivery: { $day }.
updated-preheader-pickup = Here’s how to pick it up.
updated-preheader-page = Here’s where to track it.

## shipment.delayed: later than the shop said

delayed-subject-with-day =
    { $share ->
        [whole] Your order { $order } is delayed: now expected { $day }
        [part] Part of your order { $order } is delayed: now expected { $day }
       *[parcel] A parcel from your order { $order } is delayed: now expected { $day }
    }
delayed-subject =
    { $share ->
        [whole] Your order { $order } is delayed
        [part] Part of your order { $order } is delayed
       *[parcel] A parcel from your order { $order } is delayed
    }
# $contents: the message parcel-contents, or nothing.
delayed-preheader = We’re sorry about the delay. { $contents }
delayed-heading = Your parcel is delayed
# The new day follows below.
delayed-lead =
    { $share ->
        [whole] We’re sorry, but your order { $order } will arrive later than expected.
        [part] We’re sorry, but part of your order { $order } will arrive later than expected.
       *[parcel] We’re sorry, but a parcel from your order { $order } will arrive later than expected.
    }
delayed-lead-without-day =
    { $share ->
        [whole] We’re sorry, but your order { $order } will arrive later than expected. We don’t have a new delivery date yet.
        [part] We’re sorry, but part of your order { $order } will arrive later than expected. We don’t have a new delivery date yet.
       *[parcel] We’re sorry, but a parcel from your order { $order } will arrive later than expected. We don’t have a new delivery date yet.
    }
# Label before the day.
delayed-new-day = New estimated delivery
delayed-note-with-day = You don’t need to do anything. If the new date doesn’t work for you, let us know and we’ll see what we can do.
delayed-note = You don’t need to do anything. If the delay is a problem for you, let us know and we’ll see what we can do.
# Heading of the list of articles.
delayed-articles = Delayed items

## shipment.out_for_delivery: it arrives today

out-for-delivery-subject =
    { $share ->
        [whole] Arriving today: your order { $order }
        [part] Arriving today: part of your order { $order }
       *[parcel] Arriving today: a parcel from your order { $order }
    }
out-for-delivery-preheader-with-carrier = Out for delivery with { $carrier }. { $contents }
out-for-delivery-preheader = Out for delivery. { $contents }
out-for-delivery-heading = Arriving today
out-for-delivery-lead =
    { $share ->
        [whole] Your order { $order } is out for delivery and should arrive today.
        [part] Part of your order { $order } is out for delivery and should arrive today.
       *[parcel] A parcel from your order { $order } is out for delivery and should arrive today.
    }

## shipment.delivery_attempted: nobody was there, or it could not be handed over

attempted-subject =
    { $share ->
        [whole] Your order { $order } couldn’t be delivered
        [part] Part of your order { $order } couldn’t be delivered
       *[parcel] A parcel from your order { $order } couldn’t be delivered
    }
attempted-preheader = The next attempt is on { $day }.
attempted-heading = Your parcel couldn’t be delivered
attempted-lead-with-carrier =
    { $share ->
        [whole] { $carrier } tried to deliver your order { $order } but couldn’t.
        [part] { $carrier } tried to deliver part of your order { $order } but couldn’t.
       *[parcel] { $carrier } tried to deliver a parcel from your order { $order } but couldn’t.
    }
attempted-lead =
    { $share ->
        [whole] Your order { $order } couldn’t be delivered.
        [part] Part of your order { $order } couldn’t be delivered.
       *[parcel] A parcel from your order { $order } couldn’t be delivered.
    }
# Label before a day.
attempted-next = Next attempt

## shipment.ready_for_pickup: the customer can pick it up

ready-subject =
    { $share ->
        [whole] Your order { $order } is ready to pick up
        [part] Part of your order { $order } is ready to pick up
       *[parcel] A parcel from your order { $order } is ready to pick up
    }
# Beside the subject in the list of mails. $place: the name of the shop or station.
ready-preheader-at-until = Pick it up at { $place } by { $day }.
ready-preheader-at = Pick it up at { $place }.
ready-preheader-until = Pick it up by { $day }.
ready-preheader = It’s ready and waiting for you.
ready-heading = Ready to pick up
ready-lead-with-place =
    { $share ->
        [whole] Your order { $order } is ready to pick up at { $place }.
        [part] Part of your order { $order } is ready to pick up at { $place }.
       *[parcel] A parcel from your order { $order } is ready to pick up at { $place }.
    }
ready-lead =
    { $share ->
        [whole] Your order { $order } is ready to pick up.
        [part] Part of your order { $order } is ready to pick up.
       *[parcel] A parcel from your order { $order } is ready to pick up.
    }
# Heading of the list of articles.
ready-articles = Your items

## shipment.delivered: it's there

delivered-subject =
    { $share ->
        [whole] Delivered: your order { $order }
        [part] Delivered: part of your order { $order }
       *[parcel] Delivered: a parcel from your order { $order }
    }
delivered-heading = Your parcel has arrived
delivered-lead-with-carrier =
    { $share ->
        [whole] { $carrier } has delivered your order { $order }. We hope you like it.
        [part] { $carrier } has delivered part of your order { $order }. We hope you like it.
       *[parcel] { $carrier } has delivered a parcel from your order { $order }. We hope you like it.
    }
delivered-lead =
    { $share ->
        [whole] We’ve just heard that your order { $order } has been delivered. We hope you like it.
        [part] We’ve just heard that part of your order { $order } has been delivered. We hope you like it.
       *[parcel] We’ve just heard that a parcel from your order { $order } has been delivered. We hope you like it.
    }
# Heading.
delivered-not-found = Can’t find it?
delivered-not-found-help = Check the places where parcels are usually left, and ask the people next door. If it doesn’t turn up, or if anything is missing or damaged, let us know.

## shipment.delivered, of what the customer picked up

picked-up-subject =
    { $share ->
        [whole] Picked up: your order { $order }
        [part] Picked up: part of your order { $order }
       *[parcel] Picked up: a parcel from your order { $order }
    }
picked-up-heading = Pickup confirmed
picked-up-lead-with-place =
    { $share ->
        [whole] Your order { $order } has been picked up at { $place }. We hope you like it.
        [part] Part of your order { $order } has been picked up at { $place }. We hope you like it.
       *[parcel] A parcel from your order { $order } has been picked up at { $place }. We hope you like it.
    }
picked-up-lead =
    { $share ->
        [whole] Your order { $order } has been picked up. We hope you like it.
        [part] Part of your order { $order } has been picked up. We hope you like it.
       *[parcel] A parcel from your order { $order } has been picked up. We hope you like it.
    }

## shipment.returned: the parcel goes back to the shop

returned-subject =
    { $share ->
        [whole] Your order { $order } is on its way back to us
        [part] Part of your order { $order } is on its way back to us
       *[parcel] A parcel from your order { $order } is on its way back to us
    }
returned-heading = Your parcel is on its way back to us
returned-lead =
    { $share ->
        [whole] Your order { $order } is on its way back to us. Get in touch and we’ll work out what happens next.
        [part] Part of your order { $order } is on its way back to us. Get in touch and we’ll work out what happens next.
       *[parcel] A parcel from your order { $order } is on its way back to us. Get in touch and we’ll work out what happens next.
    }
