/**
 * JSON written down by hand, member by member. Of the texts in the rows of a task most come several times in a row (its
 * ARN, the id of its container, the digest of an image that others use, statuses), and to look one up takes a tenth of what
 * it takes to write it down (docs/performance.md).
 */

/** A power of two. Of 39 texts a task 33 are found. */
const PLACES = 256;
/** A longer one is not kept: it would stay in memory for as long as nobody takes its place. */
const MAX_KEPT = 256;
const texts: string[] = Array.from({ length: PLACES }, () => "");
const jsons: string[] = Array.from({ length: PLACES }, () => '""');

/** Nothing in it is escaped: found out in less than half the time that `JSON.stringify` takes. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** What `JSON.stringify` makes of a text. */
export function jsonOfText(text: string): string {
  const place = placeOf(text);
  if (texts[place] === text) return jsons[place] as string;
  const json = PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
  if (text.length > MAX_KEPT) return json;
  texts[place] = text;
  jsons[place] = json;
  return json;
}

/** Ids and times of one kind are equally long, and differ at their ends. What is before the first character is NaN, and counts as 0. */
function placeOf(text: string): number {
  const { length } = text;
  return (5 * length + text.charCodeAt(length - 1) + 16 * text.charCodeAt(length - 2)) & (PLACES - 1);
}

/** What `JSON.stringify` makes of what can be in a row. @throws {TypeError} when it cannot be written as JSON */
export function jsonOf(value: unknown): string {
  switch (typeof value) {
    case "string":
      return jsonOfText(value);
    case "number":
      return Number.isFinite(value) ? String(value) : "null";
    case "boolean":
      return value ? "true" : "false";
    default:
      return JSON.stringify(value);
  }
}

/** A member and the comma before it; nothing when it is undefined. */
export function jsonMember(name: string, value: unknown): string {
  return value === undefined ? "" : `,"${name}":${jsonOf(value)}`;
}
