/** The live board as lines of text: a pure function of what is known and of the size of the screen. */
import { type Blocker, describeBlocker, isTaskBlocker } from "../core/blocker.ts";
import type { EpochMs } from "../core/brand.ts";
import { reportedTaskStatus } from "../core/status.ts";
import { type Container, isInternal, type Task } from "../core/task.ts";
import { type ContainerView, type Tone, viewContainer } from "./container-view.ts";
import { layerLines, type PullView } from "./pull-view.ts";
import type { Screen } from "./screen.ts";
import { joined, type Shown, show, spaces, trimmedEnd, visible } from "./shown.ts";
import { tameLine } from "./tame-line.ts";
import { fitMiddle, fitText, padText, textWidth, wrapText } from "./text-width.ts";
import { count, formatElapsed } from "./units.ts";

export type BoardLog = { readonly containerName: string; readonly stream: "stdout" | "stderr"; readonly text: string };

export type BoardState = {
  readonly task: Task;
  readonly blockers: readonly Blocker[];
  /** By container name. */
  readonly pulls: ReadonlyMap<string, PullView>;
  /** The newest lines, oldest first. */
  readonly logs: readonly BoardLog[];
  readonly dockerHost: string;
  readonly startedAt: EpochMs;
  readonly now: EpochMs;
  /** What the user should know right now. */
  readonly notice?: string;
};

const MAX_NAME = 24;
const MIN_NAME = 8;
const STATUS_COLUMNS = 10;
const DETAIL_INDENT = 4;
const MAX_LAYERS_SHOWN = 5;

/** Board above, rule, newest log lines below; never more than the screen has rows (one is kept for the cursor). */
export function renderFrame(state: BoardState, screen: Screen): Shown[] {
  const room = Math.max(1, screen.rows - 1);
  const board = renderBoard(state, screen);
  const logRows = room - board.length - 1;
  if (state.logs.length === 0 || logRows < 1) return board;
  const logs = state.logs
    .slice(-logRows)
    .map(logFormatter(state.task, screen))
    .map((line) => fitText(line, screen.columns, screen.glyphs.ellipsis));
  return [...board, screen.colours.dim(screen.glyphs.rule.repeat(screen.columns)), ...logs];
}

/** How many of the newest log lines a frame shows below its board. */
export function logRows(state: BoardState, screen: Screen): number {
  return Math.max(0, screen.rows - 2 - renderBoard(state, screen).length);
}

export function renderBoard(state: BoardState, screen: Screen): Shown[] {
  const containers = shownContainers(state.task);
  const header = headerLines(state, screen);
  // Half of a screen is for logs, once there are any, unless the containers alone need more.
  const room = Math.max(1, screen.rows - 1 - header.length);
  const shown = mostInteresting(containers, room);
  const hidden = containers.length - shown.length;
  const spare = Math.floor(screen.rows / 2) - header.length - shown.length;
  const layout = layoutOf(shown, state, screen);
  const pulling = layout.views.filter((view) => view.word === "PULLING").length;
  const perPull = pulling === 0 ? 0 : Math.min(MAX_LAYERS_SHOWN, Math.max(0, Math.floor(spare / pulling)));
  const lines = layout.views.flatMap((view) => containerLines(view, layout, { state, screen, layers: perPull }));
  const more = hidden > 0 ? [screen.colours.dim(`  and ${count(hidden, "more container")}`)] : [];
  const board = [...header, ...lines.slice(0, Math.max(0, room - more.length)), ...more];
  return board
    .slice(0, Math.max(1, screen.rows - 1))
    .map((line) => fitText(line, screen.columns, screen.glyphs.ellipsis));
}

/** Lines of containers' output, with the container's name in its colour; not cut. */
export function logFormatter(task: Task, screen: Screen): (log: BoardLog) => Shown {
  const prefixes = new Map<string, Shown>();
  const prefixFor = (name: string): Shown => {
    const prefix = prefixes.get(name) ?? logPrefix(name, task, screen);
    prefixes.set(name, prefix);
    return prefix;
  };
  const colours = { colours: screen.colours.enabled };
  return ({ containerName, text }) => show`${prefixFor(containerName)} ${tameLine(text, colours)}`;
}

function logPrefix(containerName: string, task: Task, screen: Screen): Shown {
  const names = shownContainers(task).map((container): string => container.name);
  const width = Math.min(nameLimit(screen), Math.max(0, ...names.map(visible).map(textWidth)));
  const name = padText(fitMiddle(visible(containerName), width, screen.glyphs.ellipsis), width);
  return screen.colours.container(Math.max(0, names.indexOf(containerName)), `${name} ${screen.glyphs.log}`);
}

/** Internal containers are the engine's own business, until one fails. */
function shownContainers(task: Task): readonly Container[] {
  return task.containers.filter((container) => !isInternal(container) || container.error !== undefined);
}

