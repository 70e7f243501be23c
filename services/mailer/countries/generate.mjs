// Writes the names of the countries in each language that is named, by the CLDR that Node has:
//
//     node services/mailer/countries/generate.mjs sv
//
// Each line has a code of ISO 3166-1, a space and the name, sorted by code.

import { readFileSync, writeFileSync } from "node:fs";

const contract = new URL("../../../shared/src/contract/countries.rs", import.meta.url);
const codes = readFileSync(contract, "utf8").match(/const CODES: &str = "([^;]*)";/)[1].match(/[A-Z]{2}/g);

// Of these, the longer name is a statement, such as "Hong Kong SAR China" or "Myanmar (Burma)". Of the others, the shorter
// one is an abbreviation.
const SHORT = ["HK", "MM", "MO", "PS"];

for (const language of process.argv.slice(2)) {
  const names = (style) => new Intl.DisplayNames([language], { type: "region", style, fallback: "none" });
  const [long, short] = [names("long"), names("short")];
  const lines = codes.map((code) => `${code} ${(SHORT.includes(code) ? short : long).of(code)}\n`);
  writeFileSync(new URL(`${language}.txt`, import.meta.url), lines.join(""));
}
