/** The host's time jumps, as on a laptop that slept: Node's timers go by another clock, which does not. */
import { expect, it } from "vitest";
import { startedHost } from "./started-host.ts";

const HOUR_MS = 3_600_000;

it("a task's short wait is not held up by another's clean-up that was due while the host slept", async () => {
  const host = await startedHost();
  const [first, second] = [
    host.task([{ name: "web", command: ["sh", "-c", "exit 0"] }]),
    host.task([
      { name: "db", essential: false, startTimeout: 5 },
      { name: "web", dependsOn: [{ containerName: "db", condition: "COMPLETE" }] },
    ]),
  ];
  await host.add(first);
  await host.untilStatus(first, "STOPPED");
  host.clock.jump(4 * HOUR_MS);
  const begunMs = host.clock.elapsedMs;
  await host.add(second);
  await host.clock.advance(10_000);
  const web = host.engine.getTaskByArn(second.arn)?.containers.find(({ name }) => name === "web");
  expect(web?.knownStatus).toBe("STOPPED");
  expect(host.clock.elapsedMs - begunMs).toBe(10_000);
});
