// Which mails are looked at, and how closely: all languages together take a few minutes on two processors.

// All mails are looked at in the default language and in one that is written from right to left.
const THOROUGH = ['en', 'ar'];
// Of a long order, its size matters: what it looks like is seen of these.
const LONG = ['order.confirmed', 'shipment.shipped'];
// In other languages, axe looks at these kinds alone: the structure of a mail is that of the default language's.
const AUDITED_EVERYWHERE = ['order.confirmed', 'order.updated', 'shipment.shipped', 'shipment.ready_for_pickup'];

export const SAMPLING = `Looked at: all mails in ${THOROUGH.join(' and ')}; in other languages the longest and the shortest \
of each kind, by axe those of ${AUDITED_EVERYWHERE.length} kinds. Sizes: all mails.`;

/**
 * Chooses from what `checked_mails` lists in index.json.
 *
 * @returns {{mail: object, isAudited: boolean}[]} each mail to be looked at, and whether by axe as well
 */
export function plan(index) {
  const isOfThorough = (mail) => THOROUGH.includes(mail.language);
  const extremes = new Set(byKindAndLanguage(index).flatMap(longestAndShortest));
  return index
    .filter((mail) => mail.group !== 'long' || LONG.includes(mail.kind))
    .filter((mail) => isOfThorough(mail) || mail.group === 'picture' || extremes.has(mail))
    .map((mail) => ({ mail, isAudited: isOfThorough(mail) || AUDITED_EVERYWHERE.includes(mail.kind) }));
}

function byKindAndLanguage(index) {
  const groups = new Map();
  for (const mail of index.filter(({ group }) => group === 'sample')) {
    const key = `${mail.kind} ${mail.language}`;
    groups.set(key, [...(groups.get(key) ?? []), mail]);
  }
  return [...groups.values()];
}

function longestAndShortest(mails) {
  const sorted = [...mails].sort((a, b) => a.html_bytes - b.html_bytes);
  return [sorted[0], sorted.at(-1)];
}
