/** What the daemon answers: events, bodies, logs, progress of pulls. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readLines } from "../../src/docker/api/read-body.ts";
import { parseEvent } from "../../src/docker/events/parse-event.ts";
import { readFixture } from "../../src/docker/fixtures/read-fixture.ts";
import { readLogLines } from "../../src/docker/logs/read-logs.ts";
import { parseDistribution, parseImage, parseImageSummaries } from "../../src/docker/parse/parse-image.ts";
import { parseInfo } from "../../src/docker/parse/parse-info.ts";
import { parseInspection } from "../../src/docker/parse/parse-inspection.ts";
import { parseNetworks } from "../../src/docker/parse/parse-network.ts";
import { parseStats } from "../../src/docker/parse/parse-stats.ts";
import { parseSummaries } from "../../src/docker/parse/parse-summary.ts";
import { parseVersion } from "../../src/docker/parse/parse-version.ts";
import { parseVolume, parseVolumes } from "../../src/docker/parse/parse-volume.ts";
import { readProgress } from "../../src/docker/progress.ts";
import { oneByOne } from "../../src/testing/one-by-one.ts";
import { SeededRandom } from "../../src/testing/seeded-random.ts";
import { anything, damaged, nestedJson, nestedValue } from "./hostile.ts";
import { DOCKER, onlyNamed, onlyNamedAsync } from "./only-named.ts";
import { FUZZ_SEED, settings } from "./runs.ts";
import { fuzzBytes, fuzzBytesAsync, jsonSeeds, type Seed } from "./seeds.ts";

const LONG_BYTES = 50 * 1024 * 1024;
const NEVER = new AbortController().signal;

const EVENTS = [
  { Type: "container", Action: "start", Actor: { ID: "abc", Attributes: { name: "web" } }, time: 1_795_469_665 },
  {
    Type: "container",
    Action: "die",
    Actor: { ID: "abc", Attributes: { exitCode: "137" } },
    timeNano: 1_795_469_665_753,
  },
  { status: "oom", id: "abc", Type: "container", Action: "oom", Actor: { ID: "abc", Attributes: {} }, scope: "local" },
  { Type: "container", Action: "health_status: healthy", Actor: { ID: "abc", Attributes: {} }, time: 1 },
];

const NETWORKS = [{ Id: "a", Name: "b", Driver: "bridge", Labels: { c: "d" } }];
const VERSION = { Version: "20.10.24", ApiVersion: "1.41", MinAPIVersion: "1.12", Os: "linux", Arch: "amd64" };
const DISTRIBUTION = { Descriptor: { mediaType: "a", digest: `sha256:${"0".repeat(64)}`, size: 1 } };
const CONTAINERS = ["created", "exited", "failed-start", "oom", "running-again", "running", "unhealthy"];

type Parser = { readonly name: string; readonly seeds: readonly unknown[]; readonly parse: (body: unknown) => unknown };

const PARSERS: readonly Parser[] = [
  { name: "inspection", seeds: CONTAINERS.map((name) => readFixture(`container-${name}`)), parse: parseInspection },
  { name: "summaries", seeds: [readFixture("containers")], parse: parseSummaries },
  { name: "image", seeds: [readFixture("image")], parse: parseImage },
  { name: "images", seeds: [readFixture("images")], parse: parseImageSummaries },
  { name: "distribution", seeds: [DISTRIBUTION], parse: parseDistribution },
  { name: "info", seeds: [readFixture("info")], parse: parseInfo },
  { name: "stats", seeds: [readFixture("stats")], parse: parseStats },
  { name: "volume", seeds: [readFixture("volume")], parse: parseVolume },
  { name: "volumes", seeds: [{ Volumes: [readFixture("volume")] }], parse: parseVolumes },
  { name: "networks", seeds: [NETWORKS], parse: parseNetworks },
  { name: "version", seeds: [VERSION], parse: (body) => parseVersion(body, "1.41") },
];

/** What a reader of a port may rely on: members have the type that they are declared with. */
function assertInspection(body: unknown): void {
  const parsed = onlyNamed(DOCKER, () => parseInspection(body));
  if (parsed === undefined) return;
  for (const text of [parsed.dockerId, parsed.dockerName, parsed.image, parsed.imageId, parsed.logDriver]) {
    expect(typeof text).toBe("string");
  }
  expect(typeof parsed.pid).toBe("number");
  expect(typeof parsed.tty).toBe("boolean");
  expect(["number", "undefined"]).toContain(typeof parsed.exitCode);
  for (const label of Object.values(parsed.labels)) expect(typeof label).toBe("string");
}

