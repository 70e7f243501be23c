### Français. On dit vous ; `.informal` : tu. Ce qui n’a pas d’attribut ne s’adresse à personne.

usual-formality = formal

## The frame of every mail

copy-subject = Copie : { $subject }
order-and-number = Commande { $order }
greeting = Bonjour { $name },
greeting-without-name = Bonjour,
questions = Une question ? Écrivez-nous à { $email } en indiquant votre numéro de commande : { $order }.
    .informal = Une question ? Écris-nous à { $email } en indiquant ton numéro de commande : { $order }.
why-you-get-this = Vous recevez cet e-mail, car vous avez passé commande chez { $shop }.
    .informal = Tu reçois cet e-mail, car tu as passé commande chez { $shop }.
why-you-get-a-copy = Ceci est une copie. L’e-mail d’origine est destiné à la personne qui a passé commande chez { $shop }.
view-order = Voir ma commande

## Links

link-returns = Retours
link-help = Aide
link-account = Mon compte
link-terms = Conditions générales de vente
link-privacy = Politique de confidentialité

## Progress

step-ordered = Commandé
step-shipped = Expédié
step-out-for-delivery = En livraison
step-delivered = Livré
step-on-its-way = En route
step-ready = Disponible
step-picked-up = Retiré
step-spoken = Étape { $step } sur { $steps } : { $name }

## Signs between texts

label-and-value = { $label } : { $value }
label-of-link = { $label } :
text-with-remark = { $text } ({ $remark })

## Lists of articles

pieces = { $quantity } ×
quantity-with-unit = { $quantity } { $unit }
quantity-and-article = { $quantity } { $article }
articles-in-a-row = { $first } ; { $second }
also-in-list = Et aussi : { $articles }
more-in-list =
    { $count ->
        [one] … et 1 autre article
       *[other] … et { $count } autres articles
    }
see-whole-order = Voir toute la commande
part-of-set = Fait partie de : { $set }
article-expected = Livraison prévue le { $day }
parcel-contents =
    { $count ->
        [0] Dans le colis : { $article }.
        [one] Dans le colis : { $article } et 1 autre article.
       *[other] Dans le colis : { $article } et { $count } autres articles.
    }
cancelled-contents =
    { $count ->
        [0] Article annulé : { $article }.
        [one] Articles annulés : { $article } et 1 autre.
       *[other] Articles annulés : { $article } et { $count } autres.
    }

## What an order costs

placed-at = Commande passée le { $time }
time-in-utc = { $time } UTC
price-each = { $price } l’unité
price-per-unit = { $price }/{ $unit }
quantity-times-price = { $quantity } × { $price }
row-subtotal = Sous-total
row-discount = Remise
row-shipping = Livraison
shipping-free = Gratuite
row-fee = Frais
row-tip = Pourboire
row-duties = Droits de douane
row-tax = Taxes
row-gift-card = Carte cadeau
row-credit = Avoir
row-rounding = Arrondi
row-total = Total
row-paid = Déjà payé
row-due = Reste à payer
tax-included = dont TVA : { $amount }
named-tax-included = dont { $tax } : { $amount }

## Parcel, address and pick-up

carrier = Transporteur
tracking-number = Numéro de suivi
tracking-page = Lien de suivi
track-parcel = Suivre mon colis
delivery-details = Détails de la livraison
expected = Livraison prévue
expected-today = Aujourd’hui
reason = Motif
in-this-parcel = Dans ce colis
still-to-come = À venir
still-to-come-note = Le reste sera expédié séparément. Vous recevrez un e-mail dès qu’il sera en route.
    .informal = Le reste sera expédié séparément. Tu recevras un e-mail dès qu’il sera en route.
delivery-address = Adresse de livraison
pickup-place = Point de retrait
pickup-code = Code de retrait
pickup-until = Date limite de retrait
pickup-page = Voir le point de retrait
your-order = Votre commande
    .informal = Ta commande
your-order-number = Numéro : { $order }

## order.confirmed

confirmed-subject = Nous avons bien reçu votre commande { $order }
    .informal = Nous avons bien reçu ta commande { $order }
confirmed-preheader = Total : { $total }. Voici le récapitulatif de votre commande.
    .informal = Total : { $total }. Voici le récapitulatif de ta commande.
