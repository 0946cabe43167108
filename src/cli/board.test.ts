import { describe, expect, it } from "vitest";
import type { Blocker } from "../core/blocker.ts";
import { asEpochMs } from "../core/brand.ts";
import { aContainer, aTask } from "../testing/builders.ts";
import { type BoardState, renderBoard, renderFrame } from "./board.ts";
import { applyProgress, EMPTY_PULL } from "./pull-view.ts";
import { ASCII_GLYPHS, createColours, type Screen, UNICODE_GLYPHS } from "./screen.ts";
import { textWidth } from "./text-width.ts";

const START = Date.UTC(2026, 0, 1);
const at = (seconds: number) => asEpochMs(START + seconds * 1_000);
const screen = (columns: number, rows: number, given: Partial<Screen> = {}): Screen => ({
  columns,
  rows,
  colours: createColours(false),
  glyphs: UNICODE_GLYPHS,
  ...given,
});

const port = (containerPort: number, hostPort: number) =>
  ({ bindIP: "0.0.0.0", containerPort, hostPort, protocol: "tcp" }) as const;
const db = aContainer({ name: "db", hasHealthCheck: true, image: "postgres:16" });
const migrate = aContainer({ name: "migrate", essential: false });
const web = aContainer({ name: "storefront-with-a-rather-long-name" });
const router = aContainer({ name: "log-router", essential: false });

const blockers: readonly Blocker[] = [
  { type: "dependency", containerName: "migrate", dependency: "db", condition: "HEALTHY", until: at(62) },
  { type: "dependency", containerName: web.name, dependency: "migrate", condition: "SUCCESS" },
];

const pulling: BoardState = {
  task: aTask({
    family: "shop",
    containers: [
      { ...db, inFlight: { action: "pull", id: 1 } },
      migrate,
      web,
      { ...router, knownStatus: "RUNNING", startedAt: at(1), networkBindings: [port(24224, 32768)] },
    ],
  }),
  blockers,
  pulls: new Map([
    [
      "db",
      [
        { layer: "a3ed95caeb02", status: "Pull complete", currentBytes: 30, totalBytes: 4_000_000 },
        { layer: "b4ed95caeb03", status: "Downloading", currentBytes: 12_300_000, totalBytes: 40_100_000 },
        { layer: "c5ed95caeb04", status: "Extracting", currentBytes: 9_000_000, totalBytes: 10_000_000 },
        { layer: "d6ed95caeb05", status: "Waiting" },
      ].reduce(applyProgress, EMPTY_PULL),
    ],
  ]),
  logs: [],
  dockerHost: "localhost",
  startedAt: at(0),
  now: at(4),
};

const running: BoardState = {
  ...pulling,
  task: aTask({
    family: "shop",
    knownStatus: "RUNNING",
    containers: [
      {
        ...db,
        knownStatus: "RUNNING",
        health: { status: "HEALTHY" },
        startedAt: at(6),
        networkBindings: [port(5432, 5432)],
      },
      { ...migrate, knownStatus: "STOPPED", exitCode: 0, startedAt: at(7), finishedAt: at(9) },
      {
        ...web,
        knownStatus: "RUNNING",
        startedAt: at(10),
        networkBindings: [port(80, 8080), port(443, 8443)],
        restart: { ...web.restart, count: 2 },
      },
      { ...router, knownStatus: "RUNNING", startedAt: at(1), networkBindings: [port(24224, 32768)] },
    ],
  }),
  blockers: [],
  logs: [
    { containerName: "db", stream: "stderr", text: "LOG:  database system is ready to accept connections" },
    { containerName: web.name, stream: "stdout", text: "listening on \u001b[32m:80\u001b[0m\u001b[2J" },
    { containerName: web.name, stream: "stdout", text: `GET /${"very-long-path/".repeat(20)} 200` },
  ],
  now: at(75),
};

const failed: BoardState = {
  ...running,
  task: aTask({
    family: "shop",
    knownStatus: "STOPPED",
    desiredStatus: "STOPPED",
    stoppingAt: at(80),
    stoppedAt: at(83),
    containers: [
      { ...db, knownStatus: "STOPPED", exitCode: 143, startedAt: at(6), finishedAt: at(82) },
      { ...migrate, knownStatus: "STOPPED", exitCode: 0, startedAt: at(7), finishedAt: at(9) },
      {
        ...web,
        knownStatus: "STOPPED",
        exitCode: 137,
        startedAt: at(10),
        finishedAt: at(79),
        error: { name: "OutOfMemoryError", message: "Container killed due to memory usage" },
      },
      { ...router, knownStatus: "STOPPED", error: { name: "CannotPullContainerError", message: "no such image" } },
    ],
  }),
  logs: [],
};

