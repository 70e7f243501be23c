// @ts-check
// Publishes order events to Waybill: by HTTP with SigV4 or a webhook's signature, or on EventBridge's bus.
//
// Node 20 or later. A signed webhook needs no package, `iam` and `bus` need those of `npm ci`, which recommend Node 22.
// Copy what you need of it.
//
//     node waybill.mjs iam|webhook|bus < outbox.jsonl
//
// takes the rows of an outbox, {"id": ..., "body": ...} a line, and prints what became of each. How an outbox is
// written, and why: README.md beside this folder.
import { createHmac } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const ATTEMPTS = 6;
const [FIRST_PAUSE, LONGEST_PAUSE, TIMEOUT] = [500, 20_000, 10_000]; // milliseconds
const MEDIA_TYPE = 'application/cloudevents+json';

/**
 * A row of the outbox, written in the transaction that changed the order. Every attempt sends the same bytes under the
 * same id: what was stored already is answered as a duplicate, and nobody is mailed twice.
 * @typedef {{ id: string, body: string }} Row
 *
 * stored: delete the row. refused: no attempt will change that, so keep the row and tell somebody. later: keep the row;
 * the next run sends it again.
 * @typedef {'stored' | 'refused' | 'later'} Outcome
 *
 * @typedef {{ outcome: Outcome, why?: string | number, atLeast?: number }} Attempt
 * @typedef {(row: Row) => Promise<Record<string, string>>} Sign makes the headers of one attempt
 */

const log = (/** @type {object} */ line) => console.error(JSON.stringify(line));

/**
 * Attempts until the outcome is known, with pauses that grow, each of a random length: clients that failed together do
 * not come back together.
 * @param {Row} row @param {() => Promise<Attempt>} attempt @returns {Promise<Outcome>}
 */
async function untilKnown(row, attempt) {
    for (let number = 1; ; number++) {
        const { outcome, why, atLeast = 0 } = await attempt();
        if (outcome !== 'later' || number === ATTEMPTS) return outcome;
        const pause = Math.max(atLeast, Math.random() * Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** number));
        log({ row: row.id, attempt: number, why, againInMs: Math.round(pause) });
        await sleep(pause);
    }
}

/**
 * Publishes over HTTP.
 * @param {Row} row @param {string} url @param {Sign} sign
 */
export function post(row, url, sign) {
    return untilKnown(row, async () => {
        let status, after, text;
        try {
            const headers = { 'content-type': MEDIA_TYPE, ...(await sign(row)) };
            const signal = AbortSignal.timeout(TIMEOUT);
            const answer = await fetch(url, { method: 'POST', body: row.body, headers, signal, redirect: 'manual' });
            [status, after, text] = [answer.status, answer.headers.get('retry-after'), await answer.text()];
        } catch (error) {
            // Perhaps it was stored and the answer was lost.
            const { name, cause } = /** @type {any} */ (error);
            return { outcome: 'later', why: cause?.code ?? name };
        }
        if (status === 429 || status >= 500) {
            return { outcome: 'later', why: status, atLeast: 1000 * (Number(after) || 0) };
        }
        return { outcome: logAnswer(row, status, text) };
    });
}

/**
 * Logs what a developer needs, and no more: `source`, `id` and the order's id may hold a customer's address.
 * @param {Row} row @param {number} status @param {string} text @returns {Outcome}
 */
function logAnswer(row, status, text) {
    let answer;
    try {
        answer = JSON.parse(text);
    } catch {
        answer = {};
    }
    if (status !== 202) log({ row: row.id, status, refused: answer.title });
    for (const { pointer, detail } of answer.errors ?? []) log({ row: row.id, error: pointer, detail });
    for (const result of answer.results ?? []) {
        log({ row: row.id, result: result.result, correlationId: result.correlation_id });
        for (const { pointer, detail } of result.warnings ?? []) log({ row: row.id, warning: pointer, detail });
    }
    return status === 202 ? 'stored' : 'refused';
}

