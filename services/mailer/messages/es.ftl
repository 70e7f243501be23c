### Español, de España y comprensible en América. Se trata de usted; `.informal`: tú. Lo que no tiene atributo no se dirige a nadie.

usual-formality = informal

## The frame of every mail

copy-subject = Copia: { $subject }
order-and-number = Pedido { $order }
greeting = Hola, { $name }:
greeting-without-name = Hola:
questions = ¿Tiene alguna pregunta? Escríbanos a { $email } e indique su número de pedido: { $order }.
    .informal = ¿Tienes alguna pregunta? Escríbenos a { $email } e indica tu número de pedido: { $order }.
why-you-get-this = Recibe este correo por su pedido en { $shop }.
    .informal = Recibes este correo por tu pedido en { $shop }.
why-you-get-a-copy = Esto es una copia. El correo original es para la persona que hizo el pedido en { $shop }.
view-order = Ver el pedido

## Links

link-returns = Devoluciones
link-help = Ayuda
link-account = Mi cuenta
link-terms = Condiciones generales
link-privacy = Política de privacidad

## Progress

step-ordered = Pedido realizado
step-shipped = Enviado
step-out-for-delivery = En reparto
step-delivered = Entregado
step-on-its-way = En camino
step-ready = Disponible
step-picked-up = Recogido
step-spoken = Paso { $step } de { $steps }: { $name }

## Signs between texts

label-and-value = { $label }: { $value }
label-of-link = { $label }:
text-with-remark = { $text } ({ $remark })

## Lists of articles

pieces = { $quantity } ×
quantity-with-unit = { $quantity } { $unit }
quantity-and-article = { $quantity } { $article }
articles-in-a-row = { $first }; { $second }
also-in-list = Y también: { $articles }
more-in-list =
    { $count ->
        [one] … y 1 artículo más
       *[other] … y { $count } artículos más
    }
see-whole-order = Ver el pedido completo
part-of-set = Forma parte de: { $set }
article-expected = Entrega prevista: { $day }
parcel-contents =
    { $count ->
        [0] Contiene: { $article }.
        [one] Contiene: { $article } y 1 artículo más.
       *[other] Contiene: { $article } y { $count } artículos más.
    }
cancelled-contents =
    { $count ->
        [0] Artículo cancelado: { $article }.
        [one] Artículos cancelados: { $article } y 1 más.
       *[other] Artículos cancelados: { $article } y { $count } más.
    }

## What an order costs

placed-at = Fecha del pedido: { $time }
time-in-utc = { $time } UTC
price-each = { $price } la unidad
price-per-unit = { $price }/{ $unit }
quantity-times-price = { $quantity } × { $price }
row-subtotal = Subtotal
row-discount = Descuento
row-shipping = Envío
shipping-free = Gratis
row-fee = Recargo
row-tip = Propina
row-duties = Aranceles
row-tax = Impuestos
row-gift-card = Tarjeta regalo
row-credit = Saldo a favor
row-rounding = Redondeo
row-total = Total
row-paid = Pagado
row-due = Pendiente de pago
tax-included = incluye { $amount } de IVA
named-tax-included = incluye { $amount } de { $tax }

## Parcel, address and pick-up

carrier = Transportista
tracking-number = Número de seguimiento
tracking-page = Seguimiento
track-parcel = Seguir el envío
delivery-details = Detalles de la entrega
expected = Entrega prevista
expected-today = Hoy
reason = Motivo
in-this-parcel = Contenido del paquete
still-to-come = Próximas entregas
still-to-come-note = El resto se envía por separado. Le avisaremos cuando salga.
    .informal = El resto se envía por separado. Te avisaremos cuando salga.
delivery-address = Dirección de entrega
pickup-place = Punto de recogida
pickup-code = Código de recogida
pickup-until = Disponible hasta
pickup-page = Ver el punto de recogida
your-order = Su pedido
    .informal = Tu pedido
your-order-number = Número: { $order }

## order.confirmed

confirmed-subject = Hemos recibido su pedido { $order }
    .informal = Hemos recibido tu pedido { $order }
confirmed-preheader = Total: { $total }. Aquí tiene el resumen de su pedido.
    .informal = Total: { $total }. Aquí tienes el resumen de tu pedido.
