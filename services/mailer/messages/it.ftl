### Italiano. Si dà del Lei, con la minuscola; `.informal`: tu. Ciò che non ha attributo non si rivolge a nessuno.
### Dopo la virgola del saluto il testo continua con la minuscola: così cominciano i messaggi
### `…-lead` e `refunded-in-full`, `-rest`, `-part` e `-amount`.

usual-formality = informal

## The frame of every mail

copy-subject = Copia: { $subject }
order-and-number = Ordine { $order }
greeting = Buongiorno { $name },
    .informal = Ciao { $name },
greeting-without-name = Buongiorno,
    .informal = Ciao,
questions = Ha domande? Scriva a { $email } indicando il suo numero d’ordine: { $order }.
    .informal = Hai domande? Scrivi a { $email } indicando il tuo numero d’ordine: { $order }.
why-you-get-this = Riceve questa e-mail perché ha effettuato un ordine su { $shop }.
    .informal = Ricevi questa e-mail perché hai effettuato un ordine su { $shop }.
why-you-get-a-copy = Questa è una copia. L’e-mail originale è destinata alla persona che ha effettuato l’ordine su { $shop }.
view-order = Visualizza l’ordine

## Links

link-returns = Resi
link-help = Assistenza
link-account = Il mio account
link-terms = Condizioni generali di vendita
link-privacy = Informativa sulla privacy

## Progress

step-ordered = Ordine ricevuto
step-shipped = Spedito
step-out-for-delivery = In consegna
step-delivered = Consegnato
step-on-its-way = In viaggio
step-ready = Pronto
step-picked-up = Ritirato
step-spoken = Fase { $step } di { $steps }: { $name }

## Signs between texts

label-and-value = { $label }: { $value }
label-of-link = { $label }:
text-with-remark = { $text } ({ $remark })

## Lists of articles

pieces = { $quantity } ×
quantity-with-unit = { $quantity } { $unit }
quantity-and-article = { $quantity } { $article }
articles-in-a-row = { $first }; { $second }
also-in-list = Inoltre: { $articles }
more-in-list =
    { $count ->
        [one] … e 1 altro articolo
       *[other] … e altri { $count } articoli
    }
see-whole-order = Vedi l’ordine completo
part-of-set = Fa parte di: { $set }
article-expected = Consegna prevista: { $day }
parcel-contents =
    { $count ->
        [0] Contiene: { $article }.
        [one] Contiene: { $article } e 1 altro articolo.
       *[other] Contiene: { $article } e altri { $count } articoli.
    }
cancelled-contents =
    { $count ->
        [0] Articolo annullato: { $article }.
        [one] Articoli annullati: { $article } e 1 altro.
       *[other] Articoli annullati: { $article } e altri { $count }.
    }

## What an order costs

placed-at = Data dell’ordine: { $time }
time-in-utc = { $time } UTC
price-each = { $price } cad.
price-per-unit = { $price }/{ $unit }
quantity-times-price = { $quantity } × { $price }
row-subtotal = Subtotale
row-discount = Sconto
row-shipping = Spedizione
shipping-free = Gratis
row-fee = Supplemento
row-tip = Mancia
row-duties = Dazi doganali
row-tax = Imposte
row-gift-card = Carta regalo
row-credit = Credito
row-rounding = Arrotondamento
row-total = Totale
row-paid = Già pagato
row-due = Da pagare
tax-included = di cui IVA: { $amount }
named-tax-included = di cui { $tax }: { $amount }

## Parcel, address and pick-up

carrier = Corriere
tracking-number = Numero di tracking
tracking-page = Pagina di tracking
track-parcel = Traccia il pacco
delivery-details = Dettagli della consegna
expected = Consegna prevista
expected-today = Oggi
reason = Motivo
in-this-parcel = Contenuto del pacco
still-to-come = Prossime consegne
still-to-come-note = Spedizione separata. La avviseremo quando partirà.
    .informal = Spedizione separata. Ti avviseremo quando partirà.
delivery-address = Indirizzo di consegna
pickup-place = Punto di ritiro
pickup-code = Codice di ritiro
pickup-until = Da ritirare entro
pickup-page = Vedi il punto di ritiro
your-order = Il suo ordine
    .informal = Il tuo ordine
your-order-number = Numero: { $order }

## order.confirmed

confirmed-subject = Abbiamo ricevuto il suo ordine { $order }
    .informal = Abbiamo ricevuto il tuo ordine { $order }
