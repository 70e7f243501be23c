### Deutsch. Anrede: Sie; `.informal`: du, klein geschrieben. Was dort nicht steht, spricht niemanden an.

usual-formality = formal

## The frame of every mail

copy-subject = Kopie: { $subject }
order-and-number = Bestellung { $order }
greeting = Guten Tag { $name },
    .informal = Hallo { $name },
greeting-without-name = Guten Tag,
    .informal = Hallo,
questions = Haben Sie Fragen? Schreiben Sie an { $email } und nennen Sie bitte Ihre Bestellnummer: { $order }.
    .informal = Hast du Fragen? Schreib an { $email } und nenne bitte deine Bestellnummer: { $order }.
why-you-get-this = Sie erhalten diese E-Mail, weil Sie bei { $shop } bestellt haben.
    .informal = Du erhältst diese E-Mail, weil du bei { $shop } bestellt hast.
why-you-get-a-copy = Dies ist eine Kopie. Die E-Mail selbst geht an die Person, die bei { $shop } bestellt hat.
view-order = Bestellung ansehen

## Progress

step-ordered = Bestellt
step-shipped = Verschickt
step-out-for-delivery = In Zustellung
step-delivered = Zugestellt
step-on-its-way = Unterwegs
step-ready = Abholbereit
step-picked-up = Abgeholt
step-spoken = Schritt { $step } von { $steps }: { $name }

## Signs between texts

label-and-value = { $label }: { $value }
label-of-link = { $label }:
text-with-remark = { $text } ({ $remark })

## Lists of articles

pieces = { $quantity } ×
quantity-with-unit = { $quantity } { $unit }
quantity-and-article = { $quantity } { $article }
articles-in-a-row = { $first }; { $second }
also-in-list = Außerdem: { $articles }
more-in-list =
    { $count ->
        [one] … und 1 weiterer Artikel
       *[other] … und { $count } weitere Artikel
    }
see-whole-order = Ganze Bestellung ansehen
part-of-set = Teil von { $set }
article-expected = Voraussichtlich { $day }
parcel-contents =
    { $count ->
        [0] Darin: { $article }.
        [one] Darin: { $article } und 1 weiterer Artikel.
       *[other] Darin: { $article } und { $count } weitere Artikel.
    }
cancelled-contents =
    { $count ->
        [0] Storniert: { $article }.
        [one] Storniert: { $article } und 1 weiterer Artikel.
       *[other] Storniert: { $article } und { $count } weitere Artikel.
    }

## What an order costs

placed-at = Bestellt am { $time }
time-in-utc = { $time } UTC
price-each = je { $price }
price-per-unit = { $price } pro { $unit }
quantity-times-price = { $quantity } × { $price }
row-subtotal = Zwischensumme
row-discount = Rabatt
row-shipping = Versand
shipping-free = Kostenlos
row-fee = Gebühr
row-tip = Trinkgeld
row-duties = Zoll
row-tax = Steuer
row-gift-card = Geschenkgutschein
row-credit = Guthaben
row-rounding = Rundung
row-total = Gesamt
row-paid = Bezahlt
row-due = Noch zu zahlen
tax-included = inkl. { $amount } MwSt.
named-tax-included = inkl. { $amount } { $tax }

## Parcel, address and pick-up

carrier = Versand mit
tracking-number = Sendungsnummer
tracking-page = Verfolgen unter
track-parcel = Sendung verfolgen
delivery-details = Zustellung ansehen
expected = Voraussichtlich
expected-today = Heute
reason = Grund
in-this-parcel = In diesem Paket
still-to-come = Folgt noch
still-to-come-note = Kommt getrennt. Sobald es verschickt ist, schreiben wir Ihnen wieder.
    .informal = Kommt getrennt. Sobald es verschickt ist, schreiben wir dir wieder.
delivery-address = Lieferadresse
pickup-place = Abholort
pickup-code = Abholcode
pickup-until = Abholen bis
pickup-page = Über diesen Ort
your-order = Ihre Bestellung
    .informal = Deine Bestellung
your-order-number = Nummer { $order }

## order.confirmed

confirmed-subject = Wir haben Ihre Bestellung { $order } erhalten
    .informal = Wir haben deine Bestellung { $order } erhalten
confirmed-preheader = Insgesamt { $total }. Hier sehen Sie, was Sie bestellt haben.
    .informal = Insgesamt { $total }. Hier siehst du, was du bestellt hast.
confirmed-preheader-without-total = Hier sehen Sie, was Sie bestellt haben.
    .informal = Hier siehst du, was du bestellt hast.
confirmed-heading = Vielen Dank für Ihre Bestellung
    .informal = Danke für deine Bestellung
