### Deutsch. Anrede: Sie; `.informal`: du, klein geschrieben. Was dort nicht steht, spricht niemanden an.
### Der erste Satz einer Mail steht nach der Anrede und ihrem Komma: Er beginnt klein, außer mit Ihr und Namen.

usual-formality = formal

## The frame of every mail

copy-subject = Kopie: { $subject }
order-and-number = Bestellung { $order }
greeting = Guten Tag { $name },
    .informal = Hallo { $name },
greeting-without-name = Guten Tag,
    .informal = Hallo,
questions = Haben Sie Fragen? Schreiben Sie uns an { $email } und geben Sie bitte Ihre Bestellnummer { $order } an.
    .informal = Hast du Fragen? Schreib uns an { $email } und gib bitte deine Bestellnummer { $order } an.
why-you-get-this = Sie erhalten diese E-Mail, weil Sie bei { $shop } bestellt haben.
    .informal = Du erhältst diese E-Mail, weil du bei { $shop } bestellt hast.
why-you-get-a-copy = Dies ist eine Kopie. Die E-Mail selbst geht an die Person, die bei { $shop } bestellt hat.
view-order = Bestellung ansehen

## Links

link-returns = Rückgabe
link-help = Hilfe
link-account = Mein Konto
link-terms = AGB
link-privacy = Datenschutz

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
article-expected = Voraussichtliche Lieferung: { $day }
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
time-in-utc = { $time } (UTC)
price-each = je { $price }
price-per-unit = { $price } pro { $unit }
quantity-times-price = { $quantity } × { $price }
row-subtotal = Zwischensumme
row-discount = Rabatt
row-shipping = Versand
shipping-free = Kostenlos
row-fee = Gebühr
row-tip = Trinkgeld
row-duties = Zollgebühren
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

carrier = Versanddienst
tracking-number = Sendungsnummer
tracking-page = Sendung verfolgen
track-parcel = Sendung verfolgen
delivery-details = Zustelldetails ansehen
expected = Voraussichtliche Lieferung
expected-today = Heute
reason = Grund
in-this-parcel = In diesem Paket
still-to-come = Wird noch geliefert
still-to-come-note = Der Rest wird separat verschickt. Sobald er unterwegs ist, erhalten Sie eine weitere E-Mail.
    .informal = Der Rest wird separat verschickt. Sobald er unterwegs ist, bekommst du eine weitere E-Mail.
delivery-address = Lieferadresse
pickup-place = Abholort
pickup-code = Abholcode
pickup-until = Abholen bis
pickup-page = Infos zum Abholort
your-order = Ihre Bestellung
    .informal = Deine Bestellung
your-order-number = Bestellnummer { $order }

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
        [pickup] wir haben Ihre Bestellung { $order } erhalten und bereiten sie nun vor. Sobald sie zur Abholung bereitliegt, erhalten Sie eine weitere E-Mail von uns.
        [shipping] wir haben Ihre Bestellung { $order } erhalten und bereiten sie nun vor. Sobald sie unterwegs ist, erhalten Sie eine weitere E-Mail von uns.
       *[none] wir haben Ihre Bestellung { $order } erhalten und bearbeiten sie nun.
    }
    .informal =
    { $delivery ->
        [pickup] wir haben deine Bestellung { $order } erhalten und bereiten sie nun vor. Sobald sie zur Abholung bereitliegt, bekommst du eine weitere E-Mail von uns.
        [shipping] wir haben deine Bestellung { $order } erhalten und bereiten sie nun vor. Sobald sie unterwegs ist, bekommst du eine weitere E-Mail von uns.
       *[none] wir haben deine Bestellung { $order } erhalten und bearbeiten sie nun.
    }
confirmed-articles = Das haben Sie bestellt
    .informal = Das hast du bestellt

## order.updated

order-updated-subject = Ihre Bestellung { $order } wurde geändert
    .informal = Deine Bestellung { $order } wurde geändert
order-updated-preheader = Hier sehen Sie den aktuellen Stand Ihrer Bestellung.
    .informal = Hier siehst du den aktuellen Stand deiner Bestellung.
order-updated-heading = Ihre Bestellung wurde geändert
    .informal = Deine Bestellung wurde geändert
order-updated-lead = Ihre Bestellung { $order } wurde geändert. Hier sehen Sie den aktuellen Stand.
    .informal = deine Bestellung { $order } wurde geändert. Hier siehst du den aktuellen Stand.
order-updated-changes = Änderungen
order-updated-articles = Ihre aktuelle Bestellung
    .informal = Deine aktuelle Bestellung
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

payment-failed-subject = Die Zahlung für Ihre Bestellung { $order } ist fehlgeschlagen
    .informal = Die Zahlung für deine Bestellung { $order } ist fehlgeschlagen
