### 简体中文。称呼顾客一律用“您”；没有 `.informal`。

usual-formality = formal

## The frame of every mail

copy-subject = 副本：{ $subject }
order-and-number = 订单 { $order }
greeting = { $name }，您好！
greeting-without-name = 您好！
questions = 如有疑问，请发邮件至 { $email }，并注明订单号：{ $order }。
why-you-get-this = 您收到此邮件，是因为您在 { $shop } 下了订单。
why-you-get-a-copy = 这是一封邮件副本，原邮件已发送给在 { $shop } 下单的顾客。
view-order = 查看订单

## Links

link-returns = 退换货
link-help = 帮助中心
link-account = 我的账户
link-terms = 服务条款
link-privacy = 隐私政策

## Progress

step-ordered = 已下单
step-shipped = 已发货
step-out-for-delivery = 派送中
step-delivered = 已送达
step-on-its-way = 运输中
step-ready = 待取货
step-picked-up = 已取货
step-spoken = 第{ $step }步，共{ $steps }步：{ $name }

## Signs between texts

label-and-value = { $label }：{ $value }
label-of-link = { $label }：
text-with-remark = { $text }（{ $remark }）

## Lists of articles

pieces = { $quantity }件
quantity-with-unit = { $quantity }{ $unit }
quantity-and-article = { $article } { $quantity }
articles-in-a-row = { $first }；{ $second }
also-in-list = 另有：{ $articles }
more-in-list = ……以及另外{ $count }种商品
see-whole-order = 查看完整订单
part-of-set = 所属套装：{ $set }
article-expected = 预计送达：{ $day }
parcel-contents =
    { $count ->
        [0] 商品：{ $article }。
       *[other] 商品：{ $article }，以及另外{ $count }种商品。
    }
cancelled-contents =
    { $count ->
        [0] 已取消：{ $article }。
       *[other] 已取消：{ $article }，以及另外{ $count }种商品。
    }

## What an order costs

placed-at = 下单时间：{ $time }
time-in-utc = { $time }（UTC）
price-each = 单价：{ $price }
price-per-unit = { $price }/{ $unit }
quantity-times-price = { $price } × { $quantity }
row-subtotal = 商品小计
row-discount = 优惠
row-shipping = 运费
shipping-free = 免费
row-fee = 手续费
row-tip = 小费
row-duties = 关税
row-tax = 税费
row-gift-card = 礼品卡
row-credit = 店铺余额
row-rounding = 尾数调整
row-total = 合计
row-paid = 已付金额
row-due = 待付金额
tax-included = 其中税费：{ $amount }
named-tax-included = 其中 { $tax }：{ $amount }

## Parcel, address and pick-up

carrier = 快递公司
tracking-number = 快递单号
tracking-page = 物流查询
track-parcel = 查看物流
delivery-details = 查看送达详情
expected = 预计送达
expected-today = 今天
reason = 原因
in-this-parcel = 包裹内商品
still-to-come = 后续送达的商品
still-to-come-note = 将另行发货，发货后我们会再发邮件通知您。
delivery-address = 收货地址
pickup-place = 自提点
pickup-code = 取货码
pickup-until = 取货截止日期
pickup-page = 自提点详情
your-order = 您的订单
your-order-number = 订单号：{ $order }

## order.confirmed

confirmed-subject = 我们已收到您的订单 { $order }
confirmed-preheader = 合计：{ $total }。以下是您的订单详情。
confirmed-preheader-without-total = 以下是您的订单详情。
confirmed-heading = 感谢您的购买
confirmed-lead =
    { $delivery ->
        [pickup] 我们已收到您的订单 { $order }，正在为您备货。备好后，我们会再发邮件通知您取货。
        [shipping] 我们已收到您的订单 { $order }，正在为您备货。发货后，我们会再发邮件通知您。
       *[none] 我们已收到您的订单 { $order }，正在为您处理。
    }
confirmed-articles = 商品清单

## order.updated