confirmed-lead =
    { $delivery ->
        [pickup] Wir haben Ihre Bestellung { $order } erhalten und machen sie fertig. Sobald Sie sie abholen können, schreiben wir Ihnen wieder.
        [shipping] Wir haben Ihre Bestellung { $order } erhalten und machen sie fertig. Sobald sie unterwegs ist, schreiben wir Ihnen wieder.
       *[none] Wir haben Ihre Bestellung { $order } erhalten und machen sie fertig.
    }
    .informal =
    { $delivery ->
        [pickup] Wir haben deine Bestellung { $order } erhalten und machen sie fertig. Sobald du sie abholen kannst, schreiben wir dir wieder.
        [shipping] Wir haben deine Bestellung { $order } erhalten und machen sie fertig. Sobald sie unterwegs ist, schreiben wir dir wieder.
       *[none] Wir haben deine Bestellung { $order } erhalten und machen sie fertig.
    }
confirmed-articles = Das haben Sie bestellt
    .informal = Das hast du bestellt

## order.updated

order-updated-subject = Ihre Bestellung { $order } wurde geändert
    .informal = Deine Bestellung { $order } wurde geändert
order-updated-preheader = Hier sehen Sie Ihre Bestellung, wie sie jetzt ist.
    .informal = Hier siehst du deine Bestellung, wie sie jetzt ist.
order-updated-heading = Ihre Bestellung wurde geändert
    .informal = Deine Bestellung wurde geändert
order-updated-lead = Ihre Bestellung { $order } wurde geändert. Unten sehen Sie sie, wie sie jetzt ist.
    .informal = Deine Bestellung { $order } wurde geändert. Unten siehst du sie, wie sie jetzt ist.
order-updated-changes = Was sich geändert hat
order-updated-articles = Ihre Bestellung jetzt
    .informal = Deine Bestellung jetzt
change-added = Neu: { $article }
change-removed = Nicht mehr in Ihrer Bestellung: { $article }
    .informal = Nicht mehr in deiner Bestellung: { $article }
change-quantity = { $article } statt { $before }
change-replaced = { $now } statt { $before }
change-price = Preis von { $article }: { $now } statt { $before }
change-total = Gesamt: { $now } statt { $before }
change-shipping-address = Andere Lieferadresse: siehe unten
change-pickup = Andere Abholung: siehe unten
change-billing-address = Andere Rechnungsadresse
change-more =
    { $count ->
        [one] Und 1 weitere Änderung.
       *[other] Und { $count } weitere Änderungen.
    }

## order.payment_failed

payment-failed-subject = Die Zahlung Ihrer Bestellung { $order } hat nicht geklappt
    .informal = Die Zahlung deiner Bestellung { $order } hat nicht geklappt
payment-failed-preheader-with-day = Bitte bezahlen Sie bis { $day }.
    .informal = Bitte bezahle bis { $day }.
payment-failed-preheader = Bitte versuchen Sie es noch einmal.
    .informal = Bitte versuch es noch einmal.
payment-failed-heading = Ihre Zahlung hat nicht geklappt
    .informal = Deine Zahlung hat nicht geklappt
payment-failed-lead = Die Zahlung Ihrer Bestellung { $order } hat nicht geklappt. Bitte versuchen Sie es noch einmal.
    .informal = Die Zahlung deiner Bestellung { $order } hat nicht geklappt. Bitte versuch es noch einmal.
payment-failed-lead-without-link = Die Zahlung Ihrer Bestellung { $order } hat nicht geklappt. Bitte versuchen Sie es noch einmal, oder schreiben Sie uns, wenn Sie Hilfe brauchen.
    .informal = Die Zahlung deiner Bestellung { $order } hat nicht geklappt. Bitte versuch es noch einmal, oder schreib uns, wenn du Hilfe brauchst.
payment-failed-amount = Zu zahlen
payment-failed-method = Versucht mit
payment-failed-pay-by = Zahlbar bis
payment-failed-button = Jetzt bezahlen

## order.cancelled

cancelled-subject =
    { $extent ->
        [part] Ein Teil Ihrer Bestellung { $order } ist storniert
       *[whole] Ihre Bestellung { $order } ist storniert
    }
    .informal =
    { $extent ->
        [part] Ein Teil deiner Bestellung { $order } ist storniert
       *[whole] Deine Bestellung { $order } ist storniert
    }
cancelled-preheader-with-refund = Sie erhalten { $amount } zurück.
    .informal = Du bekommst { $amount } zurück.
cancelled-heading =
    { $extent ->
        [part] Ein Teil Ihrer Bestellung ist storniert
       *[whole] Ihre Bestellung ist storniert
    }
    .informal =
    { $extent ->
        [part] Ein Teil deiner Bestellung ist storniert
       *[whole] Deine Bestellung ist storniert
    }
cancelled-lead =
    { $extent ->
        [part] Wir haben einen Teil Ihrer Bestellung { $order } storniert.
        [part-with-rest] Wir haben einen Teil Ihrer Bestellung { $order } storniert. Am Rest Ihrer Bestellung ändert sich nichts.
       *[whole] Wir haben Ihre Bestellung { $order } storniert.
    }
    .informal =
    { $extent ->
        [part] Wir haben einen Teil deiner Bestellung { $order } storniert.
        [part-with-rest] Wir haben einen Teil deiner Bestellung { $order } storniert. Am Rest deiner Bestellung ändert sich nichts.
       *[whole] Wir haben deine Bestellung { $order } storniert.
    }
