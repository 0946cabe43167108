/** What a tag means can change while a task starts: `versionConsistency` says whether that matters. */
import { describe, expect, it } from "vitest";
import { startedHost } from "./started-host.ts";

const IMAGE = "registry.example/team/app:1";

/** A task whose image is pushed anew under its tag as soon as `moveAt` was asked for. */
async function startedTask(
  versionConsistency: "enabled" | "disabled" | undefined,
  moveAt: "inspectDistribution" | "pullImage",
) {
  const host = await startedHost();
  const images = [host.docker.image(IMAGE, { where: "registry" })];
  const asked: string[] = [];
  host.docker.onCall(({ operation, subject }) => {
    if (operation !== "inspectDistribution" && operation !== "pullImage") return;
    asked.push(`${operation} ${subject}`);
    if (operation === moveAt && images.length === 1) images.push(host.docker.image(IMAGE, { where: "registry" }));
  });
  const run = async () => {
    const task = host.task([
      { name: "web", image: IMAGE, ...(versionConsistency === undefined ? {} : { versionConsistency }) },
    ]);
    await host.add(task);
    await host.untilStatus(task, "RUNNING");
    return host.now(task).containers[0];
  };
  return { asked, images, run };
}

describe("versionConsistency", () => {
  it.each(["enabled", undefined] as const)(
    "%s: runs the digest that the tag had first, although it moves",
    async (value) => {
      const { asked, images, run } = await startedTask(value, "inspectDistribution");
      const container = await run();
      expect(asked).toEqual([
        `inspectDistribution ${IMAGE}`,
        `pullImage ${IMAGE.replace(/:1$/, "")}@${images[0]?.digest}`,
      ]);
      expect(container).toMatchObject({ imageDigest: images[0]?.digest, digestResolved: true });
    },
  );

  it("disabled: pulls the tag without asking what it means, and anew for each task", async () => {
    const { asked, images, run } = await startedTask("disabled", "pullImage");
    expect(await run()).toMatchObject({ imageDigest: images[0]?.digest, digestResolved: false });
    expect(await run()).toMatchObject({ imageDigest: images[1]?.digest, digestResolved: false });
    expect(asked).toEqual([`pullImage ${IMAGE}`, `pullImage ${IMAGE}`]);
  });
});
