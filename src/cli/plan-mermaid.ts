/** A plan as a Mermaid flow chart of the way up: an arrow from what comes first to what waits for it. */
import type { PlanStep, TaskPlan } from "../core/plan.ts";

export function planMermaid(plan: TaskPlan): string[] {
  const steps = plan.start.flat();
  const ids = new Map(steps.map((step, index) => [step.name, `s${index}`]));
  const nodes = steps.map((step) => `  ${ids.get(step.name) ?? ""}${shapeOf(step)}`);
  const edges = steps.flatMap((step) =>
    step.reasons.flatMap((reason) => {
      const from = ids.get(reason.after);
      if (from === undefined) return [];
      const label = reason.source === "resource" || reason.source === "pause" ? "" : `|${reason.condition}|`;
      return [`  ${from} -->${label} ${ids.get(step.name) ?? ""}`];
    }),
  );
  // A container may wait for another in two ways that look alike, such as for a link and for its START.
  return ["flowchart TD", ...nodes, ...new Set(edges)];
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