payment-failed-preheader-with-day = Bitte bezahlen Sie bis { $day }.
    .informal = Bitte bezahle bis { $day }.
payment-failed-preheader = Bitte versuchen Sie es noch einmal.
    .informal = Bitte versuch es noch einmal.
payment-failed-heading = Ihre Zahlung ist fehlgeschlagen
    .informal = Deine Zahlung ist fehlgeschlagen
payment-failed-lead = die Zahlung für Ihre Bestellung { $order } ist fehlgeschlagen. Bitte versuchen Sie es noch einmal.
    .informal = die Zahlung für deine Bestellung { $order } ist fehlgeschlagen. Bitte versuch es noch einmal.
payment-failed-lead-without-link = die Zahlung für Ihre Bestellung { $order } ist fehlgeschlagen. Bitte versuchen Sie es noch einmal oder schreiben Sie uns, wenn Sie Hilfe brauchen.
    .informal = die Zahlung für deine Bestellung { $order } ist fehlgeschlagen. Bitte versuch es noch einmal oder schreib uns, wenn du Hilfe brauchst.
payment-failed-amount = Zu zahlen
payment-failed-method = Zahlungsart
payment-failed-pay-by = Zahlbar bis
payment-failed-button = Jetzt bezahlen

## order.cancelled

cancelled-subject =
    { $extent ->
        [part] Ein Teil Ihrer Bestellung { $order } wurde storniert
       *[whole] Ihre Bestellung { $order } wurde storniert
    }
    .informal =
    { $extent ->
        [part] Ein Teil deiner Bestellung { $order } wurde storniert
       *[whole] Deine Bestellung { $order } wurde storniert
    }
cancelled-preheader-with-refund = Sie erhalten { $amount } zurück.
    .informal = Du bekommst { $amount } zurück.
cancelled-heading =
    { $extent ->
        [part] Ein Teil Ihrer Bestellung wurde storniert
       *[whole] Ihre Bestellung wurde storniert
    }
    .informal =
    { $extent ->
        [part] Ein Teil deiner Bestellung wurde storniert
       *[whole] Deine Bestellung wurde storniert
    }
cancelled-lead =
    { $extent ->
        [part] wir haben einen Teil Ihrer Bestellung { $order } storniert.
        [part-with-rest] wir haben einen Teil Ihrer Bestellung { $order } storniert. Am Rest Ihrer Bestellung ändert sich nichts.
       *[whole] wir haben Ihre Bestellung { $order } storniert.
    }
    .informal =
    { $extent ->
        [part] wir haben einen Teil deiner Bestellung { $order } storniert.
        [part-with-rest] wir haben einen Teil deiner Bestellung { $order } storniert. Am Rest deiner Bestellung ändert sich nichts.
       *[whole] wir haben deine Bestellung { $order } storniert.
    }
cancelled-not-charged = Es wurde kein Betrag abgebucht.
cancelled-refund-to-by = Die Erstattung erfolgt über { $method }. Sie erhalten den Betrag voraussichtlich bis { $day }.
    .informal = Die Erstattung erfolgt über { $method }. Du bekommst den Betrag voraussichtlich bis { $day }.
cancelled-refund-to = Die Erstattung erfolgt über { $method }.
cancelled-refund-by = Sie erhalten den Betrag voraussichtlich bis { $day }.
    .informal = Du bekommst den Betrag voraussichtlich bis { $day }.
cancelled-articles = Stornierte Artikel

## order.refunded

refunded-subject = Erstattung von { $amount } für Bestellung { $order }
refunded-preheader-to-by = Die Erstattung erfolgt über { $method }, voraussichtlich bis { $day }.
refunded-preheader-to = Die Erstattung erfolgt über { $method }.
refunded-preheader-by = Sie erhalten den Betrag voraussichtlich bis { $day }.
    .informal = Du bekommst den Betrag voraussichtlich bis { $day }.
refunded-preheader = Die Erstattung wurde veranlasst.
refunded-heading = Ihre Erstattung wurde veranlasst
    .informal = Deine Erstattung wurde veranlasst
refunded-in-full = wir haben Ihnen den vollen Betrag Ihrer Bestellung { $order } erstattet.
    .informal = wir haben dir den vollen Betrag deiner Bestellung { $order } erstattet.
refunded-rest = wir haben Ihnen den restlichen Betrag Ihrer Bestellung { $order } erstattet. Damit ist der volle Betrag erstattet.
    .informal = wir haben dir den restlichen Betrag deiner Bestellung { $order } erstattet. Damit ist der volle Betrag erstattet.
refunded-part = wir haben Ihnen einen Teil des Betrags Ihrer Bestellung { $order } erstattet.
    .informal = wir haben dir einen Teil des Betrags deiner Bestellung { $order } erstattet.
