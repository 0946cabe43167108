import { describe, expect, it } from "vitest";
import { asEpochMs } from "../core/brand.ts";
import { ImageRecords } from "./image-records.ts";

const NOW = asEpochMs(1_000);

function sighting(imageId: string, name: string, reference = "arn:task/a/web") {
  return { imageId, name, reference, sizeBytes: 1, pulled: false, now: NOW };
}

describe("ImageRecords", () => {
  it("finds a record by the name that it has by now", () => {
    const records = new ImageRecords();
    expect(records.findByName("app")).toBeUndefined();
    records.record(sighting("sha256:1", "app:latest"));
    expect(records.findByName("app")?.imageId).toBe("sha256:1");
    records.record(sighting("sha256:2", "docker.io/library/app"));
    expect(records.findByName("app")?.imageId).toBe("sha256:2");
    expect(records.findByName("app:latest")?.imageId).toBe("sha256:2");
    records.dropName("sha256:2", "docker.io/library/app");
    expect(records.findByName("app")).toBeUndefined();
    records.load([
      { imageId: "sha256:3", names: ["app"], sizeBytes: 1, pulledAt: 0, lastUsedAt: 0, pullSucceeded: true },
    ]);
    expect(records.findByName("app")?.imageId).toBe("sha256:3");
    records.drop("sha256:3");
    expect(records.findByName("app")).toBeUndefined();
  });

  it("finds the newest state of a record", () => {
    const records = new ImageRecords();
    records.record(sighting("sha256:1", "app"));
    expect(records.findByName("app")?.pullSucceeded).toBe(false);
    records.record({ ...sighting("sha256:1", "app"), pulled: true });
    expect(records.findByName("app")?.pullSucceeded).toBe(true);
  });

  it("has nothing to save for one more user of a name that one record has", () => {
    const records = new ImageRecords();
    expect(records.record(sighting("sha256:1", "app"))).toHaveLength(1);
    expect(records.record(sighting("sha256:1", "app", "arn:task/b/web"))).toEqual([]);
    expect([...(records.find("sha256:1")?.references ?? [])]).toEqual(["arn:task/a/web", "arn:task/b/web"]);
  });

  it("takes a name from all others that a store gave it to", () => {
    const records = new ImageRecords();
    const row = { names: ["app"], sizeBytes: 1, pulledAt: 0, lastUsedAt: 0, pullSucceeded: true };
    records.load([
      { imageId: "sha256:1", ...row },
      { imageId: "sha256:2", ...row },
    ]);
    const saved = records.record(sighting("sha256:2", "app"));
    expect(saved).toContainEqual({
      type: "putImage",
      image: expect.objectContaining({ imageId: "sha256:1", names: [] }),
    });
    expect(records.findByName("app")?.imageId).toBe("sha256:2");
  });

  const row = { sizeBytes: 1, pulledAt: 0, lastUsedAt: 0, pullSucceeded: true };

  it("takes from others the name that moved, in any spelling, and leaves them their other names", () => {
    const records = new ImageRecords();
    records.load([
      { imageId: "sha256:1", names: ["app", "app:1"], ...row },
      { imageId: "sha256:2", names: ["tool"], ...row },
    ]);
    const saved = records.record(sighting("sha256:3", "docker.io/library/app:latest"));
    expect(saved.map((each) => each.type === "putImage" && [each.image.imageId, each.image.names])).toEqual([
      ["sha256:1", ["app:1"]],
      ["sha256:3", ["docker.io/library/app:latest"]],
    ]);
    expect(records.findByName("app:1")?.imageId).toBe("sha256:1");
    expect(records.findByName("tool")?.imageId).toBe("sha256:2");
  });

  it("adds a name that an image does not have, and none that it has", () => {
    const records = new ImageRecords();
    records.record(sighting("sha256:1", "app"));
    records.record({ ...sighting("sha256:1", "docker.io/library/app"), pulled: true });
    records.record(sighting("sha256:1", "app:2"));
    expect(records.find("sha256:1")?.names).toEqual(["app", "app:2"]);
  });

  it("W-53: a pull counts as new, a look does not; and one that was pulled once stays so", () => {
    const records = new ImageRecords();
    records.load([{ imageId: "sha256:1", names: ["app"], ...row }]);
    records.record(sighting("sha256:1", "app:2"));
    expect(records.find("sha256:1")).toMatchObject({ pulledAt: 0, pullSucceeded: true });
    records.record({ ...sighting("sha256:1", "app"), pulled: true });
    expect(records.find("sha256:1")).toMatchObject({ pulledAt: NOW, pullSucceeded: true });
  });

  it("lets go of the reference of the image that has it, and of no other, and notes when it was used last", () => {
    const records = new ImageRecords();
    records.record(sighting("sha256:1", "app"));
    records.record(sighting("sha256:2", "tool", "arn:task/b/web"));
    expect(records.removeReference("sha256:2", "arn:task/a/web", NOW)).toBeUndefined();
    expect(records.removeReference("sha256:9", "arn:task/a/web", NOW)).toBeUndefined();
    const later = asEpochMs(9_000);
    expect(records.removeReference("sha256:1", "arn:task/a/web", later)).toMatchObject([
      { image: { lastUsedAt: 9_000 } },
    ]);
    expect([...(records.find("sha256:1")?.references ?? [])]).toEqual([]);
    expect(records.addReference("sha256:9", "arn:task/a/web")).toBe(false);
  });

  it("goes with its last name, and comes back without the references that it had", () => {
    const records = new ImageRecords();
    records.load([{ imageId: "sha256:1", names: ["app", "app:1"], ...row }]);
    records.addReference("sha256:1", "arn:task/a/web");
    expect(records.dropName("sha256:1", "app")).toMatchObject([{ type: "putImage", image: { names: ["app:1"] } }]);
    expect(records.dropName("sha256:1", "app:1")).toEqual([{ type: "deleteImage", imageId: "sha256:1" }]);
    expect(records.dropName("sha256:1", "app:1")).toEqual([]);
    expect(records.drop("sha256:1")).toEqual([]);
    records.load([{ imageId: "sha256:1", names: ["app"], ...row }]);
    expect(records.find("sha256:1")?.references.size).toBe(0);
    expect(records.findByName("app")?.imageId).toBe("sha256:1");
  });

  it("finds by name also when it was asked for more names than it remembers", () => {
    const records = new ImageRecords();
    records.record(sighting("sha256:1", "app"));
    for (let each = 0; each < 1_100; each += 1) expect(records.findByName(`nobody:${each}`)).toBeUndefined();
    expect(records.findByName("app")?.imageId).toBe("sha256:1");
  });
});
