/** One task from its start to its removal, with the ways in which people end it early. */

import { describeCheck } from "../core/blocker.ts";
import { waitingForHealth } from "../core/dependencies.ts";
import { EngineError } from "../core/errors.ts";
import type { Container, Task } from "../core/task.ts";
import type { TaskEngine } from "../engine/task-engine.ts";
import type { Clock } from "../ports/clock.ts";
import type { DockerClient } from "../ports/docker-client.ts";
import { removeCommand } from "./clean-up-command.ts";
import { EXIT_ENGINE, endOfRun, type RunEnd, type WayOut } from "./exit-code.ts";
import { type CutLog, createLogFollower } from "./log-follower.ts";
import { newConflicts } from "./port-holders.ts";
import type { RunReporter } from "./reporter.ts";
import type { RunEnding, Urgency } from "./run-ending.ts";
import { count } from "./units.ts";

/** How long the next of the last lines of an ended container is waited for, ms. */
const LOG_SILENCE_MS = 5_000;

export type SessionOptions = {
  readonly engine: TaskEngine;
  readonly docker: Pick<DockerClient, "logs">;
  readonly clock: Clock;
  readonly reporter: RunReporter;
  readonly ending: RunEnding;
  readonly keep: boolean;
  /** Wait on, as ECS does, when a container waits for one that is UNHEALTHY. */
  readonly waitUnhealthy: boolean;
  readonly showLogs: boolean;
  /** What people should know of a container that could not start because of a host port. */
  readonly explainConflict: (task: Task, container: Container) => Promise<string | undefined>;
};

/**
 * Runs the task until it has ended and, unless it is kept, is removed.
 * @throws {EngineError} when the engine does not take it
 */
export async function runSession(task: Task, options: SessionOptions): Promise<RunEnd> {
  const { engine, ending } = options;
  const watch = watchTask(task, options);
  const acknowledging = acknowledgeAll(engine);
  try {
    await engine.addTask(task);
    const stopping = stopWhenAsked(task, options);
    const left = ending.reached(3).then(() => "left" as const);
    const outcome = await Promise.race([watch.stopped, left, acknowledging]);
    stopping.end();
    if (outcome === "left") return leave(task, options);
    return await finish(outcome, options);
  } catch (error) {
    await cleanUpAfterFailure(task, options);
    throw error;
  } finally {
    watch.end();
  }
}

type Watch = { readonly stopped: Promise<Task>; end(): void };

/** News in the order in which they happened: a container's output is told after its start and before its end. */
function watchTask(task: Task, options: SessionOptions): Watch {
  const { engine, reporter } = options;
  const logs = createLogFollower({
    docker: options.docker,
    clock: options.clock,
    onLines: (name, lines) => reporter.logLines(name, lines),
    onUnreadable: (name, reason) => reporter.note(`Cannot read the log of ${name}: ${reason}`),
  });
  reporter.taskChanged(task);
  let end: () => void = () => undefined;
  const stopped = new Promise<Task>((resolve, reject) => {
    let told: Promise<void> = Promise.resolve();
    let shown = task;
    const tell = async (before: Promise<void>, snapshot: Task) => {
      await before;
      const ended = options.showLogs && hasEndedSince(shown, snapshot);
      const conflicts = newConflicts(shown, snapshot);
      shown = snapshot;
      if (ended) {
        logs.taskChanged(snapshot);
        const { ending } = options;
        const left = Promise.race([askedAgain(ending), ending.outputClosed]);
        const cut = await logs.caughtUp(LOG_SILENCE_MS, left);
        if (!ending.isOutputClosed) for (const log of cut) reporter.note(describeCut(log));
      }
      reporter.taskChanged(snapshot);
      if (options.showLogs) logs.taskChanged(snapshot);
      for (const container of conflicts)
        await Promise.race([noteConflict(snapshot, container, options), askedAgain(options.ending)]);
      if (!options.waitUnhealthy) endWhenUnhealthy(snapshot, options.ending);
      if (snapshot.knownStatus === "STOPPED") resolve(snapshot);
    };
    end = engine.subscribe((event) => {
      if (event.type === "pullProgress") return reporter.pullProgress(event.containerName, event.progress);
      if (event.type !== "task" || event.task.arn !== task.arn) return;
      told = tell(told, event.task);
      told.catch(reject);
    });
  });
  stopped.catch(() => undefined);
  return {
    stopped,
    end() {
      end();
      logs.close();
    },
  };
}

/** Who holds the port is looked up at once: the holder may be gone when the task has ended. */
async function noteConflict(task: Task, container: Container, options: SessionOptions): Promise<void> {
  const { reporter, explainConflict } = options;
  try {
    const explanation = await explainConflict(task, container);
    if (explanation !== undefined) reporter.note(explanation);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    reporter.note(`Cannot find out who holds the port: ${error.message}`);
  }
}

