/** Are two engines, or their lookups, in the same state, as far as a restart would see it? */
import { isDeepStrictEqual } from "node:util";
import type { Task } from "../core/task.ts";
import { durablePart } from "../engine/durable-part.ts";
import type { TaskEngine } from "../engine/task-engine.ts";
import type { TaskEngineState } from "../engine/task-engine-state.ts";

/** Same tasks with the same containers, whatever the order; what is under way does not count. */
export function engineStatesEqual(a: Pick<TaskEngineState, "allTasks">, b: Pick<TaskEngineState, "allTasks">): boolean {
  return isDeepStrictEqual(comparable(a.allTasks()), comparable(b.allTasks()));
}

/** Same tasks, changes that nobody has acknowledged, images and keys, as they would be saved. */
export function enginesEqual(a: Pick<TaskEngine, "toJSON">, b: Pick<TaskEngine, "toJSON">): boolean {
  const [left, right] = [a.toJSON(), b.toJSON()].map(({ tasks, changes, images, meta }) => ({
    tasks: comparable(tasks),
    changes,
    images: images.toSorted((one, other) => (one.imageId < other.imageId ? -1 : 1)),
    meta,
  }));
  return isDeepStrictEqual(left, right);
}

function comparable(tasks: readonly Task[]): unknown {
  const sorted = tasks.toSorted((a, b) => (a.arn < b.arn ? -1 : 1));
  return JSON.parse(JSON.stringify(sorted.map(durablePart)));
}
