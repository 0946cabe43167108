/** The table of fields as a page, and what of it touches one definition. */
import { DEFAULTS, type Default, isSameAs, LOG_OPTION_DEFAULTS } from "./defaults.ts";
import type { FieldSupport } from "./field-support.ts";
import { FIELD_SUPPORT } from "./field-support.ts";
import { KEPT_WHEN_EMPTY } from "./unset.ts";

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

The default is what a task gets for a field that is left out, and who sees to it on ECS (\`src/core/definition/defaults.ts\`).
`;

const EMPTINESS = `## Zero and empty

\`""\`, 0, \`[]\` and \`{}\` count as left out, as many clients write them for what nobody set, and so does an object in
which nothing else stands. These keep their meaning (\`src/core/definition/unset.ts\`), as do the entries of lists:
`;

/** The whole of docs/field-matrix.md. */
export function renderFieldMatrix(): string {
  const sections = SECTIONS.map(({ title, prefix }) => renderSection(title, prefix));
  return `${[INTRODUCTION, ...sections, renderLogOptions(), renderEmptiness()].join("\n")}`;
}

function renderSection(title: string, prefix: string): string {
  const fields = FIELD_SUPPORT.filter(({ field }) => sectionOf(field) === prefix);
  const lines = fields.map((row) => renderRow(row, prefix));
  return table(title, ["Field", "Support", "How", "Default"], lines);
}

function sectionOf(field: string): string {
  return SECTIONS.findLast(({ prefix }) => field.startsWith(prefix))?.prefix ?? "";
}

function renderRow({ field, support, how }: FieldSupport, prefix: string): string {
  return row([`\`${field.slice(prefix.length)}\``, support, how, renderDefault(defaultOf(field))]);
}

/** A list's default is told at the entries, where the list has its row. */
function defaultOf(field: string): Default | undefined {
  return DEFAULTS.get(field) ?? DEFAULTS.get(field.replace(/\[\]$/, ""));
}

function renderDefault(each: Default | undefined): string {
  if (each === undefined) return "";
  const { value, unit, by, when } = each;
  const amount = unit === undefined ? renderValue(value) : `${renderValue(value)} ${unit}`;
  return `${amount} (${by}${when === undefined ? "" : `; ${when}`})`;
}

function renderValue(value: unknown): string {
  if (isSameAs(value)) return value.sameAs;
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.join(", ");
  if (typeof value !== "object" || value === null) return String(value);
  return Object.entries(value)
    .map(([mode, each]) => `${mode}: ${renderValue(each)}`)
    .join(", ");
}

function renderLogOptions(): string {
  const lines = Object.entries(LOG_OPTION_DEFAULTS).map(([option, each]) =>
    row([`\`${option}\``, renderDefault(each)]),
  );
  return table("Options of logConfiguration", ["Option", "Default"], lines);
}

function renderEmptiness(): string {
  const lines = Object.entries(KEPT_WHEN_EMPTY).map(([field, meaning]) => row([`\`${field}\``, meaning]));
  return [EMPTINESS, ...tableLines(["Field", "What zero or empty says"], lines)].join("\n").concat("\n");
}

function table(title: string, columns: readonly string[], lines: readonly string[]): string {
  return [`## ${title}`, "", ...tableLines(columns, lines)].join("\n").concat("\n");
}

function tableLines(columns: readonly string[], lines: readonly string[]): readonly string[] {
  return [row(columns), `|${columns.map(() => "---|").join("")}`, ...lines];
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`.replaceAll("|  |", "| |");
}