cancelled-not-charged = Ihnen wurde nichts berechnet.
    .informal = Dir wurde nichts berechnet.
cancelled-refund-to-by = Das Geld geht an { $method } und sollte bis { $day } da sein.
cancelled-refund-to = Das Geld geht an { $method }.
cancelled-refund-by = Das Geld sollte bis { $day } da sein.
cancelled-articles = Das ist storniert

## order.refunded

refunded-subject = Erstattung von { $amount } für Bestellung { $order }
refunded-preheader-to-by = Unterwegs an { $method }, voraussichtlich da bis { $day }.
refunded-preheader-to = Unterwegs an { $method }.
refunded-preheader-by = Unterwegs an Sie, voraussichtlich da bis { $day }.
    .informal = Unterwegs an dich, voraussichtlich da bis { $day }.
refunded-preheader = Unterwegs an Sie.
    .informal = Unterwegs an dich.
refunded-heading = Ihre Erstattung ist unterwegs
    .informal = Deine Erstattung ist unterwegs
refunded-in-full = Wir haben Ihre Bestellung { $order } vollständig erstattet.
    .informal = Wir haben deine Bestellung { $order } vollständig erstattet.
refunded-rest = Wir haben den Rest Ihrer Bestellung { $order } erstattet: Damit ist sie vollständig erstattet.
    .informal = Wir haben den Rest deiner Bestellung { $order } erstattet: Damit ist sie vollständig erstattet.
refunded-part = Wir haben einen Teil Ihrer Bestellung { $order } erstattet.
    .informal = Wir haben einen Teil deiner Bestellung { $order } erstattet.
refunded-amount = Wir haben { $amount } für Ihre Bestellung { $order } erstattet.
    .informal = Wir haben { $amount } für deine Bestellung { $order } erstattet.
refund-amount = Sie erhalten zurück
    .informal = Du bekommst zurück
refund-to = An
refund-expected-by = Da bis
refund-order-total = Bestellwert
refunded-note-with-day = Wann das Geld zu sehen ist, hängt von Ihrer Bank ab. Ist es bis zum genannten Tag nicht da, schreiben Sie uns bitte.
    .informal = Wann das Geld zu sehen ist, hängt von deiner Bank ab. Ist es bis zum genannten Tag nicht da, schreib uns bitte.
refunded-note = Wann das Geld zu sehen ist, hängt von Ihrer Bank ab. Fehlt es nach zwei Wochen noch, schreiben Sie uns bitte.
    .informal = Wann das Geld zu sehen ist, hängt von deiner Bank ab. Fehlt es nach zwei Wochen noch, schreib uns bitte.

## order.withdrawal_received

withdrawal-subject = Wir haben Ihren Widerruf zur Bestellung { $order } erhalten
    .informal = Wir haben deinen Widerruf zur Bestellung { $order } erhalten
withdrawal-preheader-with-time = Eingegangen am { $time }.
withdrawal-preheader = Dies ist Ihre Eingangsbestätigung.
    .informal = Dies ist deine Eingangsbestätigung.
withdrawal-heading = Wir haben Ihren Widerruf erhalten
    .informal = Wir haben deinen Widerruf erhalten
withdrawal-lead = Dies ist Ihre Eingangsbestätigung: Wir haben Ihren Widerruf zur Bestellung { $order } erhalten.
    .informal = Dies ist deine Eingangsbestätigung: Wir haben deinen Widerruf zur Bestellung { $order } erhalten.
withdrawal-received-on = Eingegangen am
withdrawal-id = Widerruf
withdrawal-content = Ihre Erklärung
    .informal = Deine Erklärung
withdrawal-articles = Das widerrufen Sie
    .informal = Das widerrufst du

## shipment.shipped

shipped-subject =
    { $share ->
        [whole] Unterwegs: Ihre Bestellung { $order }
        [part] Ein Teil Ihrer Bestellung { $order } ist unterwegs
       *[parcel] Unterwegs: ein Paket Ihrer Bestellung { $order }
    }
    .informal =
    { $share ->
        [whole] Unterwegs: deine Bestellung { $order }
        [part] Ein Teil deiner Bestellung { $order } ist unterwegs
       *[parcel] Unterwegs: ein Paket deiner Bestellung { $order }
    }
shipped-preheader-with-carrier = Voraussichtlich { $day } mit { $carrier }. { $contents }
shipped-preheader = Voraussichtlich { $day }. { $contents }
shipped-heading =
    { $share ->
        [whole] Ihre Bestellung ist unterwegs
        [part] Ein Teil Ihrer Bestellung ist unterwegs
       *[parcel] Ihr Paket ist unterwegs
    }
    .informal =
    { $share ->
        [whole] Deine Bestellung ist unterwegs
        [part] Ein Teil deiner Bestellung ist unterwegs
       *[parcel] Dein Paket ist unterwegs
    }
