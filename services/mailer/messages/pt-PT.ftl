### Português de Portugal. Trata-se na terceira pessoa, sem «você»; `.informal`: tu. O que não tem atributo não se dirige a ninguém.

usual-formality = formal

## The frame of every mail

copy-subject = Cópia: { $subject }
order-and-number = Encomenda { $order }
greeting = Olá, { $name },
greeting-without-name = Olá,
questions = Tem alguma dúvida? Escreva para { $email } e indique o número da sua encomenda: { $order }.
    .informal = Tens alguma dúvida? Escreve para { $email } e indica o número da tua encomenda: { $order }.
why-you-get-this = Recebeu este e-mail porque fez uma encomenda na loja { $shop }.
    .informal = Recebeste este e-mail porque fizeste uma encomenda na loja { $shop }.
why-you-get-a-copy = Esta é uma cópia. O e-mail original destina-se a quem fez a encomenda na loja { $shop }.
view-order = Ver encomenda

## Links

link-returns = Devoluções
link-help = Ajuda
link-account = A minha conta
link-terms = Termos e condições
link-privacy = Política de privacidade

## Progress

step-ordered = Registada
step-shipped = Expedida
step-out-for-delivery = Em distribuição
step-delivered = Entregue
step-on-its-way = A caminho
step-ready = Disponível
step-picked-up = Levantada
step-spoken = Etapa { $step } de { $steps }: { $name }

## Signs between texts

label-and-value = { $label }: { $value }
label-of-link = { $label }:
text-with-remark = { $text } ({ $remark })

## Lists of articles

pieces = { $quantity } ×
quantity-with-unit = { $quantity } { $unit }
quantity-and-article = { $quantity } { $article }
articles-in-a-row = { $first }; { $second }
also-in-list = E também: { $articles }
more-in-list =
    { $count ->
        [one] … e mais 1 artigo
       *[other] … e mais { $count } artigos
    }
see-whole-order = Ver encomenda completa
part-of-set = Faz parte de: { $set }
article-expected = Entrega prevista: { $day }
parcel-contents =
    { $count ->
        [0] Contém: { $article }.
        [one] Contém: { $article } e mais 1 artigo.
       *[other] Contém: { $article } e mais { $count } artigos.
    }
cancelled-contents =
    { $count ->
        [0] Artigo cancelado: { $article }.
        [one] Artigos cancelados: { $article } e mais 1.
       *[other] Artigos cancelados: { $article } e mais { $count }.
    }

## What an order costs

placed-at = Data da encomenda: { $time }
time-in-utc = { $time } UTC
price-each = { $price } cada
price-per-unit = { $price }/{ $unit }
quantity-times-price = { $quantity } × { $price }
row-subtotal = Subtotal
row-discount = Desconto
row-shipping = Portes de envio
shipping-free = Grátis
row-fee = Taxa
row-tip = Gorjeta
row-duties = Direitos aduaneiros
row-tax = Impostos
row-gift-card = Cartão-oferta
row-credit = Crédito em loja
row-rounding = Arredondamento
row-total = Total
row-paid = Pago
row-due = Por pagar
tax-included = inclui { $amount } de IVA
named-tax-included = inclui { $amount } de { $tax }

## Parcel, address and pick-up

carrier = Transportadora
tracking-number = Número de seguimento
tracking-page = Seguimento
track-parcel = Seguir encomenda
delivery-details = Detalhes da entrega
expected = Entrega prevista
expected-today = Hoje
reason = Motivo
in-this-parcel = Artigos incluídos
still-to-come = Próximas entregas
still-to-come-note = O resto segue em separado. Receberá um e-mail quando for expedido.
    .informal = O resto segue em separado. Vais receber um e-mail quando for expedido.
delivery-address = Morada de entrega
pickup-place = Ponto de recolha
pickup-code = Código de levantamento
pickup-until = Levantar até
pickup-page = Ver ponto de recolha
your-order = A sua encomenda
    .informal = A tua encomenda
your-order-number = Número: { $order }

## order.confirmed

confirmed-subject = Recebemos a sua encomenda { $order }
    .informal = Recebemos a tua encomenda { $order }
confirmed-preheader = Total: { $total }. Este é o resumo da sua encomenda.
    .informal = Total: { $total }. Este é o resumo da tua encomenda.