confirmed-preheader-without-total = Voici le récapitulatif de votre commande.
    .informal = Voici le récapitulatif de ta commande.
confirmed-heading = Merci pour votre commande
    .informal = Merci pour ta commande
confirmed-lead =
    { $delivery ->
        [pickup] Nous avons bien reçu votre commande { $order } et nous la préparons. Vous recevrez un e-mail dès que vous pourrez la retirer.
        [shipping] Nous avons bien reçu votre commande { $order } et nous la préparons. Vous recevrez un e-mail dès qu’elle sera expédiée.
       *[none] Nous avons bien reçu votre commande { $order } et nous la préparons.
    }
    .informal =
    { $delivery ->
        [pickup] Nous avons bien reçu ta commande { $order } et nous la préparons. Tu recevras un e-mail dès que tu pourras la retirer.
        [shipping] Nous avons bien reçu ta commande { $order } et nous la préparons. Tu recevras un e-mail dès qu’elle sera expédiée.
       *[none] Nous avons bien reçu ta commande { $order } et nous la préparons.
    }
confirmed-articles = Articles commandés

## order.updated

order-updated-subject = Votre commande { $order } a été modifiée
    .informal = Ta commande { $order } a été modifiée
order-updated-preheader = Voici votre commande mise à jour.
    .informal = Voici ta commande mise à jour.
order-updated-heading = Votre commande a été modifiée
    .informal = Ta commande a été modifiée
order-updated-lead = Votre commande { $order } a été modifiée. En voici le récapitulatif à jour.
    .informal = Ta commande { $order } a été modifiée. En voici le récapitulatif à jour.
order-updated-changes = Ce qui a changé
order-updated-articles = Votre commande mise à jour
    .informal = Ta commande mise à jour
change-added = Ajouté : { $article }
change-removed = Retiré de la commande : { $article }
change-quantity = { $article } au lieu de { $before }
change-replaced = { $now } remplace { $before }
change-price = Nouveau prix pour { $article } : { $now } au lieu de { $before }
change-total = Total : { $now } au lieu de { $before }
change-shipping-address = Nouvelle adresse de livraison : voir ci-dessous
change-pickup = Retrait modifié : voir ci-dessous
change-billing-address = Nouvelle adresse de facturation
change-more =
    { $count ->
        [one] Et 1 autre modification.
       *[other] Et { $count } autres modifications.
    }

## order.payment_failed

payment-failed-subject = Le paiement de votre commande { $order } n’a pas abouti
    .informal = Le paiement de ta commande { $order } n’a pas abouti
payment-failed-preheader-with-day = À régler au plus tard le { $day }.
payment-failed-preheader = Merci de réessayer.
payment-failed-heading = Votre paiement n’a pas abouti
    .informal = Ton paiement n’a pas abouti
payment-failed-lead = Le paiement de votre commande { $order } n’a pas abouti. Nous vous invitons à réessayer.
    .informal = Le paiement de ta commande { $order } n’a pas abouti. Tu peux réessayer.
payment-failed-lead-without-link = Le paiement de votre commande { $order } n’a pas abouti. Nous vous invitons à réessayer, ou à nous écrire si vous avez besoin d’aide.
    .informal = Le paiement de ta commande { $order } n’a pas abouti. Tu peux réessayer, ou nous écrire si tu as besoin d’aide.
payment-failed-amount = Montant à payer
payment-failed-method = Moyen de paiement
payment-failed-pay-by = Date limite de paiement
payment-failed-button = Payer maintenant

## order.cancelled

cancelled-subject =
    { $extent ->
        [part] Une partie de votre commande { $order } a été annulée
       *[whole] Votre commande { $order } a été annulée
    }
    .informal =
    { $extent ->
        [part] Une partie de ta commande { $order } a été annulée
       *[whole] Ta commande { $order } a été annulée
    }
cancelled-preheader-with-refund = Remboursement : { $amount }.
cancelled-heading =
    { $extent ->
        [part] Une partie de votre commande a été annulée
       *[whole] Votre commande a été annulée
    }
    .informal =
    { $extent ->
        [part] Une partie de ta commande a été annulée
       *[whole] Ta commande a été annulée
    }