shipped-lead =
    { $share ->
        [whole] Ihre Bestellung { $order } hat unser Haus verlassen, alles in einem Paket.
        [part] Ein Paket Ihrer Bestellung { $order } hat unser Haus verlassen. Der Rest folgt so bald wie möglich.
       *[parcel] Ein Paket Ihrer Bestellung { $order } hat unser Haus verlassen.
    }
    .informal =
    { $share ->
        [whole] Deine Bestellung { $order } hat unser Haus verlassen, alles in einem Paket.
        [part] Ein Paket deiner Bestellung { $order } hat unser Haus verlassen. Der Rest folgt so bald wie möglich.
       *[parcel] Ein Paket deiner Bestellung { $order } hat unser Haus verlassen.
    }

## On its way to a place where the customer will pick it up

to-pickup-heading = Ihre Bestellung ist unterwegs
    .informal = Deine Bestellung ist unterwegs
to-pickup-lead-with-place =
    { $share ->
        [whole] Ihre Bestellung { $order } ist unterwegs zum Abholort: { $place }. Sobald Sie sie abholen können, schreiben wir Ihnen wieder.
        [part] Ein Teil Ihrer Bestellung { $order } ist unterwegs zum Abholort: { $place }. Sobald Sie ihn abholen können, schreiben wir Ihnen wieder.
       *[parcel] Ein Paket Ihrer Bestellung { $order } ist unterwegs zum Abholort: { $place }. Sobald Sie es abholen können, schreiben wir Ihnen wieder.
    }
    .informal =
    { $share ->
        [whole] Deine Bestellung { $order } ist unterwegs zum Abholort: { $place }. Sobald du sie abholen kannst, schreiben wir dir wieder.
        [part] Ein Teil deiner Bestellung { $order } ist unterwegs zum Abholort: { $place }. Sobald du ihn abholen kannst, schreiben wir dir wieder.
       *[parcel] Ein Paket deiner Bestellung { $order } ist unterwegs zum Abholort: { $place }. Sobald du es abholen kannst, schreiben wir dir wieder.
    }
to-pickup-lead =
    { $share ->
        [whole] Ihre Bestellung { $order } ist unterwegs. Sobald Sie sie abholen können, schreiben wir Ihnen wieder.
        [part] Ein Teil Ihrer Bestellung { $order } ist unterwegs. Sobald Sie ihn abholen können, schreiben wir Ihnen wieder.
       *[parcel] Ein Paket Ihrer Bestellung { $order } ist unterwegs. Sobald Sie es abholen können, schreiben wir Ihnen wieder.
    }
    .informal =
    { $share ->
        [whole] Deine Bestellung { $order } ist unterwegs. Sobald du sie abholen kannst, schreiben wir dir wieder.
        [part] Ein Teil deiner Bestellung { $order } ist unterwegs. Sobald du ihn abholen kannst, schreiben wir dir wieder.
       *[parcel] Ein Paket deiner Bestellung { $order } ist unterwegs. Sobald du es abholen kannst, schreiben wir dir wieder.
    }
to-pickup-preheader-with-carrier = Unterwegs mit { $carrier }. { $contents }
to-pickup-preheader = Unterwegs. { $contents }

## shipment.updated

updated-subject =
    { $share ->
        [whole] Neue Angaben zu Ihrer Bestellung { $order }
        [part] Neue Angaben zu einem Teil Ihrer Bestellung { $order }
       *[parcel] Neue Angaben zu einem Paket Ihrer Bestellung { $order }
    }
    .informal =
    { $share ->
        [whole] Neue Angaben zu deiner Bestellung { $order }
        [part] Neue Angaben zu einem Teil deiner Bestellung { $order }
       *[parcel] Neue Angaben zu einem Paket deiner Bestellung { $order }
    }
updated-heading = Neue Angaben zu Ihrem Paket
    .informal = Neue Angaben zu deinem Paket
updated-lead =
    { $share ->
        [whole] Es gibt neue Angaben zu Ihrer Bestellung { $order }. Unten sehen Sie den aktuellen Stand.
        [part] Es gibt neue Angaben zu einem Teil Ihrer Bestellung { $order }. Unten sehen Sie den aktuellen Stand.
       *[parcel] Es gibt neue Angaben zu einem Paket Ihrer Bestellung { $order }. Unten sehen Sie den aktuellen Stand.
    }
    .informal =
    { $share ->
        [whole] Es gibt neue Angaben zu deiner Bestellung { $order }. Unten siehst du den aktuellen Stand.
        [part] Es gibt neue Angaben zu einem Teil deiner Bestellung { $order }. Unten siehst du den aktuellen Stand.
       *[parcel] Es gibt neue Angaben zu einem Paket deiner Bestellung { $order }. Unten siehst du den aktuellen Stand.
    }
