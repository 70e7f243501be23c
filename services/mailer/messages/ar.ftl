### العربية الفصحى. خطاب العميل محايد («طلبك»، «يُرجى» مع المصدر، «تم»)، بلا أوامر ولا أفعال مذكرة أو مؤنثة. لا توجد `.informal`.

usual-formality = formal

## The frame of every mail

copy-subject = نسخة: { $subject }
order-and-number = الطلب رقم { $order }
greeting = مرحبًا { $name }،
greeting-without-name = مرحبًا،
questions = لأي استفسار، يُرجى مراسلتنا على { $email } مع ذكر رقم الطلب { $order }.
why-you-get-this = وصلتك هذه الرسالة بخصوص طلبك من { $shop }.
why-you-get-a-copy = هذه نسخة من الرسالة المرسلة إلى صاحب الطلب من { $shop }.
view-order = عرض الطلب

## Links

link-returns = الإرجاع
link-help = المساعدة
link-account = حسابي
link-terms = الشروط والأحكام
link-privacy = سياسة الخصوصية

## Progress

step-ordered = تم تقديم الطلب
step-shipped = تم الشحن
step-out-for-delivery = خرج للتوصيل
step-delivered = تم التوصيل
step-on-its-way = في الطريق
step-ready = جاهز للاستلام
step-picked-up = تم الاستلام
step-spoken = الخطوة { $step } من { $steps }: { $name }

## Signs between texts

label-and-value = { $label }: { $value }
label-of-link = { $label }:
text-with-remark = { $text } ({ $remark })

## Lists of articles

pieces = { $quantity } ×
quantity-with-unit = { $quantity } { $unit }
quantity-and-article = { $quantity } { $article }
articles-in-a-row = { $first }؛ { $second }
also-in-list = وأيضًا: { $articles }
more-in-list =
    { $count ->
        [one] … ومنتج واحد آخر
        [two] … ومنتجان آخران
        [few] … و{ $count } منتجات أخرى
        [many] … و{ $count } منتجًا آخر
       *[other] … و{ $count } منتج آخر
    }
see-whole-order = عرض الطلب كاملًا
part-of-set = ضمن مجموعة: { $set }
article-expected = موعد الوصول المتوقع: { $day }
parcel-contents =
    { $count ->
        [0] محتويات الشحنة: { $article }.
        [one] محتويات الشحنة: { $article } ومنتج واحد آخر.
        [two] محتويات الشحنة: { $article } ومنتجان آخران.
        [few] محتويات الشحنة: { $article } و{ $count } منتجات أخرى.
        [many] محتويات الشحنة: { $article } و{ $count } منتجًا آخر.
       *[other] محتويات الشحنة: { $article } و{ $count } منتج آخر.
    }
cancelled-contents =
    { $count ->
        [0] ما تم إلغاؤه: { $article }.
        [one] ما تم إلغاؤه: { $article } ومنتج واحد آخر.
        [two] ما تم إلغاؤه: { $article } ومنتجان آخران.
        [few] ما تم إلغاؤه: { $article } و{ $count } منتجات أخرى.
        [many] ما تم إلغاؤه: { $article } و{ $count } منتجًا آخر.
       *[other] ما تم إلغاؤه: { $article } و{ $count } منتج آخر.
    }

## What an order costs

placed-at = تاريخ الطلب: { $time }
time-in-utc = { $time } بالتوقيت العالمي المنسق
price-each = { $price } للقطعة
price-per-unit = { $price } لكل { $unit }
quantity-times-price = { $quantity } × { $price }
row-subtotal = المجموع الفرعي
row-discount = الخصم
row-shipping = الشحن
shipping-free = مجاني
row-fee = الرسوم
row-tip = الإكرامية
row-duties = الرسوم الجمركية
row-tax = الضريبة
row-gift-card = بطاقة هدية
row-credit = رصيد المتجر
row-rounding = فرق التقريب
row-total = الإجمالي
row-paid = المبلغ المدفوع
row-due = المبلغ المتبقي
tax-included = منها ضريبة: { $amount }
named-tax-included = منها { $tax }: { $amount }

## Parcel, address and pick-up