function assertEvent(line: string): void {
  const parsed = onlyNamed(DOCKER, () => parseEvent(line));
  if (parsed === undefined) return;
  const { time, event } = parsed;
  if (time) expect([time.seconds, time.nanos].every(Number.isSafeInteger)).toBe(true);
  if (event === undefined) return;
  expect(typeof event.dockerId).toBe("string");
  expect(Number.isSafeInteger(event.at)).toBe(true);
  for (const value of Object.values(event.attributes)) expect(typeof value).toBe("string");
}

async function* inPieces(bytes: Buffer, random: SeededRandom, largest = 40): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; ) {
    const end = at + random.int(1, largest);
    yield bytes.subarray(at, end);
    at = end;
  }
}

describe("answers", () => {
  it.each(PARSERS)("$name: members of a valid body, changed; anything at all", ({ seeds, parse }) => {
    const bodies = fc.oneof({ weight: 3, arbitrary: damaged(seeds) }, { weight: 1, arbitrary: anything });
    fc.assert(
      fc.property(bodies, (body) => void onlyNamed(DOCKER, () => parse(body))),
      settings(250),
    );
  });

  it("an inspection's members have their types", () => {
    const seeds = CONTAINERS.map((name) => readFixture(`container-${name}`));
    fc.assert(fc.property(damaged(seeds), assertInspection), settings(250));
  });

  it.each(PARSERS)("$name: deep and long members", ({ seeds, parse }) => {
    for (const kind of ["list", "object"] as const) {
      const deep = nestedValue(10_000, kind);
      onlyNamed(DOCKER, () => parse(deep));
      for (const seed of seeds.slice(0, 1)) {
        const members = typeof seed === "object" && seed !== null ? Object.keys(seed) : [];
        for (const key of members) {
          for (const value of [deep, "x".repeat(100_000)])
            onlyNamed(DOCKER, () => parse({ ...Object(seed), [key]: value }));
        }
      }
    }
  });

  it("an inspection with 50 MB of health output keeps little of it", () => {
    const body = {
      Id: "a",
      State: {
        Running: true,
        Health: { Status: "unhealthy", Log: [{ ExitCode: 1, Output: "é".repeat(LONG_BYTES / 2) }] },
      },
    };
    expect(parseInspection(body).health?.output?.length).toBeLessThanOrEqual(1024);
  });
});

describe("events", () => {
  it("lines: bytes of valid ones, damaged", () => {
    fuzzBytes("event", jsonSeeds(EVENTS), 3_000, ({ bytes }) => assertEvent(bytes.toString("utf8")));
  });

  it("lines: members of valid ones, changed", () => {
    fc.assert(
      fc.property(damaged(EVENTS), (event) => assertEvent(JSON.stringify(event))),
      settings(1_500),
    );
  });

  it("10,000 levels deep, and 50 MB in one attribute", () => {
    assertEvent(nestedJson(10_000, "list"));
    assertEvent(nestedJson(10_000, "object"));
    const long = "x".repeat(LONG_BYTES);
    assertEvent(JSON.stringify({ ...EVENTS[0], Actor: { ID: "abc", Attributes: { long } } }));
    assertEvent(`{"timeNano":${"9".repeat(100_000)}}`);
  });

  it("lines longer than 4 MiB end the stream with an error", async () => {
    async function read(): Promise<number> {
      let size = 0;
      for await (const line of readLines(endless(Buffer.alloc(65_536, "x"), LONG_BYTES), NEVER)) size += line.length;
      return size;
    }
    await expect(read()).rejects.toMatchObject({ name: "DockerCallError" });
  });
});

async function* endless(piece: Buffer, total: number): AsyncGenerator<Buffer> {
  for (let sent = 0; sent < total; sent += piece.length) yield piece;
}

