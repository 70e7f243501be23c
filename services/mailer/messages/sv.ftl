### Svenska. Tilltal: du; någon annan form finns inte.

usual-formality = formal

## The frame of every mail

copy-subject = Kopia: { $subject }
order-and-number = Beställning { $order }
greeting = Hej { $name }!
greeting-without-name = Hej!
questions = Har du frågor? Mejla { $email } och ange ditt ordernummer: { $order }.
why-you-get-this = Du får det här mejlet eftersom du har lagt en beställning hos { $shop }.
why-you-get-a-copy = Det här är en kopia. Själva mejlet går till kunden som har lagt beställningen hos { $shop }.
view-order = Visa beställningen

## Links

link-returns = Returer
link-help = Kundservice
link-account = Mitt konto
link-terms = Köpvillkor
link-privacy = Integritetspolicy

## Progress

step-ordered = Beställd
step-shipped = Skickad
step-out-for-delivery = Ute för leverans
step-delivered = Levererad
step-on-its-way = På väg
step-ready = Redo att hämtas
step-picked-up = Hämtad
step-spoken = Steg { $step } av { $steps }: { $name }

## Signs between texts

label-and-value = { $label }: { $value }
label-of-link = { $label }:
text-with-remark = { $text } ({ $remark })

## Lists of articles

pieces = { $quantity } ×
quantity-with-unit = { $quantity } { $unit }
quantity-and-article = { $quantity } { $article }
articles-in-a-row = { $first }; { $second }
also-in-list = Dessutom: { $articles }
more-in-list =
    { $count ->
        [one] … och 1 vara till
       *[other] … och { $count } varor till
    }
see-whole-order = Visa hela beställningen
part-of-set = Ingår i { $set }
article-expected = Beräknas komma { $day }
parcel-contents =
    { $count ->
        [0] Innehåll: { $article }.
        [one] Innehåll: { $article } och 1 vara till.
       *[other] Innehåll: { $article } och { $count } varor till.
    }
cancelled-contents =
    { $count ->
        [0] Annullerat: { $article }.
        [one] Annullerat: { $article } och 1 vara till.
       *[other] Annullerat: { $article } och { $count } varor till.
    }

## What an order costs

placed-at = Beställd { $time }
time-in-utc = { $time } UTC
price-each = { $price }/st
price-per-unit = { $price }/{ $unit }
quantity-times-price = { $quantity } × { $price }
row-subtotal = Delsumma
row-discount = Rabatt
row-shipping = Frakt
shipping-free = Gratis
row-fee = Avgift
row-tip = Dricks
row-duties = Tull
row-tax = Moms
row-gift-card = Presentkort
row-credit = Tillgodohavande
row-rounding = Avrundning
row-total = Totalt
row-paid = Betalt
row-due = Kvar att betala
tax-included = varav moms: { $amount }
named-tax-included = varav { $tax }: { $amount }

## Parcel, address and pick-up

carrier = Transportör
tracking-number = Spårningsnummer
tracking-page = Spåra paketet på
track-parcel = Spåra ditt paket
delivery-details = Visa leveransen
expected = Beräknad leverans
expected-today = Idag
reason = Orsak
in-this-parcel = Innehåll
still-to-come = Kommer senare
still-to-come-note = Det här skickas separat. Vi hör av oss när det är på väg.
delivery-address = Leveransadress
pickup-place = Utlämningsställe
pickup-code = Hämtkod
pickup-until = Hämta senast
pickup-page = Om utlämningsstället
your-order = Din beställning
your-order-number = Ordernummer: { $order }

## order.confirmed

confirmed-subject = Vi har tagit emot din beställning { $order }
confirmed-preheader = Totalt { $total }. Här ser du vad du har beställt.
confirmed-preheader-without-total = Här ser du vad du har beställt.
confirmed-heading = Tack för din beställning
confirmed-lead =
    { $delivery ->
        [pickup] Vi har tagit emot din beställning { $order } och gör den i ordning. Vi hör av oss när du kan hämta den.
        [shipping] Vi har tagit emot din beställning { $order } och gör den i ordning. Vi hör av oss när den är på väg.
       *[none] Vi har tagit emot din beställning { $order } och behandlar den nu.
    }
