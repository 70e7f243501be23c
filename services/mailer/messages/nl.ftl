### Nederlands. Aanspreekvorm: u; `.informal`: je. Wat dat niet heeft, spreekt niemand aan.

usual-formality = informal

## The frame of every mail

copy-subject = Kopie: { $subject }
order-and-number = Bestelling { $order }
greeting = Beste { $name },
    .informal = Hallo { $name },
greeting-without-name = Beste klant,
    .informal = Hallo,
questions = Heeft u een vraag? Mail naar { $email } en vermeld bestelnummer { $order }.
    .informal = Heb je een vraag? Mail naar { $email } en vermeld bestelnummer { $order }.
why-you-get-this = U ontvangt deze e-mail omdat u een bestelling heeft geplaatst bij { $shop }.
    .informal = Je ontvangt deze e-mail omdat je een bestelling hebt geplaatst bij { $shop }.
why-you-get-a-copy = Dit is een kopie. De e-mail zelf is bestemd voor de klant die de bestelling bij { $shop } heeft geplaatst.
view-order = Bestelling bekijken

## Links

link-returns = Retourneren
link-help = Klantenservice
link-account = Mijn account
link-terms = Algemene voorwaarden
link-privacy = Privacybeleid

## Progress

step-ordered = Besteld
step-shipped = Verzonden
step-out-for-delivery = Wordt bezorgd
step-delivered = Bezorgd
step-on-its-way = Onderweg
step-ready = Ligt klaar
step-picked-up = Opgehaald
step-spoken = Stap { $step } van { $steps }: { $name }

## Signs between texts

label-and-value = { $label }: { $value }
label-of-link = { $label }:
text-with-remark = { $text } ({ $remark })

## Lists of articles

pieces = { $quantity } ×
quantity-with-unit = { $quantity } { $unit }
quantity-and-article = { $quantity } { $article }
articles-in-a-row = { $first }; { $second }
also-in-list = En verder: { $articles }
more-in-list =
    { $count ->
        [one] … en nog 1 artikel
       *[other] … en nog { $count } artikelen
    }
see-whole-order = Hele bestelling bekijken
part-of-set = Onderdeel van { $set }
article-expected = Verwacht op { $day }
parcel-contents =
    { $count ->
        [0] In dit pakket: { $article }.
        [one] In dit pakket: { $article } en nog 1 artikel.
       *[other] In dit pakket: { $article } en nog { $count } artikelen.
    }
cancelled-contents =
    { $count ->
        [0] Geannuleerd: { $article }.
        [one] Geannuleerd: { $article } en nog 1 artikel.
       *[other] Geannuleerd: { $article } en nog { $count } artikelen.
    }

## What an order costs

placed-at = Besteld op { $time }
time-in-utc = { $time } UTC
price-each = { $price } per stuk
price-per-unit = { $price } per { $unit }
quantity-times-price = { $quantity } × { $price }
row-subtotal = Subtotaal
row-discount = Korting
row-shipping = Verzendkosten
shipping-free = Gratis
row-fee = Toeslag
row-tip = Fooi
row-duties = Invoerrechten
row-tax = Btw
row-gift-card = Cadeaubon
row-credit = Tegoed
row-rounding = Afronding
row-total = Totaal
row-paid = Betaald
row-due = Nog te betalen
tax-included = incl. { $amount } btw
named-tax-included = incl. { $amount } { $tax }

## Parcel, address and pick-up

carrier = Bezorgdienst
tracking-number = Track & trace-code
tracking-page = Volgen via
track-parcel = Pakket volgen
delivery-details = Bezorgdetails bekijken
expected = Verwachte bezorging
expected-today = Vandaag
reason = Reden
in-this-parcel = In dit pakket
still-to-come = Volgt nog
still-to-come-note = De rest wordt apart verzonden. U krijgt bericht zodra die onderweg is.
    .informal = De rest wordt apart verzonden. Je krijgt bericht zodra die onderweg is.
delivery-address = Bezorgadres
pickup-place = Afhaalpunt
pickup-code = Afhaalcode
pickup-until = Uiterste afhaaldatum
pickup-page = Over dit afhaalpunt
your-order = Uw bestelling
    .informal = Je bestelling
your-order-number = Bestelnummer { $order }

## order.confirmed

confirmed-subject = We hebben uw bestelling { $order } ontvangen
    .informal = We hebben je bestelling { $order } ontvangen
confirmed-preheader = Totaal: { $total }. Hierbij het overzicht van uw bestelling.
    .informal = Totaal: { $total }. Hier vind je het overzicht van je bestelling.
confirmed-preheader-without-total = Hierbij het overzicht van uw bestelling.
    .informal = Hier vind je het overzicht van je bestelling.
