/** `berth explain RULE`: what a finding of `berth validate` means. Without a rule, the list of all. */
import type { Rule } from "../core/definition/rule.ts";
import { findRule, RULE_IDS, RULES } from "../core/definition/rules.ts";
import type { CliOutput } from "./reporter.ts";
import { type Colours, createColours, wantsColours } from "./screen.ts";
import { inLines, type Shown, show, visible } from "./shown.ts";
import { fitText, padText } from "./text-width.ts";
import { InvalidInputLines } from "./told-in-lines.ts";

const WRAP_COLUMNS = 100;

/**
 * @param rules as they are printed, with or without brackets
 * @throws {InvalidInputError} for rules that do not exist, each by name
 */
export function explainCommand(rules: readonly string[], output: CliOutput): number {
  const colours = createColours(wantsColours(output.env, output.isTerminal));
  const columns = output.isTerminal ? output.columns : WRAP_COLUMNS;
  const lines = rules.length === 0 ? ruleList(columns, output.isTerminal) : explanations(rules, { columns, colours });
  output.writeOut(inLines(lines));
  return 0;
}

function ruleList(columns: number, cut: boolean): Shown[] {
  const width = Math.max(...RULE_IDS.map((id) => id.length));
  return RULE_IDS.map((id) => {
    const line = visible(`${padText(id, width)}  ${RULES[id].summary}`);
    return cut ? fitText(line, columns) : line;
  });
}

type Screen = { readonly columns: number; readonly colours: Colours };

function explanations(rules: readonly string[], screen: Screen): Shown[] {
  const found = [...new Set(rules.map(withoutBrackets))].map((id) => ({ id, ...findRule(id) }));
  const unknown = found.filter((each) => !each.found);
  if (unknown.length > 0) throw new InvalidInputLines(unknown.flatMap(unknownRule));
  const known = found.flatMap((each) => (each.found ? [each] : []));
  return known.flatMap(({ id, rule }, index) => [...(index === 0 ? [] : [show``]), ...ruleLines(id, rule, screen)]);
}

/** `validate` prints a rule as `[image-required]`. */
function withoutBrackets(rule: string): string {
  return /^\[(.*)\]$/u.exec(rule)?.[1] ?? rule;
}

function unknownRule({ id, suggestion }: { readonly id: string; readonly suggestion?: string }): string[] {
  const hint = suggestion === undefined ? "List all rules with: berth explain" : `Did you mean ${suggestion}?`;
  return [`Cannot explain "${id}": there is no such rule`, hint];
}

function ruleLines(id: string, rule: Rule, { columns, colours }: Screen): Shown[] {
  const example = rule.example === undefined ? [] : ["", `  not   ${rule.example.bad}`, `  but   ${rule.example.good}`];
  return [
    show`${colours.bold(id)}  ${visible(rule.summary)}`,
    show``,
    ...wrapText(rule.explanation, Math.min(columns, WRAP_COLUMNS)).map(visible),
    ...example.map(visible),
    show``,
    colours.dim(`Source: ${rule.source}`),
    colours.dim(refusalOf(rule)),
  ];
}

function refusalOf({ restsOn, apiError }: Rule): string {
  switch (restsOn) {
    case "AWS":
      return `AWS refuses it${apiError === undefined ? "" : ` with ${apiError}`}; in a member without effect on this host it is a warning`;
    case "host":
      return "Refused here: it cannot be read or run on a Docker host";
    case "nothing":
      return "A warning: nothing is refused";
  }
}

/** Breaks text between words. */
function wrapText(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