confirmed-preheader = Totale: { $total }. Ecco il riepilogo del suo ordine.
    .informal = Totale: { $total }. Ecco il riepilogo del tuo ordine.
confirmed-preheader-without-total = Ecco il riepilogo del suo ordine.
    .informal = Ecco il riepilogo del tuo ordine.
confirmed-heading = Grazie per il suo ordine
    .informal = Grazie per il tuo ordine
confirmed-lead =
    { $delivery ->
        [pickup] abbiamo ricevuto il suo ordine { $order } e lo stiamo preparando. La avviseremo quando potrà ritirarlo.
        [shipping] abbiamo ricevuto il suo ordine { $order } e lo stiamo preparando. La avviseremo quando sarà in viaggio.
       *[none] abbiamo ricevuto il suo ordine { $order } e lo stiamo preparando.
    }
    .informal =
    { $delivery ->
        [pickup] abbiamo ricevuto il tuo ordine { $order } e lo stiamo preparando. Ti avviseremo quando potrai ritirarlo.
        [shipping] abbiamo ricevuto il tuo ordine { $order } e lo stiamo preparando. Ti avviseremo quando sarà in viaggio.
       *[none] abbiamo ricevuto il tuo ordine { $order } e lo stiamo preparando.
    }
confirmed-articles = Articoli ordinati

## order.updated

order-updated-subject = Il suo ordine { $order } è stato modificato
    .informal = Il tuo ordine { $order } è stato modificato
order-updated-preheader = Ecco il suo ordine aggiornato.
    .informal = Ecco il tuo ordine aggiornato.
order-updated-heading = Il suo ordine è stato modificato
    .informal = Il tuo ordine è stato modificato
order-updated-lead = il suo ordine { $order } è stato modificato. Qui sotto trova il riepilogo aggiornato.
    .informal = il tuo ordine { $order } è stato modificato. Qui sotto trovi il riepilogo aggiornato.
order-updated-changes = Cosa è cambiato
order-updated-articles = Il suo ordine aggiornato
    .informal = Il tuo ordine aggiornato
change-added = Aggiunto: { $article }
change-removed = Tolto dall’ordine: { $article }
change-quantity = { $article } invece di { $before }
change-replaced = { $now } al posto di { $before }
change-price = Prezzo di { $article }: { $now } invece di { $before }
change-total = Totale: { $now } invece di { $before }
change-shipping-address = Nuovo indirizzo di consegna: vedi sotto
change-pickup = Ritiro modificato: vedi sotto
change-billing-address = Nuovo indirizzo di fatturazione
change-more =
    { $count ->
        [one] E 1 altra modifica.
       *[other] E altre { $count } modifiche.
    }

## order.payment_failed

payment-failed-subject = Il pagamento del suo ordine { $order } non è andato a buon fine
    .informal = Il pagamento del tuo ordine { $order } non è andato a buon fine
payment-failed-preheader-with-day = Da pagare entro { $day }.
payment-failed-preheader = La invitiamo a riprovare.
    .informal = Ti invitiamo a riprovare.
payment-failed-heading = Pagamento non riuscito
payment-failed-lead = il pagamento del suo ordine { $order } non è andato a buon fine. La invitiamo a riprovare.
    .informal = il pagamento del tuo ordine { $order } non è andato a buon fine. Ti invitiamo a riprovare.
payment-failed-lead-without-link = il pagamento del suo ordine { $order } non è andato a buon fine. La invitiamo a riprovare o a scriverci se ha bisogno di aiuto.
    .informal = il pagamento del tuo ordine { $order } non è andato a buon fine. Ti invitiamo a riprovare o a scriverci se hai bisogno di aiuto.
payment-failed-amount = Importo da pagare
payment-failed-method = Metodo di pagamento
payment-failed-pay-by = Da pagare entro
payment-failed-button = Paga ora

## order.cancelled

cancelled-subject =
    { $extent ->
        [part] Una parte del suo ordine { $order } è stata annullata
       *[whole] Il suo ordine { $order } è stato annullato
    }
    .informal =
    { $extent ->
        [part] Una parte del tuo ordine { $order } è stata annullata
       *[whole] Il tuo ordine { $order } è stato annullato
    }
cancelled-preheader-with-refund = Le rimborsiamo { $amount }.
    .informal = Ti rimborsiamo { $amount }.
