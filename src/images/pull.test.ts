import { describe, expect, it } from "vitest";
import type { LayerProgress, RegistryAuth } from "../ports/docker-client.ts";
import type { Log, LogFields } from "../ports/log.ts";
import { MemoryStateStore } from "../store/index.ts";
import { SimulatedClock, SimulatedDocker } from "../testing/index.ts";
import { SeededRandom } from "../testing/seeded-random.ts";
import { ImageManager, type ImageManagerOptions, type ImageRequest, type PullRequest } from "./index.ts";

const IMAGE = "registry.example:5000/team/app:1";
const REPOSITORY = "registry.example:5000/team/app";
const HOST = "registry.example:5000";

function setUp(options: Partial<ImageManagerOptions> = {}) {
  const clock = new SimulatedClock();
  const docker = new SimulatedDocker({ clock, seed: 1 });
  const calls: string[] = [];
  docker.onCall(({ operation, subject, outcome }) => calls.push(`${operation} ${subject} ${outcome.split(":")[0]}`));
  const random = new SeededRandom(1);
  const store = new MemoryStateStore();
  const manager = new ImageManager({ docker: docker.client(), clock, random, store, ...options });
  const count = (operation: string) => calls.filter((call) => call.startsWith(`${operation} `)).length;
  return { clock, docker, manager, store, calls, count };
}

function request(partial: Partial<PullRequest> = {}): PullRequest {
  return {
    taskArn: "arn:task/a",
    containerName: "web",
    image: IMAGE,
    behaviour: "default",
    signal: new AbortController().signal,
    ...partial,
  };
}

/** Both steps, as the engine takes them. */
async function bring(manager: ImageManager, partial: Partial<ImageRequest> = {}) {
  const manifest = await manager.prepareManifest(request(partial));
  return { manifest, pull: await manager.pull(request({ ...partial, digest: manifest.digest })) };
}

describe("ImageManager, digest first", () => {
  it("IMG-5, IMG-11: pulls the digest that was settled first, although the tag moves meanwhile", async () => {
    const { clock, docker, manager } = setUp();
    const first = docker.image(IMAGE, { where: "registry" });
    const manifest = await clock.resolve(manager.prepareManifest(request()));
    expect(manifest).toEqual({ digest: first.digest, source: "registry" });
    docker.image(IMAGE, { where: "registry" });
    const pull = await clock.resolve(manager.pull(request({ digest: first.digest })));
    expect(pull).toMatchObject({ imageId: first.imageId, imageDigest: first.digest, pulled: true });
  });

  it("IMG-6: leaves both names, with tag and with digest, on the same image", async () => {
    const { clock, docker, manager } = setUp();
    const { digest, imageId } = docker.image(IMAGE, { where: "registry" });
    await clock.resolve(bring(manager));
    const client = docker.client();
    for (const name of [IMAGE, `${REPOSITORY}@${digest}`]) {
      expect((await client.inspectImage(name))?.imageId, name).toBe(imageId);
    }
  });

  it("IMG-9: asks no registry about a reference with a digest", async () => {
    const { clock, docker, manager, count } = setUp();
    const { digest, imageId } = docker.image(IMAGE, { where: "registry" });
    const image = `${REPOSITORY}@${digest}`;
    const { manifest, pull } = await clock.resolve(bring(manager, { image }));
    expect(manifest).toEqual({ digest, source: "reference" });
    expect(pull).toMatchObject({ imageId, imageDigest: digest, pulled: true });
    expect(count("inspectDistribution")).toBe(0);
    expect(count("tagImage")).toBe(0);
  });

  it("does not pull under default what is here already with the very digest", async () => {
    const { clock, docker, manager, count } = setUp();
    const { digest } = docker.image(IMAGE);
    const { pull } = await clock.resolve(bring(manager));
    expect(pull).toMatchObject({ imageDigest: digest, pulled: false });
    expect(count("pullImage")).toBe(0);
  });

  it("tries the tag again when it fails", async () => {
    const { clock, docker, manager, count } = setUp();
    docker.image(IMAGE, { where: "registry" });
    docker.faults.next("tagImage", { kind: "errorBeforeEffect" }, { times: 4 });
    expect((await clock.resolve(bring(manager))).pull.pulled).toBe(true);
    expect(count("tagImage")).toBe(5);
  });

  it("skips manifests of the old kind, which have no stable digest", async () => {
    const { clock, docker, manager } = setUp();
    docker.image(IMAGE, { where: "registry" });
    const client = docker.client();
    const old = { digest: "sha256:unstable", mediaType: "application/vnd.docker.distribution.manifest.v1+prettyjws" };
    client.inspectDistribution = async () => old;
    const other = new ImageManager({ docker: client, clock, random: new SeededRandom(1) });
    expect(await clock.resolve(other.prepareManifest(request()))).toEqual({ source: "none" });
    expect((await clock.resolve(manager.pull(request()))).pulled).toBe(true);
  });
});

