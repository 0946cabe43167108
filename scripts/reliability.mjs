/**
 * `node scripts/reliability.mjs`: runs the recovery and fault tests on a real daemon at their nightly size, and writes what
 * they measured into docs/reliability.md, between its markers. BERTH_TEST_KILLS and the like change the size.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { main } from "./lib/lifetime.mjs";
import { BERTH_DIR, ROOT } from "./lib/places.mjs";
import { Problem } from "./lib/problem.mjs";
import { run } from "./lib/run.mjs";
import { say } from "./lib/say.mjs";

/** @typedef {{ name: string, [figure: string]: any }} Figures one line of what the tests note down */

const PAGE = join(ROOT, "docs", "reliability.md");
const BEGIN = "<!-- real-daemon -->";
const END = "<!-- /real-daemon -->";
const NIGHTLY = { BERTH_TEST_KILLS: "200", BERTH_TEST_FAULT_ROUNDS: "5", BERTH_TEST_PAUSE_SECONDS: "30" };

await main(async (life) => {
  const file = join(BERTH_DIR, `figures.${process.pid}`);
  mkdirSync(BERTH_DIR, { recursive: true });
  life.onEnd("remove the figures", () => rmSync(file, { force: true }));
  const env = { ...NIGHTLY, ...process.env, BERTH_TEST_FIGURES: file };
  for (const folder of ["test/recovery", "test/faults"]) {
    const args = [join(ROOT, "scripts", "test.mjs"), "--project", "integration", folder];
    const { code } = await run(life, process.execPath, args, { cwd: ROOT, env });
    if (code !== 0) throw new Problem(`Cannot write figures: the tests in ${folder} failed`);
  }
  const section = describe(readFigures(file));
  console.log(section);
  replaceSection(section);
  return 0;
});

/** @param {string} file @returns {Figures[]} */
function readFigures(file) {
  const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line));
}

/** @param {readonly Figures[]} figures */
function describe(figures) {
  const machine = `Node ${process.version} on ${cpus().length} processors, load ${loadavg()[2]?.toFixed(0)}`;
  const intro = `Written by \`node scripts/reliability.mjs\`: ${machine}.`;
  return ["## On a real daemon", "", intro, "", ...killRows(figures), "", ...faultRows(figures)].join("\n");
}

/** @param {readonly Figures[]} figures */
function killRows(figures) {
  const kinds = ["kills at seeded moments", "kills before and after each commit and Docker call"];
  const columns = ["kills", "tasks", "containers", "orphans", "doubles", "gaps", "changes", "retold"];
  const rows = kinds.map((kind) => {
    const lives = figures.filter(({ name }) => name === kind);
    const cells = columns.map((column) => String(sum(lives, column)));
    return [kind, String(lives.length), ...cells, `${Math.round(sum(lives, "durationMs") / 1000)} s`];
  });
  return [
    "The engine's process is killed with SIGKILL and started again until all of its tasks are done and cleaned up. At each",
    "start, before anything is tidied up, whatever is in Docker must belong to a row that names it; when all is over, Docker's own",
    "events say how often each container was made and started.",
    "",
    ...table([["the engine is killed", "lives", ...columns, "time"], ...rows]),
  ];
}

/** @param {readonly Figures[]} figures */
function faultRows(figures) {
  const of = (/** @type {string} */ name) => figures.filter((each) => each.name === name);
  const storm = of("event storm").at(-1);
  const pause = of("daemon paused").at(-1);
  const registry = of("registry back mid-pull").at(-1);
  const lost = of("registry lost mid-pull").at(-1);
  const restarts = of("daemon killed while tasks start");
  const rows = [
    ["the daemon is killed while 6 tasks start", `${restarts.length} times`, recovery(restarts)],
    ...(pause === undefined ? [] : [[`the daemon hangs for ${pause.pauseMs / 1000} s`, "once", recovery([pause])]]),
    ...(registry === undefined
      ? []
      : [["the registry goes away in a layer and is back", "once", recovery([registry])]]),
    ...(lost === undefined
      ? []
      : [["the registry goes away in a layer for good", "once", `the task ends after ${seconds(lost.endedMs)}`]]),
    ...(storm === undefined
      ? []
      : [
          [
            `a storm of ${storm.events} foreign events in ${seconds(storm.stormMs)}`,
            "once",
            `a task starts in ${Math.round(storm.startMs)} ms; without it in ${Math.round(storm.quietStartMs)} ms`,
          ],
        ]),
  ];
  return [
    "Recovery is the time from the return of what was away until every task is as it should be.",
    "",
    ...table([["fault", "how often", "recovery"], ...rows]),
  ];
}

/** @param {readonly Figures[]} figures */
function recovery(figures) {
  const times = figures.map(({ recoveryMs }) => recoveryMs).sort((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)];
  if (median === undefined) return "not measured";
  const longest = times.length === 1 ? "" : `, at most ${seconds(times.at(-1))}`;
  return `${seconds(median)}${longest}`;
}

/** @param {number} ms */
function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** @param {readonly Figures[]} figures @param {string} column */
function sum(figures, column) {
  return figures.reduce((total, each) => total + each[column], 0);
}

/** @param {readonly (readonly string[])[]} rows the first is the head */
function table([head = [], ...rows]) {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
}

/** Everything else on the page is written by hand. @param {string} section */
function replaceSection(section) {
  const text = existsSync(PAGE) ? readFileSync(PAGE, "utf8") : "";
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin < 0 || end < begin) {
    say(`docs/reliability.md has no ${BEGIN} … ${END}: nothing was written`);
    return;
  }
  writeFileSync(PAGE, `${text.slice(0, begin)}${BEGIN}\n${section}\n${text.slice(end)}`);
}