/** In a pipeline nobody comes to mend what is UNHEALTHY, and a task that waits for it would never end. */
function endWhenUnhealthy(task: Task, ending: RunEnding): void {
  const reason = task.desiredStatus === "STOPPED" ? undefined : heldByHealth(task);
  if (reason !== undefined) ending.unhealthy(reason);
}

function heldByHealth({ containers }: Task): string | undefined {
  for (const container of containers) {
    const waiting = waitingForHealth(container, containers).map(({ name }) => name);
    if (waiting.length === 0) continue;
    return `${container.name} is UNHEALTHY (${describeCheck(container.health)}), and ${waiting.join(", ")} cannot start before it is HEALTHY`;
  }
  return undefined;
}

/** Who asks for an end once more, and not for the first time, does not wait for what is still to be read. */
function askedAgain(ending: RunEnding): Promise<void> {
  return ending.reached(Math.min(3, Math.max(2, ending.urgency + 1)) as Urgency);
}

function describeCut({ containerName, linesShown }: CutLog): string {
  return `The log of ${containerName} is not shown to its end: ${count(linesShown, "line")} of it were, and nothing more came`;
}

function hasEndedSince(previous: Task, next: Task): boolean {
  const stopped = (task: Task) => task.containers.filter((container) => container.knownStatus === "STOPPED").length;
  return stopped(next) > stopped(previous);
}

/** Nobody but this terminal reads the changes, so that each counts as delivered. Settles only with a failure. */
async function acknowledgeAll(engine: TaskEngine): Promise<never> {
  for await (const delivery of engine.stateChangeEvents()) await delivery.acknowledge();
  return new Promise(() => undefined);
}

/** First in order, at the second signal at once. */
function stopWhenAsked(task: Task, { engine, ending, reporter }: SessionOptions): { end(): void } {
  let asked = 0;
  const look = () => {
    const { urgency, wayOut } = ending;
    if (wayOut === undefined || urgency <= asked || urgency > 2) return;
    asked = urgency;
    reporter.notice(urgency === 1 ? `${causeOf(wayOut)}: stopping in order, a further Ctrl-C kills at once` : KILLING);
    const stopping = engine.stopTask(task.arn, {
      reason: causeOf(wayOut),
      stopCode: wayOut.type === "unhealthy" ? "TaskFailedToStart" : "UserInitiated",
      force: urgency === 2,
    });
    stopping.catch((error: Error) => reporter.note(`Cannot stop the task: ${error.message}`));
  };
  const end = ending.onChange(look);
  look();
  return { end };
}

const KILLING = "Killing all containers: a further Ctrl-C leaves without waiting";

function causeOf(wayOut: WayOut): string {
  const { message } = endOfRun(undefined, wayOut);
  return message ?? "Output closed";
}

async function finish(task: Task, options: SessionOptions): Promise<RunEnd> {
  const { ending, reporter } = options;
  const end = endOfRun(task, ending.wayOut ?? { type: "ended" });
  ending.settle();
  if (options.keep) {
    reporter.note(`Containers are kept (--keep): remove them with ${removeCommand(task.arn)}`);
    return end;
  }
  return (await removed(task, options))
    ? end
    : { ...leave(task, options), code: end.code === 0 ? EXIT_ENGINE : end.code };
}

/** @returns false when it was not waited for, or cannot be done */
async function removed(task: Task, { engine, ending, reporter }: SessionOptions): Promise<boolean> {
  const removal = engine.removeTask(task.arn).then(
    () => true,
    (error: Error) => {
      reporter.note(`Cannot remove the task's containers: ${error.message}`);
      return false;
    },
  );
  const first = ending
    .reached(1)
    .then(() => reporter.notice("Removing containers: a further Ctrl-C leaves without waiting"));
  const left = first.then(() => ending.reached(2)).then(() => false);
  return await Promise.race([removal, left]);
}

function leave(task: Task, { ending }: SessionOptions): RunEnd {
  const { code } = endOfRun(task, ending.wayOut ?? { type: "ended" });
  return { code, message: `Left without cleaning up: remove what is left with ${removeCommand(task.arn)}` };
}

/** Something in here broke: the containers must not outlive it. The failure is reported by the caller. */
async function cleanUpAfterFailure(task: Task, { engine, ending, keep, reporter }: SessionOptions): Promise<void> {
  if (engine.getTaskByArn(task.arn) === undefined) return;
  const stopped = new Promise<void>((resolve) => {
    const look = () => {
      const known = engine.getTaskByArn(task.arn);
      if (known === undefined || known.knownStatus === "STOPPED") resolve();
    };
    engine.subscribe(look);
    look();
  });
  const cleaning = async () => {
    await engine.stopTask(task.arn, { reason: "Berth failed", force: true });
    await stopped;
    if (!keep) await engine.removeTask(task.arn);
  };
  const failed = (error: Error) =>
    reporter.note(`Cannot clean up: ${error.message}. Remove what is left with ${removeCommand(task.arn)}`);
  await Promise.race([cleaning().catch(failed), ending.reached(3)]);
}