confirmed-preheader-without-total = Este é o resumo da sua encomenda.
    .informal = Este é o resumo da tua encomenda.
confirmed-heading = Obrigado pela sua encomenda
    .informal = Obrigado pela tua encomenda
confirmed-lead =
    { $delivery ->
        [pickup] Recebemos a sua encomenda { $order } e já a estamos a preparar. Receberá um e-mail quando a puder levantar.
        [shipping] Recebemos a sua encomenda { $order } e já a estamos a preparar. Receberá um e-mail quando for expedida.
       *[none] Recebemos a sua encomenda { $order } e já a estamos a preparar.
    }
    .informal =
    { $delivery ->
        [pickup] Recebemos a tua encomenda { $order } e já a estamos a preparar. Vais receber um e-mail quando a puderes levantar.
        [shipping] Recebemos a tua encomenda { $order } e já a estamos a preparar. Vais receber um e-mail quando for expedida.
       *[none] Recebemos a tua encomenda { $order } e já a estamos a preparar.
    }
confirmed-articles = Artigos encomendados

## order.updated

order-updated-subject = A sua encomenda { $order } foi alterada
    .informal = A tua encomenda { $order } foi alterada
order-updated-preheader = Veja como ficou a sua encomenda.
    .informal = Vê como ficou a tua encomenda.
order-updated-heading = A sua encomenda foi alterada
    .informal = A tua encomenda foi alterada
order-updated-lead = A sua encomenda { $order } foi alterada. Veja abaixo como ficou.
    .informal = A tua encomenda { $order } foi alterada. Vê abaixo como ficou.
order-updated-changes = O que mudou
order-updated-articles = Como ficou a sua encomenda
    .informal = Como ficou a tua encomenda
change-added = Adicionado: { $article }
change-removed = Retirado da encomenda: { $article }
change-quantity = { $article } em vez de { $before }
change-replaced = { $now } em vez de { $before }
change-price = Preço de { $article }: { $now } em vez de { $before }
change-total = Total: { $now } em vez de { $before }
change-shipping-address = Nova morada de entrega: ver abaixo
change-pickup = Alterações no levantamento: ver abaixo
change-billing-address = Nova morada de faturação
change-more =
    { $count ->
        [one] E mais 1 alteração.
       *[other] E mais { $count } alterações.
    }

## order.payment_failed

payment-failed-subject = Não foi possível concluir o pagamento da sua encomenda { $order }
    .informal = Não foi possível concluir o pagamento da tua encomenda { $order }
payment-failed-preheader-with-day = Pode pagar até { $day }.
    .informal = Podes pagar até { $day }.
payment-failed-preheader = Por favor, tente novamente.
    .informal = Por favor, tenta novamente.
payment-failed-heading = O seu pagamento não foi concluído
    .informal = O teu pagamento não foi concluído
payment-failed-lead = Não foi possível concluir o pagamento da sua encomenda { $order }. Por favor, tente novamente.
    .informal = Não foi possível concluir o pagamento da tua encomenda { $order }. Por favor, tenta novamente.
payment-failed-lead-without-link = Não foi possível concluir o pagamento da sua encomenda { $order }. Por favor, tente novamente ou, se precisar de ajuda, escreva-nos.
    .informal = Não foi possível concluir o pagamento da tua encomenda { $order }. Por favor, tenta novamente ou, se precisares de ajuda, escreve-nos.
payment-failed-amount = Valor a pagar
payment-failed-method = Método de pagamento
payment-failed-pay-by = Pagar até
payment-failed-button = Pagar agora

## order.cancelled

cancelled-subject =
    { $extent ->
        [part] Parte da sua encomenda { $order } foi cancelada
       *[whole] A sua encomenda { $order } foi cancelada
    }
    .informal =
    { $extent ->
        [part] Parte da tua encomenda { $order } foi cancelada
       *[whole] A tua encomenda { $order } foi cancelada
    }
cancelled-preheader-with-refund = Vamos devolver-lhe { $amount }.
    .informal = Vamos devolver-te { $amount }.
cancelled-heading =
    { $extent ->
        [part] Parte da sua encomenda foi cancelada
       *[whole] A sua encomenda foi cancelada
    }
    .informal =
    { $extent ->
        [part] Parte da tua encomenda foi cancelada
       *[whole] A tua encomenda foi cancelada
    }
