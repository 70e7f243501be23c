### 日本語。お客様には敬語（です・ます、謙譲語・尊敬語）で書く。`.informal` はない。

usual-formality = formal

## The frame of every mail

copy-subject = 【控え】{ $subject }
order-and-number = 注文番号：{ $order }
greeting = { $name } 様
greeting-without-name = お客様へ
questions = ご不明な点がございましたら、注文番号（{ $order }）をご記入のうえ、{ $email } までお問い合わせください。
why-you-get-this = このメールは、{ $shop }でご注文いただいたお客様にお送りしています。
why-you-get-a-copy = このメールは控えです。同じ内容のメールを、{ $shop }でご注文いただいたお客様にお送りしています。
view-order = ご注文内容を確認する

## Links

link-returns = 返品について
link-help = ヘルプ
link-account = マイページ
link-terms = 利用規約
link-privacy = プライバシーポリシー

## Progress

step-ordered = ご注文受付
step-shipped = 発送済み
step-out-for-delivery = 配達中
step-delivered = 配達完了
step-on-its-way = 配送中
step-ready = 受取可能
step-picked-up = 受取完了
step-spoken = { $steps }段階中の{ $step }段階目：{ $name }

## Signs between texts

label-and-value = { $label }：{ $value }
label-of-link = { $label }：
text-with-remark = { $text }（{ $remark }）

## Lists of articles

pieces = { $quantity }点
quantity-with-unit = { $quantity }{ $unit }
quantity-and-article = { $article } { $quantity }
articles-in-a-row = { $first }／{ $second }
also-in-list = その他の商品：{ $articles }
more-in-list = …ほか{ $count }点
see-whole-order = ご注文内容をすべて見る
part-of-set = { $set }に含まれる商品
article-expected = お届け予定日：{ $day }
parcel-contents =
    { $count ->
        [0] 商品：{ $article }。
       *[other] 商品：{ $article }、ほか{ $count }点。
    }
cancelled-contents =
    { $count ->
        [0] キャンセル商品：{ $article }。
       *[other] キャンセル商品：{ $article }、ほか{ $count }点。
    }

## What an order costs

placed-at = ご注文日時：{ $time }
time-in-utc = { $time }（UTC）
price-each = 単価：{ $price }
price-per-unit = { $price }/{ $unit }
quantity-times-price = { $price } × { $quantity }
row-subtotal = 小計
row-discount = 割引
row-shipping = 送料
shipping-free = 無料
row-fee = 手数料
row-tip = チップ
row-duties = 関税
row-tax = 税額
row-gift-card = ギフトカード
row-credit = ストアクレジット
row-rounding = 端数調整
row-total = 合計
row-paid = お支払い済み金額
row-due = お支払い残額
tax-included = うち税額：{ $amount }
named-tax-included = うち{ $tax }：{ $amount }

## Parcel, address and pick-up

carrier = 配送業者
tracking-number = 追跡番号
tracking-page = 追跡ページ
track-parcel = 配送状況を確認する
delivery-details = 配達の詳細を見る
expected = お届け予定日
expected-today = 本日
reason = 理由
in-this-parcel = お荷物の内容
still-to-come = 後日お届けする商品
still-to-come-note = 別便でお送りします。発送いたしましたら、あらためてメールでお知らせいたします。
delivery-address = お届け先
pickup-place = 受取場所
pickup-code = 受取コード
pickup-until = 受取期限
pickup-page = 受取場所の詳細
your-order = ご注文内容
your-order-number = 注文番号：{ $order }

## order.confirmed

confirmed-subject = ご注文ありがとうございます（注文番号：{ $order }）
confirmed-preheader = 合計：{ $total }。ご注文内容をご確認ください。
confirmed-preheader-without-total = ご注文内容をご確認ください。
confirmed-heading = ご注文ありがとうございます
confirmed-lead =
    { $delivery ->
        [pickup] ご注文（{ $order }）を承りました。ただいま準備を進めております。お受け取りいただけるようになりましたら、あらためてメールでお知らせいたします。
        [shipping] ご注文（{ $order }）を承りました。ただいま準備を進めております。発送いたしましたら、あらためてメールでお知らせいたします。
       *[none] ご注文（{ $order }）を承りました。ただいま準備を進めております。
    }
