import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { Lifetime } from "./lifetime.mjs";
import { withMutex } from "./mutex.mjs";

const name = (purpose: string) => `test-${purpose}-${process.pid}`;

describe("withMutex()", () => {
  it("lets one in at a time, and the next after a failure", async () => {
    const life = new Lifetime();
    const steps: string[] = [];
    const enter = (who: string) =>
      withMutex(life, name("order"), async () => {
        steps.push(`${who} in`);
        await new Promise(setImmediate);
        steps.push(`${who} out`);
        if (who === "first") throw new Error("it failed inside");
      });
    await Promise.allSettled([enter("first"), enter("second")]);
    expect(steps).toEqual(["first in", "first out", "second in", "second out"]);
  });

  it("is free again when its holder is killed", async () => {
    const script = `
      import { Lifetime } from ${JSON.stringify(new URL("./lifetime.mjs", import.meta.url).href)};
      import { withMutex } from ${JSON.stringify(new URL("./mutex.mjs", import.meta.url).href)};
      await withMutex(new Lifetime(), ${JSON.stringify(name("killed"))}, async () => {
        console.log("in");
        await new Promise((resolve) => setTimeout(resolve, 60_000));
      });`;
    const holder = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(holder.stdout, "data");
    const waiting = withMutex(new Lifetime(), name("killed"), async () => "mine");
    holder.kill("SIGKILL");
    expect(await waiting).toBe("mine");
  });

  it("gives up waiting when the script is interrupted", async () => {
    const life = new Lifetime();
    await withMutex(life, name("interrupted"), async () => {
      const waiting = withMutex(life, name("interrupted"), async () => "never");
      const refused = expect(waiting).rejects.toThrow("SIGTERM");
      life.interrupt("SIGTERM");
      await refused;
    });
  });
});
