import { describe, expect, it } from "vitest";
import { asDockerId, asEpochMs } from "../core/brand.ts";
import { aContainer, aTask } from "../testing/builders.ts";
import { LATE_CREATES_META, LateCreates } from "./late-creates.ts";

const NOW = 1_000_000;
const HEX = "0123456789abcdef0123";

const open = aContainer({ name: "web", createRequestedAt: asEpochMs(1) });
const answered = { ...open, dockerId: asDockerId("a".repeat(64)) };
const never = aContainer({ name: "web" });

function volume(volumeName: string, scope = "task", createRequested = true) {
  const spec = { volumeName, scope, autoprovision: false, driver: "local", driverOpts: {}, labels: {} };
  const state = { gates: "PULLED", knownStatus: "REMOVED", createRequested, volatile: false } as const;
  return { id: `dockerVolume/${volumeName}`, type: "dockerVolume", spec, ...state } as const;
}

function saved(late: LateCreates, ...parts: Parameters<LateCreates["forgetting"]>): string {
  const [mutation] = late.forgetting(...parts);
  if (mutation?.type !== "putMeta") throw new Error("Cannot read the row: nothing is saved");
  expect(mutation.key).toBe(LATE_CREATES_META);
  return mutation.value;
}

describe("LateCreates", () => {
  it("saves nothing for a task whose creates were all answered, or never asked for", () => {
    const late = new LateCreates(undefined);
    for (const container of [answered, never]) {
      expect(late.forgetting(aTask({ containers: [container] }), NOW)).toEqual([]);
    }
    const resources = [volume(`ecs-a-1-data-${HEX}`)];
    expect(late.forgetting(aTask({ containers: [answered], resources }), NOW)).toEqual([]);
  });

  it("knows a container whose create was not answered, and the task's volumes, also after a restart", () => {
    const names = [`ecs-a-1-data-${HEX}`, `ecs-a-1-other-${HEX}`, "shared"];
    const resources = [volume(names[0] ?? ""), volume(names[1] ?? "", "task", false), volume(names[2] ?? "", "shared")];
    const task = aTask({ containers: [open, { ...answered, name: "side" as never }], resources });
    const late = new LateCreates(undefined);
    const next = new LateCreates(saved(late, task, NOW));
    for (const each of [late, next]) {
      expect([each.mayMakeContainer(task.arn, "web"), each.mayMakeContainer(task.arn, "side")]).toEqual([true, false]);
      expect(each.mayMakeContainer("arn:other", "web")).toBe(false);
      expect(each.volumesOf(task.arn)).toEqual([names[0]]);
    }
  });

  it("knows volumes of a task of which no container was ever made: their creates may be open as well", () => {
    const task = aTask({ containers: [never], resources: [volume(`ecs-a-1-data-${HEX}`)] });
    expect(new LateCreates(saved(new LateCreates(undefined), task, NOW)).volumesOf(task.arn)).toHaveLength(1);
  });

  it("keeps a thousand, and none for more than a day", () => {
    const late = new LateCreates(undefined);
    for (let index = 0; index < 1_100; index += 1) {
      late.forgetting(aTask({ arn: `arn:${index}` as never, containers: [open] }), NOW);
    }
    expect([99, 100].map((index) => late.mayMakeContainer(`arn:${index}`, "web"))).toEqual([false, true]);
    const aDayLater = NOW + 24 * 60 * 60_000;
    const row = saved(late, aTask({ arn: "arn:new" as never, containers: [open] }), aDayLater);
    expect(JSON.parse(row)).toMatchObject([{ taskArn: "arn:new" }]);
  });

  it.each(["", "{", "null", "[1, null]", '[{"taskArn":"arn:a","until":1}]'])("reads %j as nothing", (row) => {
    expect(new LateCreates(row).volumesOf("arn:a")).toEqual([]);
  });

  it("takes no volume's name from outside that the engine could not have given", () => {
    const row = (name: string) => JSON.stringify([{ taskArn: "arn:a", containers: [], volumes: [name], until: 2 }]);
    expect(new LateCreates(row("postgres-data")).volumesOf("arn:a")).toEqual([]);
    expect(new LateCreates(row(`ecs-a-1-data-${HEX}`)).volumesOf("arn:a")).toHaveLength(1);
  });
});
