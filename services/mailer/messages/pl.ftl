### Polski. Zwracamy się na Ty (Twoje, Ci wielką literą), bez form zależnych od płci; innej formy nie ma. Po słowach
### jednoliterowych i przed myślnikiem stoi twarda spacja (U+00A0), oprócz tematów, tekstów obok nich i kroków.

usual-formality = formal

## The frame of every mail

copy-subject = Kopia: { $subject }
order-and-number = Zamówienie { $order }
greeting = Dzień dobry, { $name }!
greeting-without-name = Dzień dobry!
questions = Masz pytania? Napisz na { $email } i podaj numer zamówienia: { $order }.
why-you-get-this = Ta wiadomość dotyczy Twojego zamówienia w sklepie { $shop }.
why-you-get-a-copy = To jest kopia. Oryginał wiadomości otrzymuje osoba, która złożyła zamówienie w sklepie { $shop }.
view-order = Zobacz zamówienie

## Links

link-returns = Zwroty
link-help = Pomoc
link-account = Moje konto
link-terms = Regulamin
link-privacy = Polityka prywatności

## Progress

step-ordered = Zamówione
step-shipped = Wysłane
step-out-for-delivery = W doręczeniu
step-delivered = Doręczone
step-on-its-way = W drodze
step-ready = Do odbioru
step-picked-up = Odebrane
step-spoken = Krok { $step } z { $steps }: { $name }

## Signs between texts

label-and-value = { $label }: { $value }
label-of-link = { $label }:
text-with-remark = { $text } ({ $remark })

## Lists of articles

pieces = { $quantity } ×
quantity-with-unit = { $quantity } { $unit }
quantity-and-article = { $quantity } { $article }
articles-in-a-row = { $first }; { $second }
also-in-list = Oraz: { $articles }
more-in-list =
    { $count ->
        [one] … i jeszcze 1 produkt
        [few] … i jeszcze { $count } produkty
        [many] … i jeszcze { $count } produktów
       *[other] … i jeszcze { $count } produktu
    }
see-whole-order = Zobacz całe zamówienie
part-of-set = Część zestawu: { $set }
article-expected = Przewidywana dostawa: { $day }
parcel-contents =
    { $count ->
        [0] W przesyłce: { $article }.
        [one] W przesyłce: { $article } i jeszcze 1 produkt.
        [few] W przesyłce: { $article } i jeszcze { $count } produkty.
        [many] W przesyłce: { $article } i jeszcze { $count } produktów.
       *[other] W przesyłce: { $article } i jeszcze { $count } produktu.
    }
cancelled-contents =
    { $count ->
        [0] Anulowano: { $article }.
        [one] Anulowano: { $article } i jeszcze 1 produkt.
        [few] Anulowano: { $article } i jeszcze { $count } produkty.
        [many] Anulowano: { $article } i jeszcze { $count } produktów.
       *[other] Anulowano: { $article } i jeszcze { $count } produktu.
    }

## What an order costs

placed-at = Data zamówienia: { $time }
time-in-utc = { $time } UTC
price-each = { $price }/szt.
price-per-unit = { $price }/{ $unit }
quantity-times-price = { $quantity } × { $price }
row-subtotal = Wartość produktów
row-discount = Rabat
row-shipping = Dostawa
shipping-free = Gratis
row-fee = Opłata dodatkowa
row-tip = Napiwek
row-duties = Cło
row-tax = VAT
row-gift-card = Karta podarunkowa
row-credit = Środki w sklepie
row-rounding = Zaokrąglenie
row-total = Razem
row-paid = Zapłacono
row-due = Do zapłaty
tax-included = w tym VAT: { $amount }
named-tax-included = w tym { $tax }: { $amount }

## Parcel, address and pick-up