confirmed-heading = Bedankt voor uw bestelling
    .informal = Bedankt voor je bestelling
confirmed-lead =
    { $delivery ->
        [pickup] We hebben uw bestelling { $order } ontvangen en gaan ermee aan de slag. U krijgt bericht zodra u uw bestelling kunt ophalen.
        [shipping] We hebben uw bestelling { $order } ontvangen en gaan ermee aan de slag. U krijgt bericht zodra uw bestelling onderweg is.
       *[none] We hebben uw bestelling { $order } ontvangen en gaan ermee aan de slag.
    }
    .informal =
    { $delivery ->
        [pickup] We hebben je bestelling { $order } ontvangen en gaan ermee aan de slag. Je krijgt bericht zodra je je bestelling kunt ophalen.
        [shipping] We hebben je bestelling { $order } ontvangen en gaan ermee aan de slag. Je krijgt bericht zodra je bestelling onderweg is.
       *[none] We hebben je bestelling { $order } ontvangen en gaan ermee aan de slag.
    }
confirmed-articles = Bestelde artikelen

## order.updated

order-updated-subject = Uw bestelling { $order } is gewijzigd
    .informal = Je bestelling { $order } is gewijzigd
order-updated-preheader = Hierbij het nieuwe overzicht van uw bestelling.
    .informal = Hier vind je het nieuwe overzicht van je bestelling.
order-updated-heading = Uw bestelling is gewijzigd
    .informal = Je bestelling is gewijzigd
order-updated-lead = Uw bestelling { $order } is gewijzigd. Hieronder vindt u het nieuwe overzicht.
    .informal = Je bestelling { $order } is gewijzigd. Hieronder vind je het nieuwe overzicht.
order-updated-changes = Wijzigingen
order-updated-articles = Uw gewijzigde bestelling
    .informal = Je gewijzigde bestelling
change-added = Toegevoegd: { $article }
change-removed = Verwijderd: { $article }
change-quantity = { $article } in plaats van { $before }
change-replaced = { $now } in plaats van { $before }
change-price = Prijs van { $article }: { $now } in plaats van { $before }
change-total = Totaal: { $now } in plaats van { $before }
change-shipping-address = Bezorgadres gewijzigd: zie hieronder
change-pickup = Afhaalgegevens gewijzigd: zie hieronder
change-billing-address = Factuuradres gewijzigd
change-more =
    { $count ->
        [one] En nog 1 wijziging.
       *[other] En nog { $count } wijzigingen.
    }

## order.payment_failed

payment-failed-subject = De betaling van uw bestelling { $order } is niet gelukt
    .informal = De betaling van je bestelling { $order } is niet gelukt
payment-failed-preheader-with-day = Graag uiterlijk { $day } betalen.
payment-failed-preheader = U kunt het opnieuw proberen.
    .informal = Je kunt het opnieuw proberen.
payment-failed-heading = Uw betaling is niet gelukt
    .informal = Je betaling is niet gelukt
payment-failed-lead = De betaling van uw bestelling { $order } is niet gelukt. U kunt het hieronder opnieuw proberen.
    .informal = De betaling van je bestelling { $order } is niet gelukt. Je kunt het hieronder opnieuw proberen.
payment-failed-lead-without-link = De betaling van uw bestelling { $order } is niet gelukt. Probeer het opnieuw of neem contact met ons op als u hulp nodig heeft.
    .informal = De betaling van je bestelling { $order } is niet gelukt. Probeer het opnieuw of neem contact met ons op als je hulp nodig hebt.
payment-failed-amount = Te betalen
payment-failed-method = Betaalmethode
payment-failed-pay-by = Uiterste betaaldatum
payment-failed-button = Nu betalen

## order.cancelled

cancelled-subject =
    { $extent ->
        [part] Een deel van uw bestelling { $order } is geannuleerd
       *[whole] Uw bestelling { $order } is geannuleerd
    }
    .informal =
    { $extent ->
        [part] Een deel van je bestelling { $order } is geannuleerd
       *[whole] Je bestelling { $order } is geannuleerd
    }
cancelled-preheader-with-refund = U krijgt { $amount } terug.
    .informal = Je krijgt { $amount } terug.
cancelled-heading =
    { $extent ->
        [part] Een deel van uw bestelling is geannuleerd
       *[whole] Uw bestelling is geannuleerd
    }
    .informal =
    { $extent ->
        [part] Een deel van je bestelling is geannuleerd
       *[whole] Je bestelling is geannuleerd
    }