updated-day-subject =
    { $share ->
        [whole] Neuer Liefertag für Ihre Bestellung { $order }
        [part] Neuer Liefertag für einen Teil Ihrer Bestellung { $order }
       *[parcel] Neuer Liefertag für ein Paket Ihrer Bestellung { $order }
    }
    .informal =
    { $share ->
        [whole] Neuer Liefertag für deine Bestellung { $order }
        [part] Neuer Liefertag für einen Teil deiner Bestellung { $order }
       *[parcel] Neuer Liefertag für ein Paket deiner Bestellung { $order }
    }
updated-day-heading = Es gibt einen neuen Liefertag
updated-day-lead =
    { $share ->
        [whole] Für Ihre Bestellung { $order } gibt es einen neuen Liefertag.
        [part] Für einen Teil Ihrer Bestellung { $order } gibt es einen neuen Liefertag.
       *[parcel] Für ein Paket Ihrer Bestellung { $order } gibt es einen neuen Liefertag.
    }
    .informal =
    { $share ->
        [whole] Für deine Bestellung { $order } gibt es einen neuen Liefertag.
        [part] Für einen Teil deiner Bestellung { $order } gibt es einen neuen Liefertag.
       *[parcel] Für ein Paket deiner Bestellung { $order } gibt es einen neuen Liefertag.
    }
updated-preheader-number-with-carrier = Sendungsnummer { $number } bei { $carrier }.
updated-preheader-number = Sendungsnummer { $number }.
updated-preheader-numbers =
    { $count ->
        [one] 1 Sendungsnummer.
       *[other] { $count } Sendungsnummern.
    }
updated-preheader-carrier = Unterwegs mit { $carrier }.
updated-preheader-day = Voraussichtlich { $day }.
updated-preheader-pickup = So holen Sie Ihre Sendung ab.
    .informal = So holst du deine Sendung ab.
updated-preheader-page = Hier können Sie die Sendung verfolgen.
    .informal = Hier kannst du die Sendung verfolgen.

## shipment.delayed

delayed-subject-with-day =
    { $share ->
        [whole] Verspätet, neuer Tag { $day }: Ihre Bestellung { $order }
        [part] Verspätet, neuer Tag { $day }: ein Teil Ihrer Bestellung { $order }
       *[parcel] Verspätet, neuer Tag { $day }: ein Paket Ihrer Bestellung { $order }
    }
    .informal =
    { $share ->
        [whole] Verspätet, neuer Tag { $day }: deine Bestellung { $order }
        [part] Verspätet, neuer Tag { $day }: ein Teil deiner Bestellung { $order }
       *[parcel] Verspätet, neuer Tag { $day }: ein Paket deiner Bestellung { $order }
    }
delayed-subject =
    { $share ->
        [whole] Verspätet: Ihre Bestellung { $order }
        [part] Verspätet: ein Teil Ihrer Bestellung { $order }
       *[parcel] Verspätet: ein Paket Ihrer Bestellung { $order }
    }
    .informal =
    { $share ->
        [whole] Verspätet: deine Bestellung { $order }
        [part] Verspätet: ein Teil deiner Bestellung { $order }
       *[parcel] Verspätet: ein Paket deiner Bestellung { $order }
    }
delayed-preheader = Das tut uns leid. { $contents }
delayed-heading = Ihr Paket kommt später
    .informal = Dein Paket kommt später
delayed-lead =
    { $share ->
        [whole] Es tut uns leid: Ihre Bestellung { $order } kommt später an als angekündigt.
        [part] Es tut uns leid: Ein Teil Ihrer Bestellung { $order } kommt später an als angekündigt.
       *[parcel] Es tut uns leid: Ein Paket Ihrer Bestellung { $order } kommt später an als angekündigt.
    }
    .informal =
    { $share ->
        [whole] Es tut uns leid: Deine Bestellung { $order } kommt später an als angekündigt.
        [part] Es tut uns leid: Ein Teil deiner Bestellung { $order } kommt später an als angekündigt.
       *[parcel] Es tut uns leid: Ein Paket deiner Bestellung { $order } kommt später an als angekündigt.
    }
delayed-lead-without-day =
    { $share ->
        [whole] Es tut uns leid: Ihre Bestellung { $order } kommt später an als angekündigt. Den neuen Tag können wir Ihnen noch nicht nennen.
        [part] Es tut uns leid: Ein Teil Ihrer Bestellung { $order } kommt später an als angekündigt. Den neuen Tag können wir Ihnen noch nicht nennen.
       *[parcel] Es tut uns leid: Ein Paket Ihrer Bestellung { $order } kommt später an als angekündigt. Den neuen Tag können wir Ihnen noch nicht nennen.
    }
    .informal =
    { $share ->
        [whole] Es tut uns leid: Deine Bestellung { $order } kommt später an als angekündigt. Den neuen Tag können wir dir noch nicht nennen.
        [part] Es tut uns leid: Ein Teil deiner Bestellung { $order } kommt später an als angekündigt. Den neuen Tag können wir dir noch nicht nennen.
       *[parcel] Es tut uns leid: Ein Paket deiner Bestellung { $order } kommt später an als angekündigt. Den neuen Tag können wir dir noch nicht nennen.
    }