confirmed-articles = ご注文商品

## order.updated

order-updated-subject = ご注文内容変更のお知らせ（注文番号：{ $order }）
order-updated-preheader = 変更後のご注文内容をご確認ください。
order-updated-heading = ご注文内容変更のお知らせ
order-updated-lead = ご注文（{ $order }）の内容に変更がございましたので、お知らせいたします。変更後のご注文内容は以下のとおりです。
order-updated-changes = 変更点
order-updated-articles = 変更後のご注文商品
change-added = 追加：{ $article }
change-removed = 取り消し：{ $article }
change-quantity = { $article }（変更前：{ $before }）
change-replaced = { $now }（変更前：{ $before }）
change-price = { $article }の価格：{ $now }（変更前：{ $before }）
change-total = 合計：{ $now }（変更前：{ $before }）
change-shipping-address = お届け先の変更（下記をご確認ください）
change-pickup = 受取場所・受取方法の変更（下記をご確認ください）
change-billing-address = 請求先住所の変更
change-more = ほか{ $count }件の変更

## order.payment_failed

payment-failed-subject = お支払いを完了できませんでした（注文番号：{ $order }）
payment-failed-preheader-with-day = { $day }までにお支払いをお願いいたします。
payment-failed-preheader = お手数をおかけしますが、もう一度お手続きくださいますようお願いいたします。
payment-failed-heading = お支払いを完了できませんでした
payment-failed-lead = ご注文（{ $order }）のお支払いを完了できませんでした。お手数をおかけしますが、もう一度お手続きくださいますようお願いいたします。
payment-failed-lead-without-link = ご注文（{ $order }）のお支払いを完了できませんでした。お手数をおかけしますが、もう一度お手続きくださいますようお願いいたします。お困りの場合は、メールでお問い合わせください。
payment-failed-amount = お支払い金額
payment-failed-method = お支払い方法
payment-failed-pay-by = お支払い期限
payment-failed-button = お支払いへ進む

## order.cancelled

cancelled-subject =
    { $extent ->
        [part] ご注文の一部キャンセルのお知らせ（注文番号：{ $order }）
       *[whole] ご注文キャンセルのお知らせ（注文番号：{ $order }）
    }
cancelled-preheader-with-refund = 返金額：{ $amount }
cancelled-heading =
    { $extent ->
        [part] ご注文の一部をキャンセルいたしました
       *[whole] ご注文をキャンセルいたしました
    }
cancelled-lead =
    { $extent ->
        [part] ご注文（{ $order }）の一部をキャンセルいたしました。
        [part-with-rest] ご注文（{ $order }）の一部をキャンセルいたしました。その他の商品に変更はございません。
       *[whole] ご注文（{ $order }）をキャンセルいたしました。
    }
cancelled-not-charged = お客様へのご請求は行っておりません。
cancelled-refund-to-by = { $method }へご返金いたします。{ $day }までに反映される見込みです。
cancelled-refund-to = { $method }へご返金いたします。
cancelled-refund-by = ご返金は{ $day }までに反映される見込みです。
cancelled-articles = キャンセル商品

## order.refunded

refunded-subject = ご返金のお知らせ：{ $amount }（注文番号：{ $order }）
refunded-preheader-to-by = { $method }へのご返金は、{ $day }までに反映される見込みです。
refunded-preheader-to = { $method }へご返金いたします。
refunded-preheader-by = ご返金は{ $day }までに反映される見込みです。
refunded-preheader = ご返金が反映されるまで、今しばらくお待ちください。
refunded-heading = ご返金の手続きをいたしました
refunded-in-full = ご注文（{ $order }）の代金全額について、ご返金の手続きをいたしました。
refunded-rest = ご注文（{ $order }）の代金の残額について、ご返金の手続きをいたしました。これをもちまして、全額のご返金手続きが完了いたしました。
refunded-part = ご注文（{ $order }）の代金の一部について、ご返金の手続きをいたしました。
refunded-amount = ご注文（{ $order }）について、{ $amount }のご返金の手続きをいたしました。
refund-amount = 返金額
refund-to = 返金先
refund-expected-by = 反映予定日
refund-order-total = ご注文合計
refunded-note-with-day = ご返金が反映される時期は、ご利用の金融機関によって異なります。上記の日付を過ぎても反映されない場合は、メールでお問い合わせください。
refunded-note = ご返金が反映される時期は、ご利用の金融機関によって異なります。2週間を過ぎても反映されない場合は、メールでお問い合わせください。

