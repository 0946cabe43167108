/** A request that breaks one rule, and what is to be found. */
import type { Json } from "../a-definition.ts";
import type { RuleId } from "../rules.ts";

export type Case = {
  readonly rule: RuleId;
  readonly path: string;
  readonly input: unknown;
  /** AWS's own text; left out where it is not known. */
  readonly aws?: string;
  readonly warning?: true;
};

/** Path of the first container. */
export const C0 = "containerDefinitions[0]";
export const ROLE = "arn:aws:iam::123456789012:role/run";

export function port(...portMappings: readonly Json[]): Json {
  return { portMappings };
}

export function awslogs(options: Json): Json {
  return { logConfiguration: { logDriver: "awslogs", options } };
}

export function depends(containerName: string, condition: string): Json {
  return { dependsOn: [{ containerName, condition }] };
}

export function health(changes: Json): Json {
  return { healthCheck: { command: ["CMD", "true"], ...changes } };
}

export function many<Value>(count: number, make: (index: number) => Value): Value[] {
  return Array.from({ length: count }, (_, index) => make(index));
}
