/** The one program that demo and test images are made of: Debian's statically linked busybox. */
import { readFileSync } from "node:fs";
import { unpacked, which } from "./debian.mjs";
import { mustRun } from "./run.mjs";

/** @typedef {import("./lifetime.mjs").Lifetime} Lifetime */

const PT_INTERP = 3;

/** @param {Lifetime} life @returns {Promise<{ program: Buffer, applets: string[] }>} */
export async function findBusybox(life) {
  const path = await staticBusybox(life);
  const applets = await mustRun(life, path, ["--list"], { output: "keep" });
  return {
    program: readFileSync(path),
    applets: applets.split("\n").filter((name) => name !== "" && name !== "busybox"),
  };
}

/** The machine's own may be the one that needs libraries, which an image made from scratch has not. @param {Lifetime} life */
async function staticBusybox(life) {
  const installed = which("busybox");
  if (installed !== undefined && isStatic(readFileSync(installed))) return installed;
  return unpacked(life, "busybox-static", "bin/busybox");
}

/**
 * Does this ELF program run without a loader? Its program headers tell: one of type PT_INTERP names the loader.
 * @param {Buffer} elf
 */
export function isStatic(elf) {
  if (elf.length < 64 || elf.toString("latin1", 0, 4) !== "\u007fELF") return false;
  const wide = elf[4] === 2;
  const little = elf[5] === 1;
  const short = (/** @type {number} */ at) => (little ? elf.readUInt16LE(at) : elf.readUInt16BE(at));
  const word = (/** @type {number} */ at) => (little ? elf.readUInt32LE(at) : elf.readUInt32BE(at));
  const start = wide ? word(little ? 0x20 : 0x24) : word(0x1c); // the lower half is enough: headers follow the start
  const size = short(wide ? 0x36 : 0x2a);
  const count = short(wide ? 0x38 : 0x2c);
  return Array.from({ length: count }, (_, index) => word(start + index * size)).every((type) => type !== PT_INTERP);
}
