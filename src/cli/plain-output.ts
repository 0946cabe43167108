/** Plain lines, for pipes, files and terminals that cannot be redrawn: `web * RUNNING …` for a change, `web | …` for output. */
import { describeCheck } from "../core/blocker.ts";
import { waitingForHealth } from "../core/dependencies.ts";
import { type Container, isInternal, type Task } from "../core/task.ts";
import type { LayerProgress } from "../ports/docker-client.ts";
import { describePort, publishedPorts } from "./addresses.ts";
import { viewContainer } from "./container-view.ts";
import { applyProgress, EMPTY_PULL, type PullView, summarisePull } from "./pull-view.ts";
import { berthLine, type CliOutput, type RunReporter } from "./reporter.ts";
import type { Screen } from "./screen.ts";
import { type Shown, show, visible } from "./shown.ts";
import { changesBetween, type TaskChange } from "./task-changes.ts";
import { padText, textWidth } from "./text-width.ts";
import { withoutFailedStarts } from "./told-once.ts";

type PlainOptions = {
  readonly output: CliOutput;
  readonly screen: Pick<Screen, "colours">;
  readonly dockerHost: string;
  readonly now: () => number;
};

/** Docker reports many times a second; a file wants to know now and then that a pull still moves. */
const PULL_REPORT_MS = 10_000;
const MAX_NAME = 24;

export function createPlainReporter(options: PlainOptions): RunReporter {
  const { output, now } = options;
  let previous: Task | undefined;
  const pulls = new Map<string, { view: PullView; reportedAt: number }>();
  const line = (name: string, text: string) =>
    output.writeOut(show`${prefixOf(name, "*", previous, options.screen)} ${visible(text)}\n`);

  return {
    taskChanged(task) {
      const changes = changesBetween(previous, task).filter((change) => isWorthALine(change, pulls));
      previous = task;
      for (const change of changes) {
        const [name, text] = describeChange(change, task, options.dockerHost);
        line(name, text);
      }
    },
    pullProgress(containerName: string, progress: LayerProgress) {
      const known = pulls.get(containerName);
      if (known === undefined) line(containerName, `PULLING ${imageOf(previous, containerName)}`.trimEnd());
      const view = applyProgress(known?.view ?? EMPTY_PULL, progress);
      const reportedAt = known?.reportedAt ?? now();
      const due = now() - reportedAt >= PULL_REPORT_MS;
      pulls.set(containerName, { view, reportedAt: due ? now() : reportedAt });
      if (due) line(containerName, `PULLING ${summarisePull(view)}`);
    },
    logLines(name, lines) {
      output.writeLog(prefixOf(name, "|", previous, options.screen), lines);
      return output.drained();
    },
    note: (text) => output.writeErr(berthLine(text)),
    notice: (text) => output.writeErr(berthLine(text)),
    close: () => undefined,
  };
}

/** Of an image that is there already nothing is pulled, and nothing told; a digest that a registry gave is no news for people. */
function isWorthALine(change: TaskChange, pulls: ReadonlyMap<string, unknown>): boolean {
  if (change.type === "task")
    return change.task.knownStatus !== "MANIFEST_PULLED" || change.task.desiredStatus === "STOPPED";
  if (change.type !== "container") return true;
  const { name, knownStatus } = change.container;
  return knownStatus !== "MANIFEST_PULLED" && (knownStatus !== "PULLED" || pulls.has(name));
}

function imageOf(task: Task | undefined, name: string): string {
  return task?.containers.find((each) => each.name === name)?.image ?? "";
}

function prefixOf(name: string, mark: string, task: Task | undefined, screen: Pick<Screen, "colours">): Shown {
  const names = (task?.containers ?? []).filter((each) => !isInternal(each)).map((each): string => each.name);
  const width = Math.min(MAX_NAME, Math.max(TASK_NAME.length, ...names.map(visible).map(textWidth)));
  const text = `${padText(visible(name), width)} ${mark}`;
  const index = names.indexOf(name);
  return index < 0 ? screen.colours.bold(text) : screen.colours.container(index, text);
}

/** Name under which lines about the task itself are written. */
const TASK_NAME = "task";

function describeChange(change: TaskChange, task: Task, dockerHost: string): readonly [name: string, text: string] {
  switch (change.type) {
    case "task":
      return [TASK_NAME, describeTask(task)];
    case "health":
      return [change.container.name, `health: ${change.health}${unhealthyDetails(change.container, task)}`];
    case "restart":
      return [change.container.name, `RESTARTED, number ${change.count}`];
    case "ports":
      return [change.container.name, portsText(change.container, task, dockerHost)];
    case "container": {
      const { container } = change;
      const stopped = container.knownStatus === "STOPPED";
      const details = stopped ? stoppedDetails(container, task).join(", ") : portsText(container, task, dockerHost);
      return [container.name, [container.knownStatus, details].filter((part) => part !== "").join("  ")];
    }
  }
}

/** How the check failed, and who waits for it. */
function unhealthyDetails(container: Container, task: Task): string {
  if (container.health.status !== "UNHEALTHY") return "";
  const waiting = waitingForHealth(container, task.containers).map(({ name }) => name);
  const held = waiting.length === 0 ? "" : `; ${waiting.join(", ")} cannot start before it is HEALTHY`;
  return `  ${describeCheck(container.health)}${held}`;
}

function portsText(container: Container, task: Task, dockerHost: string): string {
  return publishedPorts(task, container, dockerHost)
    .map((port) => describePort(port, "->"))
    .join(", ");
}

function stoppedDetails(container: Container, task: Task): readonly string[] {
  const context = {
    task,
    blockers: [],
    pulls: new Map(),
    dockerHost: "localhost",
    arrow: "->",
    now: task.knownStatusAt,
  };
  return viewContainer(container, context).details;
}

function describeTask(task: Task): string {
  const stopping = task.desiredStatus === "STOPPED" && task.knownStatus !== "STOPPED";
  const reason =
    task.stoppedReason === undefined ? "" : `  ${withoutFailedStarts(task.stoppedReason, task.containers)}`;
  if (stopping) return `STOPPING${reason}`;
  if (task.knownStatus === "STOPPED") return `STOPPED${reason}`;
  if (task.knownStatus === "NONE")
    return `PENDING  ${task.family}:${task.revision}, cluster ${task.cluster}, task ${task.id}`;
  return task.knownStatus;
}
