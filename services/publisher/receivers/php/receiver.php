<?php
// Receives Waybill's mail events, and puts "customer not reached, call them" on the order of a mail that did not arrive.
//
//   HOOK_SECRET='Bearer …' ORDERS=orders.json php -S 127.0.0.1:3000 receiver.php
//
// Delivery is at least once and in no promised order. So each event is acted on once, by its id, and the answer comes only
// after its effect is on disk: whatever ends before that is delivered again. A file stands in for the shop's database
// here; there, the note and the id belong in one transaction.

declare(strict_types=1);

const NOTE = 'customer not reached, call them';
const MAX_BODY_BYTES = 64 * 1024;

/** The note that an event puts on its order and from when it counts, a note of null, or null: it says nothing. */
function note_of(array $event): ?array
{
    $data = $event['data'];
    // A copy is not the customer's mail.
    if (($data['recipient'] ?? '') !== 'customer') {
        return null;
    }
    return match ($event['type'] ?? '') {
        // An automatic reply counts as a bounce too, so the mail may yet be delivered, until then. That this time passes is
        // no event: what is not kept now is never heard again.
        'mail.bounced' => ['note' => NOTE, 'from' => $data['open_until'] ?? $event['time']],
        'mail.failed' => ['note' => NOTE, 'from' => $event['time']],
        'mail.sent', 'mail.delivered' => ['note' => null, 'from' => $event['time']],
        default => null,
    };
}

/**
 * Acts on an event, once. The state: {seen: {EVENT_ID: time}, notes: {"SHOP/ORDER": {NEWS: {note, from, reason, time}}}}.
 * `note` is null once the news reached the customer. Whoever shows it leaves it out before `from`.
 */
function act(array $state, array $event): array
{
    if (isset($state['seen'][$event['id']])) {
        return $state;
    }
    $order = "{$event['shop']}/{$event['data']['order']['id']}";
    // One entry for the news, whichever address it went to: where a corrected one gets it, the customer is reached.
    $news = trim("{$event['data']['kind']} " . ($event['data']['scope'] ?? ''));
    $note = note_of($event);
    // Events may change places: the newer one counts.
    if ($note !== null && ($state['notes'][$order][$news]['time'] ?? '') <= $event['time']) {
        $state['notes'][$order][$news] = [
            ...$note,
            'reason' => $event['data']['reason'] ?? null,
            'time' => $event['time'],
        ];
    }
    $state['seen'][$event['id']] = $event['time'];
    return $state;
}

/** Reads the state, changes it and writes it back, while nobody else does. A crash leaves the old file or the new one. */
function change(string $file, callable $change): void
{
    $lock = fopen("$file.lock", 'c') ?: throw new RuntimeException('the lock file can\'t be opened');
    flock($lock, LOCK_EX);
    $state = is_file($file)
        ? json_decode((string) file_get_contents($file), true, flags: JSON_THROW_ON_ERROR)
        : ['seen' => [], 'notes' => []];
    $new = json_encode($change($state), JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES | JSON_THROW_ON_ERROR);
    if (file_put_contents("$file.new", $new) !== strlen($new) || !rename("$file.new", $file)) {
        throw new RuntimeException('the file can\'t be written');
    }
    fclose($lock);
}

function receive(): int
{
    if ($_SERVER['REQUEST_METHOD'] !== 'POST') {
        return 405;
    }
    $secret = (string) getenv('HOOK_SECRET');
    // EventBridge tries again after a 401, for a day: time to fix the secret. Later, an operator replays the event.
    if ($secret !== '' && !hash_equals($secret, $_SERVER['HTTP_AUTHORIZATION'] ?? '')) {
        return 401;
    }
    $body = (string) file_get_contents('php://input', length: MAX_BODY_BYTES + 1);
    $event = json_decode($body, true);
    if (strlen($body) > MAX_BODY_BYTES || !is_string($event['id'] ?? null) || !isset($event['data']['order']['id'])) {
        return 400;
    }
    change((string) (getenv('ORDERS') ?: 'orders.json'), fn (array $state) => act($state, $event));
    return 204;
}

try {
    http_response_code(receive());
} catch (Throwable $error) {
    // Whatever is wrong here may pass: with 500, the event comes again.
    error_log($error->getMessage());
    http_response_code(500);
}