refunded-amount = wir haben Ihnen { $amount } für Ihre Bestellung { $order } erstattet.
    .informal = wir haben dir { $amount } für deine Bestellung { $order } erstattet.
refund-amount = Erstattungsbetrag
refund-to = Erstattet über
refund-expected-by = Voraussichtlich bis
refund-order-total = Bestellwert
refunded-note-with-day = Wann der Betrag auf Ihrem Konto erscheint, hängt von Ihrer Bank ab. Sollte er bis zum genannten Tag nicht eingegangen sein, schreiben Sie uns bitte.
    .informal = Wann der Betrag auf deinem Konto erscheint, hängt von deiner Bank ab. Sollte er bis zum genannten Tag nicht eingegangen sein, schreib uns bitte.
refunded-note = Wann der Betrag auf Ihrem Konto erscheint, hängt von Ihrer Bank ab. Sollte er nach zwei Wochen noch nicht eingegangen sein, schreiben Sie uns bitte.
    .informal = Wann der Betrag auf deinem Konto erscheint, hängt von deiner Bank ab. Sollte er nach zwei Wochen noch nicht eingegangen sein, schreib uns bitte.

## order.withdrawal_received

withdrawal-subject = Wir haben Ihren Widerruf zur Bestellung { $order } erhalten
    .informal = Wir haben deinen Widerruf zur Bestellung { $order } erhalten
withdrawal-preheader-with-time = Eingegangen am { $time }.
withdrawal-preheader = Dies ist Ihre Eingangsbestätigung.
    .informal = Dies ist deine Eingangsbestätigung.
withdrawal-heading = Wir haben Ihren Widerruf erhalten
    .informal = Wir haben deinen Widerruf erhalten
withdrawal-lead = hiermit bestätigen wir den Eingang Ihres Widerrufs zur Bestellung { $order }.
    .informal = hiermit bestätigen wir den Eingang deines Widerrufs zur Bestellung { $order }.
withdrawal-received-on = Eingegangen am
withdrawal-id = Widerrufsnummer
withdrawal-content = Ihre Erklärung
    .informal = Deine Erklärung
withdrawal-articles = Widerrufene Artikel

## shipment.shipped

shipped-subject =
    { $share ->
        [whole] Ihre Bestellung { $order } ist unterwegs
        [part] Ein Teil Ihrer Bestellung { $order } ist unterwegs
       *[parcel] Ein Paket zu Ihrer Bestellung { $order } ist unterwegs
    }
    .informal =
    { $share ->
        [whole] Deine Bestellung { $order } ist unterwegs
        [part] Ein Teil deiner Bestellung { $order } ist unterwegs
       *[parcel] Ein Paket zu deiner Bestellung { $order } ist unterwegs
    }
shipped-preheader-with-carrier = Voraussichtliche Lieferung mit { $carrier }: { $day }. { $contents }
shipped-preheader = Voraussichtliche Lieferung: { $day }. { $contents }
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
        [whole] wir haben Ihre Bestellung { $order } in einem Paket an Sie verschickt.
        [part] wir haben ein Paket zu Ihrer Bestellung { $order } an Sie verschickt. Der Rest folgt so bald wie möglich.
       *[parcel] wir haben ein Paket zu Ihrer Bestellung { $order } an Sie verschickt.
    }
    .informal =
    { $share ->
        [whole] wir haben deine Bestellung { $order } in einem Paket an dich verschickt.
        [part] wir haben ein Paket zu deiner Bestellung { $order } an dich verschickt. Der Rest folgt so bald wie möglich.
       *[parcel] wir haben ein Paket zu deiner Bestellung { $order } an dich verschickt.
    }

## On its way to a place where the customer will pick it up

to-pickup-heading = Ihre Bestellung ist unterwegs
    .informal = Deine Bestellung ist unterwegs
to-pickup-lead-with-place =
    { $share ->
        [whole] Ihre Bestellung { $order } ist auf dem Weg zum Abholort { $place }. Sobald sie zur Abholung bereitliegt, erhalten Sie eine weitere E-Mail von uns.
        [part] ein Teil Ihrer Bestellung { $order } ist auf dem Weg zum Abholort { $place }. Sobald er zur Abholung bereitliegt, erhalten Sie eine weitere E-Mail von uns.
       *[parcel] ein Paket zu Ihrer Bestellung { $order } ist auf dem Weg zum Abholort { $place }. Sobald es zur Abholung bereitliegt, erhalten Sie eine weitere E-Mail von uns.
    }
    .informal =
    { $share ->
        [whole] deine Bestellung { $order } ist auf dem Weg zum Abholort { $place }. Sobald sie zur Abholung bereitliegt, bekommst du eine weitere E-Mail von uns.
        [part] ein Teil deiner Bestellung { $order } ist auf dem Weg zum Abholort { $place }. Sobald er zur Abholung bereitliegt, bekommst du eine weitere E-Mail von uns.
       *[parcel] ein Paket zu deiner Bestellung { $order } ist auf dem Weg zum Abholort { $place }. Sobald es zur Abholung bereitliegt, bekommst du eine weitere E-Mail von uns.
    }
