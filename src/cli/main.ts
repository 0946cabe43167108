/** From arguments to an exit code: the one place that ends the process. */
import { CommanderError } from "commander";
import { shellWord } from "./command-line.ts";
import { EXIT_OK, EXIT_USAGE } from "./exit-code.ts";
import type { CliHost } from "./host.ts";
import { createProcessHost } from "./process-host.ts";
import { createProgram } from "./program.ts";
import { inLines, show, visible } from "./shown.ts";

export async function runMain(args: readonly string[]): Promise<void> {
  const host = createProcessHost();
  const code = await exitCodeOf(() => Promise.race([runVerb(args, host), host.crashed]), host);
  await host.output.flush();
  // Open handles of libraries must not keep a finished command alive.
  host.leave(code);
}

async function runVerb(args: readonly string[], host: CliHost): Promise<number> {
  const outcome = { code: EXIT_OK };
  const program = createProgram(host, outcome);
  if (args.length === 0) program.help();
  await program.parseAsync([...args], { from: "user" });
  return outcome.code;
}

async function exitCodeOf(run: () => Promise<number>, host: CliHost): Promise<number> {
  try {
    return await run();
  } catch (error) {
    // Commander has written its message already; help and version come this way too.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_OK : usageError(error, host);
    const { toExit } = await import("./to-exit.ts");
    const { wantsColours } = await import("./screen.ts");
    const colours = wantsColours(host.output.env, host.output.isErrTerminal);
    const exit = toExit(error, { debug: isOn(host.output.env.BERTH_DEBUG), colours });
    host.output.writeErr(inLines(exit.lines));
    return exit.code;
  }
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && value !== "" && value !== "0" && value !== "false";
}

/** Who leaves out the verb means `run`. */
function usageError(error: CommanderError, host: CliHost): number {
  const file = /unknown command '(.+\.(?:json|ya?ml))'/u.exec(error.message)?.[1];
  if (file !== undefined) host.output.writeErr(show`Did you mean: berth run ${visible(shellWord(file))}\n`);
  return EXIT_USAGE;
}
