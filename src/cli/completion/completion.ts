/** `berth completion SHELL`: the script that a shell sources, and what the script asks for at each press of Tab. */
import type { Command } from "commander";
import { EXIT_OK } from "../exit-code.ts";
import type { CliHost } from "../host.ts";
import { inLines, type Shown, show, steers, visible } from "../shown.ts";
import { bashReply, splitLine } from "./bash-line.ts";
import { type Candidate, candidatesAt } from "./candidates.ts";
import { completionPoint } from "./completion-point.ts";
import { SCRIPTS } from "./scripts.ts";
import type { Shell } from "./shells.ts";

export type CompletedProgram = { readonly program: Command; readonly host: CliHost };

export function completionCommand(shell: Shell, { output }: Pick<CliHost, "output">): number {
  output.writeOut(inLines(SCRIPTS[shell].trimEnd().split("\n").map(visible)));
  return EXIT_OK;
}

/** @param words up to the cursor; for bash the line as it is typed, and what it breaks words at */
export async function completeCommand(
  shell: Shell,
  words: readonly string[],
  completed: CompletedProgram,
): Promise<number> {
  const lines = shell === "bash" ? await bashLines(words, completed) : await describedLines(words, completed);
  completed.host.output.writeOut(inLines(lines));
  return EXIT_OK;
}

async function bashLines(
  [line = "", breaks = ""]: readonly string[],
  completed: CompletedProgram,
): Promise<readonly Shown[]> {
  const typed = splitLine(line);
  const candidates = await candidatesFor(typed.words.slice(1), completed);
  const values = candidates.map(({ value }) => value);
  return bashReply(values, typed, breaks).map(visible);
}

async function describedLines(words: readonly string[], completed: CompletedProgram): Promise<readonly Shown[]> {
  const candidates = await candidatesFor(words, completed);
  return candidates.map(({ value, about }) => show`${visible(value)}\t${visible(about)}`);
}

/** Names with a line break in them cannot be handed to a shell line by line, and some shells write out the rest as it is. */
async function candidatesFor(
  words: readonly string[],
  { program, host }: CompletedProgram,
): Promise<readonly Candidate[]> {
  const candidates = await candidatesAt(completionPoint(program, words), host);
  return candidates.filter(({ value }) => !steers(value));
}