confirmed-articles = Det här har du beställt

## order.updated

order-updated-subject = Din beställning { $order } har ändrats
order-updated-preheader = Så här ser din beställning ut nu.
order-updated-heading = Din beställning har ändrats
order-updated-lead = Din beställning { $order } har ändrats. Nedan ser du din uppdaterade beställning.
order-updated-changes = Det här har ändrats
order-updated-articles = Din uppdaterade beställning
change-added = Tillagt: { $article }
change-removed = Borttaget: { $article }
change-quantity = { $article } i stället för { $before }
change-replaced = { $now } i stället för { $before }
change-price = Pris för { $article }: { $now } i stället för { $before }
change-total = Totalt: { $now } i stället för { $before }
change-shipping-address = Ny leveransadress: se nedan
change-pickup = Ändrad upphämtning: se nedan
change-billing-address = Ny fakturaadress
change-more =
    { $count ->
        [one] Och 1 ändring till.
       *[other] Och { $count } ändringar till.
    }

## order.payment_failed

payment-failed-subject = Betalningen för din beställning { $order } gick inte igenom
payment-failed-preheader-with-day = Betala senast { $day }.
payment-failed-preheader = Försök igen.
payment-failed-heading = Din betalning gick inte igenom
payment-failed-lead = Betalningen för din beställning { $order } gick inte igenom. Försök igen.
payment-failed-lead-without-link = Betalningen för din beställning { $order } gick inte igenom. Försök igen, eller hör av dig till oss om du behöver hjälp.
payment-failed-amount = Att betala
payment-failed-method = Betalningssätt
payment-failed-pay-by = Betala senast
payment-failed-button = Betala nu

## order.cancelled

cancelled-subject =
    { $extent ->
        [part] En del av din beställning { $order } har annullerats
       *[whole] Din beställning { $order } har annullerats
    }
cancelled-preheader-with-refund = Du får tillbaka { $amount }.
cancelled-heading =
    { $extent ->
        [part] En del av din beställning har annullerats
       *[whole] Din beställning har annullerats
    }
cancelled-lead =
    { $extent ->
        [part] Vi har annullerat en del av din beställning { $order }.
        [part-with-rest] Vi har annullerat en del av din beställning { $order }. Resten av beställningen påverkas inte.
       *[whole] Vi har annullerat din beställning { $order }.
    }
cancelled-not-charged = Inga pengar har dragits.
cancelled-refund-to-by = Pengarna betalas tillbaka till { $method } och bör vara framme senast { $day }.
cancelled-refund-to = Pengarna betalas tillbaka till { $method }.
cancelled-refund-by = Pengarna bör vara framme senast { $day }.
cancelled-articles = Annullerade varor

## order.refunded

refunded-subject = Återbetalning av { $amount } för beställning { $order }
refunded-preheader-to-by = På väg till { $method }, bör vara framme senast { $day }.
refunded-preheader-to = På väg till { $method }.
refunded-preheader-by = På väg till dig, bör vara framme senast { $day }.
refunded-preheader = Pengarna är på väg till dig.
refunded-heading = Din återbetalning är på väg
refunded-in-full = Vi har betalat tillbaka hela beloppet för din beställning { $order }.
refunded-rest = Vi har betalat tillbaka resten av beloppet för din beställning { $order }. Därmed har du fått tillbaka hela beloppet.
refunded-part = Vi har betalat tillbaka en del av beloppet för din beställning { $order }.
refunded-amount = Vi har betalat tillbaka { $amount } för din beställning { $order }.
refund-amount = Du får tillbaka
refund-to = Återbetalas till
refund-expected-by = Framme senast
refund-order-total = Ordersumma
refunded-note-with-day = Hur snabbt pengarna syns på kontot beror på din bank. Hör av dig till oss om du inte har fått dem senast det datum som står ovan.
refunded-note = Hur snabbt pengarna syns på kontot beror på din bank. Hör av dig till oss om du inte har fått dem efter två veckor.

## order.withdrawal_received