cancelled-heading =
    { $extent ->
        [part] Una parte del suo ordine è stata annullata
       *[whole] Il suo ordine è stato annullato
    }
    .informal =
    { $extent ->
        [part] Una parte del tuo ordine è stata annullata
       *[whole] Il tuo ordine è stato annullato
    }
cancelled-lead =
    { $extent ->
        [part] abbiamo annullato una parte del suo ordine { $order }.
        [part-with-rest] abbiamo annullato una parte del suo ordine { $order }. Il resto dell’ordine non cambia.
       *[whole] abbiamo annullato il suo ordine { $order }.
    }
    .informal =
    { $extent ->
        [part] abbiamo annullato una parte del tuo ordine { $order }.
        [part-with-rest] abbiamo annullato una parte del tuo ordine { $order }. Il resto dell’ordine non cambia.
       *[whole] abbiamo annullato il tuo ordine { $order }.
    }
cancelled-not-charged = Non le è stato addebitato nulla.
    .informal = Non ti è stato addebitato nulla.
cancelled-refund-to-by = Il rimborso sarà effettuato tramite { $method } e dovrebbe arrivare entro { $day }.
cancelled-refund-to = Il rimborso sarà effettuato tramite { $method }.
cancelled-refund-by = Il rimborso dovrebbe arrivare entro { $day }.
cancelled-articles = Articoli annullati

## order.refunded

refunded-subject = Rimborso di { $amount } per il suo ordine { $order }
    .informal = Rimborso di { $amount } per il tuo ordine { $order }
refunded-preheader-to-by = In arrivo tramite { $method }, previsto entro { $day }.
refunded-preheader-to = In arrivo tramite { $method }.
refunded-preheader-by = In arrivo, previsto entro { $day }.
refunded-preheader = Il rimborso è in arrivo.
refunded-heading = Il suo rimborso è in arrivo
    .informal = Il tuo rimborso è in arrivo
refunded-in-full = abbiamo rimborsato l’intero importo del suo ordine { $order }.
    .informal = abbiamo rimborsato l’intero importo del tuo ordine { $order }.
refunded-rest = abbiamo rimborsato il resto dell’importo del suo ordine { $order }, che ora è rimborsato per intero.
    .informal = abbiamo rimborsato il resto dell’importo del tuo ordine { $order }, che ora è rimborsato per intero.
refunded-part = abbiamo rimborsato una parte dell’importo del suo ordine { $order }.
    .informal = abbiamo rimborsato una parte dell’importo del tuo ordine { $order }.
refunded-amount = le abbiamo rimborsato { $amount } per il suo ordine { $order }.
    .informal = ti abbiamo rimborsato { $amount } per il tuo ordine { $order }.
refund-amount = Rimborso
refund-to = Metodo di rimborso
refund-expected-by = Previsto entro
refund-order-total = Totale dell’ordine
refunded-note-with-day = I tempi di accredito dipendono dalla sua banca. Se il rimborso non arriva entro la data indicata, ci scriva.
    .informal = I tempi di accredito dipendono dalla tua banca. Se il rimborso non arriva entro la data indicata, scrivici.
refunded-note = I tempi di accredito dipendono dalla sua banca. Se il rimborso non arriva entro due settimane, ci scriva.
    .informal = I tempi di accredito dipendono dalla tua banca. Se il rimborso non arriva entro due settimane, scrivici.

## order.withdrawal_received

withdrawal-subject = Abbiamo ricevuto la sua dichiarazione di recesso per l’ordine { $order }
    .informal = Abbiamo ricevuto la tua dichiarazione di recesso per l’ordine { $order }
withdrawal-preheader-with-time = Data di ricevimento: { $time }.
withdrawal-preheader = Questa è la conferma di ricevimento.
withdrawal-heading = Abbiamo ricevuto la sua dichiarazione di recesso
    .informal = Abbiamo ricevuto la tua dichiarazione di recesso
withdrawal-lead = questa è la conferma di ricevimento della sua dichiarazione di recesso per l’ordine { $order }.
    .informal = questa è la conferma di ricevimento della tua dichiarazione di recesso per l’ordine { $order }.
withdrawal-received-on = Data di ricevimento
withdrawal-id = Recesso n.
withdrawal-content = La sua dichiarazione
    .informal = La tua dichiarazione
withdrawal-articles = Articoli interessati

## shipment.shipped