cancelled-lead =
    { $extent ->
        [part] Nous avons annulé une partie de votre commande { $order }.
        [part-with-rest] Nous avons annulé une partie de votre commande { $order }. Le reste de votre commande n’est pas concerné.
       *[whole] Nous avons annulé votre commande { $order }.
    }
    .informal =
    { $extent ->
        [part] Nous avons annulé une partie de ta commande { $order }.
        [part-with-rest] Nous avons annulé une partie de ta commande { $order }. Le reste de ta commande n’est pas concerné.
       *[whole] Nous avons annulé ta commande { $order }.
    }
cancelled-not-charged = Aucun montant n’a été débité.
cancelled-refund-to-by = Le remboursement sera versé sur { $method } et devrait vous parvenir au plus tard le { $day }.
    .informal = Le remboursement sera versé sur { $method } et devrait te parvenir au plus tard le { $day }.
cancelled-refund-to = Le remboursement sera versé sur { $method }.
cancelled-refund-by = Le remboursement devrait vous parvenir au plus tard le { $day }.
    .informal = Le remboursement devrait te parvenir au plus tard le { $day }.
cancelled-articles = Articles annulés

## order.refunded

refunded-subject = Remboursement de { $amount } pour votre commande { $order }
    .informal = Remboursement de { $amount } pour ta commande { $order }
refunded-preheader-to-by = Versement en cours sur { $method }, attendu au plus tard le { $day }.
refunded-preheader-to = Versement en cours sur { $method }.
refunded-preheader-by = En cours, attendu au plus tard le { $day }.
refunded-preheader = Le remboursement a été effectué.
refunded-heading = Votre remboursement a été effectué
    .informal = Ton remboursement a été effectué
refunded-in-full = Nous avons remboursé la totalité de votre commande { $order }.
    .informal = Nous avons remboursé la totalité de ta commande { $order }.
refunded-rest = Nous avons remboursé le reste de votre commande { $order } : elle est désormais entièrement remboursée.
    .informal = Nous avons remboursé le reste de ta commande { $order } : elle est désormais entièrement remboursée.
refunded-part = Nous avons remboursé une partie de votre commande { $order }.
    .informal = Nous avons remboursé une partie de ta commande { $order }.
refunded-amount = Nous vous avons remboursé { $amount } pour votre commande { $order }.
    .informal = Nous t’avons remboursé { $amount } pour ta commande { $order }.
refund-amount = Remboursement
refund-to = Versé sur
refund-expected-by = Date estimée
refund-order-total = Total commande
refunded-note-with-day = Le délai de versement dépend de votre banque. Si le montant ne vous est pas parvenu à la date indiquée ci-dessus, écrivez-nous.
    .informal = Le délai de versement dépend de ta banque. Si le montant ne t’est pas parvenu à la date indiquée ci-dessus, écris-nous.
refunded-note = Le délai de versement dépend de votre banque. Si le montant ne vous est pas parvenu au bout de deux semaines, écrivez-nous.
    .informal = Le délai de versement dépend de ta banque. Si le montant ne t’est pas parvenu au bout de deux semaines, écris-nous.

## order.withdrawal_received

withdrawal-subject = Nous avons bien reçu votre rétractation concernant la commande { $order }
    .informal = Nous avons bien reçu ta rétractation concernant la commande { $order }
withdrawal-preheader-with-time = Reçue le { $time }.
withdrawal-preheader = Voici votre accusé de réception.
    .informal = Voici ton accusé de réception.
withdrawal-heading = Nous avons bien reçu votre rétractation
    .informal = Nous avons bien reçu ta rétractation
withdrawal-lead = Cet e-mail vaut accusé de réception : nous avons bien reçu votre rétractation concernant la commande { $order }.
    .informal = Cet e-mail vaut accusé de réception : nous avons bien reçu ta rétractation concernant la commande { $order }.
withdrawal-received-on = Reçue le
withdrawal-id = N° de rétractation
withdrawal-content = Votre déclaration
    .informal = Ta déclaration
withdrawal-articles = Articles concernés

## shipment.shipped

shipped-subject =
    { $share ->
        [whole] Votre commande { $order } a été expédiée
        [part] Une partie de votre commande { $order } a été expédiée
       *[parcel] Un colis de votre commande { $order } a été expédié
    }
    .informal =
    { $share ->
        [whole] Ta commande { $order } a été expédiée
        [part] Une partie de ta commande { $order } a été expédiée
       *[parcel] Un colis de ta commande { $order } a été expédié
    }
