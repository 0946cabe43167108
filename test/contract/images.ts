import { expect, it } from "vitest";
import type { World } from "./contract-world.ts";

/** Two blocks of zeros: a tar archive with nothing in it. */
const EMPTY_TAR = new Uint8Array(1024);
const UNREACHABLE = "localhost:1/berth-test/nothing";

export function testImages(world: () => World): void {
  it("inspects an image by name and by id", async () => {
    const { client, image } = world();
    const byName = await client.inspectImage(image);
    expect(byName).toMatchObject({ imageId: expect.stringMatching(/^sha256:/), os: "linux", hasHealthCheck: false });
    expect(byName?.tags).toContain(image);
    expect(await client.inspectImage(byName?.imageId ?? "")).toEqual(byName);
    expect((await client.listImages()).map((each) => each.imageId)).toContain(byName?.imageId);
  });

  it("a confirmed absence is undefined", async () => {
    expect(await world().client.inspectImage("berth-test/no-such-image:latest")).toBeUndefined();
  });

  it("gives an image another name and takes it away again", async () => {
    const { client, image, uniqueName } = world();
    const target = { repository: `berth-test/${uniqueName()}`, tag: "v1" };
    const name = `${target.repository}:${target.tag}`;
    await client.tagImage(image, target);
    expect((await client.inspectImage(name))?.imageId).toBe((await client.inspectImage(image))?.imageId);
    await client.removeImage(name);
    await client.removeImage(name);
    expect(await client.inspectImage(name)).toBeUndefined();
    expect(await client.inspectImage(image)).toBeDefined();
  });

  it("refuses to name an image that is missing", async () => {
    const tagging = world().client.tagImage("berth-test/no-such-image:latest", {
      repository: "berth-test/x",
      tag: "v1",
    });
    await expect(tagging).rejects.toMatchObject({ status: 404, retryable: false });
  });

  it("makes an image out of an empty archive", async () => {
    const { client, uniqueName } = world();
    const repository = `berth-test/${uniqueName()}`;
    const changes = ["ENV COLOUR=red", 'CMD ["/nothing"]'];
    await client.importImage(EMPTY_TAR, { repository, tag: "v1", changes });
    expect(await client.inspectImage(`${repository}:v1`)).toMatchObject({ tags: [`${repository}:v1`] });
    await client.removeImage(`${repository}:v1`);
    expect(await client.inspectImage(`${repository}:v1`)).toBeUndefined();
  });

  it("a pull that cannot reach its registry is a CannotPullContainerError", async () => {
    await expect(world().client.pullImage(`${UNREACHABLE}:v1`)).rejects.toMatchObject({
      name: "CannotPullContainerError",
      message: expect.stringMatching(/\S/),
      status: expect.any(Number),
      indeterminate: false,
    });
  });

  it("a manifest that cannot be asked for is a CannotPullImageManifestError", async () => {
    await expect(world().client.inspectDistribution(`${UNREACHABLE}:v1`)).rejects.toMatchObject({
      name: "CannotPullImageManifestError",
      status: expect.any(Number),
    });
  });
}