shipped-subject =
    { $share ->
        [whole] Il suo ordine { $order } è in viaggio
        [part] Una parte del suo ordine { $order } è in viaggio
       *[parcel] Un pacco del suo ordine { $order } è in viaggio
    }
    .informal =
    { $share ->
        [whole] Il tuo ordine { $order } è in viaggio
        [part] Una parte del tuo ordine { $order } è in viaggio
       *[parcel] Un pacco del tuo ordine { $order } è in viaggio
    }
shipped-preheader-with-carrier = Consegna con { $carrier } prevista per { $day }. { $contents }
shipped-preheader = Consegna prevista per { $day }. { $contents }
shipped-heading =
    { $share ->
        [whole] Il suo ordine è in viaggio
        [part] Una parte del suo ordine è in viaggio
       *[parcel] Il suo pacco è in viaggio
    }
    .informal =
    { $share ->
        [whole] Il tuo ordine è in viaggio
        [part] Una parte del tuo ordine è in viaggio
       *[parcel] Il tuo pacco è in viaggio
    }
shipped-lead =
    { $share ->
        [whole] abbiamo spedito il suo ordine { $order } in un unico pacco.
        [part] abbiamo spedito un pacco del suo ordine { $order }. Il resto seguirà appena possibile.
       *[parcel] abbiamo spedito un pacco del suo ordine { $order }.
    }
    .informal =
    { $share ->
        [whole] abbiamo spedito il tuo ordine { $order } in un unico pacco.
        [part] abbiamo spedito un pacco del tuo ordine { $order }. Il resto seguirà appena possibile.
       *[parcel] abbiamo spedito un pacco del tuo ordine { $order }.
    }

## On its way to a place where the customer will pick it up

to-pickup-heading = Il suo ordine è in viaggio
    .informal = Il tuo ordine è in viaggio
to-pickup-lead-with-place =
    { $share ->
        [whole] il suo ordine { $order } è in viaggio verso il punto di ritiro { $place }. La avviseremo quando potrà ritirarlo.
        [part] una parte del suo ordine { $order } è in viaggio verso il punto di ritiro { $place }. La avviseremo quando potrà ritirarla.
       *[parcel] un pacco del suo ordine { $order } è in viaggio verso il punto di ritiro { $place }. La avviseremo quando potrà ritirarlo.
    }
    .informal =
    { $share ->
        [whole] il tuo ordine { $order } è in viaggio verso il punto di ritiro { $place }. Ti avviseremo quando potrai ritirarlo.
        [part] una parte del tuo ordine { $order } è in viaggio verso il punto di ritiro { $place }. Ti avviseremo quando potrai ritirarla.
       *[parcel] un pacco del tuo ordine { $order } è in viaggio verso il punto di ritiro { $place }. Ti avviseremo quando potrai ritirarlo.
    }
to-pickup-lead =
    { $share ->
        [whole] il suo ordine { $order } è in viaggio. La avviseremo quando potrà ritirarlo.
        [part] una parte del suo ordine { $order } è in viaggio. La avviseremo quando potrà ritirarla.
       *[parcel] un pacco del suo ordine { $order } è in viaggio. La avviseremo quando potrà ritirarlo.
    }
    .informal =
    { $share ->
        [whole] il tuo ordine { $order } è in viaggio. Ti avviseremo quando potrai ritirarlo.
        [part] una parte del tuo ordine { $order } è in viaggio. Ti avviseremo quando potrai ritirarla.
       *[parcel] un pacco del tuo ordine { $order } è in viaggio. Ti avviseremo quando potrai ritirarlo.
    }
to-pickup-preheader-with-carrier = In viaggio con { $carrier }. { $contents }
to-pickup-preheader = In viaggio. { $contents }

## shipment.updated

updated-subject =
    { $share ->
        [whole] Aggiornamento sulla spedizione del suo ordine { $order }
        [part] Aggiornamento sulla spedizione di una parte del suo ordine { $order }
       *[parcel] Aggiornamento su un pacco del suo ordine { $order }
    }
    .informal =
    { $share ->
        [whole] Aggiornamento sulla spedizione del tuo ordine { $order }
        [part] Aggiornamento sulla spedizione di una parte del tuo ordine { $order }
       *[parcel] Aggiornamento su un pacco del tuo ordine { $order }
    }
