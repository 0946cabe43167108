/** RunTask's overrides: checking them, and laying them over a definition. Source: interfaces 1.6. */
import { checkMembers } from "./check-members.ts";
import { deepFreeze } from "./freeze.ts";
import { OVERRIDE_MEMBERS } from "./members.ts";
import { nameFix } from "./nearest.ts";
import { prepare } from "./prepare.ts";
import type { Problem, Report } from "./problem.ts";
import { isError, ProblemList, quote } from "./problem.ts";
import { checkFargatePair } from "./rules-fargate.ts";
import { isRole } from "./rules-metadata.ts";
import type { WireTaskOverride } from "./schema.ts";
import { taskOverrideSchema } from "./schema.ts";
import { checkShape } from "./shape.ts";
import { parseTaskCpu, parseTaskMemory } from "./sizes.ts";
import type {
  ContainerDefinition,
  ContainerOverride,
  EnvironmentFile,
  KeyValuePair,
  TaskDefinition,
  TaskOverride,
} from "./types.ts";

const OVERRIDES_MAX_CHARACTERS = 8192;
const NONE: ReadonlySet<string> = new Set();

export type OverrideValidation =
  /** Normalised: sizes as decimals. `problems` are warnings. */
  | { readonly ok: true; readonly overrides: TaskOverride; readonly problems: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Checks `overrides` against the definition that they change. Never throws. Absent overrides are empty ones. */
export function validateTaskOverride(input: unknown, definition: TaskDefinition): OverrideValidation {
  const findings = new ProblemList();
  const { report } = findings;
  const prepared = prepare(input ?? {}, report);
  if (typeof prepared !== "object" || prepared === null || Array.isArray(prepared)) {
    report("document-not-object", "", "The overrides are no object", { fix: 'Write {"containerOverrides": [...]}' });
    return { ok: false, problems: findings.problems };
  }
  checkSize(prepared, report);
  checkMembers(prepared, OVERRIDE_MEMBERS, { unknown: refuseUnknown(report), pascal: report, missing: report }, NONE);
  const { value } = checkShape(taskOverrideSchema, OVERRIDE_MEMBERS, prepared, { type: report, enum: report });
  checkContainerOverrides(value, definition, report);
  checkTaskSettings(value, definition, report);
  const errors = findings.problems.filter(isError);
  if (errors.length > 0) return { ok: false, problems: findings.problems };
  return { ok: true, overrides: normaliseOverride(value), problems: findings.problems };
}

/**
 * An error here, unlike in a definition, which may come from an answer of AWS with more in it: overrides are written for
 * one run, and a slip of the pen would change what runs. Source: DM-43; the AWS CLI refuses them before it sends.
 */
function refuseUnknown(report: Report): Report {
  return (rule, path, _message, { fix } = {}) =>
    report(rule, path, "The overrides have no member of this name", { fix, severity: "error" });
}

function checkSize(prepared: object, report: Report): void {
  const length = jsonLength(prepared);
  if (length <= OVERRIDES_MAX_CHARACTERS) return;
  const message = `The overrides are ${length} characters of JSON, and at most ${OVERRIDES_MAX_CHARACTERS} are allowed`;
  report("override-too-large", "", message, {
    fix: "Put long values into a file, a secret or the image",
    awsMessage: `Overrides length must be at most ${OVERRIDES_MAX_CHARACTERS}.`,
  });
}

/** Zero for what a program passed and JSON has not: the shape check reports it. */
function jsonLength(prepared: object): number {
  try {
    return JSON.stringify(prepared)?.length ?? 0;
  } catch {
    return 0;
  }
}

function checkContainerOverrides(overrides: WireTaskOverride, definition: TaskDefinition, report: Report): void {
  const names = new Set(definition.containerDefinitions.map(({ name }) => name));
  for (const [index, { name }] of (overrides.containerOverrides ?? []).entries()) {
    if (name === undefined || names.has(name)) continue;
    const message = `The task definition has no container ${quote(name)}`;
    report("override-container-unknown", `containerOverrides[${index}].name`, message, {
      fix: nameFix(name, names),
      awsMessage: `Override for container named ${name} is not a container in the TaskDefinition.`,
    });
  }
}

function checkTaskSettings(overrides: WireTaskOverride, definition: TaskDefinition, report: Report): void {
  const cpu = overrides.cpu ?? definition.cpu;
  const memory = overrides.memory ?? definition.memory;
  const cpuUnits = cpu === undefined ? undefined : parseTaskCpu(cpu);
  const memoryMiB = memory === undefined ? undefined : parseTaskMemory(memory);
  if (cpu !== undefined && !cpuUnits)
    report("task-cpu-invalid", "cpu", `The cpu ${quote(cpu)} cannot be read`, { fix: 'Write "1024" or "1 vCPU"' });
  if (memory !== undefined && !memoryMiB) {
    report("task-memory-invalid", "memory", `The memory ${quote(memory)} cannot be read`, {
      fix: 'Write "2048" or "2GB"',
    });
  }
  const isFargate = definition.requiresCompatibilities?.includes("FARGATE") ?? false;
  const isChanged = overrides.cpu !== undefined || overrides.memory !== undefined;
  if (isFargate && isChanged && cpuUnits && memoryMiB) checkFargatePair(cpuUnits, memoryMiB, report);
  for (const member of ["taskRoleArn", "executionRoleArn"] as const) {
    const role = overrides[member];
    if (role === undefined || role === "" || isRole(role)) continue;
    report("role-invalid", member, `${quote(role)} is neither a role name nor the ARN of a role`, {
      awsMessage: "Role is not valid",
    });
  }
}

function normaliseOverride(wire: WireTaskOverride): TaskOverride {
  const { cpu, memory, inferenceAcceleratorOverrides: _withdrawn, ...rest } = wire;
  const cpuUnits = cpu === undefined ? undefined : parseTaskCpu(cpu);
  const memoryMiB = memory === undefined ? undefined : parseTaskMemory(memory);
  // The checks have seen every required member, which the wire type cannot say.
  const checked = rest as Omit<TaskOverride, "cpu" | "memory">;
  return deepFreeze({
    ...checked,
    ...(cpuUnits === undefined ? {} : { cpu: String(cpuUnits) }),
    ...(memoryMiB === undefined ? {} : { memory: String(memoryMiB) }),
  });
}

/** The definition as the task runs it. Containers without an override stay the same object. */
export function applyOverrides(definition: TaskDefinition, overrides: TaskOverride): TaskDefinition {
  const { containerOverrides = [], cpu, memory, executionRoleArn, taskRoleArn, ephemeralStorage } = overrides;
  return deepFreeze({
    ...definition,
    ...(cpu === undefined ? {} : { cpu }),
    ...(memory === undefined ? {} : { memory }),
    ...(executionRoleArn === undefined ? {} : { executionRoleArn }),
    ...(taskRoleArn === undefined ? {} : { taskRoleArn }),
    ...(ephemeralStorage === undefined ? {} : { ephemeralStorage }),
    containerDefinitions: definition.containerDefinitions.map((container) =>
      containerOverrides.filter(({ name }) => name === container.name).reduce(applyContainerOverride, container),
    ),
  });
}

function applyContainerOverride(container: ContainerDefinition, override: ContainerOverride): ContainerDefinition {
  const { command, environment, environmentFiles, cpu, memory, memoryReservation, resourceRequirements } = override;
  return {
    ...container,
    ...(command === undefined ? {} : { command }),
    ...(environment === undefined ? {} : { environment: mergeEnvironment(container.environment, environment) }),
    ...(environmentFiles === undefined
      ? {}
      : { environmentFiles: appendFiles(container.environmentFiles, environmentFiles) }),
    ...(cpu === undefined ? {} : { cpu }),
    ...(memory === undefined ? {} : { memory }),
    ...(memoryReservation === undefined ? {} : { memoryReservation }),
    ...(resourceRequirements === undefined ? {} : { resourceRequirements }),
  };
}

/** Same-named entries are replaced where they stand, new ones follow. Nothing can be removed. */
function mergeEnvironment(base: readonly KeyValuePair[], added: readonly KeyValuePair[]): readonly KeyValuePair[] {
  const merged = new Map(base.map(({ name, value }) => [name, value]));
  for (const { name, value = "" } of added) merged.set(name, value);
  return [...merged].map(([name, value]) => ({ name, value }));
}

function appendFiles(
  base: readonly EnvironmentFile[] = [],
  added: readonly EnvironmentFile[],
): readonly EnvironmentFile[] {
  return [...base, ...added];
}