delayed-new-day = Neuer Liefertag
delayed-note-with-day = Sie müssen nichts tun. Passt Ihnen der neue Tag nicht, schreiben Sie uns. Wir sehen, was wir tun können.
    .informal = Du musst nichts tun. Passt dir der neue Tag nicht, schreib uns. Wir sehen, was wir tun können.
delayed-note = Sie müssen nichts tun. Passt Ihnen das nicht, schreiben Sie uns. Wir sehen, was wir tun können.
    .informal = Du musst nichts tun. Passt dir das nicht, schreib uns. Wir sehen, was wir tun können.
delayed-articles = Das kommt später

## shipment.out_for_delivery

out-for-delivery-subject =
    { $share ->
        [whole] Kommt heute: Ihre Bestellung { $order }
        [part] Kommt heute: ein Teil Ihrer Bestellung { $order }
       *[parcel] Kommt heute: ein Paket Ihrer Bestellung { $order }
    }
    .informal =
    { $share ->
        [whole] Kommt heute: deine Bestellung { $order }
        [part] Kommt heute: ein Teil deiner Bestellung { $order }
       *[parcel] Kommt heute: ein Paket deiner Bestellung { $order }
    }
out-for-delivery-preheader-with-carrier = In Zustellung mit { $carrier }. { $contents }
out-for-delivery-preheader = In Zustellung. { $contents }
out-for-delivery-heading = Heute kommt Ihr Paket
    .informal = Heute kommt dein Paket
out-for-delivery-lead =
    { $share ->
        [whole] Ihre Bestellung { $order } ist im Zustellfahrzeug und sollte heute bei Ihnen ankommen.
        [part] Ein Teil Ihrer Bestellung { $order } ist im Zustellfahrzeug und sollte heute bei Ihnen ankommen.
       *[parcel] Ein Paket Ihrer Bestellung { $order } ist im Zustellfahrzeug und sollte heute bei Ihnen ankommen.
    }
    .informal =
    { $share ->
        [whole] Deine Bestellung { $order } ist im Zustellfahrzeug und sollte heute bei dir ankommen.
        [part] Ein Teil deiner Bestellung { $order } ist im Zustellfahrzeug und sollte heute bei dir ankommen.
       *[parcel] Ein Paket deiner Bestellung { $order } ist im Zustellfahrzeug und sollte heute bei dir ankommen.
    }

## shipment.delivery_attempted

attempted-subject =
    { $share ->
        [whole] Nicht zugestellt: Ihre Bestellung { $order }
        [part] Nicht zugestellt: ein Teil Ihrer Bestellung { $order }
       *[parcel] Nicht zugestellt: ein Paket Ihrer Bestellung { $order }
    }
    .informal =
    { $share ->
        [whole] Nicht zugestellt: deine Bestellung { $order }
        [part] Nicht zugestellt: ein Teil deiner Bestellung { $order }
       *[parcel] Nicht zugestellt: ein Paket deiner Bestellung { $order }
    }
attempted-preheader = Nächster Versuch: { $day }.
attempted-heading = Ihr Paket konnte nicht zugestellt werden
    .informal = Dein Paket konnte nicht zugestellt werden
attempted-lead-with-carrier =
    { $share ->
        [whole] { $carrier } hat versucht, Ihre Bestellung { $order } zuzustellen. Das hat nicht geklappt.
        [part] { $carrier } hat versucht, einen Teil Ihrer Bestellung { $order } zuzustellen. Das hat nicht geklappt.
       *[parcel] { $carrier } hat versucht, ein Paket Ihrer Bestellung { $order } zuzustellen. Das hat nicht geklappt.
    }
    .informal =
    { $share ->
        [whole] { $carrier } hat versucht, deine Bestellung { $order } zuzustellen. Das hat nicht geklappt.
        [part] { $carrier } hat versucht, einen Teil deiner Bestellung { $order } zuzustellen. Das hat nicht geklappt.
       *[parcel] { $carrier } hat versucht, ein Paket deiner Bestellung { $order } zuzustellen. Das hat nicht geklappt.
    }
attempted-lead =
    { $share ->
        [whole] Ihre Bestellung { $order } konnte nicht zugestellt werden.
        [part] Ein Teil Ihrer Bestellung { $order } konnte nicht zugestellt werden.
       *[parcel] Ein Paket Ihrer Bestellung { $order } konnte nicht zugestellt werden.
    }
    .informal =
    { $share ->
        [whole] Deine Bestellung { $order } konnte nicht zugestellt werden.
        [part] Ein Teil deiner Bestellung { $order } konnte nicht zugestellt werden.
       *[parcel] Ein Paket deiner Bestellung { $order } konnte nicht zugestellt werden.
    }
attempted-next = Nächster Versuch

## shipment.ready_for_pickup

