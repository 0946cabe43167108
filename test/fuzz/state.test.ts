/** Saved state: exports, `toJSON` documents, rows of the store. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EngineError, InvalidInputError } from "../../src/core/errors.ts";
import { SAVED_VERSION } from "../../src/core/saved/contents.ts";
import { parseSavedDocument } from "../../src/core/saved/document.ts";
import { importState, MemoryStateStore } from "../../src/store/index.ts";
import { FrameWriter, linesOf, readFrame } from "../../src/store/journal/frame.ts";
import { keyText, toOperation, toRawState } from "../../src/store/row-table.ts";
import { formatExport, parseExport, readRows } from "../../src/store/state-document.ts";
import { mutationsOf, StateRows } from "../../src/store/state-rows.ts";
import { anything, damaged, hostileJson, nestedJson, nestedValue } from "./hostile.ts";
import { INVALID_INPUT, NONE, onlyNamed, onlyNamedAsync } from "./only-named.ts";
import { settings } from "./runs.ts";
import { fuzzBytes, jsonOf, jsonSeeds } from "./seeds.ts";

const IMPORTED = [InvalidInputError, EngineError];
const EXPORTS = [jsonOf("test/store/golden/state-v1.json"), jsonOf("src/core/saved/golden/state-v1.json")];

/** What is taken can be kept, and read again. */
function assertKept(text: string): void {
  const state = onlyNamed(INVALID_INPUT, () => parseExport(text));
  if (state === undefined) return;
  const kept = StateRows.of(state).snapshot();
  for (const mutation of mutationsOf(kept)) toOperation(mutation);
  parseExport(formatExport(kept));
}

async function assertImported(text: string): Promise<void> {
  const store = new MemoryStateStore();
  await onlyNamedAsync(IMPORTED, () => importState(store, text));
  await store.load();
}

function assertSaved(input: unknown): void {
  const state = onlyNamed(INVALID_INPUT, () => parseSavedDocument(input));
  if (state !== undefined) parseSavedDocument(JSON.stringify({ format: "berth-state", version: 1, ...state }));
}

describe("state", () => {
  it("exports: bytes of valid ones, damaged", () => {
    fuzzBytes("export", jsonSeeds(EXPORTS), 700, ({ bytes }) => assertKept(bytes.toString("utf8")));
    fuzzBytes("saved", jsonSeeds(EXPORTS), 700, ({ bytes }) => assertSaved(bytes.toString("utf8")));
  });

  it("exports: members of valid ones, changed", async () => {
    const property = fc.asyncProperty(damaged(EXPORTS), async (document) => {
      const text = JSON.stringify(document);
      assertKept(text);
      assertSaved(document);
      await assertImported(text);
    });
    await fc.assert(property, settings(250));
  });

  it("restoreFromJSON's input: anything at all", () => {
    fc.assert(fc.property(fc.oneof(anything, hostileJson), assertSaved), settings(500));
  });

  it("restoreFromJSON's input: what cannot be written as JSON", () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const getter = Object.defineProperty({}, "tasks", {
      enumerable: true,
      get: () => {
        throw new Error("no");
      },
    });
    for (const input of [
      circular,
      getter,
      { a: 1n },
      () => undefined,
      Symbol("a"),
      undefined,
      { toJSON: () => undefined },
    ]) {
      expect(() => parseSavedDocument(input)).toThrow(InvalidInputError);
    }
  });

  it.each(["list", "object"] as const)("10,000 levels of %s inside each other", async (kind) => {
    const deep = nestedValue(10_000, kind);
    const text = nestedJson(10_000, kind);
    assertSaved(deep);
    assertSaved(text);
    await assertImported(text);
    for (const document of EXPORTS) {
      for (const place of ['"definition":{', '"meta":{', '"containers":[{', '{"format":']) {
        const whole = JSON.stringify(document);
        const member = place.endsWith("{") ? `${place}"deep":${text},` : `{"deep":${text},"format":`;
        assertSaved(whole.replace(place, () => member));
        await assertImported(whole.replace(place, () => member));
      }
    }
  });

  it("50 MB in one member", async () => {
    const long = "x".repeat(50 * 1024 * 1024);
    const text = JSON.stringify(EXPORTS[0]).replace('"meta":{', () => `"meta":{"a":"${long}",`);
    expect(parseExport(text).meta.a).toHaveLength(long.length);
    await assertImported(text);
    assertSaved(text);
    assertSaved(long);
  });
});

describe("rows", () => {
  it("of any content", () => {
    const raw = fc.record({
      tasks: fc.array(anything, { maxLength: 3 }),
      changes: fc.array(anything, { maxLength: 3 }),
      images: fc.array(anything, { maxLength: 3 }),
      meta: fc.dictionary(fc.oneof(fc.string(), fc.constantFrom("__proto__", "constructor")), fc.string()),
    });
    const version = fc.oneof(fc.constant(SAVED_VERSION), fc.integer({ min: -5, max: 5 }));
    fc.assert(
      fc.property(raw, version, (rows, of) => void onlyNamed(INVALID_INPUT, () => readRows(rows, of))),
      settings(500),
    );
  });

  it("a write that changed is noticed, whichever byte it was", () => {
    const writer = new FrameWriter();
    writer.put(keyText(["meta", "a"]), JSON.stringify("some content"));
    writer.remove(keyText(["meta", "b"]));
    const head = { kind: "rows", number: 7, segment: 3, oldest: 2, previousEnd: 99, schema: 1 } as const;
    const written = Buffer.from(writer.finish(head));
    const lines = (bytes: Buffer) => {
      const frame = readFrame(bytes, 0);
      return frame && { ...frame, lines: [...linesOf(frame)].map(({ key, json }) => [key, json?.toString()]) };
    };
    expect(lines(written)).toEqual({
      ...head,
      end: written.length,
      lines: [
        ['["meta","a"]', '"some content"'],
        ['["meta","b"]', undefined],
      ],
    });
    fuzzBytes("frame", [{ name: "frame", bytes: written }], 1_000, ({ bytes }) => {
      const found = onlyNamed(NONE, () => lines(bytes));
      if (found !== undefined) expect(bytes.subarray(0, written.length).equals(written)).toBe(true);
    });
  });

  it("meta rows with names of prototypes", () => {
    const raw = toRawState([
      [["meta", "__proto__"], "a"],
      [["meta", "constructor"], "b"],
    ]);
    expect(onlyNamed(INVALID_INPUT, () => readRows(raw, SAVED_VERSION))).toBeDefined();
  });
});
