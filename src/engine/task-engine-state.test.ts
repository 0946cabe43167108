import { describe, expect, it } from "vitest";
import { asDockerId, asDockerName, asEpochMs, asTaskArn } from "../core/brand.ts";
import type { Container, Task } from "../core/task.ts";
import { aContainer, aTask } from "../testing/builders.ts";
import { TaskEngineState } from "./task-engine-state.ts";

const ARN = aTask().arn;
const OTHER_ARN = asTaskArn("arn:aws:ecs:us-east-1:000000000000:task/default/ffffffffffffffffffffffffffffffff");
const ID = asDockerId("abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789");
const OTHER_ID = asDockerId("abcdef012345ffffffffffffffffffffffffffffffffffffffffffffffffffff");
const NAME = asDockerName("ecs-test-1-web-1");

const asked = (given: Partial<Container> = {}): Container => ({
  ...aContainer({ dockerName: NAME }),
  createRequestedAt: asEpochMs(1),
  ...given,
});
const created = (given: Partial<Container> = {}): Container =>
  asked({ dockerId: ID, knownStatus: "CREATED", ...given });
const taskOf = (container: Container, arn: string = ARN): Task => aTask({ arn, containers: [container] });

function stateOf(...tasks: readonly Task[]): TaskEngineState {
  const state = new TaskEngineState();
  for (const task of tasks) state.add({ task });
  return state;
}

