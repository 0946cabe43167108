import { createLogUpdate } from "log-update";
import { describe, expect, it } from "vitest";
import { asEpochMs } from "../core/brand.ts";
import type { Container } from "../core/task.ts";
import { aContainer, aTask } from "../testing/builders.ts";
import { SimulatedClock } from "../testing/simulated-clock.ts";
import { aCliOutput } from "./a-cli-output.ts";
import { createLiveBoard } from "./live-board.ts";
import type { RedrawCause } from "./reporter.ts";
import { ASCII_GLYPHS, createColours } from "./screen.ts";

/** As much of a terminal as a board uses: rows that scroll off the top are kept. Lines are never wider than it. */
class TinyTerminal {
  rows: string[] = [""];
  #row = 0;
  #column = 0;
  readonly height: number;

  constructor(height: number) {
    this.height = height;
  }

  write(text: string): void {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what a terminal reads
    for (const [token] of text.matchAll(/\u001b\[([?\d;]*)([A-Za-z])|[\s\S]/gu)) this.#take(token);
  }

  #take(token: string): void {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what a terminal reads
    const [, argument = "", command] = /^\u001b\[([?\d;]*)([A-Za-z])$/u.exec(token) ?? [];
    if (command !== undefined) this.#control(command, argument);
    else if (token === "\n") this.#moveTo(this.#row + 1, 0);
    else if (token === "\r") this.#moveTo(this.#row, 0);
    else this.#print(token);
  }

  #print(character: string): void {
    const row = this.rows[this.#row] ?? "";
    this.rows[this.#row] = row.padEnd(this.#column).slice(0, this.#column) + character + row.slice(this.#column + 1);
    this.#column += 1;
  }

  #control(command: string, argument: string): void {
    const times = Math.max(1, Number(argument) || 1);
    switch (command) {
      case "A":
        this.#moveTo(Math.max(this.top, this.#row - times), this.#column);
        break;
      case "B":
        this.#moveTo(this.#row + times, this.#column);
        break;
      case "G":
        this.#moveTo(this.#row, times - 1);
        break;
      case "J":
        this.rows.length = this.#row + 1;
        this.#eraseFrom(this.#column);
        break;
      case "K":
        this.#eraseFrom(argument === "2" ? 0 : this.#column);
        break;
      case "h":
      case "l":
      case "m":
        break;
      default:
        throw new Error(`TinyTerminal does not know the sequence ${command}`);
    }
  }

  /** First row that can be written to: what is above has scrolled away. */
  get top(): number {
    return Math.max(0, this.rows.length - this.height);
  }

  #eraseFrom(column: number): void {
    this.rows[this.#row] = (this.rows[this.#row] ?? "").slice(0, column);
  }

  #moveTo(row: number, column: number): void {
    while (this.rows.length <= row) this.rows.push("");
    this.#row = row;
    this.#column = column;
  }
}

const notExpected = () => {
  throw new Error("The board writes frames alone");
};

class Stage {
  readonly clock = new SimulatedClock({ startAt: 0 });
  readonly terminal: TinyTerminal;
  readonly writes: string[] = [];
  cursorVisible = true;
  columns = 60;
  redraw: (cause: RedrawCause) => void = () => undefined;

  constructor(rows: number) {
    this.terminal = new TinyTerminal(rows);
  }

  board() {
    const stage = this;
    const output = aCliOutput(
      { out: "", err: "" },
      {
        isTerminal: true,
        get columns() {
          return stage.columns;
        },
        rows: this.terminal.height,
        writeFrame(text) {
          stage.writes.push(text);
          stage.terminal.write(text);
        },
        writeOut: notExpected,
        writeLog: notExpected,
        writeErr: (text) => this.terminal.write(text),
        setCursorVisible: (visible) => {
          this.cursorVisible = visible;
        },
        onRedraw: (listener) => {
          this.redraw = listener;
          return () => undefined;
        },
      },
    );
    const screen = { colours: createColours(false), glyphs: ASCII_GLYPHS };
    return createLiveBoard({
      output,
      clock: this.clock,
      screen,
      dockerHost: "localhost",
      whyBlocked: () => [],
      createLogUpdate,
    });
  }

  get shown(): string[] {
    return this.terminal.rows.map((row) => row.trimEnd()).filter((row) => row !== "");
  }
}