cancelled-lead =
    { $extent ->
        [part] We hebben een deel van uw bestelling { $order } geannuleerd.
        [part-with-rest] We hebben een deel van uw bestelling { $order } geannuleerd. Aan de rest van uw bestelling verandert niets.
       *[whole] We hebben uw bestelling { $order } geannuleerd.
    }
    .informal =
    { $extent ->
        [part] We hebben een deel van je bestelling { $order } geannuleerd.
        [part-with-rest] We hebben een deel van je bestelling { $order } geannuleerd. Aan de rest van je bestelling verandert niets.
       *[whole] We hebben je bestelling { $order } geannuleerd.
    }
cancelled-not-charged = Er is niets in rekening gebracht.
cancelled-refund-to-by = We betalen het bedrag terug via { $method }. U ontvangt het naar verwachting uiterlijk { $day }.
    .informal = We betalen het bedrag terug via { $method }. Je ontvangt het naar verwachting uiterlijk { $day }.
cancelled-refund-to = We betalen het bedrag terug via { $method }.
cancelled-refund-by = U ontvangt het bedrag naar verwachting uiterlijk { $day }.
    .informal = Je ontvangt het bedrag naar verwachting uiterlijk { $day }.
cancelled-articles = Geannuleerde artikelen

## order.refunded

refunded-subject = Terugbetaling van { $amount } voor bestelling { $order }
refunded-preheader-to-by = U ontvangt het bedrag naar verwachting uiterlijk { $day } via { $method }.
    .informal = Je ontvangt het bedrag naar verwachting uiterlijk { $day } via { $method }.
refunded-preheader-to = Het bedrag is onderweg via { $method }.
refunded-preheader-by = U ontvangt het bedrag naar verwachting uiterlijk { $day }.
    .informal = Je ontvangt het bedrag naar verwachting uiterlijk { $day }.
refunded-preheader = Het bedrag is onderweg.
refunded-heading = Uw terugbetaling is onderweg
    .informal = Je terugbetaling is onderweg
refunded-in-full = We hebben het volledige bedrag van uw bestelling { $order } terugbetaald.
    .informal = We hebben het volledige bedrag van je bestelling { $order } terugbetaald.
refunded-rest = We hebben het resterende bedrag van uw bestelling { $order } terugbetaald. Daarmee is het volledige bedrag terugbetaald.
    .informal = We hebben het resterende bedrag van je bestelling { $order } terugbetaald. Daarmee is het volledige bedrag terugbetaald.
refunded-part = We hebben een deel van het bedrag van uw bestelling { $order } terugbetaald.
    .informal = We hebben een deel van het bedrag van je bestelling { $order } terugbetaald.
refunded-amount = We hebben { $amount } terugbetaald voor uw bestelling { $order }.
    .informal = We hebben { $amount } terugbetaald voor je bestelling { $order }.
refund-amount = U krijgt terug
    .informal = Je krijgt terug
refund-to = Via
refund-expected-by = Verwacht uiterlijk
refund-order-total = Bestelbedrag
refunded-note-with-day = Hoe snel het bedrag zichtbaar is, hangt af van uw bank. Heeft u het op de genoemde datum nog niet ontvangen? Neem dan contact met ons op.
    .informal = Hoe snel het bedrag zichtbaar is, hangt af van je bank. Heb je het op de genoemde datum nog niet ontvangen? Neem dan contact met ons op.
refunded-note = Hoe snel het bedrag zichtbaar is, hangt af van uw bank. Heeft u het na twee weken nog niet ontvangen? Neem dan contact met ons op.
    .informal = Hoe snel het bedrag zichtbaar is, hangt af van je bank. Heb je het na twee weken nog niet ontvangen? Neem dan contact met ons op.

## order.withdrawal_received

withdrawal-subject = We hebben uw herroeping van bestelling { $order } ontvangen
    .informal = We hebben je herroeping van bestelling { $order } ontvangen
withdrawal-preheader-with-time = Ontvangen op { $time }.
withdrawal-preheader = Dit is uw ontvangstbevestiging.
    .informal = Dit is je ontvangstbevestiging.
withdrawal-heading = We hebben uw herroeping ontvangen
    .informal = We hebben je herroeping ontvangen
withdrawal-lead = Hierbij bevestigen we dat we uw herroeping van bestelling { $order } hebben ontvangen.
    .informal = Hierbij bevestigen we dat we je herroeping van bestelling { $order } hebben ontvangen.
withdrawal-received-on = Ontvangen op
withdrawal-id = Herroepingsnummer
withdrawal-content = Uw verklaring
    .informal = Je verklaring
withdrawal-articles = Het gaat om deze artikelen

## shipment.shipped

shipped-subject =
    { $share ->
        [whole] Uw bestelling { $order } is onderweg
        [part] Een deel van uw bestelling { $order } is onderweg
       *[parcel] Een pakket van uw bestelling { $order } is onderweg
    }
    .informal =
    { $share ->
        [whole] Je bestelling { $order } is onderweg
        [part] Een deel van je bestelling { $order } is onderweg
       *[parcel] Een pakket van je bestelling { $order } is onderweg
    }
