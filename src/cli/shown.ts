/**
 * The one door between text from outside and a terminal. Whatever a definition, a daemon, a registry or an argument brought is
 * a `string`; what may be written is `Shown`. Both are texts at run time, and only the functions of this file lead from one to
 * the other, so that who forgets the door does not get past the compiler (decision 030).
 */
declare const brand: unique symbol;

/** Text in which all that came from outside is visible: colours, line breaks and whatever else steers a terminal are ours. */
export type Shown = string & { readonly [brand]: "Shown" };

// What a terminal obeys (C0, DEL, C1), line separators, and what turns the direction of writing.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const STEERING = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\p{Bidi_Control}]/gu;
const NAMED: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Does it hold anything that {@link visible} would have to spell? */
export function steers(text: string): boolean {
  return text.search(STEERING) >= 0;
}

/** A text from outside on one line: what would steer the terminal is spelled, as `\n` or `\u001b`. Text that is visible stays. */
export function visible(text: string): Shown {
  return text.replace(STEERING, (character) => NAMED[character] ?? escapeOf(character)) as Shown;
}

/** A template of ours: what is put into it has been made visible, or is a number. */
export function show(template: TemplateStringsArray, ...values: readonly (Shown | number)[]): Shown {
  let text = template[0] ?? "";
  for (const [index, value] of values.entries()) text += `${value}${template[index + 1] ?? ""}`;
  return text as Shown;
}

/** One below the other, each with its end. */
export function inLines(lines: readonly Shown[]): Shown {
  return lines.map((line) => `${line}\n`).join("") as Shown;
}

export function joined(parts: readonly Shown[], between: Shown): Shown {
  return parts.join(between) as Shown;
}

export function spaces(columns: number): Shown {
  return " ".repeat(columns) as Shown;
}

export function trimmedEnd(text: Shown): Shown {
  return text.trimEnd() as Shown;
}

/** The same value in JSON, which leaves some of what steers a terminal as it is; spelled as JSON spells it. */
export function shownJson(value: unknown, indent?: number): Shown {
  const text = JSON.stringify(value, null, indent);
  return text.replace(STEERING, (character) => (character === "\n" ? character : escapeOf(character))) as Shown;
}

/** A text from outside in a style of ours, which is made of nothing but colours. */
export function painted(paint: (text: string) => string, text: string): Shown {
  return paint(visible(text)) as Shown;
}

function escapeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