withdrawal-subject = Vi har tagit emot din ångeranmälan för beställning { $order }
withdrawal-preheader-with-time = Mottagen { $time }.
withdrawal-preheader = Det här är ditt mottagningsbevis.
withdrawal-heading = Vi har tagit emot din ångeranmälan
withdrawal-lead = Det här är ditt mottagningsbevis: vi har tagit emot ditt meddelande om att du utövar ångerrätten för beställning { $order }.
withdrawal-received-on = Mottagen
withdrawal-id = Ärendenummer
withdrawal-content = Ditt meddelande
withdrawal-articles = Varor som ångeranmälan gäller

## shipment.shipped

shipped-subject =
    { $share ->
        [whole] Din beställning { $order } är på väg
        [part] En del av din beställning { $order } är på väg
       *[parcel] Ett paket i din beställning { $order } är på väg
    }
shipped-preheader-with-carrier = Beräknas komma { $day } med { $carrier }. { $contents }
shipped-preheader = Beräknas komma { $day }. { $contents }
shipped-heading =
    { $share ->
        [whole] Din beställning är på väg
        [part] En del av din beställning är på väg
       *[parcel] Ditt paket är på väg
    }
shipped-lead =
    { $share ->
        [whole] Vi har skickat din beställning { $order }, allt i ett paket.
        [part] Vi har skickat en del av din beställning { $order }. Resten kommer så snart som möjligt.
       *[parcel] Vi har skickat ett paket i din beställning { $order }.
    }

## On its way to a place where the customer will pick it up

to-pickup-heading = Din beställning är på väg
to-pickup-lead-with-place =
    { $share ->
        [whole] Din beställning { $order } är på väg till { $place }. Vi hör av oss när du kan hämta den.
        [part] En del av din beställning { $order } är på väg till { $place }. Vi hör av oss när du kan hämta den.
       *[parcel] Ett paket i din beställning { $order } är på väg till { $place }. Vi hör av oss när du kan hämta det.
    }
to-pickup-lead =
    { $share ->
        [whole] Din beställning { $order } är på väg. Vi hör av oss när du kan hämta den.
        [part] En del av din beställning { $order } är på väg. Vi hör av oss när du kan hämta den.
       *[parcel] Ett paket i din beställning { $order } är på väg. Vi hör av oss när du kan hämta det.
    }
to-pickup-preheader-with-carrier = På väg med { $carrier }. { $contents }
to-pickup-preheader = På väg. { $contents }

## shipment.updated

updated-subject =
    { $share ->
        [whole] Ny leveransinformation för din beställning { $order }
        [part] Ny leveransinformation för en del av din beställning { $order }
       *[parcel] Ny leveransinformation för ett paket i din beställning { $order }
    }
updated-heading = Ny information om ditt paket
updated-lead =
    { $share ->
        [whole] Leveransinformationen för din beställning { $order } har uppdaterats. Nedan ser du vad som gäller nu.
        [part] Leveransinformationen för en del av din beställning { $order } har uppdaterats. Nedan ser du vad som gäller nu.
       *[parcel] Leveransinformationen för ett paket i din beställning { $order } har uppdaterats. Nedan ser du vad som gäller nu.
    }
updated-day-subject =
    { $share ->
        [whole] Nytt leveransdatum för din beställning { $order }
        [part] Nytt leveransdatum för en del av din beställning { $order }
       *[parcel] Nytt leveransdatum för ett paket i din beställning { $order }
    }
updated-day-heading = Nytt beräknat leveransdatum
updated-day-lead =
    { $share ->
        [whole] Din beställning { $order } har fått ett nytt beräknat leveransdatum.
        [part] En del av din beställning { $order } har fått ett nytt beräknat leveransdatum.
       *[parcel] Ett paket i din beställning { $order } har fått ett nytt beräknat leveransdatum.
    }
updated-preheader-number-with-carrier = Spårningsnummer { $number } hos { $carrier }.
updated-preheader-number = Spårningsnummer { $number }.
updated-preheader-numbers =
    { $count ->
        [one] 1 spårningsnummer.
       *[other] { $count } spårningsnummer.
    }