carrier = شركة الشحن
tracking-number = رقم التتبع
tracking-page = رابط التتبع
track-parcel = تتبع الشحنة
delivery-details = تفاصيل التوصيل
expected = موعد الوصول المتوقع
expected-today = اليوم
reason = السبب
in-this-parcel = محتويات هذه الشحنة
still-to-come = منتجات ستصل لاحقًا
still-to-come-note = ستُشحن بشكل منفصل، وسنراسلك مجددًا عند شحنها.
delivery-address = عنوان التوصيل
pickup-place = نقطة الاستلام
pickup-code = رمز الاستلام
pickup-until = آخر موعد للاستلام
pickup-page = تفاصيل نقطة الاستلام
your-order = طلبك
your-order-number = رقم الطلب: { $order }

## order.confirmed

confirmed-subject = تلقينا طلبك رقم { $order }
confirmed-preheader = الإجمالي: { $total }. إليك تفاصيل طلبك.
confirmed-preheader-without-total = إليك تفاصيل طلبك.
confirmed-heading = شكرًا لطلبك
confirmed-lead =
    { $delivery ->
        [pickup] تلقينا طلبك رقم { $order } ونعمل على تجهيزه. سنراسلك مجددًا عندما يصبح جاهزًا للاستلام.
        [shipping] تلقينا طلبك رقم { $order } ونعمل على تجهيزه. سنراسلك مجددًا عند شحنه.
       *[none] تلقينا طلبك رقم { $order } ونعمل على تجهيزه.
    }
confirmed-articles = منتجات الطلب

## order.updated

order-updated-subject = تم تعديل طلبك رقم { $order }
order-updated-preheader = إليك تفاصيل طلبك بعد التعديل.
order-updated-heading = تم تعديل طلبك
order-updated-lead = تم تعديل طلبك رقم { $order }. وفيما يلي تفاصيله بعد التعديل.
order-updated-changes = التعديلات
order-updated-articles = طلبك بعد التعديل
change-added = تمت إضافة: { $article }
change-removed = تم حذف: { $article }
change-quantity = { $article } بدلًا من { $before }
change-replaced = { $now } بدلًا من { $before }
change-price = سعر { $article }: { $now } بدلًا من { $before }
change-total = الإجمالي: { $now } بدلًا من { $before }
change-shipping-address = تم تغيير عنوان التوصيل (التفاصيل أدناه)
change-pickup = تم تغيير نقطة الاستلام أو طريقة الاستلام (التفاصيل أدناه)
change-billing-address = تم تغيير عنوان الفوترة
change-more =
    { $count ->
        [one] وتعديل واحد آخر.
        [two] وتعديلان آخران.
        [few] و{ $count } تعديلات أخرى.
        [many] و{ $count } تعديلًا آخر.
       *[other] و{ $count } تعديل آخر.
    }

## order.payment_failed

payment-failed-subject = تعذّر إتمام الدفع لطلبك رقم { $order }
payment-failed-preheader-with-day = آخر موعد للدفع: { $day }.
payment-failed-preheader = يُرجى إعادة المحاولة.
payment-failed-heading = تعذّر إتمام الدفع
payment-failed-lead = تعذّر إتمام الدفع لطلبك رقم { $order }. يُرجى إعادة المحاولة.
payment-failed-lead-without-link = تعذّر إتمام الدفع لطلبك رقم { $order }. يُرجى إعادة المحاولة، أو مراسلتنا لطلب المساعدة.
payment-failed-amount = المبلغ المطلوب
payment-failed-method = طريقة الدفع
payment-failed-pay-by = آخر موعد للدفع
payment-failed-button = إتمام الدفع

## order.cancelled

cancelled-subject =
    { $extent ->
        [part] تم إلغاء جزء من طلبك رقم { $order }
       *[whole] تم إلغاء طلبك رقم { $order }
    }
cancelled-preheader-with-refund = المبلغ المسترد: { $amount }.
cancelled-heading =
    { $extent ->
        [part] تم إلغاء جزء من طلبك
       *[whole] تم إلغاء طلبك
    }
cancelled-lead =
    { $extent ->
        [part] نود إعلامك بأنه تم إلغاء جزء من طلبك رقم { $order }.
        [part-with-rest] نود إعلامك بأنه تم إلغاء جزء من طلبك رقم { $order }، ولن يتأثر باقي الطلب بذلك.
       *[whole] نود إعلامك بأنه تم إلغاء طلبك رقم { $order }.
    }
