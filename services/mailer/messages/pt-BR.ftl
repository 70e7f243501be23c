### Português do Brasil. Usa-se você em tudo, sem `.informal`.

usual-formality = formal

## The frame of every mail

copy-subject = Cópia: { $subject }
order-and-number = Pedido { $order }
greeting = Olá, { $name }!
greeting-without-name = Olá!
questions = Ficou com alguma dúvida? Escreva para { $email } e informe o número do pedido: { $order }.
why-you-get-this = Você recebeu este e-mail porque fez um pedido na loja { $shop }.
why-you-get-a-copy = Esta é uma cópia. O e-mail original é para quem fez o pedido na loja { $shop }.
view-order = Ver pedido

## Links

link-returns = Trocas e devoluções
link-help = Ajuda
link-account = Minha conta
link-terms = Termos e condições
link-privacy = Política de privacidade

## Progress

step-ordered = Pedido feito
step-shipped = Enviado
step-out-for-delivery = Saiu para entrega
step-delivered = Entregue
step-on-its-way = A caminho
step-ready = Disponível
step-picked-up = Retirado
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
        [one] … e mais 1 item
       *[other] … e mais { $count } itens
    }
see-whole-order = Ver pedido completo
part-of-set = Faz parte de: { $set }
article-expected = Previsão de entrega: { $day }
parcel-contents =
    { $count ->
        [0] No pacote: { $article }.
        [one] No pacote: { $article } e mais 1 item.
       *[other] No pacote: { $article } e mais { $count } itens.
    }
cancelled-contents =
    { $count ->
        [0] Item cancelado: { $article }.
        [one] Itens cancelados: { $article } e mais 1.
       *[other] Itens cancelados: { $article } e mais { $count }.
    }

## What an order costs

placed-at = Pedido feito em { $time }
time-in-utc = { $time } UTC
price-each = { $price } cada
price-per-unit = { $price }/{ $unit }
quantity-times-price = { $quantity } × { $price }
row-subtotal = Subtotal
row-discount = Desconto
row-shipping = Frete
shipping-free = Grátis
row-fee = Taxa
row-tip = Gorjeta
row-duties = Imposto de importação
row-tax = Impostos
row-gift-card = Cartão-presente
row-credit = Crédito na loja
row-rounding = Arredondamento
row-total = Total
row-paid = Valor pago
row-due = Falta pagar
tax-included = inclui { $amount } de impostos
named-tax-included = inclui { $amount } de { $tax }

## Parcel, address and pick-up

carrier = Transportadora
tracking-number = Código de rastreio
tracking-page = Link de rastreio
track-parcel = Rastrear pacote
delivery-details = Detalhes da entrega
expected = Previsão de entrega
expected-today = Hoje
reason = Motivo
in-this-parcel = Conteúdo do pacote
still-to-come = Próximas entregas
still-to-come-note = O restante será enviado separadamente. Avisaremos assim que sair.
delivery-address = Endereço de entrega
pickup-place = Ponto de retirada
pickup-code = Código de retirada
pickup-until = Retirar até
pickup-page = Ver ponto de retirada
your-order = Seu pedido
your-order-number = Número: { $order }

## order.confirmed

confirmed-subject = Recebemos seu pedido { $order }
confirmed-preheader = Total: { $total }. Confira o resumo do seu pedido.
confirmed-preheader-without-total = Confira o resumo do seu pedido.
confirmed-heading = Obrigado pela sua compra
confirmed-lead =
    { $delivery ->
        [pickup] Recebemos seu pedido { $order } e já estamos preparando tudo. Avisaremos quando ele estiver pronto para retirada.
        [shipping] Recebemos seu pedido { $order } e já estamos preparando tudo. Avisaremos quando ele estiver a caminho.
       *[none] Recebemos seu pedido { $order } e já estamos preparando tudo.
    }
confirmed-articles = Itens do pedido

## order.updated