shipped-preheader-with-carrier = Livraison prévue le { $day } avec { $carrier }. { $contents }
shipped-preheader = Livraison prévue le { $day }. { $contents }
shipped-heading =
    { $share ->
        [whole] Votre commande est en route
        [part] Une partie de votre commande est en route
       *[parcel] Votre colis est en route
    }
    .informal =
    { $share ->
        [whole] Ta commande est en route
        [part] Une partie de ta commande est en route
       *[parcel] Ton colis est en route
    }
shipped-lead =
    { $share ->
        [whole] Nous avons expédié votre commande { $order } en un seul colis.
        [part] Nous avons expédié un colis de votre commande { $order }. Le reste suivra dès que possible.
       *[parcel] Nous avons expédié un colis de votre commande { $order }.
    }
    .informal =
    { $share ->
        [whole] Nous avons expédié ta commande { $order } en un seul colis.
        [part] Nous avons expédié un colis de ta commande { $order }. Le reste suivra dès que possible.
       *[parcel] Nous avons expédié un colis de ta commande { $order }.
    }

## On its way to a place where the customer will pick it up

to-pickup-heading = Votre commande est en route
    .informal = Ta commande est en route
to-pickup-lead-with-place =
    { $share ->
        [whole] Votre commande { $order } est en route vers le point de retrait { $place }. Vous recevrez un e-mail dès que vous pourrez la retirer.
        [part] Une partie de votre commande { $order } est en route vers le point de retrait { $place }. Vous recevrez un e-mail dès que vous pourrez la retirer.
       *[parcel] Un colis de votre commande { $order } est en route vers le point de retrait { $place }. Vous recevrez un e-mail dès que vous pourrez le retirer.
    }
    .informal =
    { $share ->
        [whole] Ta commande { $order } est en route vers le point de retrait { $place }. Tu recevras un e-mail dès que tu pourras la retirer.
        [part] Une partie de ta commande { $order } est en route vers le point de retrait { $place }. Tu recevras un e-mail dès que tu pourras la retirer.
       *[parcel] Un colis de ta commande { $order } est en route vers le point de retrait { $place }. Tu recevras un e-mail dès que tu pourras le retirer.
    }
to-pickup-lead =
    { $share ->
        [whole] Votre commande { $order } est en route. Vous recevrez un e-mail dès que vous pourrez la retirer.
        [part] Une partie de votre commande { $order } est en route. Vous recevrez un e-mail dès que vous pourrez la retirer.
       *[parcel] Un colis de votre commande { $order } est en route. Vous recevrez un e-mail dès que vous pourrez le retirer.
    }
    .informal =
    { $share ->
        [whole] Ta commande { $order } est en route. Tu recevras un e-mail dès que tu pourras la retirer.
        [part] Une partie de ta commande { $order } est en route. Tu recevras un e-mail dès que tu pourras la retirer.
       *[parcel] Un colis de ta commande { $order } est en route. Tu recevras un e-mail dès que tu pourras le retirer.
    }
to-pickup-preheader-with-carrier = En route avec { $carrier }. { $contents }
to-pickup-preheader = En route. { $contents }

## shipment.updated

updated-subject =
    { $share ->
        [whole] Nouvelles informations de suivi pour votre commande { $order }
        [part] Nouvelles informations de suivi pour une partie de votre commande { $order }
       *[parcel] Nouvelles informations de suivi pour un colis de votre commande { $order }
    }
    .informal =
    { $share ->
        [whole] Nouvelles informations de suivi pour ta commande { $order }
        [part] Nouvelles informations de suivi pour une partie de ta commande { $order }
       *[parcel] Nouvelles informations de suivi pour un colis de ta commande { $order }
    }
updated-heading = Nouvelles informations de suivi
updated-lead =
    { $share ->
        [whole] Les informations de suivi de votre commande { $order } ont changé. Voici les informations à jour.
        [part] Les informations de suivi d’une partie de votre commande { $order } ont changé. Voici les informations à jour.
       *[parcel] Les informations de suivi d’un colis de votre commande { $order } ont changé. Voici les informations à jour.
    }
    .informal =
    { $share ->
        [whole] Les informations de suivi de ta commande { $order } ont changé. Voici les informations à jour.
        [part] Les informations de suivi d’une partie de ta commande { $order } ont changé. Voici les informations à jour.
       *[parcel] Les informations de suivi d’un colis de ta commande { $order } ont changé. Voici les informations à jour.
    }
