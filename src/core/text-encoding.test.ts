import { describe, expect, it } from "vitest";
import { InvalidInputError } from "./errors.ts";
import { decodeText } from "./text-encoding.ts";

const TEXT = '{"a": "grüße 🚀"}';
const swapped = (text: string) => Buffer.from(text, "utf16le").swap16();
const mark = "\uFEFF";

describe("decodeText()", () => {
  it.each([
    ["UTF-8", Buffer.from(TEXT)],
    ["UTF-8 with a mark", Buffer.from(mark + TEXT)],
    ["UTF-16LE with a mark", Buffer.from(mark + TEXT, "utf16le")],
    ["UTF-16LE without one", Buffer.from(TEXT, "utf16le")],
    ["UTF-16BE with a mark", swapped(mark + TEXT)],
    ["UTF-16BE without one", swapped(TEXT)],
    ["nothing at all", Buffer.from("")],
  ])("reads %s", (what, bytes) => {
    expect(decodeText(bytes, "task.json")).toBe(what.startsWith("nothing") ? "" : TEXT);
  });

  it.each([
    ["Latin-1", Buffer.from('{\n "a": "grüße"}', "latin1"), "task.json:2:10", "0xFC"],
    ["Latin-1 at the end", Buffer.from("a\u00fc", "latin1"), "task.json:1:2", "0xFC"],
    ["a character that is cut off", Buffer.from("ab\n🚀").subarray(0, 5), "task.json:2:1", "0xF0"],
    ["Latin-1 before a letter", Buffer.from('{"a": "caf\u00e9s"}', "latin1"), "task.json:1:11", "0xE9"],
    ["Latin-1 before a quote", Buffer.from('{\n"a": "caf\u00e9"}', "latin1"), "task.json:2:10", "0xE9"],
    ["Latin-1 after UTF-8", Buffer.concat([Buffer.from("🚀ü"), Buffer.from([0xe4, 0x0a])]), "task.json:1:4", "0xE4"],
    ["an overlong character", Buffer.from([0x61, 0xe0, 0x80, 0x80]), "task.json:1:2", "0xE0"],
    ["a byte that never occurs", Buffer.from([0x61, 0xff, 0x62]), "task.json:1:2", "0xFF"],
  ])("names the place of what is not UTF-8: %s", (_, bytes, path, byte) => {
    const reading = () => decodeText(bytes, "task.json");
    expect(reading).toThrow(InvalidInputError);
    expect(reading).toThrow(`${path}: Cannot read file: the byte ${byte} is not UTF-8`);
  });

  it.each([
    ["UTF-32LE", [0xff, 0xfe, 0, 0, 0x7b, 0, 0, 0]],
    ["UTF-32LE without a mark", [0x7b, 0, 0, 0, 0x22, 0, 0, 0]],
    ["UTF-32BE", [0, 0, 0xfe, 0xff, 0, 0, 0, 0x7b]],
  ])("names %s", (_, bytes) => {
    expect(() => decodeText(Uint8Array.from(bytes), "task.json")).toThrow("task.json: Cannot read file: it is UTF-32");
  });

  it("says of UTF-16 that breaks off that it does", () => {
    expect(() => decodeText(Buffer.from("\uFEFF{}", "utf16le").subarray(0, 5), "task.json")).toThrow(
      "task.json: Cannot read file: it begins as UTF-16LE and breaks off",
    );
  });
});
