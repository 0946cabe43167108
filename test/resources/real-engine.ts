/** A whole engine on the real daemon, whose tasks are gone when it closes. */
import { randomBytes } from "node:crypto";
import { asEpochMs } from "../../src/core/brand.ts";
import { parseTaskDefinition } from "../../src/core/definition/parse.ts";
import type { Task } from "../../src/core/task.ts";
import { buildTask } from "../../src/core/task-builder.ts";
import { createDockerClient, type DockerClient, DockerTaskEngine, PAUSE_IMAGE, systemRandom } from "../../src/index.ts";
import type { ContainerInspection } from "../../src/ports/docker-client.ts";
import { MemoryLog } from "../../src/testing/memory-log.ts";
import { oneByOne } from "../../src/testing/one-by-one.ts";
import { IMAGE, realDaemon } from "../docker-client/real-daemon.ts";

type Options = Omit<ConstructorParameters<typeof DockerTaskEngine>[0], "client">;
type QuickContainer = { readonly name: string; readonly script: string; readonly [member: string]: unknown };

export class RealEngine {
  readonly client: DockerClient = createDockerClient({ endpoint: realDaemon() });
  readonly log = new MemoryLog();
  readonly engine: DockerTaskEngine;
  readonly #tasks: Task[] = [];

  constructor(options: Options = {}) {
    const engineId = `test-${randomBytes(8).toString("hex")}`;
    this.engine = new DockerTaskEngine({ client: this.client, engineId, log: this.log, ...options });
  }

  async open(): Promise<void> {
    await this.engine.init();
    void this.#acknowledge();
  }

  /**
   * Adds a task of shell scripts.
   * @param adjust changes the task, for what a definition may not say
   */
  async run(
    containers: readonly QuickContainer[],
    members: Readonly<Record<string, unknown>> = {},
    adjust: (task: Task) => Task = (task) => task,
  ): Promise<Task> {
    const definition = parseTaskDefinition({
      family: "resources",
      containerDefinitions: containers.map(({ script, ...each }) => ({
        image: IMAGE,
        memory: 64,
        entryPoint: ["/bin/sh", "-c"],
        command: [script],
        stopTimeout: 2,
        ...each,
      })),
      ...members,
    });
    const built = buildTask(definition, {
      cluster: "test",
      region: "us-east-1",
      accountId: "000000000000",
      revision: 1,
      now: asEpochMs(Date.now()),
      hex: (digits) => systemRandom.hex(digits),
      uuid: () => systemRandom.uuid(),
      pauseImage: PAUSE_IMAGE,
      stopTimeoutMs: 2_000,
    });
    const task = adjust(built);
    this.#tasks.push(task);
    await this.engine.addTask(task);
    return task;
  }

  async until(task: Task, isReached: (now: Task) => boolean): Promise<Task> {
    return await new Promise<Task>((resolve) => {
      const look = () => {
        const now = this.engine.getTaskByArn(task.arn);
        if (now === undefined || !isReached(now)) return;
        unsubscribe();
        resolve(now);
      };
      const unsubscribe = this.engine.subscribe(look);
      look();
    });
  }

  untilRunning(task: Task): Promise<Task> {
    return this.until(task, ({ knownStatus }) => knownStatus === "RUNNING" || knownStatus === "STOPPED");
  }

  untilStopped(task: Task): Promise<Task> {
    return this.until(task, ({ knownStatus }) => knownStatus === "STOPPED");
  }

  async remove(task: Task): Promise<void> {
    const known = this.engine.getTaskByArn(task.arn);
    if (known === undefined) return;
    await this.engine.stopTask(task.arn, { force: true });
    await this.untilStopped(task);
    await this.engine.removeTask(task.arn);
  }

  async inspect(task: Task, name: string): Promise<ContainerInspection> {
    const container = this.engine.getTaskByArn(task.arn)?.containers.find((each) => each.name === name);
    const seen = container === undefined ? undefined : await this.client.inspectContainer(container.dockerName);
    if (seen === undefined) throw new Error(`the daemon has no container for ${name}`);
    return seen;
  }

  async output(task: Task, name: string): Promise<readonly string[]> {
    const { dockerId } = await this.inspect(task, name);
    const lines: string[] = [];
    for await (const { text } of oneByOne(this.client.logs(dockerId, { follow: true }))) lines.push(text);
    return lines;
  }

  async close(): Promise<void> {
    for (const task of this.#tasks) await this.remove(task);
    await this.engine.shutdown();
    this.client.close();
  }

  async #acknowledge(): Promise<void> {
    for await (const delivery of this.engine.stateChangeEvents()) await delivery.acknowledge();
  }
}
