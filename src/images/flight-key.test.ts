import { describe, expect, it } from "vitest";
import { flightKey } from "./flight-key.ts";

const auth = { username: "u", password: "very secret" };

describe("flightKey()", () => {
  it("is the same for all spellings of a name, and another for another image, digest, platform or login", () => {
    expect(flightKey({ image: "app" })).toBe(flightKey({ image: "docker.io/library/app:latest" }));
    const keys = [
      { image: "app" },
      { image: "app:2" },
      { image: "app", digest: "sha256:1" },
      { image: "app", digest: "sha256:2" },
      { image: "app", platform: "linux/arm64" },
      { image: "app", platform: "linux/amd64" },
      { image: "app", auth },
      { image: "app", auth: { ...auth, username: "v" } },
      { image: "Not A Name" },
      { image: "Another Name" },
    ].map((request) => flightKey(request));
    expect(new Set(keys).size).toBe(keys.length);
    expect(flightKey({ image: "app" }, auth)).toBe(flightKey({ image: "app", auth }));
  });

  it("spells no password", () => {
    expect(flightKey({ image: "app", auth })).not.toContain("secret");
  });
});
