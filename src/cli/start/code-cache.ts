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

export type Part = { readonly name: string; readonly text: string };
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

export type CodeFiles = {
  /** Where what was compiled is kept; `undefined` keeps nothing. */
  readonly own?: string | undefined;
  /** What came with the program, and is as much to be trusted: for a first start of this version. */
  readonly shipped?: string | undefined;
};

export function openCodeCache({ own, shipped }: CodeFiles): CodeCache {
  const kept = readKept(own);
  let inShipped: ReadonlyMap<string, Kept> | undefined;
  const compiled: Compiled[] = [];
  let isComplete = true;

  function compile({ name, text }: Part): PartFunction {
    const textCrc = crc32(text);
    const cachedData = codeOf(name, textCrc);
    // On one line, so that stack traces have the lines of the file. Compiled code keeps the name that it was compiled under,
    // and may come from another folder: therefore a name that is the same everywhere.
    const filename = `berth/dist/command/${name}`;
    const source = `(function (exports, require, module, moduleUrl) {${text}\n})`;
    const script = new Script(source, { filename, ...(cachedData === undefined ? {} : { cachedData }) });
    if (cachedData === undefined || script.cachedDataRejected === true) isComplete = false;
    compiled.push({ name, textCrc, script });
    return script.runInThisContext();
  }

  function codeOf(name: string, textCrc: number): Buffer | undefined {
    const known = kept.get(name);
    if (known?.textCrc === textCrc) return known.code;
    // Own code of another version is written anew: who reads two files at each start is slower.
    if (kept.size > 0) isComplete = false;
    inShipped ??= readKept(shipped);
    const came = inShipped.get(name);
    return came?.textCrc === textCrc ? came.code : undefined;
  }

  function save(): void {
    if (own === undefined || isComplete) return;
    isComplete = true;
    try {
      writeFileSync(own, packed(compiled), { mode: 0o600 });
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

function readKept(file: string | undefined): ReadonlyMap<string, Kept> {
  const kept = new Map<string, Kept>();
  if (file === undefined) return kept;
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
