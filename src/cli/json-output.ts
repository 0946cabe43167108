/**
 * One JSON object a line: every state change and log line with its time, last the outcome, and nothing else on stdout.
 * `docs/run-output.md` describes the records.
 */
import { waitingForHealth } from "../core/dependencies.ts";
import { formatReason } from "../core/errors.ts";
import { isRunningStatus } from "../core/status.ts";
import { type Container, isInternal, type Task } from "../core/task.ts";
import type { LogLine } from "../ports/docker-client.ts";
import { publishedPorts } from "./addresses.ts";
import type { RunEnd } from "./exit-code.ts";
import { berthLine, type CliOutput, type RunReporter } from "./reporter.ts";
import { inLines, show, shownJson } from "./shown.ts";
import { changesBetween, type TaskChange } from "./task-changes.ts";

type JsonOptions = { readonly output: CliOutput; readonly dockerHost: string; readonly now: () => number };

export function createJsonReporter({ output, dockerHost, now }: JsonOptions): RunReporter {
  let previous: Task | undefined;
  const write = (line: Readonly<Record<string, unknown>>) => output.writeOut(show`${shownJson(line)}\n`);
  return {
    taskChanged(task) {
      const time = isoTime(now());
      for (const change of changesBetween(previous, task)) write({ time, ...changeToJson(change, task, dockerHost) });
      previous = task;
    },
    pullProgress: () => undefined,
    logLines(containerName, lines) {
      output.writeOut(inLines(lines.map((line) => shownJson(logToJson(containerName, line)))));
      return output.drained();
    },
    note: (text) => output.writeErr(berthLine(text)),
    notice: (text) => output.writeErr(berthLine(text)),
    ended: (end) => write({ time: isoTime(now()), ...outcomeToJson(end, previous, dockerHost) }),
    close: () => undefined,
  };
}

/** What a script needs to know of a run, in one record. */
function outcomeToJson(end: RunEnd, task: Task | undefined, dockerHost: string): Readonly<Record<string, unknown>> {
  const containers = (task?.containers ?? []).filter((container) => !isInternal(container));
  return {
    type: "outcome",
    exitCode: end.code,
    reason: end.message,
    taskArn: task?.arn,
    stopCode: task?.stopCode,
    stoppedReason: task?.stoppedReason,
    containers: containers.map((container) => ({
      name: container.name,
      ...containerToJson(container),
      healthStatus: container.hasHealthCheck ? container.health.status : undefined,
      restartCount: container.restart.count,
      addresses: task === undefined ? [] : publishedPorts(task, container, dockerHost),
    })),
  };
}

/** `time` is added by the caller: when the change was seen. */
function changeToJson(change: TaskChange, task: Task, dockerHost: string): Readonly<Record<string, unknown>> {
  switch (change.type) {
    case "task":
      return { type: "task", taskArn: task.arn, ...taskToJson(task) };
    case "container":
      return {
        type: "container",
        taskArn: task.arn,
        container: change.container.name,
        ...containerToJson(change.container),
        ...addressesToJson(change.container, task, dockerHost),
      };
    case "health":
      return {
        type: "health",
        taskArn: task.arn,
        container: change.container.name,
        ...healthToJson(change.container, task),
      };
    case "ports": {
      const { name, networkBindings } = change.container;
      const addresses = addressesToJson(change.container, task, dockerHost);
      return { type: "ports", taskArn: task.arn, container: name, networkBindings, ...addresses };
    }
    case "restart":
      return { type: "restart", taskArn: task.arn, container: change.container.name, restartCount: change.count };
  }
}

/** A check that failed comes with what it said, and with the containers that cannot start before it is mended. */
function healthToJson(container: Container, task: Task): Readonly<Record<string, unknown>> {
  const { status, exitCode, output } = container.health;
  const waiting = waitingForHealth(container, task.containers).map(({ name }) => name);
  return { healthStatus: status, exitCode, output, ...(waiting.length === 0 ? {} : { waiting }) };
}

/** Where a container that runs is reached from this machine. */
function addressesToJson(container: Container, task: Task, dockerHost: string): Readonly<Record<string, unknown>> {
  const addresses = isRunningStatus(container.knownStatus) ? publishedPorts(task, container, dockerHost) : [];
  return addresses.length === 0 ? {} : { addresses };
}

function taskToJson(task: Task): Readonly<Record<string, unknown>> {
  return {
    family: task.family,
    revision: task.revision,
    cluster: task.cluster,
    status: task.knownStatus,
    desiredStatus: task.desiredStatus,
    ...(task.stopCode === undefined ? {} : { stopCode: task.stopCode }),
    ...(task.stoppedReason === undefined ? {} : { stoppedReason: task.stoppedReason }),
    containers: task.containers.filter((container) => !isInternal(container)).map((container) => container.name),
  };
}

/** `undefined` members do not reach the line: JSON leaves them out. */
function containerToJson(container: Container): Readonly<Record<string, unknown>> {
  return {
    status: container.knownStatus,
    essential: container.essential,
    image: container.image,
    imageDigest: container.imageDigest,
    runtimeId: container.dockerId,
    exitCode: container.exitCode,
    reason: container.error === undefined ? undefined : formatReason(container.error),
    networkBindings: container.networkBindings?.length === 0 ? undefined : container.networkBindings,
    startedAt: isoTimeOrNothing(container.startedAt),
    finishedAt: isoTimeOrNothing(container.finishedAt),
  };
}

/** A log line has Docker's own time, to the nanosecond. */
function logToJson(containerName: string, line: LogLine): Readonly<Record<string, unknown>> {
  return { time: line.timestamp, type: "log", container: containerName, stream: line.stream, text: line.text };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

function isoTimeOrNothing(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : isoTime(ms);
}