updated-day-subject =
    { $share ->
        [whole] Nouvelle date de livraison prévue pour votre commande { $order }
        [part] Nouvelle date de livraison prévue pour une partie de votre commande { $order }
       *[parcel] Nouvelle date de livraison prévue pour un colis de votre commande { $order }
    }
    .informal =
    { $share ->
        [whole] Nouvelle date de livraison prévue pour ta commande { $order }
        [part] Nouvelle date de livraison prévue pour une partie de ta commande { $order }
       *[parcel] Nouvelle date de livraison prévue pour un colis de ta commande { $order }
    }
updated-day-heading = Nouvelle date de livraison prévue
updated-day-lead =
    { $share ->
        [whole] La date de livraison prévue pour votre commande { $order } a changé.
        [part] La date de livraison prévue pour une partie de votre commande { $order } a changé.
       *[parcel] La date de livraison prévue pour un colis de votre commande { $order } a changé.
    }
    .informal =
    { $share ->
        [whole] La date de livraison prévue pour ta commande { $order } a changé.
        [part] La date de livraison prévue pour une partie de ta commande { $order } a changé.
       *[parcel] La date de livraison prévue pour un colis de ta commande { $order } a changé.
    }
updated-preheader-number-with-carrier = Numéro de suivi { $carrier } : { $number }.
updated-preheader-number = Numéro de suivi : { $number }.
updated-preheader-numbers =
    { $count ->
        [one] 1 numéro de suivi.
       *[other] { $count } numéros de suivi.
    }
updated-preheader-carrier = En route avec { $carrier }.
updated-preheader-day = Livraison prévue le { $day }.
updated-preheader-pickup = Voici comment retirer votre colis.
    .informal = Voici comment retirer ton colis.
updated-preheader-page = Voici le lien de suivi.

## shipment.delayed

delayed-subject-with-day =
    { $share ->
        [whole] Retard de livraison : votre commande { $order } est attendue le { $day }
        [part] Retard de livraison : une partie de votre commande { $order } est attendue le { $day }
       *[parcel] Retard de livraison : un colis de votre commande { $order } est attendu le { $day }
    }
    .informal =
    { $share ->
        [whole] Retard de livraison : ta commande { $order } est attendue le { $day }
        [part] Retard de livraison : une partie de ta commande { $order } est attendue le { $day }
       *[parcel] Retard de livraison : un colis de ta commande { $order } est attendu le { $day }
    }
delayed-subject =
    { $share ->
        [whole] Retard de livraison pour votre commande { $order }
        [part] Retard de livraison pour une partie de votre commande { $order }
       *[parcel] Retard de livraison pour un colis de votre commande { $order }
    }
    .informal =
    { $share ->
        [whole] Retard de livraison pour ta commande { $order }
        [part] Retard de livraison pour une partie de ta commande { $order }
       *[parcel] Retard de livraison pour un colis de ta commande { $order }
    }
delayed-preheader = Nous sommes désolés. { $contents }
delayed-heading = Votre colis aura du retard
    .informal = Ton colis aura du retard
delayed-lead =
    { $share ->
        [whole] Nous sommes désolés : votre commande { $order } arrivera plus tard que prévu.
        [part] Nous sommes désolés : une partie de votre commande { $order } arrivera plus tard que prévu.
       *[parcel] Nous sommes désolés : un colis de votre commande { $order } arrivera plus tard que prévu.
    }
    .informal =
    { $share ->
        [whole] Nous sommes désolés : ta commande { $order } arrivera plus tard que prévu.
        [part] Nous sommes désolés : une partie de ta commande { $order } arrivera plus tard que prévu.
       *[parcel] Nous sommes désolés : un colis de ta commande { $order } arrivera plus tard que prévu.
    }
