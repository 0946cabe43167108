/**
 * Is a JSON text too costly to be parsed? This is asked before it is parsed: some 40 MB of brackets become gigabytes of
 * lists, and a heap that is full ends the whole process, whatever is caught.
 */

export type JsonBounds = {
  readonly levels: number;
  /** Of one object. */
  readonly members: number;
  /** Characters for each value on average. Texts that are short may be denser. */
  readonly charactersPerValue: number;
};

const SHORT_CHARACTERS = 1_048_576;

const QUOTE = '"'.charCodeAt(0);
const BACKSLASH = "\\".charCodeAt(0);
const COMMA = ",".charCodeAt(0);
const LIST = "[".charCodeAt(0);
const LIST_END = "]".charCodeAt(0);
const OBJECT = "{".charCodeAt(0);
const OBJECT_END = "}".charCodeAt(0);

/** What is too much, as the end of a message: `it is nested more than 64 levels deep`. What is no JSON may pass. */
export function jsonExcess(text: string, bounds: JsonBounds): string | undefined {
  const values = new ValueCounter(text, bounds);
  // Up to the first fault this sees what the parser sees, and the parser goes no further.
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfText(text, at);
    else if (code === COMMA) values.next();
    else if (code === LIST || code === OBJECT) values.open(code === OBJECT);
    else if (code === LIST_END || code === OBJECT_END) values.close();
    if (values.excess !== undefined) return values.excess;
  }
  return undefined;
}

class ValueCounter {
  excess: string | undefined;
  readonly #bounds: JsonBounds;
  readonly #maxValues: number;
  /** Members so far of the objects that are open; lists have no such bound. */
  readonly #members: number[] = [];
  #values = 0;

  constructor(text: string, bounds: JsonBounds) {
    this.#bounds = bounds;
    this.#maxValues = Math.max(text.length, SHORT_CHARACTERS) / bounds.charactersPerValue;
  }

  open(isObject: boolean): void {
    this.#members.push(isObject ? 1 : Number.NEGATIVE_INFINITY);
    this.#count();
    if (this.#members.length > this.#bounds.levels) {
      this.excess = `it is nested more than ${this.#bounds.levels} levels deep`;
    }
  }

  close(): void {
    this.#members.pop();
  }

  next(): void {
    this.#count();
    const top = this.#members.length - 1;
    const members = (this.#members[top] ?? 0) + 1;
    if (top >= 0) this.#members[top] = members;
    if (members > this.#bounds.members) this.excess = `an object has more than ${this.#bounds.members} members`;
  }

  #count(): void {
    this.#values += 1;
    if (this.#values > this.#maxValues) this.excess = `it holds more than ${Math.floor(this.#maxValues)} values`;
  }
}

/** Where the text value that begins at `open` ends. */
function endOfText(text: string, open: number): number {
  for (let at = text.indexOf('"', open + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    if (!isEscaped(text, at)) return at;
  }
  return text.length;
}

function isEscaped(text: string, at: number): boolean {
  let slashes = 0;
  while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes += 1;
  return slashes % 2 === 1;
}
