/** Requests for the tests of this folder: valid ones, to be spoilt in one place. */
import type { Problem } from "./problem.ts";
import type { TaskDefinition } from "./types.ts";
import { validateTaskDefinition } from "./validate.ts";

export type Json = Readonly<Record<string, unknown>>;

export function aContainer(changes: Json = {}): Json {
  return { name: "web", image: "nginx:1.27", memory: 64, ...changes };
}

/** A request with one container, which takes `container`. */
export function aRequest(changes: Json = {}, container: Json = {}): Json {
  return { family: "shop", containerDefinitions: [aContainer(container)], ...changes };
}

/** A request with the containers `web` and `db`. */
export function twoContainers(web: Json, db: Json, changes: Json = {}): Json {
  return aRequest({ containerDefinitions: [aContainer(web), aContainer({ name: "db", ...db })], ...changes });
}

/** A request that meets Fargate's rules. */
export function aFargateRequest(changes: Json = {}, container: Json = {}): Json {
  const fargate = { requiresCompatibilities: ["FARGATE"], networkMode: "awsvpc", cpu: "256", memory: "512" };
  return aRequest({ ...fargate, ...changes }, container);
}

export function problemsOf(input: unknown): readonly Problem[] {
  return validateTaskDefinition(input).problems;
}

/** `rule path` of every finding. */
export function findingsOf(input: unknown): string[] {
  return problemsOf(input).map(({ rule, path }) => `${rule} ${path}`.trim());
}

/** @throws {Error} when the request is refused */
export function definitionOf(input: unknown): TaskDefinition {
  const validation = validateTaskDefinition(input);
  if (validation.ok) return validation.definition;
  throw new Error(`Refused: ${validation.problems.map(({ path, message }) => `${path}: ${message}`).join("; ")}`);
}