delayed-lead-without-day =
    { $share ->
        [whole] Nous sommes désolés : votre commande { $order } arrivera plus tard que prévu. Nous ne connaissons pas encore la nouvelle date de livraison.
        [part] Nous sommes désolés : une partie de votre commande { $order } arrivera plus tard que prévu. Nous ne connaissons pas encore la nouvelle date de livraison.
       *[parcel] Nous sommes désolés : un colis de votre commande { $order } arrivera plus tard que prévu. Nous ne connaissons pas encore la nouvelle date de livraison.
    }
    .informal =
    { $share ->
        [whole] Nous sommes désolés : ta commande { $order } arrivera plus tard que prévu. Nous ne connaissons pas encore la nouvelle date de livraison.
        [part] Nous sommes désolés : une partie de ta commande { $order } arrivera plus tard que prévu. Nous ne connaissons pas encore la nouvelle date de livraison.
       *[parcel] Nous sommes désolés : un colis de ta commande { $order } arrivera plus tard que prévu. Nous ne connaissons pas encore la nouvelle date de livraison.
    }
delayed-new-day = Nouvelle date prévue
delayed-note-with-day = Vous n’avez rien à faire. Si la nouvelle date ne vous convient pas, écrivez-nous : nous verrons ce que nous pouvons faire.
    .informal = Tu n’as rien à faire. Si la nouvelle date ne te convient pas, écris-nous : nous verrons ce que nous pouvons faire.
delayed-note = Vous n’avez rien à faire. Si ce retard vous pose problème, écrivez-nous : nous verrons ce que nous pouvons faire.
    .informal = Tu n’as rien à faire. Si ce retard te pose problème, écris-nous : nous verrons ce que nous pouvons faire.
delayed-articles = Articles concernés

## shipment.out_for_delivery

out-for-delivery-subject =
    { $share ->
        [whole] Votre commande { $order } arrive aujourd’hui
        [part] Une partie de votre commande { $order } arrive aujourd’hui
       *[parcel] Un colis de votre commande { $order } arrive aujourd’hui
    }
    .informal =
    { $share ->
        [whole] Ta commande { $order } arrive aujourd’hui
        [part] Une partie de ta commande { $order } arrive aujourd’hui
       *[parcel] Un colis de ta commande { $order } arrive aujourd’hui
    }
out-for-delivery-preheader-with-carrier = En cours de livraison avec { $carrier }. { $contents }
out-for-delivery-preheader = En cours de livraison. { $contents }
out-for-delivery-heading = Livraison aujourd’hui
out-for-delivery-lead =
    { $share ->
        [whole] Votre commande { $order } est en cours de livraison et devrait arriver aujourd’hui.
        [part] Une partie de votre commande { $order } est en cours de livraison et devrait arriver aujourd’hui.
       *[parcel] Un colis de votre commande { $order } est en cours de livraison et devrait arriver aujourd’hui.
    }
    .informal =
    { $share ->
        [whole] Ta commande { $order } est en cours de livraison et devrait arriver aujourd’hui.
        [part] Une partie de ta commande { $order } est en cours de livraison et devrait arriver aujourd’hui.
       *[parcel] Un colis de ta commande { $order } est en cours de livraison et devrait arriver aujourd’hui.
    }

## shipment.delivery_attempted

attempted-subject =
    { $share ->
        [whole] Votre commande { $order } n’a pas pu être livrée
        [part] Une partie de votre commande { $order } n’a pas pu être livrée
       *[parcel] Un colis de votre commande { $order } n’a pas pu être livré
    }
    .informal =
    { $share ->
        [whole] Ta commande { $order } n’a pas pu être livrée
        [part] Une partie de ta commande { $order } n’a pas pu être livrée
       *[parcel] Un colis de ta commande { $order } n’a pas pu être livré
    }
attempted-preheader = Prochain passage le { $day }.
attempted-heading = Votre colis n’a pas pu être livré
    .informal = Ton colis n’a pas pu être livré
attempted-lead-with-carrier =
    { $share ->
        [whole] { $carrier } a tenté de livrer votre commande { $order }, sans succès.
        [part] { $carrier } a tenté de livrer une partie de votre commande { $order }, sans succès.
       *[parcel] { $carrier } a tenté de livrer un colis de votre commande { $order }, sans succès.
    }
    .informal =
    { $share ->
        [whole] { $carrier } a tenté de livrer ta commande { $order }, sans succès.
        [part] { $carrier } a tenté de livrer une partie de ta commande { $order }, sans succès.
       *[parcel] { $carrier } a tenté de livrer un colis de ta commande { $order }, sans succès.
    }
