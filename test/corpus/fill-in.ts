/** Fills in what a corpus file lacks, so that only its own mistakes are left. */
import type { Placeholder } from "../../src/core/definition/placeholders.ts";
import { fillPlaceholders, findPlaceholders } from "../../src/core/definition/placeholders.ts";
import type { Problem } from "../../src/core/definition/problem.ts";

/** Values that a person would give, by what the placeholder is called and where it stands. */
function plausibleValue({ path, name, placeholder }: Placeholder, text: string): string {
  const isWhole = text === placeholder;
  if (/account|^x+$/i.test(name)) return "123456789012";
  if (/region/i.test(name)) return "eu-west-1";
  if (path.endsWith("RoleArn") && text.startsWith("arn:") && text.includes(`::${placeholder}:`)) return "123456789012";
  if (/RoleArn$/.test(path)) return isWhole ? "arn:aws:iam::123456789012:role/test" : "test";
  if (path.endsWith(".valueFrom") && text.startsWith(placeholder))
    return "arn:aws:secretsmanager:eu-west-1:123456789012:secret:test";
  if (path === "cpu") return "256";
  if (path === "memory") return "512";
  if (/network_?mode/i.test(name)) return "bridge";
  if (/launch_?type/i.test(name)) return "EC2";
  if (path.endsWith(".image") && isWhole) return "busybox:latest";
  return "test";
}

/** The document with every placeholder filled that `findPlaceholders` names. */
export function fillAll(input: unknown): unknown {
  const values = new Map<string, string>();
  for (const placeholder of findPlaceholders(input)) {
    if (!values.has(placeholder.name))
      values.set(placeholder.name, plausibleValue(placeholder, textAt(input, placeholder.path)));
  }
  return fillPlaceholders(input, Object.fromEntries(values));
}

function textAt(input: unknown, path: string): string {
  let value: unknown = input;
  for (const [, key, index, quoted] of path.matchAll(/([\w-]+)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]/g)) {
    value = new Map(Object.entries(value ?? {})).get(key ?? index ?? quoted ?? "");
  }
  return typeof value === "string" ? value : "";
}

/** Adds what stood beside a wrapped array: task memory, and the volumes that its mount points name. */
export function addSurroundings(input: unknown, problems: readonly Problem[]): unknown {
  const names = problems.flatMap(({ rule, awsMessage }) =>
    rule === "volume-unknown" ? [/^Unknown volume '(.*)'\.$/.exec(awsMessage ?? "")?.[1] ?? ""] : [],
  );
  const document = typeof input === "object" && input !== null ? input : {};
  return { memory: "4096", ...document, volumes: [...new Set(names)].map((name) => ({ name })) };
}
