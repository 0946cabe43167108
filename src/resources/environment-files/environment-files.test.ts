import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Variable } from "../../core/environment-files/parse.ts";
import { secretResourcesOf } from "../../core/secrets/resources.ts";
import type { TaskResource } from "../../core/task.ts";
import { aDefinition, aTask } from "../../testing/builders.ts";
import { type EnvironmentFileSink, EnvironmentFilesAdapter, findMissingEnvironmentFiles } from "./index.ts";

const never = new AbortController().signal;
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "environment-files-"));
  await put("s3/bucket/app/web.env", "A=from bucket\nURL=http://x/?a=b\nEMPTY=\n# c=1\n");
  await put("s3/app/web.env", "A=from folder\n");
  await put("s3/shared.env", "A=shared\nB=shared\n");
  await put("outside.env", "A=hunter2\n");
  await put("s3/large.env", "A".repeat(1024 * 1024 + 1));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

function definitionWith(...arns: readonly string[]) {
  const environmentFiles = arns.map((value) => ({ value, type: "s3" as const }));
  return aDefinition({ containerDefinitions: [{ environmentFiles }] });
}

function resourceOf(definition: ReturnType<typeof definitionWith>): TaskResource {
  const [resource] = secretResourcesOf(definition);
  if (resource === undefined) throw new Error("Cannot find the resource");
  return resource;
}

class Sink implements EnvironmentFileSink {
  readonly files = new Map<string, readonly Variable[]>();
  set(taskArn: string, containerName: string, values: { readonly files: readonly Variable[] }): void {
    this.files.set(`${taskArn} ${containerName}`, values.files);
  }
  clear(taskArn: string): void {
    for (const key of this.files.keys()) if (key.startsWith(taskArn)) this.files.delete(key);
  }
}

async function read(...arns: readonly string[]): Promise<readonly Variable[]> {
  const definition = definitionWith(...arns);
  const sink = new Sink();
  const task = aTask({ definition });
  const adapter = new EnvironmentFilesAdapter(join(folder, "s3"), sink);
  await adapter.create(task, resourceOf(definition), never);
  const files = sink.files.get(`${task.arn} web`) ?? [];
  await adapter.remove(task);
  expect(sink.files.size).toBe(0);
  return files;
}

describe("EnvironmentFilesAdapter", () => {
  it("SEC-6: reads BUCKET/KEY first, keeps `=` and empty values, skips comments", async () => {
    expect(await read("arn:aws:s3:::bucket/app/web.env")).toEqual([
      ["A", "from bucket"],
      ["URL", "http://x/?a=b"],
      ["EMPTY", ""],
    ]);
  });

  it("falls back to KEY", async () => {
    expect(await read("arn:aws:s3:::other/app/web.env")).toEqual([["A", "from folder"]]);
  });

  it("asks S3 for what the folder has not, when it may", async () => {
    const sink = new Sink();
    const definition = definitionWith("arn:aws:s3:::bucket/absent.env", "arn:aws:s3:::any/shared.env");
    const task = aTask({ definition });
    const readObject = async (arn: string) => `FROM=${arn}`;
    const adapter = new EnvironmentFilesAdapter(join(folder, "s3"), sink, readObject);
    await adapter.create(task, resourceOf(definition), never);
    expect(sink.files.get(`${task.arn} web`)).toEqual([
      ["FROM", "arn:aws:s3:::bucket/absent.env"],
      ["A", "shared"],
      ["B", "shared"],
    ]);
  });

  it("SEC-7: lets the first file win", async () => {
    expect(await read("arn:aws:s3:::other/app/web.env", "arn:aws:s3:::any/shared.env")).toEqual([
      ["A", "from folder"],
      ["B", "shared"],
    ]);
  });

  it.each(["arn:aws:s3:::bucket/../../outside.env", "arn:aws:s3:::../outside.env"])(
    "SEC-8: refuses %s",
    async (arn) => {
      const failure = read(arn);
      await expect(failure).rejects.toMatchObject({ name: "ResourceInitializationError" });
      await expect(failure).rejects.toThrow(/leads out of its folder/);
    },
  );

  it("names a file that is not there, and one that is too large", async () => {
    await expect(read("arn:aws:s3:::bucket/absent.env")).rejects.toThrow(
      /^Cannot get environment file arn:aws:s3:::bucket\/absent\.env: neither .* nor .* is a file$/,
    );
    await expect(read("arn:aws:s3:::bucket/large.env")).rejects.toThrow(/larger than 1048576 bytes/);
    await expect(read("arn:aws:s3:::bucket/app")).rejects.toThrow(/is a file$/);
  });

  it("says which place cannot be looked at, and does not take S3's object for it", async () => {
    await mkdir(join(folder, "s3/loop"), { recursive: true });
    const file = join(folder, "s3/loop/web.env");
    await symlink(file, file);
    const definition = definitionWith("arn:aws:s3:::loop/web.env");
    const adapter = new EnvironmentFilesAdapter(join(folder, "s3"), new Sink(), async () => "A=from S3\n");
    const failure = adapter.create(aTask({ definition }), resourceOf(definition), never);
    await expect(failure).rejects.toMatchObject({ name: "ResourceInitializationError" });
    await expect(failure).rejects.toThrow(`${file} cannot be looked at (ELOOP)`);
    expect(await findMissingEnvironmentFiles(definition, join(folder, "s3"))).toMatchObject([
      { path: "containerDefinitions[0].environmentFiles[0]", reason: `${file} cannot be looked at (ELOOP)` },
    ]);
  });

  it("takes a name that no file can have for absent", async () => {
    await expect(read(`arn:aws:s3:::bucket/${"a".repeat(300)}.env`)).rejects.toThrow(/is a file$/);
  });

  it("rejects with the reason of the signal", async () => {
    const definition = definitionWith("arn:aws:s3:::bucket/app/web.env");
    const reason = new Error("task is stopped");
    const adapter = new EnvironmentFilesAdapter(join(folder, "s3"), new Sink());
    const failure = adapter.create(aTask({ definition }), resourceOf(definition), AbortSignal.abort(reason));
    await expect(failure).rejects.toBe(reason);
  });
});

describe("findMissingEnvironmentFiles()", () => {
  it("names all at once, with their paths", async () => {
    const definition = definitionWith(
      "arn:aws:s3:::bucket/absent.env",
      "arn:aws:s3:::bucket/app/web.env",
      "arn:aws:s3:::bucket/../x.env",
    );
    const missing = await findMissingEnvironmentFiles(definition, join(folder, "s3"));
    expect(missing.map(({ path }) => path)).toEqual([
      "containerDefinitions[0].environmentFiles[0]",
      "containerDefinitions[0].environmentFiles[2]",
    ]);
  });

  it("finds all missing without a folder", async () => {
    const [missing] = await findMissingEnvironmentFiles(definitionWith("arn:aws:s3:::bucket/a.env"), undefined);
    expect(missing?.reason).toBe("no folder of environment files is given");
  });
});