cancelled-not-charged = لم يُخصم منك أي مبلغ.
cancelled-refund-to-by = سيُعاد المبلغ إلى { $method }، ومن المتوقع وصوله في موعد أقصاه يوم { $day }.
cancelled-refund-to = سيُعاد المبلغ إلى { $method }.
cancelled-refund-by = من المتوقع وصول المبلغ في موعد أقصاه يوم { $day }.
cancelled-articles = المنتجات الملغاة

## order.refunded

refunded-subject = استرداد مبلغ { $amount } عن طلبك رقم { $order }
refunded-preheader-to-by = المبلغ في طريقه إلى { $method }، ومن المتوقع وصوله في موعد أقصاه يوم { $day }.
refunded-preheader-to = المبلغ في طريقه إلى { $method }.
refunded-preheader-by = من المتوقع وصول المبلغ في موعد أقصاه يوم { $day }.
refunded-preheader = المبلغ في طريقه إليك.
refunded-heading = المبلغ المسترد في طريقه إليك
refunded-in-full = تمت معالجة استرداد كامل قيمة طلبك رقم { $order }.
refunded-rest = تمت معالجة استرداد المبلغ المتبقي من قيمة طلبك رقم { $order }. وبذلك تشمل عمليات الاسترداد كامل قيمة الطلب.
refunded-part = تمت معالجة استرداد جزء من قيمة طلبك رقم { $order }.
refunded-amount = تمت معالجة استرداد { $amount } لطلبك رقم { $order }.
refund-amount = المبلغ المسترد
refund-to = وسيلة الاسترداد
refund-expected-by = متوقع بحلول
refund-order-total = إجمالي الطلب
refunded-note-with-day = يعتمد موعد ظهور المبلغ في حسابك على البنك. إذا لم يصل حتى الموعد المذكور أعلاه، فيُرجى مراسلتنا.
refunded-note = يعتمد موعد ظهور المبلغ في حسابك على البنك. إذا لم يصل خلال أسبوعين، فيُرجى مراسلتنا.

## order.withdrawal_received

withdrawal-subject = تلقينا إشعار عدولك عن العقد للطلب رقم { $order }
withdrawal-preheader-with-time = تاريخ الاستلام: { $time }.
withdrawal-preheader = هذه الرسالة تأكيد للاستلام.
withdrawal-heading = تلقينا إشعار عدولك عن العقد
withdrawal-lead = هذه الرسالة تأكيد لاستلام إشعار عدولك عن العقد الخاص بالطلب رقم { $order }.
withdrawal-received-on = تاريخ الاستلام
withdrawal-id = رقم إشعار العدول
withdrawal-content = نص الإشعار
withdrawal-articles = المنتجات المشمولة بالعدول

## shipment.shipped

shipped-subject =
    { $share ->
        [whole] تم شحن طلبك رقم { $order }
        [part] تم شحن جزء من طلبك رقم { $order }
       *[parcel] تم شحن أحد طرود طلبك رقم { $order }
    }
shipped-preheader-with-carrier = موعد الوصول المتوقع مع { $carrier }: { $day }. { $contents }
shipped-preheader = موعد الوصول المتوقع: { $day }. { $contents }
shipped-heading =
    { $share ->
        [whole] تم شحن طلبك
        [part] تم شحن جزء من طلبك
       *[parcel] تم شحن أحد طرود طلبك
    }
shipped-lead =
    { $share ->
        [whole] تم شحن جميع منتجات طلبك رقم { $order } في طرد واحد.
        [part] تم شحن جزء من طلبك رقم { $order }. وسنشحن الباقي في أقرب وقت ممكن.
       *[parcel] تم شحن أحد طرود طلبك رقم { $order }.
    }

## On its way to a place where the customer will pick it up

to-pickup-heading = طلبك في الطريق إلى نقطة الاستلام
to-pickup-lead-with-place =
    { $share ->
        [whole] طلبك رقم { $order } في الطريق إلى نقطة الاستلام ({ $place }). سنراسلك مجددًا عندما يصبح جاهزًا للاستلام.
        [part] جزء من طلبك رقم { $order } في الطريق إلى نقطة الاستلام ({ $place }). سنراسلك مجددًا عندما يصبح جاهزًا للاستلام.
       *[parcel] أحد طرود طلبك رقم { $order } في الطريق إلى نقطة الاستلام ({ $place }). سنراسلك مجددًا عندما يصبح جاهزًا للاستلام.
    }
