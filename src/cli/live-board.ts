/** The board on a terminal: drawn over itself at most ten times a second, with what scrolls out of it left above. */
import { Writable } from "node:stream";
import type { createLogUpdate } from "log-update";
import type { Blocker } from "../core/blocker.ts";
import { asEpochMs, type EpochMs } from "../core/brand.ts";
import type { Task } from "../core/task.ts";
import type { Clock } from "../ports/clock.ts";
import { type BoardLog, type BoardState, logFormatter, logRows, renderBoard, renderFrame } from "./board.ts";
import { applyProgress, EMPTY_PULL, type PullView } from "./pull-view.ts";
import { berthLine, type CliOutput, type RedrawCause, type RunReporter } from "./reporter.ts";
import type { Screen } from "./screen.ts";
import { inLines, type Shown } from "./shown.ts";
import { textWidth } from "./text-width.ts";

/** Between two frames, ms. */
const FRAME_MS = 100;
/** Log lines kept between two frames; more make a frame at once, so that memory has a bound. */
const MAX_UNDRAWN = 2_000;
/** A terminal that knows these shows what is between them in one go: no flicker. Others ignore them. */
const BEGIN_UPDATE = "\u001b[?2026h";
const END_UPDATE = "\u001b[?2026l";

export type LiveBoardOptions = {
  readonly output: CliOutput;
  readonly clock: Clock;
  readonly screen: Pick<Screen, "colours" | "glyphs">;
  readonly dockerHost: string;
  readonly whyBlocked: () => readonly Blocker[];
  readonly createLogUpdate: typeof createLogUpdate;
};

export function createLiveBoard(options: LiveBoardOptions): RunReporter {
  return new LiveBoard(options);
}

class LiveBoard implements RunReporter {
  readonly #options: LiveBoardOptions;
  readonly #stream: FrameStream;
  readonly #update: ReturnType<typeof createLogUpdate>;
  readonly #startedAt: EpochMs;
  readonly #pulls = new Map<string, PullView>();
  readonly #logs: BoardLog[] = [];
  #task: Task | undefined;
  #notice: string | undefined;
  #frame: readonly Shown[] = [];
  #cancelTick: () => void = () => undefined;
  #closed = false;
  readonly #endRedraw: () => void;

  constructor(options: LiveBoardOptions) {
    this.#options = options;
    this.#stream = new FrameStream(options.output);
    // The cursor is hidden and brought back by the terminal, which also does so when the process crashes.
    this.#update = options.createLogUpdate(this.#stream, { showCursor: true });
    this.#startedAt = options.clock.now();
    this.#endRedraw = options.output.onRedraw((cause) => this.#redraw(cause));
    this.#tick();
  }

  taskChanged(task: Task): void {
    this.#task = task;
  }

  pullProgress(containerName: string, progress: Parameters<RunReporter["pullProgress"]>[1]): void {
    this.#pulls.set(containerName, applyProgress(this.#pulls.get(containerName) ?? EMPTY_PULL, progress));
  }

  logLines(containerName: string, lines: Parameters<RunReporter["logLines"]>[1]): Promise<void> {
    for (const { stream, text } of lines) this.#logs.push({ containerName, stream, text });
    if (this.#logs.length >= MAX_UNDRAWN) this.#draw();
    return this.#options.output.drained();
  }

  note(text: string): void {
    this.#clear();
    this.#stream.send();
    this.#options.output.writeErr(berthLine(text));
    this.#draw();
  }

  notice(text: string): void {
    this.#notice = text;
    this.#draw();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelTick();
    this.#endRedraw();
    this.#clear();
    const state = this.#state();
    if (state !== undefined) {
      const screen = this.#screen();
      const { notice: _, ...last } = state;
      this.#stream.write(inLines(this.#logs.splice(0).map(logFormatter(state.task, screen))));
      for (const line of renderBoard(last, { ...screen, rows: MAX_FINAL_ROWS })) this.#stream.write(`${line}\n`);
    }
    this.#stream.send();
    this.#options.output.setCursorVisible(true);
  }

  #tick(): void {
    this.#draw();
    const { clock } = this.#options;
    this.#cancelTick = clock.schedule(asEpochMs(clock.now() + FRAME_MS), () => this.#tick());
  }

  #draw(): void {
    const state = this.#state();
    if (state === undefined || this.#closed) return;
    this.#options.output.setCursorVisible(false);
    const screen = this.#screen();
    const overflow = this.#logs.splice(0, Math.max(0, this.#logs.length - logRows(state, screen)));
    if (overflow.length > 0) {
      this.#clear();
      this.#stream.write(inLines(overflow.map(logFormatter(state.task, screen))));
    }
    const frame = renderFrame(state, screen);
    // log-update 7.2.0 draws over the line below when one is put in between two that stay: then draw all of it.
    if (frame.length !== this.#frame.length) this.#clear();
    this.#frame = frame;
    this.#update(this.#frame.join("\n"));
    this.#stream.send();
  }

  #clear(): void {
    this.#update.clear();
    this.#frame = [];
  }

  #redraw(cause: RedrawCause): void {
    if (cause === "resized") this.#wipeWrapped();
    if (cause === "suspended") this.#clear();
    this.#stream.send();
    if (cause !== "suspended") this.#draw();
  }

  /** After a change of width, terminals have wrapped what was drawn: it takes more rows than it had lines. */
  #wipeWrapped(): void {
    const { columns } = this.#stream;
    const rows = this.#frame.reduce((sum, line) => sum + Math.max(1, Math.ceil(textWidth(line) / columns)), 0);
    this.#update.done();
    this.#frame = [];
    if (rows > 0) this.#stream.write(`\u001b[${rows}A\r\u001b[J`);
  }

  #screen(): Screen {
    return { ...this.#options.screen, columns: this.#stream.columns, rows: this.#stream.rows };
  }

  #state(): BoardState | undefined {
    if (this.#task === undefined) return undefined;
    return {
      task: this.#task,
      blockers: this.#options.whyBlocked(),
      pulls: this.#pulls,
      logs: this.#logs,
      dockerHost: this.#options.dockerHost,
      startedAt: this.#startedAt,
      now: this.#options.clock.now(),
      ...(this.#notice === undefined ? {} : { notice: this.#notice }),
    };
  }
}

/** The last board hides nothing. */
const MAX_FINAL_ROWS = 1_000;

/** Collects what one frame writes, so that it reaches the terminal in one piece. */
class FrameStream extends Writable {
  readonly #output: CliOutput;
  #pending = "";

  constructor(output: CliOutput) {
    super({ decodeStrings: false });
    this.#output = output;
  }

  get columns(): number {
    return this.#output.columns;
  }

  get rows(): number {
    return this.#output.rows;
  }

  override _write(chunk: string, _encoding: BufferEncoding, done: () => void): void {
    this.#pending += chunk;
    done();
  }

  send(): void {
    if (this.#pending === "") return;
    this.#output.writeFrame(BEGIN_UPDATE + this.#pending + END_UPDATE);
    this.#pending = "";
  }
}
