/** RunTask's overrides: are they in order, and is the definition with them? Source: interfaces 1.6. */

import { applyOverrides } from "./apply-overrides.ts";
import { aws } from "./aws-texts.ts";
import { checkMembers } from "./check-members.ts";
import { hint, writeLike } from "./fix.ts";
import { deepFreeze } from "./freeze.ts";
import { OVERRIDE_MEMBERS } from "./members.ts";
import { nameFix } from "./nearest.ts";
import { prepare } from "./prepare.ts";
import type { Problem, Report } from "./problem.ts";
import { isError, ProblemList, quote } from "./problem.ts";
import { checkShape } from "./shape.ts";
import { parseTaskCpu, parseTaskMemory } from "./sizes.ts";
import type { TaskDefinition, TaskOverride } from "./types.ts";
import { withoutUnset } from "./unset.ts";
import { validateTaskDefinition } from "./validate.ts";
import type { WireTaskOverride } from "./wire.ts";

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
  const copied = prepare(input ?? {}, report);
  if (typeof copied !== "object" || copied === null || Array.isArray(copied)) {
    report("document-not-object", "", "The overrides are no object", {
      fix: hint('Write {"containerOverrides": [...]}'),
    });
    return { ok: false, problems: findings.problems };
  }
  checkSize(copied, report);
  const prepared = withoutUnset(copied, OVERRIDE_MEMBERS);
  checkMembers(prepared, OVERRIDE_MEMBERS, { unknown: refuseUnknown(report), pascal: report, missing: report }, NONE);
  const { value } = checkShape<WireTaskOverride>(prepared, OVERRIDE_MEMBERS, { type: report, enum: report });
  checkContainerOverrides(value, definition, report);
  checkTaskSizes(value, report);
  if (findings.problems.some(isError)) return { ok: false, problems: findings.problems };
  const overrides = normaliseOverride(value);
  checkResult(overrides, definition, report);
  if (findings.problems.some(isError)) return { ok: false, problems: findings.problems };
  return { ok: true, overrides, problems: findings.problems };
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
    fix: hint("Put long values into a file, a secret or the image"),
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
    const at = `containerOverrides[${index}]`;
    report("override-container-unknown", `${at}.name`, message, {
      fix: nameFix({ path: `${at}.name`, word: name, entry: at }, names),
      awsMessage: aws.overrideContainer(name),
    });
  }
}

function checkTaskSizes({ cpu, memory }: WireTaskOverride, report: Report): void {
  if (cpu !== undefined && !parseTaskCpu(cpu))
    report("task-cpu-invalid", "cpu", `The cpu ${quote(cpu)} cannot be read`, {
      fix: writeLike("cpu", "CPU units", "1024"),
    });
  if (memory !== undefined && !parseTaskMemory(memory)) {
    report("task-memory-invalid", "memory", `The memory ${quote(memory)} cannot be read`, {
      fix: writeLike("memory", "MiB", "2048"),
    });
  }
}

/** What no definition may have, overrides may not bring in either: -5 CPU units, "all" GPUs, more memory than the task's. */
function checkResult(overrides: TaskOverride, definition: TaskDefinition, report: Report): void {
  const before = new Set(problemsOf(definition).map(({ rule, path }) => `${rule} ${path}`));
  for (const { rule, path, message, fix, ...details } of problemsOf(applyOverrides(definition, overrides))) {
    if (before.has(`${rule} ${path}`)) continue;
    // The words hold for both, the changes are those of a definition.
    const words = fix === undefined ? undefined : hint(fix);
    report(rule, placeOf(path, overrides, definition), message, { ...details, fix: words });
  }
}

function problemsOf(definition: TaskDefinition): readonly Problem[] {
  return validateTaskDefinition(definition, { placeholders: false }).problems;
}

/** Where the overrides have what is wrong; what only fits them no more is in the definition, and keeps its path. */
function placeOf(path: string, overrides: TaskOverride, { containerDefinitions }: TaskDefinition): string {
  const [, index = "", member = "", rest = ""] = /^containerDefinitions\[(\d+)\]\.(\w+)(.*)$/.exec(path) ?? [];
  const container = containerDefinitions[Number(index)];
  const at = (overrides.containerOverrides ?? []).findLastIndex(
    (override) => override.name === container?.name && Object.hasOwn(override, member),
  );
  if (at < 0) return path;
  // Files follow those of the definition, so that their numbers are others here.
  return `containerOverrides[${at}].${member}${member === "environmentFiles" ? "" : rest}`;
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
