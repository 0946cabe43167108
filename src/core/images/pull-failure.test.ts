import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backoffMs, MANIFEST_BACKOFF, PULL_BACKOFF, quickTries, TAG_BACKOFF } from "./backoff.ts";
import { pullFailureCause, withAdvice } from "./pull-failure.ts";
import { fitsPlatform, hasStableDigest, needsRegistry, parsePullBehaviour } from "./pull-policy.ts";

describe("pullFailureCause()", () => {
  it.each([
    ["manifest for app:9 not found: manifest unknown: manifest unknown", "missing"],
    ["manifest unknown", "missing"],
    ["no such image: app:9", "missing"],
    [
      "pull access denied for app, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
      "absentOrPrivate",
    ],
    [
      "denied: User: arn:aws:sts::123456789012:assumed-role/r/s is not authorized to perform: ecr:BatchGetImage on resource: x",
      "permission",
    ],
    ["unauthorized: authentication required", "login"],
    ['Head "https://r.example/v2/app/manifests/1": no basic auth credentials', "login"],
    ["invalid reference format: repository name must be lowercase", "reference"],
    ["no matching manifest for linux/arm64/v8 in the manifest list entries", "platform"],
    ['Get "http://r.example:5000/v2/": dial tcp 127.0.0.1:1: connect: connection refused', "network"],
    ['Get "https://r.example/v2/": dial tcp: lookup r.example: no such host', "unknownHost"],
    ['Get "https://r.example/v2/": net/http: TLS handshake timeout', "network"],
    ['Get "https://r.example/v2/": x509: certificate signed by unknown authority', "certificate"],
    ['Get "https://r.example:5000/v2/": http: server gave HTTP response to HTTPS client', "certificate"],
    ["toomanyrequests: You have reached your pull rate limit", "throttled"],
    ["write /var/lib/docker/tmp/x: no space left on device", "disk"],
    ["received unexpected HTTP status: 500 Internal Server Error", "unknown"],
  ] as const)("%s: %s", (message, cause) => {
    expect(pullFailureCause(message)).toBe(cause);
    const { message: told } = withAdvice({ name: "CannotPullContainerError", message });
    expect(/\brole\b/.test(told.slice(0, -message.length))).toBe(cause === "permission");
  });
});

describe("withAdvice()", () => {
  const message = "manifest unknown";

  it("puts a helping sentence in front of the daemon's text, once", () => {
    const once = withAdvice({ name: "CannotPullContainerError", message });
    expect(once.message).toBe("The task can't pull the image. Check whether the image exists. manifest unknown");
    expect(withAdvice(once)).toEqual(once);
  });

  it("leaves other names and unknown causes alone", () => {
    const other = { name: "CannotPullImageManifestError", message } as const;
    expect(withAdvice(other)).toEqual(other);
    const unknown = { name: "CannotPullContainerError", message: "odd" } as const;
    expect(withAdvice(unknown)).toEqual(unknown);
  });
});

describe("needsRegistry()", () => {
  const nothing = { cached: false, builtHere: false, pulledBefore: false };
  const pulled = { cached: true, builtHere: false, pulledBefore: true };
  const byHand = { cached: true, builtHere: false, pulledBefore: false };
  const built = { cached: true, builtHere: true, pulledBefore: false };
  const gone = { cached: false, builtHere: false, pulledBefore: true };

  it.each([
    ["default", [true, true, true, false, true]],
    ["always", [true, true, true, true, true]],
    ["once", [true, false, true, true, true]],
    ["prefer-cached", [true, false, false, false, true]],
  ] as const)("%s", (behaviour, expected) => {
    const facts = [nothing, pulled, byHand, built, gone];
    expect(facts.map((each) => needsRegistry(behaviour, each))).toEqual(expected);
  });

  it("CF-3: what is no behaviour counts as default", () => {
    const words = ["always", "once", "prefer-cached", "default", "", "never"];
    expect(words.map(parsePullBehaviour)).toEqual(["always", "once", "prefer-cached", "default", "default", "default"]);
  });
});

describe("hasStableDigest() and fitsPlatform()", () => {
  it("tell old manifests and other platforms apart", () => {
    expect(hasStableDigest("application/vnd.docker.distribution.manifest.v1+json")).toBe(false);
    expect(hasStableDigest("application/vnd.oci.image.index.v1+json")).toBe(true);
    const image = { os: "linux", architecture: "arm64" };
    expect(["linux", "linux/arm64", "linux/arm64/v8", "linux/amd64"].map((each) => fitsPlatform(image, each))).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });
});

describe("backoffMs()", () => {
  const waits = (backoff: typeof PULL_BACKOFF, chance: number) =>
    Array.from({ length: backoff.tries }, (_, index) => backoffMs(backoff, index + 1, chance));

  it("follows the table of engine-modern 33", () => {
    expect(waits(PULL_BACKOFF, 0)).toEqual([1_100, 2_200, 4_400, 5_000, undefined]);
    expect(waits(MANIFEST_BACKOFF, 0)).toEqual([10, 30, 90, 270, 810, 2_430, 5_000, 5_000, undefined]);
    expect(waits(TAG_BACKOFF, 0.5)).toEqual([100, 100, 100, 100, undefined]);
    expect(waits(quickTries(PULL_BACKOFF), 0)).toEqual([500, undefined]);
  });

  it("adds no more than the jitter", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (attempt, chance) => {
        const least = backoffMs(PULL_BACKOFF, attempt, 0) ?? 0;
        const wait = backoffMs(PULL_BACKOFF, attempt, chance) ?? 0;
        expect(wait).toBeGreaterThanOrEqual(least);
        expect(wait).toBeLessThanOrEqual(least * 1.2 + 1);
      }),
    );
  });
});
