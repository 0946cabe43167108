/** What the tests of the simulated daemon begin with. */
import { asDockerName, type DockerId } from "../../core/brand.ts";
import type { ContainerInspection, CreateBody } from "../../ports/docker-client.ts";
import { SimulatedClock } from "../simulated-clock.ts";
import type { SimulatedDockerClient } from "./client.ts";
import type { SimulatedEvent } from "./event-log.ts";
import { SimulatedDocker, type SimulatedDockerOptions } from "./simulated-docker.ts";

export type TestWorld = {
  readonly clock: SimulatedClock;
  readonly docker: SimulatedDocker;
  readonly client: SimulatedDockerClient;
  /** Actions of all events so far, with exit codes and signals: `die 3`, `kill 15`. */
  readonly actions: string[];
  create(name: string, body: CreateBody): Promise<DockerId>;
  /** Creates and starts. */
  run(name: string, body: CreateBody): Promise<DockerId>;
  inspect(dockerId: DockerId): Promise<ContainerInspection>;
  /** The error of a call that must fail, as plain members. Turns the clock until it is there. */
  errorOf(call: Promise<unknown>): Promise<Readonly<Record<string, unknown>>>;
};

/** Has the image `app`, whose containers do what they are told or stay up. */
export function aWorld(options: Partial<SimulatedDockerOptions> = {}): TestWorld {
  const clock = new SimulatedClock();
  const docker = new SimulatedDocker({ clock, ...options });
  const client = docker.client();
  const actions: string[] = [];
  docker.image("app");
  docker.onEvent((event) => actions.push(describeEvent(event)));
  const create: TestWorld["create"] = async (name, body) =>
    (await clock.resolve(client.createContainer({ name: asDockerName(name), body }))).dockerId;
  return {
    clock,
    docker,
    client,
    actions,
    create,
    async run(name, body) {
      const dockerId = await create(name, body);
      await clock.resolve(client.startContainer(dockerId));
      return dockerId;
    },
    async inspect(dockerId) {
      const found = await clock.resolve(client.inspectContainer(dockerId));
      if (found === undefined) throw new Error(`Cannot inspect ${dockerId}: it is not there`);
      return found;
    },
    errorOf: (call) => clock.resolve(failureOf(call)),
  };
}

/** As `errorOf`, and somebody else turns the clock. */
export async function failureOf(call: Promise<unknown>): Promise<Readonly<Record<string, unknown>>> {
  const [result] = await Promise.allSettled([call]);
  if (result?.status !== "rejected") throw new Error("Cannot look at the error: the call went well");
  const error: Error = result.reason;
  return { ...error, name: error.name, message: error.message };
}

function describeEvent({ action, attributes }: SimulatedEvent): string {
  const detail = attributes.exitCode ?? attributes.signal;
  return detail === undefined ? action : `${action} ${detail}`;
}
