/** A router's configuration for Fluentd. Source: engine-modern 21.2. */
import type { RouterOutput, RouterPlan } from "./firelens.ts";

type Entry = readonly [name: string, value: string];

export function fluentdConfig(plan: RouterPlan): string {
  const blocks = [
    block("source", "", [
      ["@type", "unix"],
      ["path", "/var/run/fluent.sock"],
    ]),
    ...forwardSource(plan),
    ...plan.outputs.flatMap(grepFilters),
    ...metadataFilter(plan),
    ...(plan.include === undefined ? [] : [`@include ${plan.include}`]),
    ...plan.outputs.flatMap(matchBlock),
  ];
  return `${blocks.join("\n\n")}\n`;
}

function forwardSource({ listen }: RouterPlan): readonly string[] {
  if (listen === undefined) return [];
  return [
    block("source", "", [
      ["@type", "forward"],
      ["bind", listen],
      ["port", "24224"],
    ]),
  ];
}

function grepFilters(output: RouterOutput): readonly string[] {
  const grep = (rule: "regexp" | "exclude", pattern: string | undefined) => {
    if (pattern === undefined) return [];
    const condition = block(rule, "", [
      ["key", "log"],
      ["pattern", pattern],
    ]);
    return [block("filter", matchOf(output), [["@type", "grep"]], [condition])];
  };
  return [...grep("regexp", output.includePattern), ...grep("exclude", output.excludePattern)];
}

function metadataFilter({ metadata }: RouterPlan): readonly string[] {
  if (metadata.length === 0) return [];
  return [block("filter", "**", [["@type", "record_transformer"]], [block("record", "", metadata)])];
}

function matchBlock(output: RouterOutput): readonly string[] {
  if (output.plugin === undefined) return [];
  const secrets = output.secrets.map(([name, variable]): Entry => [name, `"#{ENV['${variable}']}"`]);
  return [block("match", matchOf(output), [["@type", output.plugin], ...output.options, ...secrets])];
}

function matchOf({ tag }: RouterOutput): string {
  return `${tag}-firelens**`;
}

function block(name: string, argument: string, entries: readonly Entry[], inner: readonly string[] = []): string {
  const lines = [...entries.map(([key, value]) => `${key} ${value}`), ...inner.flatMap((each) => each.split("\n"))];
  return [`<${name}${argument === "" ? "" : ` ${argument}`}>`, ...lines.map((line) => `  ${line}`), `</${name}>`].join(
    "\n",
  );
}
