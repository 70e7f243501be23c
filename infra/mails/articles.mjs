// Drawings of the samples' articles and logos: nothing is fetched, and README's pictures look like a shop's mails.

const GROUND = '#ece7dd';
const DRAWINGS = {
  'lamp-oak': `<path d="M30 20h36l10 30H20z" fill="#f3d9a4"/><path d="M46 50h4v26h-4z" fill="#6b4a2f"/><path d="M34 76h28v5H34z" fill="#4f3622"/>`,
  'mug-moss': `<path d="M64 40h8a10 10 0 0 1 0 22h-8" fill="none" stroke="#65735a" stroke-width="5"/><path d="M26 30h40v38a8 8 0 0 1-8 8H34a8 8 0 0 1-8-8z" fill="#7c8b6f"/>`,
  'blanket-w': `<path d="M20 34h56v38H20z" fill="#cfc3ae"/><path d="M20 44h56M20 54h56M20 64h56" stroke="#b4a68d" stroke-width="3"/><path d="M24 72v8m8-8v8m8-8v8m8-8v8m8-8v8m8-8v8m8-8v8" stroke="#b4a68d" stroke-width="2"/>`,
  pot: `<path d="M70 44l14-8-8 24z" fill="#5f7f8c"/><circle cx="48" cy="54" r="25" fill="#7597a5"/><path d="M36 30h24v5H36z" fill="#5f7f8c"/><circle cx="48" cy="26" r="4" fill="#5f7f8c"/>`,
  yunomi: `<path d="M18 34h26v42H18zM52 34h26v42H52z" fill="#f7f7f5"/><path d="M18 52q6.500 8 13 0t13 0M52 52q6.500 8 13 0t13 0M18 62q6.500 8 13 0t13 0M52 62q6.500 8 13 0t13 0" fill="none" stroke="#3c5f9b" stroke-width="3"/>`,
  furoshiki: `<path d="M48 30q30 6 30 34 0 14-30 14T18 64q0-28 30-34z" fill="#2f4675"/><path d="M48 34l-16-16q14 0 16 12 2-12 16-12z" fill="#415a8e"/>`,
  'oud-30': `<path d="M40 18h16v12H40z" fill="#b08d3f"/><path d="M30 36q18-12 36 0v36q0 8-8 8H38q-8 0-8-8z" fill="#8a4b26"/><path d="M38 52h20v14H38z" fill="#f1e3c4"/>`,
  burner: `<path d="M32 40h32l-6 26H38z" fill="#b58a3c"/><path d="M42 66h12v8H42zM30 74h36v6H30z" fill="#8f6a28"/><path d="M48 34q-8-8 0-16 8-6 2-10" fill="none" stroke="#9a948a" stroke-width="3"/>`,
};

/** What a picture's URL shows: a drawing of the article that its file is named after, or only its ground. */
export function drawingFor(url) {
  const name = new URL(url).pathname.split('/').at(-1).replace(/\.\w+$/, '');
  // As infra/brand.json says of its logo.
  const [width, height] = name.startsWith('logo') ? [110, 32] : [96, 96];
  const size = `viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size}><path d="M0 0h${width}v${height}H0z" fill="${GROUND}"/>${DRAWINGS[name] ?? ''}</svg>`;
}