updated-heading = Aggiornamento sulla spedizione
updated-lead =
    { $share ->
        [whole] ci sono novità sulla spedizione del suo ordine { $order }. Ecco i dati aggiornati.
        [part] ci sono novità sulla spedizione di una parte del suo ordine { $order }. Ecco i dati aggiornati.
       *[parcel] ci sono novità su un pacco del suo ordine { $order }. Ecco i dati aggiornati.
    }
    .informal =
    { $share ->
        [whole] ci sono novità sulla spedizione del tuo ordine { $order }. Ecco i dati aggiornati.
        [part] ci sono novità sulla spedizione di una parte del tuo ordine { $order }. Ecco i dati aggiornati.
       *[parcel] ci sono novità su un pacco del tuo ordine { $order }. Ecco i dati aggiornati.
    }
updated-day-subject =
    { $share ->
        [whole] Nuova data di consegna prevista per il suo ordine { $order }
        [part] Nuova data di consegna prevista per una parte del suo ordine { $order }
       *[parcel] Nuova data di consegna prevista per un pacco del suo ordine { $order }
    }
    .informal =
    { $share ->
        [whole] Nuova data di consegna prevista per il tuo ordine { $order }
        [part] Nuova data di consegna prevista per una parte del tuo ordine { $order }
       *[parcel] Nuova data di consegna prevista per un pacco del tuo ordine { $order }
    }
updated-day-heading = Nuova data di consegna prevista
updated-day-lead =
    { $share ->
        [whole] è cambiata la data di consegna prevista per il suo ordine { $order }.
        [part] è cambiata la data di consegna prevista per una parte del suo ordine { $order }.
       *[parcel] è cambiata la data di consegna prevista per un pacco del suo ordine { $order }.
    }
    .informal =
    { $share ->
        [whole] è cambiata la data di consegna prevista per il tuo ordine { $order }.
        [part] è cambiata la data di consegna prevista per una parte del tuo ordine { $order }.
       *[parcel] è cambiata la data di consegna prevista per un pacco del tuo ordine { $order }.
    }
updated-preheader-number-with-carrier = Numero di tracking { $carrier }: { $number }.
updated-preheader-number = Numero di tracking: { $number }.
updated-preheader-numbers =
    { $count ->
        [one] 1 numero di tracking.
       *[other] { $count } numeri di tracking.
    }
updated-preheader-carrier = In viaggio con { $carrier }.
updated-preheader-day = Consegna prevista per { $day }.
updated-preheader-pickup = Ecco come ritirare il pacco.
updated-preheader-page = Ecco il link per seguire il pacco.

## shipment.delayed

delayed-subject-with-day =
    { $share ->
        [whole] Ritardo per il suo ordine { $order }: consegna prevista { $day }
        [part] Ritardo per una parte del suo ordine { $order }: consegna prevista { $day }
       *[parcel] Ritardo per un pacco del suo ordine { $order }: consegna prevista { $day }
    }
    .informal =
    { $share ->
        [whole] Ritardo per il tuo ordine { $order }: consegna prevista { $day }
        [part] Ritardo per una parte del tuo ordine { $order }: consegna prevista { $day }
       *[parcel] Ritardo per un pacco del tuo ordine { $order }: consegna prevista { $day }
    }
delayed-subject =
    { $share ->
        [whole] Il suo ordine { $order } è in ritardo
        [part] Una parte del suo ordine { $order } è in ritardo
       *[parcel] Un pacco del suo ordine { $order } è in ritardo
    }
    .informal =
    { $share ->
        [whole] Il tuo ordine { $order } è in ritardo
        [part] Una parte del tuo ordine { $order } è in ritardo
       *[parcel] Un pacco del tuo ordine { $order } è in ritardo
    }
delayed-preheader = Ci dispiace. { $contents }
delayed-heading = Il suo pacco arriverà in ritardo
    .informal = Il tuo pacco arriverà in ritardo
delayed-lead =
    { $share ->
        [whole] ci dispiace: il suo ordine { $order } arriverà più tardi del previsto.
        [part] ci dispiace: una parte del suo ordine { $order } arriverà più tardi del previsto.
       *[parcel] ci dispiace: un pacco del suo ordine { $order } arriverà più tardi del previsto.
    }
    .informal =
    { $share ->
        [whole] ci dispiace: il tuo ordine { $order } arriverà più tardi del previsto.
        [part] ci dispiace: una parte del tuo ordine { $order } arriverà più tardi del previsto.
       *[parcel] ci dispiace: un pacco del tuo ordine { $order } arriverà più tardi del previsto.
    }