order-updated-subject = Seu pedido { $order } foi alterado
order-updated-preheader = Confira como ficou seu pedido.
order-updated-heading = Seu pedido foi alterado
order-updated-lead = Seu pedido { $order } foi alterado. Confira abaixo como ele ficou.
order-updated-changes = O que mudou
order-updated-articles = Como ficou seu pedido
change-added = Adicionado: { $article }
change-removed = Removido do pedido: { $article }
change-quantity = { $article } em vez de { $before }
change-replaced = { $now } em vez de { $before }
change-price = Preço de { $article }: { $now } em vez de { $before }
change-total = Total: { $now } em vez de { $before }
change-shipping-address = Novo endereço de entrega: veja abaixo
change-pickup = Mudança na retirada: veja abaixo
change-billing-address = Novo endereço de cobrança
change-more =
    { $count ->
        [one] E mais 1 alteração.
       *[other] E mais { $count } alterações.
    }

## order.payment_failed

payment-failed-subject = O pagamento do seu pedido { $order } não foi concluído
payment-failed-preheader-with-day = Você pode pagar até { $day }.
payment-failed-preheader = Tente novamente.
payment-failed-heading = Seu pagamento não foi concluído
payment-failed-lead = O pagamento do seu pedido { $order } não foi concluído. Tente novamente.
payment-failed-lead-without-link = O pagamento do seu pedido { $order } não foi concluído. Tente novamente ou, se precisar de ajuda, fale com a gente.
payment-failed-amount = Valor a pagar
payment-failed-method = Forma de pagamento
payment-failed-pay-by = Pagar até
payment-failed-button = Pagar agora

## order.cancelled

cancelled-subject =
    { $extent ->
        [part] Parte do seu pedido { $order } foi cancelada
       *[whole] Seu pedido { $order } foi cancelado
    }
cancelled-preheader-with-refund = Você receberá { $amount } de volta.
cancelled-heading =
    { $extent ->
        [part] Parte do seu pedido foi cancelada
       *[whole] Seu pedido foi cancelado
    }
cancelled-lead =
    { $extent ->
        [part] Cancelamos parte do seu pedido { $order }.
        [part-with-rest] Cancelamos parte do seu pedido { $order }. O restante do pedido não muda.
       *[whole] Cancelamos seu pedido { $order }.
    }
cancelled-not-charged = Nenhum valor foi cobrado.
cancelled-refund-to-by = O reembolso será feito via { $method } e deve chegar até { $day }.
cancelled-refund-to = O reembolso será feito via { $method }.
cancelled-refund-by = O reembolso deve chegar até { $day }.
cancelled-articles = Itens cancelados

## order.refunded

refunded-subject = Reembolso de { $amount } do seu pedido { $order }
refunded-preheader-to-by = A caminho via { $method }, com previsão até { $day }.
refunded-preheader-to = A caminho via { $method }.
refunded-preheader-by = A caminho, com previsão até { $day }.
refunded-preheader = O valor está a caminho.
refunded-heading = Seu reembolso está a caminho
refunded-in-full = Reembolsamos o valor total do seu pedido { $order }.
refunded-rest = Reembolsamos o valor restante do seu pedido { $order }. Com isso, o reembolso está completo.
refunded-part = Reembolsamos parte do valor do seu pedido { $order }.
refunded-amount = Reembolsamos { $amount } do seu pedido { $order }.
refund-amount = Reembolso
refund-to = Forma de reembolso
refund-expected-by = Previsto até
refund-order-total = Total do pedido
refunded-note-with-day = O prazo depende do seu banco. Se o valor não for creditado até a data acima, fale com a gente.
refunded-note = O prazo depende do seu banco. Se o valor não for creditado em até duas semanas, fale com a gente.

## order.withdrawal_received

withdrawal-subject = Recebemos sua desistência do pedido { $order }
withdrawal-preheader-with-time = Recebida em { $time }.
withdrawal-preheader = Este é o seu comprovante.
withdrawal-heading = Recebemos sua desistência
withdrawal-lead = Confirmamos o recebimento da sua solicitação de desistência do pedido { $order } (direito de arrependimento).
withdrawal-received-on = Recebida em
withdrawal-id = Protocolo
withdrawal-content = Sua declaração
withdrawal-articles = Itens da desistência

