/**
 * What must hold at the moment at which Docker makes, starts or signals a container: conditions of the way up, the order
 * of the way down, save before act, one object a container, and a record of every start.
 */
import { CONTAINER_NAME_LABEL, TASK_ARN_LABEL } from "../../core/labels.ts";
import type { Container } from "../../core/task.ts";
import type { SimulatedEvent } from "../simulated-docker/index.ts";
import type { Found, History, Truth } from "./history.ts";

export type Fail = (text: string) => void;

export function checkDockerEvent(history: History, event: SimulatedEvent, fail: Fail): void {
  const found = history.findByName(history.nameIn(event));
  if (found === undefined || event.attributes[TASK_ARN_LABEL] !== found.task.arn) return;
  switch (event.action) {
    case "create":
      mayBeMade(history, found, fail);
      return;
    case "start":
      if (history.isMeddled(found.container)) return;
      mayStart(history, found, fail);
      isRecorded(history, found, event, fail);
      return;
    case "kill":
      // The first signal of a stop is the moment at which the order of stops is judged.
      if (event.attributes.signal === "15") mayBeStopped(history, found, fail);
      return;
    default:
  }
}

/** The task is stored first, with the container's name; and what is made is the only object of this container. */
function mayBeMade(history: History, { task, container }: Found, fail: Fail): void {
  const isStored = history.rowOf(container.dockerName) !== undefined && history.namesOnRecord.has(container.dockerName);
  if (!isStored) fail(`${container.name} is created before its task is stored`);
  const alike = [...history.docker.state.containers].filter(
    ({ labels }) => labels[TASK_ARN_LABEL] === task.arn && labels[CONTAINER_NAME_LABEL] === container.name,
  );
  if (alike.length > 1) fail(`${container.name} of ${task.id} exists ${alike.length} times`);
}

/** Ordering conditions hold whenever a container is started for the first time. */
function mayStart(history: History, { task, container }: Found, fail: Fail): void {
  if (history.truthOf(container.dockerName).started) return;
  for (const { containerName, condition } of container.dependencies) {
    const target = task.containers.find((each) => each.name === containerName);
    if (target === undefined) continue;
    const isUp = history.isRunning(target);
    if (!conditionHeld(condition, history.truthOf(target.dockerName), target, isUp)) {
      fail(`${container.name} starts although ${containerName} is not ${condition}`);
    }
  }
  if (container.type !== "NORMAL") return;
  for (const pause of task.containers.filter((each) => each.type !== "NORMAL")) {
    if (!history.truthOf(pause.dockerName).started) fail(`${container.name} starts before ${pause.name}`);
  }
}

/** A restart is a counted attempt, and every start is on record before it is asked for. */
function isRecorded(history: History, { container }: Found, event: SimulatedEvent, fail: Fail): void {
  const row = history.rowOf(container.dockerName);
  // A start that a dead engine asked for may be carried out when the next one has got over it already.
  if (!history.namesOnRecord.has(container.dockerName))
    fail(`${container.name} is started before the intent is stored`);
  const starts = (history.truthOf(container.dockerName).starts.get(event.id) ?? 0) + 1;
  const attempts = 1 + (row?.restart.count ?? 0) + history.lateStartsOf(container.dockerName);
  if (starts > attempts) fail(`${container.name} is started ${starts} times, and ${attempts} are on record`);
}

function mayBeStopped(history: History, { task, container }: Found, fail: Fail): void {
  const row = history.rowOf(container.dockerName);
  const isOnRecord = row === undefined || row.desiredStatus === "STOPPED" || row.stopOwed;
  if (!isOnRecord && !history.isMeddled(container)) fail(`${container.name} is stopped before the intent is stored`);
  if (task.forceStop || container.knownStatus === "STOPPED" || container.stopOwed) return;
  for (const dependant of task.containers.filter((each) => isDependant(each, container))) {
    if (history.isRunning(dependant) && !history.isMeddled(dependant)) {
      fail(`${container.name} is stopped while its dependant ${dependant.name} runs`);
    }
  }
}

function isDependant(each: Container, of: Container): boolean {
  if (of.type !== "NORMAL") return each.type === "NORMAL";
  return each.dependencies.some((edge) => edge.containerName === of.name);
}

/** A daemon that dies takes the events of its containers' ends with it, so that their state is asked for. */
function conditionHeld(condition: string, truth: Truth, target: Container, isUp: boolean): boolean {
  switch (condition) {
    case "START":
      return truth.started;
    case "COMPLETE":
      return truth.started && !isUp;
    case "SUCCESS":
      return truth.started && !isUp && (truth.exitCodes.has(0) || target.exitCode === 0);
    case "HEALTHY":
      return truth.everHealthy;
    default:
      return true;
  }
}
