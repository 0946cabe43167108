/** What the terminal can show: size, colours, characters. Decided once from the environment, then passed as data. */
import pc from "picocolors";
import { painted, type Shown, show, visible } from "./shown.ts";

/** Each makes a text from outside visible, and paints it. */
export type Colours = {
  readonly enabled: boolean;
  readonly bold: (text: string) => Shown;
  readonly dim: (text: string) => Shown;
  readonly red: (text: string) => Shown;
  readonly green: (text: string) => Shown;
  readonly yellow: (text: string) => Shown;
  /** Colour of the nth container, always the same one for the same place. */
  readonly container: (index: number, text: string) => Shown;
};

export type Glyphs = {
  readonly done: Shown;
  readonly failed: Shown;
  readonly running: Shown;
  readonly working: Shown;
  readonly waiting: Shown;
  readonly log: Shown;
  readonly rule: Shown;
  readonly arrow: Shown;
  readonly ellipsis: Shown;
  readonly barFull: Shown;
  readonly barEmpty: Shown;
};

export type Screen = {
  readonly columns: number;
  readonly rows: number;
  readonly colours: Colours;
  readonly glyphs: Glyphs;
};

type Environment = Readonly<Record<string, string | undefined>>;

/** NO_COLOR wins over FORCE_COLOR, and that over what the terminal says of itself. */
export function wantsColours(env: Environment, isTerminal: boolean): boolean {
  if ((env.NO_COLOR ?? "") !== "") return false;
  const forced = env.FORCE_COLOR;
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  return isTerminal && env.TERM !== "dumb";
}

/** Does the terminal take more than ASCII? Locale names as POSIX ranks them; the Linux console has few glyphs. */
export function wantsUnicode(env: Environment): boolean {
  if (env.TERM === "linux" || env.TERM === "dumb") return false;
  const locale = [env.LC_ALL, env.LC_CTYPE, env.LANG].find((value) => value !== undefined && value !== "");
  return /utf-?8/iu.test(locale ?? "");
}

export function createColours(enabled: boolean): Colours {
  const { bold, dim, red, green, yellow, ...rest } = pc.createColors(enabled);
  const painter = (paint: (text: string) => string) => (text: string) => painted(paint, text);
  // Red is kept for failures.
  const paints = [
    rest.cyan,
    yellow,
    rest.magenta,
    rest.blue,
    green,
    rest.cyanBright,
    rest.yellowBright,
    rest.magentaBright,
    rest.blueBright,
    rest.greenBright,
  ];
  return {
    enabled,
    bold: painter(bold),
    dim: painter(dim),
    red: painter(red),
    green: painter(green),
    yellow: painter(yellow),
    container: (index, text) => painted(paints[index % paints.length] ?? visible, text),
  };
}

export const UNICODE_GLYPHS: Glyphs = {
  done: show`✓`,
  failed: show`✗`,
  running: show`●`,
  working: show`◐`,
  waiting: show`○`,
  log: show`│`,
  rule: show`─`,
  arrow: show`→`,
  ellipsis: show`…`,
  barFull: show`█`,
  barEmpty: show`░`,
};

export const ASCII_GLYPHS: Glyphs = {
  done: show`+`,
  failed: show`x`,
  running: show`*`,
  working: show`~`,
  waiting: show`.`,
  log: show`|`,
  rule: show`-`,
  arrow: show`->`,
  ellipsis: show`...`,
  barFull: show`#`,
  barEmpty: show`.`,
};
