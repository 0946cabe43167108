/** The image manager against a real daemon and real registries, one of them with a login. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemRandom } from "../../src/agent/system-random.ts";
import { asDockerName } from "../../src/core/brand.ts";
import { createDockerClient } from "../../src/docker/index.ts";
import { createRegistryAuth } from "../../src/docker/registry-auth/index.ts";
import { systemClock } from "../../src/docker/system-clock.ts";
import { ImageManager, type ImageManagerOptions, type PullRequest } from "../../src/images/index.ts";
import type { DockerClient, LayerProgress } from "../../src/ports/docker-client.ts";
import { MemoryStateStore } from "../../src/store/index.ts";

const BUILT_HERE = "berth-test/busybox:latest";
const PULLED = "berth-test/pull";

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`${name} is not set: run the tests with npm test`);
  return value;
}

const open = setting("BERTH_TEST_REGISTRY");
const closed = setting("BERTH_TEST_REGISTRY_AUTH");
const login = { username: setting("BERTH_TEST_REGISTRY_USER"), password: setting("BERTH_TEST_REGISTRY_PASSWORD") };
const docker: DockerClient = createDockerClient({ endpoint: setting("BERTH_TEST_DOCKER_HOST") });
const own = [`${open}/${PULLED}:latest`, `${closed}/${PULLED}:latest`];

function manager(options: Partial<ImageManagerOptions> = {}): ImageManager {
  return new ImageManager({ docker, clock: systemClock, random: systemRandom, ...options });
}

function request(image: string, partial: Partial<PullRequest> = {}): PullRequest {
  const { signal } = new AbortController();
  return { taskArn: "arn:task/a", containerName: "web", image, behaviour: "default", signal, ...partial };
}

async function bring(images: ImageManager, image: string, partial: Partial<PullRequest> = {}) {
  const manifest = await images.prepareManifest(request(image, partial));
  return { manifest, pull: await images.pull(request(image, { ...partial, digest: manifest.digest })) };
}

async function removeOwn(): Promise<void> {
  for (const name of own) {
    const image = await docker.inspectImage(name);
    const host = name.slice(0, name.indexOf("/"));
    for (const each of [...(image?.tags ?? []), ...(image?.repoDigests ?? [])]) {
      if (each.startsWith(`${host}/`)) await docker.removeImage(each);
    }
  }
}

beforeAll(async () => {
  await removeOwn();
  // The set-up made it here to push it; a pull that brings bytes needs it gone.
  await docker.removeImage(`${PULLED}:latest`);
});
afterAll(async () => {
  await removeOwn();
  docker.close();
});

describe("ImageManager with a real daemon", () => {
  it("IMG-4: uses an image that was built here without a digest and without asking", async () => {
    const { manifest, pull } = await bring(manager(), BUILT_HERE);
    expect(manifest).toEqual({ source: "local" });
    expect(pull).toMatchObject({ pulled: false });
    expect(pull.imageId).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it("IMG-6, IMG-13: pulls by digest from a registry with a port, tags back, and tells how far it is", async () => {
    const [image = ""] = own;
    const progress: LayerProgress[] = [];
    const { manifest, pull } = await bring(manager(), image, { onProgress: (each) => progress.push(each) });
    expect(manifest).toMatchObject({ source: "registry", digest: expect.stringMatching(/^sha256:/) });
    expect(pull).toMatchObject({ pulled: true, imageDigest: manifest.digest });
    expect(progress.length).toBeGreaterThan(0);
    for (const name of [image, `${open}/${PULLED}@${manifest.digest}`]) {
      expect((await docker.inspectImage(name))?.imageId, name).toBe(pull.imageId);
    }
  });

  it("IT-2, IMG-9: pulls a reference with a digest", async () => {
    const [image = ""] = own;
    const { digest = "" } = await manager().prepareManifest(request(image));
    await removeOwn();
    const byDigest = `${open}/${PULLED}@${digest}`;
    const { manifest, pull } = await bring(manager(), byDigest);
    expect(manifest).toEqual({ digest, source: "reference" });
    expect(pull).toMatchObject({ pulled: true, imageDigest: digest });
    await docker.removeImage(byDigest);
  });

  it.each(["docker", "dockercfg"])(
    "IT-8: logs in to a private registry with engine-wide data of type %s",
    async (type) => {
      const [, image = ""] = own;
      const auth = Buffer.from(`${login.username}:${login.password}`).toString("base64");
      const data = JSON.stringify({ [closed]: type === "docker" ? login : { auth } });
      const registryAuth = createRegistryAuth({ engineAuth: { type, data } });
      expect((await bring(manager({ registryAuth }), image)).pull.pulled).toBe(true);
      await removeOwn();
    },
  );

  it("IMG-8: a wrong password fails at once, names the cause and not the password", async () => {
    const [, image = ""] = own;
    const auth = { username: login.username, password: "hunter2" };
    const failure = manager().pull(request(image, { auth }));
    await expect(failure).rejects.toMatchObject({ name: "CannotPullContainerError" });
    await expect(failure).rejects.toThrow(/Check the login for its registry/);
    await expect(failure).rejects.not.toThrow(/hunter2/);
  });

  it("IMG-1: a registry that is down costs a warning when the image is cached, and the task when it is not", async () => {
    const [image = ""] = own;
    await bring(manager(), image);
    const down = "127.0.0.1:1/berth-test/pull";
    await docker.tagImage(image, { repository: down, tag: "latest" });
    const { pull } = await bring(manager(), `${down}:latest`);
    expect(pull.pulled).toBe(false);
    expect(pull.warning?.name).toBe("CannotPullImageManifestError");
    await docker.removeImage(`${down}:latest`);
    const missing = manager().prepareManifest(request(`${down}:latest`));
    await expect(missing).rejects.toMatchObject({ name: "CannotPullImageManifestError" });
  });

  it("pulls an image once for all who want it, and tells each of them how far it is", async () => {
    const [image = ""] = own;
    await removeOwn();
    const digests: string[] = [];
    const images = manager();
    const told = Array.from({ length: 5 }, () => 0);
    const answers = await Promise.all(
      told.map(async (_, index) => {
        const taskArn = `arn:task/${index}`;
        const onProgress = () => {
          told[index] = (told[index] ?? 0) + 1;
        };
        const { manifest, pull } = await bring(images, image, { taskArn, behaviour: "always", onProgress });
        digests.push(manifest.digest ?? "");
        return pull;
      }),
    );
    expect(new Set(digests).size).toBe(1);
    expect(new Set(answers.map(({ pullStartedAt }) => pullStartedAt)).size).toBe(1);
    expect(told.every((count) => count > 0)).toBe(true);
    expect(images.getImageStateFromImageName(image)?.references.size).toBe(5);
    await removeOwn();
  });

  it("IMC-6: keeps what was here before, though a task has used it, and what a container was made of", async () => {
    const [image = ""] = own;
    await bring(manager(), image);
    const images = manager({ cleanup: { minimumAgeMs: -1 } });
    for (const name of [image, BUILT_HERE]) {
      await bring(images, name, { taskArn: `arn:task/${name}` });
      await images.removeContainerReferenceFromImageState({ taskArn: `arn:task/${name}`, containerName: "web" });
    }
    expect((await images.removeUnusedImages()).removed).toEqual([]);
    const bold = manager({ cleanup: { minimumAgeMs: -1, removeNotPulled: true } });
    const body = { Image: image, Entrypoint: ["/none"] };
    const { dockerId } = await docker.createContainer({ name: asDockerName(`user-${systemRandom.hex(8)}`), body });
    await bring(bold, image);
    await bold.removeContainerReferenceFromImageState({ taskArn: "arn:task/a", containerName: "web" });
    expect(await bold.explainCleanup()).toContainEqual(
      expect.objectContaining({ names: [image], type: "keep", reason: expect.stringContaining("in use by container") }),
    );
    expect(await bold.removeUnusedImages()).toEqual({ removed: [], failed: [] });
    await docker.removeContainer(dockerId, { force: true, removeVolumes: true });
    expect((await bold.removeUnusedImages()).removed).toHaveLength(1);
    expect(await docker.inspectImage(image)).toBeUndefined();
  });

  it("IM-26, IMC-2: cleans up what is not used any more, names and record", async () => {
    const [image = ""] = own;
    const store = new MemoryStateStore();
    const images = manager({ store, cleanup: { minimumAgeMs: -1 } });
    const { pull } = await bring(images, image);
    expect((await images.removeUnusedImages()).removed).toEqual([]);
    await images.removeContainerReferenceFromImageState({ taskArn: "arn:task/a", containerName: "web" });
    expect((await images.removeUnusedImages()).removed).toEqual([pull.imageId]);
    for (const name of [image, pull.imageId]) expect(await docker.inspectImage(name), name).toBeUndefined();
    expect(store.snapshot().images).toEqual([]);
  });
});
