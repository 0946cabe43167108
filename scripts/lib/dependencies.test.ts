import { describe, expect, it } from "vitest";
import { isInstalled, npmCommand } from "./dependencies.mjs";

const lock = (packages: Record<string, { version?: string; optional?: boolean }>) => ({ packages });

describe("isInstalled()", () => {
  const wanted = lock({
    "": {},
    "node_modules/a": { version: "1.0.0" },
    "node_modules/b": { version: "2.0.0", optional: true },
  });

  it("is true when all is there, but for optional packages of other platforms", () => {
    expect(isInstalled(wanted, lock({ "node_modules/a": { version: "1.0.0" } }))).toBe(true);
  });

  it("is false for another version, a missing package, or no installation", () => {
    expect(isInstalled(wanted, lock({ "node_modules/a": { version: "1.0.1" } }))).toBe(false);
    expect(isInstalled(wanted, lock({}))).toBe(false);
    expect(isInstalled(wanted, undefined)).toBe(false);
  });
});

describe("npmCommand()", () => {
  it("is the npm that runs the script, or the one in the PATH", () => {
    expect(npmCommand({ npm_execpath: "/opt/npm-cli.js" })).toEqual([process.execPath, "/opt/npm-cli.js"]);
    expect(npmCommand({})).toEqual(["npm"]);
  });
});
