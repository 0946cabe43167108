/** The table of fields as a page, and what of it touches one definition. */
import type { FieldSupport } from "./field-support.ts";
import { FIELD_SUPPORT } from "./field-support.ts";

const SECTIONS = [
  { title: "Task", prefix: "" },
  { title: "Container definitions", prefix: "containerDefinitions[]." },
  { title: "Volumes", prefix: "volumes[]." },
] as const;

const INTRODUCTION = `# Field matrix

What becomes of every field of a task definition when Berth runs it on a Docker host. This page is printed from the code
(\`src/core/definition/field-support.ts\`); \`berth validate\` names the fields of one file that are not honoured.

- **honoured**: as on ECS
- **emulated**: the effect is there, by other means
- **ignored**: accepted and kept, without effect here
- **refused**: accepted and kept, but a task with it does not start here
`;

/** The whole of docs/field-matrix.md. */
export function renderFieldMatrix(): string {
  const sections = SECTIONS.map(({ title, prefix }) => renderSection(title, prefix));
  return `${[INTRODUCTION, ...sections].join("\n")}\n`;
}

function renderSection(title: string, prefix: string): string {
  const fields = FIELD_SUPPORT.filter(({ field }) => sectionOf(field) === prefix);
  const lines = fields.map((row) => renderRow(row, prefix));
  return [`## ${title}`, "", "| Field | Support | How |", "|---|---|---|", ...lines].join("\n").concat("\n");
}

function sectionOf(field: string): string {
  return SECTIONS.findLast(({ prefix }) => field.startsWith(prefix))?.prefix ?? "";
}

function renderRow({ field, support, how }: FieldSupport, prefix: string): string {
  return `| \`${field.slice(prefix.length)}\` | ${support} | ${how.replaceAll("|", "\\|")} |`;
}
