/** What fuzzing has found, each with its smallest input. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { validateTaskOverride } from "../../src/core/definition/overrides.ts";
import { parseTaskDefinition } from "../../src/core/definition/parse.ts";
import { fillPlaceholders, findPlaceholders } from "../../src/core/definition/placeholders.ts";
import { readDefinitionText } from "../../src/core/definition/text.ts";
import { InvalidInputError } from "../../src/core/errors.ts";
import { parseEngineAuth } from "../../src/core/images/engine-auth.ts";
import { parseSavedDocument } from "../../src/core/saved/document.ts";
import { parseDotenv } from "../../src/core/secrets/dotenv.ts";
import { selectMember } from "../../src/core/secrets/select.ts";
import { parseEvent } from "../../src/docker/events/parse-event.ts";
import { parseInspection } from "../../src/docker/parse/parse-inspection.ts";
import { parseStats } from "../../src/docker/parse/parse-stats.ts";
import { readProgress } from "../../src/docker/progress.ts";
import { readSecretsFile } from "../../src/resources/secrets/index.ts";
import { parseExport } from "../../src/store/state-document.ts";
import { nestedJson, nestedValue } from "./hostile.ts";
import { jsonOf } from "./seeds.ts";

const CIRCULAR_YAML = "a: &a [*a, *a]";
const DEFINITION = parseTaskDefinition({ family: "a", containerDefinitions: [{ name: "b", image: "c", memory: 64 }] });

/** Lists inside `value` that are none of the original. */
function countLists(value: unknown, original: unknown): number {
  if (typeof value !== "object" || value === null || value === original) return 0;
  const own = Array.isArray(value) ? 1 : 0;
  return Object.values(value).reduce<number>((sum, member) => sum + countLists(member, original), own);
}

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "finds-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("definitions", () => {
  it("YAML with an alias inside its own anchor is refused: looking for placeholders in it would not end", () => {
    expect(() => readDefinitionText(CIRCULAR_YAML, "a.yaml")).toThrow(InvalidInputError);
  });

  it("placeholders of a value that holds itself are looked for in a bounded part of it", () => {
    const list: unknown[] = [];
    list.push(list, list);
    const document = { family: "a", containerDefinitions: [{ environment: list, portMappings: list }] };
    expect(findPlaceholders(document)).toEqual([]);
    expect(fillPlaceholders(document, { A: "b" })).toMatchObject({ family: "a" });
  });

  it("a list that holds itself a thousand times is not copied in each of its places", () => {
    const list: unknown[] = [];
    for (let count = 0; count < 1_000; count += 1) list.push(list);
    const filled = fillPlaceholders({ family: "a", containerDefinitions: list }, { A: "b" });
    expect(countLists(filled, list)).toBeLessThan(1_000);
  });

  it.each([{ a: 1n }, { toJSON: () => undefined }])(
    "overrides that JSON cannot hold are findings: case %#",
    (input) => {
      expect(validateTaskOverride(input, DEFINITION)).toHaveProperty("problems");
    },
  );
});

