import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hostOf, LocalEcr } from "../../../test/aws/local-ecr.ts";
import { asEpochMs } from "../../core/brand.ts";
import { ENGINE_ERROR_NAMES } from "../../core/errors.ts";
import { MemoryLog } from "../../testing/memory-log.ts";
import { SeededRandom } from "../../testing/seeded-random.ts";
import { SimulatedClock } from "../../testing/simulated-clock.ts";
import { registryLogins } from "../registry-logins.ts";
import type { EcrOptions } from "./ecr-options.ts";

const HOUR_MS = 3_600_000;
const OURS = hostOf("123456789012");
const IMAGE = `${OURS}/team/app:1`;

let clock: SimulatedClock;
let ecr: LocalEcr;
let log: MemoryLog;

beforeEach(async () => {
  clock = new SimulatedClock();
  ecr = new LocalEcr(clock);
  log = new MemoryLog();
  await ecr.listen();
});
afterEach(() => ecr.close());

type Use = { readonly taskArn?: string; readonly signal?: AbortSignal };

/** @param roles execution roles by task */
function logins(
  options: Partial<EcrOptions> = {},
  roles: Readonly<Record<string, string>> = {},
  configured?: (image: string) => Promise<{ readonly username: string } | undefined>,
) {
  const find = registryLogins({
    ecr: { ...ecr.options, ...options },
    configured,
    executionRoleOf: (taskArn) => roles[taskArn],
    clock,
    random: new SeededRandom(1),
    log,
  });
  return (image = IMAGE, { taskArn = "arn:task/a", signal = new AbortController().signal }: Use = {}) =>
    find?.(image, { taskArn, signal }) ?? Promise.reject(new Error("there is nowhere to ask"));
}

describe("logins for ECR", () => {
  it("DC-5: asks for the token of the image's registry in its region, and takes it apart", async () => {
    const image = `${hostOf("210987654321", "us-west-2")}/app@sha256:${"0".repeat(64)}`;
    expect(await logins()(image)).toEqual({
      username: "AWS",
      password: "hunter2-1",
      serverAddress: `https://${hostOf("210987654321", "us-west-2")}`,
    });
    expect(ecr.calls).toEqual([
      {
        target: "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken",
        contentType: "application/x-amz-json-1.1",
        region: "us-west-2",
        accessKeyId: "AKIDENGINE",
        body: { registryIds: ["210987654321"] },
      },
    ]);
  });

  it("asks nothing about images that are not in ECR", async () => {
    const find = logins();
    for (const image of ["busybox", "public.ecr.aws/nginx/nginx:1", "registry.example/app"]) {
      expect(await find(image), image).toBeUndefined();
    }
    expect(ecr.calls).toEqual([]);
  });

  it("takes a stand-in that is named for one of ECR's registries", async () => {
    ecr.answer = (call) => ecr.token(call, { proxyEndpoint: "http://127.0.0.1:5000" });
    const find = logins({ registries: { "127.0.0.1:5000": { registryId: "000000000000", region: "eu-north-1" } } });
    expect(await find("127.0.0.1:5000/app")).toMatchObject({ serverAddress: "http://127.0.0.1:5000" });
    expect(ecr.calls).toMatchObject([{ body: { registryIds: ["000000000000"] }, region: "eu-north-1" }]);
  });

  it("says when no region is known for a stand-in", async () => {
    const { region: _, ...options } = ecr.options;
    const find = registryLogins({
      ecr: { ...options, registries: { "127.0.0.1:5000": { registryId: "000000000000" } } },
      configured: undefined,
      executionRoleOf: () => undefined,
      clock,
      random: new SeededRandom(1),
      log,
    });
    const failure = find?.("127.0.0.1:5000/app", { taskArn: "a", signal: new AbortController().signal });
    await expect(failure).rejects.toThrow("Cannot log in to ECR: registry 000000000000: no region is configured");
  });

  it("DC-9, DC-76: asks once for a registry as long as the token lasts, and for each registry", async () => {
    const find = logins();
    const first = await find();
    expect(await find(`${OURS}/other:2`)).toEqual(first);
    await find(`${hostOf("210987654321")}/app`);
    await find(`${hostOf("123456789012", "us-west-2")}/app`);
    expect(ecr.calls).toHaveLength(3);
    await clock.advance(11 * HOUR_MS - 1);
    await find();
    expect(ecr.calls).toHaveLength(3);
  });

  it("DC-76: asks again 30 to 60 minutes before the token ends", async () => {
    const find = logins();
    await find();
    await clock.advance(11.5 * HOUR_MS);
    expect(await find()).toMatchObject({ password: "hunter2-2" });
  });

  it("keeps no token whose end is not told, and none longer than 12 hours", async () => {
    ecr.answer = (call) => ecr.token(call, { expiresAt: undefined });
    const find = logins();
    await find();
    await find();
    expect(ecr.calls).toHaveLength(2);
    ecr.answer = (call) => ecr.token(call, { expiresAt: (clock.now() + 1_000 * HOUR_MS) / 1_000 });
    await find();
    await clock.advance(12 * HOUR_MS);
    await find();
    expect(ecr.calls).toHaveLength(4);
  });

  it("keeps the tokens of a hundred registries, and drops the one that nobody asked for longest", async () => {
    const find = logins();
    const images = Array.from({ length: 101 }, (_, index) => `${hostOf(String(100_000_000_000 + index))}/app`);
    for (const image of images) await find(image);
    await find(images[100]);
    expect(ecr.calls).toHaveLength(101);
    await find(images[0]);
    expect(ecr.calls).toHaveLength(102);
  });

  it("asks once for all who want it at the same time, and goes on when one of them leaves", async () => {
    let release = () => {};
    ecr.held = new Promise((resolve) => {
      release = resolve;
    });
    const find = logins();
    const leaver = new AbortController();
    const left = find(IMAGE, { signal: leaver.signal });
    const all = Array.from({ length: 20 }, () => find());
    const reason = new Error("the task is stopped");
    leaver.abort(reason);
    await expect(left).rejects.toBe(reason);
    release();
    expect(new Set((await Promise.all(all)).map((login) => login?.password))).toEqual(new Set(["hunter2-1"]));
    expect(ecr.calls).toHaveLength(1);
  });
});

