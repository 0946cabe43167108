import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dockerNameFor, isDockerNameFor, isGeneratedVolumeName, volumeNameFor } from "./docker-name.ts";

const HEX = "0123456789abcdef0123";

describe("dockerNameFor()", () => {
  it("puts family, revision, container and hex together, without what Docker may refuse", () => {
    expect(dockerNameFor("shop", 3, "web_1", HEX)).toBe(`ecs-shop-3-web1-${HEX}`);
    expect(dockerNameFor("shop", 3, "~internal~ecs~pause", HEX)).toBe(`ecs-shop-3-internalecspause-${HEX}`);
  });

  it("W-38: reduces the family as well, and leaves out a part of which nothing remains", () => {
    expect(dockerNameFor("my shop/été", 1, "___", HEX)).toBe(`ecs-myshopt-1-${HEX}`);
  });

  it("is a name that Docker and file systems take, whatever goes in", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), fc.nat(), (family, name, revision) => {
        const made = dockerNameFor(family, revision, name, HEX);
        expect(made).toMatch(/^ecs-[A-Za-z0-9-]*[0-9a-f]{20}$/);
        expect(made.length).toBeLessThan(250);
      }),
    );
  });
});

describe("isDockerNameFor()", () => {
  it("knows every name that was given, and no other's", () => {
    const parts = fc.string({ unit: "binary" });
    fc.assert(
      fc.property(parts, parts, fc.nat(), (family, name, revision) => {
        expect(isDockerNameFor(dockerNameFor(family, revision, name, HEX), { family, revision }, name)).toBe(true);
      }),
    );
    const owner = { family: "shop", revision: 3 };
    for (const name of ["happy_turing", "ecs-shop-3-web-", "ecs-shop-3-web-copy", `ecs-shop-4-web-${HEX}`])
      expect(isDockerNameFor(name, owner, "web")).toBe(false);
  });
});

describe("isGeneratedVolumeName()", () => {
  it("knows every name that was given, and none of people", () => {
    const parts = fc.string({ unit: "binary" });
    fc.assert(
      fc.property(parts, parts, fc.nat(), (family, name, revision) => {
        expect(isGeneratedVolumeName(volumeNameFor({ family, revision }, name, HEX))).toBe(true);
      }),
    );
    for (const name of ["postgres-data", `shop-3-data-${HEX}`, "ecs-data", `ecs-../etc-${HEX}`, HEX])
      expect(isGeneratedVolumeName(name)).toBe(false);
  });
});

describe("volumeNameFor()", () => {
  it("follows the same pattern", () => {
    expect(volumeNameFor({ family: "shop", revision: 3 }, "my_data", HEX)).toBe(`ecs-shop-3-mydata-${HEX}`);
  });
});