## order.withdrawal_received

withdrawal-subject = 契約撤回のお申し出を受け付けました（注文番号：{ $order }）
withdrawal-preheader-with-time = 受付日時：{ $time }
withdrawal-preheader = このメールは、お申し出の受付確認です。
withdrawal-heading = 契約撤回のお申し出を受け付けました
withdrawal-lead = ご注文（{ $order }）に関する契約撤回のお申し出を、たしかに受け付けました。このメールをもって受付の確認とさせていただきます。
withdrawal-received-on = 受付日時
withdrawal-id = 撤回受付番号
withdrawal-content = お申し出の内容
withdrawal-articles = 撤回の対象商品

## shipment.shipped

shipped-subject =
    { $share ->
        [whole] 商品発送のお知らせ（注文番号：{ $order }）
        [part] 一部商品発送のお知らせ（注文番号：{ $order }）
       *[parcel] お荷物発送のお知らせ（注文番号：{ $order }）
    }
shipped-preheader-with-carrier = お届け予定日：{ $day }、配送業者：{ $carrier }。{ $contents }
shipped-preheader = お届け予定日：{ $day }。{ $contents }
shipped-heading =
    { $share ->
        [whole] ご注文の商品を発送いたしました
        [part] ご注文の商品の一部を発送いたしました
       *[parcel] お荷物を発送いたしました
    }
shipped-lead =
    { $share ->
        [whole] ご注文（{ $order }）の商品をすべて発送いたしました。
        [part] ご注文（{ $order }）の商品の一部を発送いたしました。残りの商品は、準備ができ次第お送りいたします。
       *[parcel] ご注文（{ $order }）のお荷物のうち1個を発送いたしました。
    }

## On its way to a place where the customer will pick it up

to-pickup-heading = 商品を受取場所へ配送しております
to-pickup-lead-with-place =
    { $share ->
        [whole] ご注文（{ $order }）の商品を、受取場所（{ $place }）へ配送しております。お受け取りいただけるようになりましたら、あらためてメールでお知らせいたします。
        [part] ご注文（{ $order }）の商品の一部を、受取場所（{ $place }）へ配送しております。お受け取りいただけるようになりましたら、あらためてメールでお知らせいたします。
       *[parcel] ご注文（{ $order }）のお荷物のうち1個を、受取場所（{ $place }）へ配送しております。お受け取りいただけるようになりましたら、あらためてメールでお知らせいたします。
    }
to-pickup-lead =
    { $share ->
        [whole] ご注文（{ $order }）の商品を、受取場所へ配送しております。お受け取りいただけるようになりましたら、あらためてメールでお知らせいたします。
        [part] ご注文（{ $order }）の商品の一部を、受取場所へ配送しております。お受け取りいただけるようになりましたら、あらためてメールでお知らせいたします。
       *[parcel] ご注文（{ $order }）のお荷物のうち1個を、受取場所へ配送しております。お受け取りいただけるようになりましたら、あらためてメールでお知らせいたします。
    }
to-pickup-preheader-with-carrier = { $carrier }にて配送中です。{ $contents }
to-pickup-preheader = 配送中です。{ $contents }

## shipment.updated

updated-subject =
    { $share ->
        [whole] 配送情報更新のお知らせ（注文番号：{ $order }）
        [part] 一部商品の配送情報更新のお知らせ（注文番号：{ $order }）
       *[parcel] お荷物の配送情報更新のお知らせ（注文番号：{ $order }）
    }