order-updated-subject = 您的订单 { $order } 已变更
order-updated-preheader = 以下是变更后的订单内容。
order-updated-heading = 您的订单已变更
order-updated-lead = 您的订单 { $order } 已变更，变更后的内容如下。
order-updated-changes = 变更内容
order-updated-articles = 变更后的订单
change-added = 新增：{ $article }
change-removed = 移除：{ $article }
change-quantity = { $article }（原为{ $before }）
change-replaced = { $now }（原为{ $before }）
change-price = 价格变更：{ $article }，{ $now }（原为{ $before }）
change-total = 合计：{ $now }（原为{ $before }）
change-shipping-address = 收货地址已变更，详见下文
change-pickup = 自提点或自提方式已变更，详见下文
change-billing-address = 账单地址已变更
change-more = 另有{ $count }项变更。

## order.payment_failed

payment-failed-subject = 您的订单 { $order } 付款未成功
payment-failed-preheader-with-day = 付款截止日期：{ $day }。
payment-failed-preheader = 请重新付款。
payment-failed-heading = 付款未成功
payment-failed-lead = 您的订单 { $order } 付款未成功，请重新付款。
payment-failed-lead-without-link = 您的订单 { $order } 付款未成功，请重新付款。如需帮助，请发邮件联系我们。
payment-failed-amount = 应付金额
payment-failed-method = 付款方式
payment-failed-pay-by = 付款截止日期
payment-failed-button = 立即付款

## order.cancelled

cancelled-subject =
    { $extent ->
        [part] 您的订单 { $order } 已部分取消
       *[whole] 您的订单 { $order } 已取消
    }
cancelled-preheader-with-refund = 退款金额：{ $amount }。
cancelled-heading =
    { $extent ->
        [part] 您的订单已部分取消
       *[whole] 您的订单已取消
    }
cancelled-lead =
    { $extent ->
        [part] 我们已取消您的订单 { $order } 中的部分商品。
        [part-with-rest] 我们已取消您的订单 { $order } 中的部分商品，其余商品不受影响。
       *[whole] 我们已取消您的订单 { $order }。
    }
cancelled-not-charged = 我们未向您收取任何费用。
cancelled-refund-to-by = 款项将退回至 { $method }，预计最晚于{ $day }到账。
cancelled-refund-to = 款项将退回至 { $method }。
cancelled-refund-by = 款项预计最晚于{ $day }到账。
cancelled-articles = 已取消的商品

## order.refunded

refunded-subject = 退款通知：{ $amount }（订单 { $order }）
refunded-preheader-to-by = 款项将退回至 { $method }，预计最晚于{ $day }到账。
refunded-preheader-to = 款项将退回至 { $method }。
refunded-preheader-by = 款项预计最晚于{ $day }到账。
refunded-preheader = 请留意到账情况。
refunded-heading = 我们已为您办理退款
refunded-in-full = 我们已为您的订单 { $order } 办理全额退款。
refunded-rest = 我们已退还您的订单 { $order } 的剩余款项。至此，该订单已全额退款。
refunded-part = 我们已为您的订单 { $order } 办理部分退款。
refunded-amount = 我们已为您的订单 { $order } 办理退款，金额为{ $amount }。
refund-amount = 退款金额
refund-to = 退回至
refund-expected-by = 预计到账时间
refund-order-total = 订单总额
refunded-note-with-day = 具体到账时间以银行处理为准。如超过上述日期仍未到账，请发邮件联系我们。
refunded-note = 具体到账时间以银行处理为准。如两周后仍未到账，请发邮件联系我们。

## order.withdrawal_received

withdrawal-subject = 我们已收到您的合同撤回声明（订单 { $order }）
withdrawal-preheader-with-time = 收到时间：{ $time }。
withdrawal-preheader = 特此确认已收到您的声明。
withdrawal-heading = 我们已收到您的合同撤回声明
withdrawal-lead = 特此确认：我们已收到您就订单 { $order } 提交的合同撤回声明。
withdrawal-received-on = 收到时间
withdrawal-id = 撤回编号
withdrawal-content = 您的声明内容
withdrawal-articles = 撤回涉及的商品