delayed-lead-without-day =
    { $share ->
        [whole] ci dispiace: il suo ordine { $order } arriverà più tardi del previsto. Non conosciamo ancora la nuova data.
        [part] ci dispiace: una parte del suo ordine { $order } arriverà più tardi del previsto. Non conosciamo ancora la nuova data.
       *[parcel] ci dispiace: un pacco del suo ordine { $order } arriverà più tardi del previsto. Non conosciamo ancora la nuova data.
    }
    .informal =
    { $share ->
        [whole] ci dispiace: il tuo ordine { $order } arriverà più tardi del previsto. Non conosciamo ancora la nuova data.
        [part] ci dispiace: una parte del tuo ordine { $order } arriverà più tardi del previsto. Non conosciamo ancora la nuova data.
       *[parcel] ci dispiace: un pacco del tuo ordine { $order } arriverà più tardi del previsto. Non conosciamo ancora la nuova data.
    }
delayed-new-day = Nuova data prevista
delayed-note-with-day = Non deve fare nulla. Se la nuova data non le va bene, ci scriva: vedremo cosa possiamo fare.
    .informal = Non devi fare nulla. Se la nuova data non ti va bene, scrivici: vedremo cosa possiamo fare.
delayed-note = Non deve fare nulla. Se il ritardo è un problema, ci scriva: vedremo cosa possiamo fare.
    .informal = Non devi fare nulla. Se il ritardo è un problema, scrivici: vedremo cosa possiamo fare.
delayed-articles = Articoli in ritardo

## shipment.out_for_delivery

out-for-delivery-subject =
    { $share ->
        [whole] Il suo ordine { $order } arriva oggi
        [part] Una parte del suo ordine { $order } arriva oggi
       *[parcel] Un pacco del suo ordine { $order } arriva oggi
    }
    .informal =
    { $share ->
        [whole] Il tuo ordine { $order } arriva oggi
        [part] Una parte del tuo ordine { $order } arriva oggi
       *[parcel] Un pacco del tuo ordine { $order } arriva oggi
    }
out-for-delivery-preheader-with-carrier = In consegna con { $carrier }. { $contents }
out-for-delivery-preheader = In consegna. { $contents }
out-for-delivery-heading = In arrivo oggi
out-for-delivery-lead =
    { $share ->
        [whole] il suo ordine { $order } è in consegna e dovrebbe arrivare oggi.
        [part] una parte del suo ordine { $order } è in consegna e dovrebbe arrivare oggi.
       *[parcel] un pacco del suo ordine { $order } è in consegna e dovrebbe arrivare oggi.
    }
    .informal =
    { $share ->
        [whole] il tuo ordine { $order } è in consegna e dovrebbe arrivare oggi.
        [part] una parte del tuo ordine { $order } è in consegna e dovrebbe arrivare oggi.
       *[parcel] un pacco del tuo ordine { $order } è in consegna e dovrebbe arrivare oggi.
    }

## shipment.delivery_attempted

attempted-subject =
    { $share ->
        [whole] Consegna non riuscita per il suo ordine { $order }
        [part] Consegna non riuscita per una parte del suo ordine { $order }
       *[parcel] Consegna non riuscita per un pacco del suo ordine { $order }
    }
    .informal =
    { $share ->
        [whole] Consegna non riuscita per il tuo ordine { $order }
        [part] Consegna non riuscita per una parte del tuo ordine { $order }
       *[parcel] Consegna non riuscita per un pacco del tuo ordine { $order }
    }
attempted-preheader = Prossimo tentativo: { $day }.
attempted-heading = Non è stato possibile consegnare il suo pacco
    .informal = Non è stato possibile consegnare il tuo pacco
attempted-lead-with-carrier =
    { $share ->
        [whole] { $carrier } ha tentato di consegnare il suo ordine { $order }, senza riuscirci.
        [part] { $carrier } ha tentato di consegnare una parte del suo ordine { $order }, senza riuscirci.
       *[parcel] { $carrier } ha tentato di consegnare un pacco del suo ordine { $order }, senza riuscirci.
    }
    .informal =
    { $share ->
        [whole] { $carrier } ha tentato di consegnare il tuo ordine { $order }, senza riuscirci.
        [part] { $carrier } ha tentato di consegnare una parte del tuo ordine { $order }, senza riuscirci.
       *[parcel] { $carrier } ha tentato di consegnare un pacco del tuo ordine { $order }, senza riuscirci.
    }
