/**
 * Gives one parser every large input, in a process of its own whose heap is bounded: a parser that needs more ends
 * this process, and the last line written tells at which input. Argument: the name of the parser, a folder for files.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { unwrapDocument } from "../../src/core/definition/document.ts";
import { validateTaskOverride } from "../../src/core/definition/overrides.ts";
import { InvalidTaskDefinitionError, parseTaskDefinition } from "../../src/core/definition/parse.ts";
import { fillPlaceholders, findPlaceholders } from "../../src/core/definition/placeholders.ts";
import { readDefinitionText } from "../../src/core/definition/text.ts";
import { validateTaskDefinition } from "../../src/core/definition/validate.ts";
import { EngineError, InvalidInputError } from "../../src/core/errors.ts";
import { parseEngineAuth } from "../../src/core/images/engine-auth.ts";
import { parseSavedDocument } from "../../src/core/saved/document.ts";
import { parseRepositoryLogin } from "../../src/core/secrets/registry-credentials.ts";
import { DockerCallError } from "../../src/docker/api/failure.ts";
import { parseJson, readLines } from "../../src/docker/api/read-body.ts";
import { parseEvent } from "../../src/docker/events/parse-event.ts";
import { parseInspection } from "../../src/docker/parse/parse-inspection.ts";
import { parseSummaries } from "../../src/docker/parse/parse-summary.ts";
import { createRegistryAuth } from "../../src/docker/registry-auth/index.ts";
import { DiskStateStore, importState, MemoryStateStore } from "../../src/store/index.ts";
import { LARGE_TEXTS, LARGE_VALUES } from "./large-texts.ts";
import { assertUnpolluted } from "./only-named.ts";
import { runs } from "./runs.ts";

/** One input for the parser, made when its turn comes. */
type Trial = { readonly name: string; readonly run: () => Promise<void> };

const NAMED = [InvalidInputError, InvalidTaskDefinitionError, EngineError, DockerCallError];
const NEVER = new AbortController().signal;
const IMAGE = "registry.example/team/app:1";
const [parser = "", folder = ""] = process.argv.slice(2);
/** Every input in every place. */
const isLong = runs(1) > 1;

type Place = readonly [before: string, after: string];

/** Each text as it is or in the place of a member that is read: in one of them, or in all in a long session. */
function texts(...members: readonly Place[]): Readonly<Record<string, () => string>> {
  const places: readonly Place[] = [["", ""], ...members];
  const entries = Object.entries(LARGE_TEXTS).flatMap(([name, make], index) =>
    places
      .filter((_, place) => isLong || place === index % places.length)
      .map(([before, after]) => [`${before}…${name}`, () => `${before}${make()}${after}`] as const),
  );
  return Object.fromEntries(entries);
}

/** For what takes any text as it is, slowly. */
function ofKinds(...kinds: readonly string[]): Readonly<Record<string, () => string>> {
  return Object.fromEntries(Object.entries(LARGE_TEXTS).filter(([kind]) => kinds.includes(kind)));
}

function values(...holders: readonly ((value: unknown) => unknown)[]): Readonly<Record<string, () => unknown>> {
  const all = [(value: unknown) => value, ...holders];
  const entries = Object.entries(LARGE_VALUES).flatMap(([name, make], index) =>
    all
      .map((hold, place) => [`place ${place}: ${name}`, () => hold(make())] as const)
      .filter((_, place) => isLong || place === index % all.length),
  );
  return Object.fromEntries(entries);
}

function trials<Input>(
  inputs: Readonly<Record<string, () => Input>>,
  take: (input: Input) => unknown,
): readonly Trial[] {
  return Object.entries(inputs).map(([name, make]) => ({ name, run: async () => void (await take(make())) }));
}

/** For what reads one input in several ways. @throws what is no named error */
async function each(...ways: readonly (() => unknown)[]): Promise<void> {
  for (const way of ways) await outcomeOf(way);
}

/** @returns the name of the error, if it has one of ours */
async function outcomeOf(act: () => unknown): Promise<string> {
  try {
    await act();
    return "read";
  } catch (error) {
    if (!NAMED.some((kind) => error instanceof kind)) throw error;
    return error instanceof Error ? error.name : "";
  }
}

function container(more: object): object {
  return { family: "a", containerDefinitions: [{ name: "b", image: "c", memory: 64, ...more }] };
}

function readDefinition(document: unknown): void {
  validateTaskDefinition(unwrapDocument(document).input);
  const placeholders = findPlaceholders(document);
  fillPlaceholders(document, Object.fromEntries(placeholders.map(({ name }) => [name, "1"])));
  parseTaskDefinition(document);
}

async function* inChunks(text: string): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text, "latin1");
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

/** As the feed does: line by line. */
async function readEvents(text: string): Promise<void> {
  for await (const line of readLines(inChunks(text), NEVER)) parseEvent(line);
}

async function findLogin(text: string): Promise<unknown> {
  const file = join(folder, "config.json");
  await writeFile(file, text, "latin1");
  return createRegistryAuth({ dockerConfigFile: file })(IMAGE);
}

