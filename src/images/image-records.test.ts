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
});