attempted-lead =
    { $share ->
        [whole] Votre commande { $order } n’a pas pu être livrée.
        [part] Une partie de votre commande { $order } n’a pas pu être livrée.
       *[parcel] Un colis de votre commande { $order } n’a pas pu être livré.
    }
    .informal =
    { $share ->
        [whole] Ta commande { $order } n’a pas pu être livrée.
        [part] Une partie de ta commande { $order } n’a pas pu être livrée.
       *[parcel] Un colis de ta commande { $order } n’a pas pu être livré.
    }
attempted-next = Prochain passage

## shipment.ready_for_pickup

ready-subject =
    { $share ->
        [whole] Votre commande { $order } est prête à être retirée
        [part] Une partie de votre commande { $order } est prête à être retirée
       *[parcel] Un colis de votre commande { $order } est prêt à être retiré
    }
    .informal =
    { $share ->
        [whole] Ta commande { $order } est prête à être retirée
        [part] Une partie de ta commande { $order } est prête à être retirée
       *[parcel] Un colis de ta commande { $order } est prêt à être retiré
    }
ready-preheader-at-until = Disponible au point de retrait { $place } jusqu’au { $day }.
ready-preheader-at = Disponible au point de retrait { $place }.
ready-preheader-until = Disponible jusqu’au { $day }.
ready-preheader = Disponible dès maintenant.
ready-heading = Votre colis est prêt
    .informal = Ton colis est prêt
ready-lead-with-place =
    { $share ->
        [whole] Votre commande { $order } vous attend au point de retrait { $place }.
        [part] Une partie de votre commande { $order } vous attend au point de retrait { $place }.
       *[parcel] Un colis de votre commande { $order } vous attend au point de retrait { $place }.
    }
    .informal =
    { $share ->
        [whole] Ta commande { $order } t’attend au point de retrait { $place }.
        [part] Une partie de ta commande { $order } t’attend au point de retrait { $place }.
       *[parcel] Un colis de ta commande { $order } t’attend au point de retrait { $place }.
    }
ready-lead =
    { $share ->
        [whole] Votre commande { $order } est prête : vous pouvez venir la retirer.
        [part] Une partie de votre commande { $order } est prête : vous pouvez venir la retirer.
       *[parcel] Un colis de votre commande { $order } est prêt : vous pouvez venir le retirer.
    }
    .informal =
    { $share ->
        [whole] Ta commande { $order } est prête : tu peux venir la retirer.
        [part] Une partie de ta commande { $order } est prête : tu peux venir la retirer.
       *[parcel] Un colis de ta commande { $order } est prêt : tu peux venir le retirer.
    }
ready-articles = Articles à retirer

## shipment.delivered

delivered-subject =
    { $share ->
        [whole] Votre commande { $order } a été livrée
        [part] Une partie de votre commande { $order } a été livrée
       *[parcel] Un colis de votre commande { $order } a été livré
    }
    .informal =
    { $share ->
        [whole] Ta commande { $order } a été livrée
        [part] Une partie de ta commande { $order } a été livrée
       *[parcel] Un colis de ta commande { $order } a été livré
    }
delivered-heading = Votre colis est arrivé
    .informal = Ton colis est arrivé
delivered-lead-with-carrier =
    { $share ->
        [whole] { $carrier } a livré votre commande { $order }. Nous espérons que tout vous plaira.
        [part] { $carrier } a livré une partie de votre commande { $order }. Nous espérons que tout vous plaira.
       *[parcel] { $carrier } a livré un colis de votre commande { $order }. Nous espérons que tout vous plaira.
    }
    .informal =
    { $share ->
        [whole] { $carrier } a livré ta commande { $order }. Nous espérons que tout te plaira.
        [part] { $carrier } a livré une partie de ta commande { $order }. Nous espérons que tout te plaira.
       *[parcel] { $carrier } a livré un colis de ta commande { $order }. Nous espérons que tout te plaira.
    }
delivered-lead =
    { $share ->
        [whole] Votre commande { $order } a bien été livrée. Nous espérons que tout vous plaira.
        [part] Une partie de votre commande { $order } a bien été livrée. Nous espérons que tout vous plaira.
       *[parcel] Un colis de votre commande { $order } a bien été livré. Nous espérons que tout vous plaira.
    }
    .informal =
    { $share ->
        [whole] Ta commande { $order } a bien été livrée. Nous espérons que tout te plaira.
        [part] Une partie de ta commande { $order } a bien été livrée. Nous espérons que tout te plaira.
       *[parcel] Un colis de ta commande { $order } a bien été livré. Nous espérons que tout te plaira.
    }
