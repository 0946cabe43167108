/**
 * How a health check's command is meant. Docker knows four first words; AWS registers any list, and Fargate runs one without
 * such a word as a program. Berth runs it as CMD does.
 * Source: aws-otel-collector 2034 and 3016, which publish ["/healthcheck"]; engine-modern 10.1.
 */

const KEYWORDS: ReadonlySet<string> = new Set(["CMD", "CMD-SHELL", "NONE"]);

/** `Test` of Docker's health check. */
export function healthTest(command: readonly string[]): readonly string[] {
  const [first] = command;
  return first === undefined || KEYWORDS.has(first) ? command : ["CMD", ...command];
}

export type HealthAdvice = {
  readonly message: string;
  /** The command that was meant. */
  readonly instead: readonly string[];
};

const ONE_TEXT = /^(CMD-SHELL|CMD)\s*(,|\s)\s*(\S[\s\S]*)$/i;
const SHELL_SYNTAX = /[|&;<>$`]/;

/** What is odd about a command that AWS takes all the same; undefined when it does what it says. */
export function healthAdvice(command: readonly string[]): HealthAdvice | undefined {
  const [first = "", ...rest] = command;
  if (first === "CMD-SHELL" && rest.length > 1) {
    return {
      message: `CMD-SHELL takes one string: the shell runs ${JSON.stringify(rest[0])} without the ${rest.length - 1} behind it`,
      instead: [first, rest.map(quotedForShell).join(" ")],
    };
  }
  if (KEYWORDS.has(first)) return undefined;
  return misspelt(first, rest) ?? oneText(first, rest) ?? program(first, rest);
}

function misspelt(first: string, rest: readonly string[]): HealthAdvice | undefined {
  const keyword = first.trim().toUpperCase().replace("_", "-");
  if (!KEYWORDS.has(keyword)) return undefined;
  return { message: `"${first}" is taken for a program, not for ${keyword}`, instead: [keyword, ...rest] };
}

/** The console's form, where a comma parts the entries, copied into one string of the file. */
function oneText(first: string, rest: readonly string[]): HealthAdvice | undefined {
  const [, word, separator, text = ""] = ONE_TEXT.exec(first) ?? [];
  if (word === undefined || rest.length > 0) return undefined;
  const keyword = word.toUpperCase();
  const message = `The whole text "${keyword}${separator} …" is taken for a program`;
  if (keyword === "CMD-SHELL") return { message, instead: [keyword, text.trim()] };
  const words = separator === "," ? text.split(",").map((part) => part.trim()) : text.trim().split(/\s+/);
  return { message, instead: SHELL_SYNTAX.test(text) ? ["CMD-SHELL", text.trim()] : [keyword, ...words] };
}

function program(first: string, rest: readonly string[]): HealthAdvice {
  if (rest.length === 0 && /\s/.test(first.trim())) {
    const message = "The whole text is taken for a program: the health check starts with neither CMD nor CMD-SHELL";
    return { message, instead: ["CMD-SHELL", first] };
  }
  const message =
    "The health check starts with neither CMD nor CMD-SHELL: it is run as CMD does, by plain Docker not at all";
  return { message, instead: ["CMD", first, ...rest] };
}

/** Words that the shell would read in another way are quoted, unless they are there for the shell. */
function quotedForShell(word: string): string {
  if (/^[\w@%+=:,./|&;<>-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", "'\\''")}'`;
}