shipped-preheader-with-carrier = Verwacht op { $day }, bezorgd door { $carrier }. { $contents }
shipped-preheader = Verwacht op { $day }. { $contents }
shipped-heading =
    { $share ->
        [whole] Uw bestelling is onderweg
        [part] Een deel van uw bestelling is onderweg
       *[parcel] Uw pakket is onderweg
    }
    .informal =
    { $share ->
        [whole] Je bestelling is onderweg
        [part] Een deel van je bestelling is onderweg
       *[parcel] Je pakket is onderweg
    }
shipped-lead =
    { $share ->
        [whole] We hebben uw bestelling { $order } verzonden, alles in één pakket.
        [part] We hebben een pakket van uw bestelling { $order } verzonden. De rest volgt zo snel mogelijk.
       *[parcel] We hebben een pakket van uw bestelling { $order } verzonden.
    }
    .informal =
    { $share ->
        [whole] We hebben je bestelling { $order } verzonden, alles in één pakket.
        [part] We hebben een pakket van je bestelling { $order } verzonden. De rest volgt zo snel mogelijk.
       *[parcel] We hebben een pakket van je bestelling { $order } verzonden.
    }

## On its way to a place where the customer will pick it up

to-pickup-heading = Uw bestelling is onderweg
    .informal = Je bestelling is onderweg
to-pickup-lead-with-place =
    { $share ->
        [whole] Uw bestelling { $order } is onderweg naar { $place }. U krijgt bericht zodra u de bestelling kunt ophalen.
        [part] Een deel van uw bestelling { $order } is onderweg naar { $place }. U krijgt bericht zodra u het kunt ophalen.
       *[parcel] Een pakket van uw bestelling { $order } is onderweg naar { $place }. U krijgt bericht zodra u het kunt ophalen.
    }
    .informal =
    { $share ->
        [whole] Je bestelling { $order } is onderweg naar { $place }. Je krijgt bericht zodra je de bestelling kunt ophalen.
        [part] Een deel van je bestelling { $order } is onderweg naar { $place }. Je krijgt bericht zodra je het kunt ophalen.
       *[parcel] Een pakket van je bestelling { $order } is onderweg naar { $place }. Je krijgt bericht zodra je het kunt ophalen.
    }
to-pickup-lead =
    { $share ->
        [whole] Uw bestelling { $order } is onderweg. U krijgt bericht zodra u de bestelling kunt ophalen.
        [part] Een deel van uw bestelling { $order } is onderweg. U krijgt bericht zodra u het kunt ophalen.
       *[parcel] Een pakket van uw bestelling { $order } is onderweg. U krijgt bericht zodra u het kunt ophalen.
    }
    .informal =
    { $share ->
        [whole] Je bestelling { $order } is onderweg. Je krijgt bericht zodra je de bestelling kunt ophalen.
        [part] Een deel van je bestelling { $order } is onderweg. Je krijgt bericht zodra je het kunt ophalen.
       *[parcel] Een pakket van je bestelling { $order } is onderweg. Je krijgt bericht zodra je het kunt ophalen.
    }
to-pickup-preheader-with-carrier = Onderweg met { $carrier }. { $contents }
to-pickup-preheader = Onderweg. { $contents }

## shipment.updated

updated-subject =
    { $share ->
        [whole] Nieuwe verzendgegevens voor uw bestelling { $order }
        [part] Nieuwe verzendgegevens voor een deel van uw bestelling { $order }
       *[parcel] Nieuwe verzendgegevens voor een pakket van uw bestelling { $order }
    }
    .informal =
    { $share ->
        [whole] Nieuwe verzendgegevens voor je bestelling { $order }
        [part] Nieuwe verzendgegevens voor een deel van je bestelling { $order }
       *[parcel] Nieuwe verzendgegevens voor een pakket van je bestelling { $order }
    }
updated-heading = Nieuwe verzendgegevens voor uw pakket
    .informal = Nieuwe verzendgegevens voor je pakket
updated-lead =
    { $share ->
        [whole] Er zijn nieuwe verzendgegevens voor uw bestelling { $order }. Hieronder vindt u de actuele gegevens.
        [part] Er zijn nieuwe verzendgegevens voor een deel van uw bestelling { $order }. Hieronder vindt u de actuele gegevens.
       *[parcel] Er zijn nieuwe verzendgegevens voor een pakket van uw bestelling { $order }. Hieronder vindt u de actuele gegevens.
    }
    .informal =
    { $share ->
        [whole] Er zijn nieuwe verzendgegevens voor je bestelling { $order }. Hieronder vind je de actuele gegevens.
        [part] Er zijn nieuwe verzendgegevens voor een deel van je bestelling { $order }. Hieronder vind je de actuele gegevens.
       *[parcel] Er zijn nieuwe verzendgegevens voor een pakket van je bestelling { $order }. Hieronder vind je de actuele gegevens.
    }
