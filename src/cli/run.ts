/** `berth run`: from options and a definition to a task that has ended and gone. */

import { asEpochMs } from "../core/brand.ts";
import { isError } from "../core/definition/problem.ts";
import { chooseRegion } from "../core/definition/region.ts";
import type { Task } from "../core/task.ts";
import { hostOfEndpoint } from "./addresses.ts";
import { berthCommand } from "./command-line.ts";
import { openConnectionNote } from "./daemon-safety.ts";
import { removeEarlierRuns } from "./earlier-runs.ts";
import { endOfRun, type RunEnd } from "./exit-code.ts";
import type { CliHost } from "./host.ts";
import { createJsonReporter } from "./json-output.ts";
import { type DefinitionOptions, type LoadedDefinition, loadDefinition } from "./load-definition.ts";
import { createPlainReporter } from "./plain-output.ts";
import { describeHolder } from "./port-holders.ts";
import { grouped, groupLine, problemLine } from "./problem-text.ts";
import { STDIN } from "./read-source.ts";
import { remoteLogNotes } from "./remote-logs.ts";
import { berthLine, type RunReporter } from "./reporter.ts";
import { RunEnding } from "./run-ending.ts";
import type { PullBehaviour, RunEnvironment } from "./run-environment.ts";
import { runSession } from "./run-session.ts";
import { ASCII_GLYPHS, createColours, UNICODE_GLYPHS, wantsColours, wantsUnicode } from "./screen.ts";
import { EngineErrorLines, InvalidInputLines } from "./told-in-lines.ts";
import { count, parseDuration } from "./units.ts";
import { checkFolder, folderFaults } from "./volume-paths.ts";

export type RunOptions = DefinitionOptions & {
  readonly pull: PullBehaviour;
  readonly cluster: string;
  readonly region?: string;
  readonly timeout?: string;
  readonly keep?: true;
  readonly replace?: true;
  readonly waitUnhealthy?: true;
  readonly secrets?: string;
  readonly aws?: true;
  readonly envFiles?: string;
  readonly output: "text" | "json";
  readonly logs: boolean;
};

/**
 * @returns the exit code
 * @throws {InvalidDefinitionError} {InvalidInputError} before anything is started
 * @throws {EngineError} when the engine cannot do its work
 */
export async function runCommand(file: string, options: RunOptions, host: CliHost): Promise<number> {
  const ending = new RunEnding(() => host.clock.elapsedMs);
  const release = listenForEndings(ending, options, host);
  try {
    const speaker = { say: (text: string) => host.output.writeErr(berthLine(text)) };
    const end = await runUntilEnd(file, options, { host, ending, speaker });
    if (ending.wayOut?.type === "crash") throw ending.wayOut.error;
    if (end.message !== undefined) host.output.writeErr(berthLine(end.message));
    return end.code;
  } finally {
    release();
  }
}

function listenForEndings(ending: RunEnding, options: RunOptions, host: CliHost): () => void {
  const timeoutMs = options.timeout === undefined ? undefined : parseDuration("--timeout", options.timeout);
  const releases = [
    host.onSignal((signal) => ending.signalled(signal)),
    host.onCrash((error) => ending.crashed(error)),
    host.output.onBrokenPipe(() => ending.pipeBroke()),
    timeoutMs === undefined
      ? () => undefined
      : host.clock.schedule(asEpochMs(host.clock.now() + timeoutMs), () => ending.timedOut(timeoutMs)),
  ];
  return () => {
    for (const release of releases) release();
  };
}

type RunContext = {
  readonly host: CliHost;
  readonly ending: RunEnding;
  /** Where Berth's own words go: to stderr, and once there is one to the reporter, whose board they must not tear. */
  readonly speaker: { say: (text: string) => void };
};

async function runUntilEnd(file: string, options: RunOptions, context: RunContext): Promise<RunEnd> {
  const { host, ending } = context;
  const over = ending.reached(1).then(() => undefined);
  const loaded = await Promise.race([loadDefinition(file, options, host), over]);
  if (loaded === undefined) return endedEarly(ending);
  refuseWhatCannotRun(loaded);
  if (options.envFiles !== undefined) checkFolder("--env-files", options.envFiles, host.workingDirectory);
  const environment = await openEnvironment(loaded, options, context);
  if (environment === undefined) return endedEarly(ending);
  try {
    const notes = [openConnectionNote(environment.connection, loaded.definition), ...folderNotes(loaded, environment)];
    for (const note of notes) if (note !== undefined) context.speaker.say(note);
    const task = environment.buildTask(loaded.definition);
    const missing = await Promise.race([environment.missing(task), over]);
    if (missing === undefined || ending.wayOut !== undefined) return endedEarly(ending);
    if (missing.length > 0)
      throw new InvalidInputLines([`Cannot start the task: ${count(missing.length, "value")} missing`, ...missing]);
    if (options.replace === true) {
      await Promise.race([replaceEarlierRuns(task.family, environment, context), over]);
      if (ending.wayOut !== undefined) return endedEarly(ending);
    }
    return await reportedSession(task, { ...context, loaded, options, environment });
  } finally {
    await environment.close();
  }
}

/** @throws {EngineError} when Docker refuses */
async function replaceEarlierRuns(
  family: string,
  { docker, processes }: RunEnvironment,
  { ending, speaker }: RunContext,
): Promise<void> {
  for (const text of await removeEarlierRuns(family, { docker, processes, signal: ending.signal })) speaker.say(text);
}