to-pickup-lead =
    { $share ->
        [whole] طلبك رقم { $order } في الطريق إلى نقطة الاستلام. سنراسلك مجددًا عندما يصبح جاهزًا للاستلام.
        [part] جزء من طلبك رقم { $order } في الطريق إلى نقطة الاستلام. سنراسلك مجددًا عندما يصبح جاهزًا للاستلام.
       *[parcel] أحد طرود طلبك رقم { $order } في الطريق إلى نقطة الاستلام. سنراسلك مجددًا عندما يصبح جاهزًا للاستلام.
    }
to-pickup-preheader-with-carrier = في الطريق مع { $carrier }. { $contents }
to-pickup-preheader = في الطريق. { $contents }

## shipment.updated

updated-subject =
    { $share ->
        [whole] تحديث بيانات الشحن لطلبك رقم { $order }
        [part] تحديث بيانات الشحن لجزء من طلبك رقم { $order }
       *[parcel] تحديث بيانات الشحن لأحد طرود طلبك رقم { $order }
    }
updated-heading = تم تحديث بيانات شحنتك
updated-lead =
    { $share ->
        [whole] تم تحديث بيانات الشحن لطلبك رقم { $order }. وفيما يلي أحدث البيانات.
        [part] تم تحديث بيانات الشحن لجزء من طلبك رقم { $order }. وفيما يلي أحدث البيانات.
       *[parcel] تم تحديث بيانات الشحن لأحد طرود طلبك رقم { $order }. وفيما يلي أحدث البيانات.
    }
updated-day-subject =
    { $share ->
        [whole] موعد وصول متوقع جديد لطلبك رقم { $order }
        [part] موعد وصول متوقع جديد لجزء من طلبك رقم { $order }
       *[parcel] موعد وصول متوقع جديد لأحد طرود طلبك رقم { $order }
    }
updated-day-heading = موعد وصول متوقع جديد
updated-day-lead =
    { $share ->
        [whole] تم تحديث موعد الوصول المتوقع لطلبك رقم { $order }.
        [part] تم تحديث موعد الوصول المتوقع لجزء من طلبك رقم { $order }.
       *[parcel] تم تحديث موعد الوصول المتوقع لأحد طرود طلبك رقم { $order }.
    }
updated-preheader-number-with-carrier = رقم التتبع لدى { $carrier }: { $number }.
updated-preheader-number = رقم التتبع: { $number }.
updated-preheader-numbers =
    { $count ->
        [one] رقم تتبع واحد.
        [two] رقما تتبع.
        [few] { $count } أرقام تتبع.
        [many] { $count } رقم تتبع.
       *[other] { $count } رقم تتبع.
    }
updated-preheader-carrier = في الطريق مع { $carrier }.
updated-preheader-day = موعد الوصول المتوقع: { $day }.
updated-preheader-pickup = إليك طريقة استلام الشحنة.
updated-preheader-page = إليك رابط تتبع الشحنة.

## shipment.delayed

delayed-subject-with-day =
    { $share ->
        [whole] سيتأخر وصول طلبك رقم { $order } حتى يوم { $day }
        [part] سيتأخر وصول جزء من طلبك رقم { $order } حتى يوم { $day }
       *[parcel] سيتأخر وصول أحد طرود طلبك رقم { $order } حتى يوم { $day }
    }
delayed-subject =
    { $share ->
        [whole] سيتأخر وصول طلبك رقم { $order }
        [part] سيتأخر وصول جزء من طلبك رقم { $order }
       *[parcel] سيتأخر وصول أحد طرود طلبك رقم { $order }
    }
delayed-preheader = نعتذر عن التأخير. { $contents }
delayed-heading = سيتأخر وصول شحنتك
delayed-lead =
    { $share ->
        [whole] نعتذر عن التأخير؛ سيصل طلبك رقم { $order } بعد الموعد الذي أبلغناك به.
        [part] نعتذر عن التأخير؛ سيصل جزء من طلبك رقم { $order } بعد الموعد الذي أبلغناك به.
       *[parcel] نعتذر عن التأخير؛ سيصل أحد طرود طلبك رقم { $order } بعد الموعد الذي أبلغناك به.
    }
