/**
 * The engine over a durable store on a real daemon is killed with SIGKILL, again and again. The size is CI's; the
 * nightly size is asked for by BERTH_TEST_KILLS (kills at seeded moments) and BERTH_TEST_TASKS.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { realDaemon } from "../docker-client/real-daemon.ts";
import { noteFigures } from "../faults/figures.ts";
import { buildProgram, removeProgram } from "../store/child-process.ts";
import { type Life, live } from "./life.ts";
import { SHAPES } from "./shapes.ts";

const NIGHTLY = process.env.BERTH_TEST_KILLS !== undefined;
const KILLS = Number(process.env.BERTH_TEST_KILLS ?? 20);
const TASKS = Number(process.env.BERTH_TEST_TASKS ?? (NIGHTLY ? 30 : 12));
const SEED = process.env.BERTH_TEST_SEED ?? "1";
/** Long enough for a start to get somewhere, short enough for many kills in one life. */
const MAX_RUN_MS = 60 * TASKS;
/** A life is to end: without a limit its last tasks might never get the time they need. */
const KILLS_PER_LIFE = 30;
/** Of all points before and after commits and Docker calls. */
const FAILPOINTS = NIGHTLY ? 1 : 0.15;
/** Of a life that hangs, not the size: that is some twenty seconds and some eighty on two processors. */
const LIMIT_MS = NIGHTLY ? 3_600_000 : 400_000;

let program = "";

beforeAll(async () => {
  program = await buildProgram(new URL("./program.ts", import.meta.url));
});
afterAll(() => removeProgram(program));

function expectGood(life: Life): void {
  expect(life.problems).toEqual([]);
  expect(life).toMatchObject({ orphans: 0, doubles: 0, gaps: 0, starts: life.kills + 1 });
}

describe("an engine that is killed", () => {
  it(
    `REC-1, REC-2: ${KILLS} kills at seeded moments lose, double and leave nothing`,
    async () => {
      for (let done = 0, life = 1; done < KILLS; life += 1) {
        const timedKills = Math.min(KILLS_PER_LIFE, KILLS - done);
        const seed = `${SEED}-moments-${life}`;
        const outcome = await live({
          ...{ program, endpoint: realDaemon(), seed, tasks: TASKS },
          ...{ timedKills, maxRunMs: MAX_RUN_MS, failpoints: 0 },
        });
        noteFigures("kills at seeded moments", outcome);
        expectGood(outcome);
        expect(outcome.kills).toBeGreaterThan(0);
        done += outcome.kills;
      }
    },
    LIMIT_MS,
  );

  it(
    "REC-1, REC-2: kills exactly before and after commits and Docker calls lose, double and leave nothing",
    async () => {
      const outcome = await live({
        ...{ program, endpoint: realDaemon(), seed: `${SEED}-points`, tasks: SHAPES.length },
        ...{ timedKills: 0, maxRunMs: 0, failpoints: FAILPOINTS },
      });
      noteFigures("kills before and after each commit and Docker call", outcome);
      expect(outcome.kills).toBeGreaterThan(0);
      expectGood(outcome);
    },
    LIMIT_MS,
  );
});
