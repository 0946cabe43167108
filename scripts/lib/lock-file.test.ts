import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type LockedPackages, missingEntries } from "./lock-file.mjs";

const packages: LockedPackages = JSON.parse(
  readFileSync(join(import.meta.dirname, "..", "..", "package-lock.json"), "utf8"),
).packages;

describe("missingEntries()", () => {
  it("describes a platform's package by its name", () => {
    const wanting = { "node_modules/tool": { dev: true, optionalDependencies: { "@tool/linux-arm64-musl": "1.2.3" } } };
    expect(missingEntries(wanting)).toEqual({
      "node_modules/@tool/linux-arm64-musl": {
        version: "1.2.3",
        cpu: ["arm64"],
        dev: true,
        libc: ["musl"],
        optional: true,
        os: ["linux"],
      },
    });
  });

  it("finds packages in the folders around, as Node does", () => {
    const optionalDependencies = { native: "1.0.0" };
    const nested = {
      "node_modules/a/node_modules/b": { optionalDependencies },
      "node_modules/a/node_modules/native": {},
    };
    expect(missingEntries(nested)).toEqual({});
    expect(
      Object.keys(
        missingEntries({ "node_modules/b": { optionalDependencies }, "node_modules/a/node_modules/native": {} }),
      ),
    ).toEqual(["node_modules/native"]);
  });
});

describe("package-lock.json", () => {
  it("is complete, so that `npm ci` takes it: run `npm run lock` after an installation", () => {
    expect(missingEntries(packages)).toEqual({});
  });

  it("names no registry", () => {
    expect(Object.keys(packages).filter((path) => packages[path]?.resolved !== undefined)).toEqual([]);
  });
});
