/** What placeholders of templating tools look like. Taken from task definitions as people publish them. */

/** How much a text may look like a placeholder without being one. */
export type PlaceholderStyle =
  /** Images, roles, names, numbers: no form has another meaning there. */
  | "identifier"
  /** Log options: `$NAME` counts, but patterns and Docker's own `{{.Name}}` templates do not. */
  | "option"
  /** Commands and environment values: shell syntax belongs to the shell; only what a user names is filled. */
  | "shell";

export type PlaceholderMatch = { readonly index: number; readonly text: string; readonly name: string };

/** What stands between braces, with one pair of them in it: `A:-${B}`. */
const BRACED = /(?<name>(?:[^{}\n]|\{[^{}\n]{0,120}\}){1,200}?)/.source;
const EXPRESSION = /(?<name>(?:(?!\}\})[^\n]){1,300}?)/.source;

/** Forms that may hold an expression, with quotes of its own. */
const EXPRESSIONS = [
  String.raw`\$\{\{\s{0,9}${EXPRESSION}\s{0,9}\}\}`,
  String.raw`\{\{\{\s{0,9}${EXPRESSION}\s{0,9}\}\}\}`,
  String.raw`\{\{-?\s{0,9}${EXPRESSION}\s{0,9}-?\}\}`,
  String.raw`\$?\$\{\s{0,9}${BRACED}\s{0,9}\}`,
  /<%=\s{0,9}(?<name>(?:(?!%>)[^\n]){1,200}?)\s{0,9}-?%>/.source,
];
/** In order: the first form that fits at a place wins. */
const WRAPPED = [
  ...EXPRESSIONS,
  /\$\$+(?<name>[A-Za-z_][\w.-]{0,119})\$\$+/.source,
  String.raw`#\{\s{0,9}${BRACED}\s{0,9}\}#?`,
  /<\s{0,9}(?<name>[A-Za-z][^<>/="\n]{0,119}?)\s{0,9}>/.source,
];
const DOLLAR = /\$(?<name>[A-Za-z_]\w{0,119})/.source;
/** Those that mean nothing else outside of strings, where JSON and YAML stand. */
const UNQUOTED = [
  /\$\((?<name>[A-Za-z_][\w.-]{0,119})\)/.source,
  /%\((?<name>[A-Za-z_]\w{0,119})\)s/.source,
  /%\{(?<name>[A-Za-z_][\w.-]{0,119})\}/.source,
  /\(\(\s{0,9}(?<name>[A-Za-z_][^()\n]{0,119}?)\s{0,9}\)\)/.source,
  /\$(?<name>[A-Za-z_]\w{0,119})\$(?![A-Za-z_{$])/.source,
  DOLLAR,
  /%(?<name>[A-Za-z_]\w{0,119})%/.source,
  /@@(?<name>[A-Za-z_][\w.]{0,119})@@/.source,
  /@(?<name>[A-Za-z_][\w.]{0,119})@/.source,
  /(?<name>(?<![A-Za-z0-9])__[A-Za-z][A-Za-z0-9_]{0,117}?__(?![A-Za-z0-9_]))/.source,
];
const BARE = [
  ...UNQUOTED,
  /<(?<name>[A-Za-z][^<>/="]{0,119})$/.source,
  /\[\[\s{0,9}(?<name>[A-Za-z][\w .-]{0,119}?)\s{0,9}\]\]/.source,
  /\{(?<name>[A-Za-z][^{}"]{0,119})\}/.source,
  /\[(?<name>[A-Za-z][\w -]{0,119})\]/.source,
  /(?<name>__[A-Z][A-Z0-9_]{0,117}__)/.source,
  /(?<![\w-])(?<name>(?:YOUR|PLACEHOLDER|REPLACE|CHANGE|INSERT)_[A-Z0-9_]{1,110}|PLACEHOLDER|(?:AWS_)?ACCOUNT(?:_ID)?|(?:AWS_)?REGION)(?![\w-])/
    .source,
];

/** A pattern without names, for what takes the forms as they are. */
const nameless = (forms: readonly string[]) => forms.map((form) => form.replace("?<name>", "?:")).join("|");

/** Every form that can stand where JSON or YAML has a value, without quotes. */
export const BARE_FORMS: string = nameless([...WRAPPED, ...UNQUOTED]);
/** Forms that may hold quotes within a string. */
export const EXPRESSION_FORMS: string = nameless(EXPRESSIONS);

/** A statement of a template, such as a loop: what it makes is not known before the tool that it belongs to has run. */
export const STATEMENT: RegExp =
  /\{%-?[^\n]{0,200}?%\}|\{\{[-~]?\s*(?:range|if|else|end|endif|endfor|for|with|define|block|template|unless|each|[#/^!]\s?\w+)(?=[\s}])[^\n]{0,200}?\}\}|<%(?![=%])[^\n]{0,200}?%>|%\{~?\s*(?:for|if|else|endfor|endif)\b[^\n]{0,200}?\}/;

export function isStatement(text: string): boolean {
  return STATEMENT.test(text);
}

/** Account and region of an ARN, where words stand in place of digits and of a region. */
const ARN_WORDS = /^arn:aws[a-z-]{0,20}:[a-z0-9-]{1,40}:(?<region>[^:$<{[]{0,60}):(?<account>[^:$<{[]{0,60}):/;
const ACCOUNT_WORD = /^[A-Za-z][\w-]{0,59}$/;
const REGION_WORD = /^(?:[A-Z_]{1,60}|region)$/;

// They are run with `exec`, from the start each time: `matchAll` makes a new expression of each at every call.
// JavaScript before 2025 refuses one group name in several alternatives, so each form is compiled alone.
const FORMS: Readonly<Record<PlaceholderStyle, readonly RegExp[]>> = {
  identifier: [...WRAPPED, ...BARE].map((source) => new RegExp(source, "g")),
  option: [...WRAPPED, DOLLAR].map((source) => new RegExp(source, "g")),
  shell: WRAPPED.map((source) => new RegExp(source, "g")),
};
/** Most texts hold nothing of the kind; this looks once before ten patterns do. */
const HINT: Readonly<Record<PlaceholderStyle, RegExp>> = {
  identifier: /[$#<{[%]|\(\(|@\w|__|[A-Z]{4}|^arn:[^:]*:[^:]*:(?:region:|[^:]*:[^:]*[A-Za-z])/,
  option: /[$#<{]/,
  shell: /[$#<{]/,
};
const SCANNED_MAX = 8192;

/** Every placeholder of `text`, from left to right, without overlap. */
export function scanPlaceholders(text: string, style: PlaceholderStyle): PlaceholderMatch[] {
  if (text.length > SCANNED_MAX || !HINT[style].test(text)) return [];
  const matches: PlaceholderMatch[] = [];
  for (const form of FORMS[style]) {
    form.lastIndex = 0;
    for (let found = form.exec(text); found !== null; found = form.exec(text)) {
      const candidate = {
        index: found.index,
        text: found[0],
        name: placeholderName(found.groups?.name ?? found[0]),
      };
      if (style === "option" && isDockerTemplate(candidate.text)) continue;
      if (!matches.some((match) => overlaps(match, candidate))) matches.push(candidate);
    }
  }
  if (style === "identifier")
    matches.push(...arnWords(text).filter((word) => !matches.some((match) => overlaps(match, word))));
  return matches.sort((a, b) => a.index - b.index);
}

/** Words that ask to be replaced, when they are all that stands there. */
export const FILL_IN_WORDS: string =
  /(?:CHANGE[_-]?ME|REPLACE[_-]?ME|PLACEHOLDER|(?:YOUR|INSERT|REPLACE|CHANGE)[_-][A-Z0-9_-]{1,110})/.source;
const FILL_IN = new RegExp(`^${FILL_IN_WORDS}$`);
const FILL_IN_AT_ALL = /^[\s$#{<_%A-Z]/;
/** Bare forms that mean nothing else when they are the whole of a value. */
const WHOLE_BARE = /^(?:\$[A-Za-z_]\w{0,119}|__[A-Za-z]\w{0,117}__|%[A-Za-z_]\w{0,119}%)$/;

/** The placeholder that is all there is of a value, blanks around it apart. A value with more in it may mean what it says. */
export function wholePlaceholder(value: string): PlaceholderMatch | undefined {
  if (value.length > SCANNED_MAX || !FILL_IN_AT_ALL.test(value)) return undefined;
  const text = value.trim();
  const index = value.length - value.trimStart().length;
  if (FILL_IN.test(text)) return { index, text, name: text };
  if (WHOLE_BARE.test(text)) return { index, text, name: text.startsWith("__") ? text : text.replace(/[$%]/g, "") };
  const [match, ...more] = scanPlaceholders(text, "shell");
  return match?.text === text && more.length === 0 ? { ...match, index } : undefined;
}

/** Is a part of `text` still to be filled in? Then the placeholder is the finding, not what it breaks. */
export function holdsPlaceholder(text: string): boolean {
  return scanPlaceholders(text, "identifier").length > 0;
}

function overlaps(a: PlaceholderMatch, b: PlaceholderMatch): boolean {
  return a.index < b.index + b.text.length && b.index < a.index + a.text.length;
}

/** Docker fills `{{.Name}}` in log tags itself. */
function isDockerTemplate(text: string): boolean {
  return /^\{\{-?\s{0,9}\./.test(text);
}

function arnWords(text: string): PlaceholderMatch[] {
  const found = ARN_WORDS.exec(text);
  if (found === null) return [];
  const { region = "", account = "" } = found.groups ?? {};
  const regionAt = text.split(":", 3).join(":").length + 1;
  const accountAt = regionAt + region.length + 1;
  return [
    ...(REGION_WORD.test(region) ? [{ index: regionAt, text: region, name: region }] : []),
    ...(ACCOUNT_WORD.test(account) ? [{ index: accountAt, text: account, name: account }] : []),
  ];
}

/**
 * The name to give with --set: `IMAGE` of "must_env `IMAGE`", `cpu` of ".cpu", `TAG` of "TAG:-latest" and of "TAG?not set". Any
 * other expression with quotes in it is its own name, as it stands between the braces.
 */
function placeholderName(content: string): string {
  const name = WITH_DEFAULT.exec(content)?.[1] ?? content.trim();
  if (/[`"']/.test(name)) return /^(?:must_)?env\s+[`"']([^`"']{1,120})[`"']/.exec(name)?.[1] ?? name;
  return name.replace(/^\./, "");
}

/** As the shell writes it: what stands behind the name counts when there is no value. */
const WITH_DEFAULT = /^([A-Za-z_][\w.-]{0,119}?)(?::[-=?+]|[?=])/s;