carrier = Przewoźnik
tracking-number = Numer przesyłki
tracking-page = Śledzenie przesyłki
track-parcel = Śledź przesyłkę
delivery-details = Szczegóły dostawy
expected = Przewidywana dostawa
expected-today = Dzisiaj
reason = Powód
in-this-parcel = Zawartość przesyłki
still-to-come = Pozostała część zamówienia
still-to-come-note = Wyślemy ją osobno. Damy Ci znać, gdy będzie w drodze.
delivery-address = Adres dostawy
pickup-place = Punkt odbioru
pickup-code = Kod odbioru
pickup-until = Ostatni dzień odbioru
pickup-page = O punkcie odbioru
your-order = Twoje zamówienie
your-order-number = Numer zamówienia: { $order }

## order.confirmed

confirmed-subject = Otrzymaliśmy Twoje zamówienie { $order }
confirmed-preheader = Razem: { $total }. Oto podsumowanie Twojego zamówienia.
confirmed-preheader-without-total = Oto podsumowanie Twojego zamówienia.
confirmed-heading = Dziękujemy za zamówienie
confirmed-lead =
    { $delivery ->
        [pickup] Otrzymaliśmy Twoje zamówienie { $order } i już je przygotowujemy. Damy Ci znać, gdy będzie można je odebrać.
        [shipping] Otrzymaliśmy Twoje zamówienie { $order } i już je przygotowujemy. Damy Ci znać, gdy będzie w drodze.
       *[none] Otrzymaliśmy Twoje zamówienie { $order } i już je realizujemy.
    }
confirmed-articles = Zamówione produkty

## order.updated

order-updated-subject = Zmiany w Twoim zamówieniu { $order }
order-updated-preheader = Oto aktualne podsumowanie zamówienia.
order-updated-heading = Zmiany w Twoim zamówieniu
order-updated-lead = W Twoim zamówieniu { $order } zaszły zmiany. Poniżej znajdziesz aktualne podsumowanie.
order-updated-changes = Co się zmieniło
order-updated-articles = Aktualne zamówienie
change-added = Dodano: { $article }
change-removed = Usunięto: { $article }
change-quantity = { $article } (wcześniej: { $before })
change-replaced = { $now } (wcześniej: { $before })
change-price = Cena produktu { $article }: { $now } (wcześniej: { $before })
change-total = Razem: { $now } (wcześniej: { $before })
change-shipping-address = Nowy adres dostawy (szczegóły poniżej)
change-pickup = Zmiana odbioru (szczegóły poniżej)
change-billing-address = Nowy adres do faktury
change-more =
    { $count ->
        [one] I jeszcze 1 zmiana.
        [few] I jeszcze { $count } zmiany.
        [many] I jeszcze { $count } zmian.
       *[other] I jeszcze { $count } zmiany.
    }

## order.payment_failed

payment-failed-subject = Płatność za zamówienie { $order } nie powiodła się
payment-failed-preheader-with-day = Termin płatności: { $day }.
payment-failed-preheader = Spróbuj ponownie.
payment-failed-heading = Płatność nie powiodła się
payment-failed-lead = Płatność za Twoje zamówienie { $order } nie powiodła się. Spróbuj ponownie.
payment-failed-lead-without-link = Płatność za Twoje zamówienie { $order } nie powiodła się. Spróbuj ponownie lub napisz do nas, jeśli potrzebujesz pomocy.
payment-failed-amount = Do zapłaty
payment-failed-method = Metoda płatności
payment-failed-pay-by = Termin płatności
payment-failed-button = Zapłać teraz

## order.cancelled

cancelled-subject =
    { $extent ->
        [part] Część Twojego zamówienia { $order } została anulowana
       *[whole] Twoje zamówienie { $order } zostało anulowane
    }
cancelled-preheader-with-refund = Kwota zwrotu: { $amount }.
cancelled-heading =
    { $extent ->
        [part] Część Twojego zamówienia została anulowana
       *[whole] Twoje zamówienie zostało anulowane
    }
cancelled-lead =
    { $extent ->
        [part] Anulowaliśmy część Twojego zamówienia { $order }.
        [part-with-rest] Anulowaliśmy część Twojego zamówienia { $order }. Reszta zamówienia pozostaje bez zmian.
       *[whole] Anulowaliśmy Twoje zamówienie { $order }.
    }
