/**
 * Statement ids (`ORD-4`) in the places where they stand: the specification's bullet lines, the titles of tests, and
 * the table of statements that are argued away.
 */

const ID = "[A-Z]+-\\d+";
const BULLET = new RegExp(`^\\s*- (${ID})\\b`, "gm");
/** A text that begins with ids: `ORD-4: …`, `DG-6, DG-9: …`, `DC-60 to DC-64: …`, or, as a table's first column, `MT-20`. */
const TITLE = new RegExp(`(["'\`])(${ID}(?:(?:, | and | to )${ID})*)(?=:|\\1)`, "g");
const ROW = new RegExp(`^\\|\\s*(${ID}(?:(?:, | and | to )${ID})*)\\s*\\|([^|]*)\\|`, "gm");

/** @param {string} markdown @returns {string[]} in the order of the text, each once */
export function idsInSpec(markdown) {
  return unique([...markdown.matchAll(BULLET)].map(([, id = ""]) => id));
}

/** Part 11 of the older specification, the one that lists statements. @param {string} markdown */
export function checklistOf(markdown) {
  const begin = markdown.search(/^## 11\. /m);
  const end = markdown.search(/^## 12\. /m);
  return begin < 0 ? "" : markdown.slice(begin, end < 0 ? undefined : end);
}

/** @param {string} source of a test file @returns {string[]} */
export function idsInTitles(source) {
  return unique([...source.matchAll(TITLE)].flatMap(([, , list = ""]) => expand(list)));
}

/** @param {string} markdown with a table `| id | reason |` @returns {Map<string, string>} reasons by id */
export function arguedAway(markdown) {
  const reasons = new Map();
  for (const [, list = "", reason = ""] of markdown.matchAll(ROW)) {
    for (const id of expand(list)) reasons.set(id, reason.trim());
  }
  return reasons;
}

/** `DC-60 to DC-62, DC-70` names four ids. @param {string} list @returns {string[]} */
export function expand(list) {
  return list.split(/, | and /).flatMap((part) => {
    const [from = "", to = from] = part.split(" to ");
    const [prefix, first] = [prefixOf(from), numberOf(from)];
    const count = prefixOf(to) === prefix ? numberOf(to) - first + 1 : 0;
    return Array.from({ length: count }, (_, index) => `${prefix}-${first + index}`);
  });
}

/** @param {string} id @returns {string} `ORD` of `ORD-4` */
export function prefixOf(id) {
  return id.slice(0, id.indexOf("-"));
}

/** @param {string} id */
function numberOf(id) {
  return Number(id.slice(id.indexOf("-") + 1));
}

/** @param {readonly string[]} ids */
function unique(ids) {
  return [...new Set(ids)];
}