confirmed-preheader-without-total = Aquí tiene el resumen de su pedido.
    .informal = Aquí tienes el resumen de tu pedido.
confirmed-heading = Gracias por su pedido
    .informal = Gracias por tu pedido
confirmed-lead =
    { $delivery ->
        [pickup] Hemos recibido su pedido { $order } y ya lo estamos preparando. Le avisaremos cuando pueda recogerlo.
        [shipping] Hemos recibido su pedido { $order } y ya lo estamos preparando. Le avisaremos cuando esté en camino.
       *[none] Hemos recibido su pedido { $order } y ya lo estamos preparando.
    }
    .informal =
    { $delivery ->
        [pickup] Hemos recibido tu pedido { $order } y ya lo estamos preparando. Te avisaremos cuando puedas recogerlo.
        [shipping] Hemos recibido tu pedido { $order } y ya lo estamos preparando. Te avisaremos cuando esté en camino.
       *[none] Hemos recibido tu pedido { $order } y ya lo estamos preparando.
    }
confirmed-articles = Artículos del pedido

## order.updated

order-updated-subject = Cambios en su pedido { $order }
    .informal = Cambios en tu pedido { $order }
order-updated-preheader = Así queda su pedido.
    .informal = Así queda tu pedido.
order-updated-heading = Su pedido ha cambiado
    .informal = Tu pedido ha cambiado
order-updated-lead = Ha habido cambios en su pedido { $order }. A continuación puede ver cómo queda.
    .informal = Ha habido cambios en tu pedido { $order }. A continuación puedes ver cómo queda.
order-updated-changes = Qué ha cambiado
order-updated-articles = Así queda su pedido
    .informal = Así queda tu pedido
change-added = Añadido: { $article }
change-removed = Ya no está en el pedido: { $article }
change-quantity = { $article } en lugar de { $before }
change-replaced = { $now } en lugar de { $before }
change-price = Precio de { $article }: { $now } en lugar de { $before }
change-total = Total: { $now } en lugar de { $before }
change-shipping-address = Nueva dirección de entrega: ver más abajo
change-pickup = Cambios en la recogida: ver más abajo
change-billing-address = Nueva dirección de facturación
change-more =
    { $count ->
        [one] Y 1 cambio más.
       *[other] Y { $count } cambios más.
    }

## order.payment_failed

payment-failed-subject = No hemos podido procesar el pago de su pedido { $order }
    .informal = No hemos podido procesar el pago de tu pedido { $order }
payment-failed-preheader-with-day = Puede pagarlo hasta el { $day }.
    .informal = Puedes pagarlo hasta el { $day }.
payment-failed-preheader = Inténtelo de nuevo, por favor.
    .informal = Inténtalo de nuevo, por favor.
payment-failed-heading = No hemos podido procesar su pago
    .informal = No hemos podido procesar tu pago
payment-failed-lead = No hemos podido procesar el pago de su pedido { $order }. Inténtelo de nuevo, por favor.
    .informal = No hemos podido procesar el pago de tu pedido { $order }. Inténtalo de nuevo, por favor.
payment-failed-lead-without-link = No hemos podido procesar el pago de su pedido { $order }. Inténtelo de nuevo o escríbanos si necesita ayuda.
    .informal = No hemos podido procesar el pago de tu pedido { $order }. Inténtalo de nuevo o escríbenos si necesitas ayuda.
payment-failed-amount = Importe pendiente
payment-failed-method = Método de pago
payment-failed-pay-by = Fecha límite
payment-failed-button = Pagar ahora

## order.cancelled

cancelled-subject =
    { $extent ->
        [part] Una parte de su pedido { $order } ha sido cancelada
       *[whole] Su pedido { $order } ha sido cancelado
    }
    .informal =
    { $extent ->
        [part] Una parte de tu pedido { $order } ha sido cancelada
       *[whole] Tu pedido { $order } ha sido cancelado
    }
cancelled-preheader-with-refund = Le devolvemos { $amount }.
    .informal = Te devolvemos { $amount }.
cancelled-heading =
    { $extent ->
        [part] Una parte de su pedido ha sido cancelada
       *[whole] Su pedido ha sido cancelado
    }
    .informal =
    { $extent ->
        [part] Una parte de tu pedido ha sido cancelada
       *[whole] Tu pedido ha sido cancelado
    }