## shipment.shipped

shipped-subject =
    { $share ->
        [whole] 您的订单 { $order } 已发货
        [part] 您的订单 { $order } 已部分发货
       *[parcel] 您的订单 { $order } 有一个包裹已发出
    }
shipped-preheader-with-carrier = 预计送达：{ $day }（{ $carrier }）。{ $contents }
shipped-preheader = 预计送达：{ $day }。{ $contents }
shipped-heading =
    { $share ->
        [whole] 您的订单已发货
        [part] 您的订单已部分发货
       *[parcel] 您的包裹已发出
    }
shipped-lead =
    { $share ->
        [whole] 您的订单 { $order } 已全部发货，所有商品装在一个包裹中。
        [part] 您的订单 { $order } 已有一个包裹发出，其余商品将尽快发货。
       *[parcel] 您的订单 { $order } 有一个包裹已发出。
    }

## On its way to a place where the customer will pick it up

to-pickup-heading = 您的订单正在运往自提点
to-pickup-lead-with-place =
    { $share ->
        [whole] 您的订单 { $order } 正在运往自提点（{ $place }）。到货后，我们会再发邮件通知您取货。
        [part] 您的订单 { $order } 中的部分商品正在运往自提点（{ $place }）。到货后，我们会再发邮件通知您取货。
       *[parcel] 您的订单 { $order } 有一个包裹正在运往自提点（{ $place }）。到货后，我们会再发邮件通知您取货。
    }
to-pickup-lead =
    { $share ->
        [whole] 您的订单 { $order } 正在运往自提点。到货后，我们会再发邮件通知您取货。
        [part] 您的订单 { $order } 中的部分商品正在运往自提点。到货后，我们会再发邮件通知您取货。
       *[parcel] 您的订单 { $order } 有一个包裹正在运往自提点。到货后，我们会再发邮件通知您取货。
    }
to-pickup-preheader-with-carrier = 正由 { $carrier } 运送。{ $contents }
to-pickup-preheader = 正在运送途中。{ $contents }

## shipment.updated

updated-subject =
    { $share ->
        [whole] 您的订单 { $order } 物流信息有更新
        [part] 您的订单 { $order } 部分商品的物流信息有更新
       *[parcel] 您的订单 { $order } 有一个包裹的物流信息有更新
    }
updated-heading = 您的包裹物流信息有更新
updated-lead =
    { $share ->
        [whole] 您的订单 { $order } 物流信息有更新，最新信息如下。
        [part] 您的订单 { $order } 部分商品的物流信息有更新，最新信息如下。
       *[parcel] 您的订单 { $order } 有一个包裹的物流信息有更新，最新信息如下。
    }
updated-day-subject =
    { $share ->
        [whole] 您的订单 { $order } 预计送达日期有更新
        [part] 您的订单 { $order } 部分商品的预计送达日期有更新
       *[parcel] 您的订单 { $order } 有一个包裹的预计送达日期有更新
    }
updated-day-heading = 您的包裹预计送达日期有更新
updated-day-lead =
    { $share ->
        [whole] 您的订单 { $order } 预计送达日期有更新。
        [part] 您的订单 { $order } 部分商品的预计送达日期有更新。
       *[parcel] 您的订单 { $order } 有一个包裹的预计送达日期有更新。
    }
updated-preheader-number-with-carrier = 快递单号：{ $number }（{ $carrier }）。
updated-preheader-number = 快递单号：{ $number }。
updated-preheader-numbers = 共{ $count }个快递单号。
updated-preheader-carrier = 正由 { $carrier } 运送。
updated-preheader-day = 预计送达：{ $day }。
updated-preheader-pickup = 您可以查看取货方式。
updated-preheader-page = 您可以在物流页面查看包裹动态。

