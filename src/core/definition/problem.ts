/** One finding about a task definition, as `berth validate` prints it. */
import type { AwsText } from "./aws-texts.ts";
import type { Fix, Ways } from "./fix.ts";
import type { RuleId } from "./rules.ts";

type Severity = "error" | "warning";

/** One thing that is wrong with a definition. */
export type Problem = {
  readonly severity: Severity;
  /** `containerDefinitions[1].portMappings[0].containerPort`; empty for the document as a whole. */
  readonly path: string;
  readonly rule: RuleId;
  readonly message: string;
  /** What to write instead, for people. */
  readonly fix?: string;
  /** The same as changes for programs: each of them mends it alone. Absent where only the author knows what to write. */
  readonly ways?: Ways;
  /** The text that RegisterTaskDefinition answers with, where it is known. */
  readonly awsMessage?: AwsText;
};

export type ProblemDetails = {
  readonly fix?: Fix | undefined;
  readonly awsMessage?: AwsText | undefined;
  readonly severity?: Severity;
};

export type Report = (rule: RuleId, path: string, message: string, details?: ProblemDetails) => void;

/** More findings than this help nobody, and a hostile document could ask for millions. */
export const MAX_PROBLEMS = 1000;

/** Collects findings up to {@link MAX_PROBLEMS}; a second one with the same path and rule is dropped. */
export class ProblemList {
  readonly problems: Problem[] = [];
  /** Made for the first finding: most lists stay empty. */
  #seen: Set<string> | undefined;

  readonly report: Report = (rule, path, message, details = {}) => {
    if (this.problems.length >= MAX_PROBLEMS) return;
    this.#seen ??= new Set();
    const key = `${rule} ${path}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.problems.push({
      severity: details.severity ?? "error",
      path,
      rule,
      message,
      ...(details.fix === undefined ? {} : { fix: details.fix.text }),
      ...(details.fix === undefined || details.fix.ways.length === 0 ? {} : { ways: details.fix.ways }),
      ...(details.awsMessage === undefined ? {} : { awsMessage: details.awsMessage }),
    });
  };
}

export function isError(problem: Problem): boolean {
  return problem.severity === "error";
}

const QUOTED_MAX = 80;

/** A value for a message: quoted, cut when it is long. */
export function quote(value: string): string {
  const text = JSON.stringify(value.length > QUOTED_MAX ? `${value.slice(0, QUOTED_MAX)}…` : value);
  return text;
}

const PLAIN_KEY = /^[A-Za-z_][A-Za-z0-9_]{0,79}$/;

/** `a` + `b` = `a.b`; keys that are no plain words stand in brackets. */
export function childPath(path: string, key: string | number): string {
  if (typeof key === "number") return `${path}[${key}]`;
  if (!PLAIN_KEY.test(key)) return `${path}[${quote(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}

/** The keys that lead to a value. Walks push and pop on one of them, because a path is needed for findings only. */
export type Trail = (string | number)[];

/** The path of what stands at `trail`, or of a member there. */
export function trailPath(trail: readonly (string | number)[], ...members: readonly (string | number)[]): string {
  return [...trail, ...members].reduce<string>(childPath, "");
}
