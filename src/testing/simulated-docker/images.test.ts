import { describe, expect, it } from "vitest";
import type { LayerProgress } from "../../ports/docker-client.ts";
import { aWorld } from "./test-world.ts";

describe("pullImage()", () => {
  it("brings an image from the registry, layer by layer", async () => {
    const { docker, clock, client } = aWorld({ latency: { pullImage: 100, layer: 400 } });
    const { digest, imageId } = docker.image("repo/web:1", { where: "registry", layers: [10, 20] });
    expect(await client.inspectImage("repo/web:1")).toBeUndefined();
    const lines: LayerProgress[] = [];
    await clock.resolve(client.pullImage("repo/web:1", { onProgress: (line) => lines.push(line) }));
    expect(clock.elapsedMs).toBe(900);
    expect(lines.map(({ status }) => status)).toEqual([
      "Pulling fs layer",
      "Pulling fs layer",
      ...["Downloading", "Download complete", "Pull complete"],
      ...["Downloading", "Download complete", "Pull complete"],
    ]);
    expect(lines[2]).toMatchObject({ currentBytes: 5, totalBytes: 10 });
    expect(await client.inspectImage("repo/web:1")).toMatchObject({
      imageId,
      tags: ["repo/web:1"],
      repoDigests: [`repo/web@${digest}`],
      sizeBytes: 30,
    });
    expect(await client.inspectDistribution("repo/web:1")).toMatchObject({ digest });
    expect(await client.inspectImage(`repo/web@${digest}`)).toMatchObject({ imageId });
  });

  it("by digest gives no tag", async () => {
    const { docker, client } = aWorld();
    const { digest } = docker.image("web", { where: "registry" });
    await client.pullImage(`web@${digest}`);
    expect(await client.inspectImage(`web@${digest}`)).toMatchObject({ tags: [] });
    expect(await client.inspectImage("web")).toBeUndefined();
  });

  it("follows a tag that moved; the old image keeps its digest", async () => {
    const { docker, client } = aWorld();
    const old = docker.image("web:1");
    const moved = docker.image("web:1", { where: "registry" });
    await client.pullImage("web:1");
    expect(await client.inspectImage("web:1")).toMatchObject({ imageId: moved.imageId });
    expect(await client.inspectImage(old.imageId)).toMatchObject({ tags: [], repoDigests: [`web@${old.digest}`] });
    expect(await client.listImages()).toHaveLength(3);
  });

  it("tells missing images, missing rights and registries out of reach apart", async () => {
    const { docker, client, errorOf } = aWorld();
    docker.image("host.example:5000/private", { where: "registry", auth: { username: "u", password: "p" } });
    docker.image("known:1", { where: "registry" });
    expect(await errorOf(client.pullImage("known:2"))).toMatchObject({
      name: "CannotPullContainerError",
      status: 404,
      message: expect.stringContaining("manifest for known:2 not found"),
    });
    expect(await errorOf(client.pullImage("unknown"))).toMatchObject({
      message: expect.stringContaining("pull access denied"),
    });
    expect(await errorOf(client.pullImage("host.example:5000/private"))).toMatchObject({ status: 404 });
    await client.pullImage("host.example:5000/private", { auth: { username: "u", password: "p" } });
    docker.registry.setReachable("docker.io", false);
    expect(await errorOf(client.pullImage("known:1"))).toMatchObject({ status: 500, retryable: true });
    expect(await errorOf(client.inspectDistribution("known:1"))).toMatchObject({
      name: "CannotPullImageManifestError",
    });
    docker.registry.setReachable("docker.io", true);
    await client.pullImage("docker.io/library/known:1");
  });

  it("is given up at its limits, and leaves no image", async () => {
    const { docker, client, errorOf, clock } = aWorld({ latency: { layer: 100 } });
    docker.image("big", { where: "registry" });
    docker.faults.next("pullImage", { kind: "hang" });
    expect(await errorOf(client.pullImage("big"))).toMatchObject({
      name: "DockerTimeoutError",
      message: "Could not transition to pullBegin; timed out after waiting 5m0s",
    });
    docker.faults.next("pullImage", { kind: "pullStuck", atLayer: 1 });
    expect(await errorOf(client.pullImage("big"))).toMatchObject({
      name: "CannotPullContainerError",
      message: "inactivity time exceeded timeout while pulling image",
      retryable: true,
    });
    expect(await errorOf(client.pullImage("big", { timeoutMs: 150 }))).toMatchObject({
      message: "Could not transition to pulled; timed out after waiting 150ms",
    });
    await clock.advance(10_000);
    expect(await client.inspectImage("big")).toBeUndefined();
  });

  it("ends with the caller's wish", async () => {
    const { docker, client, errorOf, clock } = aWorld({ latency: { layer: 1_000 } });
    docker.image("big", { where: "registry" });
    const controller = new AbortController();
    const pulling = errorOf(client.pullImage("big", { signal: controller.signal }));
    await clock.advance(1_500);
    controller.abort(new Error("not needed"));
    expect(await pulling).toMatchObject({ message: "not needed" });
    await clock.advance(10_000);
    expect(await client.inspectImage("big")).toBeUndefined();
  });
});

describe("removeImage()", () => {
  it("takes names away first, and refuses what a container needs", async () => {
    const { docker, client, create, errorOf } = aWorld();
    const { imageId } = docker.image("web:1");
    await client.tagImage("web:1", { repository: "web", tag: "stable" });
    expect(await errorOf(client.removeImage(imageId))).toMatchObject({ status: 409, retryable: true });
    await client.removeImage("web:stable");
    const dockerId = await create("a1", { Image: "web:1" });
    expect(await errorOf(client.removeImage("web:1"))).toMatchObject({
      status: 409,
      message: expect.stringContaining("unable to remove repository reference"),
    });
    expect(await errorOf(client.removeImage(imageId))).toMatchObject({
      message: expect.stringContaining("stopped container"),
    });
    await client.startContainer(dockerId);
    expect(await errorOf(client.removeImage(imageId))).toMatchObject({
      message: expect.stringContaining("cannot be forced"),
    });
    await client.removeContainer(dockerId, { force: true, removeVolumes: true });
    await client.removeImage(imageId);
    expect(await client.inspectImage("web:1")).toBeUndefined();
    await client.removeImage("web:1");
  });
});

describe("importImage()", () => {
  it("makes an image whose command is looked for in vain unless it is a known one", async () => {
    const { client, create, run, errorOf, inspect } = aWorld();
    const target = {
      repository: "amazon/ecs-pause",
      tag: "0.1",
      changes: ['ENTRYPOINT ["/pause"]', "ENV A=1", "LABEL x=y"],
    };
    await client.importImage(new Uint8Array(1_024), target);
    expect(await client.inspectImage("amazon/ecs-pause:0.1")).toMatchObject({ env: ["A=1"], sizeBytes: 1_024 });
    const pause = await run("pause", { Image: "amazon/ecs-pause:0.1" });
    expect(await inspect(pause)).toMatchObject({ status: "running", labels: { x: "y" } });
    const broken = await create("broken", { Image: "amazon/ecs-pause:0.1", Entrypoint: ["nothing-here"] });
    expect(await errorOf(client.startContainer(broken))).toMatchObject({ status: 400 });
  });
});
