/**
 * Bash hands the line as it is typed, quotes and all, and wants back what takes the place of the part that it takes for the
 * current word: it breaks words at `=` and `:`, too.
 */

export type BashLine = {
  readonly words: readonly string[];
  /** The quote that is open at the end. */
  readonly quote: "" | "'" | '"';
};

/** Words as bash reads them; the last one is being typed, and is empty behind a blank. */
export function splitLine(line: string): BashLine {
  const words: string[] = [];
  let word: string | undefined;
  let quote: BashLine["quote"] = "";
  for (let at = 0; at < line.length; at++) {
    const char = line.charAt(at);
    if (char === quote) quote = "";
    else if (quote === "" && (char === "'" || char === '"')) [quote, word] = [char, word ?? ""];
    else if (char === "\\" && quote !== "'") word = `${word ?? ""}${line.charAt(++at)}`;
    else if (quote === "" && /\s/u.test(char)) [words[words.length], word] = [word ?? "", undefined];
    else word = `${word ?? ""}${char}`;
  }
  return { words: [...words.filter((each) => each !== ""), word ?? ""], quote };
}

/** @param breaks what bash breaks words at, `COMP_WORDBREAKS` */
export function bashReply(values: readonly string[], { words, quote }: BashLine, breaks: string): readonly string[] {
  const typed = words.at(-1) ?? "";
  const kept = quote === "" ? lastBreak(typed, breaks) : 0;
  return values.map((value) => (quote === "" ? escaped(value.slice(kept)) : value));
}

/** Where what follows the last `=` or `:` begins. */
function lastBreak(typed: string, breaks: string): number {
  const used = ["=", ":"].filter((each) => breaks.includes(each));
  return Math.max(...used.map((each) => typed.lastIndexOf(each) + 1), 0);
}

function escaped(value: string): string {
  return value.replace(/[^\p{L}\p{N}_@%+=:,./-]/gu, "\\$&");
}
