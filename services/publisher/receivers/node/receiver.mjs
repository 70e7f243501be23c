// Receives Waybill's mail events, and puts "customer not reached, call them" on the order of a mail that did not arrive.
//
//   HOOK_SECRET='Bearer …' ORDERS=orders.json node receiver.mjs 3000
//
// Delivery is at least once and in no promised order. So each event is acted on once, by its id, and the answer comes only
// after its effect is on disk: whatever ends before that is delivered again. A file stands in for the shop's database
// here; there, the note and the id belong in one transaction.

import { timingSafeEqual } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";

const NOTE = "customer not reached, call them";
const MAX_BODY_BYTES = 64 * 1024;
const file = process.env.ORDERS ?? "orders.json";
const secret = process.env.HOOK_SECRET ?? "";

/**
 * `{ seen: { EVENT_ID: time }, notes: { "SHOP/ORDER": { NEWS: { note, from, reason, time } } } }`
 *
 * `note` is null once the news reached the customer. Whoever shows it leaves it out before `from`.
 */
function load() {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return { seen: {}, notes: {} };
    throw error;
  }
}

/** A crash leaves the old file or the new one. */
function save(state) {
  writeFileSync(`${file}.new`, JSON.stringify(state, null, 2), { flush: true });
  renameSync(`${file}.new`, file);
}

/** The note that an event puts on its order and from when it counts, a note of null, or undefined: it says nothing. */
function noteOf({ type, time, data }) {
  // A copy is not the customer's mail.
  if (data.recipient !== "customer") return undefined;
  switch (type) {
    case "mail.bounced":
      // An automatic reply counts as a bounce too, so the mail may yet be delivered, until then. That this time passes is
      // no event: what is not kept now is never heard again.
      return { note: NOTE, from: data.open_until ?? time };
    case "mail.failed":
      return { note: NOTE, from: time };
    case "mail.sent":
    case "mail.delivered":
      return { note: null, from: time };
    default:
      return undefined;
  }
}

/** Acts on an event, once. */
export function act(state, event) {
  if (state.seen[event.id]) return;
  const order = `${event.shop}/${event.data.order.id}`;
  // One entry for the news, whichever address it went to: where a corrected one gets it, the customer is reached.
  const news = `${event.data.kind} ${event.data.scope ?? ""}`.trim();
  const note = noteOf(event);
  // Events may change places: the newer one counts.
  if (note && !(state.notes[order]?.[news]?.time > event.time)) {
    (state.notes[order] ??= {})[news] = { ...note, reason: event.data.reason ?? null, time: event.time };
  }
  state.seen[event.id] = event.time;
}

function isAuthorized(header = "") {
  const [given, expected] = [Buffer.from(header), Buffer.from(secret)];
  return given.length === expected.length && timingSafeEqual(given, expected);
}

async function body(request) {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) {
    text += chunk;
    if (text.length > MAX_BODY_BYTES) throw new RangeError("the body is too large");
  }
  return JSON.parse(text);
}

async function receive(request) {
  if (request.method !== "POST") return 405;
  // EventBridge tries again after a 401, for a day: time to fix the secret. Later, an operator replays the event.
  if (secret && !isAuthorized(request.headers.authorization)) return 401;
  let event;
  try {
    event = await body(request);
    if (typeof event.id !== "string" || !event.data?.order) return 400;
  } catch {
    return 400;
  }
  // No await from here to the answer: two events never change the file at once.
  const state = load();
  act(state, event);
  save(state);
  return 204;
}

const server = createServer(async (request, response) => {
  let status = 500;
  try {
    status = await receive(request);
  } catch (error) {
    // Whatever is wrong here may pass: with 500, the event comes again.
    console.error(error.message);
  }
  response.writeHead(status).end();
});

server.listen(Number(process.argv[2] ?? 3000), "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${server.address().port}/`);
});
