/** Texts of 50 MB that cost a JSON parser the most, made without costing much themselves. */

export const LARGE_BYTES = 50 * 1024 * 1024;

/** A large text by its name. */
export const LARGE_TEXTS: Readonly<Record<string, () => string>> = {
  "one text": () => quoted(repeated("x")),
  "one text of escapes": () => quoted(repeated("\\u0041")),
  "one number": () => repeated("9"),
  "no JSON": () => repeated("x"),
  "lists in each other": () => repeated("[", 0.5) + repeated("]", 0.5),
  "lists that never end": () => repeated("["),
  "objects in each other": () => `${repeated('{"a":', 5 / 6)}1${repeated("}", 1 / 6)}`,
  "prototypes in each other": () => repeated('{"__proto__":'),
  "a list of numbers": () => `[${repeated("0,")}0]`,
  "a list of short texts": () => `[${repeated('"xxxxxxxxxx",')}0]`,
  "a list of objects": () => `[${repeated("{},")}0]`,
  "a list of prototypes": () => `[${repeated('{"__proto__":{"polluted":true},"constructor":{"polluted":"x"}},')}0]`,
  "an object of many keys": () => keys(Number.POSITIVE_INFINITY),
  "objects of many keys each": () => `[${keys(5_000)}]`,
};

/** @param part of the 50 MB */
function repeated(piece: string, part = 1): string {
  return Buffer.alloc(Math.floor((LARGE_BYTES * part) / piece.length) * piece.length, piece).toString("latin1");
}

function quoted(text: string): string {
  return `"${text}"`;
}

/** Objects with so many keys each, all of them different. */
function keys(ofOne: number): string {
  const bytes = Buffer.alloc(LARGE_BYTES);
  let at = bytes.write("{");
  for (let key = 0; at < LARGE_BYTES - 40; key += 1) {
    if (key > 0) at += bytes.write(key % ofOne === 0 ? "},{" : ",", at);
    at += bytes.write(`"k${key}":"v"`, at);
  }
  at += bytes.write("}", at);
  return bytes.toString("latin1", 0, at);
}

/** The same kinds as values, for those who take what a program holds already. */
export const LARGE_VALUES: Readonly<Record<string, () => unknown>> = {
  "one text": () => repeated("x"),
  "lists in each other": () => nested((value) => [value]),
  "objects in each other": () => nested((value) => ({ a: value })),
  "a list of numbers": () => new Array(4_000_000).fill(0),
  "a list of texts": () => new Array(4_000_000).fill("xxxxxxxxxx"),
  "a list of one object": () => new Array(4_000_000).fill({ name: "a", value: "b" }),
  "a list with holes": () => new Array(4_000_000),
  "an object of many keys": () => Object.fromEntries(Array.from({ length: 1_000_000 }, (_, key) => [`k${key}`, "v"])),
  "a list that holds itself": () => {
    const list: unknown[] = [];
    for (let count = 0; count < 1_000; count += 1) list.push(list);
    return list;
  },
};

function nested(wrap: (value: unknown) => unknown): unknown {
  let value: unknown = 1;
  for (let level = 0; level < 2_000_000; level += 1) value = wrap(value);
  return value;
}
