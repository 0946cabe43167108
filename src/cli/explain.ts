/** `berth explain RULE`: what a finding of `berth validate` means. Without a rule, the list of all. */
import { nearest } from "../core/definition/nearest.ts";
import type { Rule } from "../core/definition/rule.ts";
import { findRule, isRuleId, RULE_IDS, RULES } from "../core/definition/rules.ts";
import { InvalidInputError } from "../core/errors.ts";
import type { CliOutput } from "./reporter.ts";
import { type Colours, createColours, wantsColours } from "./screen.ts";
import { fitText, padText } from "./text-width.ts";

const WRAP_COLUMNS = 100;

/** @throws {InvalidInputError} for a rule that does not exist */
export function explainCommand(rule: string | undefined, output: CliOutput): number {
  const colours = createColours(wantsColours(output.env, output.isTerminal));
  const columns = output.isTerminal ? output.columns : WRAP_COLUMNS;
  const lines = rule === undefined ? ruleList(columns, output.isTerminal) : explanation(rule, { columns, colours });
  output.writeOut(`${lines.join("\n")}\n`);
  return 0;
}

function ruleList(columns: number, cut: boolean): string[] {
  const width = Math.max(...RULE_IDS.map((id) => id.length));
  return RULE_IDS.map((id) => {
    const line = `${padText(id, width)}  ${RULES[id].summary}`;
    return cut ? fitText(line, columns) : line;
  });
}

function explanation(id: string, screen: { readonly columns: number; readonly colours: Colours }): string[] {
  const found = findRule(id);
  if (found.found) return ruleLines(found.id, found.rule, screen);
  const guess = found.suggestion ?? nearest(id, RULE_IDS);
  const hint = guess !== undefined && isRuleId(guess) ? `Did you mean ${guess}?` : "List all rules with: berth explain";
  throw new InvalidInputError("", `Cannot explain "${id}": there is no such rule\n${hint}`);
}

function ruleLines(
  id: string,
  rule: Rule,
  { columns, colours }: { readonly columns: number; readonly colours: Colours },
): string[] {
  const example = rule.example === undefined ? [] : ["", `  not   ${rule.example.bad}`, `  but   ${rule.example.good}`];
  return [
    `${colours.bold(id)}  ${rule.summary}`,
    "",
    ...wrapText(rule.explanation, Math.min(columns, WRAP_COLUMNS)),
    ...example,
    "",
    colours.dim(`Source: ${rule.source}`),
    ...(rule.apiError === undefined ? [] : [colours.dim(`AWS refuses it with ${rule.apiError}`)]),
  ];
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