cancelled-lead =
    { $extent ->
        [part] Hemos cancelado una parte de su pedido { $order }.
        [part-with-rest] Hemos cancelado una parte de su pedido { $order }. El resto del pedido no cambia.
       *[whole] Hemos cancelado su pedido { $order }.
    }
    .informal =
    { $extent ->
        [part] Hemos cancelado una parte de tu pedido { $order }.
        [part-with-rest] Hemos cancelado una parte de tu pedido { $order }. El resto del pedido no cambia.
       *[whole] Hemos cancelado tu pedido { $order }.
    }
cancelled-not-charged = No se le ha cobrado nada.
    .informal = No se te ha cobrado nada.
cancelled-refund-to-by = Método de reembolso: { $method }. El dinero debería llegarle a más tardar el { $day }.
    .informal = Método de reembolso: { $method }. El dinero debería llegarte a más tardar el { $day }.
cancelled-refund-to = Método de reembolso: { $method }.
cancelled-refund-by = El dinero debería llegarle a más tardar el { $day }.
    .informal = El dinero debería llegarte a más tardar el { $day }.
cancelled-articles = Artículos cancelados

## order.refunded

refunded-subject = Reembolso de { $amount } por su pedido { $order }
    .informal = Reembolso de { $amount } por tu pedido { $order }
refunded-preheader-to-by = Método de reembolso: { $method }. El dinero debería llegarle a más tardar el { $day }.
    .informal = Método de reembolso: { $method }. El dinero debería llegarte a más tardar el { $day }.
refunded-preheader-to = Método de reembolso: { $method }.
refunded-preheader-by = El dinero debería llegarle a más tardar el { $day }.
    .informal = El dinero debería llegarte a más tardar el { $day }.
refunded-preheader = El dinero ya está en camino.
refunded-heading = Su reembolso está en camino
    .informal = Tu reembolso está en camino
refunded-in-full = Le hemos reembolsado el importe íntegro de su pedido { $order }.
    .informal = Te hemos reembolsado el importe íntegro de tu pedido { $order }.
refunded-rest = Le hemos reembolsado el resto del importe de su pedido { $order }: con esto queda reembolsado por completo.
    .informal = Te hemos reembolsado el resto del importe de tu pedido { $order }: con esto queda reembolsado por completo.
refunded-part = Le hemos reembolsado una parte del importe de su pedido { $order }.
    .informal = Te hemos reembolsado una parte del importe de tu pedido { $order }.
refunded-amount = Le hemos reembolsado { $amount } por su pedido { $order }.
    .informal = Te hemos reembolsado { $amount } por tu pedido { $order }.
refund-amount = Reembolso
refund-to = Método de reembolso
refund-expected-by = Fecha máxima de abono
refund-order-total = Total del pedido
refunded-note-with-day = El plazo depende de su banco. Si el dinero no ha llegado en la fecha indicada, escríbanos.
    .informal = El plazo depende de tu banco. Si el dinero no ha llegado en la fecha indicada, escríbenos.
refunded-note = El plazo depende de su banco. Si el dinero no ha llegado en dos semanas, escríbanos.
    .informal = El plazo depende de tu banco. Si el dinero no ha llegado en dos semanas, escríbenos.

## order.withdrawal_received

withdrawal-subject = Hemos recibido su desistimiento del pedido { $order }
    .informal = Hemos recibido tu desistimiento del pedido { $order }
withdrawal-preheader-with-time = Recibido el { $time }.
withdrawal-preheader = Este es su acuse de recibo.
    .informal = Este es tu acuse de recibo.
withdrawal-heading = Hemos recibido su desistimiento
    .informal = Hemos recibido tu desistimiento
withdrawal-lead = Este es su acuse de recibo: hemos recibido su desistimiento del pedido { $order }.
    .informal = Este es tu acuse de recibo: hemos recibido tu desistimiento del pedido { $order }.
withdrawal-received-on = Fecha de recepción
withdrawal-id = N.º de desistimiento
withdrawal-content = Su declaración
    .informal = Tu declaración
withdrawal-articles = Artículos afectados

## shipment.shipped