updated-heading = 配送情報を更新いたしました
updated-lead =
    { $share ->
        [whole] ご注文（{ $order }）の配送情報を更新いたしました。最新の情報は以下のとおりです。
        [part] ご注文（{ $order }）の一部商品の配送情報を更新いたしました。最新の情報は以下のとおりです。
       *[parcel] ご注文（{ $order }）のお荷物のうち1個の配送情報を更新いたしました。最新の情報は以下のとおりです。
    }
updated-day-subject =
    { $share ->
        [whole] 最新のお届け予定日のお知らせ（注文番号：{ $order }）
        [part] 一部商品の最新のお届け予定日のお知らせ（注文番号：{ $order }）
       *[parcel] お荷物の最新のお届け予定日のお知らせ（注文番号：{ $order }）
    }
updated-day-heading = 最新のお届け予定日のお知らせ
updated-day-lead =
    { $share ->
        [whole] ご注文（{ $order }）の最新のお届け予定日をお知らせいたします。
        [part] ご注文（{ $order }）の一部商品について、最新のお届け予定日をお知らせいたします。
       *[parcel] ご注文（{ $order }）のお荷物のうち1個について、最新のお届け予定日をお知らせいたします。
    }
updated-preheader-number-with-carrier = 追跡番号：{ $number }（{ $carrier }）
updated-preheader-number = 追跡番号：{ $number }
updated-preheader-numbers = 追跡番号：{ $count }件
updated-preheader-carrier = { $carrier }にて配送中です。
updated-preheader-day = お届け予定日：{ $day }
updated-preheader-pickup = お受け取り方法をご確認いただけます。
updated-preheader-page = 配送状況を追跡ページでご確認いただけます。

## shipment.delayed

delayed-subject-with-day =
    { $share ->
        [whole] 【お詫び】お届け予定日が{ $day }に変更となりました（注文番号：{ $order }）
        [part] 【お詫び】一部商品のお届け予定日が{ $day }に変更となりました（注文番号：{ $order }）
       *[parcel] 【お詫び】お荷物のお届け予定日が{ $day }に変更となりました（注文番号：{ $order }）
    }
delayed-subject =
    { $share ->
        [whole] 【お詫び】お届けの遅れについて（注文番号：{ $order }）
        [part] 【お詫び】一部商品のお届けの遅れについて（注文番号：{ $order }）
       *[parcel] 【お詫び】お荷物のお届けの遅れについて（注文番号：{ $order }）
    }
delayed-preheader = 誠に申し訳ございません。{ $contents }
delayed-heading = お届けが遅れる見込みです
delayed-lead =
    { $share ->
        [whole] ご注文（{ $order }）の商品のお届けが、ご案内した予定より遅れる見込みです。ご迷惑をおかけし、誠に申し訳ございません。
        [part] ご注文（{ $order }）の一部商品のお届けが、ご案内した予定より遅れる見込みです。ご迷惑をおかけし、誠に申し訳ございません。
       *[parcel] ご注文（{ $order }）のお荷物のうち1個のお届けが、ご案内した予定より遅れる見込みです。ご迷惑をおかけし、誠に申し訳ございません。
    }
delayed-lead-without-day =
    { $share ->
        [whole] ご注文（{ $order }）の商品のお届けが、ご案内した予定より遅れる見込みです。変更後のお届け予定日は、現時点では未定です。ご迷惑をおかけし、誠に申し訳ございません。
        [part] ご注文（{ $order }）の一部商品のお届けが、ご案内した予定より遅れる見込みです。変更後のお届け予定日は、現時点では未定です。ご迷惑をおかけし、誠に申し訳ございません。
       *[parcel] ご注文（{ $order }）のお荷物のうち1個のお届けが、ご案内した予定より遅れる見込みです。変更後のお届け予定日は、現時点では未定です。ご迷惑をおかけし、誠に申し訳ございません。
    }
delayed-new-day = 変更後のお届け予定日
delayed-note-with-day = お客様にお手続きいただく必要はございません。変更後のお届け予定日ではご都合がつかない場合は、メールでご相談ください。できる限り対応いたします。
delayed-note = お客様にお手続きいただく必要はございません。お届けの遅れによりお困りの場合は、メールでご相談ください。できる限り対応いたします。
delayed-articles = お届けが遅れる商品