describe("ImageManager and pull behaviours", () => {
  it("IMG-1: default, registry down, image cached: uses it soon, with a warning", async () => {
    const { clock, docker, manager, count } = setUp();
    const { imageId, digest } = docker.image(IMAGE);
    docker.registry.setReachable(HOST, false);
    const { manifest, pull } = await clock.resolve(bring(manager));
    expect(manifest).toMatchObject({ source: "local", digest, warning: { name: "CannotPullImageManifestError" } });
    expect(pull).toMatchObject({ imageId, pulled: false });
    expect(count("inspectDistribution")).toBe(2);
    expect(count("pullImage")).toBe(0);
    expect(clock.elapsedMs).toBeLessThan(1_000);
  });

  it("IMG-1: default, registry silent, image cached: gives up on it after seconds, and once for all who ask", async () => {
    const { clock, docker, manager } = setUp();
    docker.image(IMAGE);
    docker.faults.always("inspectDistribution", { kind: "hang" });
    const both = Promise.all([bring(manager), bring(manager, { taskArn: "arn:task/b" })]);
    const answers = await clock.resolve(both);
    for (const { manifest } of answers) expect(manifest.warning?.name).toBe("DockerTimeoutError");
    expect(clock.elapsedMs).toBeLessThanOrEqual(11_000);
  });

  it("IMG-1: default, registry down, nothing cached: fails with the pull's name and advice", async () => {
    const { clock, docker, manager, count } = setUp();
    docker.image(IMAGE, { where: "registry" });
    docker.registry.setReachable(HOST, false);
    await expect(clock.resolve(manager.prepareManifest(request()))).rejects.toMatchObject({
      name: "CannotPullImageManifestError",
    });
    expect(count("inspectDistribution")).toBe(9);
    const failure = clock.resolve(manager.pull(request()));
    await expect(failure).rejects.toMatchObject({ name: "CannotPullContainerError" });
    await expect(failure).rejects.toThrow(/^The task can't pull the image\. Check your network configuration\. /);
    expect(count("pullImage")).toBe(5);
  });

  it("IMG-2: always, registry down, image cached: fails", async () => {
    const { clock, docker, manager } = setUp();
    docker.image(IMAGE);
    docker.registry.setReachable(HOST, false);
    await expect(clock.resolve(manager.prepareManifest(request({ behaviour: "always" })))).rejects.toMatchObject({
      name: "CannotPullImageManifestError",
    });
    await expect(clock.resolve(manager.pull(request({ behaviour: "always" })))).rejects.toMatchObject({
      name: "CannotPullContainerError",
    });
  });

  it("always pulls what is here already", async () => {
    const { clock, docker, manager, count } = setUp();
    docker.image(IMAGE);
    expect((await clock.resolve(bring(manager, { behaviour: "always" }))).pull.pulled).toBe(true);
    expect(count("pullImage")).toBe(1);
  });

  it("EN-63, IMG-3: once makes no request for a name that was pulled before, also after a restart", async () => {
    const { clock, docker, manager, store, calls } = setUp();
    const { digest } = docker.image(IMAGE, { where: "registry" });
    await clock.resolve(bring(manager, { behaviour: "once" }));
    const restarted = new ImageManager({ docker: docker.client(), clock, random: new SeededRandom(2), store });
    restarted.addAllImageStates(store.snapshot().images);
    for (const each of [manager, restarted]) {
      calls.length = 0;
      const { manifest, pull } = await clock.resolve(bring(each, { behaviour: "once", taskArn: "arn:task/b" }));
      expect(manifest).toEqual({ digest, source: "local" });
      expect(pull.pulled).toBe(false);
      expect(new Set(calls.map((call) => call.split(" ")[0]))).toEqual(new Set(["inspectImage"]));
    }
  });

  it("EN-63, IMG-3: once pulls an image that somebody else put here, and one that is gone again", async () => {
    const { clock, docker, manager } = setUp();
    docker.image(IMAGE);
    expect((await clock.resolve(bring(manager, { behaviour: "once" }))).pull.pulled).toBe(true);
    await docker.client().removeImage(IMAGE);
    expect((await clock.resolve(bring(manager, { behaviour: "once" }))).pull.pulled).toBe(true);
  });

  it("EN-64, IMG-4: prefer-cached with a locally built image: no request, no digest", async () => {
    const { clock, docker, manager, count } = setUp();
    const { imageId } = docker.image(IMAGE, { where: "daemon" });
    const { manifest, pull } = await clock.resolve(bring(manager, { behaviour: "prefer-cached" }));
    expect(manifest).toEqual({ source: "local" });
    expect(pull).toEqual({ imageId, pulled: false });
    expect(count("inspectDistribution") + count("pullImage")).toBe(0);
  });

  it("EN-64: prefer-cached pulls what is not here", async () => {
    const { clock, docker, manager } = setUp();
    docker.image(IMAGE, { where: "registry" });
    expect((await clock.resolve(bring(manager, { behaviour: "prefer-cached" }))).pull.pulled).toBe(true);
  });

  it("prefer-cached refuses an image whose digests are all of other repositories", async () => {
    const { clock, docker, manager } = setUp();
    docker.image("other.example/app:1");
    await docker.client().tagImage("other.example/app:1", { repository: REPOSITORY, tag: "1" });
    const failure = clock.resolve(manager.prepareManifest(request({ behaviour: "prefer-cached" })));
    await expect(failure).rejects.toMatchObject({
      name: "CannotPullImageManifestError",
      message: `failed to find a repo digest matching '${REPOSITORY}'`,
    });
  });

  it("default uses an image that was built here without asking anybody; always asks (decision 003)", async () => {
    const { clock, docker, manager, count } = setUp();
    const { imageId } = docker.image(IMAGE, { where: "daemon" });
    const { manifest, pull } = await clock.resolve(bring(manager));
    expect(manifest).toEqual({ source: "local" });
    expect(pull).toEqual({ imageId, pulled: false });
    expect(count("inspectDistribution") + count("pullImage")).toBe(0);
    await expect(clock.resolve(bring(manager, { behaviour: "always" }))).rejects.toThrow();
    expect(count("inspectDistribution")).toBeGreaterThan(0);
  });
});

describe("ImageManager and failing pulls", () => {
  it("UT-3: tries five times, waiting longer each time", async () => {
    const { clock, docker, manager, count } = setUp();
    docker.image(IMAGE, { where: "registry" });
    docker.faults.next("pullImage", { kind: "pullError" }, { times: 4 });
    expect((await clock.resolve(bring(manager))).pull.pulled).toBe(true);
    expect(count("pullImage")).toBe(5);
    // 1.1 + 2.2 + 4.4 + 5 s, and up to a fifth more.
    expect(clock.elapsedMs).toBeGreaterThanOrEqual(12_700);
    expect(clock.elapsedMs).toBeLessThanOrEqual(15_240);
  });

  it("DC-1, IMG-7: a registry that sends nothing fails after the begin limit, one that stalls after the inactivity limit", async () => {
    const { clock, docker, manager } = setUp({
      limits: { pullBeginTimeoutMs: 60_000, pullInactivityTimeoutMs: 30_000 },
    });
    docker.image(IMAGE, { where: "registry" });
    const stop = docker.faults.always("pullImage", { kind: "hang" });
    await expect(clock.resolve(manager.pull(request()))).rejects.toMatchObject({ name: "DockerTimeoutError" });
    expect(clock.elapsedMs).toBeGreaterThanOrEqual(5 * 60_000);
    stop();
    docker.faults.always("pullImage", { kind: "pullStuck" });
    const failure = clock.resolve(manager.pull(request()));
    await expect(failure).rejects.toThrow(/inactivity time exceeded timeout/);
  });

  it("DC-2: gives up after the limit for all tries, and the next pull works", async () => {
    const { clock, docker, manager } = setUp({ limits: { pullTimeoutMs: 60_000 } });
    docker.image(IMAGE, { where: "registry" });
    docker.faults.next("pullImage", { kind: "hang" });
    await expect(clock.resolve(manager.pull(request()))).rejects.toMatchObject({
      name: "DockerTimeoutError",
      message: "Could not transition to pulled; timed out after waiting 1m0s",
    });
    expect((await clock.resolve(manager.pull(request()))).pulled).toBe(true);
  });

  it("the manifest step has its own limit", async () => {
    const { clock, docker, manager } = setUp();
    docker.image(IMAGE, { where: "registry" });
    docker.faults.always("inspectDistribution", { kind: "hang" });
    await expect(clock.resolve(manager.prepareManifest(request()))).rejects.toMatchObject({
      name: "DockerTimeoutError",
      message: "Could not transition to MANIFEST_PULLED; timed out after waiting 1m0s",
    });
  });

  it.each(["CannotPullContainerAuthError", "CannotPullECRContainerError"] as const)(
    "UT-3, IMG-8: does not try again after %s",
    async (name) => {
      const { EngineError } = await import("../core/errors.ts");
      const registryAuth = async () => {
        throw new EngineError(name, "Cannot get login");
      };
      const { clock, docker, manager, count } = setUp({ registryAuth });
      docker.image(IMAGE, { where: "registry" });
      await expect(clock.resolve(manager.pull(request()))).rejects.toMatchObject({ name });
      expect(count("pullImage")).toBe(0);
    },
  );

  it("IMG-8: a refused login and a missing image are asked about once, with advice", async () => {
    const { clock, docker, manager, count } = setUp();
    docker.image(IMAGE, { where: "registry", auth: { username: "u", password: "p" } });
    await expect(clock.resolve(manager.pull(request()))).rejects.toThrow(
      /Check the name of the image; build it first .*, and log in/,
    );
    const absent = request({ image: `${REPOSITORY}:absent` });
    await expect(clock.resolve(manager.pull(absent))).rejects.toThrow(/Check whether the image exists/);
    expect(count("pullImage")).toBe(2);
  });

  it.each(["Ubuntu", "http://reg/x", "./app:x", "repo:tag:tag", "repo@sha256:123"])(
    "case 33: an image that no daemon can read, %s, is refused by name before anybody is asked",
    async (image) => {
      const { clock, manager, count } = setUp();
      const failure = clock.resolve(manager.pull(request({ image })));
      await expect(failure).rejects.toMatchObject({ name: "CannotPullContainerError" });
      await expect(clock.resolve(manager.pull(request({ image })))).rejects.toThrow(
        /Check how the image is written: .* invalid reference format: /,
      );
      expect(count("pullImage") + count("inspectImage")).toBe(0);
    },
  );

  it("IMG-12: shows the login to the registry and to nobody else", async () => {
    const lines: string[] = [];
    const write = (message: string, fields?: LogFields) => void lines.push(`${message} ${JSON.stringify(fields)}`);
    const log: Log = { debug: write, info: write, warn: write, error: write, child: () => log };
    const login: RegistryAuth = { username: "u", password: "hunter2" };
    const { clock, docker, manager, store } = setUp({ log, registryAuth: async () => login });
    docker.image(IMAGE, { where: "registry", auth: { username: "u", password: "hunter2" } });
    expect((await clock.resolve(bring(manager))).pull.pulled).toBe(true);
    docker.image(IMAGE, { where: "registry", auth: { username: "u", password: "changed" } });
    expect((await clock.resolve(bring(manager))).manifest.warning).toBeDefined();
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join() + JSON.stringify(store.snapshot())).not.toContain("hunter2");
  });

  it("a container's own login comes before the engine's", async () => {
    const { clock, docker, manager } = setUp({ registryAuth: async () => ({ username: "engine", password: "p" }) });
    docker.image(IMAGE, { where: "registry", auth: { username: "own", password: "p" } });
    const auth = { username: "own", password: "p" };
    expect((await clock.resolve(bring(manager, { auth }))).pull.pulled).toBe(true);
  });
});