describe("TaskEngineState", () => {
  it("DS-1: finds nothing when it is empty", () => {
    const state = new TaskEngineState();
    expect(state.allTasks()).toEqual([]);
    expect(state.allContainerIds()).toEqual([]);
    expect(state.ipAddressesByTaskArn(ARN)).toEqual([]);
    expect(state.tasksByShortId("abc")).toEqual([]);
    expect([
      state.taskByArn(ARN),
      state.taskById(ID),
      state.containerById(ID),
      state.containerMapByArn(ARN),
      state.taskByIpAddress("172.17.0.2"),
    ]).toEqual([undefined, undefined, undefined, undefined, undefined]);
  });

  it("DS-2, EN-4: lists a task and finds it by its ARN, not by another", () => {
    const task = taskOf(created());
    const state = stateOf(task);
    expect(state.allTasks()).toEqual([task]);
    expect(state.taskByArn(ARN)).toBe(task);
    expect(state.taskByArn(OTHER_ARN)).toBeUndefined();
  });

  it("DS-4, DS-6: a container whose create is under way is found by its reserved name", () => {
    const state = stateOf(taskOf(asked()));
    expect(state.containerById(NAME)?.container.dockerName).toBe(NAME);
    expect(state.taskById(NAME)?.arn).toBe(ARN);
    expect(state.containerMapByArn(ARN)?.get("web")).toMatchObject({ dockerId: undefined, dockerName: NAME });
    expect(state.allContainerIds()).toEqual([NAME]);
  });

  it("DS-4, DS-5: once its id is known it is found by the id only, and counted once", () => {
    const state = stateOf(taskOf(asked()), taskOf(created()));
    expect(state.containerById(ID)?.container.dockerId).toBe(ID);
    expect(state.containerMapByArn(ARN)?.get("web")).toMatchObject({ dockerId: ID, dockerName: NAME });
    expect(state.containerById(NAME)).toBeUndefined();
    expect(state.allContainerIds()).toEqual([ID]);
  });

  it("a container for which no create was asked is not found in Docker's terms", () => {
    const state = stateOf(taskOf(aContainer({ dockerName: NAME })));
    expect(state.containerById(NAME)).toBeUndefined();
    expect(state.containerMapByArn(ARN)).toBeUndefined();
  });

  it("DS-7: a task that is removed takes ids, names and addresses along", () => {
    const running = created({ knownStatus: "RUNNING", ipAddress: "172.17.0.2" });
    const named = asked({ dockerName: asDockerName("ecs-other") });
    const state = stateOf(taskOf(running), taskOf(named, OTHER_ARN));
    state.remove(ARN);
    state.remove(OTHER_ARN);
    state.remove(OTHER_ARN);
    expect(state.allContainerIds()).toEqual([]);
    expect(state.containerById(ID)).toBeUndefined();
    expect(state.containerById(named.dockerName)).toBeUndefined();
    expect(state.tasksByShortId(ID.slice(0, 12))).toEqual([]);
    expect(state.taskByIpAddress("172.17.0.2")).toBeUndefined();
  });

  it("DS-4, DS-5: what its holder has changed is found as it is now", () => {
    const [before, after] = [taskOf(asked()), taskOf(created())];
    const holder = { task: before };
    const state = new TaskEngineState();
    state.add(holder);
    holder.task = after;
    state.changed(before, after);
    expect(state.taskByArn(ARN)).toBe(after);
    expect([...state.tasks()]).toEqual([after]);
    expect(state.containerById(ID)?.task).toBe(after);
    expect(state.containerById(NAME)).toBeUndefined();
  });

  it("DS-4: who comes with another holder, and nothing else that is new, is found by way of that one", () => {
    const running = created({ knownStatus: "RUNNING", ipAddress: "172.17.0.2" });
    const task = taskOf(running);
    const state = stateOf(task);
    const holder = { task };
    state.add(holder);
    const stopped = taskOf({ ...running, knownStatus: "STOPPED" });
    holder.task = stopped;
    expect(state.containerById(ID)?.task).toBe(stopped);
    expect(state.containerByIpAddress("172.17.0.2")?.task).toBe(stopped);
    state.changed(task, stopped);
    expect(state.containerByIpAddress("172.17.0.2")).toBeUndefined();
    expect(state.allTasks()).toEqual([stopped]);
  });

  it("DS-9: an address leads to its task and back, while the container is up", () => {
    const running = created({ knownStatus: "RUNNING", ipAddress: "172.17.0.2" });
    const state = stateOf(taskOf(running));
    expect(state.taskByIpAddress("172.17.0.2")?.arn).toBe(ARN);
    expect(state.ipAddressesByTaskArn(ARN)).toEqual(["172.17.0.2"]);
    state.add({ task: taskOf({ ...running, knownStatus: "STOPPED" }) });
    expect(state.taskByIpAddress("172.17.0.2")).toBeUndefined();
    expect(state.ipAddressesByTaskArn(ARN)).toEqual([]);
  });

  it("DS-9: an address that went over to another task stays with that one", () => {
    const first = created({ knownStatus: "RUNNING", ipAddress: "172.17.0.2" });
    const second = { ...first, dockerId: OTHER_ID };
    const state = stateOf(taskOf(first), taskOf(second, OTHER_ARN));
    state.add({ task: taskOf({ ...first, knownStatus: "STOPPED" }) });
    expect(state.taskByIpAddress("172.17.0.2")?.arn).toBe(OTHER_ARN);
  });

  it("DS-11: what is found is the task's own container", () => {
    const task = taskOf(created());
    const state = stateOf(task);
    expect(state.containerById(ID)?.container).toBe(task.containers[0]);
    expect(state.containerMapByArn(ARN)?.get("web")?.container).toBe(task.containers[0]);
  });

  it("DS-15: the map of a task's containers is the caller's own", () => {
    const state = stateOf(taskOf(created()));
    const mine = state.containerMapByArn(ARN);
    if (mine instanceof Map) mine.clear();
    expect(mine?.size).toBe(0);
    expect(state.containerMapByArn(ARN)?.size).toBe(1);
  });

  it("finds all tasks whose container ids begin alike, with short ids of any length", () => {
    const state = stateOf(taskOf(created()), taskOf(created({ dockerId: OTHER_ID }), OTHER_ARN));
    const arns = (prefix: string) => state.tasksByShortId(prefix).map((task) => task.arn);
    expect(arns("abc")).toEqual([ARN, OTHER_ARN]);
    expect(arns("abcdef012345")).toEqual([ARN, OTHER_ARN]);
    expect(arns(ID.slice(0, 20))).toEqual([ARN]);
    expect(arns("abd")).toEqual([]);
    expect(arns("")).toEqual([]);
  });

  it("reset() clears everything", () => {
    const state = stateOf(taskOf(created({ knownStatus: "RUNNING", ipAddress: "172.17.0.2" })));
    state.reset();
    expect(state.allTasks()).toEqual([]);
    expect(state.containerById(ID)).toBeUndefined();
    expect(state.tasksByShortId("abc")).toEqual([]);
    expect(state.taskByIpAddress("172.17.0.2")).toBeUndefined();
  });
});
