/** Shell completion. The library behind it is known to this file only. */
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Option, OptionHandler } from "@bomb.sh/tab";
import tab from "@bomb.sh/tab/commander";
import type { Command } from "commander";
import { EXIT_OK } from "./exit-code.ts";
import type { CliHost } from "./host.ts";

const VERBS_WITH_FILES = ["run", "validate", "plan"];
const DEFINITION_FILE = /\.(?:json|ya?ml)$/iu;
/** As many names as a shell shows without asking. */
const MAX_CANDIDATES = 100;

/** What is completed: a program without a verb `completion`, which the library adds, and where its files are. */
export type Completed = { readonly program: Command; readonly host: CliHost };

/** The script that a shell sources. */
export function completionCommand(shell: "bash" | "zsh" | "fish", completed: Completed): number {
  completionsOf(completed, []).setup("berth", "berth", shell);
  return EXIT_OK;
}

/** Candidates for the last of `words`, in the form that the scripts read. */
export function completeCommand(words: readonly string[], completed: Completed): number {
  completionsOf(completed, words).parse([...words]);
  return EXIT_OK;
}

function completionsOf({ program, host }: Completed, words: readonly string[]): ReturnType<typeof tab> {
  const root = tab(program, { completionCommandName: "completion" });
  const typed = words.at(-1) ?? "";
  const offer = (accept: (name: string) => boolean) => (complete: (value: string, description: string) => void) => {
    for (const candidate of fileCandidates(typed, host.workingDirectory, accept)) complete(candidate, "");
  };
  for (const verb of VERBS_WITH_FILES) {
    const command = root.commands.get(verb);
    for (const argument of command?.arguments.values() ?? [])
      argument.handler = offer((name) => DEFINITION_FILE.test(name));
    for (const name of ["overrides", "secrets"])
      setHandler(
        command?.options.get(name),
        offer(() => true),
      );
    setHandler(
      command?.options.get("env-files"),
      offer(() => false),
    );
  }
  return root;
}

function setHandler(option: Option | undefined, handler: OptionHandler): void {
  if (option !== undefined) option.handler = handler;
}

/** Files that are accepted, and folders, beside what has been typed. An unreadable folder has none. */
function fileCandidates(typed: string, workingDirectory: string, accept: (name: string) => boolean): readonly string[] {
  const folder = typed.endsWith("/")
    ? typed
    : dirname(typed) === "." && !typed.startsWith("./")
      ? ""
      : `${dirname(typed)}/`;
  try {
    return readdirSync(join(workingDirectory, folder), { withFileTypes: true })
      .filter((entry) => !entry.name.startsWith(".") && (entry.isDirectory() || accept(entry.name)))
      .map((entry) => `${folder}${entry.name}${entry.isDirectory() ? "/" : ""}`)
      .filter((path) => path.startsWith(typed))
      .slice(0, MAX_CANDIDATES);
  } catch {
    return [];
  }
}