shipped-subject =
    { $share ->
        [whole] Su pedido { $order } está en camino
        [part] Una parte de su pedido { $order } está en camino
       *[parcel] Un paquete de su pedido { $order } está en camino
    }
    .informal =
    { $share ->
        [whole] Tu pedido { $order } está en camino
        [part] Una parte de tu pedido { $order } está en camino
       *[parcel] Un paquete de tu pedido { $order } está en camino
    }
shipped-preheader-with-carrier = Entrega con { $carrier } prevista para el { $day }. { $contents }
shipped-preheader = Entrega prevista para el { $day }. { $contents }
shipped-heading =
    { $share ->
        [whole] Su pedido está en camino
        [part] Una parte de su pedido está en camino
       *[parcel] Su paquete está en camino
    }
    .informal =
    { $share ->
        [whole] Tu pedido está en camino
        [part] Una parte de tu pedido está en camino
       *[parcel] Tu paquete está en camino
    }
shipped-lead =
    { $share ->
        [whole] Hemos enviado su pedido { $order } en un solo paquete.
        [part] Hemos enviado un paquete de su pedido { $order }. El resto saldrá en cuanto sea posible.
       *[parcel] Hemos enviado un paquete de su pedido { $order }.
    }
    .informal =
    { $share ->
        [whole] Hemos enviado tu pedido { $order } en un solo paquete.
        [part] Hemos enviado un paquete de tu pedido { $order }. El resto saldrá en cuanto sea posible.
       *[parcel] Hemos enviado un paquete de tu pedido { $order }.
    }

## On its way to a place where the customer will pick it up

to-pickup-heading = Su pedido está en camino
    .informal = Tu pedido está en camino
to-pickup-lead-with-place =
    { $share ->
        [whole] Su pedido { $order } va de camino a { $place }. Le avisaremos cuando pueda recogerlo.
        [part] Una parte de su pedido { $order } va de camino a { $place }. Le avisaremos cuando pueda recogerla.
       *[parcel] Un paquete de su pedido { $order } va de camino a { $place }. Le avisaremos cuando pueda recogerlo.
    }
    .informal =
    { $share ->
        [whole] Tu pedido { $order } va de camino a { $place }. Te avisaremos cuando puedas recogerlo.
        [part] Una parte de tu pedido { $order } va de camino a { $place }. Te avisaremos cuando puedas recogerla.
       *[parcel] Un paquete de tu pedido { $order } va de camino a { $place }. Te avisaremos cuando puedas recogerlo.
    }
to-pickup-lead =
    { $share ->
        [whole] Su pedido { $order } está en camino. Le avisaremos cuando pueda recogerlo.
        [part] Una parte de su pedido { $order } está en camino. Le avisaremos cuando pueda recogerla.
       *[parcel] Un paquete de su pedido { $order } está en camino. Le avisaremos cuando pueda recogerlo.
    }
    .informal =
    { $share ->
        [whole] Tu pedido { $order } está en camino. Te avisaremos cuando puedas recogerlo.
        [part] Una parte de tu pedido { $order } está en camino. Te avisaremos cuando puedas recogerla.
       *[parcel] Un paquete de tu pedido { $order } está en camino. Te avisaremos cuando puedas recogerlo.
    }
to-pickup-preheader-with-carrier = En camino con { $carrier }. { $contents }
to-pickup-preheader = En camino. { $contents }

## shipment.updated

updated-subject =
    { $share ->
        [whole] Novedades sobre el envío de su pedido { $order }
        [part] Novedades sobre el envío de una parte de su pedido { $order }
       *[parcel] Novedades sobre un paquete de su pedido { $order }
    }
    .informal =
    { $share ->
        [whole] Novedades sobre el envío de tu pedido { $order }
        [part] Novedades sobre el envío de una parte de tu pedido { $order }
       *[parcel] Novedades sobre un paquete de tu pedido { $order }
    }
updated-heading = Novedades sobre su envío
    .informal = Novedades sobre tu envío