## shipment.delayed

delayed-subject-with-day =
    { $share ->
        [whole] 您的订单 { $order } 将延迟至{ $day }送达
        [part] 您的订单 { $order } 中的部分商品将延迟至{ $day }送达
       *[parcel] 您的订单 { $order } 有一个包裹将延迟至{ $day }送达
    }
delayed-subject =
    { $share ->
        [whole] 您的订单 { $order } 将延迟送达
        [part] 您的订单 { $order } 中的部分商品将延迟送达
       *[parcel] 您的订单 { $order } 有一个包裹将延迟送达
    }
delayed-preheader = 非常抱歉。{ $contents }
delayed-heading = 您的包裹将延迟送达
delayed-lead =
    { $share ->
        [whole] 非常抱歉，您的订单 { $order } 将晚于原定时间送达。
        [part] 非常抱歉，您的订单 { $order } 中的部分商品将晚于原定时间送达。
       *[parcel] 非常抱歉，您的订单 { $order } 有一个包裹将晚于原定时间送达。
    }
delayed-lead-without-day =
    { $share ->
        [whole] 非常抱歉，您的订单 { $order } 将晚于原定时间送达，新的送达日期暂时无法确定。
        [part] 非常抱歉，您的订单 { $order } 中的部分商品将晚于原定时间送达，新的送达日期暂时无法确定。
       *[parcel] 非常抱歉，您的订单 { $order } 有一个包裹将晚于原定时间送达，新的送达日期暂时无法确定。
    }
delayed-new-day = 新的预计送达日期
delayed-note-with-day = 给您带来不便，敬请谅解。您无需进行任何操作。如果您在新的日期不方便收货，请发邮件联系我们，我们会尽力为您解决。
delayed-note = 给您带来不便，敬请谅解。您无需进行任何操作。如有需要，请发邮件联系我们，我们会尽力为您解决。
delayed-articles = 延迟送达的商品

## shipment.out_for_delivery

out-for-delivery-subject =
    { $share ->
        [whole] 您的订单 { $order } 预计今天送达
        [part] 您的订单 { $order } 中的部分商品预计今天送达
       *[parcel] 您的订单 { $order } 有一个包裹预计今天送达
    }
out-for-delivery-preheader-with-carrier = { $carrier } 正在派送。{ $contents }
out-for-delivery-preheader = 正在派送。{ $contents }
out-for-delivery-heading = 您的包裹预计今天送达
out-for-delivery-lead =
    { $share ->
        [whole] 您的订单 { $order } 正在派送，预计今天送达。
        [part] 您的订单 { $order } 中的部分商品正在派送，预计今天送达。
       *[parcel] 您的订单 { $order } 有一个包裹正在派送，预计今天送达。
    }

## shipment.delivery_attempted

attempted-subject =
    { $share ->
        [whole] 您的订单 { $order } 未能送达
        [part] 您的订单 { $order } 中的部分商品未能送达
       *[parcel] 您的订单 { $order } 有一个包裹未能送达
    }
attempted-preheader = 预计下次派送：{ $day }。
attempted-heading = 您的包裹未能送达
attempted-lead-with-carrier =
    { $share ->
        [whole] { $carrier } 已派送您的订单 { $order }，但未能成功送达。
        [part] { $carrier } 已派送您的订单 { $order } 中的部分商品，但未能成功送达。
       *[parcel] { $carrier } 已派送您的订单 { $order } 的一个包裹，但未能成功送达。
    }
attempted-lead =
    { $share ->
        [whole] 您的订单 { $order } 未能送达。
        [part] 您的订单 { $order } 中的部分商品未能送达。
       *[parcel] 您的订单 { $order } 有一个包裹未能送达。
    }
attempted-next = 预计下次派送

## shipment.ready_for_pickup

ready-subject =
    { $share ->
        [whole] 您的订单 { $order } 可以取货了
        [part] 您的订单 { $order } 中的部分商品可以取货了
       *[parcel] 您的订单 { $order } 有一个包裹可以取货了
    }