function frame(stream: number, text: string): Buffer {
  const payload = Buffer.from(text);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

const STAMP = "2026-01-02T03:04:05.000000006Z";
const FRAMED: readonly Seed[] = [
  Buffer.concat([frame(1, `${STAMP} one\n`), frame(2, `${STAMP} two\n`)]),
  Buffer.concat([frame(1, `${STAMP} ${"a".repeat(300)}`), frame(1, `${STAMP} b\n`), frame(0, `${STAMP} c`)]),
].map((bytes) => ({ name: "log", bytes }));
const RAW: readonly Seed[] = [
  Buffer.from(`${STAMP} one\r\n${STAMP} two\r\n`),
  Buffer.from(`${STAMP} ${"a".repeat(16 * 1024)}${STAMP} b\n`),
].map((bytes) => ({ name: "log", bytes }));

describe("logs", () => {
  it.each([
    { tty: false, seeds: FRAMED },
    { tty: true, seeds: RAW },
  ])("with a terminal $tty: bytes of valid ones, damaged, in pieces of any size", async ({ tty, seeds }) => {
    const random = new SeededRandom(FUZZ_SEED);
    await fuzzBytesAsync(`log ${tty}`, seeds, 500, async ({ bytes }) => {
      await onlyNamedAsync(DOCKER, async () => {
        let size = 0;
        const chunks = inPieces(bytes, random, tty ? 4_000 : 40);
        for await (const { at, text } of oneByOne(readLogLines(chunks, { tty, since: undefined }))) {
          expect(Number.isSafeInteger(at)).toBe(true);
          // What is no UTF-8 takes three bytes as a replacement character.
          size += text.length;
        }
        expect(size).toBeLessThanOrEqual(bytes.length);
      });
    });
  });

  it.each([true, false])(
    "50 MB without a line break come in lines of bounded length, with a terminal %s",
    async (tty) => {
      const piece = tty ? Buffer.alloc(65_536, "x") : frame(1, `${STAMP} ${"x".repeat(65_536)}`);
      const longest = { bytes: 0 };
      const head = tty ? [Buffer.from(`${STAMP} `)] : [];
      async function* chunks(): AsyncGenerator<Buffer> {
        yield* head;
        yield* endless(piece, LONG_BYTES);
      }
      for await (const { text } of oneByOne(readLogLines(chunks(), { tty, since: undefined }))) {
        longest.bytes = Math.max(longest.bytes, text.length);
      }
      expect(longest.bytes).toBeGreaterThan(0);
      expect(longest.bytes).toBeLessThanOrEqual(2 * 1024 * 1024);
    },
  );
});

const RECORDS = [
  { status: "Pulling from library/busybox", id: "latest" },
  { status: "Downloading", progressDetail: { current: 1, total: 2 }, progress: "[>  ]", id: "abc" },
  { status: "Digest: sha256:00" },
  { errorDetail: { code: 404, message: "no such image" }, error: "no such image" },
];
const STREAMS: readonly Seed[] = [RECORDS.slice(0, 3), RECORDS].map((records) => ({
  name: "progress",
  bytes: Buffer.from(records.map((record) => `${JSON.stringify(record)}\r\n`).join("")),
}));

async function assertProgress(bytes: Buffer, random: SeededRandom): Promise<void> {
  await onlyNamedAsync(DOCKER, () =>
    readProgress(inPieces(bytes, random), NEVER, (progress) => {
      if (progress === undefined) return;
      expect([typeof progress.layer, typeof progress.status]).toEqual(["string", "string"]);
      expect(["number", "undefined"]).toContain(typeof progress.currentBytes);
    }),
  );
}

describe("progress of a pull", () => {
  it("bytes of a valid stream, damaged", async () => {
    const random = new SeededRandom(FUZZ_SEED);
    await fuzzBytesAsync("progress", STREAMS, 1_000, ({ bytes }) => assertProgress(bytes, random));
  });

  it("members of valid records, changed", async () => {
    const random = new SeededRandom(FUZZ_SEED);
    const property = fc.asyncProperty(damaged(RECORDS), (record) =>
      assertProgress(Buffer.from(`${JSON.stringify(record)}\n`), random),
    );
    await fc.assert(property, settings(800));
  });
});
