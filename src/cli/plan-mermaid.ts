/** A plan as a Mermaid flow chart of the way up: an arrow from what comes first to what waits for it. */
import type { PlanStep, TaskPlan } from "../core/plan.ts";
import { type Shown, visible } from "./shown.ts";

export function planMermaid(plan: TaskPlan): Shown[] {
  const steps = plan.start.flat();
  const ids = new Map(steps.map((step, index) => [step.name, `s${index}`]));
  const nodes = steps.map((step) => `  ${ids.get(step.name) ?? ""}${shapeOf(step)}`);
  const edges = steps.flatMap((step) => edgesTo(step, ids));
  return ["flowchart TD", ...nodes, ...edges].map(visible);
}

/** One edge from each step that is waited for: for a link and for its end, say, with both on the edge. */
function edgesTo(step: PlanStep, ids: ReadonlyMap<string, string>): readonly string[] {
  const names = [...new Set(step.reasons.map((reason) => reason.after))];
  return names.flatMap((name) => {
    const from = ids.get(name);
    if (from === undefined) return [];
    const reasons = step.reasons.filter(
      ({ after, source }) => after === name && source !== "resource" && source !== "pause",
    );
    const conditions = [...new Set(reasons.map(({ condition }) => condition))];
    return [`  ${from} -->${conditions.length === 0 ? "" : `|${conditions.join(", ")}|`} ${ids.get(step.name) ?? ""}`];
  });
}

/** Essential containers stand in thick double frames, resources in drums. */
function shapeOf(step: PlanStep): string {
  const text = escaped(step.name);
  if (step.kind === "resource") return `[("${text}")]`;
  return step.essential && step.kind === "container" ? `[["${text}"]]` : `["${text}"]`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