updated-day-subject =
    { $share ->
        [whole] Nieuwe bezorgdatum voor uw bestelling { $order }
        [part] Nieuwe bezorgdatum voor een deel van uw bestelling { $order }
       *[parcel] Nieuwe bezorgdatum voor een pakket van uw bestelling { $order }
    }
    .informal =
    { $share ->
        [whole] Nieuwe bezorgdatum voor je bestelling { $order }
        [part] Nieuwe bezorgdatum voor een deel van je bestelling { $order }
       *[parcel] Nieuwe bezorgdatum voor een pakket van je bestelling { $order }
    }
updated-day-heading = De verwachte bezorgdatum is gewijzigd
updated-day-lead =
    { $share ->
        [whole] De verwachte bezorgdatum van uw bestelling { $order } is gewijzigd.
        [part] De verwachte bezorgdatum van een deel van uw bestelling { $order } is gewijzigd.
       *[parcel] De verwachte bezorgdatum van een pakket van uw bestelling { $order } is gewijzigd.
    }
    .informal =
    { $share ->
        [whole] De verwachte bezorgdatum van je bestelling { $order } is gewijzigd.
        [part] De verwachte bezorgdatum van een deel van je bestelling { $order } is gewijzigd.
       *[parcel] De verwachte bezorgdatum van een pakket van je bestelling { $order } is gewijzigd.
    }
updated-preheader-number-with-carrier = Track & trace-code: { $number } ({ $carrier }).
updated-preheader-number = Track & trace-code: { $number }.
updated-preheader-numbers =
    { $count ->
        [one] 1 track & trace-code.
       *[other] { $count } track & trace-codes.
    }
updated-preheader-carrier = Onderweg met { $carrier }.
updated-preheader-day = Verwacht op { $day }.
updated-preheader-pickup = Zo haalt u uw pakket op.
    .informal = Zo haal je je pakket op.
updated-preheader-page = Hier kunt u uw pakket volgen.
    .informal = Hier kun je je pakket volgen.

## shipment.delayed

delayed-subject-with-day =
    { $share ->
        [whole] Vertraging: uw bestelling { $order } komt naar verwachting op { $day }
        [part] Vertraging: een deel van uw bestelling { $order } komt naar verwachting op { $day }
       *[parcel] Vertraging: een pakket van uw bestelling { $order } komt naar verwachting op { $day }
    }
    .informal =
    { $share ->
        [whole] Vertraging: je bestelling { $order } komt naar verwachting op { $day }
        [part] Vertraging: een deel van je bestelling { $order } komt naar verwachting op { $day }
       *[parcel] Vertraging: een pakket van je bestelling { $order } komt naar verwachting op { $day }
    }
delayed-subject =
    { $share ->
        [whole] Uw bestelling { $order } is vertraagd
        [part] Een deel van uw bestelling { $order } is vertraagd
       *[parcel] Een pakket van uw bestelling { $order } is vertraagd
    }
    .informal =
    { $share ->
        [whole] Je bestelling { $order } is vertraagd
        [part] Een deel van je bestelling { $order } is vertraagd
       *[parcel] Een pakket van je bestelling { $order } is vertraagd
    }
delayed-preheader = Onze excuses. { $contents }
delayed-heading = Uw pakket komt later
    .informal = Je pakket komt later
delayed-lead =
    { $share ->
        [whole] Onze excuses: uw bestelling { $order } komt later dan we hadden aangegeven.
        [part] Onze excuses: een deel van uw bestelling { $order } komt later dan we hadden aangegeven.
       *[parcel] Onze excuses: een pakket van uw bestelling { $order } komt later dan we hadden aangegeven.
    }
    .informal =
    { $share ->
        [whole] Onze excuses: je bestelling { $order } komt later dan we hadden aangegeven.
        [part] Onze excuses: een deel van je bestelling { $order } komt later dan we hadden aangegeven.
       *[parcel] Onze excuses: een pakket van je bestelling { $order } komt later dan we hadden aangegeven.
    }