to-pickup-lead =
    { $share ->
        [whole] Ihre Bestellung { $order } ist unterwegs. Sobald sie zur Abholung bereitliegt, erhalten Sie eine weitere E-Mail von uns.
        [part] ein Teil Ihrer Bestellung { $order } ist unterwegs. Sobald er zur Abholung bereitliegt, erhalten Sie eine weitere E-Mail von uns.
       *[parcel] ein Paket zu Ihrer Bestellung { $order } ist unterwegs. Sobald es zur Abholung bereitliegt, erhalten Sie eine weitere E-Mail von uns.
    }
    .informal =
    { $share ->
        [whole] deine Bestellung { $order } ist unterwegs. Sobald sie zur Abholung bereitliegt, bekommst du eine weitere E-Mail von uns.
        [part] ein Teil deiner Bestellung { $order } ist unterwegs. Sobald er zur Abholung bereitliegt, bekommst du eine weitere E-Mail von uns.
       *[parcel] ein Paket zu deiner Bestellung { $order } ist unterwegs. Sobald es zur Abholung bereitliegt, bekommst du eine weitere E-Mail von uns.
    }
to-pickup-preheader-with-carrier = Unterwegs mit { $carrier }. { $contents }
to-pickup-preheader = Unterwegs. { $contents }

## shipment.updated

updated-subject =
    { $share ->
        [whole] Neue Versandinformationen zu Ihrer Bestellung { $order }
        [part] Neue Versandinformationen zu einem Teil Ihrer Bestellung { $order }
       *[parcel] Neue Versandinformationen für ein Paket zu Ihrer Bestellung { $order }
    }
    .informal =
    { $share ->
        [whole] Neue Versandinformationen zu deiner Bestellung { $order }
        [part] Neue Versandinformationen zu einem Teil deiner Bestellung { $order }
       *[parcel] Neue Versandinformationen für ein Paket zu deiner Bestellung { $order }
    }
updated-heading = Neues zu Ihrer Sendung
    .informal = Neues zu deiner Sendung
updated-lead =
    { $share ->
        [whole] es gibt neue Versandinformationen zu Ihrer Bestellung { $order }. Hier sehen Sie den aktuellen Stand.
        [part] es gibt neue Versandinformationen zu einem Teil Ihrer Bestellung { $order }. Hier sehen Sie den aktuellen Stand.
       *[parcel] es gibt neue Versandinformationen für ein Paket zu Ihrer Bestellung { $order }. Hier sehen Sie den aktuellen Stand.
    }
    .informal =
    { $share ->
        [whole] es gibt neue Versandinformationen zu deiner Bestellung { $order }. Hier siehst du den aktuellen Stand.
        [part] es gibt neue Versandinformationen zu einem Teil deiner Bestellung { $order }. Hier siehst du den aktuellen Stand.
       *[parcel] es gibt neue Versandinformationen für ein Paket zu deiner Bestellung { $order }. Hier siehst du den aktuellen Stand.
    }
updated-day-subject =
    { $share ->
        [whole] Neuer Liefertermin für Ihre Bestellung { $order }
        [part] Neuer Liefertermin für einen Teil Ihrer Bestellung { $order }
       *[parcel] Neuer Liefertermin für ein Paket zu Ihrer Bestellung { $order }
    }
    .informal =
    { $share ->
        [whole] Neuer Liefertermin für deine Bestellung { $order }
        [part] Neuer Liefertermin für einen Teil deiner Bestellung { $order }
       *[parcel] Neuer Liefertermin für ein Paket zu deiner Bestellung { $order }
    }
updated-day-heading = Es gibt einen neuen Liefertermin
updated-day-lead =
    { $share ->
        [whole] für Ihre Bestellung { $order } gibt es einen neuen Liefertermin.
        [part] für einen Teil Ihrer Bestellung { $order } gibt es einen neuen Liefertermin.
       *[parcel] für ein Paket zu Ihrer Bestellung { $order } gibt es einen neuen Liefertermin.
    }
    .informal =
    { $share ->
        [whole] für deine Bestellung { $order } gibt es einen neuen Liefertermin.
        [part] für einen Teil deiner Bestellung { $order } gibt es einen neuen Liefertermin.
       *[parcel] für ein Paket zu deiner Bestellung { $order } gibt es einen neuen Liefertermin.
    }