ready-subject =
    { $share ->
        [whole] Abholbereit: Ihre Bestellung { $order }
        [part] Abholbereit: ein Teil Ihrer Bestellung { $order }
       *[parcel] Abholbereit: ein Paket Ihrer Bestellung { $order }
    }
    .informal =
    { $share ->
        [whole] Abholbereit: deine Bestellung { $order }
        [part] Abholbereit: ein Teil deiner Bestellung { $order }
       *[parcel] Abholbereit: ein Paket deiner Bestellung { $order }
    }
ready-preheader-at-until = Liegt bis { $day } für Sie bereit: { $place }.
    .informal = Liegt bis { $day } für dich bereit: { $place }.
ready-preheader-at = Liegt für Sie bereit: { $place }.
    .informal = Liegt für dich bereit: { $place }.
ready-preheader-until = Liegt bis { $day } für Sie bereit.
    .informal = Liegt bis { $day } für dich bereit.
ready-preheader = Liegt für Sie bereit.
    .informal = Liegt für dich bereit.
ready-heading = Bereit zur Abholung
ready-lead-with-place =
    { $share ->
        [whole] Ihre Bestellung { $order } liegt zur Abholung bereit: { $place }.
        [part] Ein Teil Ihrer Bestellung { $order } liegt zur Abholung bereit: { $place }.
       *[parcel] Ein Paket Ihrer Bestellung { $order } liegt zur Abholung bereit: { $place }.
    }
    .informal =
    { $share ->
        [whole] Deine Bestellung { $order } liegt zur Abholung bereit: { $place }.
        [part] Ein Teil deiner Bestellung { $order } liegt zur Abholung bereit: { $place }.
       *[parcel] Ein Paket deiner Bestellung { $order } liegt zur Abholung bereit: { $place }.
    }
ready-lead =
    { $share ->
        [whole] Ihre Bestellung { $order } liegt zur Abholung bereit.
        [part] Ein Teil Ihrer Bestellung { $order } liegt zur Abholung bereit.
       *[parcel] Ein Paket Ihrer Bestellung { $order } liegt zur Abholung bereit.
    }
    .informal =
    { $share ->
        [whole] Deine Bestellung { $order } liegt zur Abholung bereit.
        [part] Ein Teil deiner Bestellung { $order } liegt zur Abholung bereit.
       *[parcel] Ein Paket deiner Bestellung { $order } liegt zur Abholung bereit.
    }
ready-articles = Das holen Sie ab
    .informal = Das holst du ab

## shipment.delivered

delivered-subject =
    { $share ->
        [whole] Zugestellt: Ihre Bestellung { $order }
        [part] Zugestellt: ein Teil Ihrer Bestellung { $order }
       *[parcel] Zugestellt: ein Paket Ihrer Bestellung { $order }
    }
    .informal =
    { $share ->
        [whole] Zugestellt: deine Bestellung { $order }
        [part] Zugestellt: ein Teil deiner Bestellung { $order }
       *[parcel] Zugestellt: ein Paket deiner Bestellung { $order }
    }
delivered-heading = Ihr Paket ist da
    .informal = Dein Paket ist da
delivered-lead-with-carrier =
    { $share ->
        [whole] { $carrier } hat Ihre Bestellung { $order } zugestellt. Wir wünschen Ihnen viel Freude damit.
        [part] { $carrier } hat einen Teil Ihrer Bestellung { $order } zugestellt. Wir wünschen Ihnen viel Freude damit.
       *[parcel] { $carrier } hat ein Paket Ihrer Bestellung { $order } zugestellt. Wir wünschen Ihnen viel Freude damit.
    }
    .informal =
    { $share ->
        [whole] { $carrier } hat deine Bestellung { $order } zugestellt. Wir wünschen dir viel Freude damit.
        [part] { $carrier } hat einen Teil deiner Bestellung { $order } zugestellt. Wir wünschen dir viel Freude damit.
       *[parcel] { $carrier } hat ein Paket deiner Bestellung { $order } zugestellt. Wir wünschen dir viel Freude damit.
    }
delivered-lead =
    { $share ->
        [whole] Wir haben gerade erfahren, dass Ihre Bestellung { $order } zugestellt wurde. Wir wünschen Ihnen viel Freude damit.
        [part] Wir haben gerade erfahren, dass ein Teil Ihrer Bestellung { $order } zugestellt wurde. Wir wünschen Ihnen viel Freude damit.
       *[parcel] Wir haben gerade erfahren, dass ein Paket Ihrer Bestellung { $order } zugestellt wurde. Wir wünschen Ihnen viel Freude damit.
    }
    .informal =
    { $share ->
        [whole] Wir haben gerade erfahren, dass deine Bestellung { $order } zugestellt wurde. Wir wünschen dir viel Freude damit.
        [part] Wir haben gerade erfahren, dass ein Teil deiner Bestellung { $order } zugestellt wurde. Wir wünschen dir viel Freude damit.
       *[parcel] Wir haben gerade erfahren, dass ein Paket deiner Bestellung { $order } zugestellt wurde. Wir wünschen dir viel Freude damit.
    }
