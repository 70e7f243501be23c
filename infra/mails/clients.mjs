// What mail clients support of the HTML and CSS that the mails use, by the data of caniemail.com.

import { readFileSync } from 'node:fs';

import { load } from './tools.mjs';

const FEATURES = new Map(load('caniemail/caniemail.json').data.map((feature) => [feature.slug, feature]));
const { unsupported: UNSUPPORTED, untested: UNTESTED } = JSON.parse(
  readFileSync(new URL('exceptions.json', import.meta.url), 'utf8'),
);

const ELEMENTS = { h1: 'html-h1-h6', h2: 'html-h1-h6', ul: 'html-lists', ol: 'html-lists', dl: 'html-lists' };
const AT_RULES = [
  [/@media/, 'css-at-media'],
  [/prefers-color-scheme/, 'css-at-media-prefers-color-scheme'],
  [/@font-face/, 'css-at-font-face'],
  [/@import/, 'css-at-import'],
  [/@supports/, 'css-at-supports'],
  [/@keyframes/, 'css-at-keyframes'],
];
const SELECTORS = [
  [/\.[\w-]/, 'css-selector-class'],
  [/#[\w-]/, 'css-selector-id'],
  [/\[/, 'css-selector-attribute'],
  [/(^|[\s>+~])[a-z]/, 'css-selector-type'],
  [/\*/, 'css-selector-universal'],
  [/,/, 'css-selector-grouping'],
  [/[\w\])]\s+[\w.#[*]/, 'css-selector-descendant'],
  [/>/, 'css-selector-child'],
  [/\+/, 'css-selector-adjacent-sibling'],
  [/~/, 'css-selector-general-sibling'],
  [/[\w\])][.[#]/, 'css-selector-chaining'],
];
const VALUES = [
  [/!important/, 'css-important'],
  [/\d%/, 'css-unit-percent'],
  [/var\(/, 'css-variables'],
  [/calc\(/, 'css-unit-calc'],
  [/rgba\(/, 'css-rgba'],
  [/rgb\(/, 'css-rgb'],
  ...['linear', 'radial', 'conic'].map((kind) => [new RegExp(`${kind}-gradient\\(`), `css-${kind}-gradient`]),
  ...['ch', 'cm', 'em', 'ex', 'in', 'mm', 'pc', 'pt', 'px', 'rem', 'vh', 'vmax', 'vmin', 'vw'].map((unit) => [
    new RegExp(`\\d${unit}\\b`),
    `css-unit-${unit}`,
  ]),
];

/** Collects what a mail is written with. Runs in the page. */
export function markupOf() {
  const elements = [...document.querySelectorAll('*')];
  const links = [...document.links].map((link) => link.protocol);
  return {
    elements: [...new Set(elements.map((element) => element.localName))],
    attributes: [...new Set(elements.flatMap((element) => element.getAttributeNames()))],
    styles: [...new Set(elements.map((element) => element.getAttribute('style')).filter(Boolean))],
    sheets: [...document.querySelectorAll('style')].map((style) => style.textContent),
    special: [links.includes('mailto:') && 'html-mailto-links', document.doctype && 'html-doctype'].filter(Boolean),
  };
}

/** The features that `markup` uses, as caniemail.com names them; what it does not know is named as in the mail. */
export function featuresOf({ elements, attributes, styles, sheets, special }) {
  const used = new Set(special);
  const rules = sheets.flatMap((sheet) => [...sheet.matchAll(/([^{}]*)\{([^{}]*)\}/g)]);
  for (const name of elements) used.add(known(ELEMENTS[name] ?? `html-${name}`) ?? `<${name}>`);
  for (const name of attributes) used.add(known(`html-${name}`) ?? `${name}=`);
  for (const sheet of sheets) addMatches(used, AT_RULES, sheet);
  for (const [, selector, body] of rules) {
    addMatches(used, SELECTORS, selector.trim());
    for (const [pseudo] of selector.matchAll(/::?[a-z-]+/g)) {
      used.add(known(`css-pseudo-class-${pseudo.slice(1)}`) ?? pseudo);
    }
    addDeclarations(used, body);
  }
  for (const style of styles) addDeclarations(used, style);
  return used;
}

function addDeclarations(used, declarations) {
  for (const declaration of declarations.split(';').filter((part) => part.includes(':'))) {
    const [property, value] = declaration.split(/:(.*)/s).map((part) => part.trim());
    used.add(featureOfProperty(property) ?? `${property}:`);
    const pair = known(`css-${property}-${value.replace('!important', '')}`);
    if (pair) used.add(pair);
    addMatches(used, VALUES, value);
  }
}

/** `padding-left` is tested as `padding`; but `font-family` is not the shorthand `font`. */
function featureOfProperty(property) {
  for (let name = property; name && name !== 'font'; name = name.replace(/-?[^-]*$/, '')) {
    if (known(`css-${name}`)) return `css-${name}`;
  }
  return undefined;
}

function addMatches(used, patterns, text) {
  for (const [pattern, feature] of patterns) if (pattern.test(text)) used.add(feature);
}

function known(slug) {
  return FEATURES.has(slug) ? slug : undefined;
}

/** The clients whose newest tested version does not, or not wholly, support a feature. */
function withoutSupport(feature) {
  const clients = Object.entries(feature.stats).flatMap(([family, platforms]) =>
    Object.entries(platforms).map(([platform, versions]) => [`${family} ${platform}`, Object.values(versions).at(-1)]),
  );
  return clients.filter(([, support]) => /^[na]/.test(support)).map(([client]) => client);
}

/** Features that not every client supports and that exceptions.json does not list, and needless ones that it lists. */
export function clientProblems(used) {
  const problems = [];
  for (const name of used) {
    const feature = FEATURES.get(name);
    const clients = feature ? withoutSupport(feature) : [];
    if (clients.length > 0 && !UNSUPPORTED[name]) {
      problems.push(`${feature.title} (${name}) is not wholly supported by ${clients.join(', ')}: ${feature.url}`);
    }
    if (!feature && !Object.values(UNTESTED).flat().includes(name)) {
      problems.push(`caniemail.com has not tested ${name}. Test it, and list it in exceptions.json.`);
    }
  }
  const isNeeded = (name) => used.has(name) && (!FEATURES.has(name) || withoutSupport(FEATURES.get(name)).length > 0);
  const listed = [...Object.keys(UNSUPPORTED), ...Object.values(UNTESTED).flat()];
  const needless = listed.filter((name) => !isNeeded(name));
  return [...problems, ...needless.map((name) => `exceptions.json lists ${name} without need.`)];
}