delayed-lead-without-day =
    { $share ->
        [whole] Onze excuses: uw bestelling { $order } komt later dan we hadden aangegeven. De nieuwe bezorgdatum is nog niet bekend.
        [part] Onze excuses: een deel van uw bestelling { $order } komt later dan we hadden aangegeven. De nieuwe bezorgdatum is nog niet bekend.
       *[parcel] Onze excuses: een pakket van uw bestelling { $order } komt later dan we hadden aangegeven. De nieuwe bezorgdatum is nog niet bekend.
    }
    .informal =
    { $share ->
        [whole] Onze excuses: je bestelling { $order } komt later dan we hadden aangegeven. De nieuwe bezorgdatum is nog niet bekend.
        [part] Onze excuses: een deel van je bestelling { $order } komt later dan we hadden aangegeven. De nieuwe bezorgdatum is nog niet bekend.
       *[parcel] Onze excuses: een pakket van je bestelling { $order } komt later dan we hadden aangegeven. De nieuwe bezorgdatum is nog niet bekend.
    }
delayed-new-day = Nieuwe bezorgdatum
delayed-note-with-day = U hoeft niets te doen. Komt de nieuwe datum u niet uit? Laat het ons weten, dan kijken we wat we kunnen doen.
    .informal = Je hoeft niets te doen. Komt de nieuwe datum je niet uit? Laat het ons weten, dan kijken we wat we kunnen doen.
delayed-note = U hoeft niets te doen. Komt dit u niet uit? Laat het ons weten, dan kijken we wat we kunnen doen.
    .informal = Je hoeft niets te doen. Komt dit je niet uit? Laat het ons weten, dan kijken we wat we kunnen doen.
delayed-articles = Dit komt later

## shipment.out_for_delivery

out-for-delivery-subject =
    { $share ->
        [whole] Uw bestelling { $order } wordt vandaag bezorgd
        [part] Een deel van uw bestelling { $order } wordt vandaag bezorgd
       *[parcel] Een pakket van uw bestelling { $order } wordt vandaag bezorgd
    }
    .informal =
    { $share ->
        [whole] Je bestelling { $order } wordt vandaag bezorgd
        [part] Een deel van je bestelling { $order } wordt vandaag bezorgd
       *[parcel] Een pakket van je bestelling { $order } wordt vandaag bezorgd
    }
out-for-delivery-preheader-with-carrier = De bezorger van { $carrier } is onderweg. { $contents }
out-for-delivery-preheader = De bezorger is onderweg. { $contents }
out-for-delivery-heading = Uw pakket komt vandaag
    .informal = Je pakket komt vandaag
out-for-delivery-lead =
    { $share ->
        [whole] De bezorger is onderweg met uw bestelling { $order } en komt naar verwachting vandaag bij u langs.
        [part] De bezorger is onderweg met een deel van uw bestelling { $order } en komt naar verwachting vandaag bij u langs.
       *[parcel] De bezorger is onderweg met een pakket van uw bestelling { $order } en komt naar verwachting vandaag bij u langs.
    }
    .informal =
    { $share ->
        [whole] De bezorger is onderweg met je bestelling { $order } en komt naar verwachting vandaag bij je langs.
        [part] De bezorger is onderweg met een deel van je bestelling { $order } en komt naar verwachting vandaag bij je langs.
       *[parcel] De bezorger is onderweg met een pakket van je bestelling { $order } en komt naar verwachting vandaag bij je langs.
    }

## shipment.delivery_attempted

attempted-subject =
    { $share ->
        [whole] Uw bestelling { $order } kon niet worden bezorgd
        [part] Een deel van uw bestelling { $order } kon niet worden bezorgd
       *[parcel] Een pakket van uw bestelling { $order } kon niet worden bezorgd
    }
    .informal =
    { $share ->
        [whole] Je bestelling { $order } kon niet worden bezorgd
        [part] Een deel van je bestelling { $order } kon niet worden bezorgd
       *[parcel] Een pakket van je bestelling { $order } kon niet worden bezorgd
    }
attempted-preheader = De volgende bezorgpoging is op { $day }.
attempted-heading = Uw pakket kon niet worden bezorgd
    .informal = Je pakket kon niet worden bezorgd
attempted-lead-with-carrier =
    { $share ->
        [whole] { $carrier } heeft geprobeerd uw bestelling { $order } te bezorgen, maar dat is niet gelukt.
        [part] { $carrier } heeft geprobeerd een deel van uw bestelling { $order } te bezorgen, maar dat is niet gelukt.
       *[parcel] { $carrier } heeft geprobeerd een pakket van uw bestelling { $order } te bezorgen, maar dat is niet gelukt.
    }
    .informal =
    { $share ->
        [whole] { $carrier } heeft geprobeerd je bestelling { $order } te bezorgen, maar dat is niet gelukt.
        [part] { $carrier } heeft geprobeerd een deel van je bestelling { $order } te bezorgen, maar dat is niet gelukt.
       *[parcel] { $carrier } heeft geprobeerd een pakket van je bestelling { $order } te bezorgen, maar dat is niet gelukt.
    }