delivered-not-found = Colis introuvable ?
delivered-not-found-help = Regardez à l’endroit où vos colis sont habituellement déposés et renseignez-vous auprès de vos voisins. Si votre colis reste introuvable, ou si un article manque ou est abîmé, écrivez-nous.
    .informal = Regarde à l’endroit où tes colis sont habituellement déposés et renseigne-toi auprès de tes voisins. Si ton colis reste introuvable, ou si un article manque ou est abîmé, écris-nous.

## shipment.delivered, of what the customer picked up

picked-up-subject =
    { $share ->
        [whole] Votre commande { $order } a bien été récupérée
        [part] Une partie de votre commande { $order } a bien été récupérée
       *[parcel] Un colis de votre commande { $order } a bien été récupéré
    }
    .informal =
    { $share ->
        [whole] Ta commande { $order } a bien été récupérée
        [part] Une partie de ta commande { $order } a bien été récupérée
       *[parcel] Un colis de ta commande { $order } a bien été récupéré
    }
picked-up-heading = Retrait effectué
picked-up-lead-with-place =
    { $share ->
        [whole] Votre commande { $order } a bien été récupérée au point de retrait { $place }. Nous espérons que tout vous plaira.
        [part] Une partie de votre commande { $order } a bien été récupérée au point de retrait { $place }. Nous espérons que tout vous plaira.
       *[parcel] Un colis de votre commande { $order } a bien été récupéré au point de retrait { $place }. Nous espérons que tout vous plaira.
    }
    .informal =
    { $share ->
        [whole] Ta commande { $order } a bien été récupérée au point de retrait { $place }. Nous espérons que tout te plaira.
        [part] Une partie de ta commande { $order } a bien été récupérée au point de retrait { $place }. Nous espérons que tout te plaira.
       *[parcel] Un colis de ta commande { $order } a bien été récupéré au point de retrait { $place }. Nous espérons que tout te plaira.
    }
picked-up-lead =
    { $share ->
        [whole] Votre commande { $order } a bien été récupérée. Nous espérons que tout vous plaira.
        [part] Une partie de votre commande { $order } a bien été récupérée. Nous espérons que tout vous plaira.
       *[parcel] Un colis de votre commande { $order } a bien été récupéré. Nous espérons que tout vous plaira.
    }
    .informal =
    { $share ->
        [whole] Ta commande { $order } a bien été récupérée. Nous espérons que tout te plaira.
        [part] Une partie de ta commande { $order } a bien été récupérée. Nous espérons que tout te plaira.
       *[parcel] Un colis de ta commande { $order } a bien été récupéré. Nous espérons que tout te plaira.
    }

## shipment.returned

returned-subject =
    { $share ->
        [whole] Votre commande { $order } nous est retournée
        [part] Une partie de votre commande { $order } nous est retournée
       *[parcel] Un colis de votre commande { $order } nous est retourné
    }
    .informal =
    { $share ->
        [whole] Ta commande { $order } nous est retournée
        [part] Une partie de ta commande { $order } nous est retournée
       *[parcel] Un colis de ta commande { $order } nous est retourné
    }
returned-heading = Votre colis nous est retourné
    .informal = Ton colis nous est retourné
returned-lead =
    { $share ->
        [whole] Votre commande { $order } est en cours de retour chez nous. N’hésitez pas à nous écrire pour convenir de la suite.
        [part] Une partie de votre commande { $order } est en cours de retour chez nous. N’hésitez pas à nous écrire pour convenir de la suite.
       *[parcel] Un colis de votre commande { $order } est en cours de retour chez nous. N’hésitez pas à nous écrire pour convenir de la suite.
    }
    .informal =
    { $share ->
        [whole] Ta commande { $order } est en cours de retour chez nous. N’hésite pas à nous écrire pour convenir de la suite.
        [part] Une partie de ta commande { $order } est en cours de retour chez nous. N’hésite pas à nous écrire pour convenir de la suite.
       *[parcel] Un colis de ta commande { $order } est en cours de retour chez nous. N’hésite pas à nous écrire pour convenir de la suite.
    }
