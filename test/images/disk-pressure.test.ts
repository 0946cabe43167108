/** Images on a disk that is full: what an engine removes by itself, on a real daemon with a small disk. */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tar } from "../../scripts/lib/tar.mjs";
import { DockerTaskEngine } from "../../src/index.ts";
import { MemoryLog } from "../../src/testing/memory-log.ts";
import { hasOwnDaemon } from "../faults/daemon-control.ts";
import { SmallDaemon } from "./small-daemon.ts";

const DISK_MIB = 96;
const IMAGE_MIB = 12;
const IMAGES = ["disk/1:latest", "disk/2:latest", "disk/3:latest", "disk/4:latest"] as const;

/** As `df` tells it. */
function usedPartOf(folder: string): number {
  const answer = execFileSync("df", ["--block-size=1", "--output=size,avail", folder], { encoding: "utf8" });
  const [size = 0, available = 0] = answer.trim().split("\n").at(-1)?.trim().split(/\s+/).map(Number) ?? [];
  return 1 - available / size;
}

describe.runIf(hasOwnDaemon)("a disk that is full of images", () => {
  let daemon: SmallDaemon;

  beforeAll(async () => {
    daemon = new SmallDaemon(DISK_MIB);
    await daemon.answers();
  });
  afterAll(() => daemon.end());

  async function engineWith(high: number, low: number) {
    const log = new MemoryLog();
    const imageCleanup = { minimumAgeMs: -1, imagesPerCycle: 1, removeNotPulled: true, diskPressure: { high, low } };
    const engine = new DockerTaskEngine({ client: daemon.client, log, engineId: "disk", imageCleanup });
    await engine.init();
    for (const [index, image] of IMAGES.entries()) {
      const use = { taskArn: `arn:task/${index}`, containerName: "web", image };
      const { imageId } = await engine.imageManager.recordContainerReference(use);
      if (index < 3) await engine.imageManager.removeContainerReferenceFromImageState({ ...use, imageId });
    }
    return { engine, images: engine.imageManager, log };
  }

  const present = async () => (await daemon.client.listImages()).flatMap(({ tags }) => tags).toSorted();

  it("makes room down to the low mark from the high mark on, and spares what is in use", async () => {
    for (const image of IMAGES) {
      const filling = tar([{ type: "file", path: "filling", data: randomBytes(IMAGE_MIB * 1024 * 1024) }]);
      const [repository = ""] = image.split(":");
      await daemon.client.importImage(filling, { repository, tag: "latest" });
    }
    const full = usedPartOf(daemon.rootDir);
    const calm = await engineWith(full + 0.05, full);
    expect(await calm.images.explainCleanup()).toMatchObject([
      { type: "delete", names: [IMAGES[0]] },
      { type: "keep", reason: expect.stringMatching(/no more than 1 while the disk is \d\d % used: from \d\d % on/) },
      { type: "keep" },
      { type: "keep", reason: "in use by arn:task/3/web" },
    ]);
    await calm.engine.shutdown();
    // Two images less are enough, and one is not.
    const low = full - (1.5 * IMAGE_MIB) / DISK_MIB;
    const { engine, images, log } = await engineWith(full - 0.01, low);
    expect((await images.explainCleanup()).map(({ type }) => type)).toEqual(["delete", "delete", "delete", "keep"]);
    expect((await images.removeUnusedImages()).removed).toHaveLength(2);
    expect(await present()).toEqual([IMAGES[2], IMAGES[3]]);
    expect(usedPartOf(daemon.rootDir)).toBeLessThan(low);
    expect(log.lines).toEqual([]);
    await engine.shutdown();
  });
});