cancelled-not-charged = Nie pobraliśmy żadnej płatności.
cancelled-refund-to-by = Forma zwrotu: { $method }. Przewidywany termin: { $day }.
cancelled-refund-to = Forma zwrotu: { $method }.
cancelled-refund-by = Przewidywany termin zwrotu: { $day }.
cancelled-articles = Anulowane produkty

## order.refunded

refunded-subject = Zwrot { $amount } za zamówienie { $order }
refunded-preheader-to-by = Forma zwrotu: { $method }. Przewidywany termin: { $day }.
refunded-preheader-to = Pieniądze są już w drodze. Forma zwrotu: { $method }.
refunded-preheader-by = Pieniądze są już w drodze. Przewidywany termin: { $day }.
refunded-preheader = Pieniądze są już w drodze.
refunded-heading = Zwrot pieniędzy w drodze
refunded-in-full = Zwróciliśmy całą kwotę za Twoje zamówienie { $order }.
refunded-rest = Zwróciliśmy pozostałą kwotę za Twoje zamówienie { $order }. Tym samym zwrot obejmuje już całe zamówienie.
refunded-part = Zwróciliśmy część kwoty za Twoje zamówienie { $order }.
refunded-amount = Zwróciliśmy { $amount } za Twoje zamówienie { $order }.
refund-amount = Kwota zwrotu
refund-to = Forma zwrotu
refund-expected-by = Przewidywany termin
refund-order-total = Wartość zamówienia
refunded-note-with-day = To, kiedy pieniądze pojawią się na koncie, zależy od Twojego banku. Jeśli nie dotrą w podanym terminie, napisz do nas.
refunded-note = To, kiedy pieniądze pojawią się na koncie, zależy od Twojego banku. Jeśli nie dotrą w ciągu dwóch tygodni, napisz do nas.

## order.withdrawal_received

withdrawal-subject = Otrzymaliśmy Twoje oświadczenie o odstąpieniu od umowy – zamówienie { $order }
withdrawal-preheader-with-time = Data otrzymania: { $time }.
withdrawal-preheader = Oto potwierdzenie otrzymania.
withdrawal-heading = Otrzymaliśmy Twoje oświadczenie o odstąpieniu od umowy
withdrawal-lead = Potwierdzamy otrzymanie Twojego oświadczenia o odstąpieniu od umowy dotyczącej zamówienia { $order }.
withdrawal-received-on = Data otrzymania
withdrawal-id = Numer zgłoszenia
withdrawal-content = Treść oświadczenia
withdrawal-articles = Produkty objęte odstąpieniem

## shipment.shipped

shipped-subject =
    { $share ->
        [whole] Twoje zamówienie { $order } jest w drodze
        [part] Część Twojego zamówienia { $order } jest w drodze
       *[parcel] Paczka z zamówienia { $order } jest w drodze
    }
shipped-preheader-with-carrier = Przewidywana dostawa: { $day } ({ $carrier }). { $contents }
shipped-preheader = Przewidywana dostawa: { $day }. { $contents }
shipped-heading =
    { $share ->
        [whole] Twoje zamówienie jest w drodze
        [part] Część Twojego zamówienia jest w drodze
       *[parcel] Twoja paczka jest w drodze
    }
shipped-lead =
    { $share ->
        [whole] Wysłaliśmy Twoje zamówienie { $order } – wszystko w jednej paczce.
        [part] Wysłaliśmy część Twojego zamówienia { $order }. Resztę wyślemy najszybciej, jak to możliwe.
       *[parcel] Wysłaliśmy paczkę z zamówienia { $order }.
    }

## On its way to a place where the customer will pick it up

to-pickup-heading = Twoje zamówienie jest w drodze
to-pickup-lead-with-place =
    { $share ->
        [whole] Twoje zamówienie { $order } jest w drodze do punktu odbioru: { $place }. Damy Ci znać, gdy będzie można je odebrać.
        [part] Część Twojego zamówienia { $order } jest w drodze do punktu odbioru: { $place }. Damy Ci znać, gdy będzie można ją odebrać.
       *[parcel] Paczka z zamówienia { $order } jest w drodze do punktu odbioru: { $place }. Damy Ci znać, gdy będzie można ją odebrać.
    }
