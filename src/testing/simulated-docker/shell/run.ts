/** Runs a parsed shell script in a simulated process. Waits are yielded, so that simulated time can pass. */
import type { ScriptedProcess } from "../behaviour.ts";
import { signalName } from "../signals.ts";
import { parseShell, type Redirection, type ShellNode, type Word } from "./parse.ts";

/** Time that passes; `interruptible` waits end early when a trap fires, as the shell's `wait` does. */
export type Wait = { readonly ms: number; readonly interruptible?: boolean };
export type Running = Generator<Wait, number>;

export type Builtin = (shell: Shell, args: readonly string[], output: Redirection) => Running | number;

const COMMAND_NOT_FOUND = 127;
const SYNTAX_ERROR = 2;
/** A loop that does so many rounds without waiting is taken for one that keeps a CPU busy for ever. */
const ROUNDS_WITHOUT_WAIT = 1_000;

/** Ends the script from any depth. */
class Exit {
  readonly exitCode: number;
  constructor(exitCode: number) {
    this.exitCode = exitCode;
  }
}

export class Shell {
  readonly process: ScriptedProcess;
  readonly variables: Map<string, string>;
  readonly #commands: Readonly<Record<string, Builtin>>;
  readonly #pendingTraps: string[] = [];
  readonly #background: { readonly running: Running; wakeAfterMs: number }[] = [];
  #status = 0;
  #wakeEarly: (() => void) | undefined;

  constructor(process: ScriptedProcess, commands: Readonly<Record<string, Builtin>>) {
    this.process = process;
    this.#commands = commands;
    this.variables = new Map(Object.entries(process.env));
  }

  /** Runs the script as the process itself, which ends with it. */
  execute(script: Running): void {
    this.#drive(script, (exitCode) => this.process.exit(exitCode));
  }

  /** Runs the script at once, adding up its waits, as a command beside the process would. */
  runBeside(script: Running): { readonly exitCode: number; readonly tookMs: number } {
    let tookMs = 0;
    try {
      for (let step = script.next(); ; step = script.next()) {
        if (step.done === true) return { exitCode: step.value, tookMs };
        tookMs += step.value.ms;
        if (tookMs === Number.POSITIVE_INFINITY) return { exitCode: 0, tookMs };
      }
    } catch (failure) {
      return { exitCode: this.#exitCodeOf(failure), tookMs };
    }
  }

  *runSource(source: string): Running {
    return yield* this.#run(parseShell(source));
  }

  /** Runs one command by its words, as `exec` and containers without a shell do. */
  *runWords(words: readonly string[], output: Redirection = "stdout"): Running {
    const [name = "", ...args] = words;
    const command = this.#commands[baseName(name)];
    if (command === undefined) {
      this.print(`${name}: not found`, "stderr");
      return COMMAND_NOT_FOUND;
    }
    const result = command(this, args, output);
    return typeof result === "number" ? result : yield* result;
  }

  print(text: string, output: Redirection): void {
    if (output === "stdout" || output === "stderr") this.process.print(text, output);
    else if (output !== "nowhere") this.#write(text, output);
  }

  #write(text: string, { path, append }: Exclude<Redirection, string>): void {
    const file = this.expand(path);
    const before = append ? (this.files.get(file) ?? "") : "";
    this.files.set(file, `${before}${text}\n`);
  }

  /** A trap runs when the command under way ends, or at once during `wait`. */
  trap(script: string, signals: readonly string[]): void {
    for (const signal of signals) {
      this.process.onSignal(signalName(signal), () => {
        this.#pendingTraps.push(script);
        this.#wakeEarly?.();
      });
    }
  }

  exit(exitCode: number): never {
    throw new Exit(exitCode);
  }

  /** Files that the container has written. */
  get files(): Map<string, string> {
    return this.process.files;
  }

  get lastStatus(): number {
    return this.#status;
  }

  get hasBackground(): boolean {
    return this.#background.length > 0;
  }

  expand(word: Word): string {
    return word.map((piece) => (typeof piece === "string" ? piece : this.#value(piece.variable))).join("");
  }

  #value(variable: string): string {
    if (variable === "?") return String(this.#status);
    if (variable === "$") return "1";
    return this.variables.get(variable) ?? "";
  }

  *#run(node: ShellNode): Running {
    switch (node.type) {
      case "command":
        this.#status = yield* this.#command(node.words, node.output);
        yield* this.#runTraps();
        return this.#status;
      case "list":
        for (const item of node.items) this.#status = yield* this.#run(item);
        return this.#status;
      case "and":
      case "or": {
        const left = yield* this.#run(node.left);
        return (left === 0) === (node.type === "and") ? yield* this.#run(node.right) : left;
      }
      case "background":
        this.#startBackground(node.body);
        return 0;
      case "if":
        if ((yield* this.#run(node.condition)) === 0) return yield* this.#run(node.then);
        return node.otherwise === undefined ? 0 : yield* this.#run(node.otherwise);
      case "loop":
        return yield* this.#loop(node);
      case "for":
        for (const value of node.values) {
          this.variables.set(node.variable, this.expand(value));
          this.#status = yield* this.#run(node.body);
        }
        return this.#status;
    }
  }

  *#loop(node: Extract<ShellNode, { readonly type: "loop" }>): Running {
    for (let round = 0; ; round++) {
      if (((yield* this.#run(node.condition)) === 0) === node.until) return this.#status;
      this.#status = yield* this.#run(node.body);
      if (round % ROUNDS_WITHOUT_WAIT === ROUNDS_WITHOUT_WAIT - 1) {
        yield { ms: 1_000, interruptible: true };
        yield* this.#runTraps();
      }
    }
  }

  *#command(words: readonly Word[], output: Redirection): Running {
    const expanded = words.map((word) => this.expand(word));
    const assignment = /^(\w+)=([\s\S]*)$/.exec(expanded[0] ?? "");
    if (assignment === null) return yield* this.runWords(expanded, output);
    this.variables.set(assignment[1] ?? "", assignment[2] ?? "");
    return expanded.length > 1 ? yield* this.runWords(expanded.slice(1), output) : 0;
  }

  *#runTraps(): Running {
    for (let script = this.#pendingTraps.shift(); script !== undefined; script = this.#pendingTraps.shift()) {
      yield* this.runSource(script);
    }
    return 0;
  }

  #startBackground(body: ShellNode): void {
    const job = { running: this.#run(body), wakeAfterMs: 0 };
    this.#background.push(job);
    this.#drive(job.running, () => {
      this.#background.splice(this.#background.indexOf(job), 1);
      if (this.#background.length === 0) this.#wakeEarly?.();
    });
  }

  /** Advances a generator from wait to wait. */
  #drive(script: Running, done: (exitCode: number) => void): void {
    try {
      const step = script.next();
      if (step.done === true) done(step.value);
      else this.#sleep(step.value, () => this.#drive(script, done));
    } catch (failure) {
      done(this.#exitCodeOf(failure));
    }
  }

  #exitCodeOf(failure: unknown): number {
    if (failure instanceof Exit) return failure.exitCode;
    if (!(failure instanceof SyntaxError)) throw failure;
    this.print(failure.message, "stderr");
    return SYNTAX_ERROR;
  }

  #sleep({ ms, interruptible = false }: Wait, resume: () => void): void {
    let resumed = false;
    const once = (): void => {
      if (resumed) return;
      resumed = true;
      if (interruptible) this.#wakeEarly = undefined;
      resume();
    };
    if (interruptible) this.#wakeEarly = once;
    if (Number.isFinite(ms)) this.process.after(ms, once);
  }
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