ready-preheader-at-until = 自提点：{ $place }，取货截止日期：{ $day }。
ready-preheader-at = 自提点：{ $place }。
ready-preheader-until = 取货截止日期：{ $day }。
ready-preheader = 欢迎前来取货。
ready-heading = 您的商品可以取货了
ready-lead-with-place =
    { $share ->
        [whole] 您的订单 { $order } 已备好，请前往自提点（{ $place }）取货。
        [part] 您的订单 { $order } 中的部分商品已备好，请前往自提点（{ $place }）取货。
       *[parcel] 您的订单 { $order } 有一个包裹已备好，请前往自提点（{ $place }）取货。
    }
ready-lead =
    { $share ->
        [whole] 您的订单 { $order } 已备好，可以取货了。
        [part] 您的订单 { $order } 中的部分商品已备好，可以取货了。
       *[parcel] 您的订单 { $order } 有一个包裹已备好，可以取货了。
    }
ready-articles = 待取商品

## shipment.delivered

delivered-subject =
    { $share ->
        [whole] 您的订单 { $order } 已送达
        [part] 您的订单 { $order } 中的部分商品已送达
       *[parcel] 您的订单 { $order } 有一个包裹已送达
    }
delivered-heading = 您的包裹已送达
delivered-lead-with-carrier =
    { $share ->
        [whole] { $carrier } 已将您的订单 { $order } 送达，希望您喜欢。
        [part] { $carrier } 已将您的订单 { $order } 中的部分商品送达，希望您喜欢。
       *[parcel] { $carrier } 已将您的订单 { $order } 的一个包裹送达，希望您喜欢。
    }
delivered-lead =
    { $share ->
        [whole] 您的订单 { $order } 已送达，希望您喜欢。
        [part] 您的订单 { $order } 中的部分商品已送达，希望您喜欢。
       *[parcel] 您的订单 { $order } 有一个包裹已送达，希望您喜欢。
    }
delivered-not-found = 没有收到包裹？
delivered-not-found-help = 请先查看快递柜、驿站或门口等处，也可以向家人、邻居或物业确认。如仍未找到，或商品有缺失、破损，请发邮件联系我们。

## shipment.delivered, of what the customer picked up

picked-up-subject =
    { $share ->
        [whole] 您的订单 { $order } 已取货
        [part] 您的订单 { $order } 中的部分商品已取货
       *[parcel] 您的订单 { $order } 有一个包裹已取货
    }
picked-up-heading = 取货成功
picked-up-lead-with-place =
    { $share ->
        [whole] 您的订单 { $order } 已在自提点（{ $place }）取货，希望您喜欢。
        [part] 您的订单 { $order } 中的部分商品已在自提点（{ $place }）取货，希望您喜欢。
       *[parcel] 您的订单 { $order } 有一个包裹已在自提点（{ $place }）取货，希望您喜欢。
    }
picked-up-lead =
    { $share ->
        [whole] 您的订单 { $order } 已取货，希望您喜欢。
        [part] 您的订单 { $order } 中的部分商品已取货，希望您喜欢。
       *[parcel] 您的订单 { $order } 有一个包裹已取货，希望您喜欢。
    }

## shipment.returned

returned-subject =
    { $share ->
        [whole] 您的订单 { $order } 的包裹正在退回
        [part] 您的订单 { $order } 中的部分商品正在退回
       *[parcel] 您的订单 { $order } 有一个包裹正在退回
    }
returned-heading = 您的包裹正在退回
returned-lead =
    { $share ->
        [whole] 您的订单 { $order } 的包裹正在退回。如需了解后续安排，请发邮件联系我们。
        [part] 您的订单 { $order } 中的部分商品正在退回。如需了解后续安排，请发邮件联系我们。
       *[parcel] 您的订单 { $order } 有一个包裹正在退回。如需了解后续安排，请发邮件联系我们。
    }