updated-lead =
    { $share ->
        [whole] Hay novedades sobre el envío de su pedido { $order }. Estos son los datos actualizados.
        [part] Hay novedades sobre el envío de una parte de su pedido { $order }. Estos son los datos actualizados.
       *[parcel] Hay novedades sobre un paquete de su pedido { $order }. Estos son los datos actualizados.
    }
    .informal =
    { $share ->
        [whole] Hay novedades sobre el envío de tu pedido { $order }. Estos son los datos actualizados.
        [part] Hay novedades sobre el envío de una parte de tu pedido { $order }. Estos son los datos actualizados.
       *[parcel] Hay novedades sobre un paquete de tu pedido { $order }. Estos son los datos actualizados.
    }
updated-day-subject =
    { $share ->
        [whole] Nueva fecha de entrega prevista para su pedido { $order }
        [part] Nueva fecha de entrega prevista para una parte de su pedido { $order }
       *[parcel] Nueva fecha de entrega prevista para un paquete de su pedido { $order }
    }
    .informal =
    { $share ->
        [whole] Nueva fecha de entrega prevista para tu pedido { $order }
        [part] Nueva fecha de entrega prevista para una parte de tu pedido { $order }
       *[parcel] Nueva fecha de entrega prevista para un paquete de tu pedido { $order }
    }
updated-day-heading = Nueva fecha de entrega prevista
updated-day-lead =
    { $share ->
        [whole] Ha cambiado la fecha de entrega prevista de su pedido { $order }.
        [part] Ha cambiado la fecha de entrega prevista de una parte de su pedido { $order }.
       *[parcel] Ha cambiado la fecha de entrega prevista de un paquete de su pedido { $order }.
    }
    .informal =
    { $share ->
        [whole] Ha cambiado la fecha de entrega prevista de tu pedido { $order }.
        [part] Ha cambiado la fecha de entrega prevista de una parte de tu pedido { $order }.
       *[parcel] Ha cambiado la fecha de entrega prevista de un paquete de tu pedido { $order }.
    }
updated-preheader-number-with-carrier = Número de seguimiento de { $carrier }: { $number }.
updated-preheader-number = Número de seguimiento: { $number }.
updated-preheader-numbers =
    { $count ->
        [one] 1 número de seguimiento.
       *[other] { $count } números de seguimiento.
    }
updated-preheader-carrier = En camino con { $carrier }.
updated-preheader-day = Entrega prevista para el { $day }.
updated-preheader-pickup = Así puede recoger su paquete.
    .informal = Así puedes recoger tu paquete.
updated-preheader-page = Aquí tiene el enlace de seguimiento.
    .informal = Aquí tienes el enlace de seguimiento.

## shipment.delayed

delayed-subject-with-day =
    { $share ->
        [whole] Su pedido { $order } se retrasa hasta el { $day }
        [part] Una parte de su pedido { $order } se retrasa hasta el { $day }
       *[parcel] Un paquete de su pedido { $order } se retrasa hasta el { $day }
    }
    .informal =
    { $share ->
        [whole] Tu pedido { $order } se retrasa hasta el { $day }
        [part] Una parte de tu pedido { $order } se retrasa hasta el { $day }
       *[parcel] Un paquete de tu pedido { $order } se retrasa hasta el { $day }
    }
delayed-subject =
    { $share ->
        [whole] Retraso en su pedido { $order }
        [part] Retraso en una parte de su pedido { $order }
       *[parcel] Retraso en un paquete de su pedido { $order }
    }
    .informal =
    { $share ->
        [whole] Retraso en tu pedido { $order }
        [part] Retraso en una parte de tu pedido { $order }
       *[parcel] Retraso en un paquete de tu pedido { $order }
    }
delayed-preheader = Lo sentimos. { $contents }
delayed-heading = Su paquete llegará con retraso
    .informal = Tu paquete llegará con retraso
delayed-lead =
    { $share ->
        [whole] Lo sentimos: su pedido { $order } llegará más tarde de lo previsto.
        [part] Lo sentimos: una parte de su pedido { $order } llegará más tarde de lo previsto.
       *[parcel] Lo sentimos: un paquete de su pedido { $order } llegará más tarde de lo previsto.
    }
    .informal =
    { $share ->
        [whole] Lo sentimos: tu pedido { $order } llegará más tarde de lo previsto.
        [part] Lo sentimos: una parte de tu pedido { $order } llegará más tarde de lo previsto.
       *[parcel] Lo sentimos: un paquete de tu pedido { $order } llegará más tarde de lo previsto.
    }