to-pickup-lead =
    { $share ->
        [whole] Twoje zamówienie { $order } jest w drodze. Damy Ci znać, gdy będzie można je odebrać.
        [part] Część Twojego zamówienia { $order } jest w drodze. Damy Ci znać, gdy będzie można ją odebrać.
       *[parcel] Paczka z zamówienia { $order } jest w drodze. Damy Ci znać, gdy będzie można ją odebrać.
    }
to-pickup-preheader-with-carrier = Paczka jest w drodze ({ $carrier }). { $contents }
to-pickup-preheader = Paczka jest w drodze. { $contents }

## shipment.updated

updated-subject =
    { $share ->
        [whole] Nowe informacje o dostawie zamówienia { $order }
        [part] Nowe informacje o dostawie części zamówienia { $order }
       *[parcel] Nowe informacje o paczce z zamówienia { $order }
    }
updated-heading = Nowe informacje o Twojej paczce
updated-lead =
    { $share ->
        [whole] Mamy nowe informacje o dostawie Twojego zamówienia { $order }. Poniżej znajdziesz aktualne dane.
        [part] Mamy nowe informacje o dostawie części Twojego zamówienia { $order }. Poniżej znajdziesz aktualne dane.
       *[parcel] Mamy nowe informacje o paczce z zamówienia { $order }. Poniżej znajdziesz aktualne dane.
    }
updated-day-subject =
    { $share ->
        [whole] Nowy termin dostawy zamówienia { $order }
        [part] Nowy termin dostawy części zamówienia { $order }
       *[parcel] Nowy termin dostawy paczki z zamówienia { $order }
    }
updated-day-heading = Nowy termin dostawy
updated-day-lead =
    { $share ->
        [whole] Zmienił się przewidywany termin dostawy Twojego zamówienia { $order }.
        [part] Zmienił się przewidywany termin dostawy części Twojego zamówienia { $order }.
       *[parcel] Zmienił się przewidywany termin dostawy paczki z zamówienia { $order }.
    }
updated-preheader-number-with-carrier = Numer przesyłki: { $number } ({ $carrier }).
updated-preheader-number = Numer przesyłki: { $number }.
updated-preheader-numbers =
    { $count ->
        [one] 1 numer przesyłki.
        [few] { $count } numery przesyłek.
        [many] { $count } numerów przesyłek.
       *[other] { $count } numeru przesyłki.
    }
updated-preheader-carrier = Paczka jest w drodze ({ $carrier }).
updated-preheader-day = Przewidywana dostawa: { $day }.
updated-preheader-pickup = Oto jak odebrać przesyłkę.
updated-preheader-page = Tutaj możesz śledzić przesyłkę.

## shipment.delayed

delayed-subject-with-day =
    { $share ->
        [whole] Opóźnienie zamówienia { $order } – nowy termin: { $day }
        [part] Opóźnienie części zamówienia { $order } – nowy termin: { $day }
       *[parcel] Opóźnienie paczki z zamówienia { $order } – nowy termin: { $day }
    }
delayed-subject =
    { $share ->
        [whole] Twoje zamówienie { $order } się opóźni
        [part] Część Twojego zamówienia { $order } się opóźni
       *[parcel] Paczka z zamówienia { $order } się opóźni
    }
delayed-preheader = Przepraszamy. { $contents }
delayed-heading = Twoja paczka dotrze później
delayed-lead =
    { $share ->
        [whole] Przepraszamy – Twoje zamówienie { $order } dotrze później, niż zapowiadaliśmy.
        [part] Przepraszamy – część Twojego zamówienia { $order } dotrze później, niż zapowiadaliśmy.
       *[parcel] Przepraszamy – paczka z zamówienia { $order } dotrze później, niż zapowiadaliśmy.
    }