cancelled-lead =
    { $extent ->
        [part] Cancelámos parte da sua encomenda { $order }.
        [part-with-rest] Cancelámos parte da sua encomenda { $order }. O resto da encomenda mantém-se.
       *[whole] Cancelámos a sua encomenda { $order }.
    }
    .informal =
    { $extent ->
        [part] Cancelámos parte da tua encomenda { $order }.
        [part-with-rest] Cancelámos parte da tua encomenda { $order }. O resto da encomenda mantém-se.
       *[whole] Cancelámos a tua encomenda { $order }.
    }
cancelled-not-charged = Não lhe foi cobrado qualquer valor.
    .informal = Não te foi cobrado qualquer valor.
cancelled-refund-to-by = O reembolso será feito através de { $method } e deverá chegar até { $day }.
cancelled-refund-to = O reembolso será feito através de { $method }.
cancelled-refund-by = O reembolso deverá chegar até { $day }.
cancelled-articles = Artigos cancelados

## order.refunded

refunded-subject = Reembolso de { $amount } da sua encomenda { $order }
    .informal = Reembolso de { $amount } da tua encomenda { $order }
refunded-preheader-to-by = Reembolso através de { $method }, previsto até { $day }.
refunded-preheader-to = Reembolso através de { $method }.
refunded-preheader-by = A caminho, previsto até { $day }.
refunded-preheader = O dinheiro está a caminho.
refunded-heading = O seu reembolso está a caminho
    .informal = O teu reembolso está a caminho
refunded-in-full = Reembolsámos o valor total da sua encomenda { $order }.
    .informal = Reembolsámos o valor total da tua encomenda { $order }.
refunded-rest = Reembolsámos o valor restante da sua encomenda { $order }. O reembolso fica assim completo.
    .informal = Reembolsámos o valor restante da tua encomenda { $order }. O reembolso fica assim completo.
refunded-part = Reembolsámos parte do valor da sua encomenda { $order }.
    .informal = Reembolsámos parte do valor da tua encomenda { $order }.
refunded-amount = Reembolsámos { $amount } da sua encomenda { $order }.
    .informal = Reembolsámos { $amount } da tua encomenda { $order }.
refund-amount = Reembolso
refund-to = Método de reembolso
refund-expected-by = Previsto até
refund-order-total = Total da encomenda
refunded-note-with-day = O prazo depende do seu banco. Se o dinheiro não chegar até à data acima indicada, escreva-nos.
    .informal = O prazo depende do teu banco. Se o dinheiro não chegar até à data acima indicada, escreve-nos.
refunded-note = O prazo depende do seu banco. Se o dinheiro não chegar dentro de duas semanas, escreva-nos.
    .informal = O prazo depende do teu banco. Se o dinheiro não chegar dentro de duas semanas, escreve-nos.

## order.withdrawal_received

withdrawal-subject = Recebemos a sua declaração de livre resolução da encomenda { $order }
    .informal = Recebemos a tua declaração de livre resolução da encomenda { $order }
withdrawal-preheader-with-time = Recebida em { $time }.
withdrawal-preheader = Este é o seu comprovativo de receção.
    .informal = Este é o teu comprovativo de receção.
withdrawal-heading = Recebemos a sua declaração de livre resolução
    .informal = Recebemos a tua declaração de livre resolução
withdrawal-lead = Este é o seu comprovativo de receção: recebemos a sua declaração de livre resolução relativa à encomenda { $order }.
    .informal = Este é o teu comprovativo de receção: recebemos a tua declaração de livre resolução relativa à encomenda { $order }.
withdrawal-received-on = Recebida em
withdrawal-id = N.º da declaração
withdrawal-content = A sua declaração
    .informal = A tua declaração
withdrawal-articles = Artigos abrangidos

## shipment.shipped

shipped-subject =
    { $share ->
        [whole] A sua encomenda { $order } está a caminho
        [part] Parte da sua encomenda { $order } está a caminho
       *[parcel] Um volume da sua encomenda { $order } está a caminho
    }
    .informal =
    { $share ->
        [whole] A tua encomenda { $order } está a caminho
        [part] Parte da tua encomenda { $order } está a caminho
       *[parcel] Um volume da tua encomenda { $order } está a caminho
    }