delayed-lead-without-day =
    { $share ->
        [whole] Lo sentimos: su pedido { $order } llegará más tarde de lo previsto. Todavía no conocemos la nueva fecha.
        [part] Lo sentimos: una parte de su pedido { $order } llegará más tarde de lo previsto. Todavía no conocemos la nueva fecha.
       *[parcel] Lo sentimos: un paquete de su pedido { $order } llegará más tarde de lo previsto. Todavía no conocemos la nueva fecha.
    }
    .informal =
    { $share ->
        [whole] Lo sentimos: tu pedido { $order } llegará más tarde de lo previsto. Todavía no conocemos la nueva fecha.
        [part] Lo sentimos: una parte de tu pedido { $order } llegará más tarde de lo previsto. Todavía no conocemos la nueva fecha.
       *[parcel] Lo sentimos: un paquete de tu pedido { $order } llegará más tarde de lo previsto. Todavía no conocemos la nueva fecha.
    }
delayed-new-day = Nueva fecha prevista
delayed-note-with-day = No tiene que hacer nada. Si la nueva fecha no le viene bien, escríbanos y veremos qué podemos hacer.
    .informal = No tienes que hacer nada. Si la nueva fecha no te viene bien, escríbenos y veremos qué podemos hacer.
delayed-note = No tiene que hacer nada. Si el retraso le supone un problema, escríbanos y veremos qué podemos hacer.
    .informal = No tienes que hacer nada. Si el retraso te supone un problema, escríbenos y veremos qué podemos hacer.
delayed-articles = Artículos con retraso

## shipment.out_for_delivery

out-for-delivery-subject =
    { $share ->
        [whole] Su pedido { $order } llega hoy
        [part] Una parte de su pedido { $order } llega hoy
       *[parcel] Un paquete de su pedido { $order } llega hoy
    }
    .informal =
    { $share ->
        [whole] Tu pedido { $order } llega hoy
        [part] Una parte de tu pedido { $order } llega hoy
       *[parcel] Un paquete de tu pedido { $order } llega hoy
    }
out-for-delivery-preheader-with-carrier = En reparto con { $carrier }. { $contents }
out-for-delivery-preheader = En reparto. { $contents }
out-for-delivery-heading = Llega hoy
out-for-delivery-lead =
    { $share ->
        [whole] Su pedido { $order } está en reparto y debería llegar hoy.
        [part] Una parte de su pedido { $order } está en reparto y debería llegar hoy.
       *[parcel] Un paquete de su pedido { $order } está en reparto y debería llegar hoy.
    }
    .informal =
    { $share ->
        [whole] Tu pedido { $order } está en reparto y debería llegar hoy.
        [part] Una parte de tu pedido { $order } está en reparto y debería llegar hoy.
       *[parcel] Un paquete de tu pedido { $order } está en reparto y debería llegar hoy.
    }

## shipment.delivery_attempted

attempted-subject =
    { $share ->
        [whole] No se ha podido entregar su pedido { $order }
        [part] No se ha podido entregar una parte de su pedido { $order }
       *[parcel] No se ha podido entregar un paquete de su pedido { $order }
    }
    .informal =
    { $share ->
        [whole] No se ha podido entregar tu pedido { $order }
        [part] No se ha podido entregar una parte de tu pedido { $order }
       *[parcel] No se ha podido entregar un paquete de tu pedido { $order }
    }
attempted-preheader = Próximo intento: { $day }.
attempted-heading = No se ha podido entregar su paquete
    .informal = No se ha podido entregar tu paquete
attempted-lead-with-carrier =
    { $share ->
        [whole] { $carrier } ha intentado entregar su pedido { $order }, pero no ha sido posible.
        [part] { $carrier } ha intentado entregar una parte de su pedido { $order }, pero no ha sido posible.
       *[parcel] { $carrier } ha intentado entregar un paquete de su pedido { $order }, pero no ha sido posible.
    }
    .informal =
    { $share ->
        [whole] { $carrier } ha intentado entregar tu pedido { $order }, pero no ha sido posible.
        [part] { $carrier } ha intentado entregar una parte de tu pedido { $order }, pero no ha sido posible.
       *[parcel] { $carrier } ha intentado entregar un paquete de tu pedido { $order }, pero no ha sido posible.
    }