describe("ImageManager and pulls at the same time", () => {
  it("pulls once for all who want the same, and tells all of them how far it is", async () => {
    const { clock, docker, manager, count } = setUp();
    docker.setLatency({ layer: 1_000 });
    const { digest } = docker.image(IMAGE, { where: "registry" });
    const seen = new Map<string, LayerProgress[]>();
    const pull = (taskArn: string) => {
      const list: LayerProgress[] = [];
      seen.set(taskArn, list);
      return manager.pull(request({ taskArn, digest, onProgress: (progress) => list.push(progress) }));
    };
    const first = pull("arn:task/a");
    await clock.advance(1_700);
    const late = pull("arn:task/b");
    const answers = await clock.resolve(Promise.all([first, late]));
    expect(answers.map(({ pulled }) => pulled)).toEqual([true, true]);
    expect(count("pullImage")).toBe(1);
    const layers = (taskArn: string) => new Set(seen.get(taskArn)?.map(({ layer }) => layer));
    expect(layers("arn:task/a").size).toBe(3);
    expect(layers("arn:task/b")).toEqual(layers("arn:task/a"));
  });

  it("goes on while somebody waits, and is cancelled with the last", async () => {
    const { clock, docker, manager, calls } = setUp();
    docker.image(IMAGE, { where: "registry" });
    docker.faults.always("pullImage", { kind: "pullStuck" });
    const stops = [new AbortController(), new AbortController()];
    const reason = new Error("task is stopped");
    const pulls = stops.map(({ signal }, index) => manager.pull(request({ taskArn: `arn:task/${index}`, signal })));
    const settled = Promise.allSettled(pulls);
    await clock.advance(1_000);
    stops[0]?.abort(reason);
    await expect(pulls[0]).rejects.toBe(reason);
    await clock.advance(1_000);
    expect(calls.filter((call) => call.startsWith("pullImage"))).toEqual([]);
    stops[1]?.abort(reason);
    await expect(pulls[1]).rejects.toBe(reason);
    await clock.advance(1);
    expect(calls.filter((call) => call.startsWith("pullImage"))).toHaveLength(1);
    await settled;
    docker.faults.calm();
    expect((await clock.resolve(manager.pull(request()))).pulled).toBe(true);
  });

  it("does not share between logins", async () => {
    const { clock, docker, manager, count } = setUp();
    docker.image(IMAGE, { where: "registry", auth: { username: "u", password: "p" } });
    const good = manager.pull(request({ auth: { username: "u", password: "p" } }));
    const bad = manager.pull(request({ taskArn: "arn:task/b", auth: { username: "u", password: "wrong" } }));
    const [first, second] = await clock.resolve(Promise.allSettled([good, bad]));
    expect([first.status, second.status]).toEqual(["fulfilled", "rejected"]);
    expect(count("pullImage")).toBe(2);
  });

  it("IMG-10: pulls different images side by side", async () => {
    const { clock, docker, manager } = setUp();
    docker.setLatency({ layer: 1_000 });
    const names = ["a.example/a:1", "b.example/b:1"];
    for (const name of names) docker.image(name, { where: "registry" });
    await clock.resolve(
      Promise.all(names.map((image, index) => bring(manager, { image, taskArn: `arn:task/${index}` }))),
    );
    expect(clock.elapsedMs).toBeLessThan(4_000);
  });

  it("serves tasks in the order in which they came, whatever the order of their pulls", async () => {
    const { clock, docker, manager } = setUp({ limits: { maxParallelPulls: 1 } });
    docker.setLatency({ layer: 100 });
    const images = ["a.example/1:1", "b.example/1:1", "a.example/2:1", "b.example/2:1"];
    for (const name of images) docker.image(name, { where: "registry" });
    const done: string[] = [];
    const pulls = images.map(async (image) => {
      await manager.pull(request({ image, taskArn: image.slice(0, 1) }));
      done.push(image);
    });
    await clock.resolve(Promise.all(pulls));
    expect(done).toEqual(["a.example/1:1", "a.example/2:1", "b.example/1:1", "b.example/2:1"]);
  });

  it("EN-68: leaves the queue when the signal fires", async () => {
    const { clock, docker, manager, count } = setUp({ limits: { maxParallelPulls: 1 } });
    for (const name of ["a.example/1:1", "b.example/1:1"]) docker.image(name, { where: "registry" });
    docker.faults.next("pullImage", { kind: "latency", ms: 10_000 });
    const first = manager.pull(request({ image: "a.example/1:1" }));
    const stop = new AbortController();
    const second = manager.pull(request({ image: "b.example/1:1", taskArn: "b", signal: stop.signal }));
    const refused = expect(second).rejects.toThrow("gone");
    await clock.advance(100);
    stop.abort(new Error("gone"));
    await refused;
    await clock.resolve(first);
    await clock.advance(60_000);
    expect(count("pullImage")).toBe(1);
  });
});