## shipment.shipped

shipped-subject =
    { $share ->
        [whole] Seu pedido { $order } está a caminho
        [part] Parte do seu pedido { $order } está a caminho
       *[parcel] Um pacote do seu pedido { $order } está a caminho
    }
shipped-preheader-with-carrier = Entrega via { $carrier } prevista para { $day }. { $contents }
shipped-preheader = Entrega prevista para { $day }. { $contents }
shipped-heading =
    { $share ->
        [whole] Seu pedido está a caminho
        [part] Parte do seu pedido está a caminho
       *[parcel] Seu pacote está a caminho
    }
shipped-lead =
    { $share ->
        [whole] Enviamos seu pedido { $order } em um único pacote.
        [part] Enviamos um pacote do seu pedido { $order }. O restante será enviado assim que possível.
       *[parcel] Enviamos um pacote do seu pedido { $order }.
    }

## On its way to a place where the customer will pick it up

to-pickup-heading = Seu pedido está a caminho
to-pickup-lead-with-place =
    { $share ->
        [whole] Seu pedido { $order } está a caminho do ponto de retirada { $place }. Avisaremos quando ele estiver pronto para retirada.
        [part] Parte do seu pedido { $order } está a caminho do ponto de retirada { $place }. Avisaremos quando ela estiver pronta para retirada.
       *[parcel] Um pacote do seu pedido { $order } está a caminho do ponto de retirada { $place }. Avisaremos quando ele estiver pronto para retirada.
    }
to-pickup-lead =
    { $share ->
        [whole] Seu pedido { $order } está a caminho. Avisaremos quando ele estiver pronto para retirada.
        [part] Parte do seu pedido { $order } está a caminho. Avisaremos quando ela estiver pronta para retirada.
       *[parcel] Um pacote do seu pedido { $order } está a caminho. Avisaremos quando ele estiver pronto para retirada.
    }
to-pickup-preheader-with-carrier = A caminho via { $carrier }. { $contents }
to-pickup-preheader = A caminho. { $contents }

## shipment.updated

updated-subject =
    { $share ->
        [whole] Novas informações sobre a entrega do seu pedido { $order }
        [part] Novas informações sobre a entrega de parte do seu pedido { $order }
       *[parcel] Novas informações sobre um pacote do seu pedido { $order }
    }
updated-heading = Novas informações sobre a entrega
updated-lead =
    { $share ->
        [whole] Há novas informações sobre a entrega do seu pedido { $order }. Confira os dados atualizados.
        [part] Há novas informações sobre a entrega de parte do seu pedido { $order }. Confira os dados atualizados.
       *[parcel] Há novas informações sobre um pacote do seu pedido { $order }. Confira os dados atualizados.
    }
updated-day-subject =
    { $share ->
        [whole] Nova previsão de entrega do seu pedido { $order }
        [part] Nova previsão de entrega de parte do seu pedido { $order }
       *[parcel] Nova previsão de entrega de um pacote do seu pedido { $order }
    }
updated-day-heading = Nova previsão de entrega
updated-day-lead =
    { $share ->
        [whole] A previsão de entrega do seu pedido { $order } mudou.
        [part] A previsão de entrega de parte do seu pedido { $order } mudou.
       *[parcel] A previsão de entrega de um pacote do seu pedido { $order } mudou.
    }
updated-preheader-number-with-carrier = Código de rastreio ({ $carrier }): { $number }.
updated-preheader-number = Código de rastreio: { $number }.
updated-preheader-numbers =
    { $count ->
        [one] 1 código de rastreio.
       *[other] { $count } códigos de rastreio.
    }
updated-preheader-carrier = A caminho via { $carrier }.
updated-preheader-day = Entrega prevista para { $day }.
updated-preheader-pickup = Veja como retirar o seu pacote.
updated-preheader-page = Confira o link de rastreio.

## shipment.delayed

