<?php

// Publishes order events to Waybill: by HTTP with SigV4 or a webhook's signature, or on EventBridge's bus.
//
// PHP 8.1 or later with the curl extension, and no package: SigV4 is written out here. Where the AWS SDK for PHP is
// installed, Aws\Signature\SignatureV4 and Aws\EventBridge\EventBridgeClient do the same. Copy what you need of it.
//
//     php waybill.php iam|webhook|bus < outbox.jsonl
//
// takes the rows of an outbox, {"id": ..., "body": ...} a line, and prints what became of each. How an outbox is
// written, and why: README.md beside this folder.

declare(strict_types=1);

const ATTEMPTS = 6;
const FIRST_PAUSE = 0.5, LONGEST_PAUSE = 20.0, TIMEOUT = 10; // seconds
const MEDIA_TYPE = 'application/cloudevents+json';

/**
 * A row of the outbox, written in the transaction that changed the order. Every attempt sends the same bytes under the
 * same id: what was stored already is answered as a duplicate, and nobody is mailed twice.
 */
final class Row
{
    public function __construct(public readonly string $id, public readonly string $body) {}
}

enum Outcome: string
{
    case Stored = 'stored'; // delete the row
    case Refused = 'refused'; // no attempt will change that: keep the row, and tell somebody
    case Later = 'later'; // keep the row; the next run sends it again
}

function note(Row $row, string $text): void
{
    fwrite(STDERR, "row {$row->id}: $text\n");
}

/**
 * Attempts until the outcome is known, with pauses that grow, each of a random length: clients that failed together do
 * not come back together.
 *
 * @param callable(): array{Outcome, string, int} $attempt the outcome, why, and the shortest pause in seconds
 */
function until_known(Row $row, callable $attempt): Outcome
{
    for ($number = 1; ; $number++) {
        [$outcome, $why, $at_least] = $attempt();
        if ($outcome !== Outcome::Later || $number === ATTEMPTS) {
            return $outcome;
        }
        $most = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** $number);
        $pause = max($at_least, random_int(0, (int) ($most * 1000)) / 1000);
        note($row, sprintf('attempt %d failed (%s); again in %.1f s', $number, $why, $pause));
        usleep((int) ($pause * 1_000_000));
    }
}

/**
 * One request. Status 0: there was no answer.
 *
 * @param array<string, string> $headers
 * @return array{int, string, array<string, string>} status, body, headers
 */
function request(string $url, string $body, array $headers): array
{
    $answered = [];
    $curl = curl_init($url);
    curl_setopt_array($curl, [
        CURLOPT_POSTFIELDS => $body,
        CURLOPT_HTTPHEADER => array_map(fn ($name) => "$name: {$headers[$name]}", array_keys($headers)),
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_TIMEOUT => TIMEOUT,
        CURLOPT_HEADERFUNCTION => function ($curl, string $line) use (&$answered): int {
            [$name, $value] = explode(':', $line, 2) + [1 => ''];
            $answered[strtolower($name)] = trim($value);
            return strlen($line);
        },
    ]);
    $text = curl_exec($curl);
    $status = $text === false ? 0 : curl_getinfo($curl, CURLINFO_RESPONSE_CODE);
    return [$status, (string) $text, $answered];
}

/**
 * Publishes over HTTP.
 *
 * @param callable(string): array<string, string> $sign makes the headers of one attempt
 */
function post(Row $row, string $url, callable $sign): Outcome
{
    return until_known($row, function () use ($row, $url, $sign): array {
        [$status, $text, $headers] = request($url, $row->body, ['content-type' => MEDIA_TYPE] + $sign($row));
        // Without an answer, it was perhaps stored and the answer was lost.
        if ($status === 0 || $status === 429 || $status >= 500) {
            return [Outcome::Later, $status === 0 ? 'no answer' : "$status", (int) ($headers['retry-after'] ?? 0)];
        }
        return [log_answer($row, $status, $text), '', 0];
    });
}

/** Logs what a developer needs, and no more: `source`, `id` and the order's id may hold a customer's address. */
function log_answer(Row $row, int $status, string $text): Outcome
{
    $answer = json_decode($text, true) ?? [];
    if ($status !== 202) {
        note($row, "$status, refused: " . ($answer['title'] ?? ''));
    }
    foreach ($answer['errors'] ?? [] as $error) {
        note($row, "{$error['pointer']}: {$error['detail']}");
    }
    foreach ($answer['results'] ?? [] as $result) {
        note($row, "{$result['result']}, correlation id " . ($result['correlation_id'] ?? 'none'));
        foreach ($result['warnings'] ?? [] as $warning) {
            note($row, "{$warning['pointer']}: {$warning['detail']}");
        }
    }
    return $status === 202 ? Outcome::Stored : Outcome::Refused;
}

