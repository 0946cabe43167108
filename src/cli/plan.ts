/** `berth plan FILE`: the order of a task, without Docker. */
import type { TaskDefinition } from "../core/definition/types.ts";
import { planTask, type TaskPlan } from "../core/plan.ts";
import { EXIT_OK } from "./exit-code.ts";
import type { CliHost } from "./host.ts";
import { type DefinitionOptions, loadDefinition } from "./load-definition.ts";
import { planMermaid } from "./plan-mermaid.ts";
import { planText } from "./plan-text.ts";
import { grouped, groupLine } from "./problem-text.ts";
import { berthLine } from "./reporter.ts";
import { createColours, wantsColours } from "./screen.ts";
import { inLines, type Shown, shownJson } from "./shown.ts";

export type PlanOptions = DefinitionOptions & { readonly output: "text" | "json" | "mermaid" };

export async function planCommand(file: string, options: PlanOptions, host: CliHost): Promise<number> {
  const { definition, warnings } = await loadDefinition(file, options, host);
  for (const group of grouped(warnings)) host.output.writeErr(berthLine(`Warning: ${groupLine(group)}`));
  host.output.writeOut(inLines(rendered(definition, planTask(definition), { options, host })));
  return EXIT_OK;
}

function rendered(
  definition: TaskDefinition,
  plan: TaskPlan,
  { options, host }: { readonly options: PlanOptions; readonly host: CliHost },
): readonly Shown[] {
  switch (options.output) {
    case "json":
      return [shownJson({ family: definition.family, ...plan }, 2)];
    case "mermaid":
      return planMermaid(plan);
    case "text":
      return planText(definition, plan, createColours(wantsColours(host.output.env, host.output.isTerminal)));
  }
}