delayed-subject-with-day =
    { $share ->
        [whole] Seu pedido { $order } vai atrasar: nova previsão para { $day }
        [part] Parte do seu pedido { $order } vai atrasar: nova previsão para { $day }
       *[parcel] Um pacote do seu pedido { $order } vai atrasar: nova previsão para { $day }
    }
delayed-subject =
    { $share ->
        [whole] Seu pedido { $order } vai atrasar
        [part] Parte do seu pedido { $order } vai atrasar
       *[parcel] Um pacote do seu pedido { $order } vai atrasar
    }
delayed-preheader = Pedimos desculpas. { $contents }
delayed-heading = Seu pacote vai atrasar
delayed-lead =
    { $share ->
        [whole] Pedimos desculpas: seu pedido { $order } vai chegar depois do previsto.
        [part] Pedimos desculpas: parte do seu pedido { $order } vai chegar depois do previsto.
       *[parcel] Pedimos desculpas: um pacote do seu pedido { $order } vai chegar depois do previsto.
    }
delayed-lead-without-day =
    { $share ->
        [whole] Pedimos desculpas: seu pedido { $order } vai chegar depois do previsto. Ainda não temos uma nova data.
        [part] Pedimos desculpas: parte do seu pedido { $order } vai chegar depois do previsto. Ainda não temos uma nova data.
       *[parcel] Pedimos desculpas: um pacote do seu pedido { $order } vai chegar depois do previsto. Ainda não temos uma nova data.
    }
delayed-new-day = Nova previsão
delayed-note-with-day = Você não precisa fazer nada. Se a nova data não for boa para você, fale com a gente e veremos o que dá para fazer.
delayed-note = Você não precisa fazer nada. Se o atraso for um problema, fale com a gente e veremos o que dá para fazer.
delayed-articles = Itens com atraso

## shipment.out_for_delivery

out-for-delivery-subject =
    { $share ->
        [whole] Seu pedido { $order } chega hoje
        [part] Parte do seu pedido { $order } chega hoje
       *[parcel] Um pacote do seu pedido { $order } chega hoje
    }
out-for-delivery-preheader-with-carrier = Saiu para entrega via { $carrier }. { $contents }
out-for-delivery-preheader = Saiu para entrega. { $contents }
out-for-delivery-heading = Chega hoje
out-for-delivery-lead =
    { $share ->
        [whole] Seu pedido { $order } saiu para entrega e deve chegar hoje.
        [part] Parte do seu pedido { $order } saiu para entrega e deve chegar hoje.
       *[parcel] Um pacote do seu pedido { $order } saiu para entrega e deve chegar hoje.
    }

## shipment.delivery_attempted

attempted-subject =
    { $share ->
        [whole] Não foi possível entregar seu pedido { $order }
        [part] Não foi possível entregar parte do seu pedido { $order }
       *[parcel] Não foi possível entregar um pacote do seu pedido { $order }
    }
attempted-preheader = Próxima tentativa: { $day }.
attempted-heading = Não foi possível entregar seu pacote
attempted-lead-with-carrier =
    { $share ->
        [whole] Houve uma tentativa de entrega do seu pedido { $order } via { $carrier }, mas sem sucesso.
        [part] Houve uma tentativa de entrega de parte do seu pedido { $order } via { $carrier }, mas sem sucesso.
       *[parcel] Houve uma tentativa de entrega de um pacote do seu pedido { $order } via { $carrier }, mas sem sucesso.
    }
attempted-lead =
    { $share ->
        [whole] Não foi possível entregar seu pedido { $order }.
        [part] Não foi possível entregar parte do seu pedido { $order }.
       *[parcel] Não foi possível entregar um pacote do seu pedido { $order }.
    }
attempted-next = Próxima tentativa

## shipment.ready_for_pickup

ready-subject =
    { $share ->
        [whole] Seu pedido { $order } está pronto para retirada
        [part] Parte do seu pedido { $order } está pronta para retirada
       *[parcel] Um pacote do seu pedido { $order } está pronto para retirada
    }