attempted-lead =
    { $share ->
        [whole] Uw bestelling { $order } kon niet worden bezorgd.
        [part] Een deel van uw bestelling { $order } kon niet worden bezorgd.
       *[parcel] Een pakket van uw bestelling { $order } kon niet worden bezorgd.
    }
    .informal =
    { $share ->
        [whole] Je bestelling { $order } kon niet worden bezorgd.
        [part] Een deel van je bestelling { $order } kon niet worden bezorgd.
       *[parcel] Een pakket van je bestelling { $order } kon niet worden bezorgd.
    }
attempted-next = Volgende bezorgpoging

## shipment.ready_for_pickup

ready-subject =
    { $share ->
        [whole] Uw bestelling { $order } ligt klaar om op te halen
        [part] Een deel van uw bestelling { $order } ligt klaar om op te halen
       *[parcel] Een pakket van uw bestelling { $order } ligt klaar om op te halen
    }
    .informal =
    { $share ->
        [whole] Je bestelling { $order } ligt klaar om op te halen
        [part] Een deel van je bestelling { $order } ligt klaar om op te halen
       *[parcel] Een pakket van je bestelling { $order } ligt klaar om op te halen
    }
ready-preheader-at-until = Op te halen bij { $place } t/m { $day }.
ready-preheader-at = Op te halen bij { $place }.
ready-preheader-until = Op te halen t/m { $day }.
ready-preheader = U bent welkom om langs te komen.
    .informal = Je bent welkom om langs te komen.
ready-heading = Klaar om op te halen
ready-lead-with-place =
    { $share ->
        [whole] Uw bestelling { $order } ligt voor u klaar bij { $place }.
        [part] Een deel van uw bestelling { $order } ligt voor u klaar bij { $place }.
       *[parcel] Een pakket van uw bestelling { $order } ligt voor u klaar bij { $place }.
    }
    .informal =
    { $share ->
        [whole] Je bestelling { $order } ligt voor je klaar bij { $place }.
        [part] Een deel van je bestelling { $order } ligt voor je klaar bij { $place }.
       *[parcel] Een pakket van je bestelling { $order } ligt voor je klaar bij { $place }.
    }
ready-lead =
    { $share ->
        [whole] Uw bestelling { $order } ligt voor u klaar om op te halen.
        [part] Een deel van uw bestelling { $order } ligt voor u klaar om op te halen.
       *[parcel] Een pakket van uw bestelling { $order } ligt voor u klaar om op te halen.
    }
    .informal =
    { $share ->
        [whole] Je bestelling { $order } ligt voor je klaar om op te halen.
        [part] Een deel van je bestelling { $order } ligt voor je klaar om op te halen.
       *[parcel] Een pakket van je bestelling { $order } ligt voor je klaar om op te halen.
    }
ready-articles = Dit ligt klaar

## shipment.delivered

delivered-subject =
    { $share ->
        [whole] Uw bestelling { $order } is bezorgd
        [part] Een deel van uw bestelling { $order } is bezorgd
       *[parcel] Een pakket van uw bestelling { $order } is bezorgd
    }
    .informal =
    { $share ->
        [whole] Je bestelling { $order } is bezorgd
        [part] Een deel van je bestelling { $order } is bezorgd
       *[parcel] Een pakket van je bestelling { $order } is bezorgd
    }
delivered-heading = Uw pakket is bezorgd
    .informal = Je pakket is bezorgd
delivered-lead-with-carrier =
    { $share ->
        [whole] { $carrier } heeft uw bestelling { $order } bezorgd. We hopen dat alles naar wens is.
        [part] { $carrier } heeft een deel van uw bestelling { $order } bezorgd. We hopen dat alles naar wens is.
       *[parcel] { $carrier } heeft een pakket van uw bestelling { $order } bezorgd. We hopen dat alles naar wens is.
    }
    .informal =
    { $share ->
        [whole] { $carrier } heeft je bestelling { $order } bezorgd. We hopen dat alles naar wens is.
        [part] { $carrier } heeft een deel van je bestelling { $order } bezorgd. We hopen dat alles naar wens is.
       *[parcel] { $carrier } heeft een pakket van je bestelling { $order } bezorgd. We hopen dat alles naar wens is.
    }
delivered-lead =
    { $share ->
        [whole] We hebben bericht gekregen dat uw bestelling { $order } is bezorgd. We hopen dat alles naar wens is.
        [part] We hebben bericht gekregen dat een deel van uw bestelling { $order } is bezorgd. We hopen dat alles naar wens is.
       *[parcel] We hebben bericht gekregen dat een pakket van uw bestelling { $order } is bezorgd. We hopen dat alles naar wens is.
    }
    .informal =
    { $share ->
        [whole] We hebben bericht gekregen dat je bestelling { $order } is bezorgd. We hopen dat alles naar wens is.
        [part] We hebben bericht gekregen dat een deel van je bestelling { $order } is bezorgd. We hopen dat alles naar wens is.
       *[parcel] We hebben bericht gekregen dat een pakket van je bestelling { $order } is bezorgd. We hopen dat alles naar wens is.
    }
