/** The smallest static ELF executable that Linux loads: one header, one segment to read and execute. */
import { le32, le64 } from "./assembler.ts";
import type { Architecture } from "./program.ts";

/** On every page size in use a multiple of the page. */
const ALIGNMENT = 0x10000;
const BASE_ADDRESS = 0x400000;
const HEADER_SIZE = 64;
const SEGMENT_HEADER_SIZE = 56;
const MACHINE = { amd64: 62, arm64: 183 } as const;

/** Wraps a program whose first byte is its entry. */
export function elfExecutable(architecture: Architecture, program: readonly number[]): Uint8Array {
  const start = HEADER_SIZE + SEGMENT_HEADER_SIZE;
  const size = start + program.length;
  return Uint8Array.from([...header(architecture, BASE_ADDRESS + start), ...segment(size), ...program]);
}

function header(architecture: Architecture, entry: number): readonly number[] {
  const executable = 2;
  return [
    ...[0x7f, 0x45, 0x4c, 0x46], // "\x7fELF"
    ...[2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0], // 64 bits, lowest byte first, version 1, no particular system
    ...le16(executable),
    ...le16(MACHINE[architecture]),
    ...le32(1), // version
    ...le64(entry),
    ...le64(HEADER_SIZE), // segment headers follow this one
    ...le64(0), // no section headers
    ...le32(0), // flags
    ...le16(HEADER_SIZE),
    ...le16(SEGMENT_HEADER_SIZE),
    ...le16(1), // one segment
    ...le16(0), // size of a section header
    ...le16(0), // number of them
    ...le16(0), // the one with names
  ];
}

/** The whole file is loaded: headers, code and data. */
function segment(size: number): readonly number[] {
  const load = 1;
  const readAndExecute = 5;
  return [
    ...le32(load),
    ...le32(readAndExecute),
    ...le64(0), // offset in the file
    ...le64(BASE_ADDRESS),
    ...le64(BASE_ADDRESS), // physical address, unused
    ...le64(size), // in the file
    ...le64(size), // in memory
    ...le64(ALIGNMENT),
  ];
}

function le16(value: number): readonly number[] {
  return [value & 0xff, value >>> 8];
}
