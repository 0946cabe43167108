/**
 * What a container without a script does: the command that it was given, if it is one of the few known here. So the
 * same container definitions mean the same on the simulated and on a real daemon with a busybox image.
 */

import { commandNotFound, type ProbeResult, type RunScript, type ScriptedProcess } from "./behaviour.ts";
import type { Redirection } from "./shell/parse.ts";
import { type Builtin, baseName, type Running, Shell } from "./shell/run.ts";

const COMMANDS: Readonly<Record<string, Builtin>> = {
  true: () => 0,
  ":": () => 0,
  false: () => 1,
  pause: () => forEver(),
  sleep: (_shell, args) => sleep(args),
  tail: (_shell, args) => (args.includes("-f") ? forEver() : 0),
  cat: (shell, args, output) => cat(shell, args, output),
  echo: (shell, args, output) => {
    shell.print((args[0] === "-n" ? args.slice(1) : args).join(" "), output);
    return 0;
  },
  printf: (shell, [format = "", ...args], output) => {
    const values = [...args];
    shell.print(format.replace(/%[sd]/g, () => values.shift() ?? "").replaceAll("\\n", "\n"), output);
    return 0;
  },
  env: (shell, _args, output) => {
    for (const [name, value] of shell.variables) shell.print(`${name}=${value}`, output);
    return 0;
  },
  hostname: (shell, _args, output) => {
    shell.print(shell.process.dockerName, output);
    return 0;
  },
  test: (shell, args) => (holds(shell, args) ? 0 : 1),
  "[": (shell, args) => (holds(shell, args.slice(0, -1)) ? 0 : 1),
  touch: (shell, args) => {
    for (const path of args) shell.files.set(path, shell.files.get(path) ?? "");
    return 0;
  },
  rm: (shell, args) => {
    for (const path of args) shell.files.delete(path);
    return 0;
  },
  mkdir: () => 0,
  export: (shell, args) => {
    for (const assignment of args) {
      const [name = "", ...value] = assignment.split("=");
      if (value.length > 0) shell.variables.set(name, value.join("="));
    }
    return 0;
  },
  set: () => 0,
  exit: (shell, args) => shell.exit(Number(args[0] ?? shell.lastStatus) & 255),
  trap: (shell, [script = "", ...signals]) => {
    shell.trap(script, signals);
    return 0;
  },
  wait: (shell) => waitForBackground(shell),
  kill: (shell, args) => killSelf(shell, args),
  exec: (shell, args, output) => exec(shell, args, output),
  sh: (shell, args) => runShell(shell, args),
  ash: (shell, args) => runShell(shell, args),
};

/**
 * Runs the container's command; one that is not known here fails the start as a missing program does, unless told
 * otherwise. The first process of a container ignores signals that it did not ask for.
 */
export function runsCommand({ otherwise = commandNotFound() }: { readonly otherwise?: RunScript } = {}): RunScript {
  return (process) => {
    if (COMMANDS[baseName(process.command[0] ?? "")] === undefined) return otherwise(process);
    if (!process.hasInit) process.ignoreSignals();
    const shell = new Shell(process, COMMANDS);
    shell.execute(shell.runWords(process.command));
  };
}

/** Runs a health check's command beside the process; passes when it is not a known one. */
export function runProbe(process: ScriptedProcess, test: readonly string[]): ProbeResult {
  const words = test[0] === "CMD-SHELL" ? ["sh", "-c", ...test.slice(1)] : test.slice(1);
  if (COMMANDS[baseName(words[0] ?? "")] === undefined) return { exitCode: 0, output: "" };
  const shell = new Shell(process, COMMANDS);
  return shell.runBeside(shell.runWords(words));
}

/** Is this a command that containers can run without a script? */
export function isKnownCommand(words: readonly string[]): boolean {
  return COMMANDS[baseName(words[0] ?? "")] !== undefined;
}

/** Runs a command as a process of its own; what a signal does to it is its default. */
export function runsWords(process: ScriptedProcess): void {
  const shell = new Shell(process, COMMANDS);
  shell.execute(shell.runWords(process.command));
}

function* forEver(): Running {
  for (;;) yield { ms: Number.POSITIVE_INFINITY };
}

const UNIT_MS: Readonly<Record<string, number>> = { "": 1_000, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function* sleep(args: readonly string[]): Running {
  const [, amount = "0", unit = ""] = /^([\d.]+|inf(?:inity)?)([smhd]?)$/.exec(args[0] ?? "") ?? [];
  yield { ms: amount.startsWith("inf") ? Number.POSITIVE_INFINITY : Number(amount) * (UNIT_MS[unit] ?? 1_000) };
  return 0;
}

/** Without a file it copies standard input, which is closed. */
function cat(shell: Shell, paths: readonly string[], output: Redirection): number {
  for (const path of paths) {
    const text = shell.files.get(path);
    if (text === undefined) {
      shell.print(`cat: can't open '${path}': No such file or directory`, "stderr");
      return 1;
    }
    shell.print(text, output);
  }
  return 0;
}

function holds(shell: Shell, args: readonly string[]): boolean {
  if (args[0] === "!") return !holds(shell, args.slice(1));
  const [left = "", operator, right = ""] = args;
  switch (left) {
    case "-n":
      return (operator ?? "") !== "";
    case "-z":
      return (operator ?? "") === "";
    case "-f":
    case "-e":
      return shell.files.has(operator ?? "");
    case "-d":
      return shell.process.mounts.includes(operator ?? "");
    default:
      return operator === undefined ? left !== "" : compare(left, operator, right);
  }
}

function compare(left: string, operator: string, right: string): boolean {
  switch (operator) {
    case "=":
    case "==":
      return left === right;
    case "!=":
      return left !== right;
    case "-eq":
      return Number(left) === Number(right);
    case "-ne":
      return Number(left) !== Number(right);
    case "-gt":
      return Number(left) > Number(right);
    case "-lt":
      return Number(left) < Number(right);
    default:
      throw new SyntaxError(`Cannot evaluate test: unknown operator ${operator}`);
  }
}

function* waitForBackground(shell: Shell): Running {
  if (shell.hasBackground) yield { ms: Number.POSITIVE_INFINITY, interruptible: true };
  return shell.lastStatus;
}

/** The kernel keeps a first process from ending itself with SIGKILL. */
function killSelf(shell: Shell, args: readonly string[]): number {
  const signal = args.find((arg) => arg.startsWith("-"))?.slice(1) ?? "TERM";
  if (/^(?:9|KILL|SIGKILL)$/.test(signal)) return 0;
  shell.process.raise(signal);
  return 0;
}

/** From here on the process is that command: the shell's traps are gone. */
function* exec(shell: Shell, args: readonly string[], output: Redirection): Running {
  shell.process.forgetHandlers();
  return shell.exit(yield* shell.runWords(args, output));
}

/** `-c SCRIPT` runs it; a shell without a terminal reads nothing and ends. */
function* runShell(shell: Shell, args: readonly string[]): Running {
  const at = args.findIndex((arg) => /^-\w*c$/.test(arg));
  return at < 0 ? 0 : yield* shell.runSource(args[at + 1] ?? "");
}
