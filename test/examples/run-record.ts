/** What `berth run --output json` told about one run, in short lines that an expectation can name. */

type Line = {
  readonly type: string;
  readonly time?: string;
  readonly taskArn?: string;
  readonly container?: string;
  readonly status?: string;
  readonly healthStatus?: string;
  readonly restartCount?: number;
  readonly exitCode?: number;
  readonly text?: string;
  readonly networkBindings?: readonly { readonly containerPort: number; readonly hostPort: number }[];
};

export type RunRecord = {
  readonly taskArn: string;
  /** "web RUNNING", "web HEALTHY", "web RESTART 1", "task STOPPED", as they came. */
  readonly events: readonly string[];
  /** "web: text", by Docker's time. */
  readonly logs: readonly string[];
  /** The last exit code of each container. */
  readonly exitCodes: Readonly<Record<string, number>>;
  readonly restarts: Readonly<Record<string, number>>;
  /** container -> container port -> host port */
  readonly ports: Readonly<Record<string, Readonly<Record<string, number>>>>;
};

/** @throws {SyntaxError} when stdout holds anything but JSON lines */
export function readRun(stdout: string): RunRecord {
  const lines = stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line): Line => JSON.parse(line));
  const containers = lines.filter((line) => line.type === "container");
  return {
    taskArn: lines.find((line) => line.type === "task")?.taskArn ?? "",
    events: lines.flatMap(eventOf),
    logs: lines
      .filter((line) => line.type === "log")
      .sort(byTime)
      .map((line) => `${line.container}: ${line.text}`),
    exitCodes: named(containers, (line) => line.exitCode),
    restarts: named(
      lines.filter((line) => line.type === "restart"),
      (line) => line.restartCount,
    ),
    ports: named(containers, (line) => line.networkBindings && portsOf(line.networkBindings)),
  };
}

function eventOf(line: Line): readonly string[] {
  switch (line.type) {
    case "task":
      return [`task ${line.status}`];
    case "container":
      return [`${line.container} ${line.status}`];
    case "health":
      return [`${line.container} ${line.healthStatus}`];
    case "restart":
      return [`${line.container} RESTART ${line.restartCount}`];
    default:
      return [];
  }
}

function byTime(a: Line, b: Line): number {
  return (a.time ?? "").localeCompare(b.time ?? "");
}

/** The last value of each container. */
function named<T>(lines: readonly Line[], pick: (line: Line) => T | undefined): Readonly<Record<string, T>> {
  const entries = lines.flatMap((line): (readonly [string, T])[] => {
    const value = pick(line);
    return line.container === undefined || value === undefined ? [] : [[line.container, value]];
  });
  return Object.fromEntries(entries);
}

function portsOf(bindings: NonNullable<Line["networkBindings"]>): Readonly<Record<string, number>> {
  return Object.fromEntries(bindings.map(({ containerPort, hostPort }) => [String(containerPort), hostPort]));
}

/** The wanted lines that did not come in this order: empty when all did. Others may come between. */
export function missingInOrder(wanted: readonly string[], seen: readonly string[]): readonly string[] {
  let from = 0;
  return wanted.filter((line) => {
    const at = seen.indexOf(line, from);
    if (at < 0) return true;
    from = at + 1;
    return false;
  });
}

/** The lines that came more often than they are wanted, as one that is told again after a restart would. */
export function repeated(wanted: readonly string[], seen: readonly string[]): readonly string[] {
  const count = (lines: readonly string[], line: string) => lines.filter((each) => each === line).length;
  return [...new Set(wanted)].filter((line) => count(seen, line) > count(wanted, line));
}
