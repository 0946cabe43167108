import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  findRepoDigest,
  normaliseReference,
  parseImageReference,
  repositoryOf,
  sameImageName,
  splitReference,
  withDefaultTag,
  withDigest,
} from "./reference.ts";

const DIGEST = `sha256:${"ab".repeat(32)}`;
const OTHER = `sha256:${"cd".repeat(32)}`;

describe("parseImageReference()", () => {
  it.each([
    ["busybox", { registry: "docker.io", path: "library/busybox" }],
    ["busybox:1.36", { registry: "docker.io", path: "library/busybox", tag: "1.36" }],
    ["team/app", { registry: "docker.io", path: "team/app" }],
    ["docker.io/busybox", { registry: "docker.io", path: "library/busybox" }],
    ["index.docker.io/team/app:v1", { registry: "docker.io", path: "team/app", tag: "v1" }],
    ["localhost/app", { registry: "localhost", path: "app" }],
    ["localhost:5000/app", { registry: "localhost:5000", path: "app" }],
    ["host:5000/repo:tag", { registry: "host:5000", path: "repo", tag: "tag" }],
    ["[::1]:5000/repo", { registry: "[::1]:5000", path: "repo" }],
    ["registry.example/a/b/c:x", { registry: "registry.example", path: "a/b/c", tag: "x" }],
    [`host:5000/repo@${DIGEST}`, { registry: "host:5000", path: "repo", digest: DIGEST }],
    [`host:5000/repo:tag@${DIGEST}`, { registry: "host:5000", path: "repo", tag: "tag", digest: DIGEST }],
  ])("takes %s apart", (text, expected) => {
    expect(parseImageReference(text)).toEqual(expected);
  });

  it.each([
    "",
    ":tag",
    "Busybox",
    "a//b",
    "app:",
    "app:bad tag",
    "app@sha256:12",
    "-app",
    "host:port/app",
    "app:-x",
    "/app",
  ])("refuses %j", (text) => {
    expect(parseImageReference(text)).toBeUndefined();
  });
});

describe("withDefaultTag()", () => {
  it.each([
    ["busybox", "busybox:latest"],
    ["host:5000/repo", "host:5000/repo:latest"],
    ["host:5000/repo:v1", "host:5000/repo:v1"],
    [`repo@${DIGEST}`, `repo@${DIGEST}`],
  ])("DC-4, DC-7: %s becomes %s", (text, expected) => {
    expect(withDefaultTag(text)).toBe(expected);
  });
});

describe("findRepoDigest()", () => {
  it("IMG-13: finds the digest of a registry with a port in its name", () => {
    const entries = [`host:6000/repo@${OTHER}`, `host:5000/repo@${DIGEST}`];
    expect(findRepoDigest(entries, "host:5000/repo:v1")).toBe(DIGEST);
  });

  it.each(["busybox", "docker.io/busybox:1", "docker.io/library/busybox", "index.docker.io/library/busybox"])(
    "IMG-13: %s finds the entry that Docker writes as busybox@…",
    (text) => {
      expect(findRepoDigest([`busybox@${DIGEST}`], text)).toBe(DIGEST);
    },
  );

  it("finds nothing for another repository, or for a text that is no reference", () => {
    expect(findRepoDigest([`host:5000/repo@${DIGEST}`], "host/repo")).toBeUndefined();
    expect(findRepoDigest([`host:5000/repo@${DIGEST}`], "NOT A NAME")).toBeUndefined();
  });
});

describe("sameImageName()", () => {
  it.each([
    ["busybox", "docker.io/library/busybox:latest", true],
    ["busybox:1", "busybox:2", false],
    ["host:5000/a", "host:5000/a:latest", true],
    ["host:5000/a", "host:5001/a", false],
    ["NOT A NAME", "NOT A NAME", true],
  ])("%s and %s: %s", (a, b, expected) => {
    expect(sameImageName(a, b)).toBe(expected);
  });
});

const host = fc.constantFrom(
  "",
  "localhost/",
  "localhost:5000/",
  "registry.example/",
  "registry.example:443/",
  "[::1]:5000/",
);
const path = fc.stringMatching(/^[a-z0-9]{1,8}(\/[a-z0-9]{1,8}){0,2}$/);
const tag = fc.option(fc.stringMatching(/^[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,10}$/), { nil: undefined });
const digest = fc.option(fc.stringMatching(/^sha256:[0-9a-f]{64}$/), { nil: undefined });

describe("references in general", () => {
  it("are the same after being split and joined, and normalising is stable", () => {
    fc.assert(
      fc.property(host, path, tag, digest, (registry, repository, tagPart, digestPart) => {
        const text = `${registry}${repository}${tagPart === undefined ? "" : `:${tagPart}`}${digestPart === undefined ? "" : `@${digestPart}`}`;
        expect(splitReference(text)).toEqual({
          name: `${registry}${repository}`,
          ...(tagPart === undefined ? {} : { tag: tagPart }),
          ...(digestPart === undefined ? {} : { digest: digestPart }),
        });
        const normal = normaliseReference(text);
        expect(normal).toBeDefined();
        expect(normaliseReference(normal ?? "")).toBe(normal);
        expect(sameImageName(text, normal ?? "")).toBe(true);
      }),
    );
  });

  it("IMG-13: keep their repository when a digest replaces the tag, whatever the registry", () => {
    fc.assert(
      fc.property(host, path, tag, (registry, repository, tagPart) => {
        const text = `${registry}${repository}${tagPart === undefined ? "" : `:${tagPart}`}`;
        const pinned = withDigest(text, DIGEST);
        expect(repositoryOf(pinned)).toBe(repositoryOf(text));
        expect(findRepoDigest([pinned], text)).toBe(DIGEST);
      }),
    );
  });

  it("never throw on any text", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => [parseImageReference(text), normaliseReference(text), withDefaultTag(text)]).not.toThrow();
      }),
    );
  });
});
