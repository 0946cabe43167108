/** What the terminal can show: size, colours, characters. Decided once from the environment, then passed as data. */
import pc from "picocolors";

export type Colours = {
  readonly enabled: boolean;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  /** Colour of the nth container, always the same one for the same place. */
  readonly container: (index: number, text: string) => string;
};

export type Glyphs = {
  readonly done: string;
  readonly failed: string;
  readonly running: string;
  readonly working: string;
  readonly waiting: string;
  readonly log: string;
  readonly rule: string;
  readonly arrow: string;
  readonly ellipsis: string;
  readonly barFull: string;
  readonly barEmpty: string;
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
  const container = (index: number, text: string) => (paints[index % paints.length] ?? String)(text);
  return { enabled, bold, dim, red, green, yellow, container };
}

export const UNICODE_GLYPHS: Glyphs = {
  done: "✓",
  failed: "✗",
  running: "●",
  working: "◐",
  waiting: "○",
  log: "│",
  rule: "─",
  arrow: "→",
  ellipsis: "…",
  barFull: "█",
  barEmpty: "░",
};

export const ASCII_GLYPHS: Glyphs = {
  done: "+",
  failed: "x",
  running: "*",
  working: "~",
  waiting: ".",
  log: "|",
  rule: "-",
  arrow: "->",
  ellipsis: "...",
  barFull: "#",
  barEmpty: ".",
};
