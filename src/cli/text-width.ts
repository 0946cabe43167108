/**
 * How wide text is on a terminal, and how to make it fit. Knows colours, wide East Asian characters, emoji and marks. What is
 * cut or padded stays as safe for a terminal as it was (`Text`): nothing is put in but spaces and the ellipsis.
 */

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
const COLOUR = /\u001b\[[\d;:]*m/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the same, kept by a split
const COLOUR_PIECE = /(\u001b\[[\d;:]*m)/u;
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u;
const MARK = /^[\p{Mark}\u200b-\u200f\u2060-\u2064]+$/u;
const ASCII = /^[\u0020-\u007e]*$/u;

/** Far more characters than any screen has columns. */
const MAX_MEASURED = 16_384;

/** Made for the first text that is not ASCII: it loads Unicode's tables, and that is a tenth of a whole start. */
let segmenter: Intl.Segmenter | undefined;

function graphemesOf(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  return segmenter.segment(text);
}

/** Columns that the text takes on a terminal. */
export function textWidth(text: string): number {
  const plain = text.replace(COLOUR, "");
  if (ASCII.test(plain)) return plain.length;
  let width = 0;
  for (const { segment } of graphemesOf(plain)) width += graphemeWidth(segment);
  return width;
}

function graphemeWidth(grapheme: string): number {
  if (WIDE.test(grapheme)) return 2;
  return MARK.test(grapheme) ? 0 : 1;
}

/** The text cut to so many columns, `ellipsis` at its end when something was cut off. Colours stay, and are closed. */
export function fitText<Text extends string>(text: Text, columns: number, ellipsis = "…"): Text {
  return cutTo(text, columns, ellipsis) as Text;
}

function cutTo(text: string, columns: number, ellipsis: string): string {
  if (columns <= 0) return "";
  // What cannot be seen need not be measured: a log line may be of any length.
  const head = text.slice(0, MAX_MEASURED);
  if (head.length === text.length && textWidth(text) <= columns) return text;
  const room = columns - textWidth(ellipsis);
  let width = 0;
  let kept = "";
  let coloured = false;
  for (const piece of head.split(COLOUR_PIECE)) {
    if (piece.startsWith("\u001b")) {
      kept += piece;
      coloured = true;
      continue;
    }
    for (const { segment } of graphemesOf(piece)) {
      width += graphemeWidth(segment);
      if (width > room) return `${kept}${ellipsis}${coloured ? "\u001b[0m" : ""}`;
      kept += segment;
    }
  }
  return kept;
}

/** As {@link fitText}, but cut in the middle: names of one family differ at their ends. For text without colours. */
export function fitMiddle<Text extends string>(text: Text, columns: number, ellipsis = "…"): Text {
  if (textWidth(text) <= columns) return text;
  const room = columns - textWidth(ellipsis);
  if (room < 2) return fitText(text, columns, ellipsis);
  const head: string = fitText(text, Math.ceil(room / 2), "");
  const segments = Array.from(graphemesOf(text.slice(-MAX_MEASURED)), ({ segment }) => segment);
  let tail = "";
  let width = 0;
  for (const segment of segments.toReversed()) {
    width += graphemeWidth(segment);
    if (width > Math.floor(room / 2)) break;
    tail = segment + tail;
  }
  return (head + ellipsis + tail) as Text;
}

/**
 * The text in lines of so many columns, broken between words; of more than `limit` lines the last ends with the ellipsis. A word
 * that is longer than a line is cut. For text without colours.
 */
export function wrapText<Text extends string>(
  text: Text,
  columns: number,
  { limit, ellipsis = "…" }: { readonly limit: number; readonly ellipsis?: string },
): Text[] {
  const lines: Text[] = [];
  let rest = text.split(" ");
  while (rest.length > 0) {
    if (lines.length === limit - 1) return [...lines, fitText(rest.join(" ") as Text, columns, ellipsis)];
    const fitting = rest.findIndex((_, index) => textWidth(rest.slice(0, index + 1).join(" ")) > columns);
    const taken = fitting < 0 ? rest.length : Math.max(1, fitting);
    lines.push(fitText(rest.slice(0, taken).join(" ") as Text, columns, ellipsis));
    rest = rest.slice(taken);
  }
  return lines;
}

/** The text with spaces behind it up to so many columns; never cut. */
export function padText<Text extends string>(text: Text, columns: number): Text {
  return (text + " ".repeat(Math.max(0, columns - textWidth(text)))) as Text;
}
