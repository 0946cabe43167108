import { describe, expect, it } from "vitest";
import { formatReference, parseReference, registryHostOf } from "./references.ts";

describe("image references", () => {
  it.each([
    ["busybox", "busybox:latest", "docker.io"],
    ["docker.io/library/busybox:1.36", "busybox:1.36", "docker.io"],
    ["index.docker.io/org/app", "org/app:latest", "docker.io"],
    ["localhost:5000/app", "localhost:5000/app:latest", "localhost:5000"],
    ["host.example/a/b:v1", "host.example/a/b:v1", "host.example"],
    ["web@sha256:aa", "web@sha256:aa", "docker.io"],
    ["web:1@sha256:aa", "web@sha256:aa", "docker.io"],
  ])("%s is %s on %s", (text, familiar, host) => {
    const reference = parseReference(text);
    expect(formatReference(reference)).toBe(familiar);
    expect(registryHostOf(reference.repository)).toBe(host);
  });
});
