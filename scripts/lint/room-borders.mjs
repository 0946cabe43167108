/**
 * The room borders of the design as linter settings: which folder of src/ may import which, with a message that says
 * where the thing belongs. Run with `--write` after a change here; `npm run ok` fails when the written file is old.
 *
 * Biome compares the text of an import, not the file that it names, and rooms have folders of the same names as other
 * rooms (core/images, images). So each border is written once for each depth, where the text is unambiguous.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const FILE = fileURLToPath(new URL("./room-borders.biome.json", import.meta.url));
const DEEPEST = 4;
const ADAPTERS = ["docker", "images", "resources", "store", "http"];
const WIRING = ["agent", "cli", "dashboard"];

/** @typedef {{ room: string, closed: string[], message: string, modules?: { names: string[], message: string }, pure?: string }} Border */

/** @type {Border[]} */
const BORDERS = [
  {
    room: "core",
    closed: ["ports", "engine", "testing", "files", ...ADAPTERS, ...WIRING],
    message:
      "src/core is pure and imports nothing outside itself: return an effect as plain data, or move this to src/engine or an adapter",
    modules: {
      names: ["node:*", "node:*/**", "pino", "commander", "log-update", "p-limit", "@aws-sdk/**"],
      message:
        "src/core is pure and takes only small pure libraries: this belongs behind a port, in src/engine, an adapter or src/cli",
    },
    pure: "src/core is pure",
  },
  {
    room: "ports",
    closed: ["engine", "testing", "files", ...ADAPTERS, ...WIRING],
    message: "src/ports holds interfaces over src/core only: an implementation belongs into its adapter",
    modules: {
      names: ["node:*", "node:*/**"],
      message: "src/ports holds interfaces only: what needs Node belongs into the adapter that implements the port",
    },
  },
  {
    room: "engine",
    closed: ["testing", "files", ...ADAPTERS, ...WIRING],
    message:
      "src/engine imports only src/core and src/ports: ask for an interface in src/ports and let src/agent or src/cli pass the adapter in",
    modules: {
      names: ["fs", "fs/promises", "net", "http", "https", "child_process", "timers", "timers/promises", "os"].map(
        (name) => `node:${name}`,
      ),
      message: "src/engine reaches the world through src/ports only: this belongs into an adapter",
    },
    pure: "src/engine runs in virtual time",
  },
  ...ADAPTERS.map((room) => ({
    room,
    closed: ["engine", "testing", ...WIRING, ...ADAPTERS.filter((other) => other !== room)],
    message: `src/${room} is an adapter and imports only src/core and src/ports: what two adapters share belongs into src/core (pure) or src/ports (an interface); src/agent and src/cli wire`,
  })),
  {
    room: "files",
    closed: ["ports", "engine", "testing", ...ADAPTERS, ...WIRING],
    message: "src/files reads files for the adapters and the command, and imports only src/core",
  },
  {
    room: "testing",
    // The simulator runs the real engine with its real adapters, so that it composes them as the wiring rooms do.
    closed: ["cli", "dashboard", "http"],
    message:
      "src/testing stands in for the world and composes engines: nothing of the command or the servers belongs here",
  },
  {
    room: "dashboard",
    closed: ["core", "ports", "engine", "testing", "agent", "cli", "docker", "images", "resources", "store"],
    message: "src/dashboard runs in the browser and imports only wire types of src/http",
    modules: {
      names: ["node:*", "node:*/**"],
      message: "src/dashboard runs in the browser: what needs Node belongs into src/http",
    },
  },
];

/** Globals that would make a pure room depend on the clock, on chance or on the process. @param {string} why */
function pureRules(why) {
  const timer = `${why}: return a timer as an effect, or use the Clock port (src/ports/clock.ts)`;
  const instant = `${why}: take the time as an argument, or from the Clock port (src/ports/clock.ts)`;
  const chance = `${why}: take it as an argument, or from the Random port (src/ports/random.ts)`;
  return {
    globals: {
      process: `${why}: take what you need as an argument; the environment is read in src/agent and src/main.ts`,
      console: `${why}: return data, or write through the Log port (src/ports/log.ts)`,
      setTimeout: timer,
      setInterval: timer,
      setImmediate: timer,
      performance: instant,
      fetch: `${why}: network access belongs into an adapter behind a port (src/ports)`,
    },
    properties: [
      { object: "Date", property: "now", message: instant },
      { object: "Math", property: "random", message: chance },
      { object: "crypto", property: "randomUUID", message: chance },
      { object: "crypto", property: "getRandomValues", message: chance },
    ],
  };
}

/** @param {string} why */
function pureOverride(why, /** @type {string} */ room) {
  const { globals, properties } = pureRules(why);
  return {
    includes: [`src/${room}/**`, "!**/*.test.ts"],
    linter: {
      rules: {
        style: { noRestrictedGlobals: { level: "error", options: { deniedGlobals: globals } } },
        nursery: { noJsRestrictedProperties: { level: "error", options: { entries: properties } } },
      },
    },
  };
}

/** @param {Border} border @param {number} depth how many folders of src/ the file is in */
function importOverride({ room, closed, message, modules }, depth) {
  const up = "../".repeat(depth);
  const patterns = [{ group: [...closed.map((name) => `${up}${name}/**`), `${up}main.ts`, `${up}index.ts`], message }];
  if (modules !== undefined) patterns.push({ group: modules.names, message: modules.message });
  return {
    includes: [`src/${room}/${"*/".repeat(depth - 1)}*.ts`, "!**/*.test.ts"],
    linter: { rules: { style: { noRestrictedImports: { level: "error", options: { patterns } } } } },
  };
}

/** The settings as Biome reads them. */
export function roomBorders() {
  const depths = Array.from({ length: DEEPEST }, (_, index) => index + 1);
  const imports = BORDERS.flatMap((border) => depths.map((depth) => importOverride(border, depth)));
  const pure = BORDERS.flatMap(({ room, pure: why }) => (why === undefined ? [] : [pureOverride(why, room)]));
  return { overrides: [...imports, ...pure] };
}

/** Does the file that Biome reads say what this one says? */
export function isWritten() {
  return readFileSync(FILE, "utf8") === text();
}

function text() {
  return `${JSON.stringify(roomBorders())}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv.includes("--write")) writeFileSync(FILE, text());