## shipment.out_for_delivery

out-for-delivery-subject =
    { $share ->
        [whole] ご注文の商品は本日お届け予定です（注文番号：{ $order }）
        [part] ご注文の商品の一部は本日お届け予定です（注文番号：{ $order }）
       *[parcel] お荷物は本日お届け予定です（注文番号：{ $order }）
    }
out-for-delivery-preheader-with-carrier = { $carrier }にて配達中です。{ $contents }
out-for-delivery-preheader = 配達中です。{ $contents }
out-for-delivery-heading = 本日お届け予定です
out-for-delivery-lead =
    { $share ->
        [whole] ご注文（{ $order }）の商品は、ただいま配達中です。本日お届けの予定です。
        [part] ご注文（{ $order }）の商品の一部は、ただいま配達中です。本日お届けの予定です。
       *[parcel] ご注文（{ $order }）のお荷物のうち1個は、ただいま配達中です。本日お届けの予定です。
    }

## shipment.delivery_attempted

attempted-subject =
    { $share ->
        [whole] ご注文の商品をお届けできませんでした（注文番号：{ $order }）
        [part] ご注文の商品の一部をお届けできませんでした（注文番号：{ $order }）
       *[parcel] お荷物をお届けできませんでした（注文番号：{ $order }）
    }
attempted-preheader = 再配達予定日：{ $day }
attempted-heading = お荷物をお届けできませんでした
attempted-lead-with-carrier =
    { $share ->
        [whole] { $carrier }がご注文（{ $order }）の商品の配達に伺いましたが、お届けできませんでした。不在連絡票が届いている場合は、再配達の方法をそちらでご確認ください。
        [part] { $carrier }がご注文（{ $order }）の商品の一部の配達に伺いましたが、お届けできませんでした。不在連絡票が届いている場合は、再配達の方法をそちらでご確認ください。
       *[parcel] { $carrier }がご注文（{ $order }）のお荷物のうち1個の配達に伺いましたが、お届けできませんでした。不在連絡票が届いている場合は、再配達の方法をそちらでご確認ください。
    }
attempted-lead =
    { $share ->
        [whole] ご注文（{ $order }）の商品をお届けできませんでした。不在連絡票が届いている場合は、再配達の方法をそちらでご確認ください。
        [part] ご注文（{ $order }）の商品の一部をお届けできませんでした。不在連絡票が届いている場合は、再配達の方法をそちらでご確認ください。
       *[parcel] ご注文（{ $order }）のお荷物のうち1個をお届けできませんでした。不在連絡票が届いている場合は、再配達の方法をそちらでご確認ください。
    }
attempted-next = 再配達予定日

## shipment.ready_for_pickup

ready-subject =
    { $share ->
        [whole] ご注文の商品をお受け取りいただけます（注文番号：{ $order }）
        [part] ご注文の商品の一部をお受け取りいただけます（注文番号：{ $order }）
       *[parcel] お荷物をお受け取りいただけます（注文番号：{ $order }）
    }
ready-preheader-at-until = { $place }にて、{ $day }までお受け取りいただけます。
ready-preheader-at = { $place }にてお受け取りいただけます。
ready-preheader-until = { $day }までお受け取りいただけます。
ready-preheader = お受け取りをお待ちしております。
ready-heading = お受け取りの準備ができました
ready-lead-with-place =
    { $share ->
        [whole] ご注文（{ $order }）の商品のご用意ができました。{ $place }にてお受け取りください。
        [part] ご注文（{ $order }）の商品の一部のご用意ができました。{ $place }にてお受け取りください。
       *[parcel] ご注文（{ $order }）のお荷物のうち1個のご用意ができました。{ $place }にてお受け取りください。
    }
ready-lead =
    { $share ->
        [whole] ご注文（{ $order }）の商品のご用意ができました。お受け取りをお待ちしております。
        [part] ご注文（{ $order }）の商品の一部のご用意ができました。お受け取りをお待ちしております。
       *[parcel] ご注文（{ $order }）のお荷物のうち1個のご用意ができました。お受け取りをお待ちしております。
    }
