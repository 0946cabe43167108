import { expect, it } from "vitest";
import { COMMANDS, type World } from "./contract-world.ts";

export function testCancellation(world: () => World): void {
  it("rejects with the signal's reason, also when it fired before", async () => {
    const { client, run, record } = world();
    const reason = new Error("the caller has changed its mind");
    await expect(client.ping({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const dockerId = await run(COMMANDS.ignoreSigterm);
    const events = await record();
    const stop = new AbortController();
    const stopping = client.stopContainer(dockerId, { stopTimeoutMs: 60_000 }, { signal: stop.signal });
    const rejected = expect(stopping).rejects.toBe(reason);
    stop.abort(reason);
    await rejected;
    await client.killContainer(dockerId, "SIGKILL");
    await events.event(dockerId, "die");
  });

  it("DC-24: gives up after the caller's limit, without knowing what became of the call", async () => {
    const { client, run } = world();
    const dockerId = await run(COMMANDS.ignoreSigterm);
    await expect(client.stopContainer(dockerId, { stopTimeoutMs: 60_000 }, { timeoutMs: 200 })).rejects.toMatchObject({
      name: "DockerTimeoutError",
      message: "Could not transition to stopped; timed out after waiting 200ms",
      retryable: true,
      indeterminate: true,
    });
  });
}
