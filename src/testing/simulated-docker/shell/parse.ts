/**
 * A small part of the shell language, enough for the commands that people write into test containers: lists with `;`,
 * `&&`, `||` and `&`, `if`, `while`, `until`, `for`, quotes, variables and redirections of output.
 */

/** A word made of pieces: text as it is, or the value of a variable. */
export type Word = readonly (string | { readonly variable: string })[];

export type ShellNode =
  | { readonly type: "command"; readonly words: readonly Word[]; readonly output: Redirection }
  | { readonly type: "list"; readonly items: readonly ShellNode[] }
  | { readonly type: "and" | "or"; readonly left: ShellNode; readonly right: ShellNode }
  | { readonly type: "background"; readonly body: ShellNode }
  | {
      readonly type: "if";
      readonly condition: ShellNode;
      readonly then: ShellNode;
      readonly otherwise: ShellNode | undefined;
    }
  | { readonly type: "loop"; readonly until: boolean; readonly condition: ShellNode; readonly body: ShellNode }
  | { readonly type: "for"; readonly variable: string; readonly values: readonly Word[]; readonly body: ShellNode };

/** Where standard output goes: a stream of the container, nowhere, or a file. */
export type Redirection = "stdout" | "stderr" | "nowhere" | { readonly path: Word; readonly append: boolean };

type Token =
  | { readonly type: "word"; readonly word: Word }
  | { readonly type: "operator"; readonly text: string }
  | { readonly type: "redirect"; readonly text: string };

const OPERATOR = /^(?:&&|\|\||;;?|&|\n|\(|\)|\|)/;
const REDIRECTION = /^(?:[12]?>&[12]|[012]?>>?|<)/;
const SEPARATORS: ReadonlySet<string> = new Set([";", "\n", "&"]);

/** @throws {SyntaxError} for what it does not know */
export function parseShell(source: string): ShellNode {
  const parser = new Parser(tokenise(source));
  const node = parser.list([]);
  parser.expectEnd();
  return node;
}

