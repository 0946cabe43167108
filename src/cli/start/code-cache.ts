/**
 * Keeps what V8 made of the command's parts, so that the next start need not compile them: half of what a start costs.
 * Node does the same from 22.8 on (`module.enableCompileCache`); with one way for all versions there is one to test.
 *
 * INVARIANTS
 * - V8 gets nothing that is not, byte for byte, what was kept for this very text: it checks neither, and damaged code
 *   would end the process. Therefore the two checksums.
 * - Whatever is wrong with the file, the parts are compiled as if there were none.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { Script } from "node:vm";
import { crc32 } from "node:zlib";

export type PartModule = { exports: unknown };

/** A part's text as a function. */
type PartFunction = (
  exports: unknown,
  require: (request: string) => unknown,
  module: PartModule,
  moduleUrl: string,
) => void;

export type Part = { readonly name: string; readonly file: string; readonly text: string };
export type CompilePart = (part: Part) => PartFunction;

export type CodeCache = {
  readonly compile: CompilePart;
  /** Writes the file anew, if there was anything to compile. Never throws. */
  save(): void;
};

/** What the file says of one part; the code of all parts follows in this order. */
type Entry = {
  readonly name: string;
  readonly textCrc: number;
  readonly codeCrc: number;
  readonly bytes: number;
};
/** First line of the file. */
type Head = { readonly node: string; readonly entries: readonly Entry[] };
type Kept = { readonly textCrc: number; readonly code: Buffer };
type Compiled = { readonly name: string; readonly textCrc: number; readonly script: Script };

/** V8 compares its version and its flags by itself. */
const NODE = `${process.version} ${process.platform} ${process.arch}`;
const LINE_END = 0x0a;

/** @param file `undefined` keeps nothing */
export function openCodeCache(file: string | undefined): CodeCache {
  const kept = file === undefined ? new Map<string, Kept>() : readKept(file);
  const compiled: Compiled[] = [];
  let isComplete = true;

  function compile({ name, file: filename, text }: Part): PartFunction {
    const textCrc = crc32(text);
    const known = kept.get(name);
    const cachedData = known?.textCrc === textCrc ? known.code : undefined;
    // On one line, so that stack traces have the lines of the file.
    const source = `(function (exports, require, module, moduleUrl) {${text}\n})`;
    const script = new Script(source, { filename, ...(cachedData === undefined ? {} : { cachedData }) });
    if (cachedData === undefined || script.cachedDataRejected === true) isComplete = false;
    compiled.push({ name, textCrc, script });
    return script.runInThisContext();
  }

  function save(): void {
    if (file === undefined || isComplete) return;
    isComplete = true;
    try {
      writeFileSync(file, packed(compiled), { mode: 0o600 });
    } catch {
      // No room, or not allowed: the next start takes as long as this one.
    }
  }

  return { compile, save };
}

function packed(compiled: readonly Compiled[]): Buffer {
  const codes = compiled.map(({ script }) => script.createCachedData());
  const entries = compiled.map(({ name, textCrc }, index) => {
    const code = codes[index] ?? Buffer.alloc(0);
    return { name, textCrc, codeCrc: crc32(code), bytes: code.length };
  });
  const head: Head = { node: NODE, entries };
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), ...codes]);
}

function readKept(file: string): ReadonlyMap<string, Kept> {
  const kept = new Map<string, Kept>();
  try {
    const content = readFileSync(file);
    let offset = content.indexOf(LINE_END) + 1;
    const { node, entries }: Head = JSON.parse(content.toString("utf8", 0, offset));
    if (node !== NODE) return kept;
    for (const { name, textCrc, codeCrc, bytes } of entries) {
      const code = content.subarray(offset, offset + bytes);
      offset += bytes;
      if (code.length === bytes && crc32(code) === codeCrc) kept.set(name, { textCrc, code });
    }
  } catch {
    // There is none yet, or it is damaged: what was found sound is used.
  }
  return kept;
}