/**
 * Headers with a SigV4 signature: https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html. The
 * path is signed as it is, so it must need no escaping; there must be no query. Signed anew for each attempt, since a
 * signature counts for five minutes and credentials are renewed.
 *
 * @param array<string, string> $headers in lower case
 * @return array<string, string>
 */
function sigv4(string $service, string $url, string $body, array $headers): array
{
    $parts = parse_url($url);
    $region = getenv('AWS_REGION');
    $now = gmdate('Ymd\THis\Z');
    $headers['host'] = $parts['host'] . (isset($parts['port']) ? ":{$parts['port']}" : '');
    $headers['x-amz-date'] = $now;
    if (getenv('AWS_SESSION_TOKEN')) {
        $headers['x-amz-security-token'] = getenv('AWS_SESSION_TOKEN');
    }
    ksort($headers);
    $names = implode(';', array_keys($headers));
    $lines = implode('', array_map(fn ($name) => "$name:{$headers[$name]}\n", array_keys($headers)));
    $canonical = implode("\n", ['POST', $parts['path'] ?? '/', '', $lines, $names, hash('sha256', $body)]);
    $scope = implode('/', [substr($now, 0, 8), $region, $service, 'aws4_request']);
    $to_sign = implode("\n", ['AWS4-HMAC-SHA256', $now, $scope, hash('sha256', $canonical)]);
    $key = 'AWS4' . getenv('AWS_SECRET_ACCESS_KEY');
    foreach (explode('/', $scope) as $part) {
        $key = hash_hmac('sha256', $part, $key, true);
    }
    $signature = hash_hmac('sha256', $to_sign, $key);
    $credential = getenv('AWS_ACCESS_KEY_ID') . "/$scope";
    $headers['authorization'] = "AWS4-HMAC-SHA256 Credential=$credential, SignedHeaders=$names, Signature=$signature";
    return $headers;
}

/**
 * Headers of Standard Webhooks: the id is the row's in every attempt, the time is that of the attempt.
 *
 * @return array<string, string>
 */
function webhook(Row $row, string $secret): array
{
    $key = base64_decode(preg_replace('/^whsec_/', '', $secret));
    $at = (string) time();
    $signature = base64_encode(hash_hmac('sha256', "{$row->id}.$at.{$row->body}", $key, true));
    return ['webhook-id' => $row->id, 'webhook-timestamp' => $at, 'webhook-signature' => "v1,$signature"];
}

/** Publishes on the bus. Nobody waits for intake there: what it refuses is in the inbox's dead-letter queue. */
function put(Row $row, string $bus): Outcome
{
    $event = json_decode($row->body, true);
    $entry = ['EventBusName' => $bus, 'Source' => $event['source'], 'DetailType' => $event['type'], 'Detail' => $row->body];
    $body = json_encode(['Entries' => [$entry]], JSON_THROW_ON_ERROR);
    $url = getenv('AWS_ENDPOINT_URL') ?: 'https://events.' . getenv('AWS_REGION') . '.amazonaws.com';
    return until_known($row, function () use ($row, $body, $url): array {
        $headers = ['content-type' => 'application/x-amz-json-1.1', 'x-amz-target' => 'AWSEvents.PutEvents'];
        [$status, $text] = request("$url/", $body, sigv4('events', "$url/", $body, $headers));
        $answer = json_decode($text, true) ?? [];
        // EventBridge answers 200 also for an entry that it did not take.
        $code = $status === 200 ? ($answer['Entries'][0]['ErrorCode'] ?? '') : ($answer['__type'] ?? "$status");
        if ($code === '') {
            return [Outcome::Stored, '', 0];
        }
        $may_pass = $status === 0 || $status >= 500 || preg_match('/Throttl|^Internal/', $code);
        note($row, "EventBridge did not take it: $code");
        return [$may_pass ? Outcome::Later : Outcome::Refused, $code, 0];
    });
}

/** @return callable(Row): Outcome */
function publisher(string $way): callable
{
    $url = (string) getenv('WAYBILL_URL');
    $signed = fn (Row $row) => sigv4('lambda', $url, $row->body, ['content-type' => MEDIA_TYPE]);
    return match ($way) {
        'iam' => fn (Row $row) => post($row, $url, $signed),
        'webhook' => fn (Row $row) => post($row, $url, fn (Row $row) => webhook($row, (string) getenv('WAYBILL_SECRET'))),
        'bus' => fn (Row $row) => put($row, (string) getenv('WAYBILL_BUS')),
    };
}

$publish = publisher($argv[1]);
while (($line = fgets(STDIN)) !== false) {
    $row = json_decode($line, true, flags: JSON_THROW_ON_ERROR);
    $row = new Row($row['id'], $row['body']);
    echo $row->id, ' ', $publish($row)->value, "\n";
}