/**
 * Headers for a Function URL; the service is execute-api behind API Gateway. Signed anew for each attempt, since a
 * signature counts for five minutes and credentials are renewed.
 * @param {string} url @param {string} region @returns {Promise<Sign>}
 */
export async function sigv4(url, region, service = 'lambda') {
    const { Sha256 } = await import('@aws-crypto/sha256-js');
    const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
    const { SignatureV4 } = await import('@smithy/signature-v4');
    const signer = new SignatureV4({ credentials: defaultProvider(), region, service, sha256: Sha256 });
    const { protocol, host, hostname, pathname } = new URL(url);
    return async (row) => {
        const headers = { host, 'content-type': MEDIA_TYPE };
        const request = { method: 'POST', protocol, hostname, path: pathname, query: {}, headers, body: row.body };
        const signed = await signer.sign(request);
        delete signed.headers.host; // fetch sets it
        return signed.headers;
    };
}

/**
 * Headers of Standard Webhooks: the id is the row's in every attempt, the time is that of the attempt.
 * @param {string} secret @returns {Sign}
 */
export function webhook(secret) {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    return async (row) => {
        const at = String(Math.floor(Date.now() / 1000));
        const signature = createHmac('sha256', key).update(`${row.id}.${at}.${row.body}`).digest('base64');
        return { 'webhook-id': row.id, 'webhook-timestamp': at, 'webhook-signature': `v1,${signature}` };
    };
}

/**
 * Publishes on the bus. Nobody waits for intake there: what it refuses is in the inbox's dead-letter queue.
 * @param {Row} row @param {string} bus
 * @param {import('@aws-sdk/client-eventbridge').EventBridgeClient} events made with maxAttempts: 1
 */
export async function put(row, bus, events) {
    const { PutEventsCommand } = await import('@aws-sdk/client-eventbridge');
    const event = JSON.parse(row.body);
    const entry = { EventBusName: bus, Source: event.source, DetailType: event.type, Detail: row.body };
    return untilKnown(row, async () => {
        try {
            const abortSignal = AbortSignal.timeout(TIMEOUT);
            const answer = await events.send(new PutEventsCommand({ Entries: [entry] }), { abortSignal });
            // EventBridge answers 200 also for an entry that it did not take.
            const why = answer.Entries?.[0]?.ErrorCode;
            if (!why) return { outcome: 'stored' };
            log({ row: row.id, notTaken: why });
            return { outcome: mayPass(why, 400) ? 'later' : 'refused', why };
        } catch (error) {
            const { name, $metadata } = /** @type {any} */ (error);
            // No status: there was no answer.
            const outcome = mayPass(name, $metadata?.httpStatusCode ?? 503) ? 'later' : 'refused';
            if (outcome === 'refused') log({ row: row.id, refused: name });
            return { outcome, why: name };
        }
    });
}

/** @param {string} code @param {number} status */
const mayPass = (code, status) => status >= 500 || code.includes('Throttl') || code.startsWith('Internal');

/** @param {string} way @returns {Promise<(row: Row) => Promise<Outcome>>} */
async function publisher(way) {
    const { WAYBILL_URL: url = '', WAYBILL_SECRET = '', WAYBILL_BUS = '', AWS_REGION = '' } = process.env;
    if (way === 'bus') {
        const { EventBridgeClient } = await import('@aws-sdk/client-eventbridge');
        const events = new EventBridgeClient({ maxAttempts: 1 }); // the attempts are counted here
        return (row) => put(row, WAYBILL_BUS, events);
    }
    const sign = way === 'iam' ? await sigv4(url, AWS_REGION) : webhook(WAYBILL_SECRET);
    return (row) => post(row, url, sign);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
    const publish = await publisher(process.argv[2]);
    for await (const line of createInterface({ input: process.stdin })) {
        const row = JSON.parse(line);
        console.log(row.id, await publish(row));
    }
}