shipped-preheader-with-carrier = Entrega via { $carrier } prevista para { $day }. { $contents }
shipped-preheader = Entrega prevista para { $day }. { $contents }
shipped-heading =
    { $share ->
        [whole] A sua encomenda está a caminho
        [part] Parte da sua encomenda está a caminho
       *[parcel] Um volume da sua encomenda está a caminho
    }
    .informal =
    { $share ->
        [whole] A tua encomenda está a caminho
        [part] Parte da tua encomenda está a caminho
       *[parcel] Um volume da tua encomenda está a caminho
    }
shipped-lead =
    { $share ->
        [whole] Expedimos a sua encomenda { $order } num único volume.
        [part] Expedimos um volume da sua encomenda { $order }. O resto seguirá assim que possível.
       *[parcel] Expedimos um volume da sua encomenda { $order }.
    }
    .informal =
    { $share ->
        [whole] Expedimos a tua encomenda { $order } num único volume.
        [part] Expedimos um volume da tua encomenda { $order }. O resto seguirá assim que possível.
       *[parcel] Expedimos um volume da tua encomenda { $order }.
    }

## On its way to a place where the customer will pick it up

to-pickup-heading = A sua encomenda está a caminho
    .informal = A tua encomenda está a caminho
to-pickup-lead-with-place =
    { $share ->
        [whole] A sua encomenda { $order } está a caminho do ponto de recolha { $place }. Receberá um e-mail quando a puder levantar.
        [part] Parte da sua encomenda { $order } está a caminho do ponto de recolha { $place }. Receberá um e-mail quando a puder levantar.
       *[parcel] Um volume da sua encomenda { $order } está a caminho do ponto de recolha { $place }. Receberá um e-mail quando o puder levantar.
    }
    .informal =
    { $share ->
        [whole] A tua encomenda { $order } está a caminho do ponto de recolha { $place }. Vais receber um e-mail quando a puderes levantar.
        [part] Parte da tua encomenda { $order } está a caminho do ponto de recolha { $place }. Vais receber um e-mail quando a puderes levantar.
       *[parcel] Um volume da tua encomenda { $order } está a caminho do ponto de recolha { $place }. Vais receber um e-mail quando o puderes levantar.
    }
to-pickup-lead =
    { $share ->
        [whole] A sua encomenda { $order } está a caminho. Receberá um e-mail quando a puder levantar.
        [part] Parte da sua encomenda { $order } está a caminho. Receberá um e-mail quando a puder levantar.
       *[parcel] Um volume da sua encomenda { $order } está a caminho. Receberá um e-mail quando o puder levantar.
    }
    .informal =
    { $share ->
        [whole] A tua encomenda { $order } está a caminho. Vais receber um e-mail quando a puderes levantar.
        [part] Parte da tua encomenda { $order } está a caminho. Vais receber um e-mail quando a puderes levantar.
       *[parcel] Um volume da tua encomenda { $order } está a caminho. Vais receber um e-mail quando o puderes levantar.
    }
to-pickup-preheader-with-carrier = A caminho via { $carrier }. { $contents }
to-pickup-preheader = A caminho. { $contents }

## shipment.updated

updated-subject =
    { $share ->
        [whole] Novas informações sobre a entrega da sua encomenda { $order }
        [part] Novas informações sobre a entrega de parte da sua encomenda { $order }
       *[parcel] Novas informações sobre um volume da sua encomenda { $order }
    }
    .informal =
    { $share ->
        [whole] Novas informações sobre a entrega da tua encomenda { $order }
        [part] Novas informações sobre a entrega de parte da tua encomenda { $order }
       *[parcel] Novas informações sobre um volume da tua encomenda { $order }
    }
updated-heading = Novas informações sobre a entrega
updated-lead =
    { $share ->
        [whole] Há novas informações sobre a entrega da sua encomenda { $order }. Estes são os dados atualizados.
        [part] Há novas informações sobre a entrega de parte da sua encomenda { $order }. Estes são os dados atualizados.
       *[parcel] Há novas informações sobre um volume da sua encomenda { $order }. Estes são os dados atualizados.
    }
    .informal =
    { $share ->
        [whole] Há novas informações sobre a entrega da tua encomenda { $order }. Estes são os dados atualizados.
        [part] Há novas informações sobre a entrega de parte da tua encomenda { $order }. Estes são os dados atualizados.
       *[parcel] Há novas informações sobre um volume da tua encomenda { $order }. Estes são os dados atualizados.
    }