updated-preheader-number-with-carrier = Sendungsnummer { $number } bei { $carrier }.
updated-preheader-number = Sendungsnummer { $number }.
updated-preheader-numbers =
    { $count ->
        [one] 1 Sendungsnummer.
       *[other] { $count } Sendungsnummern.
    }
updated-preheader-carrier = Unterwegs mit { $carrier }.
updated-preheader-day = Voraussichtliche Lieferung: { $day }.
updated-preheader-pickup = So holen Sie Ihre Sendung ab.
    .informal = So holst du deine Sendung ab.
updated-preheader-page = Hier können Sie die Sendung verfolgen.
    .informal = Hier kannst du die Sendung verfolgen.

## shipment.delayed

delayed-subject-with-day =
    { $share ->
        [whole] Ihre Bestellung { $order } kommt später: voraussichtlich am { $day }
        [part] Ein Teil Ihrer Bestellung { $order } kommt später: voraussichtlich am { $day }
       *[parcel] Ein Paket zu Ihrer Bestellung { $order } kommt später: voraussichtlich am { $day }
    }
    .informal =
    { $share ->
        [whole] Deine Bestellung { $order } kommt später: voraussichtlich am { $day }
        [part] Ein Teil deiner Bestellung { $order } kommt später: voraussichtlich am { $day }
       *[parcel] Ein Paket zu deiner Bestellung { $order } kommt später: voraussichtlich am { $day }
    }
delayed-subject =
    { $share ->
        [whole] Ihre Bestellung { $order } kommt später
        [part] Ein Teil Ihrer Bestellung { $order } kommt später
       *[parcel] Ein Paket zu Ihrer Bestellung { $order } kommt später
    }
    .informal =
    { $share ->
        [whole] Deine Bestellung { $order } kommt später
        [part] Ein Teil deiner Bestellung { $order } kommt später
       *[parcel] Ein Paket zu deiner Bestellung { $order } kommt später
    }
delayed-preheader = Das tut uns leid. { $contents }
delayed-heading = Ihr Paket kommt später
    .informal = Dein Paket kommt später
delayed-lead =
    { $share ->
        [whole] leider kommt Ihre Bestellung { $order } später an als angekündigt. Das tut uns leid.
        [part] leider kommt ein Teil Ihrer Bestellung { $order } später an als angekündigt. Das tut uns leid.
       *[parcel] leider kommt ein Paket zu Ihrer Bestellung { $order } später an als angekündigt. Das tut uns leid.
    }
    .informal =
    { $share ->
        [whole] leider kommt deine Bestellung { $order } später an als angekündigt. Das tut uns leid.
        [part] leider kommt ein Teil deiner Bestellung { $order } später an als angekündigt. Das tut uns leid.
       *[parcel] leider kommt ein Paket zu deiner Bestellung { $order } später an als angekündigt. Das tut uns leid.
    }
delayed-lead-without-day =
    { $share ->
        [whole] leider kommt Ihre Bestellung { $order } später an als angekündigt. Das tut uns leid. Einen neuen Liefertermin können wir Ihnen noch nicht nennen.
        [part] leider kommt ein Teil Ihrer Bestellung { $order } später an als angekündigt. Das tut uns leid. Einen neuen Liefertermin können wir Ihnen noch nicht nennen.
       *[parcel] leider kommt ein Paket zu Ihrer Bestellung { $order } später an als angekündigt. Das tut uns leid. Einen neuen Liefertermin können wir Ihnen noch nicht nennen.
    }
    .informal =
    { $share ->
        [whole] leider kommt deine Bestellung { $order } später an als angekündigt. Das tut uns leid. Einen neuen Liefertermin können wir dir noch nicht nennen.
        [part] leider kommt ein Teil deiner Bestellung { $order } später an als angekündigt. Das tut uns leid. Einen neuen Liefertermin können wir dir noch nicht nennen.
       *[parcel] leider kommt ein Paket zu deiner Bestellung { $order } später an als angekündigt. Das tut uns leid. Einen neuen Liefertermin können wir dir noch nicht nennen.
    }
delayed-new-day = Neuer Liefertermin
delayed-note-with-day = Sie müssen nichts tun. Falls Ihnen der neue Termin nicht passt, schreiben Sie uns bitte. Wir schauen gern, was wir für Sie tun können.
    .informal = Du musst nichts tun. Falls dir der neue Termin nicht passt, schreib uns bitte. Wir schauen gern, was wir für dich tun können.
delayed-note = Sie müssen nichts tun. Falls das für Sie ein Problem ist, schreiben Sie uns bitte. Wir schauen gern, was wir für Sie tun können.
    .informal = Du musst nichts tun. Falls das für dich ein Problem ist, schreib uns bitte. Wir schauen gern, was wir für dich tun können.
