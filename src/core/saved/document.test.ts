import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aContainer, aTask } from "../../testing/builders.ts";
import { taskArbitrary } from "../../testing/machine-arbitraries.ts";
import { asDockerId, asEpochMs } from "../brand.ts";
import { InvalidInputError } from "../errors.ts";
import type { StateChange } from "../state-change.ts";
import type { RawState } from "./contents.ts";
import { parseSavedDocument, SAVED_VERSION, type SavedState, toSavedDocument } from "./document.ts";

const folder = new URL("./golden/", import.meta.url);
const goldenFiles = readdirSync(folder).sort();
const golden = (version: number) => readFileSync(new URL(`state-v${version}.json`, folder), "utf8");
const EMPTY: SavedState = { tasks: [], changes: [], images: [], meta: {} };

const throughJson = (state: SavedState) => JSON.parse(JSON.stringify(toSavedDocument(state)));

/** The newest golden document with one part replaced. */
function spoilt(path: readonly (string | number)[], value: unknown): unknown {
  const document: unknown = JSON.parse(golden(SAVED_VERSION));
  let place = document;
  for (const key of path.slice(0, -1)) place = Reflect.get(Object(place), key);
  Reflect.set(Object(place), path.at(-1) ?? "", value);
  return document;
}

function refusal(input: unknown): InvalidInputError {
  try {
    parseSavedDocument(input);
  } catch (error) {
    if (error instanceof InvalidInputError) return error;
    throw error;
  }
  throw new Error("the document was taken");
}