function endedEarly(ending: RunEnding): RunEnd {
  return endOfRun(undefined, ending.wayOut ?? { type: "ended" });
}

/** @throws {EngineError} naming every member that this host cannot honour and that the task does not work without */
function refuseWhatCannotRun({ limitations }: LoadedDefinition): void {
  const refused = limitations.filter((each) => isError(each) || each.rule === "refused-here");
  if (refused.length === 0) return;
  throw new EngineErrorLines("ResourceInitializationError", refused.map(problemLine));
}

/** `undefined` when the run was ended before the daemon answered. */
async function openEnvironment(
  { definition, registeredArn }: LoadedDefinition,
  options: RunOptions,
  { host, ending, speaker }: RunContext,
): Promise<RunEnvironment | undefined> {
  const opening = host.openRunEnvironment({
    cluster: options.cluster,
    region: chooseRegion({ option: options.region, env: host.output.env, registeredArn, definition }),
    pull: options.pull,
    aws: options.aws === true,
    ...(options.secrets === undefined ? {} : { secretsFile: options.secrets }),
    ...(options.envFiles === undefined ? {} : { envFilesDirectory: options.envFiles }),
    signal: ending.signal,
    onWarning: (text) => speaker.say(text),
  });
  const environment = await Promise.race([opening, ending.reached(1).then(() => undefined)]);
  // One that comes too late is given back.
  if (environment === undefined) opening.then((late) => late.close()).catch(() => undefined);
  return environment;
}

/**
 * Docker makes a folder that is not there. One that the definition names may be meant so, and is warned of; one that was
 * typed is a slip. Folders of another host cannot be looked at.
 * @throws {InvalidInputError} when `--volume` names a folder that is not there
 */
function folderNotes({ definition, mounted }: LoadedDefinition, { docker }: RunEnvironment): readonly string[] {
  if (hostOfEndpoint(docker.endpoint) !== "localhost") return [];
  const faults = folderFaults(definition);
  const typed = faults.filter(({ volume, is }) => is === "missing" && mounted.includes(volume));
  if (typed.length > 0) {
    throw new InvalidInputLines(typed.map(({ volume, path }) => `Cannot use --volume ${volume}: there is no ${path}`));
  }
  return faults.flatMap(({ volume, path, is }) => {
    if (is === "missing")
      return [
        `Warning: the folder of volume ${volume}, ${path}, is not there: Docker makes it, empty and owned by root`,
      ];
    return mounted.includes(volume)
      ? [`Warning: --volume ${volume}: ${path} is no folder, and is mounted as it is`]
      : [];
  });
}

type SessionContext = RunContext & {
  readonly loaded: LoadedDefinition;
  readonly options: RunOptions;
  readonly environment: RunEnvironment;
};

async function reportedSession(task: Task, context: SessionContext): Promise<RunEnd> {
  const { environment, host, options, ending, loaded } = context;
  const reporter = await createReporter(task, context);
  const { say } = context.speaker;
  context.speaker.say = (text) => reporter.note(text);
  try {
    for (const note of [...startNotes(loaded, options), ...remoteLogNotes(task)]) reporter.note(note);
    const end = await runSession(task, {
      engine: environment.engine,
      docker: environment.docker,
      clock: host.clock,
      reporter,
      ending,
      keep: options.keep === true,
      waitUnhealthy: options.waitUnhealthy === true,
      showLogs: options.logs,
      explainConflict: (known, container) => describeHolder(known, container, environment),
    });
    reporter.ended?.(end);
    return end;
  } finally {
    context.speaker.say = say;
    reporter.close();
  }
}

async function createReporter(task: Task, { environment, host, options }: SessionContext): Promise<RunReporter> {
  const { output, clock } = host;
  const now = () => clock.now();
  const dockerHost = hostOfEndpoint(environment.docker.endpoint);
  if (options.output === "json") return createJsonReporter({ output, dockerHost, now });
  const colours = createColours(wantsColours(output.env, output.isTerminal));
  if (!output.isTerminal || output.env.TERM === "dumb")
    return createPlainReporter({ output, screen: { colours }, dockerHost, now });
  const [{ createLogUpdate }, { createLiveBoard }] = await Promise.all([
    import("log-update"),
    import("./live-board.ts"),
  ]);
  return createLiveBoard({
    output,
    clock,
    screen: { colours, glyphs: wantsUnicode(output.env) ? UNICODE_GLYPHS : ASCII_GLYPHS },
    dockerHost,
    whyBlocked: () => environment.engine.whyBlocked(task.arn),
    createLogUpdate,
  });
}

/** Findings that do not keep the task from running, in as few lines as will do. */
function startNotes(
  { source, warnings, limitations }: LoadedDefinition,
  { set, setFile, image, volume, overrides }: DefinitionOptions,
): readonly string[] {
  const paths = limitations.map((each) => each.path);
  const shown = paths.slice(0, 3).join(", ");
  const more = paths.length > 3 ? ` and ${paths.length - 3} more` : "";
  // What came by a pipe cannot be read again.
  const given = { set, setFile, image, volume, overrides };
  const see = source === STDIN ? "" : ` (see: ${berthCommand({ verb: "validate", file: source, ...given })})`;
  return [
    ...grouped(warnings).map((group) => `Warning: ${groupLine(group)}`),
    ...(paths.length === 0 ? [] : [`Handled in another way on this host: ${shown}${more}${see}`]),
  ];
}
