/** Which failure another follows from, and in which order they are told. */
import { describe, expect, it } from "vitest";
import { aContainer } from "../testing/builders.ts";
import { asContainerName, asEpochMs } from "./brand.ts";
import { causesFirst, failureBehind, victimsOf } from "./causes.ts";
import type { Container, DependencyCondition } from "./task.ts";

type Given = Omit<Partial<Container>, "name" | "dockerName">;

const error = { name: "CannotStartContainerError", message: "no such file" } as const;
const stopped = (name: string, given: Given = {}) =>
  aContainer({ name, knownStatus: "STOPPED", desiredStatus: "STOPPED", ...given });
const on = (name: string, condition: DependencyCondition = "START") =>
  ({ containerName: asContainerName(name), condition, source: "dependsOn" }) as const;
const victim = (name: string, ...needs: readonly Container["dependencies"][number][]) =>
  stopped(name, { dependencies: needs, error });
const among = (containers: readonly Container[]) => (name: string) => containers.find((each) => each.name === name);

describe("failureBehind()", () => {
  it("is the container itself when the failure is its own", () => {
    const own = stopped("a", { error });
    expect(failureBehind(own, among([own]))).toBe(own);
  });

  it("follows the dependencies of victims back to the one that failed by itself", () => {
    const c = stopped("c", { error });
    const b = victim("b", on("c"));
    const a = victim("a", on("fine"), on("b"));
    const fine = stopped("fine", { startedAt: asEpochMs(1), exitCode: 0 });
    expect(failureBehind(a, among([a, b, c, fine]))).toBe(c);
  });

  it.each([
    ["SUCCESS", { startedAt: asEpochMs(1), exitCode: 3 }],
    ["HEALTHY", { startedAt: asEpochMs(1), exitCode: 0 }],
  ] as const)("ends at what ran and did not become what was needed: %s", (condition, given) => {
    const dependency = stopped("db", given);
    const web = victim("web", on("db", condition));
    expect(failureBehind(web, among([web, dependency]))).toBe(dependency);
  });

  it("ends in a circle of blame, too", () => {
    const a = victim("a", on("b"));
    const b = victim("b", on("a"));
    expect([a, b]).toContain(failureBehind(a, among([a, b])));
  });
});

describe("causesFirst()", () => {
  it("puts every cause before what follows from it, and leaves the order of the rest", () => {
    const c = stopped("c", { error });
    const b = victim("b", on("c"));
    const a = victim("a", on("b"));
    const x = stopped("x", { startedAt: asEpochMs(1), exitCode: 0 });
    const never = stopped("never");
    const all = [a, never, b, x, c];
    expect(causesFirst(all, among(all)).map(({ name }) => name)).toEqual(["x", "c", "never", "b", "a"]);
  });
});

describe("victimsOf()", () => {
  it("are those that never ran and depend on it, directly or by way of others", () => {
    const c = stopped("c", { error });
    const b = victim("b", on("c"));
    const a = victim("a", on("b"));
    const ran = stopped("ran", { dependencies: [on("c")], startedAt: asEpochMs(1) });
    const other = stopped("other");
    expect(victimsOf(c, [a, b, c, ran, other]).map(({ name }) => name)).toEqual(["a", "b"]);
  });
});