describe("parseSavedDocument()", () => {
  it("REC-8: there is a golden document of each version up to today's", () => {
    const versions = Array.from({ length: SAVED_VERSION }, (_, index) => `state-v${index + 1}.json`);
    expect(goldenFiles).toEqual(versions);
  });

  it.each(goldenFiles)("REC-8, DS-10: %s loads, and saves to the same", (name) => {
    const text = readFileSync(new URL(name, folder), "utf8");
    const state = parseSavedDocument(text);
    expect(state.tasks.map(({ knownStatus }) => knownStatus)).toEqual(["RUNNING", "STOPPED", "STOPPED"]);
    expect(state.tasks[0]?.containers.map((each) => each.restart.count)).toEqual([0, 1]);
    expect(state.images).toHaveLength(1);
    expect(parseSavedDocument(throughJson(state))).toEqual(state);
    if (name === `state-v${SAVED_VERSION}.json`) expect(throughJson(state)).toEqual(JSON.parse(text));
  });

  it("reads exports of the store as well", () => {
    const text = readFileSync(new URL("../../../test/store/golden/state-v1.json", import.meta.url), "utf8");
    expect(parseSavedDocument(text).tasks).toHaveLength(1);
  });

  it("DS-12: an empty state and any task survive saving and loading", () => {
    expect(parseSavedDocument(throughJson(EMPTY))).toEqual(EMPTY);
    fc.assert(
      fc.property(taskArbitrary, (task) => {
        const plain = JSON.parse(JSON.stringify(task));
        expect(parseSavedDocument(throughJson({ ...EMPTY, tasks: [task] })).tasks).toEqual([plain]);
      }),
      { numRuns: 50 },
    );
  });

  it("DM-15: reads the status words of older programs", () => {
    const { tasks } = parseSavedDocument(spoilt(["tasks", 0, "containers", 0, "emittedStatus"], "UNKNOWN"));
    expect(tasks[0]?.containers[0]?.emittedStatus).toBe("NONE");
    expect(parseSavedDocument(spoilt(["tasks", 0, "sentStatus"], "DEAD")).tasks[0]?.sentStatus).toBe("STOPPED");
  });

  it("keeps members that it does not know, and reads error names that it does not know as UnknownError", () => {
    const { tasks } = parseSavedDocument(spoilt(["tasks", 0, "colour"], "blue"));
    expect(tasks[0]).toMatchObject({ colour: "blue" });
    const error = { name: "NewError", message: "text" };
    const named = parseSavedDocument(spoilt(["tasks", 1, "containers", 0, "error"], error));
    expect(named.tasks[1]?.containers[0]?.error).toMatchObject({ name: "UnknownError", message: "text" });
  });

  it("brings documents of older versions up to date, step by step", () => {
    const old = { ...toSavedDocument(EMPTY), version: 1, meta: { seen: "1" } };
    const add = (digit: string) => (state: RawState) => ({ ...state, meta: { seen: `${state.meta.seen}${digit}` } });
    const migrations = { 1: add("2"), 2: add("3") };
    expect(parseSavedDocument(old, { version: 3, migrations }).meta).toEqual({ seen: "123" });
    expect(() => parseSavedDocument(old, { version: 3, migrations: { 2: add("3") } })).toThrow(
      "version 1 is not known",
    );
  });

  it.each<[string, string, () => unknown]>([
    ["text that is not JSON", "", () => "{"],
    ["something else", "format", () => ({ a: 1 })],
    ["a newer version", "version", () => spoilt(["version"], SAVED_VERSION + 1)],
    ["no tasks", "tasks", () => spoilt(["tasks"], undefined)],
    [
      "a status that is none",
      "tasks[0].containers[1].knownStatus",
      () => spoilt(["tasks", 0, "containers", 1, "knownStatus"], "RUNING"),
    ],
    ["an ARN that is none", "tasks[0].arn", () => spoilt(["tasks", 0, "arn"], "7")],
    [
      "a container without a Docker name",
      "tasks[0].containers[0].dockerName",
      () => spoilt(["tasks", 0, "containers", 0, "dockerName"], ""),
    ],
    ["a definition without containers", "tasks[0].definition", () => spoilt(["tasks", 0, "definition"], {})],
    ["an image without an id (DS-8)", "images[0].imageId", () => spoilt(["images", 0, "imageId"], "")],
    ["a change of another kind", "changes[0].type", () => spoilt(["changes", 0, "type"], "other")],
  ])("DS-13: refuses %s, and names the path %s", (_, path, document) => {
    expect(refusal(document()).path).toBe(path);
  });

  describe("DS-13: refuses parts that contradict each other", () => {
    const other = "arn:aws:ecs:us-east-1:000000000000:task/default/ffffffffffffffffffffffffffffffff";
    const change = (sequence: number): StateChange => ({
      type: "task",
      taskArn: aTask().arn,
      sequence,
      at: asEpochMs(1),
      status: "RUNNING",
    });
    const withId = aContainer({ dockerId: asDockerId("d1") });

    it.each<[string, string, Partial<SavedState>]>([
      ["a task twice", "tasks[1].arn", { tasks: [aTask(), aTask()] }],
      [
        "a container twice in a task",
        "tasks[0].containers[1].name",
        {
          tasks: [aTask({ containers: [aContainer(), aContainer({ dockerName: "another" })] })],
        },
      ],
      [
        "a Docker id twice",
        "tasks[1].containers[0].dockerId",
        {
          tasks: [
            aTask({ containers: [withId] }),
            aTask({
              arn: other,
              containers: [{ ...withId, dockerName: aContainer({ dockerName: "another" }).dockerName }],
            }),
          ],
        },
      ],
      ["a Docker name twice", "tasks[1].containers[0].dockerName", { tasks: [aTask(), aTask({ arn: other })] }],
      ["a change that is not made yet", "changes[0].sequence", { tasks: [aTask()], changes: [change(1)] }],
      [
        "changes out of order",
        "changes[1].sequence",
        {
          tasks: [aTask({ nextChange: 9 })],
          changes: [change(3), change(2)],
        },
      ],
    ])("%s at %s", (_, path, part) => {
      expect(refusal(throughJson({ ...EMPTY, ...part })).path).toBe(path);
    });
  });
});