updated-preheader-carrier = På väg med { $carrier }.
updated-preheader-day = Beräknas komma { $day }.
updated-preheader-pickup = Så här hämtar du ditt paket.
updated-preheader-page = Här kan du spåra paketet.

## shipment.delayed

delayed-subject-with-day =
    { $share ->
        [whole] Din beställning { $order } är försenad till { $day }
        [part] En del av din beställning { $order } är försenad till { $day }
       *[parcel] Ett paket i din beställning { $order } är försenat till { $day }
    }
delayed-subject =
    { $share ->
        [whole] Din beställning { $order } är försenad
        [part] En del av din beställning { $order } är försenad
       *[parcel] Ett paket i din beställning { $order } är försenat
    }
delayed-preheader = Vi ber om ursäkt. { $contents }
delayed-heading = Ditt paket kommer senare
delayed-lead =
    { $share ->
        [whole] Tyvärr kommer din beställning { $order } senare än beräknat. Vi ber om ursäkt.
        [part] Tyvärr kommer en del av din beställning { $order } senare än beräknat. Vi ber om ursäkt.
       *[parcel] Tyvärr kommer ett paket i din beställning { $order } senare än beräknat. Vi ber om ursäkt.
    }
delayed-lead-without-day =
    { $share ->
        [whole] Tyvärr kommer din beställning { $order } senare än beräknat, och vi har inget nytt leveransdatum ännu. Vi ber om ursäkt.
        [part] Tyvärr kommer en del av din beställning { $order } senare än beräknat, och vi har inget nytt leveransdatum ännu. Vi ber om ursäkt.
       *[parcel] Tyvärr kommer ett paket i din beställning { $order } senare än beräknat, och vi har inget nytt leveransdatum ännu. Vi ber om ursäkt.
    }
delayed-new-day = Nytt leveransdatum
delayed-note-with-day = Du behöver inte göra något. Hör av dig om det nya datumet inte passar, så ser vi vad vi kan göra.
delayed-note = Du behöver inte göra något. Hör av dig om förseningen ställer till det för dig, så ser vi vad vi kan göra.
delayed-articles = Det här kommer senare

## shipment.out_for_delivery

out-for-delivery-subject =
    { $share ->
        [whole] Din beställning { $order } kommer idag
        [part] En del av din beställning { $order } kommer idag
       *[parcel] Ett paket i din beställning { $order } kommer idag
    }
out-for-delivery-preheader-with-carrier = Ute för leverans med { $carrier }. { $contents }
out-for-delivery-preheader = Ute för leverans. { $contents }
out-for-delivery-heading = Ditt paket kommer idag
out-for-delivery-lead =
    { $share ->
        [whole] Din beställning { $order } är ute för leverans och bör komma fram till dig idag.
        [part] En del av din beställning { $order } är ute för leverans och bör komma fram till dig idag.
       *[parcel] Ett paket i din beställning { $order } är ute för leverans och bör komma fram till dig idag.
    }

## shipment.delivery_attempted

attempted-subject =
    { $share ->
        [whole] Din beställning { $order } kunde inte levereras
        [part] En del av din beställning { $order } kunde inte levereras
       *[parcel] Ett paket i din beställning { $order } kunde inte levereras
    }
attempted-preheader = Nästa leveransförsök: { $day }.
attempted-heading = Ditt paket kunde inte levereras
attempted-lead-with-carrier =
    { $share ->
        [whole] { $carrier } försökte leverera din beställning { $order } men lyckades inte.
        [part] { $carrier } försökte leverera en del av din beställning { $order } men lyckades inte.
       *[parcel] { $carrier } försökte leverera ett paket i din beställning { $order } men lyckades inte.
    }
attempted-lead =
    { $share ->
        [whole] Din beställning { $order } kunde inte levereras.
        [part] En del av din beställning { $order } kunde inte levereras.
       *[parcel] Ett paket i din beställning { $order } kunde inte levereras.
    }
attempted-next = Nästa försök

## shipment.ready_for_pickup

