/**
 * The forms in which a task definition reaches Berth, brought to one: what RegisterTaskDefinition takes.
 * Source: interfaces 1.3.4.
 */
import { hint } from "./fix.ts";
import { lowerMembers } from "./lower-members.ts";
import { OUTPUT_ONLY_MEMBERS, TASK_MEMBERS } from "./members.ts";
import { plainOrCopy } from "./prepare.ts";
import type { Problem } from "./problem.ts";
import { ProblemList } from "./problem.ts";

type DocumentForm =
  /** The request shape. */
  | "request"
  /** An answer of DescribeTaskDefinition, whole or its `taskDefinition` alone. */
  | "describe"
  /** A bare list of container definitions, as Terraform keeps it. */
  | "containerArray"
  /** A list with one whole task definition, as some tools print it. */
  | "fileArray";

export type UnwrappedDocument = {
  /** For `validateTaskDefinition`; not validated yet. Shares with the value that was given: not to be written to. */
  readonly input: unknown;
  readonly form: DocumentForm;
  /** Findings about the form. An error (too deep, too large, several definitions) is met again in validation. */
  readonly warnings: Problem[];
};

export type UnwrapOptions = {
  /** Family of a bare list of containers; "task" when not given. */
  readonly family?: string;
};

type Json = Readonly<Record<string, unknown>>;

const DEFAULT_FAMILY = "task";

export function unwrapDocument(value: unknown, options: UnwrapOptions = {}): UnwrappedDocument {
  const findings = new ProblemList();
  const document = plainOrCopy(value, findings.report);
  const { input, form } = unwrap(document, options.family, findings);
  return { input: lowerMembers(input, TASK_MEMBERS, findings.report), form, warnings: findings.problems };
}

function unwrap(
  document: unknown,
  family: string | undefined,
  findings: ProblemList,
): { input: unknown; form: DocumentForm } {
  if (Array.isArray(document)) return unwrapList(document, family, findings);
  if (!isObject(document)) return { input: document, form: "request" };
  const inner = document.taskDefinition;
  if (isObject(inner)) {
    const tags = document.tags;
    // An answer lists tags only when asked to, and an empty list then means none.
    const hasTags = Array.isArray(tags) && tags.length > 0 && !Object.hasOwn(inner, "tags");
    return { input: withFamily({ ...withoutOutput(inner), ...(hasTags ? { tags } : {}) }, family), form: "describe" };
  }
  const isDescribed = Object.keys(document).some((key) => OUTPUT_ONLY_MEMBERS.has(key));
  return {
    input: withFamily(isDescribed ? withoutOutput(document) : document, family),
    form: isDescribed ? "describe" : "request",
  };
}

function unwrapList(
  list: readonly unknown[],
  family: string | undefined,
  findings: ProblemList,
): { input: unknown; form: DocumentForm } {
  const [only] = list;
  if (isObject(only) && (Object.hasOwn(only, "containerDefinitions") || isObject(only.taskDefinition))) {
    const isAlone = list.length === 1;
    findings.report(
      "document-list",
      "",
      isAlone ? "The task definition stands inside a list" : `The list holds ${list.length} task definitions`,
      {
        severity: isAlone ? "warning" : "error",
        fix: hint(isAlone ? "Remove the square brackets around it" : "Put each of them into a file of its own"),
      },
    );
    return isAlone
      ? { input: unwrap(only, family, findings).input, form: "fileArray" }
      : { input: list, form: "fileArray" };
  }
  const name = family ?? DEFAULT_FAMILY;
  findings.report(
    "document-container-array",
    "",
    `The file is a list of container definitions: it is run as the family "${name}"`,
    {
      severity: "warning",
      fix: hint(
        'Wrap it: {"family": "NAME", "containerDefinitions": [...]}, and add volumes, network mode and task size',
      ),
    },
  );
  return { input: { family: name, containerDefinitions: list }, form: "containerArray" };
}

function withFamily(definition: Json, family: string | undefined): Json {
  return family === undefined || Object.hasOwn(definition, "family") ? definition : { ...definition, family };
}

function withoutOutput(definition: Json): Json {
  return Object.fromEntries(Object.entries(definition).filter(([key]) => !OUTPUT_ONLY_MEMBERS.has(key)));
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
