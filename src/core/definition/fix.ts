/**
 * What to write instead: changes that a program can make, and the sentence that is made from them. Because the sentence comes
 * from the changes, what is printed is what was tried.
 */

/** Paths are those of findings: `containerDefinitions[1].image`. */
export type Change =
  /** A last index as long as its list adds an entry; objects and lists on the way are made. */
  | { readonly op: "set"; readonly path: string; readonly value: unknown }
  | { readonly op: "remove"; readonly path: string }
  /** The member at `path` gets the name `to`. */
  | { readonly op: "rename"; readonly path: string; readonly to: string }
  /** No change of the file: an option of `berth run`, `plan` and `validate`, with a value that fits. */
  | { readonly op: "option"; readonly option: "--image" | "--volume" | "--set"; readonly value: string };

/** Each of the ways mends it alone. */
export type Ways = readonly (readonly Change[])[];

export type Fix = { readonly text: string; readonly ways: Ways };

const SHOWN_MAX = 120;

/** A value as one would type it into the file. */
function literal(value: unknown): string {
  const json = spaced(value);
  return json.length > SHOWN_MAX ? `${json.slice(0, SHOWN_MAX)}…` : json;
}

function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}: ${spaced(member)}`);
  return `{${members.join(", ")}}`;
}

function memberOf(path: string): string {
  const last = keysOfPath(path).at(-1);
  return typeof last === "string" ? last : path;
}

/** `Write "awsvpc"`; with several values, any of them will do. */
export function write(path: string, ...values: readonly [unknown, ...unknown[]]): Fix {
  const shown = values.map(literal);
  const last = shown.at(-1) ?? "";
  const list = shown.length < 2 ? last : `${shown.slice(0, -1).join(", ")} or ${last}`;
  return { text: `Write ${list}`, ways: values.map((value) => [{ op: "set", path, value }]) };
}

/** `Write 5 to 300`. */
export function writeBetween(path: string, min: number, max: number): Fix {
  const ways = [min, max].map((value) => [{ op: "set", path, value } as const]);
  return { text: `Write ${min} to ${max}`, ways };
}

/** `Write 0 or more`. */
export function writeAtLeast(path: string, min: number): Fix {
  return { text: `Write ${min} or more`, ways: [[{ op: "set", path, value: min }]] };
}

/** `Write the whole ARN of a secret, as in "arn:…"`: the value is an example of `what`. */
export function writeLike(path: string, what: string, value: unknown): Fix {
  return { text: `Write ${what}, as in ${literal(value)}`, ways: [[{ op: "set", path, value }]] };
}

/** `Add "cpu": "256"`; `to` says where, when that is not the place of the finding. */
export function add(path: string, value: unknown, to?: string): Fix {
  const where = to === undefined ? "" : ` to ${to}`;
  return { text: `Add "${memberOf(path)}": ${literal(value)}${where}`, ways: [[{ op: "set", path, value }]] };
}

/** `Add "family", as in "web"`: the value is an example. */
export function addLike(path: string, value: unknown): Fix {
  return { text: `Add "${memberOf(path)}", as in ${literal(value)}`, ways: [[{ op: "set", path, value }]] };
}

/** `Set "essential": false in "db"`; several paths are several ways. */
export function setIn(path: string, value: unknown, where: string): Fix {
  return { text: `Set "${memberOf(path)}": ${literal(value)} in ${where}`, ways: [[{ op: "set", path, value }]] };
}

/** `Remove it`, or other words for what goes. */
export function remove(path: string, text = "Remove it"): Fix {
  return { text, ways: [[{ op: "remove", path }]] };
}

/** `Write "environment"` in the place of a member's name. */
export function rename(path: string, to: string): Fix {
  return { text: `Write "${to}"`, ways: [[{ op: "rename", path, to }]] };
}

/** `Give one with --image web=REFERENCE`; `value` fills the word in capitals. */
export function option(
  text: string,
  name: "--image" | "--volume" | "--set",
  { key, word, value }: { readonly key: string; readonly word: string; readonly value: string },
): Fix {
  const assignment = /^[\w.:-]+$/.test(key) ? `${key}=${word}` : `'${key}=${word}'`;
  return { text: `${text} ${name} ${assignment}`, ways: [[{ op: "option", option: name, value: `${key}=${value}` }]] };
}

/** Words alone, where what is to be written is known to the author only. */
export function hint(text: string): Fix {
  return { text, ways: [] };
}

/** One or the other. */
export function either(first: Fix, ...others: readonly Fix[]): Fix {
  const texts = others.map(({ text }) => `, or ${lowerFirst(text)}`);
  return { text: first.text + texts.join(""), ways: [first, ...others].flatMap(({ ways }) => ways) };
}

/** All of them at once; each has one way. */
export function together(first: Fix, ...others: readonly Fix[]): Fix {
  const texts = others.map(({ text }) => `, and ${lowerFirst(text)}`);
  return {
    text: first.text + texts.join(""),
    ways: [[first, ...others].flatMap(({ ways }) => ways[0] ?? [])],
  };
}

/** The same fix with a remark behind it. */
export function because(fix: Fix, remark: string): Fix {
  return { ...fix, text: `${fix.text}: ${remark}` };
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

const STEP = /\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|\.?([^.[\]]+)/gy;

/** The keys of a path as findings spell it. */
export function keysOfPath(path: string): (string | number)[] {
  return [...path.matchAll(STEP)].map(([, index, quoted, plain]) => {
    if (index !== undefined) return Number(index);
    return quoted === undefined ? (plain ?? "") : String(JSON.parse(`"${quoted}"`));
  });
}

/** A copy of `document` with the changes made to it; options change nothing. */
export function applyChanges(document: unknown, changes: readonly Change[]): unknown {
  return changes.reduce<unknown>((changed, change) => {
    if (change.op === "option") return changed;
    return edit(changed, keysOfPath(change.path), change);
  }, document);
}

type Edit = Exclude<Change, { readonly op: "option" }>;

function edit(node: unknown, [key, ...rest]: readonly (string | number)[], change: Edit): unknown {
  if (key === undefined) return change.op === "set" ? change.value : node;
  if (typeof key === "number") return editList(Array.isArray(node) ? node : [], key, rest, change);
  const object: Readonly<Record<string, unknown>> =
    typeof node === "object" && node !== null ? { ...node } : Object.create(null);
  const entries = Object.entries(object);
  if (rest.length > 0 || change.op === "set") {
    const child = edit(Object.hasOwn(object, key) ? object[key] : undefined, rest, change);
    const isThere = entries.some(([name]) => name === key);
    return Object.fromEntries(
      isThere ? entries.map(([name, value]) => [name, name === key ? child : value]) : [...entries, [key, child]],
    );
  }
  if (change.op === "remove") return Object.fromEntries(entries.filter(([name]) => name !== key));
  return Object.fromEntries(entries.map(([name, value]) => [name === key ? change.to : name, value]));
}

function editList(list: readonly unknown[], index: number, rest: readonly (string | number)[], change: Edit): unknown {
  if (rest.length === 0 && change.op === "remove") return list.filter((_, position) => position !== index);
  const copy = [...list];
  copy[index] = edit(list[index], rest, change);
  return copy;
}