/** The text is what a credential helper writes. */
async function askHelper(text: string): Promise<unknown> {
  const answer = join(folder, "answer");
  await writeFile(answer, text, "latin1");
  await writeFile(join(folder, "docker-credential-large"), `#!/bin/sh\nexec cat ${answer}\n`, { mode: 0o755 });
  const config = join(folder, "helpers.json");
  await writeFile(config, JSON.stringify({ credHelpers: { "registry.example": "large" } }));
  return createRegistryAuth({ dockerConfigFile: config, env: { PATH: `${folder}:${process.env.PATH}` } })(IMAGE);
}

/** Written, and read again by a process that finds it: as rows with their checksums. */
async function keep(value: string): Promise<void> {
  const place = join(folder, "state");
  await mkdir(place, { recursive: true });
  const store = await DiskStateStore.open({ folder: place });
  await store.commit([{ type: "putMeta", key: "a", value }]);
  await store.close();
  const again = await DiskStateStore.open({ folder: place });
  const { meta } = await again.load();
  await again.close();
  if (meta.a !== value) throw new Error("the row is not what was written");
}

const DEFINITION = parseTaskDefinition(container({}));
const ATTRIBUTES = ['{"Type":"container","Action":"die","Actor":{"ID":"a","Attributes":', "}}"] as const;
const LABELS = ['{"Id":"a","Config":{"Labels":', "}}"] as const;
const LOGIN = ['{"registry.example":', "}"] as const;
const AUTHS = ['{"auths":{"registry.example":{"auth":', "}}}"] as const;
const STATE = { format: "berth-state", version: 1, tasks: [], changes: [], images: [], meta: {} };

function stateWith(member: string): Place {
  const others = Object.entries(STATE).filter(([name]) => name !== member);
  return [`${JSON.stringify(Object.fromEntries(others)).slice(0, -1)},"${member}":`, "}"];
}

const TRIALS: Readonly<Record<string, () => readonly Trial[]>> = {
  "definition text": () =>
    trials(texts(['{"family":', "}"], ['{"family":"a","containerDefinitions":', "}"]), (text) =>
      each(...["a.json", "a.yaml", "a"].map((name) => () => readDefinition(readDefinitionText(text, name)))),
    ),
  "definition document": () =>
    trials(
      values(
        (value) => ({ family: value, containerDefinitions: [] }),
        (containerDefinitions) => ({ family: "a", containerDefinitions }),
        (environment) => container({ environment }),
        (dockerLabels) => container({ dockerLabels }),
        (image) => container({ image }),
      ),
      readDefinition,
    ),
  "task override": () =>
    trials(
      values(
        (containerOverrides) => ({ containerOverrides }),
        (environment) => ({ containerOverrides: [{ name: "b", environment }] }),
      ),
      (value) => validateTaskOverride(value, DEFINITION),
    ),
  event: () =>
    trials(texts(ATTRIBUTES, ['{"timeNano":', "}"]), (text) =>
      each(
        () => readEvents(text),
        () => parseEvent(text),
      ),
    ),
  "answer of the daemon": () =>
    trials(texts(LABELS, ['[{"Id":"a","Labels":', "}]"]), (text) =>
      each(
        () => parseInspection(parseJson(text)),
        () => parseSummaries(parseJson(text)),
      ),
    ),
  "state import": () =>
    trials(texts(stateWith("tasks"), stateWith("changes"), stateWith("meta")), (text) =>
      importState(new MemoryStateStore(), text),
    ),
  "saved text": () =>
    trials(texts(stateWith("tasks"), stateWith("images"), stateWith("meta")), (text) => parseSavedDocument(text)),
  "saved document": () =>
    trials(
      values(
        (tasks) => ({ ...STATE, tasks }),
        (meta) => ({ ...STATE, meta }),
      ),
      parseSavedDocument,
    ),
  "store row": () => trials(ofKinds("one text", "one text of escapes", "lists in each other"), keep),
  "engine's registry auth": () =>
    trials(texts(LOGIN, ['{"registry.example":{"auth":', "}}"]), (text) =>
      each(...["docker", "dockercfg"].map((type) => () => parseEngineAuth(type, text))),
    ),
  "Docker's configuration": () => trials(texts(AUTHS), findLogin),
  "credential helper": () => trials(texts(['{"Username":"a","Secret":', "}"]), askHelper),
  "repository login": () => trials(texts(['{"username":"a","password":', "}"]), parseRepositoryLogin),
};

for (const { name, run } of TRIALS[parser]?.() ?? []) {
  process.stdout.write(`${name}: `);
  const began = performance.now();
  const outcome = await outcomeOf(run);
  assertUnpolluted();
  process.stdout.write(`${outcome} after ${Math.round(performance.now() - began)} ms\n`);
}
process.stdout.write(`${JSON.stringify({ peakBytes: process.resourceUsage().maxRSS * 1024 })}\n`);