delivered-not-found = Nichts zu finden?
delivered-not-found-help = Sehen Sie nach, wo man Pakete für Sie abstellt, und fragen Sie in der Nachbarschaft. Taucht es nicht auf oder ist etwas beschädigt oder fehlt etwas, schreiben Sie uns.
    .informal = Sieh nach, wo man Pakete für dich abstellt, und frag in der Nachbarschaft. Taucht es nicht auf oder ist etwas beschädigt oder fehlt etwas, schreib uns.

## shipment.delivered, of what the customer picked up

picked-up-subject =
    { $share ->
        [whole] Abgeholt: Ihre Bestellung { $order }
        [part] Abgeholt: ein Teil Ihrer Bestellung { $order }
       *[parcel] Abgeholt: ein Paket Ihrer Bestellung { $order }
    }
    .informal =
    { $share ->
        [whole] Abgeholt: deine Bestellung { $order }
        [part] Abgeholt: ein Teil deiner Bestellung { $order }
       *[parcel] Abgeholt: ein Paket deiner Bestellung { $order }
    }
picked-up-heading = Es wurde abgeholt
picked-up-lead-with-place =
    { $share ->
        [whole] Ihre Bestellung { $order } wurde abgeholt: { $place }. Wir wünschen Ihnen viel Freude damit.
        [part] Ein Teil Ihrer Bestellung { $order } wurde abgeholt: { $place }. Wir wünschen Ihnen viel Freude damit.
       *[parcel] Ein Paket Ihrer Bestellung { $order } wurde abgeholt: { $place }. Wir wünschen Ihnen viel Freude damit.
    }
    .informal =
    { $share ->
        [whole] Deine Bestellung { $order } wurde abgeholt: { $place }. Wir wünschen dir viel Freude damit.
        [part] Ein Teil deiner Bestellung { $order } wurde abgeholt: { $place }. Wir wünschen dir viel Freude damit.
       *[parcel] Ein Paket deiner Bestellung { $order } wurde abgeholt: { $place }. Wir wünschen dir viel Freude damit.
    }
picked-up-lead =
    { $share ->
        [whole] Ihre Bestellung { $order } wurde abgeholt. Wir wünschen Ihnen viel Freude damit.
        [part] Ein Teil Ihrer Bestellung { $order } wurde abgeholt. Wir wünschen Ihnen viel Freude damit.
       *[parcel] Ein Paket Ihrer Bestellung { $order } wurde abgeholt. Wir wünschen Ihnen viel Freude damit.
    }
    .informal =
    { $share ->
        [whole] Deine Bestellung { $order } wurde abgeholt. Wir wünschen dir viel Freude damit.
        [part] Ein Teil deiner Bestellung { $order } wurde abgeholt. Wir wünschen dir viel Freude damit.
       *[parcel] Ein Paket deiner Bestellung { $order } wurde abgeholt. Wir wünschen dir viel Freude damit.
    }

## shipment.returned

returned-subject =
    { $share ->
        [whole] Auf dem Rückweg zu uns: Ihre Bestellung { $order }
        [part] Auf dem Rückweg zu uns: ein Teil Ihrer Bestellung { $order }
       *[parcel] Auf dem Rückweg zu uns: ein Paket Ihrer Bestellung { $order }
    }
    .informal =
    { $share ->
        [whole] Auf dem Rückweg zu uns: deine Bestellung { $order }
        [part] Auf dem Rückweg zu uns: ein Teil deiner Bestellung { $order }
       *[parcel] Auf dem Rückweg zu uns: ein Paket deiner Bestellung { $order }
    }
returned-heading = Ihr Paket geht zurück an uns
    .informal = Dein Paket geht zurück an uns
returned-lead =
    { $share ->
        [whole] Ihre Bestellung { $order } ist auf dem Rückweg zu uns. Wenn Sie wissen möchten, wie es weitergeht, schreiben Sie uns bitte.
        [part] Ein Teil Ihrer Bestellung { $order } ist auf dem Rückweg zu uns. Wenn Sie wissen möchten, wie es weitergeht, schreiben Sie uns bitte.
       *[parcel] Ein Paket Ihrer Bestellung { $order } ist auf dem Rückweg zu uns. Wenn Sie wissen möchten, wie es weitergeht, schreiben Sie uns bitte.
    }
    .informal =
    { $share ->
        [whole] Deine Bestellung { $order } ist auf dem Rückweg zu uns. Wenn du wissen möchtest, wie es weitergeht, schreib uns bitte.
        [part] Ein Teil deiner Bestellung { $order } ist auf dem Rückweg zu uns. Wenn du wissen möchtest, wie es weitergeht, schreib uns bitte.
       *[parcel] Ein Paket deiner Bestellung { $order } ist auf dem Rückweg zu uns. Wenn du wissen möchtest, wie es weitergeht, schreib uns bitte.
    }
