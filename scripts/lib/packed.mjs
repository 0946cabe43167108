/**
 * The package as its users have it: packed by npm, and unpacked in a project where nothing else is but what it depends on.
 * It lies outside of this clone: from inside, Node would find the clone's own node_modules as well.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { BUILT_STAMP, ensureBuild } from "./build.mjs";
import { npmCommand } from "./dependencies.mjs";
import { withMutex } from "./mutex.mjs";
import { CLONE_ID, makeOwnDir, ROOT } from "./places.mjs";
import { mustRun } from "./run.mjs";
import { say, seconds } from "./say.mjs";

/** @typedef {import("./lifetime.mjs").Lifetime} Lifetime */

/** The project that has the package installed. */
export const PROJECT = join(tmpdir(), `berth-project-${CLONE_ID}`);
const MODULES = join(PROJECT, "node_modules");
/** What the tarball holds. */
export const PACKAGE = join(MODULES, "berth");
/** What npm puts into the PATH of a project's scripts: a link. */
export const BIN = join(MODULES, ".bin", "berth");
const STAMP = join(PROJECT, "packed");

/** Packs and unpacks when what is there was made of another build. @param {Lifetime} life */
export async function ensurePacked(life) {
  await withMutex(life, `${CLONE_ID}-packed`, async () => {
    await ensureBuild(life);
    const built = readFileSync(BUILT_STAMP, "utf8");
    if (existsSync(STAMP) && readFileSync(STAMP, "utf8") === built) return;
    const began = performance.now();
    rmSync(PROJECT, { recursive: true, force: true });
    makeOwnDir(PROJECT);
    await unpack(life);
    linkWhatIsDeclared();
    writeFileSync(STAMP, built);
    say(`Packed, and unpacked in ${PROJECT} (${seconds(performance.now() - began)})`);
  });
}

/** @param {Lifetime} life */
async function unpack(life) {
  const [npm, ...args] = npmCommand();
  const pack = [...args, "pack", "--ignore-scripts", "--silent", "--pack-destination", PROJECT];
  await mustRun(life, npm, pack, { cwd: ROOT, output: "keep" });
  const tarball = readdirSync(PROJECT).find((name) => name.endsWith(".tgz")) ?? "";
  mkdirSync(PACKAGE, { recursive: true });
  const options = ["--strip-components=1", "-C", PACKAGE];
  await mustRun(life, "tar", ["-xzf", join(PROJECT, tarball), ...options], { output: "keep" });
}

/** What is installed here already, and no more than the package's own manifest asks for. */
function linkWhatIsDeclared() {
  const { dependencies, bin } = JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8"));
  for (const name of Object.keys(dependencies)) link(join(ROOT, "node_modules", name), join(MODULES, name));
  link(join("..", "berth", bin.berth), BIN);
  writeFileSync(join(PROJECT, "package.json"), JSON.stringify({ name: "project", private: true, type: "module" }));
}

/** @param {string} target @param {string} path */
function link(target, path) {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
}