updated-day-subject =
    { $share ->
        [whole] Nova data de entrega prevista para a sua encomenda { $order }
        [part] Nova data de entrega prevista para parte da sua encomenda { $order }
       *[parcel] Nova data de entrega prevista para um volume da sua encomenda { $order }
    }
    .informal =
    { $share ->
        [whole] Nova data de entrega prevista para a tua encomenda { $order }
        [part] Nova data de entrega prevista para parte da tua encomenda { $order }
       *[parcel] Nova data de entrega prevista para um volume da tua encomenda { $order }
    }
updated-day-heading = Nova data de entrega prevista
updated-day-lead =
    { $share ->
        [whole] A data de entrega prevista para a sua encomenda { $order } mudou.
        [part] A data de entrega prevista para parte da sua encomenda { $order } mudou.
       *[parcel] A data de entrega prevista para um volume da sua encomenda { $order } mudou.
    }
    .informal =
    { $share ->
        [whole] A data de entrega prevista para a tua encomenda { $order } mudou.
        [part] A data de entrega prevista para parte da tua encomenda { $order } mudou.
       *[parcel] A data de entrega prevista para um volume da tua encomenda { $order } mudou.
    }
updated-preheader-number-with-carrier = Número de seguimento ({ $carrier }): { $number }.
updated-preheader-number = Número de seguimento: { $number }.
updated-preheader-numbers =
    { $count ->
        [one] 1 número de seguimento.
       *[other] { $count } números de seguimento.
    }
updated-preheader-carrier = A caminho via { $carrier }.
updated-preheader-day = Entrega prevista para { $day }.
updated-preheader-pickup = Veja como levantar a sua encomenda.
    .informal = Vê como levantar a tua encomenda.
updated-preheader-page = Este é o link de seguimento.

## shipment.delayed

delayed-subject-with-day =
    { $share ->
        [whole] Entrega da sua encomenda { $order } adiada para { $day }
        [part] Entrega de parte da sua encomenda { $order } adiada para { $day }
       *[parcel] Entrega de um volume da sua encomenda { $order } adiada para { $day }
    }
    .informal =
    { $share ->
        [whole] Entrega da tua encomenda { $order } adiada para { $day }
        [part] Entrega de parte da tua encomenda { $order } adiada para { $day }
       *[parcel] Entrega de um volume da tua encomenda { $order } adiada para { $day }
    }
delayed-subject =
    { $share ->
        [whole] Atraso na sua encomenda { $order }
        [part] Atraso em parte da sua encomenda { $order }
       *[parcel] Atraso num volume da sua encomenda { $order }
    }
    .informal =
    { $share ->
        [whole] Atraso na tua encomenda { $order }
        [part] Atraso em parte da tua encomenda { $order }
       *[parcel] Atraso num volume da tua encomenda { $order }
    }
delayed-preheader = Pedimos desculpa. { $contents }
delayed-heading = A sua entrega está atrasada
    .informal = A tua entrega está atrasada
delayed-lead =
    { $share ->
        [whole] Pedimos desculpa: a sua encomenda { $order } vai chegar mais tarde do que o previsto.
        [part] Pedimos desculpa: parte da sua encomenda { $order } vai chegar mais tarde do que o previsto.
       *[parcel] Pedimos desculpa: um volume da sua encomenda { $order } vai chegar mais tarde do que o previsto.
    }
    .informal =
    { $share ->
        [whole] Pedimos desculpa: a tua encomenda { $order } vai chegar mais tarde do que o previsto.
        [part] Pedimos desculpa: parte da tua encomenda { $order } vai chegar mais tarde do que o previsto.
       *[parcel] Pedimos desculpa: um volume da tua encomenda { $order } vai chegar mais tarde do que o previsto.
    }
