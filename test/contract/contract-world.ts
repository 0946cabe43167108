/** What the contract's tests share: a client, labels of their own, and short ways to make containers. */
import { randomUUID } from "node:crypto";
import { asDockerName, type DockerId, type DockerName } from "../../src/core/brand.ts";
import type { CreateBody, DockerClient } from "../../src/ports/docker-client.ts";
import { oneByOne } from "../../src/testing/one-by-one.ts";
import { EventRecorder } from "./event-recorder.ts";

export type ContractClient = {
  readonly client: DockerClient;
  /** A busybox-like image with sh, sleep, true, false, cat. */
  readonly image: string;
  cleanup(): Promise<void>;
};
export type MakeContractClient = () => Promise<ContractClient>;

/** Everything that the contract asks containers to do; a simulated daemon must know these commands. */
export const COMMANDS = {
  succeed: ["true"],
  fail: ["false"],
  exit3: ["sh", "-c", "exit 3"],
  /** As first process it has no handler for SIGTERM, and then the kernel ignores it. */
  run: ["sleep", "3600"],
  ignoreSigterm: ["sh", "-c", "trap '' TERM; sleep 3600"],
  /** Says so once its handler is set: a signal that comes before is ignored. */
  exit42OnSigterm: ["sh", "-c", "trap 'exit 42' TERM; echo one; sleep 3600 & wait"],
  speak: ["sh", "-c", "echo one; echo two >&2; echo three"],
  speakThenRun: ["sh", "-c", "echo one; sleep 3600"],
  runForASecond: ["sleep", "1"],
  missing: ["/no/such/command"],
} as const;

/** Only objects with this label are touched. */
export const CONTRACT_LABEL = "berth.test.contract";

export type World = ContractClient & {
  /** Unlike every other name on the daemon. */
  uniqueName(): DockerName;
  /** Labels that no other test has. */
  readonly labels: Readonly<Record<string, string>>;
  create(command: readonly string[], more?: Partial<CreateBody>): Promise<DockerId>;
  run(command: readonly string[], more?: Partial<CreateBody>): Promise<DockerId>;
  /** As `run`, and resolves when the container has written its first line. */
  runUntilLine(command: readonly string[], more?: Partial<CreateBody>): Promise<DockerId>;
  record(): Promise<EventRecorder>;
  /** Undoes what the test did. */
  tearDown(): Promise<void>;
};

export function createWorld(contract: ContractClient): World {
  const { client, image } = contract;
  const labels = { [CONTRACT_LABEL]: randomUUID() };
  const recorders: EventRecorder[] = [];
  const uniqueName = () => asDockerName(`berth-contract-${randomUUID().slice(0, 13)}`);

  async function create(command: readonly string[], more: Partial<CreateBody> = {}): Promise<DockerId> {
    const body: CreateBody = {
      Image: image,
      Cmd: command,
      ...more,
      Labels: { ...labels, ...more.Labels },
      HostConfig: { NetworkMode: "none", ...more.HostConfig },
    };
    return (await client.createContainer({ name: uniqueName(), body })).dockerId;
  }

  async function run(command: readonly string[], more?: Partial<CreateBody>): Promise<DockerId> {
    const dockerId = await create(command, more);
    await client.startContainer(dockerId);
    return dockerId;
  }

  return {
    ...contract,
    uniqueName,
    labels,
    create,
    run,
    async runUntilLine(command, more) {
      const dockerId = await run(command, more);
      for await (const _ of oneByOne(client.logs(dockerId, { follow: true }))) break;
      return dockerId;
    },
    async record() {
      const recorder = await EventRecorder.open(client, labels);
      recorders.push(recorder);
      return recorder;
    },
    async tearDown() {
      await Promise.all(recorders.map((recorder) => recorder.close()));
      for (const { dockerId } of await client.listContainers({ all: true, labels })) {
        await client.removeContainer(dockerId, { force: true, removeVolumes: true });
      }
      for (const { name } of await client.listVolumes({ labels })) await client.removeVolume(name);
      for (const { id } of await client.listNetworks({ labels })) await client.removeNetwork(id);
    },
  };
}