ready-subject =
    { $share ->
        [whole] Din beställning { $order } finns att hämta
        [part] En del av din beställning { $order } finns att hämta
       *[parcel] Ett paket i din beställning { $order } finns att hämta
    }
ready-preheader-at-until = Hämta hos { $place } senast { $day }.
ready-preheader-at = Finns att hämta hos { $place }.
ready-preheader-until = Hämta senast { $day }.
ready-preheader = Du är välkommen att hämta.
ready-heading = Redo att hämtas
ready-lead-with-place =
    { $share ->
        [whole] Din beställning { $order } finns att hämta hos { $place }.
        [part] En del av din beställning { $order } finns att hämta hos { $place }.
       *[parcel] Ett paket i din beställning { $order } finns att hämta hos { $place }.
    }
ready-lead =
    { $share ->
        [whole] Din beställning { $order } finns att hämta.
        [part] En del av din beställning { $order } finns att hämta.
       *[parcel] Ett paket i din beställning { $order } finns att hämta.
    }
ready-articles = Det här hämtar du

## shipment.delivered

delivered-subject =
    { $share ->
        [whole] Din beställning { $order } har levererats
        [part] En del av din beställning { $order } har levererats
       *[parcel] Ett paket i din beställning { $order } har levererats
    }
delivered-heading = Ditt paket har kommit fram
delivered-lead-with-carrier =
    { $share ->
        [whole] { $carrier } har levererat din beställning { $order }. Vi hoppas att du blir nöjd.
        [part] { $carrier } har levererat en del av din beställning { $order }. Vi hoppas att du blir nöjd.
       *[parcel] { $carrier } har levererat ett paket i din beställning { $order }. Vi hoppas att du blir nöjd.
    }
delivered-lead =
    { $share ->
        [whole] Vi har fått besked om att din beställning { $order } har levererats. Vi hoppas att du blir nöjd.
        [part] Vi har fått besked om att en del av din beställning { $order } har levererats. Vi hoppas att du blir nöjd.
       *[parcel] Vi har fått besked om att ett paket i din beställning { $order } har levererats. Vi hoppas att du blir nöjd.
    }
delivered-not-found = Hittar du inte paketet?
delivered-not-found-help = Titta där dina paket brukar lämnas och fråga grannarna. Hör av dig till oss om det inte dyker upp, eller om något saknas eller har gått sönder.

## shipment.delivered, of what the customer picked up

picked-up-subject =
    { $share ->
        [whole] Din beställning { $order } har hämtats
        [part] En del av din beställning { $order } har hämtats
       *[parcel] Ett paket i din beställning { $order } har hämtats
    }
picked-up-heading = Upphämtningen är klar
picked-up-lead-with-place =
    { $share ->
        [whole] Din beställning { $order } har hämtats hos { $place }. Vi hoppas att du blir nöjd.
        [part] En del av din beställning { $order } har hämtats hos { $place }. Vi hoppas att du blir nöjd.
       *[parcel] Ett paket i din beställning { $order } har hämtats hos { $place }. Vi hoppas att du blir nöjd.
    }
picked-up-lead =
    { $share ->
        [whole] Din beställning { $order } har hämtats. Vi hoppas att du blir nöjd.
        [part] En del av din beställning { $order } har hämtats. Vi hoppas att du blir nöjd.
       *[parcel] Ett paket i din beställning { $order } har hämtats. Vi hoppas att du blir nöjd.
    }

## shipment.returned

returned-subject =
    { $share ->
        [whole] Din beställning { $order } är på väg tillbaka till oss
        [part] En del av din beställning { $order } är på väg tillbaka till oss
       *[parcel] Ett paket i din beställning { $order } är på väg tillbaka till oss
    }
returned-heading = Ditt paket är på väg tillbaka till oss
returned-lead =
    { $share ->
        [whole] Din beställning { $order } är på väg tillbaka till oss. Hör av dig till oss så hjälper vi dig vidare.
        [part] En del av din beställning { $order } är på väg tillbaka till oss. Hör av dig till oss så hjälper vi dig vidare.
       *[parcel] Ett paket i din beställning { $order } är på väg tillbaka till oss. Hör av dig till oss så hjälper vi dig vidare.
    }