delayed-lead-without-day =
    { $share ->
        [whole] Pedimos desculpa: a sua encomenda { $order } vai chegar mais tarde do que o previsto. Ainda não sabemos a nova data.
        [part] Pedimos desculpa: parte da sua encomenda { $order } vai chegar mais tarde do que o previsto. Ainda não sabemos a nova data.
       *[parcel] Pedimos desculpa: um volume da sua encomenda { $order } vai chegar mais tarde do que o previsto. Ainda não sabemos a nova data.
    }
    .informal =
    { $share ->
        [whole] Pedimos desculpa: a tua encomenda { $order } vai chegar mais tarde do que o previsto. Ainda não sabemos a nova data.
        [part] Pedimos desculpa: parte da tua encomenda { $order } vai chegar mais tarde do que o previsto. Ainda não sabemos a nova data.
       *[parcel] Pedimos desculpa: um volume da tua encomenda { $order } vai chegar mais tarde do que o previsto. Ainda não sabemos a nova data.
    }
delayed-new-day = Nova data prevista
delayed-note-with-day = Não tem de fazer nada. Se a nova data não lhe for conveniente, escreva-nos e veremos o que podemos fazer.
    .informal = Não tens de fazer nada. Se a nova data não te der jeito, escreve-nos e veremos o que podemos fazer.
delayed-note = Não tem de fazer nada. Se o atraso lhe causar transtorno, escreva-nos e veremos o que podemos fazer.
    .informal = Não tens de fazer nada. Se o atraso te causar transtorno, escreve-nos e veremos o que podemos fazer.
delayed-articles = Artigos com atraso

## shipment.out_for_delivery

out-for-delivery-subject =
    { $share ->
        [whole] A sua encomenda { $order } chega hoje
        [part] Parte da sua encomenda { $order } chega hoje
       *[parcel] Um volume da sua encomenda { $order } chega hoje
    }
    .informal =
    { $share ->
        [whole] A tua encomenda { $order } chega hoje
        [part] Parte da tua encomenda { $order } chega hoje
       *[parcel] Um volume da tua encomenda { $order } chega hoje
    }
out-for-delivery-preheader-with-carrier = Em distribuição via { $carrier }. { $contents }
out-for-delivery-preheader = Em distribuição. { $contents }
out-for-delivery-heading = Entrega prevista para hoje
out-for-delivery-lead =
    { $share ->
        [whole] A sua encomenda { $order } está em distribuição e deverá chegar hoje.
        [part] Parte da sua encomenda { $order } está em distribuição e deverá chegar hoje.
       *[parcel] Um volume da sua encomenda { $order } está em distribuição e deverá chegar hoje.
    }
    .informal =
    { $share ->
        [whole] A tua encomenda { $order } está em distribuição e deverá chegar hoje.
        [part] Parte da tua encomenda { $order } está em distribuição e deverá chegar hoje.
       *[parcel] Um volume da tua encomenda { $order } está em distribuição e deverá chegar hoje.
    }

## shipment.delivery_attempted

attempted-subject =
    { $share ->
        [whole] Não foi possível entregar a sua encomenda { $order }
        [part] Não foi possível entregar parte da sua encomenda { $order }
       *[parcel] Não foi possível entregar um volume da sua encomenda { $order }
    }
    .informal =
    { $share ->
        [whole] Não foi possível entregar a tua encomenda { $order }
        [part] Não foi possível entregar parte da tua encomenda { $order }
       *[parcel] Não foi possível entregar um volume da tua encomenda { $order }
    }
attempted-preheader = Próxima tentativa: { $day }.
attempted-heading = Não foi possível fazer a entrega
attempted-lead-with-carrier =
    { $share ->
        [whole] Houve uma tentativa de entrega da sua encomenda { $order } via { $carrier }, sem sucesso.
        [part] Houve uma tentativa de entrega de parte da sua encomenda { $order } via { $carrier }, sem sucesso.
       *[parcel] Houve uma tentativa de entrega de um volume da sua encomenda { $order } via { $carrier }, sem sucesso.
    }
    .informal =
    { $share ->
        [whole] Houve uma tentativa de entrega da tua encomenda { $order } via { $carrier }, sem sucesso.
        [part] Houve uma tentativa de entrega de parte da tua encomenda { $order } via { $carrier }, sem sucesso.
       *[parcel] Houve uma tentativa de entrega de um volume da tua encomenda { $order } via { $carrier }, sem sucesso.
    }
attempted-lead =
    { $share ->
        [whole] Não foi possível entregar a sua encomenda { $order }.
        [part] Não foi possível entregar parte da sua encomenda { $order }.
       *[parcel] Não foi possível entregar um volume da sua encomenda { $order }.
    }
    .informal =
    { $share ->
        [whole] Não foi possível entregar a tua encomenda { $order }.
        [part] Não foi possível entregar parte da tua encomenda { $order }.
       *[parcel] Não foi possível entregar um volume da tua encomenda { $order }.
    }
