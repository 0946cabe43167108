/** A host port of the engine's choice, over crashes between the choice and what Docker made of it. */
import { describe, expect, it } from "vitest";
import type { SimulatedHost } from "../../src/testing/simulated-host.ts";
import { startedHost } from "./started-host.ts";

const OPERATIONS = ["createContainer", "startContainer", "removeContainer"] as const;
const CRASHES = OPERATIONS.flatMap((operation) => [true, false].map((takesEffect) => ({ operation, takesEffect })));
const PAIRS = CRASHES.flatMap((first) => CRASHES.map((second) => [first, second] as const));

/** Somebody takes the port that our container would get, if it has not got it yet. The engine does not know. */
function takePort({ docker }: SimulatedHost): void {
  for (const container of docker.state.containers) {
    const [binding] = Object.values(container.hostConfig.PortBindings ?? {}).flat();
    if (container.startedAt === undefined && binding?.HostPort !== undefined)
      docker.state.ports.occupy(Number(binding.HostPort));
  }
}

/** Hangs a call of the engine and lets the engine crash in it. @returns whether Docker has our container */
async function crashAt(host: SimulatedHost): Promise<boolean> {
  await host.clock.advance(10_000);
  host.crash();
  takePort(host);
  return host.docker.containers().length > 0;
}

describe("a host port of the engine's choice", () => {
  it.each(PAIRS)("is the one that Docker has, after crashes at %j and %j", async (first, second) => {
    const host = await startedHost();
    host.docker.state.ports.occupy(32_768);
    host.docker.faults.next(first.operation, { kind: "hang", takesEffect: first.takesEffect });
    const task = host.task([{ name: "web", portMappings: [{ containerPort: 80 }] }]);
    await host.add(task);
    const isThere = [await crashAt(host)];
    host.docker.faults.next(second.operation, { kind: "hang", takesEffect: second.takesEffect });
    await host.start();
    isThere.push(await crashAt(host));
    await host.start();
    await host.clock.advance(600_000);
    const container = host.container(task, "web");
    // Removed, to be made anew, and not made yet: nobody can tell that it was the engine who removed it.
    if (container.error?.name === "ContainerVanishedError") {
      expect(isThere).toContain(false);
      return;
    }
    expect(container.knownStatus).toBe("RUNNING");
    const ours = host.docker.containers();
    expect(ours.map(({ status }) => status)).toEqual(["running"]);
    const bound = [{ hostPort: ours[0]?.ports[0]?.hostPort }];
    expect(container).toMatchObject({ networkBindings: bound, hostPorts: bound });
  });
});