ready-preheader-at-until = Esperando por você no ponto de retirada { $place } até { $day }.
ready-preheader-at = Esperando por você no ponto de retirada { $place }.
ready-preheader-until = Esperando por você até { $day }.
ready-preheader = Esperando por você.
ready-heading = Pronto para retirada
ready-lead-with-place =
    { $share ->
        [whole] Seu pedido { $order } está disponível no ponto de retirada { $place }.
        [part] Parte do seu pedido { $order } está disponível no ponto de retirada { $place }.
       *[parcel] Um pacote do seu pedido { $order } está disponível no ponto de retirada { $place }.
    }
ready-lead =
    { $share ->
        [whole] Seu pedido { $order } está pronto para retirada.
        [part] Parte do seu pedido { $order } está pronta para retirada.
       *[parcel] Um pacote do seu pedido { $order } está pronto para retirada.
    }
ready-articles = Itens para retirar

## shipment.delivered

delivered-subject =
    { $share ->
        [whole] Seu pedido { $order } foi entregue
        [part] Parte do seu pedido { $order } foi entregue
       *[parcel] Um pacote do seu pedido { $order } foi entregue
    }
delivered-heading = Seu pacote chegou
delivered-lead-with-carrier =
    { $share ->
        [whole] Seu pedido { $order } foi entregue via { $carrier }. Esperamos que você goste.
        [part] Parte do seu pedido { $order } foi entregue via { $carrier }. Esperamos que você goste.
       *[parcel] Um pacote do seu pedido { $order } foi entregue via { $carrier }. Esperamos que você goste.
    }
delivered-lead =
    { $share ->
        [whole] A entrega do seu pedido { $order } foi confirmada. Esperamos que você goste.
        [part] A entrega de parte do seu pedido { $order } foi confirmada. Esperamos que você goste.
       *[parcel] A entrega de um pacote do seu pedido { $order } foi confirmada. Esperamos que você goste.
    }
delivered-not-found = Não encontrou o pacote?
delivered-not-found-help = Confira o local onde costumam deixar suas entregas e pergunte na portaria ou aos vizinhos. Se o pacote não aparecer, ou se algo faltar ou estiver danificado, fale com a gente.

## shipment.delivered, of what the customer picked up

picked-up-subject =
    { $share ->
        [whole] Seu pedido { $order } foi retirado
        [part] Parte do seu pedido { $order } foi retirada
       *[parcel] Um pacote do seu pedido { $order } foi retirado
    }
picked-up-heading = Retirada concluída
picked-up-lead-with-place =
    { $share ->
        [whole] Confirmamos a retirada do seu pedido { $order } no ponto { $place }. Esperamos que você goste.
        [part] Confirmamos a retirada de parte do seu pedido { $order } no ponto { $place }. Esperamos que você goste.
       *[parcel] Confirmamos a retirada de um pacote do seu pedido { $order } no ponto { $place }. Esperamos que você goste.
    }
picked-up-lead =
    { $share ->
        [whole] Seu pedido { $order } foi retirado. Esperamos que você goste.
        [part] Parte do seu pedido { $order } foi retirada. Esperamos que você goste.
       *[parcel] Um pacote do seu pedido { $order } foi retirado. Esperamos que você goste.
    }

## shipment.returned

returned-subject =
    { $share ->
        [whole] Seu pedido { $order } está sendo devolvido à loja
        [part] Parte do seu pedido { $order } está sendo devolvida à loja
       *[parcel] Um pacote do seu pedido { $order } está sendo devolvido à loja
    }
returned-heading = Seu pacote está sendo devolvido à loja
returned-lead =
    { $share ->
        [whole] Seu pedido { $order } está sendo devolvido à nossa loja. Para saber os próximos passos, fale com a gente.
        [part] Parte do seu pedido { $order } está sendo devolvida à nossa loja. Para saber os próximos passos, fale com a gente.
       *[parcel] Um pacote do seu pedido { $order } está sendo devolvido à nossa loja. Para saber os próximos passos, fale com a gente.
    }
