import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LogLine } from "../../ports/docker-client.ts";
import { parseTimestamp } from "../parse/timestamp.ts";
import { createFrameDecoder, MAX_FRAME_BYTES } from "./frame-decoder.ts";
import { MAX_LINE_BYTES } from "./line-joiner.ts";
import { PARTIAL_BYTES } from "./raw-decoder.ts";
import { readLogLines } from "./read-logs.ts";

const stamp = (nanos: number) => `2026-11-23T21:34:25.${String(nanos).padStart(9, "0")}Z`;

function frame(stream: 1 | 2, text: string | Buffer): Buffer {
  const payload = Buffer.from(text as string);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

async function read(chunks: readonly Buffer[], tty = false, since?: string): Promise<readonly LogLine[]> {
  async function* source(): AsyncGenerator<Buffer> {
    yield* chunks;
  }
  const lines: LogLine[] = [];
  const options = { tty, since: since === undefined ? undefined : parseTimestamp(since) };
  for await (const batch of readLogLines(source(), options)) lines.push(...batch);
  return lines;
}

const texts = (lines: readonly LogLine[]) => lines.map((line) => line.text);

describe("readLogLines()", () => {
  it("tells streams apart and takes the timestamp off", async () => {
    const lines = await read([frame(1, `${stamp(1)} out\n`), frame(2, `${stamp(2)} err \n`)]);
    expect(lines).toEqual([
      { stream: "stdout", at: 1_795_469_665_000, timestamp: stamp(1), text: "out" },
      { stream: "stderr", at: 1_795_469_665_000, timestamp: stamp(2), text: "err " },
    ]);
  });

  it("gives the same lines however the bytes are cut", async () => {
    const bytes = Buffer.concat([
      frame(1, `${stamp(1)} first\n`),
      frame(2, `${stamp(2)} \n`),
      frame(1, `${stamp(3)} zwölf €\n`),
      frame(1, `${stamp(4)} without newline`),
    ]);
    const whole = await read([bytes]);
    expect(texts(whole)).toEqual(["first", "", "zwölf €", "without newline"]);
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(bytes.length)), async (cuts) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const chunks = edges.slice(1).map((end, index) => bytes.subarray(edges[index], end));
        expect(await read(chunks)).toEqual(whole);
      }),
    );
  });

  it("case 04: the end of a run without a newline and the start of the next are two lines", async () => {
    const lines = await read([
      frame(1, `${stamp(1)} start 1\n`),
      frame(1, `${stamp(2)} end 1`),
      frame(1, `${stamp(3)} start 2\n`),
      frame(2, `${stamp(4)} oops`),
      frame(2, `${stamp(5)} oops`),
    ]);
    expect(texts(lines)).toEqual(["start 1", "end 1", "start 2", "oops", "oops"]);
  });

  it("joins the records of a long line, also in the middle of a character and of the other stream", async () => {
    const long = Buffer.from(`${"x".repeat(PARTIAL_BYTES - 1)}é-the-end`);
    const lines = await read([
      frame(1, Buffer.concat([Buffer.from(`${stamp(1)} `), long.subarray(0, PARTIAL_BYTES)])),
      frame(2, `${stamp(2)} between\n`),
      frame(1, Buffer.concat([Buffer.from(`${stamp(1)} `), long.subarray(PARTIAL_BYTES), Buffer.from("\n")])),
    ]);
    expect(texts(lines)).toEqual(["between", long.toString()]);
  });

  it("hands an endless line on in pieces of a bounded size", async () => {
    const record = frame(1, `${stamp(1)} ${"x".repeat(PARTIAL_BYTES)}`);
    const lines = await read(Array.from({ length: 130 }, () => record));
    expect(lines.map((line) => line.text.length)).toEqual([MAX_LINE_BYTES, MAX_LINE_BYTES, 2 * PARTIAL_BYTES]);
  });

  it("leaves out what was read before, to the nanosecond", async () => {
    const chunks = [1, 2, 3].map((nanos) => frame(1, `${stamp(nanos)} line ${nanos}\n`));
    expect(texts(await read(chunks, false, stamp(2)))).toEqual(["line 3"]);
  });

  it("reads a terminal's output, which has no frames", async () => {
    const bytes = Buffer.from(`${stamp(1)} one\r\n${stamp(2)} two\n${stamp(3)} three`);
    const lines = await read([bytes.subarray(0, 40), bytes.subarray(40)], true);
    expect(texts(lines)).toEqual(["one", "two", "three"]);
    expect(lines.map((line) => line.stream)).toEqual(["stdout", "stdout", "stdout"]);
  });

  it("case 04: tells the runs of a container with a terminal apart, however the bytes are cut", async () => {
    const bytes = Buffer.from(`${stamp(1)} start 1\r\n${stamp(2)} end 1${stamp(3)} start 2\r\n${stamp(4)} end 2`);
    const expected = ["start 1", "end 1", "start 2", "end 2"];
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(bytes.length)), async (cuts) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const chunks = edges.slice(1).map((end, index) => bytes.subarray(edges[index], end));
        expect(texts(await read(chunks, true))).toEqual(expected);
      }),
    );
  });

  it("leaves timestamps alone that a terminal's container has printed", async () => {
    const line = `copied ${stamp(1)} from another log`;
    expect(texts(await read([Buffer.from(`${stamp(2)} ${line}\r\n`)], true))).toEqual([line]);
  });

  it("loses nothing of a terminal's endless line", async () => {
    const record = Buffer.from(`${stamp(1)} ${"x".repeat(PARTIAL_BYTES)}`);
    const lines = await read([...Array.from({ length: 130 }, () => record), Buffer.from(`${stamp(1)} end\r\n`)], true);
    expect(texts(lines).join("")).toBe(`${"x".repeat(130 * PARTIAL_BYTES)}end`);
    const unbroken = Array.from({ length: 30 }, () => Buffer.from("y".repeat(100_000)));
    const whole = await read([Buffer.from(`${stamp(1)} `), ...unbroken, Buffer.from("end\r\n")], true);
    expect(texts(whole).join("")).toBe(`${"y".repeat(3_000_000)}end`);
  });

  it("takes the inner timestamps out of a terminal's long line", async () => {
    const part = "y".repeat(PARTIAL_BYTES);
    const bytes = Buffer.from(`${stamp(1)} ${part}${stamp(1)} ${part}${stamp(1)} end\r\n${stamp(2)} next\r\n`);
    expect(texts(await read([bytes], true))).toEqual([`${part}${part}end`, "next"]);
  });
});

describe("createFrameDecoder()", () => {
  it("refuses what is no multiplexed stream", () => {
    const decoder = createFrameDecoder(() => undefined);
    expect(() => decoder.push(Buffer.from("plain text, not frames"))).toThrow("malformed");
    const header = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);
    header.writeUInt32BE(MAX_FRAME_BYTES + 1, 4);
    expect(() => createFrameDecoder(() => undefined).push(header)).toThrow("malformed");
  });
});