function tokenise(source: string): readonly Token[] {
  const tokens: Token[] = [];
  let rest = source;
  while (rest !== "") {
    const skipped = /^(?:[ \t]+|\\\n|#[^\n]*)/.exec(rest)?.[0];
    const redirect = skipped === undefined ? REDIRECTION.exec(rest)?.[0] : undefined;
    const operator = skipped === undefined ? OPERATOR.exec(rest)?.[0] : undefined;
    if (redirect !== undefined) tokens.push({ type: "redirect", text: redirect });
    else if (operator !== undefined) tokens.push({ type: "operator", text: operator });
    const length = (skipped ?? redirect ?? operator)?.length;
    if (length !== undefined) {
      rest = rest.slice(length);
      continue;
    }
    const { word, length: wordLength } = readWord(rest);
    tokens.push({ type: "word", word });
    rest = rest.slice(wordLength);
  }
  return tokens;
}

const SINGLE_QUOTED = /^'([^']*)'/;
const DOUBLE_QUOTED = /^"((?:[^"\\]|\\[\s\S])*)"/;
const VARIABLE = /^\$(?:\{(\w+|[?#@$])\}|(\w+|[?#@$]))/;
const PLAIN = /^[^\s;&|<>()'"$\\]+/;

function readWord(source: string): { readonly word: Word; readonly length: number } {
  const word: Word[number][] = [];
  let rest = source;
  for (;;) {
    const single = SINGLE_QUOTED.exec(rest);
    const double = DOUBLE_QUOTED.exec(rest);
    const variable = VARIABLE.exec(rest);
    const plain = PLAIN.exec(rest) ?? /^\$/.exec(rest);
    const escaped = /^\\([\s\S])/.exec(rest);
    const match = single ?? double ?? variable ?? escaped ?? plain;
    if (match === null) break;
    if (double !== null) word.push("", ...interpolate(double[1] ?? ""));
    else if (variable !== null) word.push({ variable: variable[1] ?? variable[2] ?? "" });
    else word.push(single?.[1] ?? escaped?.[1] ?? match[0]);
    rest = rest.slice(match[0].length);
  }
  if (rest === source)
    throw new SyntaxError(`Cannot read shell script: unexpected ${JSON.stringify(source.slice(0, 10))}`);
  return { word, length: source.length - rest.length };
}

/** Inside double quotes only variables and backslashes mean anything. */
function interpolate(text: string): Word {
  const pieces: Word[number][] = [];
  for (const match of text.matchAll(/\\([\\"$`])|\$(?:\{(\w+|\?)\}|(\w+|\?))|[^\\$]+|[\\$]/g)) {
    const variable = match[2] ?? match[3];
    pieces.push(variable === undefined ? (match[1] ?? match[0]) : { variable });
  }
  return pieces;
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** Commands up to one of these words (which is left) or the end. */
  list(ends: readonly string[]): ShellNode {
    const items: ShellNode[] = [];
    for (;;) {
      this.#skipSeparators();
      if (this.#token === undefined || this.#isOperator(")") || ends.includes(this.#keyword ?? "")) break;
      const item = this.#andOr();
      items.push(this.#isOperator("&") ? { type: "background", body: item } : item);
    }
    const only = items[0];
    return only !== undefined && items.length === 1 ? only : { type: "list", items };
  }

  expectEnd(): void {
    if (this.#token !== undefined) throw this.#unexpected();
  }

  get #token(): Token | undefined {
    return this.#tokens[this.#at];
  }

  /** The next token as a bare word. */
  get #keyword(): string | undefined {
    const token = this.#token;
    const piece = token?.type === "word" && token.word.length === 1 ? token.word[0] : undefined;
    return typeof piece === "string" ? piece : undefined;
  }

  #isOperator(text: string): boolean {
    const token = this.#token;
    return token?.type === "operator" && token.text === text;
  }

  #skipSeparators(): void {
    for (let token = this.#token; token?.type === "operator" && SEPARATORS.has(token.text); token = this.#token)
      this.#at++;
  }

  #andOr(): ShellNode {
    let left = this.#command();
    for (;;) {
      const type = this.#isOperator("&&") ? "and" : this.#isOperator("||") ? "or" : undefined;
      if (type === undefined) return left;
      this.#at++;
      while (this.#isOperator("\n")) this.#at++;
      left = { type, left, right: this.#command() };
    }
  }

  #command(): ShellNode {
    if (this.#isOperator("(")) return this.#group(")");
    switch (this.#keyword) {
      case "{":
        return this.#group("}");
      case "if":
        return this.#if();
      case "while":
      case "until":
        return this.#loop();
      case "for":
        return this.#for();
      default:
        return this.#simple();
    }
  }

  #group(end: ")" | "}"): ShellNode {
    this.#at++;
    const body = this.list([end]);
    if (!this.#isOperator(end) && this.#keyword !== end) throw this.#unexpected();
    this.#at++;
    return body;
  }

  #if(): ShellNode {
    this.#at++;
    const condition = this.list(["then"]);
    this.#take("then");
    const then = this.list(["elif", "else", "fi"]);
    if (this.#keyword === "elif") return { type: "if", condition, then, otherwise: this.#if() };
    const otherwise = this.#keyword === "else" ? this.#else() : undefined;
    this.#take("fi");
    return { type: "if", condition, then, otherwise };
  }

  #else(): ShellNode {
    this.#take("else");
    return this.list(["fi"]);
  }

  #loop(): ShellNode {
    const until = this.#keyword === "until";
    this.#at++;
    const condition = this.list(["do"]);
    return { type: "loop", until, condition, body: this.#doBody() };
  }

  #for(): ShellNode {
    this.#at++;
    const variable = this.#keyword ?? "";
    this.#at++;
    this.#take("in");
    const values: Word[] = [];
    for (let token = this.#token; token?.type === "word"; token = this.#token) {
      values.push(token.word);
      this.#at++;
    }
    this.#skipSeparators();
    return { type: "for", variable, values, body: this.#doBody() };
  }

  #doBody(): ShellNode {
    this.#take("do");
    const body = this.list(["done"]);
    this.#take("done");
    return body;
  }

  #simple(): ShellNode {
    const words: Word[] = [];
    let output: Redirection = "stdout";
    for (let token = this.#token; token !== undefined && token.type !== "operator"; token = this.#token) {
      this.#at++;
      if (token.type === "word") words.push(token.word);
      else output = this.#redirection(token.text, output);
    }
    if (words.length === 0) throw this.#unexpected();
    return { type: "command", words, output };
  }

  #redirection(text: string, before: Redirection): Redirection {
    if (text === ">&2" || text === "1>&2") return "stderr";
    if (text.includes("&")) return before;
    const target = this.#token;
    if (target?.type !== "word") throw this.#unexpected();
    this.#at++;
    // Only where standard output goes can be seen from outside.
    if (text.startsWith("2") || text.startsWith("0") || text === "<") return before;
    if (target.word.join("") === "/dev/null") return "nowhere";
    if (target.word.join("") === "/dev/stderr") return "stderr";
    return { path: target.word, append: text.endsWith(">>") };
  }

  #take(keyword: string): void {
    if (this.#keyword !== keyword) throw this.#unexpected();
    this.#at++;
  }

  #unexpected(): SyntaxError {
    return new SyntaxError(`Cannot read shell script: unexpected ${JSON.stringify(this.#token ?? "end")}`);
  }
}
