import { describe, expect, it } from "vitest";
import { ENGINE_ID_LABEL } from "../core/labels.ts";
import { silentLog } from "../ports/log.ts";
import { PAUSE_IMAGE } from "../resources/pause-image.ts";
import { SimulatedClock, SimulatedDocker } from "../testing/index.ts";
import { type ImageCleanupSettings, imageCleanupOptions } from "./image-cleanup-settings.ts";

const MINUTE_MS = 60_000;

function optionsOf(settings?: ImageCleanupSettings) {
  const client = new SimulatedDocker({ clock: new SimulatedClock(), seed: 1 }).client();
  return imageCleanupOptions(settings, { client, log: silentLog });
}

describe("imageCleanupOptions()", () => {
  it("has the agent's defaults, marks for the disk, and leaves alone what is not ours", () => {
    expect(optionsOf()).toEqual({
      enabled: true,
      intervalMs: 30 * MINUTE_MS,
      minimumAgeMs: 60 * MINUTE_MS,
      imagesPerCycle: 5,
      excluded: [PAUSE_IMAGE],
      diskPressure: { high: 0.85, low: 0.8, usedPart: expect.any(Function) },
    });
  });

  it("never lets the pause image go, whatever else is excluded", () => {
    expect(optionsOf({ excluded: ["kept:1"] }).excluded).toEqual(["kept:1", PAUSE_IMAGE]);
  });

  it("takes single marks, another way to look, and none", async () => {
    expect(optionsOf({ diskPressure: { high: 0.95 } }).diskPressure).toMatchObject({ high: 0.95, low: 0.8 });
    const usedPart = async () => 0.5;
    expect(await optionsOf({ diskPressure: { usedPart } }).diskPressure?.usedPart()).toBe(0.5);
    expect(optionsOf({ diskPressure: false })).not.toHaveProperty("diskPressure");
  });

  it("IMC-7: spares containers of every engine of ours when told to remove what is not ours", () => {
    const { untracked } = optionsOf({ untracked: true });
    expect(untracked).toMatchObject({ imageMinimumAgeMs: 60 * MINUTE_MS, containersPerCycle: 5 });
    const ours = { dockerId: "1", labels: { [ENGINE_ID_LABEL]: "another" } };
    expect([untracked?.isOurs(ours), untracked?.isOurs({ dockerId: "2", labels: {} })]).toEqual([true, false]);
    expect(optionsOf({ untracked: { containersPerCycle: 1 } }).untracked).toMatchObject({ containersPerCycle: 1 });
    expect(optionsOf({ untracked: false })).not.toHaveProperty("untracked");
  });
});
