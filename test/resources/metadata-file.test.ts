import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { realDaemon } from "../docker-client/real-daemon.ts";
import { RealEngine } from "./real-engine.ts";

const READ = 'cat "$ECS_CONTAINER_METADATA_FILE"';

describe.runIf(realDaemon().startsWith("unix:"))("the container metadata file on the real daemon", () => {
  let folder: string;
  let real: RealEngine;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "berth-md-"));
    real = new RealEngine({ containerMetadata: true, hostDataDir: folder });
    await real.open();
  });
  afterEach(async () => {
    await real.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("MDF-1, MDF-2, MDF-3, MDF-5: it is there from the first moment, becomes READY, and goes with the task", async () => {
    const script = `echo "$(${READ} | grep -c TaskARN) at first"; until ${READ} | grep -q READY; do :; done; ${READ}`;
    const portMappings = [{ containerPort: 80 }];
    const task = await real.run([{ name: "web", script, portMappings }]);
    await real.untilStopped(task);
    const [first, ...rest] = await real.output(task, "web");
    expect(first).toBe("1 at first");
    const document = JSON.parse(rest.join("\n"));
    const { dockerId, imageId } = await real.inspect(task, "web");
    expect(document).toMatchObject({
      TaskARN: task.arn,
      ContainerName: "web",
      ContainerID: dockerId,
      ImageID: imageId,
      Networks: [{ NetworkMode: "bridge", IPv4Addresses: [expect.stringMatching(/^\d+\./)] }],
      MetadataFileStatus: "READY",
    });
    const leases = real.engine.getTaskByArn(task.arn)?.containers[0]?.hostPorts ?? [];
    expect(document.PortMappings[0]).toMatchObject({ ContainerPort: 80, HostPort: leases[0]?.hostPort });
    await real.remove(task);
    expect(await readdir(join(folder, "metadata", "test"))).toEqual([]);
  });

  it("MDF-4: without a place for it the container runs all the same", async () => {
    await writeFile(join(folder, "metadata"), "in the way");
    const task = await real.run([{ name: "web", script: 'echo "[$ECS_CONTAINER_METADATA_FILE]"' }]);
    await real.untilStopped(task);
    expect(await real.output(task, "web")).toEqual(["[]"]);
    expect(real.log.messages("warn")).toContain("Cannot make container metadata");
  });
});
