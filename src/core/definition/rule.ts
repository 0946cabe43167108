/** What the catalogue knows of one rule. */
export type Rule = {
  readonly summary: string;
  readonly explanation: string;
  /** Where the rule comes from. */
  readonly source: string;
  /**
   * What a refusal rests on. `AWS`: the service refuses such a definition, as it documents or answers. `host`: it cannot be read
   * or run here. `nothing`: it is never refused, and its findings are warnings. What AWS refuses in a member without effect here
   * is a warning as well, see `member-effect.ts`.
   */
  readonly restsOn: "AWS" | "host" | "nothing";
  /** The error type with which RegisterTaskDefinition (or RunTask) refuses; absent for what only Berth says. */
  readonly apiError?: "ClientException" | "InvalidParameterException" | "SerializationException";
  readonly example?: { readonly bad: string; readonly good: string };
};

export type Catalogue = Readonly<Record<string, Rule>>;

export const SOURCES = {
  register: "Amazon ECS API reference, RegisterTaskDefinition",
  types: "Amazon ECS API reference, data types",
  members: "Amazon ECS API reference, TaskDefinition and ContainerDefinition",
  reader: "Berth's reader of definition files",
  overrides: "Amazon ECS API reference, RunTask, overrides",
  guide: "Amazon ECS developer guide, task definition parameters",
  berth: "Berth on a Docker host",
} as const;