attempted-next = Próxima tentativa

## shipment.ready_for_pickup

ready-subject =
    { $share ->
        [whole] A sua encomenda { $order } está pronta a levantar
        [part] Parte da sua encomenda { $order } está pronta a levantar
       *[parcel] Um volume da sua encomenda { $order } está pronto a levantar
    }
    .informal =
    { $share ->
        [whole] A tua encomenda { $order } está pronta a levantar
        [part] Parte da tua encomenda { $order } está pronta a levantar
       *[parcel] Um volume da tua encomenda { $order } está pronto a levantar
    }
ready-preheader-at-until = À sua espera no ponto de recolha { $place } até { $day }.
    .informal = À tua espera no ponto de recolha { $place } até { $day }.
ready-preheader-at = À sua espera no ponto de recolha { $place }.
    .informal = À tua espera no ponto de recolha { $place }.
ready-preheader-until = À sua espera até { $day }.
    .informal = À tua espera até { $day }.
ready-preheader = À sua espera.
    .informal = À tua espera.
ready-heading = Disponível para levantamento
ready-lead-with-place =
    { $share ->
        [whole] A sua encomenda { $order } está pronta a levantar no ponto de recolha { $place }.
        [part] Parte da sua encomenda { $order } está pronta a levantar no ponto de recolha { $place }.
       *[parcel] Um volume da sua encomenda { $order } está pronto a levantar no ponto de recolha { $place }.
    }
    .informal =
    { $share ->
        [whole] A tua encomenda { $order } está pronta a levantar no ponto de recolha { $place }.
        [part] Parte da tua encomenda { $order } está pronta a levantar no ponto de recolha { $place }.
       *[parcel] Um volume da tua encomenda { $order } está pronto a levantar no ponto de recolha { $place }.
    }
ready-lead =
    { $share ->
        [whole] A sua encomenda { $order } está pronta a levantar.
        [part] Parte da sua encomenda { $order } está pronta a levantar.
       *[parcel] Um volume da sua encomenda { $order } está pronto a levantar.
    }
    .informal =
    { $share ->
        [whole] A tua encomenda { $order } está pronta a levantar.
        [part] Parte da tua encomenda { $order } está pronta a levantar.
       *[parcel] Um volume da tua encomenda { $order } está pronto a levantar.
    }
ready-articles = Artigos a levantar

## shipment.delivered

delivered-subject =
    { $share ->
        [whole] A sua encomenda { $order } foi entregue
        [part] Parte da sua encomenda { $order } foi entregue
       *[parcel] Um volume da sua encomenda { $order } foi entregue
    }
    .informal =
    { $share ->
        [whole] A tua encomenda { $order } foi entregue
        [part] Parte da tua encomenda { $order } foi entregue
       *[parcel] Um volume da tua encomenda { $order } foi entregue
    }
delivered-heading = Entrega efetuada
delivered-lead-with-carrier =
    { $share ->
        [whole] A sua encomenda { $order } foi entregue via { $carrier }. Esperamos que goste.
        [part] Parte da sua encomenda { $order } foi entregue via { $carrier }. Esperamos que goste.
       *[parcel] Um volume da sua encomenda { $order } foi entregue via { $carrier }. Esperamos que goste.
    }
    .informal =
    { $share ->
        [whole] A tua encomenda { $order } foi entregue via { $carrier }. Esperamos que gostes.
        [part] Parte da tua encomenda { $order } foi entregue via { $carrier }. Esperamos que gostes.
       *[parcel] Um volume da tua encomenda { $order } foi entregue via { $carrier }. Esperamos que gostes.
    }
delivered-lead =
    { $share ->
        [whole] A entrega da sua encomenda { $order } foi confirmada. Esperamos que goste.
        [part] A entrega de parte da sua encomenda { $order } foi confirmada. Esperamos que goste.
       *[parcel] A entrega de um volume da sua encomenda { $order } foi confirmada. Esperamos que goste.
    }
    .informal =
    { $share ->
        [whole] A entrega da tua encomenda { $order } foi confirmada. Esperamos que gostes.
        [part] A entrega de parte da tua encomenda { $order } foi confirmada. Esperamos que gostes.
       *[parcel] A entrega de um volume da tua encomenda { $order } foi confirmada. Esperamos que gostes.
    }
