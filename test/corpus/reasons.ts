/** Which rule each reason of the corpus index stands for, and where in the file it must be found. */
import type { RuleId } from "../../src/core/definition/rules.ts";

export type Reason = {
  readonly text: string;
  readonly rule: RuleId;
  /** Member that the reason names, as a path or the start of one. */
  readonly path?: string;
  /** Container that the reason names. */
  readonly container?: string;
};

type Pattern = readonly [pattern: RegExp, rule: RuleId];

/** First match wins. */
const PATTERNS: readonly Pattern[] = [
  [/^(?<path>taskRoleArn|executionRoleArn) ".*" is not a valid role/, "role-invalid"],
  [/^container name ".*" contains invalid characters/, "container-name-characters"],
  [/: image ".*" contains invalid characters/, "image-characters"],
  [/^family ".*" contains invalid characters/, "family-characters"],
  [/ has no image$/, "image-required"],
  [/neither memory nor memoryReservation/, "memory-required"],
  [/^task (?<path>cpu) ".*" cannot be read/, "task-cpu-invalid"],
  [/^task (?<path>memory) ".*" cannot be read/, "task-memory-invalid"],
  [/healthCheck command starts with/, "health-check-command"],
  [/healthCheck without command/, "health-check"],
  [/^(?<path>\S+\.healthCheck\.command) is required$/, "health-check"],
  [/^(?<path>\S+) is required$/, "member-required"],
  [/^(?<path>\S+\.logDriver) is ".*", not one of/, "log-driver"],
  [/^(?<path>\S+) is ".*", not one of/, "enum-value"],
  [/^(?<path>\S+) is \w+, must be \w+$/, "wrong-type"],
  [/: unknown volume "/, "volume-unknown"],
  [/^host port \S+ mapped more than once$/, "host-port-duplicate"],
  [/: awsvpc needs hostPort/, "host-port-mismatch"],
  [/: awslogs lacks /, "awslogs-options"],
  [/ depends on unknown container "/, "depends-on-unknown"],
  [/^proxyConfiguration names unknown container/, "proxy-container-unknown"],
  [/^container cpu adds up to /, "cpu-above-task"],
  [/^memoryReservation adds up to /, "reservations-above-task"],
  [/rootDirectory must be \/ with an access point/, "efs-root-directory"],
  [/^Fargate needs executionRoleArn for awslogs$/, "fargate-execution-role-logs"],
  [/^Fargate needs executionRoleArn for an ECR image$/, "fargate-execution-role-image"],
  [/^secrets need executionRoleArn$/, "secrets-execution-role"],
  [/^Fargate does not support /, "fargate-unsupported"],
  [/Fargate awslogs needs awslogs-stream-prefix/, "fargate-stream-prefix"],
  [/^tags is an empty list$/, "tags-empty"],
];

/** Reads the `valid` column, e.g. `no, placeholders only: task cpu "$CPU" cannot be read (placeholder); ...`. */
export function readReasons(valid: string): Reason[] {
  const list = valid.replace(/^no(?:, (?:placeholders|wrapping) only)?: /, "");
  return list.split("; ").map(readReason);
}

function readReason(stated: string): Reason {
  const text = stated.replace(/ \((?:placeholder|documented rule|[^()]* sat outside the wrapped array)\)$/, "");
  for (const [pattern, rule] of PATTERNS) {
    const found = pattern.exec(text);
    if (found === null) continue;
    const path = found.groups?.path;
    const container = /^container "([^"]*)"/.exec(text)?.[1];
    return { text, rule, ...(path === undefined ? {} : { path }), ...(container === undefined ? {} : { container }) };
  }
  throw new Error(`The index states a reason that no pattern knows: ${stated}`);
}