delivered-not-found = Pakket niet ontvangen?
delivered-not-found-help = Kijk op de plek waar pakketten meestal voor u worden achtergelaten en vraag het ook aan de buren. Is het pakket nergens te vinden, ontbreekt er iets of is er iets beschadigd? Laat het ons dan weten.
    .informal = Kijk op de plek waar pakketten meestal voor je worden achtergelaten en vraag het ook aan de buren. Is het pakket nergens te vinden, ontbreekt er iets of is er iets beschadigd? Laat het ons dan weten.

## shipment.delivered, of what the customer picked up

picked-up-subject =
    { $share ->
        [whole] Uw bestelling { $order } is opgehaald
        [part] Een deel van uw bestelling { $order } is opgehaald
       *[parcel] Een pakket van uw bestelling { $order } is opgehaald
    }
    .informal =
    { $share ->
        [whole] Je bestelling { $order } is opgehaald
        [part] Een deel van je bestelling { $order } is opgehaald
       *[parcel] Een pakket van je bestelling { $order } is opgehaald
    }
picked-up-heading = Uw pakket is opgehaald
    .informal = Je pakket is opgehaald
picked-up-lead-with-place =
    { $share ->
        [whole] Uw bestelling { $order } is opgehaald bij { $place }. We hopen dat alles naar wens is.
        [part] Een deel van uw bestelling { $order } is opgehaald bij { $place }. We hopen dat alles naar wens is.
       *[parcel] Een pakket van uw bestelling { $order } is opgehaald bij { $place }. We hopen dat alles naar wens is.
    }
    .informal =
    { $share ->
        [whole] Je bestelling { $order } is opgehaald bij { $place }. We hopen dat alles naar wens is.
        [part] Een deel van je bestelling { $order } is opgehaald bij { $place }. We hopen dat alles naar wens is.
       *[parcel] Een pakket van je bestelling { $order } is opgehaald bij { $place }. We hopen dat alles naar wens is.
    }
picked-up-lead =
    { $share ->
        [whole] Uw bestelling { $order } is opgehaald. We hopen dat alles naar wens is.
        [part] Een deel van uw bestelling { $order } is opgehaald. We hopen dat alles naar wens is.
       *[parcel] Een pakket van uw bestelling { $order } is opgehaald. We hopen dat alles naar wens is.
    }
    .informal =
    { $share ->
        [whole] Je bestelling { $order } is opgehaald. We hopen dat alles naar wens is.
        [part] Een deel van je bestelling { $order } is opgehaald. We hopen dat alles naar wens is.
       *[parcel] Een pakket van je bestelling { $order } is opgehaald. We hopen dat alles naar wens is.
    }

## shipment.returned

returned-subject =
    { $share ->
        [whole] Uw bestelling { $order } wordt naar ons teruggestuurd
        [part] Een deel van uw bestelling { $order } wordt naar ons teruggestuurd
       *[parcel] Een pakket van uw bestelling { $order } wordt naar ons teruggestuurd
    }
    .informal =
    { $share ->
        [whole] Je bestelling { $order } wordt naar ons teruggestuurd
        [part] Een deel van je bestelling { $order } wordt naar ons teruggestuurd
       *[parcel] Een pakket van je bestelling { $order } wordt naar ons teruggestuurd
    }
returned-heading = Uw pakket wordt naar ons teruggestuurd
    .informal = Je pakket wordt naar ons teruggestuurd
returned-lead =
    { $share ->
        [whole] Uw bestelling { $order } wordt naar ons teruggestuurd. Neem gerust contact met ons op, dan bespreken we samen hoe het verder gaat.
        [part] Een deel van uw bestelling { $order } wordt naar ons teruggestuurd. Neem gerust contact met ons op, dan bespreken we samen hoe het verder gaat.
       *[parcel] Een pakket van uw bestelling { $order } wordt naar ons teruggestuurd. Neem gerust contact met ons op, dan bespreken we samen hoe het verder gaat.
    }
    .informal =
    { $share ->
        [whole] Je bestelling { $order } wordt naar ons teruggestuurd. Neem gerust contact met ons op, dan bespreken we samen hoe het verder gaat.
        [part] Een deel van je bestelling { $order } wordt naar ons teruggestuurd. Neem gerust contact met ons op, dan bespreken we samen hoe het verder gaat.
       *[parcel] Een pakket van je bestelling { $order } wordt naar ons teruggestuurd. Neem gerust contact met ons op, dan bespreken we samen hoe het verder gaat.
    }
