// The mailbox of waybill-local, for a shop's own tests. Node 20 or later, and no package.
//
//     const [mail] = await mails(1, { order: '7001', kind: 'order.confirmed' });
//     assert.match(mail.subject, /7001/);
//
//     node mailbox.mjs COUNT FILTER=VALUE...    prints them
import { pathToFileURL } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';

const { WAYBILL_URL = 'http://127.0.0.1:8080' } = process.env;

/**
 * Waits until the mailbox has this many mails that match: by order, shop, kind, to, state or q. Fails if it has more, or
 * not so many in time. That no further mail comes it cannot know: publish another order after the first, wait for its
 * mail, and ask again.
 * @param {number} count @param {Record<string, string>} filters
 */
export async function mails(count, filters, seconds = 30) {
    const until = Date.now() + 1000 * seconds;
    for (;;) {
        const answer = await fetch(`${WAYBILL_URL}/mail.json?${new URLSearchParams(filters)}`);
        const { mails: found, detail } = await answer.json();
        if (!found) throw new Error(detail);
        if (found.length === count) return found;
        if (found.length > count || Date.now() > until) {
            throw new Error(`expected ${count} mails (${JSON.stringify(filters)}), and there are ${found.length}`);
        }
        await sleep(100);
    }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
    const [, , count, ...filters] = process.argv;
    console.log(JSON.stringify(await mails(Number(count), Object.fromEntries(filters.map((word) => word.split('='))))));
}
