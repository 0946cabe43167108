/** Which script a container follows: a rule for the container beats the one of its image. */
import type { ContainerScript, RunScript } from "./behaviour.ts";

const CONTAINER_NAME_LABEL = "com.amazonaws.ecs.container-name";

type Rule = { readonly pattern: string | RegExp; readonly script: ContainerScript };

export class ScriptRules {
  #rules: Rule[] = [];

  /** The newest rule that fits wins. */
  add(pattern: string | RegExp, script: ContainerScript): void {
    this.#rules = [{ pattern, script }, ...this.#rules];
  }

  scriptFor(
    container: { readonly dockerName: string; readonly labels: Readonly<Record<string, string>> },
    imageScript: ContainerScript,
  ): ContainerScript {
    if (this.#rules.length === 0) return imageScript;
    const rule = this.#rules.find(({ pattern }) => fits(pattern, container));
    return rule === undefined ? imageScript : { ...imageScript, ...rule.script };
  }
}

/** A text is the container's name in its task definition or its whole Docker name; a pattern looks at the Docker name. */
function fits(
  pattern: string | RegExp,
  { dockerName, labels }: { readonly dockerName: string; readonly labels: Readonly<Record<string, string>> },
): boolean {
  if (typeof pattern !== "string") return pattern.test(dockerName);
  return labels[CONTAINER_NAME_LABEL] === pattern || dockerName === pattern;
}

export function applyRun(run: ContainerScript["run"], fallback: RunScript): RunScript {
  if (run === undefined) return fallback;
  if (typeof run === "function") return run;
  return (process) => {
    for (const script of run) script(process);
  };
}