attempted-lead =
    { $share ->
        [whole] non è stato possibile consegnare il suo ordine { $order }.
        [part] non è stato possibile consegnare una parte del suo ordine { $order }.
       *[parcel] non è stato possibile consegnare un pacco del suo ordine { $order }.
    }
    .informal =
    { $share ->
        [whole] non è stato possibile consegnare il tuo ordine { $order }.
        [part] non è stato possibile consegnare una parte del tuo ordine { $order }.
       *[parcel] non è stato possibile consegnare un pacco del tuo ordine { $order }.
    }
attempted-next = Prossimo tentativo

## shipment.ready_for_pickup

ready-subject =
    { $share ->
        [whole] Il suo ordine { $order } è pronto per il ritiro
        [part] Una parte del suo ordine { $order } è pronta per il ritiro
       *[parcel] Un pacco del suo ordine { $order } è pronto per il ritiro
    }
    .informal =
    { $share ->
        [whole] Il tuo ordine { $order } è pronto per il ritiro
        [part] Una parte del tuo ordine { $order } è pronta per il ritiro
       *[parcel] Un pacco del tuo ordine { $order } è pronto per il ritiro
    }
ready-preheader-at-until = La aspetta presso { $place } fino a { $day }.
    .informal = Ti aspetta presso { $place } fino a { $day }.
ready-preheader-at = La aspetta presso { $place }.
    .informal = Ti aspetta presso { $place }.
ready-preheader-until = La aspetta fino a { $day }.
    .informal = Ti aspetta fino a { $day }.
ready-preheader = Già disponibile per il ritiro.
ready-heading = Pronto per il ritiro
ready-lead-with-place =
    { $share ->
        [whole] il suo ordine { $order } è pronto per il ritiro presso { $place }.
        [part] una parte del suo ordine { $order } è pronta per il ritiro presso { $place }.
       *[parcel] un pacco del suo ordine { $order } è pronto per il ritiro presso { $place }.
    }
    .informal =
    { $share ->
        [whole] il tuo ordine { $order } è pronto per il ritiro presso { $place }.
        [part] una parte del tuo ordine { $order } è pronta per il ritiro presso { $place }.
       *[parcel] un pacco del tuo ordine { $order } è pronto per il ritiro presso { $place }.
    }
ready-lead =
    { $share ->
        [whole] il suo ordine { $order } è pronto per il ritiro.
        [part] una parte del suo ordine { $order } è pronta per il ritiro.
       *[parcel] un pacco del suo ordine { $order } è pronto per il ritiro.
    }
    .informal =
    { $share ->
        [whole] il tuo ordine { $order } è pronto per il ritiro.
        [part] una parte del tuo ordine { $order } è pronta per il ritiro.
       *[parcel] un pacco del tuo ordine { $order } è pronto per il ritiro.
    }
ready-articles = Articoli da ritirare

## shipment.delivered

delivered-subject =
    { $share ->
        [whole] Il suo ordine { $order } è stato consegnato
        [part] Una parte del suo ordine { $order } è stata consegnata
       *[parcel] Un pacco del suo ordine { $order } è stato consegnato
    }
    .informal =
    { $share ->
        [whole] Il tuo ordine { $order } è stato consegnato
        [part] Una parte del tuo ordine { $order } è stata consegnata
       *[parcel] Un pacco del tuo ordine { $order } è stato consegnato
    }
delivered-heading = Il suo pacco è arrivato
    .informal = Il tuo pacco è arrivato
delivered-lead-with-carrier =
    { $share ->
        [whole] { $carrier } ha consegnato il suo ordine { $order }. Speriamo che le piaccia.
        [part] { $carrier } ha consegnato una parte del suo ordine { $order }. Speriamo che le piaccia.
       *[parcel] { $carrier } ha consegnato un pacco del suo ordine { $order }. Speriamo che le piaccia.
    }
    .informal =
    { $share ->
        [whole] { $carrier } ha consegnato il tuo ordine { $order }. Speriamo che ti piaccia.
        [part] { $carrier } ha consegnato una parte del tuo ordine { $order }. Speriamo che ti piaccia.
       *[parcel] { $carrier } ha consegnato un pacco del tuo ordine { $order }. Speriamo che ti piaccia.
    }
