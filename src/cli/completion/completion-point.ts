/** What stands at the cursor of a command line that is being typed. Pure, over the command's own program definition. */
import type { Argument, Command, Option } from "commander";

export type CompletionPoint = {
  readonly program: Command;
  /** Whose options, arguments or verbs are meant. */
  readonly command: Command;
  /** What is typed there; `undefined` where nothing can follow. */
  readonly wanted: "verb" | "option" | Option | Argument | undefined;
  /** What stands before it in the same word and is no part of it: `--output=`. */
  readonly before: string;
  readonly typed: string;
  /** Arguments that stand before. */
  readonly given: readonly string[];
};

/** @param words what stands behind the name of the program, up to the cursor; the last one is being typed */
export function completionPoint(program: Command, words: readonly string[]): CompletionPoint {
  const [verb = "", ...rest] = words;
  const typed = rest.pop();
  if (typed === undefined) {
    const wanted = verb.startsWith("-") ? "option" : "verb";
    return { program, command: program, wanted, before: "", typed: verb, given: [] };
  }
  const command = verbsOf(program).find((each) => each.name() === verb);
  if (command === undefined) return { program, command: program, wanted: undefined, before: "", typed, given: [] };
  return { program, ...pointIn(command, rest, typed) };
}

/** Those that help shows. */
export function verbsOf(program: Command): readonly Command[] {
  return program.createHelp().visibleCommands(program);
}

function pointIn(command: Command, words: readonly string[], typed: string): Omit<CompletionPoint, "program"> {
  const { given, open, onlyArguments } = walk(command, words);
  const point = { command, before: "", typed, given };
  if (open !== undefined) return { ...point, wanted: open };
  const [, name, value] = /^(--[^=]+)=(.*)$/su.exec(typed) ?? [];
  if (name !== undefined && value !== undefined && !onlyArguments) {
    return { ...point, wanted: optionOf(command, name), before: `${name}=`, typed: value };
  }
  if (typed.startsWith("-") && !onlyArguments) return { ...point, wanted: "option" };
  return { ...point, wanted: argumentAt(command, given.length) };
}

type Walked = {
  readonly given: readonly string[];
  /** The option whose value comes next. */
  readonly open: Option | undefined;
  /** Behind `--`. */
  readonly onlyArguments: boolean;
};

function walk(command: Command, words: readonly string[]): Walked {
  const given: string[] = [];
  let open: Option | undefined;
  let onlyArguments = false;
  for (const word of words) {
    if (open !== undefined) open = undefined;
    else if (onlyArguments || word === "-" || !word.startsWith("-")) given.push(word);
    else if (word === "--") onlyArguments = true;
    else open = withValue(optionOf(command, word));
  }
  return { given, open, onlyArguments };
}

function optionOf(command: Command, word: string): Option | undefined {
  return command.options.find(({ long, short }) => long === word || short === word);
}

function withValue(option: Option | undefined): Option | undefined {
  return option?.required === true ? option : undefined;
}

function argumentAt(command: Command, index: number): Argument | undefined {
  const last = command.registeredArguments.at(-1);
  return command.registeredArguments[index] ?? (last?.variadic === true ? last : undefined);
}
