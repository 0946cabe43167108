/** From a task definition, as written, to a task for an engine. */
import { asEpochMs } from "../core/brand.ts";
import { DEFAULT_STOP_TIMEOUT_MS } from "../core/definition/defaults.ts";
import type { TaskDefinitionInput } from "../core/definition/definition-input.ts";
import { parseTaskDefinition } from "../core/definition/parse.ts";
import type { Task } from "../core/task.ts";
import { buildTask, type TaskIdentity } from "../core/task-builder.ts";
import { systemClock } from "../docker/system-clock.ts";
import { PAUSE_IMAGE } from "../resources/pause-image.ts";
import { systemRandom } from "./system-random.ts";

/**
 * Validates a definition, and makes a task of it that nobody has begun yet. A definition that was read from a file or a
 * network is made one by `parseTaskDefinition` first.
 * @param identity cluster `default`, region `us-east-1`, account 000000000000 and revision 1 unless given
 * @throws {InvalidTaskDefinitionError} with every problem of the definition
 * @throws {EngineError} VolumeError for volumes that can never be made
 */
export function createTask(definition: TaskDefinitionInput, identity: Partial<TaskIdentity> = {}): Task {
  return buildTask(parseTaskDefinition(definition), {
    cluster: "default",
    region: "us-east-1",
    accountId: "000000000000",
    revision: 1,
    now: asEpochMs(systemClock.now()),
    hex: (digits) => systemRandom.hex(digits),
    uuid: () => systemRandom.uuid(),
    pauseImage: PAUSE_IMAGE,
    stopTimeoutMs: DEFAULT_STOP_TIMEOUT_MS,
    ...identity,
  });
}
