import { mkdir, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { ContainerDefinition, FirelensConfiguration } from "../../core/definition/types.ts";
import { NotOwnError } from "../../core/resources/own.ts";
import type { Task, TaskResource } from "../../core/task.ts";
import { aDefinition, aTask, TASK_ID } from "../../testing/builders.ts";
import { FirelensAdapter } from "./index.ts";

const { signal } = new AbortController();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-fl-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function routed(
  router: Partial<ContainerDefinition> = {},
  options: Readonly<Record<string, string>> = { Name: "stdout" },
) {
  const firelensConfiguration: FirelensConfiguration = { type: "fluentbit" };
  const containerDefinitions = [
    { logConfiguration: { logDriver: "awsfirelens", options } },
    { name: "router", firelensConfiguration, ...router },
  ];
  return aTask({ definition: aDefinition({ containerDefinitions }) });
}

const S3: FirelensConfiguration = {
  type: "fluentbit",
  options: { "config-file-type": "s3", "config-file-value": "arn:aws:s3:::b/c" },
};

function planned(adapter: FirelensAdapter, task: Task): TaskResource {
  const [resource] = adapter.plan(task);
  if (resource === undefined) throw new Error("the task has a router");
  return resource;
}

describe("FirelensAdapter", () => {
  it("plans nothing for a task without a router", () => {
    expect(new FirelensAdapter({ dataDirectory: folder }).plan(aTask())).toEqual([]);
  });

  it("FL-6: makes configuration and socket directory, and removes both, and again", async () => {
    const adapter = new FirelensAdapter({ dataDirectory: folder });
    const task = routed();
    const resource = planned(adapter, task);
    await adapter.create(task, resource, signal);
    const directory = join(folder, "firelens", TASK_ID);
    expect((await readdir(directory)).sort()).toEqual(["config", "socket"]);
    expect(await readFile(join(directory, "config", "fluent.conf"), "utf8")).toContain("Match web-firelens*");
    await adapter.remove(task, resource);
    await adapter.remove(task, resource);
    expect(await readdir(join(folder, "firelens"))).toEqual([]);
  });

  it.each([
    ["a directory elsewhere", (there: string) => ({ directory: there }), {}],
    ["another task's directory", () => ({ directory: join(folder, "firelens", "another") }), {}],
    ["the data folder itself", () => ({ directory: folder }), {}],
    ["a way out of it", () => ({ directory: `${folder}/firelens/${TASK_ID}/../..` }), {}],
    ["an id that is a path", () => ({ directory: `${folder}/firelens/..` }), { id: ".." }],
    ["the id of another task", () => ({ directory: `${folder}/firelens/another` }), { id: "another" }],
  ])("FL-6: removes and makes nothing for a row that names %s", async (_what, spec, changed) => {
    const there = await mkdtemp(join(tmpdir(), "berth-there-"));
    onTestFinished(() => rm(there, { recursive: true, force: true }));
    const adapter = new FirelensAdapter({ dataDirectory: folder });
    await mkdir(join(folder, "firelens", "another"), { recursive: true });
    const task = { ...routed(), ...changed };
    const resource = { ...planned(adapter, routed()), spec: spec(there) };
    await expect(adapter.remove(task, resource)).rejects.toThrow(NotOwnError);
    await expect(adapter.create(task, resource, signal)).rejects.toThrow(NotOwnError);
    expect(await readdir(there)).toEqual([]);
    expect(await readdir(join(folder, "firelens"))).toEqual(["another"]);
  });

  it("FL-5: an output without a name fails, and leaves nothing", async () => {
    const adapter = new FirelensAdapter({ dataDirectory: folder });
    const task = routed({}, { Host: "x" });
    await expect(adapter.create(task, planned(adapter, task), signal)).rejects.toMatchObject({
      name: "ResourceInitializationError",
      message: expect.stringContaining("missing output key Name"),
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it.runIf(process.getuid?.() === 0)("gives the socket directory to the router's user", async () => {
    const adapter = new FirelensAdapter({ dataDirectory: folder });
    const task = routed({ user: "1000:2000" });
    await adapter.create(task, planned(adapter, task), signal);
    const { uid, gid } = await stat(join(folder, "firelens", TASK_ID, "socket"));
    expect([uid, gid]).toEqual([1000, 2000]);
  });

  it("puts the user's object beside its own configuration", async () => {
    const adapter = new FirelensAdapter({ dataDirectory: folder, readObject: async (arn) => `text of ${arn}` });
    const task = routed({ firelensConfiguration: S3 });
    await adapter.create(task, planned(adapter, task), signal);
    const file = join(folder, "firelens", TASK_ID, "config", "external.conf");
    expect(await readFile(file, "utf8")).toBe("text of arn:aws:s3:::b/c");
  });

  it("says that an object cannot be had", async () => {
    const task = routed({ firelensConfiguration: S3 });
    const without = new FirelensAdapter({ dataDirectory: folder });
    await expect(without.create(task, planned(without, task), signal)).rejects.toThrow(
      "Cannot get the log router's configuration arn:aws:s3:::b/c: no source of S3 objects is configured",
    );
    const failing = new FirelensAdapter({
      dataDirectory: folder,
      readObject: () => Promise.reject(new Error("denied")),
    });
    await expect(failing.create(task, planned(failing, task), signal)).rejects.toThrow("b/c: denied");
  });

  it("refuses a directory in which no socket could be bound", async () => {
    const adapter = new FirelensAdapter({ dataDirectory: join(folder, "d".repeat(60)) });
    const task = routed();
    await expect(adapter.create(task, planned(adapter, task), signal)).rejects.toThrow("use a shorter data directory");
  });
});