describe("answers of the daemon", () => {
  it("an event's time that is no whole number is no place to go on from", () => {
    const event = { Type: "container", Action: "start", Actor: { ID: "a", Attributes: {} } };
    for (const time of ["x", 0.5, -1, 1e308])
      expect(parseEvent(JSON.stringify({ ...event, time }))).not.toHaveProperty("time");
    expect(parseEvent(`{"timeNano":${"9".repeat(400)}}`)).not.toHaveProperty("time");
  });

  it("an event's id and attributes are text", () => {
    expect(parseEvent('{"Type":"container","Action":"die","Actor":{"ID":5}}')).not.toHaveProperty("event");
    const { event } = parseEvent(
      '{"Type":"container","Action":"die","Actor":{"ID":"a","Attributes":{"exitCode":5,"b":"c"}}}',
    );
    expect(event).toMatchObject({ attributes: { b: "c" } });
  });

  it("members of an inspection that have another type are absent", () => {
    for (const [member, value] of [
      ["Name", 5],
      ["State", null],
      ["Mounts", {}],
      ["Created", 7],
      ["Config", { Labels: { a: 1 } }],
      ["NetworkSettings", { Ports: { "80/tcp": "x" } }],
    ] as const) {
      expect(parseInspection({ Id: "a", [member]: value })).toMatchObject({ dockerId: "a", labels: {}, ports: [] });
    }
    expect(() => parseInspection({ Id: 5 })).toThrow("malformed");
  });

  it("statistics with members of other types are read without them", () => {
    const body = {
      read: "2026-01-02T03:04:05Z",
      networks: { a: null },
      blkio_stats: { io_service_bytes_recursive: [null] },
    };
    expect(parseStats(body)).toMatchObject({ networkRxBytes: 0, blockReadBytes: 0 });
    expect(parseStats({ read: 5 })).toBeUndefined();
  });

  it("a record of a pull whose status is no text is about the whole image", async () => {
    const seen: unknown[] = [];
    async function* records(): AsyncGenerator<Buffer> {
      yield Buffer.from('{"id":"a","status":5}\n{"error":{"a":1}}\n');
    }
    await readProgress(records(), new AbortController().signal, (progress) => void seen.push(progress));
    expect(seen).toEqual([undefined, undefined]);
  });
});

describe("logins and secrets", () => {
  it.each(["A", "AAAAA", "AA=A", "AAA==", "A".repeat(100_000)])(
    "base64 of a wrong length is a warning: case %#",
    (auth) => {
      const { logins, warnings } = parseEngineAuth("dockercfg", JSON.stringify({ "registry.example": { auth } }));
      expect([logins.size, warnings.length]).toEqual([0, 1]);
    },
  );

  it("a dotenv line of 100,000 spaces without an equals sign is refused at once", () => {
    expect(() => parseDotenv(`a${" ".repeat(100_000)}b`, "x.env")).toThrow(
      "x.env:1: Cannot read file: the line has no =",
    );
    expect(parseDotenv(`export a = ${" ".repeat(100_000)}b`, "x.env")).toEqual({ a: "b" });
    expect(parseDotenv("export =a\n export\tb=c\n#d=e\n\n", "x.env")).toEqual({ export: "a", b: "c" });
    expect(() => parseDotenv("a=b\n=f", "x.env")).toThrow("x.env:2: Cannot read file: the line begins with =");
  });

  it.each([CIRCULAR_YAML, "- ".repeat(10_000), `a: ${"[".repeat(200)}`])(
    "a secrets file in YAML without an end is refused: case %#",
    async (text) => {
      const file = join(folder, "a.yaml");
      await writeFile(file, text);
      await expect(readSecretsFile(file)).rejects.toThrow(InvalidInputError);
    },
  );

  it("a secret that is nested too deep says so", () => {
    expect(selectMember({ a: nestedValue(10_000, "list") }, "a")).toHaveProperty("problem");
  });
});

describe("state", () => {
  it("what cannot be written as JSON is no state", () => {
    for (const input of [{ a: 1n }, nestedValue(10_000, "object")]) {
      expect(() => parseSavedDocument(input)).toThrow(InvalidInputError);
    }
  });

  it("1e999 is no number of a state: it would be saved as null and could not be read again", () => {
    const text = JSON.stringify(jsonOf("src/core/saved/golden/state-v1.json"));
    const infinite = text.replace(/"knownStatusAt":\d+/, '"knownStatusAt":1e999');
    expect(infinite).not.toBe(text);
    expect(() => parseSavedDocument(infinite)).toThrow(InvalidInputError);
  });

  it("state that is nested 10,000 levels deep is refused: it could never be saved again", () => {
    const text = JSON.stringify(jsonOf("test/store/golden/state-v1.json"));
    const deep = text.replace('"definition":{', () => `"definition":{"a":${nestedJson(10_000, "list")},`);
    expect(() => parseSavedDocument(deep)).toThrow(InvalidInputError);
    expect(() => parseExport(deep)).toThrow(InvalidInputError);
  });
});
