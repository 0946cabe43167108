/** What the catalogue knows of one rule. */
export type Rule = {
  readonly summary: string;
  readonly explanation: string;
  /** Where the rule comes from. */
  readonly source: string;
  /** The error type with which RegisterTaskDefinition (or RunTask) refuses; absent for what only Berth says. */
  readonly apiError?: "ClientException" | "InvalidParameterException" | "SerializationException";
  readonly example?: { readonly bad: string; readonly good: string };
};

export type Catalogue = Readonly<Record<string, Rule>>;

export const SOURCES = {
  register: "RegisterTaskDefinition, interfaces 1.3.2",
  types: "Wire types of the ECS API, interfaces 1.3.1",
  members: "Members and bounds of the ECS API, interfaces 1.1 and 1.2",
  reader: "Berth's file reader, interfaces 1.3.4",
  overrides: "RunTask overrides, interfaces 1.6",
  guide: "Developer guide, task definition parameters",
  berth: "Berth on a Docker host",
} as const;