const stopping: BoardState = {
  ...running,
  task: {
    ...running.task,
    desiredStatus: "STOPPED",
    containers: running.task.containers.map((container) => ({ ...container, desiredStatus: "STOPPED" })),
  },
  blockers: [{ type: "dependant", containerName: "db", dependant: web.name }],
  notice: "Stopped by SIGINT: stopping in order, a further Ctrl-C kills at once",
};

describe("renderFrame()", () => {
  it.each([
    ["pulling-80", pulling, screen(80, 24)],
    ["pulling-200", pulling, screen(200, 50)],
    ["running-80", running, screen(80, 24)],
    ["running-200", running, screen(200, 50)],
    ["running-40", running, screen(40, 20)],
    ["stopping-80", stopping, screen(80, 24)],
    ["stopping-40", stopping, screen(40, 24)],
    ["failed-80", failed, screen(80, 24)],
    ["running-80-ascii", running, screen(80, 24, { glyphs: ASCII_GLYPHS })],
    ["running-80-colours", running, screen(80, 24, { colours: createColours(true) })],
  ])("draws %s", async (name, state, size) => {
    await expect(`${renderFrame(state, size).join("\n")}\n`).toMatchFileSnapshot(`golden/board-${name}.txt`);
  });

  it.each([pulling, running, stopping, failed])("never leaves the screen, however small it is", (state) => {
    for (let columns = 8; columns <= 120; columns += 7) {
      for (let rows = 2; rows <= 40; rows += 3) {
        const frame = renderFrame(state, screen(columns, rows, { colours: createColours(true) }));
        expect(frame.length).toBeLessThan(rows);
        for (const line of frame) expect(textWidth(line)).toBeLessThanOrEqual(columns);
      }
    }
  });
});

describe("renderBoard()", () => {
  it("shows what moves when there are more containers than rows, and how many more there are", () => {
    const containers = Array.from({ length: 10 }, (_, index) =>
      aContainer({ name: `c${index}`, knownStatus: index < 8 ? "STOPPED" : "NONE", exitCode: 0, startedAt: at(0) }),
    );
    const lines = renderBoard({ ...pulling, task: aTask({ containers }), blockers: [] }, screen(80, 7));
    expect(lines.map((line) => line.slice(2, 4))).toEqual([expect.any(String), "c0", "c1", "c8", "c9", "an"]);
    expect(lines.at(-1)).toBe("  and 6 more containers");
  });

  it("says what a task as a whole waits for", () => {
    const waiting: BoardState = { ...pulling, blockers: [{ type: "hostResources", resources: ["memory", "port 80"] }] };
    expect(renderBoard(waiting, screen(80, 24))[1]).toBe("waits for host memory, port 80");
    const untold: BoardState = { ...pulling, blockers: [{ type: "acknowledgement", changes: 2 }] };
    expect(renderBoard(untold, screen(80, 24))[1]).toContain("waits for 2 state changes to be acknowledged");
    const turn: BoardState = { ...pulling, blockers: [{ type: "hostResources", resources: [] }] };
    expect(renderBoard(turn, screen(80, 24))[1]).not.toContain("waits for its turn");
  });

  it("NS-3: hides internal containers until one fails", () => {
    const pause = aContainer({ name: "~internal~ecs~pause", type: "CNI_PAUSE" });
    const board = (container: typeof pause) =>
      renderBoard({ ...pulling, task: aTask({ containers: [container] }), blockers: [] }, screen(80, 24)).length;
    expect(board(pause)).toBe(1);
    expect(board({ ...pause, error: { name: "ContainerNetworkingError", message: "no bridge" } })).toBe(2);
  });

  it.each([
    [
      "retry",
      { type: "retry", containerName: "web", action: "pull", until: at(7), error: "timeout" },
      "pull failed, is tried again: timeout, in 3 s",
    ],
    ["resource", { type: "resource", containerName: "web", resource: "volume data" }, "waits for volume data"],
  ] as const)("says in how long a %s ends", (_, blocker, text) => {
    const state: BoardState = { ...pulling, task: aTask(), blockers: [blocker] };
    expect(renderBoard(state, screen(100, 24))[1]).toContain(text);
  });
});