ready-articles = お受け取りいただく商品

## shipment.delivered

delivered-subject =
    { $share ->
        [whole] 配達完了のお知らせ（注文番号：{ $order }）
        [part] 一部商品の配達完了のお知らせ（注文番号：{ $order }）
       *[parcel] お荷物の配達完了のお知らせ（注文番号：{ $order }）
    }
delivered-heading = お荷物の配達が完了しました
delivered-lead-with-carrier =
    { $share ->
        [whole] ご注文（{ $order }）の商品を、{ $carrier }にてお届けいたしました。お気に召しましたら幸いです。
        [part] ご注文（{ $order }）の商品の一部を、{ $carrier }にてお届けいたしました。お気に召しましたら幸いです。
       *[parcel] ご注文（{ $order }）のお荷物のうち1個を、{ $carrier }にてお届けいたしました。お気に召しましたら幸いです。
    }
delivered-lead =
    { $share ->
        [whole] ご注文（{ $order }）の商品の配達が完了いたしました。お気に召しましたら幸いです。
        [part] ご注文（{ $order }）の商品の一部の配達が完了いたしました。お気に召しましたら幸いです。
       *[parcel] ご注文（{ $order }）のお荷物のうち1個の配達が完了いたしました。お気に召しましたら幸いです。
    }
delivered-not-found = お荷物が見つからない場合
delivered-not-found-help = 宅配ボックスやメーターボックス、玄関前などの置き配場所をお確かめのうえ、ご同居の方にもご確認ください。見つからない場合や、商品の不足・破損がある場合は、お手数ですがメールでお問い合わせください。

## shipment.delivered, of what the customer picked up

picked-up-subject =
    { $share ->
        [whole] お受け取り完了のお知らせ（注文番号：{ $order }）
        [part] 一部商品のお受け取り完了のお知らせ（注文番号：{ $order }）
       *[parcel] お荷物のお受け取り完了のお知らせ（注文番号：{ $order }）
    }
picked-up-heading = お受け取りが完了しました
picked-up-lead-with-place =
    { $share ->
        [whole] { $place }にて、ご注文（{ $order }）の商品をお受け取りいただき、ありがとうございました。お気に召しましたら幸いです。
        [part] { $place }にて、ご注文（{ $order }）の商品の一部をお受け取りいただき、ありがとうございました。お気に召しましたら幸いです。
       *[parcel] { $place }にて、ご注文（{ $order }）のお荷物のうち1個をお受け取りいただき、ありがとうございました。お気に召しましたら幸いです。
    }
picked-up-lead =
    { $share ->
        [whole] ご注文（{ $order }）の商品をお受け取りいただき、ありがとうございました。お気に召しましたら幸いです。
        [part] ご注文（{ $order }）の商品の一部をお受け取りいただき、ありがとうございました。お気に召しましたら幸いです。
       *[parcel] ご注文（{ $order }）のお荷物のうち1個をお受け取りいただき、ありがとうございました。お気に召しましたら幸いです。
    }

## shipment.returned

returned-subject =
    { $share ->
        [whole] ご注文の商品が当店へ返送されております（注文番号：{ $order }）
        [part] ご注文の商品の一部が当店へ返送されております（注文番号：{ $order }）
       *[parcel] お荷物が当店へ返送されております（注文番号：{ $order }）
    }
returned-heading = お荷物が当店へ返送されております
returned-lead =
    { $share ->
        [whole] ご注文（{ $order }）の商品が当店へ返送されております。今後の対応につきましては、お手数をおかけしますが、メールでお問い合わせくださいますようお願いいたします。
        [part] ご注文（{ $order }）の商品の一部が当店へ返送されております。今後の対応につきましては、お手数をおかけしますが、メールでお問い合わせくださいますようお願いいたします。
       *[parcel] ご注文（{ $order }）のお荷物のうち1個が当店へ返送されております。今後の対応につきましては、お手数をおかけしますが、メールでお問い合わせくださいますようお願いいたします。
    }