delayed-lead-without-day =
    { $share ->
        [whole] نعتذر عن التأخير؛ سيصل طلبك رقم { $order } بعد الموعد الذي أبلغناك به. ولا يمكننا تحديد الموعد الجديد حاليًا.
        [part] نعتذر عن التأخير؛ سيصل جزء من طلبك رقم { $order } بعد الموعد الذي أبلغناك به. ولا يمكننا تحديد الموعد الجديد حاليًا.
       *[parcel] نعتذر عن التأخير؛ سيصل أحد طرود طلبك رقم { $order } بعد الموعد الذي أبلغناك به. ولا يمكننا تحديد الموعد الجديد حاليًا.
    }
delayed-new-day = الموعد الجديد المتوقع
delayed-note-with-day = لا يلزمك اتخاذ أي إجراء. إذا لم يكن الموعد الجديد مناسبًا لك، فيُرجى مراسلتنا وسنبذل ما في وسعنا لمساعدتك.
delayed-note = لا يلزمك اتخاذ أي إجراء. إذا كان هذا التأخير يسبب لك أي إزعاج، فيُرجى مراسلتنا وسنبذل ما في وسعنا لمساعدتك.
delayed-articles = المنتجات المتأخرة

## shipment.out_for_delivery

out-for-delivery-subject =
    { $share ->
        [whole] يصلك اليوم طلبك رقم { $order }
        [part] يصلك اليوم جزء من طلبك رقم { $order }
       *[parcel] يصلك اليوم أحد طرود طلبك رقم { $order }
    }
out-for-delivery-preheader-with-carrier = قيد التوصيل مع { $carrier }. { $contents }
out-for-delivery-preheader = قيد التوصيل. { $contents }
out-for-delivery-heading = ستصل شحنتك اليوم
out-for-delivery-lead =
    { $share ->
        [whole] خرج طلبك رقم { $order } للتوصيل، ومن المتوقع أن يصلك اليوم.
        [part] خرج جزء من طلبك رقم { $order } للتوصيل، ومن المتوقع أن يصلك اليوم.
       *[parcel] خرج أحد طرود طلبك رقم { $order } للتوصيل، ومن المتوقع أن يصلك اليوم.
    }

## shipment.delivery_attempted

attempted-subject =
    { $share ->
        [whole] تعذّر توصيل طلبك رقم { $order }
        [part] تعذّر توصيل جزء من طلبك رقم { $order }
       *[parcel] تعذّر توصيل أحد طرود طلبك رقم { $order }
    }
attempted-preheader = محاولة التوصيل القادمة: { $day }.
attempted-heading = تعذّر توصيل شحنتك
attempted-lead-with-carrier =
    { $share ->
        [whole] تعذّر على { $carrier } توصيل طلبك رقم { $order }.
        [part] تعذّر على { $carrier } توصيل جزء من طلبك رقم { $order }.
       *[parcel] تعذّر على { $carrier } توصيل أحد طرود طلبك رقم { $order }.
    }
attempted-lead =
    { $share ->
        [whole] تعذّر توصيل طلبك رقم { $order }.
        [part] تعذّر توصيل جزء من طلبك رقم { $order }.
       *[parcel] تعذّر توصيل أحد طرود طلبك رقم { $order }.
    }
attempted-next = محاولة التوصيل القادمة

## shipment.ready_for_pickup

ready-subject =
    { $share ->
        [whole] طلبك رقم { $order } جاهز للاستلام
        [part] جزء من طلبك رقم { $order } جاهز للاستلام
       *[parcel] أحد طرود طلبك رقم { $order } جاهز للاستلام
    }
ready-preheader-at-until = منتجاتك بانتظارك في { $place } حتى يوم { $day }.
ready-preheader-at = منتجاتك بانتظارك في { $place }.
ready-preheader-until = منتجاتك بانتظارك حتى يوم { $day }.
ready-preheader = منتجاتك بانتظارك.
ready-heading = منتجاتك جاهزة للاستلام
ready-lead-with-place =
    { $share ->
        [whole] طلبك رقم { $order } جاهز للاستلام من نقطة الاستلام ({ $place }).
        [part] جزء من طلبك رقم { $order } جاهز للاستلام من نقطة الاستلام ({ $place }).
       *[parcel] أحد طرود طلبك رقم { $order } جاهز للاستلام من نقطة الاستلام ({ $place }).
    }
