/** The catalogue behind `berth explain RULE`. */
import { CONTAINER_RULES } from "./catalogue-container.ts";
import { DOCUMENT_RULES } from "./catalogue-document.ts";
import { HOST_RULES } from "./catalogue-host.ts";
import { RELATION_RULES } from "./catalogue-relations.ts";
import { TASK_RULES } from "./catalogue-task.ts";
import { nearest } from "./nearest.ts";
import type { Rule } from "./rule.ts";

export type { Rule } from "./rule.ts";

const CATALOGUE = { ...DOCUMENT_RULES, ...TASK_RULES, ...CONTAINER_RULES, ...RELATION_RULES, ...HOST_RULES };

export type RuleId = keyof typeof CATALOGUE;

export const RULES: Readonly<Record<RuleId, Rule>> = CATALOGUE;

export const RULE_IDS: readonly RuleId[] = Object.keys(CATALOGUE).filter(isRuleId);

export function isRuleId(id: string): id is RuleId {
  return Object.hasOwn(CATALOGUE, id);
}

export type FoundRule =
  | { readonly found: true; readonly id: RuleId; readonly rule: Rule }
  | { readonly found: false; readonly suggestion?: RuleId };

/** Looks a rule up by its id; for an unknown id, the nearest one that there is. */
export function findRule(id: string): FoundRule {
  if (isRuleId(id)) return { found: true, id, rule: RULES[id] };
  const guess = nearest(id, RULE_IDS);
  return guess !== undefined && isRuleId(guess) ? { found: false, suggestion: guess } : { found: false };
}