attempted-lead =
    { $share ->
        [whole] No se ha podido entregar su pedido { $order }.
        [part] No se ha podido entregar una parte de su pedido { $order }.
       *[parcel] No se ha podido entregar un paquete de su pedido { $order }.
    }
    .informal =
    { $share ->
        [whole] No se ha podido entregar tu pedido { $order }.
        [part] No se ha podido entregar una parte de tu pedido { $order }.
       *[parcel] No se ha podido entregar un paquete de tu pedido { $order }.
    }
attempted-next = Próximo intento

## shipment.ready_for_pickup

ready-subject =
    { $share ->
        [whole] Su pedido { $order } está listo para recoger
        [part] Una parte de su pedido { $order } está lista para recoger
       *[parcel] Un paquete de su pedido { $order } está listo para recoger
    }
    .informal =
    { $share ->
        [whole] Tu pedido { $order } está listo para recoger
        [part] Una parte de tu pedido { $order } está lista para recoger
       *[parcel] Un paquete de tu pedido { $order } está listo para recoger
    }
ready-preheader-at-until = Le espera en { $place } hasta el { $day }.
    .informal = Te espera en { $place } hasta el { $day }.
ready-preheader-at = Le espera en { $place }.
    .informal = Te espera en { $place }.
ready-preheader-until = Le espera hasta el { $day }.
    .informal = Te espera hasta el { $day }.
ready-preheader = Ya está disponible.
ready-heading = Listo para recoger
ready-lead-with-place =
    { $share ->
        [whole] Su pedido { $order } está listo para recoger en { $place }.
        [part] Una parte de su pedido { $order } está lista para recoger en { $place }.
       *[parcel] Un paquete de su pedido { $order } está listo para recoger en { $place }.
    }
    .informal =
    { $share ->
        [whole] Tu pedido { $order } está listo para recoger en { $place }.
        [part] Una parte de tu pedido { $order } está lista para recoger en { $place }.
       *[parcel] Un paquete de tu pedido { $order } está listo para recoger en { $place }.
    }
ready-lead =
    { $share ->
        [whole] Su pedido { $order } está listo para recoger.
        [part] Una parte de su pedido { $order } está lista para recoger.
       *[parcel] Un paquete de su pedido { $order } está listo para recoger.
    }
    .informal =
    { $share ->
        [whole] Tu pedido { $order } está listo para recoger.
        [part] Una parte de tu pedido { $order } está lista para recoger.
       *[parcel] Un paquete de tu pedido { $order } está listo para recoger.
    }
ready-articles = Artículos para recoger

## shipment.delivered

delivered-subject =
    { $share ->
        [whole] Su pedido { $order } ha sido entregado
        [part] Una parte de su pedido { $order } ha sido entregada
       *[parcel] Un paquete de su pedido { $order } ha sido entregado
    }
    .informal =
    { $share ->
        [whole] Tu pedido { $order } ha sido entregado
        [part] Una parte de tu pedido { $order } ha sido entregada
       *[parcel] Un paquete de tu pedido { $order } ha sido entregado
    }
delivered-heading = Su paquete ha llegado
    .informal = Tu paquete ha llegado
delivered-lead-with-carrier =
    { $share ->
        [whole] { $carrier } ha entregado su pedido { $order }. Esperamos que le guste.
        [part] { $carrier } ha entregado una parte de su pedido { $order }. Esperamos que le guste.
       *[parcel] { $carrier } ha entregado un paquete de su pedido { $order }. Esperamos que le guste.
    }
    .informal =
    { $share ->
        [whole] { $carrier } ha entregado tu pedido { $order }. Esperamos que te guste.
        [part] { $carrier } ha entregado una parte de tu pedido { $order }. Esperamos que te guste.
       *[parcel] { $carrier } ha entregado un paquete de tu pedido { $order }. Esperamos que te guste.
    }
delivered-lead =
    { $share ->
        [whole] Nos acaban de confirmar la entrega de su pedido { $order }. Esperamos que le guste.
        [part] Nos acaban de confirmar la entrega de una parte de su pedido { $order }. Esperamos que le guste.
       *[parcel] Nos acaban de confirmar la entrega de un paquete de su pedido { $order }. Esperamos que le guste.
    }
    .informal =
    { $share ->
        [whole] Nos acaban de confirmar la entrega de tu pedido { $order }. Esperamos que te guste.
        [part] Nos acaban de confirmar la entrega de una parte de tu pedido { $order }. Esperamos que te guste.
       *[parcel] Nos acaban de confirmar la entrega de un paquete de tu pedido { $order }. Esperamos que te guste.
    }
