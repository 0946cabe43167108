import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aRequest, definitionOf } from "../core/definition/a-definition.ts";
import { checkFolder, folderFaults, mountFolders, replaceVolumes } from "./volume-paths.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-volumes-"));
  mkdirSync(join(folder, "data"));
  writeFileSync(join(folder, "file"), "");
  symlinkSync(join(folder, "data"), join(folder, "link"));
  symlinkSync(join(folder, "loop"), join(folder, "loop"));
  symlinkSync(join(folder, "gone"), join(folder, "dangling"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const volumesOf = (...names: readonly string[]) =>
  definitionOf(
    aRequest({
      volumes: names.map((name) => ({ name: name.replace("/", "-"), host: { sourcePath: join(folder, name) } })),
    }),
  );

describe("folderFaults()", () => {
  it("names what is not there, and what is no folder", () => {
    const faults = folderFaults(volumesOf("data", "link", "file", "dangling", "nosuch", "file/below"));
    expect(faults.map(({ volume, is }) => [volume, is])).toEqual([
      ["file", "file"],
      ["dangling", "missing"],
      ["nosuch", "missing"],
      ["file-below", "missing"],
    ]);
  });

  it("leaves what cannot be looked at to Docker", () => {
    expect(folderFaults(volumesOf("loop"))).toEqual([]);
  });
});

describe("replaceVolumes() and mountFolders()", () => {
  const paths = new Map([["a", "data"]]);

  it("judge what the file says, and mount what the option names", () => {
    const input = { volumes: [{ name: "a", efsVolumeConfiguration: { fileSystemId: "fs-1" } }, { name: "b" }] };
    expect(replaceVolumes(input, paths)).toEqual({ volumes: [{ name: "a" }, { name: "b" }] });
    const definition = mountFolders(definitionOf(aRequest({ volumes: [{ name: "a" }] })), paths, folder);
    expect(definition.volumes[0]?.host).toEqual({ sourcePath: join(folder, "data") });
  });

  it("refuse a volume that there is not, and one without a folder", () => {
    expect(() => replaceVolumes({ volumes: [{ name: "data" }] }, new Map([["dat", "x"]]))).toThrow(
      /Cannot use --volume dat: the task definition has no volume of that name, it has data/,
    );
    expect(() => replaceVolumes({ volumes: [{ name: "a" }] }, new Map([["a", ""]]))).toThrow(
      "Cannot use --volume a=: no folder is named",
    );
  });
});

describe("checkFolder()", () => {
  it("takes folders, from where the user is", () => {
    expect(() => checkFolder("--env-files", "data", folder)).not.toThrow();
    expect(() => checkFolder("--env-files", "file", folder)).toThrow("Cannot use --env-files file: it is no folder");
    expect(() => checkFolder("--env-files", "x", folder)).toThrow("Cannot use --env-files x: there is no such folder");
  });
});
