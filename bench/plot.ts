/** Draws the last run of `burst` into docs/performance-burst.svg: how many tasks are RUNNING, over time. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const WIDTH = 760;
const HEIGHT = 380;
const MARGIN = { left: 56, right: 190, top: 34, bottom: 46 };
const LINES: Readonly<Record<string, { readonly label: string; readonly colour: string }>> = {
  berth: { label: "Berth", colour: "#0b6e4f" },
  berthGate4: { label: "Berth, gate fixed at 4", colour: "#5fad56" },
  berthGate8: { label: "Berth, gate fixed at 8", colour: "#a3d39c" },
  berthNoGate: { label: "Berth without a gate", colour: "#b4a7d6" },
  raw4: { label: "raw calls, 4 at a time", colour: "#1f77b4" },
  raw6: { label: "raw calls, 6 at a time", colour: "#8fbce6" },
  raw8: { label: "raw calls, 8 at a time", colour: "#c5dcf2" },
  rawAllAtOnce: { label: "raw calls, all at once", colour: "#d1495b" },
  dockerRun: { label: "docker run -d, all at once", colour: "#edae49" },
};

type Burst = {
  readonly tasks: number;
  readonly curves: Readonly<Record<string, readonly number[]>>;
  readonly machine: { readonly cores: number; readonly daemon: string; readonly load: number };
};

function plot({ tasks, curves, machine }: Burst): string {
  const drawn = Object.entries(LINES).filter(([name]) => curves[name] !== undefined);
  const lastMs = Math.max(...drawn.flatMap(([name]) => curves[name] ?? []));
  const seconds = Math.ceil(lastMs / 1_000);
  const x = (ms: number) => coordinate(MARGIN.left + (ms / (seconds * 1_000)) * (WIDTH - MARGIN.left - MARGIN.right));
  const y = (count: number) =>
    coordinate(HEIGHT - MARGIN.bottom - (count / tasks) * (HEIGHT - MARGIN.top - MARGIN.bottom));
  const title = `${tasks} tasks at once: how many are RUNNING (${machine.cores} cores, Docker ${machine.daemon}, load ${machine.load})`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" fill="#333">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    `<text x="${MARGIN.left}" y="20" font-weight="bold">${title}</text>`,
    ...ticks(seconds).flatMap((second) => [
      line(x(second * 1_000), y(0), x(second * 1_000), y(tasks)),
      `<text x="${x(second * 1_000)}" y="${y(0) + 18}" text-anchor="middle">${second} s</text>`,
    ]),
    ...[0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
      line(x(0), y(share * tasks), x(seconds * 1_000), y(share * tasks)),
      `<text x="${x(0) - 8}" y="${y(share * tasks) + 4}" text-anchor="end">${share * tasks}</text>`,
    ]),
    ...drawn.flatMap(([name, { label, colour }], index) => [
      `<path d="${path(curves[name] ?? [], x, y)}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      `<rect x="${WIDTH - MARGIN.right + 14}" y="${MARGIN.top + index * 20}" width="14" height="4" fill="${colour}"/>`,
      `<text x="${WIDTH - MARGIN.right + 34}" y="${MARGIN.top + index * 20 + 6}">${label}</text>`,
    ]),
    "</svg>",
    "",
  ].join("\n");
}

type Scale = (value: number) => number;

function path(times: readonly number[], x: Scale, y: Scale): string {
  return [`M${x(0)} ${y(0)}`, ...times.map((ms, index) => `H${x(ms)}V${y(index + 1)}`)].join("");
}

function line(x1: number, y1: number, x2: number, y2: number): string {
  return `<path d="M${x1} ${y1}L${x2} ${y2}" stroke="#ddd"/>`;
}

function ticks(seconds: number): readonly number[] {
  const step = Math.max(1, Math.ceil(seconds / 10));
  return Array.from({ length: Math.floor(seconds / step) + 1 }, (_, index) => index * step);
}

function coordinate(value: number): number {
  return Math.round(value * 10) / 10;
}

const target = join("docs", "performance-burst.svg");
const result: Burst = JSON.parse(readFileSync(join(".berth", "bench", "burst.json"), "utf8"));
writeFileSync(target, plot(result));
process.stdout.write(`${target}\n`);