delayed-articles = Das kommt später

## shipment.out_for_delivery

out-for-delivery-subject =
    { $share ->
        [whole] Ihre Bestellung { $order } kommt heute
        [part] Ein Teil Ihrer Bestellung { $order } kommt heute
       *[parcel] Ein Paket zu Ihrer Bestellung { $order } kommt heute
    }
    .informal =
    { $share ->
        [whole] Deine Bestellung { $order } kommt heute
        [part] Ein Teil deiner Bestellung { $order } kommt heute
       *[parcel] Ein Paket zu deiner Bestellung { $order } kommt heute
    }
out-for-delivery-preheader-with-carrier = In Zustellung mit { $carrier }. { $contents }
out-for-delivery-preheader = In Zustellung. { $contents }
out-for-delivery-heading = Heute kommt Ihr Paket
    .informal = Heute kommt dein Paket
out-for-delivery-lead =
    { $share ->
        [whole] Ihre Bestellung { $order } ist im Zustellfahrzeug und sollte heute bei Ihnen ankommen.
        [part] ein Teil Ihrer Bestellung { $order } ist im Zustellfahrzeug und sollte heute bei Ihnen ankommen.
       *[parcel] ein Paket zu Ihrer Bestellung { $order } ist im Zustellfahrzeug und sollte heute bei Ihnen ankommen.
    }
    .informal =
    { $share ->
        [whole] deine Bestellung { $order } ist im Zustellfahrzeug und sollte heute bei dir ankommen.
        [part] ein Teil deiner Bestellung { $order } ist im Zustellfahrzeug und sollte heute bei dir ankommen.
       *[parcel] ein Paket zu deiner Bestellung { $order } ist im Zustellfahrzeug und sollte heute bei dir ankommen.
    }

## shipment.delivery_attempted

attempted-subject =
    { $share ->
        [whole] Ihre Bestellung { $order } konnte nicht zugestellt werden
        [part] Ein Teil Ihrer Bestellung { $order } konnte nicht zugestellt werden
       *[parcel] Ein Paket zu Ihrer Bestellung { $order } konnte nicht zugestellt werden
    }
    .informal =
    { $share ->
        [whole] Deine Bestellung { $order } konnte nicht zugestellt werden
        [part] Ein Teil deiner Bestellung { $order } konnte nicht zugestellt werden
       *[parcel] Ein Paket zu deiner Bestellung { $order } konnte nicht zugestellt werden
    }
attempted-preheader = Nächster Zustellversuch: { $day }.
attempted-heading = Ihr Paket konnte nicht zugestellt werden
    .informal = Dein Paket konnte nicht zugestellt werden
attempted-lead-with-carrier =
    { $share ->
        [whole] { $carrier } konnte Ihre Bestellung { $order } leider nicht zustellen.
        [part] { $carrier } konnte einen Teil Ihrer Bestellung { $order } leider nicht zustellen.
       *[parcel] { $carrier } konnte ein Paket zu Ihrer Bestellung { $order } leider nicht zustellen.
    }
    .informal =
    { $share ->
        [whole] { $carrier } konnte deine Bestellung { $order } leider nicht zustellen.
        [part] { $carrier } konnte einen Teil deiner Bestellung { $order } leider nicht zustellen.
       *[parcel] { $carrier } konnte ein Paket zu deiner Bestellung { $order } leider nicht zustellen.
    }
attempted-lead =
    { $share ->
        [whole] Ihre Bestellung { $order } konnte nicht zugestellt werden.
        [part] ein Teil Ihrer Bestellung { $order } konnte nicht zugestellt werden.
       *[parcel] ein Paket zu Ihrer Bestellung { $order } konnte nicht zugestellt werden.
    }
    .informal =
    { $share ->
        [whole] deine Bestellung { $order } konnte nicht zugestellt werden.
        [part] ein Teil deiner Bestellung { $order } konnte nicht zugestellt werden.
       *[parcel] ein Paket zu deiner Bestellung { $order } konnte nicht zugestellt werden.
    }
attempted-next = Nächster Zustellversuch

## shipment.ready_for_pickup

ready-subject =
    { $share ->
        [whole] Ihre Bestellung { $order } ist abholbereit
        [part] Ein Teil Ihrer Bestellung { $order } ist abholbereit
       *[parcel] Ein Paket zu Ihrer Bestellung { $order } ist abholbereit
    }
    .informal =
    { $share ->
        [whole] Deine Bestellung { $order } ist abholbereit
        [part] Ein Teil deiner Bestellung { $order } ist abholbereit
       *[parcel] Ein Paket zu deiner Bestellung { $order } ist abholbereit
    }