delayed-lead-without-day =
    { $share ->
        [whole] Przepraszamy – Twoje zamówienie { $order } dotrze później, niż zapowiadaliśmy. Nie znamy jeszcze nowego terminu dostawy.
        [part] Przepraszamy – część Twojego zamówienia { $order } dotrze później, niż zapowiadaliśmy. Nie znamy jeszcze nowego terminu dostawy.
       *[parcel] Przepraszamy – paczka z zamówienia { $order } dotrze później, niż zapowiadaliśmy. Nie znamy jeszcze nowego terminu dostawy.
    }
delayed-new-day = Nowy termin dostawy
delayed-note-with-day = Nie musisz nic robić. Jeśli nowy termin Ci nie odpowiada, napisz do nas – sprawdzimy, co da się zrobić.
delayed-note = Nie musisz nic robić. Jeśli opóźnienie sprawia Ci kłopot, napisz do nas – sprawdzimy, co da się zrobić.
delayed-articles = Opóźnione produkty

## shipment.out_for_delivery

out-for-delivery-subject =
    { $share ->
        [whole] Twoje zamówienie { $order } dotrze dzisiaj
        [part] Część Twojego zamówienia { $order } dotrze dzisiaj
       *[parcel] Paczka z zamówienia { $order } dotrze dzisiaj
    }
out-for-delivery-preheader-with-carrier = Kurier jest już w drodze ({ $carrier }). { $contents }
out-for-delivery-preheader = Kurier jest już w drodze. { $contents }
out-for-delivery-heading = Twoja paczka dotrze dzisiaj
out-for-delivery-lead =
    { $share ->
        [whole] Kurier wiezie już Twoje zamówienie { $order } i powinien dotrzeć do Ciebie dzisiaj.
        [part] Kurier wiezie już część Twojego zamówienia { $order } i powinien dotrzeć do Ciebie dzisiaj.
       *[parcel] Kurier wiezie już paczkę z zamówienia { $order } i powinien dotrzeć do Ciebie dzisiaj.
    }

## shipment.delivery_attempted

attempted-subject =
    { $share ->
        [whole] Nie udało się doręczyć Twojego zamówienia { $order }
        [part] Nie udało się doręczyć części Twojego zamówienia { $order }
       *[parcel] Nie udało się doręczyć paczki z zamówienia { $order }
    }
attempted-preheader = Następna próba doręczenia: { $day }.
attempted-heading = Nie udało się doręczyć Twojej paczki
attempted-lead-with-carrier =
    { $share ->
        [whole] Przewoźnik { $carrier } próbował doręczyć Twoje zamówienie { $order }, ale bez powodzenia.
        [part] Przewoźnik { $carrier } próbował doręczyć część Twojego zamówienia { $order }, ale bez powodzenia.
       *[parcel] Przewoźnik { $carrier } próbował doręczyć paczkę z zamówienia { $order }, ale bez powodzenia.
    }
attempted-lead =
    { $share ->
        [whole] Nie udało się doręczyć Twojego zamówienia { $order }.
        [part] Nie udało się doręczyć części Twojego zamówienia { $order }.
       *[parcel] Nie udało się doręczyć paczki z zamówienia { $order }.
    }
attempted-next = Następna próba

## shipment.ready_for_pickup

ready-subject =
    { $share ->
        [whole] Twoje zamówienie { $order } czeka na odbiór
        [part] Część Twojego zamówienia { $order } czeka na odbiór
       *[parcel] Paczka z zamówienia { $order } czeka na odbiór
    }
ready-preheader-at-until = Punkt odbioru: { $place }. Ostatni dzień odbioru: { $day }.
ready-preheader-at = Punkt odbioru: { $place }.
ready-preheader-until = Ostatni dzień odbioru: { $day }.
ready-preheader = Zapraszamy po odbiór zamówienia.
ready-heading = Zapraszamy po odbiór zamówienia
ready-lead-with-place =
    { $share ->
        [whole] Twoje zamówienie { $order } czeka na odbiór w punkcie: { $place }.
        [part] Część Twojego zamówienia { $order } czeka na odbiór w punkcie: { $place }.
       *[parcel] Paczka z zamówienia { $order } czeka na odbiór w punkcie: { $place }.
    }