delivered-not-found = Não encontra a encomenda?
    .informal = Não encontras a encomenda?
delivered-not-found-help = Verifique o local onde costumam deixar as suas encomendas e pergunte aos vizinhos. Se a encomenda não aparecer, ou se algo faltar ou estiver danificado, escreva-nos.
    .informal = Verifica o local onde costumam deixar as tuas encomendas e pergunta aos vizinhos. Se a encomenda não aparecer, ou se algo faltar ou estiver danificado, escreve-nos.

## shipment.delivered, of what the customer picked up

picked-up-subject =
    { $share ->
        [whole] A sua encomenda { $order } foi levantada
        [part] Parte da sua encomenda { $order } foi levantada
       *[parcel] Um volume da sua encomenda { $order } foi levantado
    }
    .informal =
    { $share ->
        [whole] A tua encomenda { $order } foi levantada
        [part] Parte da tua encomenda { $order } foi levantada
       *[parcel] Um volume da tua encomenda { $order } foi levantado
    }
picked-up-heading = Levantamento efetuado
picked-up-lead-with-place =
    { $share ->
        [whole] A sua encomenda { $order } foi levantada no ponto de recolha { $place }. Esperamos que goste.
        [part] Parte da sua encomenda { $order } foi levantada no ponto de recolha { $place }. Esperamos que goste.
       *[parcel] Um volume da sua encomenda { $order } foi levantado no ponto de recolha { $place }. Esperamos que goste.
    }
    .informal =
    { $share ->
        [whole] A tua encomenda { $order } foi levantada no ponto de recolha { $place }. Esperamos que gostes.
        [part] Parte da tua encomenda { $order } foi levantada no ponto de recolha { $place }. Esperamos que gostes.
       *[parcel] Um volume da tua encomenda { $order } foi levantado no ponto de recolha { $place }. Esperamos que gostes.
    }
picked-up-lead =
    { $share ->
        [whole] A sua encomenda { $order } foi levantada. Esperamos que goste.
        [part] Parte da sua encomenda { $order } foi levantada. Esperamos que goste.
       *[parcel] Um volume da sua encomenda { $order } foi levantado. Esperamos que goste.
    }
    .informal =
    { $share ->
        [whole] A tua encomenda { $order } foi levantada. Esperamos que gostes.
        [part] Parte da tua encomenda { $order } foi levantada. Esperamos que gostes.
       *[parcel] Um volume da tua encomenda { $order } foi levantado. Esperamos que gostes.
    }

## shipment.returned

returned-subject =
    { $share ->
        [whole] A sua encomenda { $order } está a ser devolvida ao remetente
        [part] Parte da sua encomenda { $order } está a ser devolvida ao remetente
       *[parcel] Um volume da sua encomenda { $order } está a ser devolvido ao remetente
    }
    .informal =
    { $share ->
        [whole] A tua encomenda { $order } está a ser devolvida ao remetente
        [part] Parte da tua encomenda { $order } está a ser devolvida ao remetente
       *[parcel] Um volume da tua encomenda { $order } está a ser devolvido ao remetente
    }
returned-heading = A sua encomenda está a ser devolvida ao remetente
    .informal = A tua encomenda está a ser devolvida ao remetente
returned-lead =
    { $share ->
        [whole] A sua encomenda { $order } está a ser devolvida à nossa loja. Escreva-nos para saber quais são os próximos passos.
        [part] Parte da sua encomenda { $order } está a ser devolvida à nossa loja. Escreva-nos para saber quais são os próximos passos.
       *[parcel] Um volume da sua encomenda { $order } está a ser devolvido à nossa loja. Escreva-nos para saber quais são os próximos passos.
    }
    .informal =
    { $share ->
        [whole] A tua encomenda { $order } está a ser devolvida à nossa loja. Escreve-nos para saberes quais são os próximos passos.
        [part] Parte da tua encomenda { $order } está a ser devolvida à nossa loja. Escreve-nos para saberes quais são os próximos passos.
       *[parcel] Um volume da tua encomenda { $order } está a ser devolvido à nossa loja. Escreve-nos para saberes quais são os próximos passos.
    }