function headerLines(state: BoardState, screen: Screen): Shown[] {
  const { task } = state;
  const { colours } = screen;
  const stopping = task.desiredStatus === "STOPPED" && task.knownStatus !== "STOPPED";
  const status = stopping ? "STOPPING" : reportedTaskStatus(task.knownStatus);
  const elapsed = formatElapsed((task.stoppedAt ?? state.now) - state.startedAt);
  const name = colours.bold(`${task.family}:${task.revision}`);
  const title = show`${name}  ${visible(status)}  ${visible(elapsed)}  ${colours.dim(`cluster ${task.cluster}  task ${task.id}`)}`;
  const waiting = state.blockers.filter(isWorthALine).map(describeBlocker);
  const notice = state.notice === undefined ? [] : [state.notice];
  return [
    title,
    ...[...waiting, ...notice]
      .map(visible)
      .flatMap((text) => wrapped(text, screen.columns, screen))
      .map(colours.yellow),
  ];
}

/** A text takes an eighth of the screen's rows at most; on the last board, which has rows enough, as many as it needs. */
function wrapped(text: Shown, columns: number, { rows, glyphs }: Screen): Shown[] {
  return wrapText(text, columns, { limit: Math.max(1, Math.floor(rows / 8)), ellipsis: glyphs.ellipsis });
}

/** A turn on a host where nothing lacks comes at once. */
function isWorthALine(blocker: Blocker): boolean {
  return isTaskBlocker(blocker) && !(blocker.type === "hostResources" && blocker.resources.length === 0);
}

type Layout = { readonly views: readonly ContainerView[]; readonly nameColumns: number };

function layoutOf(containers: readonly Container[], state: BoardState, screen: Screen): Layout {
  const context = { ...state, arrow: screen.glyphs.arrow };
  const views = containers.map((container) => viewContainer(container, context));
  const widest = Math.max(0, ...views.map((view) => textWidth(visible(view.name))));
  return { views, nameColumns: Math.min(widest, nameLimit(screen)) };
}

/** A fifth of the screen is for names. */
function nameLimit({ columns }: Screen): number {
  return Math.min(MAX_NAME, Math.max(MIN_NAME, Math.floor(columns / 5)));
}

type LineContext = { readonly state: BoardState; readonly screen: Screen; readonly layers: number };

function containerLines(view: ContainerView, layout: Layout, context: LineContext): Shown[] {
  const { screen, state } = context;
  const { colours, glyphs, columns } = screen;
  const index = shownContainers(state.task).findIndex((container) => container.name === view.name);
  const name = padText(fitMiddle(visible(view.name), layout.nameColumns, glyphs.ellipsis), layout.nameColumns);
  const beside = 2 + layout.nameColumns + 2 + STATUS_COLUMNS + 2;
  const texts = [...healthTexts(view.health, screen), ...view.details.map(visible)];
  // An address that is cut is none: where there is no room beside, details stand below.
  const below = texts.some((text) => textWidth(text) > columns - beside);
  const indent = below ? DETAIL_INDENT : beside;
  const lines = detailLines(texts, columns - indent, screen);
  const details = below ? [EMPTY, ...lines] : lines;
  const paint = tonePaint(view.tone, screen);
  const head = show`${paint(toneGlyph(view.tone, screen))} ${colours.container(index, name)}  ${paint(padText(view.word, STATUS_COLUMNS))}  `;
  const [first = EMPTY, ...rest] = details;
  const layers =
    view.word === "PULLING" ? layerLines(state.pulls.get(view.name) ?? new Map(), context.layers, glyphs) : [];
  return [
    show`${head}${first}`,
    ...rest.map((detail) => show`${spaces(indent)}${detail}`),
    ...layers.map((line) => colours.dim(`    ${line}`)),
  ].map(trimmedEnd);
}

const EMPTY = show``;

/** All on one line if they fit, else one a line. */
function detailLines(details: readonly Shown[], columns: number, screen: Screen): Shown[] {
  const line = joined(details, show`  `);
  return textWidth(line) <= columns ? [line] : details.flatMap((detail) => wrapped(detail, columns, screen));
}

function healthTexts(health: ContainerView["health"], { colours }: Screen): Shown[] {
  switch (health) {
    case "":
      return [];
    case "healthy":
      return [colours.green(health)];
    case "unhealthy":
      return [colours.red(health)];
    case "starting":
      return [colours.dim("health starting")];
  }
}

function toneGlyph(tone: Tone, { glyphs }: Screen): Shown {
  return glyphs[tone];
}

function tonePaint(tone: Tone, { colours }: Screen): (text: string) => Shown {
  switch (tone) {
    case "running":
      return colours.green;
    case "failed":
      return colours.red;
    case "working":
      return colours.yellow;
    case "waiting":
    case "done":
      return colours.dim;
  }
}

/** When there are more containers than rows: those that move or failed first, in the order of the definition. */
function mostInteresting(containers: readonly Container[], room: number): readonly Container[] {
  if (containers.length <= room) return containers;
  const rank = (container: Container) => {
    if (container.error !== undefined) return 0;
    if (container.knownStatus === "STOPPED") return 3;
    return container.knownStatus === "RUNNING" ? 2 : 1;
  };
  const chosen = new Set([...containers].sort((a, b) => rank(a) - rank(b)).slice(0, Math.max(0, room - 1)));
  return containers.filter((container) => chosen.has(container));
}