ready-lead =
    { $share ->
        [whole] Twoje zamówienie { $order } czeka na odbiór.
        [part] Część Twojego zamówienia { $order } czeka na odbiór.
       *[parcel] Paczka z zamówienia { $order } czeka na odbiór.
    }
ready-articles = Do odbioru

## shipment.delivered

delivered-subject =
    { $share ->
        [whole] Twoje zamówienie { $order } zostało doręczone
        [part] Część Twojego zamówienia { $order } została doręczona
       *[parcel] Paczka z zamówienia { $order } została doręczona
    }
delivered-heading = Twoja paczka dotarła
delivered-lead-with-carrier =
    { $share ->
        [whole] Przewoźnik { $carrier } doręczył Twoje zamówienie { $order }. Mamy nadzieję, że spełni Twoje oczekiwania.
        [part] Przewoźnik { $carrier } doręczył część Twojego zamówienia { $order }. Mamy nadzieję, że spełni Twoje oczekiwania.
       *[parcel] Przewoźnik { $carrier } doręczył paczkę z zamówienia { $order }. Mamy nadzieję, że jej zawartość spełni Twoje oczekiwania.
    }
delivered-lead =
    { $share ->
        [whole] Otrzymaliśmy informację, że Twoje zamówienie { $order } zostało doręczone. Mamy nadzieję, że spełni Twoje oczekiwania.
        [part] Otrzymaliśmy informację, że część Twojego zamówienia { $order } została doręczona. Mamy nadzieję, że spełni Twoje oczekiwania.
       *[parcel] Otrzymaliśmy informację, że paczka z zamówienia { $order } została doręczona. Mamy nadzieję, że jej zawartość spełni Twoje oczekiwania.
    }
delivered-not-found = Nie możesz znaleźć paczki?
delivered-not-found-help = Sprawdź miejsce, w którym zwykle zostawiane są Twoje przesyłki, i zapytaj sąsiadów. Jeśli paczka się nie znajdzie, coś jest uszkodzone lub czegoś brakuje, napisz do nas.

## shipment.delivered, of what the customer picked up

picked-up-subject =
    { $share ->
        [whole] Twoje zamówienie { $order } zostało odebrane
        [part] Część Twojego zamówienia { $order } została odebrana
       *[parcel] Paczka z zamówienia { $order } została odebrana
    }
picked-up-heading = Potwierdzenie odbioru
picked-up-lead-with-place =
    { $share ->
        [whole] Twoje zamówienie { $order } zostało odebrane w punkcie: { $place }. Mamy nadzieję, że spełni Twoje oczekiwania.
        [part] Część Twojego zamówienia { $order } została odebrana w punkcie: { $place }. Mamy nadzieję, że spełni Twoje oczekiwania.
       *[parcel] Paczka z zamówienia { $order } została odebrana w punkcie: { $place }. Mamy nadzieję, że jej zawartość spełni Twoje oczekiwania.
    }
picked-up-lead =
    { $share ->
        [whole] Twoje zamówienie { $order } zostało odebrane. Mamy nadzieję, że spełni Twoje oczekiwania.
        [part] Część Twojego zamówienia { $order } została odebrana. Mamy nadzieję, że spełni Twoje oczekiwania.
       *[parcel] Paczka z zamówienia { $order } została odebrana. Mamy nadzieję, że jej zawartość spełni Twoje oczekiwania.
    }

## shipment.returned

returned-subject =
    { $share ->
        [whole] Twoje zamówienie { $order } wraca do nas
        [part] Część Twojego zamówienia { $order } wraca do nas
       *[parcel] Paczka z zamówienia { $order } wraca do nas
    }
returned-heading = Twoja paczka wraca do nas
returned-lead =
    { $share ->
        [whole] Twoje zamówienie { $order } wraca do naszego sklepu. Napisz do nas, a ustalimy, co dalej.
        [part] Część Twojego zamówienia { $order } wraca do naszego sklepu. Napisz do nas, a ustalimy, co dalej.
       *[parcel] Paczka z zamówienia { $order } wraca do naszego sklepu. Napisz do nas, a ustalimy, co dalej.
    }
