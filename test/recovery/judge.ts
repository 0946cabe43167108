/** Holds a finished life against what was promised. */
import { CONTAINER_NAME_LABEL, TASK_ARN_LABEL } from "../../src/core/labels.ts";
import type { StateChange } from "../../src/core/state-change.ts";
import type { DockerClient } from "../../src/ports/docker-client.ts";
import { DiskStateStore } from "../../src/store/index.ts";
import type { EventRecorder } from "../contract/event-recorder.ts";
import type { Entry } from "./journal.ts";
import { labelledObjects } from "./ownership.ts";
import type { ProgramPlan } from "./plan.ts";
import { shapeOf, taskArnOf } from "./shapes.ts";

export type Verdict = {
  /** Everything that is not as it must be, in words; empty for a good life. */
  readonly problems: readonly string[];
  readonly starts: number;
  readonly containers: number;
  readonly orphans: number;
  readonly doubles: number;
  readonly gaps: number;
  readonly changes: number;
  /** Of these, told more than once: the reader died before it acknowledged. */
  readonly retold: number;
};

type Evidence = {
  readonly plan: ProgramPlan;
  readonly client: DockerClient;
  readonly events: EventRecorder;
  readonly entries: readonly Entry[];
};

export async function judge({ plan, client, events, entries }: Evidence): Promise<Verdict> {
  const told = judgeChanges(plan, entries);
  const left = await labelledObjects(client, plan.engineId);
  const made = await judgeContainers(plan, events);
  const problems = [
    ...entries.flatMap((entry) => (entry.type === "problem" ? [entry.text] : [])),
    ...left.map(({ kind, name }) => `${kind} ${name} is left`),
    ...(await judgeStore(plan)),
    ...made.problems,
    ...told.gaps,
    ...told.problems,
  ];
  return {
    problems,
    starts: entries.filter(({ type }) => type === "opened").length,
    containers: made.containers,
    orphans: left.length + entries.filter((entry) => entry.type === "problem" && /owner/.test(entry.text)).length,
    doubles: made.doubles,
    gaps: told.gaps.length,
    changes: told.changes,
    retold: told.retold,
  };
}

async function judgeStore({ folder }: ProgramPlan): Promise<readonly string[]> {
  const store = await DiskStateStore.open({ folder });
  const { tasks, changes } = await store.load();
  await store.close();
  return [
    ...tasks.map(({ arn }) => `the row of ${arn} is left`),
    ...changes.map(({ taskArn, sequence }) => `change ${sequence} of ${taskArn} is left`),
  ];
}

/** The daemon itself says how often each container was made, started and removed. */
async function judgeContainers(plan: ProgramPlan, events: EventRecorder) {
  const expected = Array.from({ length: plan.tasks }, (_, index) =>
    Object.entries(shapeOf(index).starts).map(([name, starts]) => ({
      container: `${taskArnOf(plan.seed, index)} ${name}`,
      starts,
      mayMiss: shapeOf(index).stopsAtCreate === true,
    })),
  ).flat();
  const count = (action: string) => countBy(events, action);
  // The last removal is answered before its event is read.
  await events.until(() => (total(count("destroy")) >= total(count("create")) ? true : undefined));
  const created = count("create");
  const started = count("start");
  const isWrong = (times: number, wanted: number, mayMiss: boolean) => times !== wanted && !(mayMiss && times === 0);
  const problems = expected.flatMap(({ container, starts, mayMiss }) => {
    const [makes = 0, runs = 0] = [created.get(container), started.get(container)];
    return [
      ...(isWrong(makes, 1, mayMiss) ? [`${container} was made ${makes} times`] : []),
      ...(isWrong(runs, starts, mayMiss) ? [`${container} was started ${runs} times`] : []),
    ];
  });
  const unknown = [...created.keys()].filter((each) => !expected.some(({ container }) => container === each));
  return {
    problems: [...problems, ...unknown.map((each) => `${each} was made and never asked for`)],
    containers: created.size,
    doubles: [...created.values()].filter((times) => times > 1).length,
  };
}

function countBy(events: EventRecorder, action: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const event of events.events) {
    if (event.action !== action) continue;
    const key = `${event.attributes[TASK_ARN_LABEL]} ${event.attributes[CONTAINER_NAME_LABEL]}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

function total(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, each) => sum + each, 0);
}

/** Within a run the numbers go up one by one; a new run may begin again at what was not acknowledged, never later. */
function judgeChanges(plan: ProgramPlan, entries: readonly Entry[]) {
  const gaps: string[] = [];
  const problems: string[] = [];
  let changes = 0;
  let retold = 0;
  for (let index = 0; index < plan.tasks; index += 1) {
    const taskArn = taskArnOf(plan.seed, index);
    const told = entries.flatMap((entry) =>
      entry.type === "change" && entry.change.taskArn === taskArn ? [entry] : [],
    );
    const seen = new Map<number, string>();
    let before: (typeof told)[number] | undefined;
    for (const entry of told) {
      const { sequence } = entry.change;
      const next = before?.run === entry.run ? before.change.sequence + 1 : seen.size + 1;
      if (before?.run === entry.run ? sequence !== next : sequence > next) {
        gaps.push(`${taskArn}: change ${sequence} was told in run ${entry.run} where ${next} was due`);
      }
      const text = JSON.stringify(entry.change);
      if (seen.has(sequence)) retold += 1;
      if (seen.has(sequence) && seen.get(sequence) !== text)
        problems.push(`${taskArn}: change ${sequence} was altered`);
      seen.set(sequence, text);
      before = entry;
    }
    changes += seen.size;
    problems.push(
      ...judgeStory(
        taskArn,
        index,
        [...seen.values()].map((text): StateChange => JSON.parse(text)),
      ),
    );
  }
  return { gaps, problems, changes, retold };
}

/** Each status once, and an end with the right exit codes. */
function judgeStory(taskArn: string, index: number, changes: readonly StateChange[]): readonly string[] {
  const { exitCodes, rests } = shapeOf(index);
  const story = changes.map((each) => `${each.type === "task" ? "task" : each.containerName} ${each.status}`);
  const ends = changes.flatMap((each) =>
    each.type === "container" && each.status === "STOPPED" ? [[each.containerName, each.exitCode] as const] : [],
  );
  const last = changes.at(-1);
  const reason = rests === "RUNNING" ? "end of the life" : "Essential container in task exited";
  const told = last?.type === "task" && last.status === "STOPPED" ? last.reason : undefined;
  const codes = Object.entries(exitCodes).filter(([name, code]) => Object.fromEntries(ends)[name] !== code);
  return [
    ...(new Set(story).size === story.length
      ? []
      : [`${taskArn}: told twice under other numbers: ${story.join(", ")}`]),
    ...(told === reason ? [] : [`${taskArn}: ended with "${told}" instead of "${reason}": ${story.join(", ")}`]),
    ...codes.map(([name, code]) => `${taskArn}: ${name} ended with ${Object.fromEntries(ends)[name]}, not ${code}`),
  ];
}