delivered-lead =
    { $share ->
        [whole] il suo ordine { $order } risulta consegnato. Speriamo che le piaccia.
        [part] una parte del suo ordine { $order } risulta consegnata. Speriamo che le piaccia.
       *[parcel] un pacco del suo ordine { $order } risulta consegnato. Speriamo che le piaccia.
    }
    .informal =
    { $share ->
        [whole] il tuo ordine { $order } risulta consegnato. Speriamo che ti piaccia.
        [part] una parte del tuo ordine { $order } risulta consegnata. Speriamo che ti piaccia.
       *[parcel] un pacco del tuo ordine { $order } risulta consegnato. Speriamo che ti piaccia.
    }
delivered-not-found = Non trova il pacco?
    .informal = Non trovi il pacco?
delivered-not-found-help = Controlli dove le lasciano di solito i pacchi e chieda ai vicini. Se non lo trova, o se manca qualcosa o un articolo è danneggiato, ci scriva.
    .informal = Controlla dove ti lasciano di solito i pacchi e chiedi ai vicini. Se non lo trovi, o se manca qualcosa o un articolo è danneggiato, scrivici.

## shipment.delivered, of what the customer picked up

picked-up-subject =
    { $share ->
        [whole] Il suo ordine { $order } è stato ritirato
        [part] Una parte del suo ordine { $order } è stata ritirata
       *[parcel] Un pacco del suo ordine { $order } è stato ritirato
    }
    .informal =
    { $share ->
        [whole] Il tuo ordine { $order } è stato ritirato
        [part] Una parte del tuo ordine { $order } è stata ritirata
       *[parcel] Un pacco del tuo ordine { $order } è stato ritirato
    }
picked-up-heading = Pacco ritirato
picked-up-lead-with-place =
    { $share ->
        [whole] il suo ordine { $order } è stato ritirato presso { $place }. Speriamo che le piaccia.
        [part] una parte del suo ordine { $order } è stata ritirata presso { $place }. Speriamo che le piaccia.
       *[parcel] un pacco del suo ordine { $order } è stato ritirato presso { $place }. Speriamo che le piaccia.
    }
    .informal =
    { $share ->
        [whole] il tuo ordine { $order } è stato ritirato presso { $place }. Speriamo che ti piaccia.
        [part] una parte del tuo ordine { $order } è stata ritirata presso { $place }. Speriamo che ti piaccia.
       *[parcel] un pacco del tuo ordine { $order } è stato ritirato presso { $place }. Speriamo che ti piaccia.
    }
picked-up-lead =
    { $share ->
        [whole] il suo ordine { $order } è stato ritirato. Speriamo che le piaccia.
        [part] una parte del suo ordine { $order } è stata ritirata. Speriamo che le piaccia.
       *[parcel] un pacco del suo ordine { $order } è stato ritirato. Speriamo che le piaccia.
    }
    .informal =
    { $share ->
        [whole] il tuo ordine { $order } è stato ritirato. Speriamo che ti piaccia.
        [part] una parte del tuo ordine { $order } è stata ritirata. Speriamo che ti piaccia.
       *[parcel] un pacco del tuo ordine { $order } è stato ritirato. Speriamo che ti piaccia.
    }

## shipment.returned

returned-subject =
    { $share ->
        [whole] Il suo ordine { $order } sta tornando al mittente
        [part] Una parte del suo ordine { $order } sta tornando al mittente
       *[parcel] Un pacco del suo ordine { $order } sta tornando al mittente
    }
    .informal =
    { $share ->
        [whole] Il tuo ordine { $order } sta tornando al mittente
        [part] Una parte del tuo ordine { $order } sta tornando al mittente
       *[parcel] Un pacco del tuo ordine { $order } sta tornando al mittente
    }
returned-heading = Il suo pacco sta tornando al mittente
    .informal = Il tuo pacco sta tornando al mittente
returned-lead =
    { $share ->
        [whole] il suo ordine { $order } sta tornando al nostro negozio. Per sapere come procedere, ci scriva.
        [part] una parte del suo ordine { $order } sta tornando al nostro negozio. Per sapere come procedere, ci scriva.
       *[parcel] un pacco del suo ordine { $order } sta tornando al nostro negozio. Per sapere come procedere, ci scriva.
    }
    .informal =
    { $share ->
        [whole] il tuo ordine { $order } sta tornando al nostro negozio. Per sapere come procedere, scrivici.
        [part] una parte del tuo ordine { $order } sta tornando al nostro negozio. Per sapere come procedere, scrivici.
       *[parcel] un pacco del tuo ordine { $order } sta tornando al nostro negozio. Per sapere come procedere, scrivici.
    }