ready-lead =
    { $share ->
        [whole] طلبك رقم { $order } جاهز للاستلام.
        [part] جزء من طلبك رقم { $order } جاهز للاستلام.
       *[parcel] أحد طرود طلبك رقم { $order } جاهز للاستلام.
    }
ready-articles = المنتجات الجاهزة للاستلام

## shipment.delivered

delivered-subject =
    { $share ->
        [whole] تم توصيل طلبك رقم { $order }
        [part] تم توصيل جزء من طلبك رقم { $order }
       *[parcel] تم توصيل أحد طرود طلبك رقم { $order }
    }
delivered-heading = وصلت شحنتك
delivered-lead-with-carrier =
    { $share ->
        [whole] تم توصيل طلبك رقم { $order } عبر { $carrier }. نتمنى أن تنال مشترياتك إعجابك.
        [part] تم توصيل جزء من طلبك رقم { $order } عبر { $carrier }. نتمنى أن تنال مشترياتك إعجابك.
       *[parcel] تم توصيل أحد طرود طلبك رقم { $order } عبر { $carrier }. نتمنى أن تنال مشترياتك إعجابك.
    }
delivered-lead =
    { $share ->
        [whole] تم توصيل طلبك رقم { $order }. نتمنى أن تنال مشترياتك إعجابك.
        [part] تم توصيل جزء من طلبك رقم { $order }. نتمنى أن تنال مشترياتك إعجابك.
       *[parcel] تم توصيل أحد طرود طلبك رقم { $order }. نتمنى أن تنال مشترياتك إعجابك.
    }
delivered-not-found = هل تعذّر العثور على الشحنة؟
delivered-not-found-help = يُرجى التحقق من المكان الذي تُترك فيه شحناتك عادةً وسؤال أفراد الأسرة أو الجيران أو حارس المبنى. إذا لم يُعثر على الشحنة أو كان أحد المنتجات ناقصًا أو تالفًا، فيُرجى مراسلتنا.

## shipment.delivered, of what the customer picked up

picked-up-subject =
    { $share ->
        [whole] تم تسليم طلبك رقم { $order } في نقطة الاستلام
        [part] تم تسليم جزء من طلبك رقم { $order } في نقطة الاستلام
       *[parcel] تم تسليم أحد طرود طلبك رقم { $order } في نقطة الاستلام
    }
picked-up-heading = تم التسليم في نقطة الاستلام
picked-up-lead-with-place =
    { $share ->
        [whole] تم تسليم طلبك رقم { $order } في نقطة الاستلام ({ $place }). نتمنى أن تنال مشترياتك إعجابك.
        [part] تم تسليم جزء من طلبك رقم { $order } في نقطة الاستلام ({ $place }). نتمنى أن تنال مشترياتك إعجابك.
       *[parcel] تم تسليم أحد طرود طلبك رقم { $order } في نقطة الاستلام ({ $place }). نتمنى أن تنال مشترياتك إعجابك.
    }
picked-up-lead =
    { $share ->
        [whole] تم تسليم طلبك رقم { $order } في نقطة الاستلام. نتمنى أن تنال مشترياتك إعجابك.
        [part] تم تسليم جزء من طلبك رقم { $order } في نقطة الاستلام. نتمنى أن تنال مشترياتك إعجابك.
       *[parcel] تم تسليم أحد طرود طلبك رقم { $order } في نقطة الاستلام. نتمنى أن تنال مشترياتك إعجابك.
    }

## shipment.returned

returned-subject =
    { $share ->
        [whole] طلبك رقم { $order } في طريق العودة إلينا
        [part] جزء من طلبك رقم { $order } في طريق العودة إلينا
       *[parcel] أحد طرود طلبك رقم { $order } في طريق العودة إلينا
    }
returned-heading = شحنتك في طريق العودة إلينا
returned-lead =
    { $share ->
        [whole] طلبك رقم { $order } في طريق العودة إلينا. لمعرفة الخطوة التالية، يُرجى مراسلتنا.
        [part] جزء من طلبك رقم { $order } في طريق العودة إلينا. لمعرفة الخطوة التالية، يُرجى مراسلتنا.
       *[parcel] أحد طرود طلبك رقم { $order } في طريق العودة إلينا. لمعرفة الخطوة التالية، يُرجى مراسلتنا.
    }