ready-preheader-at-until = Liegt am Abholort { $place } bis { $day } für Sie bereit.
    .informal = Liegt am Abholort { $place } bis { $day } für dich bereit.
ready-preheader-at = Liegt am Abholort { $place } für Sie bereit.
    .informal = Liegt am Abholort { $place } für dich bereit.
ready-preheader-until = Liegt bis { $day } für Sie bereit.
    .informal = Liegt bis { $day } für dich bereit.
ready-preheader = Liegt für Sie bereit.
    .informal = Liegt für dich bereit.
ready-heading = Bereit zur Abholung
ready-lead-with-place =
    { $share ->
        [whole] Ihre Bestellung { $order } liegt am Abholort { $place } für Sie bereit.
        [part] ein Teil Ihrer Bestellung { $order } liegt am Abholort { $place } für Sie bereit.
       *[parcel] ein Paket zu Ihrer Bestellung { $order } liegt am Abholort { $place } für Sie bereit.
    }
    .informal =
    { $share ->
        [whole] deine Bestellung { $order } liegt am Abholort { $place } für dich bereit.
        [part] ein Teil deiner Bestellung { $order } liegt am Abholort { $place } für dich bereit.
       *[parcel] ein Paket zu deiner Bestellung { $order } liegt am Abholort { $place } für dich bereit.
    }
ready-lead =
    { $share ->
        [whole] Ihre Bestellung { $order } liegt zur Abholung bereit.
        [part] ein Teil Ihrer Bestellung { $order } liegt zur Abholung bereit.
       *[parcel] ein Paket zu Ihrer Bestellung { $order } liegt zur Abholung bereit.
    }
    .informal =
    { $share ->
        [whole] deine Bestellung { $order } liegt zur Abholung bereit.
        [part] ein Teil deiner Bestellung { $order } liegt zur Abholung bereit.
       *[parcel] ein Paket zu deiner Bestellung { $order } liegt zur Abholung bereit.
    }
ready-articles = Das holen Sie ab
    .informal = Das holst du ab

## shipment.delivered

delivered-subject =
    { $share ->
        [whole] Ihre Bestellung { $order } wurde zugestellt
        [part] Ein Teil Ihrer Bestellung { $order } wurde zugestellt
       *[parcel] Ein Paket zu Ihrer Bestellung { $order } wurde zugestellt
    }
    .informal =
    { $share ->
        [whole] Deine Bestellung { $order } wurde zugestellt
        [part] Ein Teil deiner Bestellung { $order } wurde zugestellt
       *[parcel] Ein Paket zu deiner Bestellung { $order } wurde zugestellt
    }
delivered-heading = Ihr Paket ist da
    .informal = Dein Paket ist da
delivered-lead-with-carrier =
    { $share ->
        [whole] { $carrier } hat Ihre Bestellung { $order } zugestellt. Wir wünschen Ihnen viel Freude damit.
        [part] { $carrier } hat einen Teil Ihrer Bestellung { $order } zugestellt. Wir wünschen Ihnen viel Freude damit.
       *[parcel] { $carrier } hat ein Paket zu Ihrer Bestellung { $order } zugestellt. Wir wünschen Ihnen viel Freude damit.
    }
    .informal =
    { $share ->
        [whole] { $carrier } hat deine Bestellung { $order } zugestellt. Wir wünschen dir viel Freude damit.
        [part] { $carrier } hat einen Teil deiner Bestellung { $order } zugestellt. Wir wünschen dir viel Freude damit.
       *[parcel] { $carrier } hat ein Paket zu deiner Bestellung { $order } zugestellt. Wir wünschen dir viel Freude damit.
    }
delivered-lead =
    { $share ->
        [whole] wir haben gerade erfahren, dass Ihre Bestellung { $order } zugestellt wurde. Wir wünschen Ihnen viel Freude damit.
        [part] wir haben gerade erfahren, dass ein Teil Ihrer Bestellung { $order } zugestellt wurde. Wir wünschen Ihnen viel Freude damit.
       *[parcel] wir haben gerade erfahren, dass ein Paket zu Ihrer Bestellung { $order } zugestellt wurde. Wir wünschen Ihnen viel Freude damit.
    }
    .informal =
    { $share ->
        [whole] wir haben gerade erfahren, dass deine Bestellung { $order } zugestellt wurde. Wir wünschen dir viel Freude damit.
        [part] wir haben gerade erfahren, dass ein Teil deiner Bestellung { $order } zugestellt wurde. Wir wünschen dir viel Freude damit.
       *[parcel] wir haben gerade erfahren, dass ein Paket zu deiner Bestellung { $order } zugestellt wurde. Wir wünschen dir viel Freude damit.
    }
