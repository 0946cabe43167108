/** A router's configuration for Fluent Bit, in its classic form. Source: engine-modern 21.2. */
import type { RouterOutput, RouterPlan } from "./firelens.ts";

type Entry = readonly [name: string, value: string];

const HEALTH_TAG = "firelens-healthcheck";

export function fluentBitConfig(plan: RouterPlan): string {
  const buffer: Entry = ["Mem_Buf_Limit", `${plan.bufferMb}MB`];
  const sections = [
    section("INPUT", [["Name", "forward"], ["unix_path", "/var/run/fluent.sock"], buffer]),
    ...forwardInput(plan, buffer),
    section("INPUT", [
      ["Name", "tcp"],
      ["Tag", HEALTH_TAG],
      ["Listen", "127.0.0.1"],
      ["Port", "8877"],
    ]),
    ...plan.outputs.flatMap(grepFilters),
    ...metadataFilter(plan),
    ...(plan.include === undefined ? [] : [`@INCLUDE ${plan.include}`]),
    section("OUTPUT", [
      ["Name", "null"],
      ["Match", HEALTH_TAG],
    ]),
    ...plan.outputs.flatMap(outputSection),
  ];
  return `${sections.join("\n\n")}\n`;
}

function forwardInput({ listen }: RouterPlan, buffer: Entry): readonly string[] {
  if (listen === undefined) return [];
  return [section("INPUT", [["Name", "forward"], ["Listen", listen], ["Port", "24224"], buffer])];
}

/** Two filters, since one with both would pass what either lets pass. */
function grepFilters(output: RouterOutput): readonly string[] {
  const grep = (rule: "Regex" | "Exclude", pattern: string | undefined) =>
    pattern === undefined
      ? []
      : [
          section("FILTER", [
            ["Name", "grep"],
            ["Match", matchOf(output)],
            [rule, `log ${pattern}`],
          ]),
        ];
  return [...grep("Regex", output.includePattern), ...grep("Exclude", output.excludePattern)];
}

function metadataFilter({ metadata }: RouterPlan): readonly string[] {
  if (metadata.length === 0) return [];
  const records = metadata.map(([name, value]): Entry => ["Record", `${name} ${value}`]);
  return [section("FILTER", [["Name", "record_modifier"], ["Match", "*"], ...records])];
}

function outputSection(output: RouterOutput): readonly string[] {
  if (output.plugin === undefined) return [];
  const secrets = output.secrets.map(([name, variable]): Entry => [name, `\${${variable}}`]);
  return [section("OUTPUT", [["Name", output.plugin], ["Match", matchOf(output)], ...output.options, ...secrets])];
}

function matchOf({ tag }: RouterOutput): string {
  return `${tag}-firelens*`;
}

function section(title: string, entries: readonly Entry[]): string {
  return [`[${title}]`, ...entries.map(([name, value]) => `    ${name} ${value}`)].join("\n");
}