delivered-not-found = ¿No encuentra el paquete?
    .informal = ¿No encuentras el paquete?
delivered-not-found-help = Mire en el sitio donde le suelen dejar los paquetes y pregunte a sus vecinos. Si no aparece, o si falta algo o ha llegado dañado, escríbanos.
    .informal = Mira en el sitio donde te suelen dejar los paquetes y pregunta a tus vecinos. Si no aparece, o si falta algo o ha llegado dañado, escríbenos.

## shipment.delivered, of what the customer picked up

picked-up-subject =
    { $share ->
        [whole] Su pedido { $order } ha sido recogido
        [part] Una parte de su pedido { $order } ha sido recogida
       *[parcel] Un paquete de su pedido { $order } ha sido recogido
    }
    .informal =
    { $share ->
        [whole] Tu pedido { $order } ha sido recogido
        [part] Una parte de tu pedido { $order } ha sido recogida
       *[parcel] Un paquete de tu pedido { $order } ha sido recogido
    }
picked-up-heading = Paquete recogido
picked-up-lead-with-place =
    { $share ->
        [whole] Su pedido { $order } ha sido recogido en { $place }. Esperamos que le guste.
        [part] Una parte de su pedido { $order } ha sido recogida en { $place }. Esperamos que le guste.
       *[parcel] Un paquete de su pedido { $order } ha sido recogido en { $place }. Esperamos que le guste.
    }
    .informal =
    { $share ->
        [whole] Tu pedido { $order } ha sido recogido en { $place }. Esperamos que te guste.
        [part] Una parte de tu pedido { $order } ha sido recogida en { $place }. Esperamos que te guste.
       *[parcel] Un paquete de tu pedido { $order } ha sido recogido en { $place }. Esperamos que te guste.
    }
picked-up-lead =
    { $share ->
        [whole] Su pedido { $order } ha sido recogido. Esperamos que le guste.
        [part] Una parte de su pedido { $order } ha sido recogida. Esperamos que le guste.
       *[parcel] Un paquete de su pedido { $order } ha sido recogido. Esperamos que le guste.
    }
    .informal =
    { $share ->
        [whole] Tu pedido { $order } ha sido recogido. Esperamos que te guste.
        [part] Una parte de tu pedido { $order } ha sido recogida. Esperamos que te guste.
       *[parcel] Un paquete de tu pedido { $order } ha sido recogido. Esperamos que te guste.
    }

## shipment.returned

returned-subject =
    { $share ->
        [whole] Su pedido { $order } vuelve al remitente
        [part] Una parte de su pedido { $order } vuelve al remitente
       *[parcel] Un paquete de su pedido { $order } vuelve al remitente
    }
    .informal =
    { $share ->
        [whole] Tu pedido { $order } vuelve al remitente
        [part] Una parte de tu pedido { $order } vuelve al remitente
       *[parcel] Un paquete de tu pedido { $order } vuelve al remitente
    }
returned-heading = Su paquete vuelve al remitente
    .informal = Tu paquete vuelve al remitente
returned-lead =
    { $share ->
        [whole] Su pedido { $order } vuelve a nuestra tienda. Escríbanos para conocer los siguientes pasos.
        [part] Una parte de su pedido { $order } vuelve a nuestra tienda. Escríbanos para conocer los siguientes pasos.
       *[parcel] Un paquete de su pedido { $order } vuelve a nuestra tienda. Escríbanos para conocer los siguientes pasos.
    }
    .informal =
    { $share ->
        [whole] Tu pedido { $order } vuelve a nuestra tienda. Escríbenos para conocer los siguientes pasos.
        [part] Una parte de tu pedido { $order } vuelve a nuestra tienda. Escríbenos para conocer los siguientes pasos.
       *[parcel] Un paquete de tu pedido { $order } vuelve a nuestra tienda. Escríbenos para conocer los siguientes pasos.
    }