delivered-not-found = Paket nicht gefunden?
delivered-not-found-help = Bitte sehen Sie am üblichen Ablageort nach und fragen Sie Ihre Nachbarn. Ist Ihr Paket nicht auffindbar, fehlt etwas oder ist etwas beschädigt, schreiben Sie uns bitte.
    .informal = Bitte sieh am üblichen Ablageort nach und frag deine Nachbarn. Ist dein Paket nicht auffindbar, fehlt etwas oder ist etwas beschädigt, schreib uns bitte.

## shipment.delivered, of what the customer picked up

picked-up-subject =
    { $share ->
        [whole] Ihre Bestellung { $order } wurde abgeholt
        [part] Ein Teil Ihrer Bestellung { $order } wurde abgeholt
       *[parcel] Ein Paket zu Ihrer Bestellung { $order } wurde abgeholt
    }
    .informal =
    { $share ->
        [whole] Deine Bestellung { $order } wurde abgeholt
        [part] Ein Teil deiner Bestellung { $order } wurde abgeholt
       *[parcel] Ein Paket zu deiner Bestellung { $order } wurde abgeholt
    }
picked-up-heading = Ihre Ware wurde abgeholt
    .informal = Deine Ware wurde abgeholt
picked-up-lead-with-place =
    { $share ->
        [whole] Ihre Bestellung { $order } wurde am Abholort { $place } abgeholt. Wir wünschen Ihnen viel Freude damit.
        [part] ein Teil Ihrer Bestellung { $order } wurde am Abholort { $place } abgeholt. Wir wünschen Ihnen viel Freude damit.
       *[parcel] ein Paket zu Ihrer Bestellung { $order } wurde am Abholort { $place } abgeholt. Wir wünschen Ihnen viel Freude damit.
    }
    .informal =
    { $share ->
        [whole] deine Bestellung { $order } wurde am Abholort { $place } abgeholt. Wir wünschen dir viel Freude damit.
        [part] ein Teil deiner Bestellung { $order } wurde am Abholort { $place } abgeholt. Wir wünschen dir viel Freude damit.
       *[parcel] ein Paket zu deiner Bestellung { $order } wurde am Abholort { $place } abgeholt. Wir wünschen dir viel Freude damit.
    }
picked-up-lead =
    { $share ->
        [whole] Ihre Bestellung { $order } wurde abgeholt. Wir wünschen Ihnen viel Freude damit.
        [part] ein Teil Ihrer Bestellung { $order } wurde abgeholt. Wir wünschen Ihnen viel Freude damit.
       *[parcel] ein Paket zu Ihrer Bestellung { $order } wurde abgeholt. Wir wünschen Ihnen viel Freude damit.
    }
    .informal =
    { $share ->
        [whole] deine Bestellung { $order } wurde abgeholt. Wir wünschen dir viel Freude damit.
        [part] ein Teil deiner Bestellung { $order } wurde abgeholt. Wir wünschen dir viel Freude damit.
       *[parcel] ein Paket zu deiner Bestellung { $order } wurde abgeholt. Wir wünschen dir viel Freude damit.
    }

## shipment.returned

returned-subject =
    { $share ->
        [whole] Ihre Bestellung { $order } geht an uns zurück
        [part] Ein Teil Ihrer Bestellung { $order } geht an uns zurück
       *[parcel] Ein Paket zu Ihrer Bestellung { $order } geht an uns zurück
    }
    .informal =
    { $share ->
        [whole] Deine Bestellung { $order } geht an uns zurück
        [part] Ein Teil deiner Bestellung { $order } geht an uns zurück
       *[parcel] Ein Paket zu deiner Bestellung { $order } geht an uns zurück
    }
returned-heading = Ihr Paket geht an uns zurück
    .informal = Dein Paket geht an uns zurück
returned-lead =
    { $share ->
        [whole] Ihre Bestellung { $order } geht an uns zurück. Schreiben Sie uns gern, damit wir mit Ihnen klären können, wie es weitergeht.
        [part] ein Teil Ihrer Bestellung { $order } geht an uns zurück. Schreiben Sie uns gern, damit wir mit Ihnen klären können, wie es weitergeht.
       *[parcel] ein Paket zu Ihrer Bestellung { $order } geht an uns zurück. Schreiben Sie uns gern, damit wir mit Ihnen klären können, wie es weitergeht.
    }
    .informal =
    { $share ->
        [whole] deine Bestellung { $order } geht an uns zurück. Schreib uns gern, damit wir mit dir klären können, wie es weitergeht.
        [part] ein Teil deiner Bestellung { $order } geht an uns zurück. Schreib uns gern, damit wir mit dir klären können, wie es weitergeht.
       *[parcel] ein Paket zu deiner Bestellung { $order } geht an uns zurück. Schreib uns gern, damit wir mit dir klären können, wie es weitergeht.
    }