const aBoardTask = (given: Omit<Partial<Container>, "name" | "dockerName"> = {}) =>
  aTask({ family: "shop", containers: [aContainer({ name: "web", ...given })] });
const line = (text: string) => ({ stream: "stdout", at: asEpochMs(0), timestamp: "", text }) as const;
const HEADER = expect.stringMatching(/^shop:1 /);

describe("createLiveBoard()", () => {
  it("draws over itself: board above, newest lines below, older lines kept above it", async () => {
    const stage = new Stage(8);
    const board = stage.board();
    board.taskChanged(aBoardTask());
    for (let index = 0; index < 30; index++) {
      await board.logLines("web", [line(`line ${index}`)]);
      await stage.clock.advance(40);
    }
    await stage.clock.advance(200);
    const logs = Array.from({ length: 30 }, (_, index) => `web | line ${index}`);
    expect(stage.shown).toEqual([
      ...logs.slice(0, 26),
      HEADER,
      expect.stringMatching(/^\. web/),
      "-".repeat(60),
      ...logs.slice(26),
    ]);
    board.close();
    expect(stage.shown).toEqual([...logs, HEADER, expect.stringMatching(/^\. web/)]);
  });

  it("keeps every line in order when thousands come at once", async () => {
    const stage = new Stage(10);
    const board = stage.board();
    board.taskChanged(aBoardTask());
    await stage.clock.advance(100);
    for (let index = 0; index < 5_000; index++) await board.logLines("web", [line(`${index}`)]);
    await stage.clock.advance(100);
    board.close();
    expect(stage.shown.slice(0, -2)).toEqual(Array.from({ length: 5_000 }, (_, index) => `web | ${index}`));
  });

  it("writes each frame in one piece, and nothing when nothing changed", async () => {
    const stage = new Stage(10);
    const board = stage.board();
    board.taskChanged(aBoardTask());
    await stage.clock.advance(100);
    const before = stage.writes.length;
    await stage.clock.advance(800);
    expect(stage.writes.length).toBe(before);
    for (let index = 0; index < 20; index++) await board.logLines("web", [line(`${index}`)]);
    board.taskChanged(aBoardTask({ knownStatus: "RUNNING" }));
    await stage.clock.advance(100);
    expect(stage.writes.length).toBe(before + 1);
    for (const write of stage.writes) {
      expect([write.slice(0, 8), write.slice(-8)]).toEqual(["\u001b[?2026h", "\u001b[?2026l"]);
    }
    board.close();
  });

  it("says what Berth has to say above the board", async () => {
    const stage = new Stage(10);
    const board = stage.board();
    board.note("first of all");
    board.taskChanged(aBoardTask());
    await stage.clock.advance(100);
    board.note("something else");
    board.notice("Stopping: a further Ctrl-C kills at once");
    expect(stage.shown).toEqual([
      "berth: first of all",
      "berth: something else",
      HEADER,
      "Stopping: a further Ctrl-C kills at once",
      expect.stringMatching(/^\. web/),
    ]);
    board.close();
    expect(stage.shown.join("\n")).not.toContain("Stopping");
  });

  it("draws anew at the new width", async () => {
    const stage = new Stage(10);
    const board = stage.board();
    board.taskChanged(aBoardTask());
    await stage.clock.advance(100);
    stage.columns = 100;
    stage.redraw("resized");
    expect(stage.shown).toEqual([
      expect.stringMatching(/^shop:1 .*task [0-9a-f]{32}$/),
      expect.stringMatching(/^\. web/),
    ]);
    board.close();
  });

  it("wipes itself for the shell and comes back below what the shell wrote", async () => {
    const stage = new Stage(10);
    const board = stage.board();
    board.taskChanged(aBoardTask());
    await stage.clock.advance(100);
    stage.redraw("suspended");
    expect(stage.shown).toEqual([]);
    stage.terminal.write("$ fg\n");
    stage.redraw("resumed");
    expect(stage.shown).toEqual(["$ fg", HEADER, expect.stringMatching(/^\. web/)]);
    board.close();
  });

  it("hides the cursor while it draws and stops its timer at the end", async () => {
    const stage = new Stage(10);
    const board = stage.board();
    board.taskChanged(aBoardTask());
    await stage.clock.advance(100);
    expect(stage.cursorVisible).toBe(false);
    board.close();
    board.close();
    expect([stage.cursorVisible, stage.clock.pending]).toEqual([true, 0]);
  });
});
