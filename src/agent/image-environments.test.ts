import { describe, expect, it } from "vitest";
import type { ImageInspection } from "../ports/docker-client.ts";
import { ImageEnvironments } from "./image-environments.ts";

/** A daemon with these images by name or id; what is `"busy"` cannot be asked. */
function daemonWith(images: Record<string, readonly string[] | "busy">) {
  const asked: string[] = [];
  const inspectImage = async (reference: string) => {
    asked.push(reference);
    const env = images[reference];
    if (env === "busy") throw new Error("busy");
    return env === undefined ? undefined : ({ env } as unknown as ImageInspection);
  };
  return { asked, images, environments: new ImageEnvironments({ inspectImage }) };
}

describe("ImageEnvironments", () => {
  it("asks once for an id, also when many come at a time", async () => {
    const { asked, environments } = daemonWith({ "sha256:1": ["A=1"] });
    const answers = await Promise.all([1, 2, 3].map(() => environments.of("app", "sha256:1")));
    expect([...answers, await environments.of("app", "sha256:1")]).toEqual(Array(4).fill(["A=1"]));
    expect(asked).toEqual(["sha256:1"]);
  });

  it("asks for a name each time: it may stand for another image by then", async () => {
    const { images, environments } = daemonWith({ app: ["A=1"] });
    expect(await environments.of("app", undefined)).toEqual(["A=1"]);
    images.app = ["A=2"];
    expect(await environments.of("app", undefined)).toEqual(["A=2"]);
  });

  it("asks for the name when the id is gone, and for the id again when it is back", async () => {
    const { images, environments } = daemonWith({ app: ["A=1"] });
    expect(await environments.of("app", "sha256:1")).toEqual(["A=1"]);
    images["sha256:1"] = ["A=3"];
    expect(await environments.of("app", "sha256:1")).toEqual(["A=3"]);
    expect(await daemonWith({}).environments.of("app", "sha256:1")).toEqual([]);
  });

  it("keeps no failure", async () => {
    const { images, environments } = daemonWith({ "sha256:1": "busy" });
    await expect(environments.of("app", "sha256:1")).rejects.toThrow("busy");
    images["sha256:1"] = [];
    expect(await environments.of("app", "sha256:1")).toEqual([]);
  });

  it("forgets the oldest of very many", async () => {
    const many = Array.from({ length: 201 }, (_, index) => `sha256:${index}`);
    const { asked, environments } = daemonWith(Object.fromEntries(many.map((id) => [id, []])));
    for (const id of [...many, "sha256:200", "sha256:0"]) await environments.of("app", id);
    expect(asked).toEqual([...many, "sha256:0"]);
  });
});