describe("logins for ECR with execution roles", () => {
  const roles = { "arn:task/a": "arn:role/one", "arn:task/b": "arn:role/one", "arn:task/c": "arn:role/two" };
  const executionCredentials = (_: string, role: string) => ({
    accessKeyId: `AKID-${role.split("/").at(-1)}`,
    secretAccessKey: "secret",
    sessionToken: "session",
  });

  it("DC-9, DM-47: asks with the role of the task, once for each role; tasks without one use the engine's", async () => {
    const find = logins({ executionCredentials }, roles);
    for (const taskArn of ["arn:task/a", "arn:task/b", "arn:task/c", "arn:task/none"]) await find(IMAGE, { taskArn });
    expect(ecr.calls.map(({ accessKeyId }) => accessKeyId)).toEqual(["AKID-one", "AKID-two", "AKIDENGINE"]);
  });

  it("uses the engine's credentials for all when nobody knows those of roles", async () => {
    const find = logins({}, roles);
    for (const taskArn of ["arn:task/a", "arn:task/c", "arn:task/none"]) await find(IMAGE, { taskArn });
    expect(ecr.calls.map(({ accessKeyId }) => accessKeyId)).toEqual(["AKIDENGINE"]);
  });

  it("DC-6: fails when the credentials of the role are not to be had, and asks nobody", async () => {
    const find = logins({ executionCredentials: () => undefined }, roles);
    await expect(find()).rejects.toMatchObject({
      name: "CannotPullECRContainerError",
      retryable: false,
      message: "Cannot log in to ECR: nobody knows the credentials of the execution role arn:role/one",
    });
    expect(ecr.calls).toEqual([]);
  });
});

describe("logins for ECR that fail", () => {
  it("DC-6, DC-74: passes on what ECR said, as CannotPullECRContainerError", async () => {
    const body = { __type: "AccessDeniedException", message: "not authorized to perform ecr:GetAuthorizationToken" };
    ecr.answer = () => ({ status: 400, body });
    const failure = logins()();
    await expect(failure).rejects.toMatchObject({ name: "CannotPullECRContainerError", retryable: false });
    await expect(failure).rejects.toThrow(
      "Cannot log in to ECR: registry 123456789012 in eu-west-1: AccessDeniedException: not authorized to perform",
    );
    expect(ENGINE_ERROR_NAMES).toContain("CannotPullECRContainerError");
  });

  it.each([
    ["no token", { authorizationData: [] }, /0 tokens instead of one/],
    ["nothing", {}, /0 tokens instead of one/],
    ["two tokens", { authorizationData: [{}, {}] }, /2 tokens instead of one/],
    ["an empty token", { authorizationData: [{}] }, /lacks the token/],
  ])("DC-74, DC-76: refuses an answer with %s, and keeps nothing of it", async (_, body, message) => {
    ecr.answer = () => ({ status: 200, body });
    const find = logins();
    await expect(find()).rejects.toThrow(message);
    ecr.answer = (call) => ecr.token(call);
    expect(await find()).toMatchObject({ username: "AWS" });
  });

  it("takes the configured login instead, with a warning that quotes none, and fails when there is none", async () => {
    ecr.answer = () => ({ status: 400, body: { __type: "AccessDeniedException", message: "no" } });
    const find = logins({}, {}, async (image) => (image === IMAGE ? { username: "configured" } : undefined));
    expect(await find()).toEqual({ username: "configured" });
    expect(log.messages("warn")).toEqual(["Cannot get a token of ECR: the configured login is used"]);
    await expect(find(`${OURS}/other`)).rejects.toMatchObject({ name: "CannotPullECRContainerError" });
  });

  it("asks for the configured login of other registries as before", async () => {
    const find = logins({}, {}, async () => ({ username: "configured" }));
    expect(await find("registry.example/app")).toEqual({ username: "configured" });
  });

  it("IMG-12: no password is in any error or line of the log", async () => {
    ecr.answer = (call) => ecr.token(call, { proxyEndpoint: "https://other.example" });
    const error = await logins()().catch((failure: unknown) => failure);
    expect(String(error)).toContain("does not serve");
    expect(JSON.stringify([String(error), log.lines])).not.toMatch(/hunter2|aHVudGVy/);
  });

  it("DC-76: uses a new token that has ended by our clock once, and asks again", async () => {
    ecr.answer = (call) => ecr.token(call, { expiresAt: asEpochMs(clock.now() - 1_000) / 1_000 });
    const find = logins();
    expect(await find()).toMatchObject({ username: "AWS" });
    expect(await find()).toMatchObject({ password: "hunter2-2" });
  });
});
